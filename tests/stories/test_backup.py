"""A backup brings back what was kept, and nothing that was forgotten or erased since."""

import json
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from hub import state as states
from hub.again import settle
from persona.errors import Broken
from persona.model import Address
from persona.people import addresses
from tests.stories.people import Mailer, Texter
from tests.stories.test_leaving import erased, let_pass
from tests.support import ENV, Hub

BOB = "+14155550102"
SECRET = "4812"
FIGURES = Path(__file__).parents[2] / "bench" / "figures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hub").mkdir()
    return tmp_path / "hub"


def opened_again(folder: Path, hub: Hub) -> Hub:
    again = Hub(folder)
    again.clock.at = hub.clock.at
    return again


def texts_of(hub: Hub) -> str:
    """Everything that can still be opened, opened."""
    from persona.acts import residue
    from persona.errors import Refused

    found: list[str] = []
    for kind in ("HOME#", "LANE#", "ACT#"):
        for key, row in hub.family.table.scan(kind):
            if "sealed" not in row:
                continue
            try:
                found.append(json.dumps(residue.opened_row(hub.ports, key, row)))
            except Refused:
                continue
    return "\n".join(found)


def bytes_of(*folders: Path) -> bytes:
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(path.read_bytes() for path in paths)


@pytest.mark.parametrize("is_empty", [False, True], ids=["same folder", "empty folder"])
def test_a_restore_brings_back_neither_the_erased_nor_the_forgotten(
    folder: Path, tmp_path: Path, is_empty: bool
) -> None:
    hub = Hub(folder)
    ann, mail, bob = Texter(hub), Mailer(hub), Texter(hub, BOB)
    ann.say(f"my bike lock is {SECRET}")
    mail.say(f"my other lock is {SECRET}")
    bob.say("my door code is 9931")
    bob.say("my cat is Max")
    before = texts_of(hub).count(SECRET)
    states.backup(folder, tmp_path / "kept")
    erased(hub, ann.address)
    assert erased(hub, mail.address)["copies_not_reached"] == []
    bob.say("forget my cat is Max")
    bob.say("my dog is Rex")
    let_pass(hub)
    hub.close()
    target = tmp_path / "other" if is_empty else folder
    target.mkdir(exist_ok=True)
    aside = states.restore(tmp_path / "kept", target)
    assert settle(target, ENV) == {"erased": 2, "forgotten": 2}
    again = opened_again(target, hub)
    let_pass(again)
    text = texts_of(again)
    assert SECRET not in text and "Max" not in text
    assert "9931" in text
    assert "9931" in Texter(again, BOB).say("what is my door code?")
    assert SECRET not in Texter(again).say("what is my bike lock?")
    assert addresses.find(again.ports.table, Address("email", "ann@example.org")) is None
    assert list((target / "blobs").iterdir()) == []
    again.close()
    raw = bytes_of(target, *([aside] if aside else []))
    found = text.count(SECRET) + raw.count(SECRET.encode())
    if os.environ.get("HUB_FIGURES"):
        FIGURES.mkdir(parents=True, exist_ok=True)
        with (FIGURES / "erased.jsonl").open("a") as file:
            figures = {"persons": 2, "restores": 1, "found": found, "before": before}
            file.write(json.dumps(figures) + "\n")
    assert found == 0 < before


def test_a_backup_holds_no_key_and_its_keys_know_the_erased(folder: Path, tmp_path: Path) -> None:
    hub = Hub(folder)
    Texter(hub).say("my bike lock is 4812")
    home = hub.gate("sms:+14155550101")["homes"][0]
    beside = states.backup(folder, tmp_path / "kept")
    with tarfile.open(tmp_path / "kept") as archive:
        assert not [name for name in archive.getnames() if "keys" in name or "secrets" in name]
    with closing(sqlite3.connect(beside)) as copy:
        owner = f"home:{home}"
        wrapped = copy.execute("SELECT wrapped FROM keys WHERE owner = ?", (owner,)).fetchone()[0]
    assert wrapped
    erased(hub, "sms:+14155550101")
    assert wrapped not in beside.read_bytes()
    gone = states.backup(folder, tmp_path / "gone")
    gone.unlink()
    bob = Texter(hub, BOB)
    bob.say("hello")
    assert erased(hub, bob.address)["copies_not_reached"] == [str(gone)]
    hub.close()
    with pytest.raises(Broken, match=r"gone\.keys"):
        states.restore(tmp_path / "gone", tmp_path / "new")


def test_a_restore_gives_another_folder_the_same_memory(folder: Path, tmp_path: Path) -> None:
    hub = Hub(folder)
    Texter(hub).say("my bike lock is 4812")
    states.backup(folder, tmp_path / "kept")
    hub.close()
    states.restore(tmp_path / "kept", tmp_path / "new")
    assert settle(tmp_path / "new", ENV) == {"erased": 0, "forgotten": 0}
    again = opened_again(tmp_path / "new", hub)
    assert "4812" in Texter(again).say("what is my bike lock?")
    again.close()


def test_an_erasure_leaves_neither_key_nor_address_in_the_logs_of_the_files(folder: Path) -> None:
    """While the hub runs: SQLite deletes into a log first, where the old pages still stand."""
    hub = Hub(folder)
    Mailer(hub).say("my bike lock is 4812")
    home = next(key.partition[5:] for key, _ in hub.family.table.scan("HOME#"))
    with closing(sqlite3.connect(folder / "keys.db")) as copy:
        owner = f"home:{home}"
        wrapped = copy.execute("SELECT wrapped FROM keys WHERE owner = ?", (owner,)).fetchone()[0]
    assert wrapped in bytes_of(folder) and b"ann@example.org" in bytes_of(folder)
    erased(hub, "email:ann@example.org")
    assert wrapped not in bytes_of(folder)
    assert b"ann@example.org" in bytes_of(folder), "the control: deleted, and in the log still"
    hub.family.table.scrub()
    assert b"ann@example.org" not in bytes_of(folder)
    hub.close()
