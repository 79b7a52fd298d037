"""What happens to people who use the hub, told through every door and seen by what they hear."""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from functions import turn as turn_function
from models.scripted import ScriptedModel
from persona import catalog
from persona.acts.ledger import first_break
from persona.decide import FAILED
from persona.decision import Act
from persona.errors import Refused, Transient
from persona.language import Completion, Prompt
from persona.model import Event
from persona.people import addresses
from tests.stories.people import (
    MINUTE,
    Mailer,
    Person,
    Slacker,
    Texter,
    Visitor,
    drain,
    in_channel,
    settle,
)
from tests.support import Hub, Open

BOB = "+14155550102"
FIRST = "I remember what you tell me"
HELD = "You are faster than I am"
PEOPLE: dict[str, Callable[[Hub], Person]] = {
    "sms": Texter,
    "slack": Slacker,
    "email": Mailer,
    "web": Visitor,
}
everywhere = pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())


def acts(hub: Hub, person: Person) -> list[Act]:
    return [act for act in hub.sent(person.surface) if str(act.address) == person.address]


# Meeting, telling, asking


@everywhere
def test_the_persona_introduces_itself_once(hub: Hub, person: Callable[[Hub], Person]) -> None:
    ann = person(hub)
    first = ann.say("my cat is called Max")
    assert first.count(FIRST) == 1
    assert "delete" in first
    assert len(ann.replies()) == 1, "no message of its own"
    assert FIRST not in ann.say("my dog is called Rex")


@everywhere
def test_what_was_told_is_quoted_with_when_and_where(
    hub: Hub, person: Callable[[Hub], Person]
) -> None:
    ann = person(hub)
    ann.say("remember my bike lock is 4812")
    hub.clock.at += 86_400
    reply = ann.say("what is my bike lock?")
    where = {"sms": "by SMS", "slack": "on Slack", "email": "by email", "web": "on the web"}
    assert re.search(rf"You told me {where[ann.surface]}, yesterday at \d\d:\d\d:", reply), reply
    assert "remember my bike lock is 4812" in reply


