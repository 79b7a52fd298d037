"""A state folder of an older format is brought up to today's, with a copy kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

from backends.local import _database
from backends.local.family import open_family
from hub import state
from persona.keys import Key
from persona.ports import Put

OLD = {
    Key("PROVIDER#sms#SM1", "ACT"): {"v": 1, "lane": "L", "after": "000000000001#01"},
    Key("REDACT#L", "000000000002"): {"v": 1, "lane": "L", "sent": [], "due": 1.0},
    Key("BLOB#HASH", "GONE"): {"v": 1, "name": "mail/1", "due": 1.0},
    Key("LANE#L", "HEAD"): {"v": 1, "version": 2},
}
NEW = {
    Key("PROVIDER#sms#L", "SM1"): OLD[Key("PROVIDER#sms#SM1", "ACT")],
    Key("LANE#L", "REDACT#000000000002"): OLD[Key("REDACT#L", "000000000002")],
    Key("BLOB#HASH", "GONE#HASH"): OLD[Key("BLOB#HASH", "GONE")],
    Key("LANE#L", "HEAD"): OLD[Key("LANE#L", "HEAD")],
}


def test_rows_of_format_1_move_into_their_lanes(tmp_path: Path) -> None:
    family = open_family(tmp_path, {}, durable=False)
    family.table.commit([Put(key, row) for key, row in OLD.items()])
    family.close()
    with closing(sqlite3.connect(tmp_path / "hub.db")) as connection:
        connection.execute("PRAGMA user_version = 1")
    kept = state.upgrade(tmp_path)
    assert kept == tmp_path / "before-upgrade-from-1"
    assert kept and (kept / "hub.db").exists()
    family = state.open_state(tmp_path, {})
    assert dict(family.table.scan("")) == NEW
    assert [key.sort for key in family.table.due(2.0)] == ["GONE#HASH", "REDACT#000000000002"]
    family.close()
    assert state.upgrade(tmp_path) is None, "it is of today's format now"


def test_every_older_format_has_its_step() -> None:
    assert list(state.UPGRADES) == list(range(_database.FORMAT))
