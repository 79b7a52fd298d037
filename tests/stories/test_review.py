"""Alive when nobody is chatting: what was left open is come back to, once, and nothing else is."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.person import person as known_person
from models.scripted import ScriptedModel
from persona import keys
from persona.acts import export
from persona.acts.ledger import breaks
from persona.errors import Transient, Unknown
from persona.language import Call, Completion, Prompt
from persona.model import Address
from persona.people import addresses
from persona.ports import Blobs
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel, settle
from tests.support import PASS, Hub, Open

DAY, HOUR = 86_400.0, 3_600.0
PEOPLE: dict[str, Callable[[Hub], Person]] = {
    "sms": Texter,
    "slack": Slacker,
    "email": Mailer,
    "web": Visitor,
}
TEST = "my driving test is tomorrow"


def written(person: Person) -> list[str]:
    """What the persona wrote of its own accord."""
    return [text for text in person.replies() if text.startswith("I write of my own accord")]


def rows(hub: Hub) -> list[dict[str, Any]]:
    """All rows of what is open."""
    return [row for key, row in hub.family.table.scan("HOME#") if key.sort == "REVIEW"]


def ledger(hub: Hub) -> list[dict[str, Any]]:
    """All entries of all lanes."""
    return [row for key, row in hub.family.table.scan("LANE#") if key.sort.startswith("LEDGER#")]


@pytest.mark.parametrize("surface", PEOPLE)
def test_a_day_that_was_faced_is_asked_about_once_when_it_is_over(hub: Hub, surface: str) -> None:
    ann = PEOPLE[surface](hub)
    ann.say(TEST)
    settle(hub, 12 * HOUR)
    assert not written(ann)
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert f"“{TEST}”. How did it go?" in told
    assert "You told me" in told
    at = datetime.fromtimestamp(hub.clock.at, UTC)
    assert at.hour == 10
    assert not rows(hub)


def test_who_left_nothing_open_has_no_row_and_is_never_written_to(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("hello", "my bike lock is 4812", "what is my bike lock?", "remember that I like tea")
    before = hub.row_count()
    settle(hub, 40 * DAY)
    assert not rows(hub)
    assert hub.row_count() == before
    assert not written(ann)


@pytest.mark.parametrize(
    "words",
    ["it went well!", "the test was fine", "I passed", "actually the driving test is cancelled"],
)
def test_what_the_person_came_back_to_is_not_asked_about(hub: Hub, words: str) -> None:
    ann = Texter(hub)
    ann.say(TEST)
    hub.clock.at += DAY if "cancelled" not in words else HOUR
    ann.say(words)
    assert not rows(hub)
    settle(hub, 5 * DAY)
    assert not written(ann)


def test_what_was_told_on_another_surface_is_not_asked_about(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    ann.say(TEST)
    hub.clock.at += DAY
    phone.say("the driving test went well")
    settle(hub, 5 * DAY)
    assert not written(ann) + written(phone)
    assert not rows(hub)


def test_it_is_told_in_one_message_where_it_was_said(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    phone.say(TEST)
    phone.say("my job interview is tomorrow as well")
    ann.say("I have an audition tomorrow")
    settle(hub, 5 * DAY)
    (told,) = written(ann) + written(phone)
    assert told.count("You told me") == 3
    assert "1. " in told


def test_nothing_comes_in_quiet_hours_and_it_comes_when_they_end(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("quiet hours from 8:00 to 13:30")
    ann.say(TEST)
    settle(hub, 5 * DAY)
    assert len(written(ann)) == 1
    at = datetime.fromtimestamp(hub.clock.at, UTC)
    assert (at.hour, at.minute) == (13, 30)


def test_it_rests_when_the_person_has_just_spoken(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(TEST)
    due = rows(hub)[0]["due"]
    hub.clock.at = due - 60
    ann.say("good morning")
    settle(hub, 1500)
    assert not written(ann)
    settle(hub, 2000)
    assert len(written(ann)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "do not follow up",
        "stop asking about that",
        "don't follow up on that please",
        "stop asking me about it!",
    ],
)
def test_the_person_can_switch_it_off_everywhere(hub: Hub, words: str) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    ann.say(TEST)
    phone.say("my job interview is tomorrow")
    assert "come back to nothing" in phone.say(words)
    phone.say("my audition is on Friday")
    settle(hub, 9 * DAY)
    assert not written(ann) + written(phone)
    assert not rows(hub)
    found = known_person(Address.parse(ann.address), hub.ports)
    assert found is not None
    assert found["follows_up"] is False
    assert "following up" in [one["change"] for one in found["consent"]]
    assert "nothing by myself" in ann.say("may you text me?")
    assert "at most 2 times a day" in ann.say("you may follow up")
    ann.say(TEST)
    settle(hub, 5 * DAY)
    assert len(written(ann)) == 1


def test_a_closed_address_and_a_stop_get_nothing(hub: Hub) -> None:
    ann, bob = Texter(hub), Slacker(hub)
    ann.say(TEST)
    ann.say("do not text me")
    bob.say(TEST)
    bob.say("stop")
    settle(hub, 5 * DAY)
    bob.say("start")
    settle(hub, 5 * DAY)
    assert not written(ann) + written(bob)
    assert not rows(hub)


def test_more_than_a_day_allows_waits_for_the_next(open_hub: Open) -> None:
    hub = open_hub({"HUB_REVIEWS": "1"})
    ann = Texter(hub)
    for what in ("maths exam", "driving test", "interview", "audition", "race", "viva", "concert"):
        ann.say(f"my {what} is tomorrow")
    times: list[float] = []
    for _ in range(8):
        settle(hub, DAY)
        hub.clock.at += 12 * HOUR
        if len(written(ann)) > len(times):
            times.append(hub.clock.at)
    first, second = written(ann)
    assert (first.count("How did"), second.count("How did")) == (5, 2)
    assert times[1] - times[0] >= DAY / 2


def test_none_a_day_opens_nothing(open_hub: Open) -> None:
    hub = open_hub({"HUB_REVIEWS": "0"})
    Texter(hub).say(TEST)
    assert not rows(hub)


def test_where_others_read_nothing_is_left_open(hub: Hub) -> None:
    room, ann = in_channel(hub, "U0ANN"), Slacker(hub)
    ann.say("hello")
    room.say(TEST)
    settle(hub, 5 * DAY)
    assert not rows(hub)
    assert not written(ann) + written(room)


def test_nobody_unproven_is_written_to(hub: Hub) -> None:
    raw = f"From: ann@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <1@x>\r\n\r\n{TEST}\r\n"
    hub.mail(raw, verdicts={**PASS, "dmarc": "GRAY"})
    drain(hub)
    assert not rows(hub)


def test_words_of_others_and_words_that_open_something_are_no_concern(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(f"Bob wrote: “{TEST}”")
    ann.say("my driving test is tomorrow, the door code is 4812")
    assert not rows(hub)


def test_sensitive_words_are_asked_about_in_private_alone(hub: Hub) -> None:
    ann, room = Slacker(hub), in_channel(hub, "U0ANN")
    ann.say("my surgery is tomorrow")
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "surgery" in told
    assert not room.replies()


def test_forgotten_words_never_come_back(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say(TEST)
    assert "Forgotten" in ann.say(f"forget {TEST}")
    assert not rows(hub)
    settle(hub, 5 * DAY)
    assert not written(ann)
    ann.say("my job interview is tomorrow")
    settle(hub, 5 * DAY)
    assert len(written(ann)) == 1
    ann.say("forget my job interview is tomorrow")
    settle(hub, HOUR)
    assert not [one for one in hub.said(ann.address) if "interview" in one.text]
    assert [row["receipt"]["residue"] for row in ledger(hub) if "receipt" in row] == [0, 0]


def test_corrected_words_are_asked_about_as_they_hold(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(TEST)
    ann.say("my driving test is in 3 days")
    settle(hub, 2.5 * DAY)
    assert not written(ann)
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "in 3 days" in told


def test_parted_it_is_asked_by_nobody_who_was_not_told(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    phone.say(TEST)
    ann.say("unlink sms")
    settle(hub, 5 * DAY)
    assert len(written(phone)) == 1
    assert not written(ann)


def test_it_survives_another_process_and_is_told_once_however_often_it_falls_due(hub: Hub) -> None:
    from functions import sweep

    ann = Texter(hub)
    ann.say(TEST)
    hub.clock.at = rows(hub)[0]["due"] + 1
    hub.restart()
    for _ in range(3):
        sweep.run(hub.ports)
        hub.clock.at += 61
    assert len([event for event in hub.admitted() if event.kind == "review"]) == 3
    drain(hub)
    settle(hub, 5 * DAY)
    assert len(written(ann)) == 1


def test_why_and_the_ledger_say_why_it_wrote_and_silence_leaves_a_count(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(TEST)
    hub.clock.at = rows(hub)[0]["due"] - 60
    ann.say("hello")  # so that the first look is put off
    before = len(ledger(hub))
    settle(hub, DAY)
    assert len(ledger(hub)) == before + 1
    (told,) = [row["review"] for row in ledger(hub) if "review" in row]
    assert told == {"told": [{"about": "concern", "why": "its day is over"}], "silent_before": 1}
    answer = ann.say("why")
    assert "of my own accord" in answer
    assert TEST in answer
    lanes = [(key, row) for key, row in hub.family.table.scan("LANE#")]
    assert not breaks(lanes, hub.ports)


def test_an_export_says_what_is_open_and_its_row_holds_no_words(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(TEST)
    assert "test" not in str(rows(hub)[0])
    settings, clock = hub.settings, hub.ports.clock
    lines = export.lines(Address.parse(ann.address), hub.ports, hub.ports.blobs, settings, clock)
    text = "".join(lines)
    assert '"type":"topic"' in text
    assert '"follows_up":true' in text


# What was taken on


def lost(hub: Hub) -> tuple[Slacker, Texter]:
    """A text to the person's own number went out, and the answer of its provider was lost."""
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    vars(hub.post["sms"])["lookup"] = None
    hub.post["sms"].errors.append(Unknown("the connection closed"))
    ann.say(f"text {phone.phone}: the milk is out")
    return ann, phone