def test_of_two_answers_the_newer_leads_and_the_older_is_not_hidden(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("the meeting is on Monday")
    ann.say("the meeting is on Friday")
    newer, older = ann.say("when is the meeting?").split("\n")
    assert "Friday" in newer
    assert older.startswith("Earlier")
    assert "Monday" in older


# Who may hear what


def test_two_people_never_see_each_others_words(hub: Hub) -> None:
    people: list[tuple[Person, str]] = [
        (Texter(hub), "4812"),
        (Texter(hub, BOB), "9931"),
        (Slacker(hub), "1111"),
        (Slacker(hub, "U0BOB", "D0BOB"), "2222"),
        (Mailer(hub), "3333"),
        (Mailer(hub, "bob@example.org"), "4444"),
        (Visitor(hub), "5555"),
        (Visitor(hub, "bob"), "6666"),
    ]
    for person, secret in people:
        person.say(f"remember my door code is {secret}")
    for person, secret in people:
        heard = person.say("what is my door code?") + person.say("what do you know about me?")
        assert secret in heard
        assert not [other for _, other in people if other != secret and other in heard]


def test_what_is_private_stays_out_of_the_channel_and_the_channel_out_of_the_private(
    hub: Hub,
) -> None:
    private, public = Slacker(hub), in_channel(hub, "U0ANN")
    private.say("my salary is 90000")
    in_channel(hub, "U0BOB").say("lunch is at noon")
    assert "90000" not in public.say("what is my salary?")
    assert "noon" not in private.say("when is lunch?")
    assert "90000" in private.say("what is my salary?")
    assert "noon" in in_channel(hub, "U0BOB").say("when is lunch?")


def test_a_mail_that_nobody_proved_opens_nobodys_memory(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("my bike lock is 4812")
    raw = "From: ann@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <x@y>\r\n\r\nwhat is my bike lock?\r\n"
    verdicts = dict.fromkeys(("spf", "dkim", "spam", "virus"), "PASS")
    hub.mail(raw, "ann@example.org", {**verdicts, "dmarc": "GRAY"})
    drain(hub)
    assert "could not be verified" in hub.texts("email")[-1]
    assert "4812" not in hub.texts("email")[-1]
    assert "4812" in ann.say("what is my bike lock?")


# Forgetting


def test_forgetting_reaches_every_answer_the_recent_turns_and_the_models_prompts(
    open_hub: Open,
) -> None:
    model = ScriptedModel(lambda prompts: Completion("It is 4812, as you said."))
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    ann.say("my bike lock is 4812")
    assert "4812" in ann.say("what is my bike lock?")
    assert "4812" in str(model.seen[-1])
    assert ann.say("forget my bike lock").startswith("Forgotten")
    assert "4812" not in str(hub.said(ann.address))
    ann.say("what is my bike lock?")
    assert "bike lock" in str(model.seen[-1])
    assert "4812" not in str(model.seen[-1])


def test_what_was_forgotten_stays_so_after_a_restart(open_hub: Open) -> None:
    hub = open_hub()
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    ann.say("what is my bike lock?")
    ann.say("forget my bike lock")
    hub.restart()
    assert "4812" not in ann.say("what is my bike lock?")
    assert "4812" not in str(hub.said(ann.address))


# Bursts, commands, haste


def test_a_burst_is_one_turn_in_which_each_question_is_answered(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my cat is called Max")
    ann.say("my dog is called Rex")
    before = len(ann.replies())
    ann.send("what is my cat called?", "my bird is called Joe", "what is my dog called?")
    drain(hub)
    (reply,) = ann.replies()[before:]
    cat, noted, dog = reply.split("\n\n")
    assert "Max" in cat
    assert noted == "Noted."
    assert "Rex" in dog
    assert hub.heard(ann.address)[-3:] == [
        "what is my cat called?",
        "my bird is called Joe",
        "what is my dog called?",
    ]
    assert len({act.cause for act in acts(hub, ann)}) == 3


def test_commands_of_one_burst_are_answered_one_by_one_in_order(hub: Hub) -> None:
    ann = Texter(hub)
    ann.send("remember milk", "remember bread", "what do you know about me?", "thanks", "help")
    drain(hub)
    replies = ann.replies()
    starts = ["I will remember that: “milk”", "I will remember that: “bread”", "You told me 2", "You are welcome.", "This is what I can do"]  # fmt: skip
    assert len(replies) == len(starts)
    assert [reply[: len(start)] for reply, start in zip(replies, starts, strict=True)] == starts


def faster_than_the_cap(hub: Hub, pause: float) -> list[str]:
    """Thirty notes, each told as a command so that none is coalesced; what was answered, in order."""
    ann = Texter(hub)
    for number in range(30):
        hub.clock.at += pause
        ann.say(f"remember note number {number}")
    assert sum(HELD in reply for reply in ann.replies()) == 1
    assert len(ann.replies()) < 30
    settle(hub, 10 * MINUTE)
    assert sum(HELD in reply for reply in ann.replies()) == 1
    return re.findall(r"“note number (\d+)”", "\n".join(ann.replies()))


def test_above_twenty_turns_a_minute_the_rest_waits_is_told_once_and_answered(hub: Hub) -> None:
    answered = faster_than_the_cap(hub, pause=0.0)
    assert sorted(answered, key=int) == [str(number) for number in range(30)]


def test_what_had_to_wait_is_answered_in_its_order(hub: Hub) -> None:
    answered = faster_than_the_cap(hub, pause=0.5)
    assert answered == [str(number) for number in range(30)]


# Stopping


@everywhere
def test_stop_stops_and_start_goes_on(hub: Hub, person: Callable[[Hub], Person]) -> None:
    ann = person(hub)
    ann.say("my cat is called Max")
    confirmed = ann.say("STOP")
    quiet = ann.surface == "sms"
    assert confirmed == "" if quiet else "I have stopped." in confirmed
    assert ann.say("what is my cat called?") == ""
    back = ann.say("start")
    assert back == "" if quiet else "I am back." in back
    assert "Max" in ann.say("what is my cat called?")
    assert sum("Max" in reply for reply in ann.replies()) == 1, "what was halted stays unsent"


def test_a_stop_overtakes_what_is_already_decided(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say("my cat is called Max")
    ann.send("what is my cat called?")
    assert hub._take_batch()
    ann.send("stop")
    settle(hub)
    assert not [text for text in ann.replies() if "Max" in text]
    assert "I have stopped." in ann.replies()[-1]


def test_one_persons_stop_is_nobody_elses(hub: Hub) -> None:
    ann, bob = Slacker(hub), Slacker(hub, "U0BOB", "D0BOB")
    ann.say("stop")
    assert bob.say("hello") != ""


def test_a_stop_in_a_channel_silences_nobody_else_there(hub: Hub) -> None:
    private, ann, bob = Slacker(hub), in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    private.say("my cat is called Max")
    bob.say("lunch is at noon")
    ann.say("stop")
    assert "noon" in bob.say("when is lunch?")
    assert private.say("what is my cat called?") == ""
    private.say("start")
    assert "Max" in private.say("what is my cat called?")


# What goes wrong


def explodes(text: str) -> tuple[str, ...]:
    if "poison" in text:
        raise ZeroDivisionError
    return (text,)


def poisoned(open_hub: Open, **instead: Any) -> Hub:
    surfaces = catalog.surfaces()
    sms = replace(surfaces["sms"], split=explodes)
    return open_hub(surfaces={**surfaces, "sms": sms}, **instead)


def test_a_poison_message_ends_told_and_the_next_one_is_answered(open_hub: Open) -> None:
    hub = poisoned(open_hub)
    ann, bob = Texter(hub), Texter(hub, BOB)
    ann.send("remember poison")
    assert "Noted." in bob.say("my cat is called Max"), "other lanes go on"
    settle(hub)
    assert FAILED in ann.replies()[-1]
    assert hub.heard(ann.address) == ["remember poison"]
    assert ann.say("my cat is called Max").startswith("Noted.")


def test_what_stood_behind_a_poison_message_is_not_failed_with_it(open_hub: Open) -> None:
    hub = poisoned(open_hub)
    ann = Texter(hub)
    ann.send("remember poison", "remember milk")
    settle(hub)
    told = [reply.split("\n")[0] for reply in ann.replies()]
    assert told == [FAILED, "I will remember that: “milk”"]


def test_what_stood_behind_a_poison_message_is_thought_about_in_full(open_hub: Open) -> None:
    def echoes(prompts: Sequence[Prompt]) -> Completion:
        return Completion(f"You say: {prompts[-1].text}")

    hub = poisoned(open_hub, models=(ScriptedModel(echoes),))
    ann = Texter(hub)
    ann.send("remember poison", "remember milk")
    settle(hub)
    assert ann.replies()[-1].startswith("You say: remember milk")


def test_what_stood_before_an_event_of_a_newer_format_is_answered(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("hello")
    ann.send("my cat is called Max")
    place = addresses.find(hub.ports.table, hub.sent("sms")[0].address)
    assert place
    newer = Event("sms:x", "message", hub.sent("sms")[0].address, hub.sent("sms")[0].address, v=99)
    hub.ports.lanes.put(place.lane, newer.to_json(), "newer")
    settle(hub)
    assert ann.replies()[-1] == "Noted."


def test_a_carrier_that_is_down_is_tried_again_and_nothing_is_said_twice(hub: Hub) -> None:
    ann = Texter(hub)
    hub.post["sms"].errors = [Transient("down"), Transient("down")]
    ann.say("my cat is called Max")
    ann.say("what is my cat called?")
    assert ann.replies() == []
    settle(hub)
    first, second = ann.replies()
    assert first.startswith("Noted.")
    assert "Max" in second


def test_a_message_that_did_not_arrive_is_told_on_the_next_occasion(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("hello")
    hub.post["sms"].errors = [Refused("blocked by the carrier")]
    assert ann.say("my cat is called Max") == ""
    assert ann.say("what is my cat called?").startswith("(An earlier message of mine could not")
    assert "earlier message" not in ann.say("thanks")


def test_a_vendor_that_delivers_twice_is_answered_once(hub: Hub) -> None:
    for _ in range(3):
        hub.sms("my cat is called Max", "SM" + "7" * 32)
        drain(hub)
        hub.clock.at += 400
    assert len(hub.texts("sms")) == 1
    assert hub.heard(f"sms:{Texter(hub).phone}") == ["my cat is called Max"]


def test_a_restart_keeps_everything(open_hub: Open) -> None:
    hub = open_hub()
    ann = Texter(hub)
    ann.say("remember my bike lock is 4812")
    ann.say("stop")
    ann.say("start")
    ann.send("what is my bike lock?")
    hub.restart()
    settle(hub)
    assert "4812" in ann.replies()[-1], "what waited in the lane is answered"
    assert FIRST not in ann.replies()[-1]
    assert "4812" in ann.say("what do you know about me?")
    chain = [row for key, row in hub.family.table.scan("LANE#") if key.sort.startswith("LEDGER#")]
    assert len(chain) >= 4
    assert first_break(chain) is None


# A model that thinks long, and what follows a message through the house


def test_after_a_while_of_thinking_it_says_so_once(
    open_hub: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_function, "WORKING_AFTER", 0.01)
    told = threading.Event()

    def ponders(prompts: Sequence[Prompt]) -> Completion:
        assert told.wait(10.0), "nobody was told"
        return Completion("Forty-two.")

    hub = open_hub(models=(ScriptedModel(ponders),))
    ring = hub.ports.bell.ring

    def hears(
        function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        ring(function, lane, acts, behind)
        told.set()

    hub.ports.bell.ring = hears
    ann = Texter(hub)
    ann.send("what is the answer?")
    settle(hub)
    note, answer = ann.replies()
    assert note == "I am still working on this."
    assert answer.startswith("Forty-two.")


def test_who_is_quick_says_nothing_of_working(open_hub: Open) -> None:
    ann = Texter(open_hub(models=(ScriptedModel(lambda prompts: Completion("Forty-two.")),)))
    assert ann.say("what is the answer?").startswith("Forty-two.")
    assert len(ann.replies()) == 1


@everywhere
def test_one_correlation_follows_a_message_to_its_reply(
    hub: Hub, person: Callable[[Hub], Person]
) -> None:
    ann = person(hub)
    ann.send("my cat is called Max")
    (admitted,) = hub.admitted()
    drain(hub)
    rows = [row for key, row in hub.family.table.scan("LANE#") if key.sort.startswith("LEDGER#")]
    assert [event["id"] for event in rows[-1]["events"]] == [admitted.correlation]
    if ann.surface != "web":
        (act,) = acts(hub, ann)
        assert act.cause == admitted.correlation
        stored = [row for _, row in hub.family.table.scan(f"ACT#{ann.surface}#")]
        assert [row["cause"] for row in stored] == [admitted.correlation]
