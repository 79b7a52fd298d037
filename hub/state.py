"""The state folder: one process holds it, copies of it, and what an older version left there.

A backup is two files. FILE holds the table and the raw mails, sealed, and no key; FILE.keys beside
it holds the keys as of then. The folder remembers where its copies of keys lie, so that erasing
reaches them. A restore keeps the folder's own keys and tombstones wherever there are some: what was
erased stays shut, and what was forgotten goes again.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from backends.local import _database, blobs
from backends.local.family import Family, open_family
from hub import copies
from hub.copies import copy_database
from persona.errors import Broken
from persona.ports import Clock, Ports
from persona.settings import Settings, parse

KEYS = ("keys.db", "secrets.json")
BESIDE = ".keys"
"""What the file of keys is called after the backup that it belongs to."""


class Lock:
    """Held as long as this object lives; the system lets go of it when the process dies."""

    def __init__(self, state: Path) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = open(state / "lock", "a+")  # noqa: SIM115 held for the process's life
        except OSError as error:
            raise Broken(f"{state} cannot hold the state: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            owner = self._file.read().strip() or "another process"
            self._file.close()
            raise Broken(f"{state} is in use by process {owner}. Stop it first.") from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def open_state(state: Path, env: Mapping[str, str], clock: Clock | None = None) -> Family:
    """Opens the folder, upgrading an older format with a copy kept. Raises Broken for a newer one."""
    upgrade(state)
    for half in (state / "blobs").glob(f"*{blobs.PART}"):
        half.unlink()
    return open_family(state, env, clock=clock)


def settings_here(env: Mapping[str, str], url: str = "http://127.0.0.1") -> Settings:
    """What is set on this machine, in whose time zone people are of whom nothing better is known."""
    from tzlocal import get_localzone_name

    zone = get_localzone_name() or "UTC"
    return parse(env, stage="local", public_url=url, timezone=zone)


@contextmanager
def open_folder(state: Path, env: Mapping[str, str]) -> Generator[tuple[Family, Ports], None, None]:
    """A folder with all its ports, for a command that needs no running hub.

    Raises Broken where there is no hub in it.
    """
    from functions._compose import compose

    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    family = open_state(state, env)
    try:
        yield family, compose(settings_here(env), family.ports(), models=())
    finally:
        family.close()


def upgrade(state: Path) -> Path | None:
    """Brings an older state up to today's format; returns where the copy was kept."""
    path = state / "hub.db"
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Broken(f"{path} cannot be read: {error}. Put it back from a backup.") from error
    finally:
        connection.close()
    if version >= _database.FORMAT:
        return None
    copy = state / f"before-upgrade-from-{version}"
    copy.mkdir(exist_ok=True)
    for source in state.glob("hub.db*"):  # no keys: an erasure must find them all
        shutil.copy2(source, copy / source.name)
    for step in range(version, _database.FORMAT):
        UPGRADES[step](path)
    return copy


def _from_0(path: Path) -> None:
    """Format 0 is a first start that was cut off before its stamp: opening makes what it lacks."""


def _from_1(path: Path) -> None:
    """What a lane's worker writes now stands in partitions of that lane, inside its fence."""
    connection = sqlite3.connect(path, isolation_level=None)
    found = connection.execute(
        "SELECT partition, sort, body FROM rows WHERE (partition LIKE 'PROVIDER#%' AND sort = 'ACT') "
        "OR partition LIKE 'REDACT#%' OR (partition LIKE 'BLOB#%' AND sort = 'GONE')"
    ).fetchall()
    connection.execute("BEGIN IMMEDIATE")
    for partition, sort, body in found:
        connection.execute(
            "UPDATE OR REPLACE rows SET partition = ?, sort = ? WHERE partition = ? AND sort = ?",
            (*_moved(partition, sort, body), partition, sort),
        )
    connection.execute("COMMIT")
    connection.close()


def _moved(partition: str, sort: str, body: bytes) -> tuple[str, str]:
    """Where format 2 has such a row; a blob's lane is not known, and its sweeper needs none."""
    kind, _, rest = partition.partition("#")
    if kind == "PROVIDER":
        function, _, provider_id = rest.partition("#")
        return f"PROVIDER#{function}#{json.loads(body)['lane']}", provider_id
    return (f"LANE#{rest}", f"REDACT#{sort}") if kind == "REDACT" else (partition, f"GONE#{rest}")


UPGRADES = {0: _from_0, 1: _from_1}
"""From each older format to the next; a step is never removed."""


def backup(state: Path, target: Path) -> Path:
    """A consistent copy of a folder, also while a hub runs on it: FILE, and FILE.keys beside it.

    Returns where the keys lie.
    """
    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    copied = copies.keys(state, target.with_name(target.name + BESIDE))
    with tempfile.TemporaryDirectory(dir=target.parent) as draft:
        copy_database(state / "hub.db", Path(draft) / "hub.db")
        _copy_blobs(state / "blobs", Path(draft) / "blobs")
        (Path(draft) / copies.ABOUT).write_text(copies.about(state))
        half = target.with_name(target.name + ".part")
        with tarfile.open(half, "w:gz") as archive:
            for path in sorted(Path(draft).iterdir()):
                archive.add(path, arcname=path.name)
        os.chmod(half, 0o600)
        os.replace(half, target)
    return copied


def _copy_blobs(source: Path, target: Path) -> None:
    """Every finished blob; one that goes meanwhile was forgotten, and one half written has no row."""
    target.mkdir()
    for path in source.glob("[0-9a-f]*"):
        with suppress(FileNotFoundError):
            shutil.copy2(path, target / path.name)


def restore(archive: Path, state: Path) -> Path | None:
    """Puts a backup in the place of what the folder holds, which is moved aside; returns where.

    Keys are those of the folder, where it is of the same hub; else those of FILE.keys.
    """
    lock = Lock(state)
    aside = None
    try:
        if not tarfile.is_tarfile(archive):
            raise Broken(f"{archive} is not a backup of a hub")
        with tempfile.TemporaryDirectory(dir=state.parent) as folder:
            draft = Path(folder)
            with tarfile.open(archive) as packed:
                packed.extractall(draft, filter="data")
            if not (draft / "hub.db").exists():
                raise Broken(f"{archive} is not a backup of a hub")
            has_own = copies.is_same_hub(draft, state)
            if not has_own:
                copies.take_keys(archive.with_name(archive.name + BESIDE), draft)
            aside = _move_aside(state, KEYS if has_own else ())
            for path in draft.iterdir():
                if not (has_own and path.name in KEYS) and path.name != copies.ABOUT:
                    shutil.move(path, state / path.name)
    finally:
        lock.release()
    return aside


def _move_aside(state: Path, staying: Collection[str]) -> Path | None:
    """Everything but the lock and the keys that stay, with what SQLite keeps beside them."""
    own = tuple(f"{name}{tail}" for name in staying for tail in ("", "-wal", "-shm"))
    held = [path for path in state.iterdir() if path.name not in ("lock", *own)]
    if not held:
        return None
    aside = Path(tempfile.mkdtemp(prefix=f"{state.name}-before-restore-", dir=state.parent))
    for path in held:
        shutil.move(path, aside / path.name)
    return aside