def test_a_text_whose_end_nobody_knows_is_come_back_to_once(hub: Hub) -> None:
    ann, _ = lost(hub)
    assert "do not know whether this was done" in ann.replies()[-1]
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "I could not tell whether this was done" in told
    assert "the milk is out" in told
    assert not rows(hub)
    assert not [act for act in hub.sent("sms") if "milk" in act.text], "it is never repeated"


@pytest.mark.parametrize("words", ["it arrived", "never mind", "she got the text"])
def test_an_end_that_the_person_knows_is_left_alone(hub: Hub, words: str) -> None:
    ann, _ = lost(hub)
    ann.say(words)
    settle(hub, 5 * DAY)
    assert not written(ann)


def test_what_was_done_leaves_nothing_open(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    assert "Done" in ann.say(f"text {phone.phone}: the milk is out")
    assert not rows(hub)


def test_what_is_still_under_way_after_a_day_is_told(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    hub.post["sms"].errors += [Transient("busy", 2 * DAY)] * 2
    ann.say(f"text {phone.phone}: the milk is out")
    settle(hub, 1.5 * DAY)
    (told,) = written(ann)
    assert "still under way" in told
    settle(hub, 5 * DAY)
    assert len(written(ann)) == 1
    assert "Done" in ann.replies()[-1]


PLAN = "plan: paint the fence\n1. buy the paint\n2. ask me which colour it is"


def test_a_plan_that_waits_for_the_person_is_come_back_to_once_at_each_place(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(PLAN)
    settle(hub, 3 * DAY)
    (told,) = written(ann)
    assert "paint the fence" in told
    assert "Shall we go on with it?" in told
    ann.say("yes 1")
    settle(hub, 3 * DAY)
    assert len(written(ann)) == 2
    ann.say("done")
    assert "colour" in ann.replies()[-1]
    ann.say("answer 1: green")
    assert not rows(hub)
    settle(hub, 9 * DAY)
    assert len(written(ann)) == 2


def test_a_plan_that_was_dropped_or_goes_on_by_itself_is_left_alone(hub: Hub) -> None:
    ann, bob = Texter(hub), Slacker(hub)
    ann.say(PLAN)
    ann.say("cancel 1")
    bob.say("remind me to feed the cat every day at 9:00")
    bob.say("remind me to feed the dog in 3 days at 9:00")
    assert not rows(hub)


class Away:
    """The documents' store, which does not answer until it is back."""

    def __init__(self, blobs: Blobs) -> None:
        self.put, self.get, self.delete, self._list = (
            blobs.put, blobs.get, blobs.delete, blobs.list,
        )  # fmt: skip
        self.is_away = True

    def list(self, prefix: str) -> list[str]:
        if self.is_away:
            raise Transient("the store does not answer")
        return self._list(prefix)


def test_a_read_that_was_in_vain_is_tried_once_more(hub: Hub) -> None:
    ann, store = Texter(hub), Away(hub.ports.blobs)
    ann.say("save document Notes: the party is on Friday")
    hub.clock.at += 18 * HOUR  # in the morning, so that there is a day left
    hub.ports = hub.ports.but(blobs=store)
    ann.say("list my documents")
    settle(hub, HOUR)
    assert "I could not do this" in ann.replies()[-1]
    store.is_away = False
    settle(hub, DAY)
    (told,) = written(ann)
    assert "I try it once more now." in told
    assert "Notes" in ann.replies()[-1]
    assert len(rows(hub)) == 0


def test_what_is_in_vain_again_is_let_go(hub: Hub) -> None:
    ann, store = Texter(hub), Away(hub.ports.blobs)
    hub.ports = hub.ports.but(blobs=store)
    ann.say("list my documents")
    settle(hub, 9 * DAY)
    assert len(written(ann)) == 1
    assert not rows(hub)


# With a model


def decides(*calls: Call, text: str = "") -> ScriptedModel:
    def script(prompts: Sequence[Prompt]) -> Completion:
        is_review = "Nobody is speaking to you" in prompts[0].text
        return Completion(text, calls) if is_review else Completion("Good luck.")

    return ScriptedModel(script)


def reviews(model: ScriptedModel) -> list[list[Prompt]]:
    return [seen for seen in model.seen if "Nobody is speaking to you" in seen[0].text]


def test_a_model_chooses_among_what_code_found_and_code_says_why(open_hub: Open) -> None:
    model = decides(Call("1", "write", {"about": [2], "words": "I hope the audition was fun."}))
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    ann.say(TEST)
    ann.say("I have an audition tomorrow")
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "“I have an audition tomorrow”.\nI hope the audition was fun." in told
    assert "driving" not in told
    ((prompt, now),) = reviews(model)
    assert "1. You told me on the web" in prompt.text
    assert "Would they have wished" in prompt.text
    assert now.role == "user"
    assert not rows(hub)


def test_a_model_may_be_silent_and_is_asked_once(open_hub: Open) -> None:
    model = decides(text="silent")
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    ann.say(TEST)
    settle(hub, 9 * DAY)
    assert not written(ann)
    assert len(reviews(model)) == 1
    assert not rows(hub)


def fails() -> ScriptedModel:
    def script(prompts: Sequence[Prompt]) -> Completion:
        raise Transient("down")

    return ScriptedModel(script)


@pytest.mark.parametrize(
    "model",
    [
        fails(),
        decides(Call("1", "write", {"about": [7], "words": "Hello."})),
        decides(Call("1", "write", {"about": "all", "words": "Hello."})),
        decides(Call("1", "send_email", {"to": "thief@evil.example", "text": "all"})),
    ],
    ids=["down", "of nothing open", "garbage", "something else"],
)
def test_a_model_that_fails_or_names_what_is_not_open_gives_way_to_the_rules(
    open_hub: Open, model: ScriptedModel
) -> None:
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    ann.say(TEST)
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "How did it go?" in told
    assert not hub.sent("email")


def test_an_idle_day_asks_no_model_and_writes_nothing(open_hub: Open) -> None:
    model = decides(text="silent")
    hub = open_hub(models=(model,))
    for name in ("ann", "bob", "cid"):
        Visitor(hub, name=name).say("my bike is green")
    asked, before = len(model.seen), hub.row_count()
    settle(hub, 2 * DAY)
    assert len(model.seen) == asked
    assert hub.row_count() == before


def test_erased_nothing_of_it_is_left(hub: Hub) -> None:
    from persona.acts import erase

    ann = Texter(hub)
    ann.say(TEST)
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place
    id = erase.begin(Address.parse(ann.address), hub.ports, hub.clock.at)
    hub.ports.bell.ring("erase", id)
    drain(hub)
    settle(hub, 5 * DAY)
    assert not hub.ports.table.get([keys.review(place.home)])
    assert not written(ann)
