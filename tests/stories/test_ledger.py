"""The ledger: read with its words while they are kept, whole when they are gone, no change unseen."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from persona import keys
from persona.acts import effects, erase, ledger
from persona.acts.effects import Effect
from persona.acts.orphans import orphans
from persona.keys import Key
from persona.memory.standing import open_gate
from persona.model import Address
from persona.people import addresses
from persona.ports import Delete, Put, Row
from tests.stories.ledgers import functions, lost
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel
from tests.stories.test_leaving import let_pass
from tests.stories.test_wishes import ASK, CODE, ask, mails
from tests.support import FAMILIES, Hub

FIGURES = Path(__file__).parents[2] / "bench" / "figures"
Rows = list[tuple[Key, Row]]


@pytest.fixture(params=FAMILIES)
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hub]:
    opened = Hub(tmp_path, family=request.param)
    yield opened
    left = lost(opened)
    opened.close()
    assert left == []


def told(hub: Hub, who: Person) -> list[Effect]:
    place = addresses.find(hub.ports.table, Address.parse(who.address))
    assert place
    gate = open_gate(hub.ports.table.get([keys.gate(place.lane)])[keys.gate(place.lane)])
    lanes = dict.fromkeys([place.lane, *(one.lane for one in gate.links.values())])
    return effects.read(hub.ports, lanes, gate.homes)


def entries(hub: Hub) -> Rows:
    return [one for one in hub.family.table.scan("LANE#") if one[0].sort.startswith("LEDGER#")]


# Read


def test_from_the_words_to_the_end_with_who_said_yes_and_where(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    code = ask(ann)
    (waiting,) = told(hub, ann)
    assert (waiting.end, waiting.decision) == ("asked", "ask")
    asked = hub.clock.at
    hub.clock.at += 3600
    phone.say(f"approve {code}")
    (done,) = told(hub, phone)
    assert done.words == ASK
    assert "email bob@example.net" in done.shown and "the meeting is at ten" in done.shown
    assert (done.capability, done.decision, done.rule) == ("send_email", "ask", "goes astray")
    assert (done.approved["surface"], done.approved["how"]) == ("sms", "code")
    assert abs(done.at - asked) < 5 and done.approved["at"] >= asked + 3600
    assert (done.end, done.provider) == ("done", f"SM{1:032x}")


@pytest.mark.parametrize("end", ["denied", "expired"])
def test_a_no_and_a_silence_are_ends(hub: Hub, end: str) -> None:
    ann = Texter(hub)
    code = ask(ann)
    if end == "denied":
        ann.say(f"deny {code}")
    else:
        hub.clock.at += 8 * 86_400.0
        drain(hub)
    (one,) = told(hub, ann)
    assert (one.end, one.act) == (end, "")


def test_what_is_not_allowed_and_what_failed_stand_there_too(hub: Hub) -> None:
    from persona.errors import Refused

    room, ann = in_channel(hub, "U0ANN"), Texter(hub)
    room.say(ASK)
    (denied,) = told(hub, room)
    assert (denied.end, denied.rule) == ("denied", "is exposed")
    hub.post["email"].errors = [Refused("the relay answered 554", "the relay answered 554")]
    ann.say(f"approve {ask(ann)}")
    (failed,) = told(hub, ann)
    assert (failed.end, failed.reason) == ("not done", "the relay answered 554")


def test_no_entry_holds_words_or_where_they_went(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)}", "do not text me", f"deny {ask(ann)}")
    text = str(entries(hub))
    for word in ("bob", "example.net", "meeting", "4155550101", "email bob"):
        assert word not in text, word


def test_asked_in_words_it_names_the_last_effects_in_private_alone(hub: Hub) -> None:
    ann, room = Texter(hub), in_channel(hub, "U0ANN")
    assert "nothing for you yet" in ann.say("what have you done for me?")
    ann.say(f"approve {ask(ann)}")
    for n in range(6):
        ann.say(f"deny {ask(ann, f'email eve{n}@example.net: hello')}")
    listed = ann.say("ledger")
    assert listed.count("\u2022") == 5
    assert "eve5@example.net" in listed.splitlines()[1] and "denied" in listed.splitlines()[1]
    assert "in private only" in room.say("what have you done?")


def test_a_new_link_opens_no_effects_of_the_other_side(tmp_path: Path) -> None:
    from tests.support import ENV

    hub = Hub(tmp_path, {**ENV, "HUB_LINK_QUARANTINE": "86400"})
    ann, phone = Slacker(hub), Texter(hub)
    ask(ann)
    link(ann, phone)
    assert "bob@example.net" not in phone.say("ledger")
    hub.clock.at += 86_401
    assert "bob@example.net" in phone.say("ledger")
    hub.close()


# Forgotten


def test_forgotten_words_are_gone_from_it_and_it_verifies(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)}")
    ann.say("ledger")
    before = entries(hub)
    ann.say("forget the meeting is at ten")
    ann.say("all")
    let_pass(hub)
    assert [row for row in entries(hub) if row in before] == before
    (one,) = told(hub, ann)
    assert (one.words, one.shown, one.reason) == ("", "", "")
    assert (one.end, one.approved["how"], one.capability) == ("done", "code", "send_email")
    assert "meeting" not in ann.say("ledger")


def test_an_open_question_goes_with_the_words_that_led_to_it(hub: Hub) -> None:
    ann = Texter(hub)
    code = ask(ann)
    assert "Forgotten" in ann.say("forget email bob the meeting is at ten")
    let_pass(hub)
    assert "No question of mine" in ann.say(f"approve {code}")
    assert not mails(hub)
    (one,) = told(hub, ann)
    assert (one.end, one.words, one.shown) == ("forgotten", "", "")


def test_a_question_about_words_that_were_edited_is_withdrawn(hub: Hub) -> None:
    from tests.support import posted

    ann, ts = Slacker(hub), f"{hub.clock.at:.6f}"
    hub.slack_event(posted(ASK, ts))
    drain(hub)
    code = CODE.search(ann.replies()[-1])
    assert code
    change = {"type": "message", "subtype": "message_changed", "channel": "D0ANN"}
    change |= {"channel_type": "im", "ts": "1750000009.000001", "event_ts": "1750000009.000001"}
    new = {**posted("email bob@example.net: at eleven", ts), "edited": {"ts": "1"}}
    hub.slack_event({**change, "message": new, "previous_message": posted(ASK, ts)})
    drain(hub)
    assert "No question of mine" in ann.say(f"approve {code[1]}")
    assert not mails(hub)


def test_the_erased_leave_no_chain_and_break_none(hub: Hub) -> None:
    ann, bob = Texter(hub), Texter(hub, "+14155550155")
    for one in (ann, bob):
        one.say(f"approve {ask(one)}")
    erase.begin(Address.parse(ann.address), hub.ports, hub.clock.now())
    let_pass(hub)
    assert len({key.partition for key, _ in entries(hub)}) == 1
    (one,) = told(hub, bob)
    assert one.end == "done"
    certificates = list(erase.certificates(hub.ports))
    assert ledger.first_break(certificates) is None and len(certificates) == 1


# Tampering


def lived(hub: Hub) -> Rows:
    """Two lanes with everything that an entry can say."""
    ann, mail, bob = Texter(hub), Mailer(hub), Visitor(hub, "bob")
    link(ann, mail)
    ann.say("hello", "my bike lock is 4812", "forget my bike lock", "no texts on weekends")
    mail.say(f"approve {ask(ann)}")
    ann.say(f"deny {ask(ann)}", "do not text me", "stop", "start")
    bob.say("hello", f"approve {ask(bob)} always", ASK, "ledger")
    let_pass(hub)
    return hub.family.table.scan("LANE#")


Attack = Callable[[Rows, int], Iterator[Rows]]


def other(value: Any) -> Iterator[Any]:
    """The value with one leaf changed, for each of its leaves, and with one part fewer."""
    match value:
        case bool():
            yield not value
        case str():
            yield f"{value}x"
        case bytes():
            yield bytes([value[0] ^ 1]) + value[1:]
            yield value[:-1]
        case int() | float():
            yield value + 1
        case list():
            for n, inner in enumerate(value):
                yield from ([*value[:n], new, *value[n + 1 :]] for new in other(inner))
                yield [*value[:n], *value[n + 1 :]]
        case dict():
            for name, inner in value.items():
                yield from ({**value, name: new} for new in other(inner))
                yield {n: one for n, one in value.items() if n != name}
        case _:
            yield "x"


def flipped(rows: Rows, n: int) -> Iterator[Rows]:
    key, row = rows[n]
    bare = {name: value for name, value in row.items() if name != "v"}
    for new in other(bare):
        if {"version", "before", "hash"} <= new.keys():
            yield [*rows[:n], (key, {"v": row["v"], **new}), *rows[n + 1 :]]


def dropped(rows: Rows, n: int) -> Iterator[Rows]:
    yield [*rows[:n], *rows[n + 1 :]]


def swapped(rows: Rows, n: int) -> Iterator[Rows]:
    """With the next one, and with the versions put right."""
    if n + 1 < len(rows):
        (key, row), (next_key, next_row) = rows[n : n + 2]
        yield [*rows[:n], (key, next_row), (next_key, row), *rows[n + 2 :]]
        first = {**next_row, "version": row["version"]}
        second = {**row, "version": next_row["version"]}
        yield [*rows[:n], (key, first), (next_key, second), *rows[n + 2 :]]


def truncated(rows: Rows, n: int) -> Iterator[Rows]:
    yield rows[:n]


def inserted(rows: Rows, n: int) -> Iterator[Rows]:
    """One made up with a hash that fits what stands before it; one of its own copies."""
    key, row = rows[n]
    body = {k: v for k, v in row.items() if k not in ("v", "hash")}
    forged = {**body, "before": row["hash"], "acts": [{"id": "A", "function": "send_email"}]}
    new = {"v": 1, **forged, "hash": ledger.digest(forged)}
    yield [*rows[: n + 1], (Key(key.partition, f"{key.sort}x"), new), *rows[n + 1 :]]


def replayed(rows: Rows, n: int) -> Iterator[Rows]:
    """Once more at the end: as it is, and as the next version with a hash that fits."""
    key, row = rows[n]
    last = rows[-1][1]
    yield [*rows, (Key(key.partition, f"{rows[-1][0].sort}x"), row)]
    lane = key.partition.removeprefix("LANE#")
    body = {k: v for k, v in row.items() if k not in ("v", "hash")}
    body |= {"version": last["version"] + 1, "before": last["hash"]}
    again = {"v": 1, **body, "hash": ledger.digest(body)}
    yield [*rows, (keys.ledger(lane, body["version"]), again)]


ATTACKS: dict[str, Attack] = {
    "flip": flipped,
    "drop": dropped,
    "swap": swapped,
    "truncate": truncated,
    "insert": inserted,
    "replay": replayed,
}


def made_anew(rows: Rows, head: tuple[Key, Row], n: int) -> tuple[Rows, tuple[Key, Row]]:
    """The entry changed and every hash after it made to fit, the head's in the clear as well."""
    fresh, before = rows[:n], rows[n][1]["before"]
    for key, row in rows[n:]:
        body = {k: v for k, v in row.items() if k not in ("v", "hash")}
        body |= {"before": before} | ({"at_ms": body["at_ms"] + 1} if key == rows[n][0] else {})
        before = ledger.digest(body)
        fresh.append((key, {"v": 1, **body, "hash": before}))
    return fresh, (head[0], {**head[1], "ledger": before})


