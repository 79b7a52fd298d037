"""What was forgotten stays forgotten, who was erased is gone, and an export is one's own alone."""

import json
from typing import Any

import pytest

from functions import sweep
from hub.again import leave_again
from persona import keys
from persona.acts import erase, export, outbox
from persona.errors import Refused
from persona.memory import evidence, segments, tombstones
from persona.model import Address, Evidence, message_id
from persona.people import addresses
from persona.ports import Put
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel
from tests.support import Hub, posted

BOB = "+14155550102"


def let_pass(hub: Hub, seconds: float = 61.0) -> None:
    """Time for the sweeper, as often as it wants to come back."""
    for _ in range(4):
        drain(hub)
        hub.clock.at += seconds
    drain(hub)


def place_of(hub: Hub, person: Person) -> Any:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place is not None
    return place


def receipts(hub: Hub) -> list[dict[str, Any]]:
    rows = hub.family.table.scan("LANE#")
    return [row["receipt"] for _, row in rows if "receipt" in row]


def exported(hub: Hub, person: Person) -> list[dict[str, Any]]:
    spelled = list(
        export.lines(
            Address.parse(person.address), hub.ports, hub.ports.blobs, hub.settings, hub.clock
        )
    )
    assert export.verify(spelled)
    return [json.loads(line) for line in spelled]


def everything(hub: Hub) -> str:
    """Every row as it stands, and what was exported of nobody: raw, as an intruder finds it."""
    return "\n".join(map(str, hub.family.table.scan("")))


def rows_again(hub: Hub, before: list[tuple[keys.Key, Any]]) -> None:
    """A restore of the table as it was: the keys stay as they are."""
    from persona.ports import Delete

    for there, _ in hub.family.table.scan(""):
        hub.ports.table.commit([Delete(there)])
    for there, row in before:
        hub.ports.table.commit([Put(there, row)])
    hub.restart()


# Forgetting


