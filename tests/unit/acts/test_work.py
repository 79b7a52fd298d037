"""Working the open acts: judged again, in order, and never sent twice to be sure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from persona import keys
from persona.acts import outbox
from persona.acts.work import MOST_TRIES, work
from persona.decision import Act
from persona.errors import Refused, Transient, Unknown
from persona.model import Address, Event
from persona.ports import Delete, Hands, Put, Sent, Write
from tests.unit.house import ANN, BOB, Between, House, Post


def texts(house: House) -> list[str]:
    return [act.text.split("\n")[0] for act in house.post.sent]


def states(house: House, who: Address = ANN) -> list[str]:
    return [act.state for act in house.acts(who).values()]


def outcomes(house: House) -> list[tuple[str, str]]:
    """State and reason of each outcome that came back into a lane."""
    found: list[tuple[str, str]] = []
    while batch := house.family.lanes.receive():
        for message in batch:
            event = Event.from_json(message.body)
            found.append((event.detail["state"], event.detail["reason"]))
            house.family.lanes.delete(message)
    return found


def finds(answer: Sent | None) -> Any:
    def lookup(act: Act, hands: Hands) -> Sent | None:
        return answer

    return lookup


def test_what_was_decided_first_is_heard_first(house: House) -> None:
    for words in ("one", "remember two", "remember three"):
        house.tell(words)
    assert house.work() == Counter(sent=3)
    assert texts(house) == [
        "Noted.",
        "I will remember that: “two”",
        "I will remember that: “three”",
    ]
    assert house.work() == Counter()


def test_nothing_overtakes_what_has_to_wait(house: House) -> None:
    house.post.errors = [Transient("busy", 5.0)]
    house.tell("remember one")
    house.tell("remember two")
    assert house.work() == Counter()
    house.clock.at += 4.0
    assert house.work() == Counter()
    assert texts(house) == []
    house.clock.at += 2.0
    assert house.work() == Counter(sent=2)
    assert [text[-4:-1] for text in texts(house)] == ["one", "two"]


def test_one_address_that_waits_holds_up_nobody_else(house: House) -> None:
    house.post.errors = [Transient("busy", 5.0)]
    house.tell("hello", who=ANN)
    house.tell("hello", who=BOB)
    assert house.work(ANN) == Counter()
    assert house.work(BOB) == Counter(sent=1)


def test_what_stays_impossible_is_given_up_and_told(house: House) -> None:
    house.post.errors = [Transient("busy")] * MOST_TRIES
    house.tell("hello")
    pauses: list[float] = []
    while house.acts() and states(house) == ["pending"]:
        house.work()
        before = house.clock.at
        house.clock.at = max(before, house.family.table.next_due() or before)
        pauses.append(house.clock.at - before)
    assert states(house) == ["failed"]
    assert len(pauses) == MOST_TRIES
    assert pauses[:-1] == sorted(pauses[:-1])
    assert outcomes(house) == [("failed", "given up: busy")]


def test_a_refusal_is_final_and_told_under_its_code(house: House) -> None:
    house.post.errors = [Refused("not this number", "unsubscribed")]
    house.tell("hello")
    assert house.work() == Counter(failed=1)
    assert outcomes(house) == [("failed", "unsubscribed")]
    house.clock.at += 1e6
    assert house.work() == Counter()
    assert texts(house) == []


def test_an_answer_that_was_lost_is_unknown_where_nobody_can_tell(house: House) -> None:
    house.post.errors = [Unknown("no answer")]
    house.tell("hello")
    assert house.work() == Counter(unknown=1)
    assert outcomes(house) == [("unknown", "no answer")]
    house.clock.at += 1e6
    house.work()
    assert texts(house) == []


@pytest.mark.parametrize(
    ("found", "sent_again"), [(Sent("SM9"), 0), (None, 1)], ids=["it arrived", "it did not"]
)
def test_where_the_provider_can_tell_it_is_asked_once_it_had_time(
    house: House, found: Sent | None, sent_again: int
) -> None:
    house.post.lookup = finds(found)
    house.post.errors = [Unknown("no answer")]
    house.tell("hello")
    assert house.work() == Counter()
    house.clock.at += house.post.settling - 0.1
    assert house.work() == Counter()
    house.clock.at += 0.2
    assert house.work() == Counter(sent=1)
    assert len(texts(house)) == sent_again


def test_a_keyed_provider_is_simply_given_it_again(house: House) -> None:
    house.post.keyed = True
    house.post.errors = [Unknown("no answer")]
    house.tell("hello")
    house.work()
    house.clock.at += house.post.settling + 0.1
    assert house.work() == Counter(sent=1)


@pytest.mark.parametrize(
    ("carrier", "state", "sends"),
    [
        (Post(), "unknown", 0),
        (Post(keyed=True), "sent", 1),
        (Post(lookup=finds(Sent("SM9"))), "sent", 0),
        (Post(lookup=finds(None)), "sent", 1),
    ],
    ids=["cannot tell", "keyed", "arrived", "did not arrive"],
)
def test_an_act_whose_worker_died_is_settled_after_its_lease(
    house: House, carrier: Post, state: str, sends: int
) -> None:
    house.tell("hello")
    act = next(iter(house.acts().values()))
    outbox.claim(house.ports, keys.act("sms", act.lane, "OPEN", act.after), "dead", act)
    house.with_(carriers={"sms": carrier})
    assert house.work() == Counter()
    house.clock.at += outbox.LEASE
    assert house.work() == Counter({state: 1})
    assert len(carrier.sent) == sends


def test_the_gate_is_read_again_after_the_claim(house: House) -> None:
    house.tell("hello")
    house.halt()
    assert house.work() == Counter(failed=1)
    assert texts(house) == []
    assert outcomes(house) == [("failed", "halted")]


def test_what_confirms_a_halt_passes_it(house: House) -> None:
    house.take(house.halt())
    assert house.work() == Counter(sent=1)
    assert texts(house)[0].startswith("I have stopped.")


def test_an_address_whose_gate_is_gone_takes_nothing(house: House) -> None:
    house.tell("hello")
    house.ports.table.commit([Delete(keys.gate(house.meet().lane))])
    assert house.work() == Counter(failed=1)
    assert outcomes(house) == [("failed", "erased")]


def test_a_home_that_has_left_the_lane_is_not_written_to_from_it(house: House) -> None:
    house.tell("hello")
    key = keys.gate(house.meet().lane)
    gate = house.ports.table.get([key])[key]
    house.ports.table.commit([Put(key, {**gate, "homes": ["another"]})])
    assert house.work() == Counter(failed=1)
    assert outcomes(house) == [("failed", "unlinked")]


def test_what_is_kept_for_want_of_a_provider_is_shown(house: House) -> None:
    shown: list[Act] = []

    class Keeper(Post):
        def send(self, act: Act, hands: Hands) -> Sent:
            return Sent(kept=True)

    house.with_(carriers={"sms": Keeper()}, show=shown.append)
    house.tell("hello")
    assert house.work() == Counter(sent=1)
    assert len(shown) == 1
    assert next(iter(house.acts().values())).kept


def test_an_outcome_comes_back_once_even_when_its_telling_is_repeated(house: House) -> None:
    house.post.errors = [Refused("no", "unsubscribed")]
    house.tell("hello")
    house.work()
    act = next(iter(house.acts().values()))
    out = keys.act("sms", act.lane, "OUT", act.after)
    house.ports.table.commit(
        [Put(out, outbox.row_of(house.ports, replace(act, attempt=act.attempt)))]
    )
    house.work()
    assert outcomes(house) == [("failed", "unsubscribed")]


def test_an_act_that_could_not_be_had_holds_nobody_up_once_it_has_ended(house: House) -> None:
    """Another worker claims, sends and ends the first act between this one's look and its claim."""
    house.take(house.event("one"))
    house.take(house.event("two"))
    first, second = house.acts().values()
    plain, others = house.ports, [first]

    class Racing(Between):
        def commit(self, writes: Sequence[Write]) -> None:
            if others:
                others.clear()
                work("sms", first.lane, house.post, plain, [first.after])
            self.commit_there(writes)

    house.with_(table=Racing(plain.table))
    assert house.work() == Counter({"sent": 1})
    assert [act.after for act in house.post.sent] == [first.after, second.after]
