"""Copies of keys: made, remembered, taken back; the rest of a backup is in `state.py`."""

import base64
import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from backends.local.keys import open_copy
from persona.errors import Broken

ABOUT = "about.json"
SECRETS = "CREATE TABLE IF NOT EXISTS secrets (text TEXT)"


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite file, also while others write to it."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def keys(state: Path, target: Path) -> Path:
    """All keys as of now, with the secrets that open them, in one file that the folder remembers.

    It is remembered first, and what was destroyed or buried while it was being made is so in it
    afterwards: no erasure misses it.
    """
    source, half = state / "keys.db", target.with_name(target.name + ".part")
    with closing(sqlite3.connect(source, isolation_level=None, timeout=30.0)) as live:
        live.execute("CREATE TABLE IF NOT EXISTS copies (path TEXT PRIMARY KEY) WITHOUT ROWID")
        live.execute("INSERT OR IGNORE INTO copies VALUES (?)", (str(target),))
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    copy_database(source, half)
    with closing(open_copy(half)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("DELETE FROM copies")
        copy.execute(SECRETS)
        copy.execute("INSERT INTO secrets VALUES (?)", ((state / "secrets.json").read_text(),))
    os.replace(half, target)
    _catch_up(source, target)
    return target


def _catch_up(source: Path, target: Path) -> None:
    with closing(open_copy(target)) as copy:
        copy.execute("ATTACH DATABASE ? AS live", (str(source),))
        copy.execute("BEGIN IMMEDIATE")
        copy.execute("INSERT OR REPLACE INTO keys SELECT * FROM live.keys WHERE wrapped = x''")
        copy.execute("INSERT OR REPLACE INTO tombstones SELECT * FROM live.tombstones")
        copy.execute("COMMIT")


def about(state: Path) -> str:
    """What a backup says of itself: of which hub it is."""
    return json.dumps({"hub": _hub(state)})


def _hub(state: Path) -> str:
    """Which hub a folder's secrets belong to; empty where there are none."""
    path = state / "secrets.json"
    if not path.exists():
        return ""
    master = base64.b64decode(json.loads(path.read_text())["MASTER_KEY"])
    return hashlib.sha256(b"which hub" + master).hexdigest()[:32]


def is_same_hub(backup: Path, state: Path) -> bool:
    """Whether the folder holds keys of the hub that an unpacked backup is of."""
    if not (state / "keys.db").exists():
        return False
    path = backup / ABOUT
    own = json.loads(path.read_text())["hub"] if path.exists() else _hub(backup)
    return bool(own) and own == _hub(state)


def take_keys(source: Path, folder: Path) -> None:
    """Puts the keys of a FILE.keys into a folder; a backup by older code brings its own.

    Raises Broken where there are none.
    """
    if not source.exists():
        if (folder / "keys.db").exists():
            return
        raise Broken(f"{source} is not there, and without its keys nothing in this backup opens.")
    shutil.copy2(source, folder / "keys.db")
    with closing(open_copy(folder / "keys.db")) as copy:
        ((text,),) = copy.execute("SELECT text FROM secrets").fetchall()
        copy.execute("DROP TABLE secrets")
    path = folder / "secrets.json"
    path.touch(mode=0o600)
    path.write_text(text)
