"""What was wished leaves with its words: questions, acts, outcomes, documents, grants, credentials."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import state as states
from hub.again import leave_again, settle
from hub.credential import give
from persona import keys
from persona.acts import credentials
from persona.keys import Key
from persona.memory import documents
from persona.model import Address
from persona.people import addresses
from tests.stories.ledgers import lost
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, in_channel
from tests.stories.test_backup import bytes_of, texts_of
from tests.stories.test_leaving import erased, everything, exported, let_pass, receipts, rows_again
from tests.stories.test_wishes import CODE, ask
from tests.support import ENV, FAMILIES, Hub

BOB = "bob@example.net"
GIVEN = {"url": "https://calendar.example", "user": "ann", "password": "zqpassword"}
SAID = {
    "zqvelvet": f"email {BOB}: the code is zqvelvet",
    "zqlemon": "save the document notes: the code is zqlemon",
    "zqattic": "text +14155550177: it is in the zqattic",
    "zqcellar": "email eve@example.net: it is in the zqcellar",
    "zqmarble": "read the document zqmarble",
}
"""Each secret with the one message that says it."""


@pytest.fixture(params=FAMILIES)
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hub]:
    opened = Hub(tmp_path, family=request.param)
    yield opened
    left = lost(opened)
    opened.close()
    assert left == []


def home_of(hub: Hub, who: Person) -> str:
    place = addresses.find(hub.ports.table, Address.parse(who.address))
    assert place
    return place.home


def wished(ann: Person) -> None:
    """One of each: approved and done, kept, still open, denied, failed; then shown once more."""
    ann.say(f"approve {ask(ann, SAID['zqvelvet'])}")
    assert "is saved" in ann.say(SAID["zqlemon"])
    ask(ann, SAID["zqattic"])
    ann.say(f"deny {ask(ann, SAID['zqcellar'])}")
    assert "I could not do this" in ann.say(SAID["zqmarble"])
    assert "zqvelvet" in ann.say("ledger")
    assert "zqlemon" in ann.say("read the document notes")


def kept(hub: Hub, who: Person) -> str:
    """Everything that can be opened of this person, also what lies in blobs, and their export."""
    home = home_of(hub, who)
    found = [
        str(documents.opened(hub.ports, hub.ports.blobs, home, name))
        for name in documents.names(hub.ports.blobs, home)
    ]
    return texts_of(hub) + "\n".join(found) + json.dumps(exported(hub, who), ensure_ascii=False)


@pytest.mark.parametrize("surface", ["sms", "web"])
def test_nothing_is_left_of_forgotten_wishes(hub: Hub, surface: str) -> None:
    ann: Person = Texter(hub) if surface == "sms" else Visitor(hub)
    wished(ann)
    let_pass(hub)
    before = kept(hub, ann)
    assert [secret for secret in SAID if secret not in before] == []
    for secret, words in SAID.items():
        hub.clock.at += 60
        answer = ann.say(f"forget {words}")
        if "Which of these" in answer:
            ann.say("all")
        let_pass(hub)
        assert secret not in kept(hub, ann), (secret, answer)
    assert documents.names(hub.ports.blobs, home_of(hub, ann)) == []
    assert {one["residue"] for one in receipts(hub)} == {0}
    questions = hub.ports.table.query(keys.questions(home_of(hub, ann)))
    assert questions == []


def test_a_document_of_other_words_stays(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say(SAID["zqlemon"])
    ann.say("save the document shopping: milk")
    ann.say(f"forget {SAID['zqlemon']}")
    let_pass(hub)
    assert "milk" in ann.say("read the document shopping")
    assert "I could not do this" in ann.say("read the document notes")


def test_a_look_finds_a_document_that_a_forgetting_left(hub: Hub) -> None:
    """The control: its blob is put back, as a forgetting that did not reach it would leave it."""
    from persona.acts import residue

    ann = Visitor(hub)
    ann.say("remember the code is zqlemon")
    ann.say("save the document notes: the code is zqlemon")
    home = home_of(hub, ann)
    (name,) = documents.names(hub.ports.blobs, home)
    sealed = hub.ports.blobs.get(name)
    assert sealed
    for words in (SAID["zqlemon"], "the code is zqlemon"):
        ann.say(f"forget {words}")
        ann.say("all")
        let_pass(hub)
    assert residue.look(hub.ports, [], [home], []).left == []
    hub.ports.blobs.put(name, sealed)
    assert residue.look(hub.ports, [], [home], []).left == ["DOCUMENT"]


def lived(hub: Hub) -> tuple[Slacker, Texter]:
    """Ann with all that a wish can leave, on two addresses and in a channel; Bob beside her."""
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    wished(page)
    link(ann, phone)
    link(ann, page)
    ann.say(f"approve {ask(ann, f'email {BOB}: hello')} always", "do not text me")
    ann.say("quiet hours from 22:00 to 7:00")
    place = addresses.find(hub.ports.table, Address.parse(page.address))
    assert place
    now = hub.clock.at
    credentials.give(hub.ports, "calendar", place, Address.parse(page.address), GIVEN, now)
    in_channel(hub, "U0ANN").say("email eve@example.net: it is in the zqattic")
    bob = Mailer(hub, BOB)
    bob.say("save the document mine: the moon")
    bob.say(f"deny {ask(bob, 'text +14155550177: the moon')}")
    return ann, phone


def test_an_export_has_all_of_it_and_the_credential_by_name_alone(hub: Hub) -> None:
    ann, _ = lived(hub)
    found = exported(hub, ann)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for line in found:
        kinds.setdefault(line["type"], []).append(line)
    assert {one["state"] for one in kinds["question"]} == {"open", "denied", "approved"}
    assert [(one["title"], one["text"]) for one in kinds["document"]] == [
        ("notes", "the code is zqlemon")
    ]
    assert [one["destination"] for one in kinds["grant"]] == [f"email:{BOB}"]
    assert [one["name"] for one in kinds["credential"]] == ["calendar"]
    assert kinds["consent"][0]["quiet_hours"]["*"]["start"] == 1320
    assert kinds["consent"][0]["closed_addresses"] == {"sms:+14155550101": "asked not to"}
    done = {one["function"]: one["state"] for one in kinds["act"]}
    assert done["send_email"] == done["save_document"] == "sent"
    assert any(one.get("consent") for one in kinds["ledger"])
    text = json.dumps(found)
    assert "zqpassword" not in text and "moon" not in text


@pytest.mark.long
def test_nothing_of_it_is_left_after_an_erasure(hub: Hub, tmp_path: Path) -> None:
    ann, _ = lived(hub)
    let_pass(hub)
    homes = [home_of(hub, ann), *hub.gate(ann.address)["homes"]]
    lanes = [one["lane"] for one in hub.gate(ann.address)["links"].values()]
    before = hub.family.table.scan("")
    assert any(key.partition.startswith("CREDENTIAL#") for key, _ in before)
    assert [name for home in homes for name in documents.names(hub.ports.blobs, home)]
    erased(hub, ann.address)
    let_pass(hub, 3600.0)
    for _ in range(2):  # and once more after the table was restored as it was
        raw, opened = everything(hub), texts_of(hub)
        for word in (*SAID, "zqpassword", *homes, *lanes, "+14155550101"):
            assert word not in raw and word not in opened, word
        assert not [name for home in homes for name in documents.names(hub.ports.blobs, home)]
        assert not hub.family.table.scan("CREDENTIAL#")
        assert "the moon" in opened
        assert not [one for one in SAID if one in bytes_of(tmp_path).decode("latin-1")]
        rows_again(hub, before)
        leave_again(hub.family.table.scan("ADDRESS#"), hub.ports)
        let_pass(hub, 3600.0)
    hub.clock.at += 1


def test_a_restored_backup_brings_no_document_back(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir()
    hub = Hub(folder)
    ann, bob = Visitor(hub), Visitor(hub, "bob")
    for one in (ann, bob):
        one.say(SAID["zqlemon"])
        one.say("save the document other: milk")
    states.backup(folder, tmp_path / "kept")
    erased(hub, ann.address)
    bob.say(f"forget {SAID['zqlemon']}")
    let_pass(hub)
    hub.close()
    states.restore(tmp_path / "kept", folder)
    settle(folder, ENV)
    again = Hub(folder)
    again.clock.at = hub.clock.at
    let_pass(again)
    assert len(list((folder / "blobs").iterdir())) == 1
    bob = Visitor(again, "bob")
    assert "milk" in bob.say("read the document other")
    assert "I could not do this" in bob.say("read the document notes")
    again.close()


def test_a_credential_that_was_given_can_be_dropped(tmp_path: Path) -> None:
    give(tmp_path, {}, "calendar", "ann", GIVEN)
    hub = Hub(tmp_path)
    address = Address("web", "ann")
    assert credentials.given_by(hub.ports, address) == ["calendar"]
    hub.close()
    give(tmp_path, {}, "calendar", "ann", None)
    hub = Hub(tmp_path)
    assert credentials.given_by(hub.ports, address) == []
    assert not hub.ports.table.query(Key("CREDENTIAL#calendar", ""))
    hub.close()
    assert CODE.pattern