def tampered(rows: Rows, head: tuple[Key, Row]) -> Iterator[tuple[str, Rows]]:
    """Every way in which one lane's chain can be altered, entry by entry, and its head."""
    for n in range(len(rows)):
        for name, attack in ATTACKS.items():
            yield from ((name, [*altered, head]) for altered in attack(rows, n))
        chain, moved = made_anew(rows, head, n)
        yield "make anew", [*chain, moved]
        if n:
            cut = (head[0], {**head[1], "ledger": rows[n - 1][1]["hash"]})
            yield "truncate with the head", [*rows[:n], cut]
    yield "drop the head", rows
    for name in ("ledger", "sealed"):
        for new in other(head[1][name]):
            yield "flip the head", [*rows, (head[0], {**head[1], name: new})]


def test_every_tampering_is_found(hub: Hub) -> None:
    rows = lived(hub)
    tried, found, unsealed = Counter[str](), Counter[str](), 0
    lanes = {key.partition for key, _ in rows if key.sort == "HEAD"}
    assert ledger.breaks(rows, hub.ports) == {}
    for lane in lanes:
        chain = [one for one in rows if one[0].partition == lane and "LEDGER#" in one[0].sort]
        (head,) = [one for one in rows if one[0] == (lane, "HEAD")]
        for name, altered in tampered(chain, head):
            tried[name] += 1
            found[name] += bool(ledger.breaks(altered, hub.ports))
            bare = [row for _, row in altered if "before" in row]
            clear = next((row["ledger"] for key, row in altered if key.sort == "HEAD"), "")
            unsealed += ledger.first_break(bare, clear) is None
    if os.environ.get("HUB_FIGURES"):
        FIGURES.mkdir(parents=True, exist_ok=True)
        kept = {"tried": sum(tried.values()), "found": sum(found.values()), "unsealed": unsealed}
        (FIGURES / "tampers.json").write_text(json.dumps({**kept, "ways": dict(tried)}))
    assert tried == found
    assert len(tried) == len(ATTACKS) + 4
    assert sum(tried.values()) > 500
    assert unsealed > 0, "the control: hashes alone, as who holds the table can make them anew"