def test_a_forgetting_is_proven_by_a_receipt(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("my bike lock is 4812")
    assert "4812" in ann.say("what is my bike lock?")
    assert "Forgotten" in ann.say("forget my bike lock")
    let_pass(hub)
    (receipt,) = receipts(hub)
    assert receipt["residue"] == 0
    assert receipt["tombstones"] > 0
    assert receipt["looked_through"]["TURN"] > 0
    assert receipt["looked_through"]["BLOB"] > 0
    assert "is 4812" not in json.dumps(exported(hub, ann))


def test_forgotten_stays_forgotten(hub: Hub) -> None:
    """By a delivery after the seen mark is gone, a late edit, a rebuild, and a restored backup."""
    ann = Slacker(hub)
    ts = f"{hub.clock.at:.6f}"
    hub.slack_event(posted("my bike lock is 4812", ts))
    drain(hub)
    before = hub.family.table.scan("")
    assert "Forgotten" in ann.say("forget my bike lock")
    let_pass(hub)
    hub.clock.at += 31 * 86_400.0
    hub.family.table.expire(hub.clock.at)
    hub.slack_event(posted("my bike lock is 4812", ts))
    edit = {"type": "message", "subtype": "message_changed", "channel": "D0ANN"}
    edit |= {"channel_type": "im", "ts": "1750000009.000001", "event_ts": "1750000009.000001"}
    edit |= {"message": {**posted("my bike lock is still 4812", ts), "edited": {"ts": "1"}}}
    hub.slack_event({**edit, "previous_message": posted("my bike lock is 4812", ts)})
    drain(hub)
    home = place_of(hub, ann).home
    from zoneinfo import ZoneInfo

    list(segments.rebuild(hub.ports, home, ZoneInfo("UTC")))
    assert not [text for text in hub.heard(ann.address) if "4812" in text]
    assert "4812" not in ann.say("what is my bike lock?")
    rows_again(hub, before)
    assert leave_again(hub.family.table.scan("ADDRESS#"), hub.ports)["forgotten"]
    let_pass(hub)
    assert "4812" not in ann.say("what is my bike lock?")
    assert "is 4812" not in json.dumps(exported(hub, ann))
    assert {one["residue"] for one in receipts(hub)} == {0}
    ann.say("my bike lock is 4812")
    assert "4812" in ann.say("what is my bike lock?"), "said anew, it is a new statement"


def test_nothing_may_be_derived_from_what_was_forgotten(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    home = place_of(hub, ann).home
    (one,) = evidence.evidence_of(evidence.read_turns(hub.ports, home)[0])
    assert not tombstones.is_forgotten(hub.ports, one)
    ann.say("forget my bike lock")
    assert tombstones.is_forgotten(hub.ports, one)
    other = Evidence("other", home, 9, "My bike lock was 4812!", one.author, "sms", one.at)
    assert not tombstones.is_forgotten(hub.ports, other)
    copied = Evidence("other", home, 9, "My bike lock is 4812!", one.author, "sms", one.at)
    assert tombstones.is_forgotten(hub.ports, copied)
    hub.clock.at += 60
    later = Evidence("new", home, 10, one.text, one.author, "sms", hub.clock.at)
    assert not tombstones.is_forgotten(hub.ports, later)


def test_a_forgetting_that_only_drops_the_turn_leaves_residue(hub: Hub) -> None:
    """The control: the look bites."""
    from persona.acts import residue
    from persona.model import Said
    from persona.ports import Delete

    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    ann.say("what is my bike lock?")
    place = place_of(hub, ann)
    turn = evidence.read_turns(hub.ports, place.home)[0]
    said = next(said for said in turn.said if said.author == "person")
    stones = tombstones.over(hub.ports, place.home, said, "forgotten", hub.clock.now())
    writes = [tombstones.write(place.home, one) for one in stones]
    hub.ports.table.commit([*writes, Delete(keys.turn(place.home, turn.version))])
    assert isinstance(said, Said)
    found = residue.look(hub.ports, [place.lane], [place.home], ["sms"])
    assert {"DONE", "TURN"} <= set(found.left)


def test_a_later_mail_that_quotes_the_words_loses_its_raw_original(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("my bike lock is 4812")
    quoted = "On Mon, 16 Jun 2025 at 15:06, Ann <ann@example.org> wrote:\r\n> my bike lock is 4812"
    ann.say(f"thank you, by the way my cat is Max\r\n\r\n{quoted}")
    ann.say("forget my bike lock is 4812")
    let_pass(hub)
    left = [name for n in range(1, 4) if (name := f"mail/ses-{n}") and hub.ports.blobs.get(name)]
    assert left == []
    assert "Max" in ann.say("who is my cat?")


# Erasing


def erased(hub: Hub, address: str) -> dict[str, Any]:
    erase.begin(Address.parse(address), hub.ports, hub.clock.now())
    let_pass(hub)
    return [row for _, row in hub.family.table.scan("ERASED")][-1]


def test_an_erased_person_is_gone_and_comes_back_as_a_stranger(hub: Hub) -> None:
    ann, mail, bob = Texter(hub), Mailer(hub), Texter(hub, BOB)
    link(ann, mail)
    ann.say("my bike lock is 4812")
    bob.say("my door code is 9931")
    homes = [place_of(hub, one).home for one in (ann, mail)]
    lanes = {row["lane"] for key, row in hub.family.table.scan("ADDRESS#") if key.sort == "HOME"}
    lanes -= {place_of(hub, bob).lane}
    certificate = erased(hub, ann.address)
    assert (certificate["addresses"], certificate["homes"]) == (2, 2)
    text = everything(hub)
    for name in (*homes, *lanes, "+14155550101", "ann@example.org"):
        assert name not in text, name
    for home in homes:
        with pytest.raises(Refused):
            hub.ports.keys.of(f"home:{home}")
    assert "9931" in bob.say("what is my door code?")
    assert "I remember what you tell me" in ann.say("hello")
    assert "4812" not in ann.say("what is my bike lock?")
    assert place_of(hub, ann).home not in homes


def test_what_was_said_where_others_listen_goes_by_its_author(hub: Hub) -> None:
    ann, bob = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    ann.say("the projector is in the attic")
    bob.say("lunch is at noon")
    assert "attic" in bob.say("where is the projector?")
    erased(hub, "slack:T0HUB:U0ANN")
    room = place_of(hub, ann)
    assert not [said for said in hub.said(ann.address) if "attic" in said.text]
    assert "noon" in bob.say("when is lunch?")
    assert "U0ANN" not in json.dumps(
        [evidence.plain_turn(t) for t in evidence.read_turns(hub.ports, room.home)]
    )


def test_sessions_go_with_the_person(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say("my bike lock is 4812")
    name = {"confirm": "erase everything"}
    from tests.support import Call, browser

    weak = Call("POST", "/web/erase", json.dumps(name).encode(), browser(ann.token))
    assert hub.make(weak).status == 403
    token = hub.sign_in(strong=True)
    wrong = Call("POST", "/web/erase", b'{"confirm": "erase bob"}', browser(token))
    assert hub.make(wrong).status == 400
    right = Call("POST", "/web/erase", json.dumps(name).encode(), browser(token))
    assert hub.make(right).status == 202
    let_pass(hub)
    gone = hub.http("GET", "/web/messages", headers=browser(ann.token))
    assert gone.status == 401
    assert "ann" not in everything(hub).replace("channel", "")


def test_words_said_before_go_too_and_words_said_after_meet_a_new_home(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    old = place_of(hub, ann).home
    ann.send("and my other lock is 9931")
    erase.begin(Address.parse(ann.address), hub.ports, hub.clock.now())
    ann.send("hello again")
    let_pass(hub)
    assert hub.heard(ann.address) == ["hello again"]
    assert place_of(hub, ann).home != old


def test_erased_key_is_not_revived_by_a_restore(hub: Hub) -> None:
    ann, bob = Texter(hub), Texter(hub, BOB)
    ann.say("my bike lock is 4812")
    bob.say("my door code is 9931")
    home = place_of(hub, ann).home
    before = hub.family.table.scan("")
    erased(hub, ann.address)
    rows_again(hub, before)
    with pytest.raises(Refused):
        evidence.read_turns(hub.ports, home)
    leave_again(hub.family.table.scan("ADDRESS#"), hub.ports)
    let_pass(hub)
    assert home not in everything(hub)
    assert "9931" in bob.say("what is my door code?")
    assert "4812" not in ann.say("what is my bike lock?")
    assert len(hub.family.table.scan("ERASED")) == 2, (
        "the first certificate, and that of the second"
    )


def test_one_who_parted_before_the_erasure_is_kept_by_a_restore(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    mail.say("my cat is Max")
    link(ann, mail)
    before = hub.family.table.scan("")
    ann.say("unlink email")
    erased(hub, ann.address)
    rows_again(hub, before)
    leave_again(hub.family.table.scan("ADDRESS#"), hub.ports)
    let_pass(hub)
    assert "Max" in mail.say("who is my cat?")


def test_nobody_can_be_erased_twice_or_by_mistake(hub: Hub) -> None:
    with pytest.raises(Refused):
        erase.begin(Address("sms", "+1999"), hub.ports, hub.clock.now())
    Texter(hub).say("hello")
    address = Address.parse(Texter(hub).address)
    erase.begin(address, hub.ports, hub.clock.now())
    with pytest.raises(Refused):
        erase.begin(address, hub.ports, hub.clock.now())
    let_pass(hub)
    assert len(hub.family.table.scan("ERASED")) == 1
    assert not hub.family.table.scan("ERASE#")


# Exporting


def test_export_holds_nothing_of_others(hub: Hub) -> None:
    ann, mail, bob = Texter(hub), Mailer(hub), Texter(hub, BOB)
    room, other = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    slack = Slacker(hub)
    link(ann, mail)
    link(ann, slack)
    ann.say("my bike lock is 4812")
    mail.say("what is my bike lock?")
    bob.say("my door code is 9931")
    room.say("my bus leaves at 1717")
    other.say("my locker is 3333")
    ann.say("my cat is Max")
    ann.say("forget my cat is Max")
    let_pass(hub)
    found = exported(hub, mail)
    text = json.dumps(found)
    assert all(own in text for own in ("4812", "1717", "+14155550101", "ann@example.org"))
    others = ("code is 9931", "locker is 3333", "cat is Max", BOB)
    assert not [one for one in others if one in text]
    kinds = {line["type"] for line in found}
    assert kinds == {"link", "consent", "message", "mentioned", "act", "ledger", "manifest"}
    answer = [line for line in found if line.get("recalled")]
    assert answer and answer[0]["recalled"][0] in {
        f"{line['home']}/{line['turn']}" for line in found if line["type"] == "message"
    }
    assert found[-1]["lines"] == len(found) - 1


def test_an_export_from_the_page_is_the_same_lines(hub: Hub) -> None:
    import gzip

    from tests.support import browser

    ann = Visitor(hub)
    ann.say("my bike lock is 4812")
    assert hub.http("GET", "/web/export", headers=browser(ann.token)).status == 403
    token = hub.sign_in(strong=True)
    plain = hub.http("GET", "/web/export", headers=browser(token))
    headers = browser(token, **{"accept-encoding": "gzip"})
    packed = hub.http("GET", "/web/export", headers=headers)
    assert plain.status == packed.status == 200
    assert gzip.decompress(packed.body) == plain.body
    assert export.verify(plain.body.decode().splitlines(keepends=True))
    assert hub.http("GET", "/web/export").status == 401


def test_redacted_acts_say_nothing_of_their_subject(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("my bike lock is 4812")
    ann.say("forget my bike lock")
    let_pass(hub, outbox.REDACT_AGAIN + 1)
    rows = hub.family.table.scan("ACT#email#")
    texts = [outbox.open_row(hub.ports, row) for _, row in rows]
    assert [act for act in texts if act.text == outbox.REDACTED and not act.detail]
    assert sweep.run(hub.ports) == 0
    assert message_id("x")