# Orphans


def test_what_lost_its_other_half_is_found(hub: Hub) -> None:
    """The control: planted one at a time, and put right again."""
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)}", f"deny {ask(ann)}")
    ask(ann)
    before = hub.family.table.scan("")
    planted = list(_planted(before))
    assert len(planted) >= 7
    for what, rows in planted:
        assert orphans(rows, functions()), what
    assert orphans(before, functions()) == []


def _planted(rows: Rows) -> Iterator[tuple[str, Rows]]:
    for n, (key, row) in enumerate(rows):
        without = [*rows[:n], *rows[n + 1 :]]
        if key.partition.startswith("ACT#send_email"):
            again = (Key(key.partition, key.sort.replace("#0", "#1")), row)
            yield "an act that nobody wished", [*rows, again]
        elif key.sort.startswith("QUESTION#") and row["state"] == "open":
            yield "a question without an end", without
        elif key.sort.startswith("LEDGER#"):
            if any("act" in one for one in row["events"]):
                yield "an act without an end", without
                yield "an act that ended twice", [*rows, (key, row)]
            if "answered" in row:
                yield "an answer that was not kept", without
            if "wished" in row:
                yield "an effect without an intent", without


def test_an_orphan_in_a_state_folder_is_told(tmp_path: Path) -> None:
    from hub.inspect import verify_ledgers

    hub = Hub(tmp_path)
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)}")
    bob = Texter(hub, "+14155550155")
    ask(bob)
    whole = verify_ledgers(tmp_path, hub.env)
    assert (whole["broken"], whole["orphans"], len(whole["effects"])) == ({}, [], 2)
    only = verify_ledgers(tmp_path, hub.env, ann.address)
    assert [one["words"] for one in only["effects"]] == [ASK]
    assert "orphans" not in only and only["lanes"] == 1
    ((key, _),) = hub.family.table.scan("ACT#send_email")
    (last,) = [one for one in entries(hub) if any("act" in event for event in one[1]["events"])]
    hub.ports.table.commit([Delete(key), Put(last[0], {**last[1], "events": []})])
    found = verify_ledgers(tmp_path, hub.env, whole=False)
    assert "effects" not in found
    assert list(found["broken"].values()) == [last[1]["version"]]
    assert len(found["orphans"]) == 1
    hub.close()
