"""Plans in plain words: shown as they were understood, begun by a yes, changed from any surface."""

from collections.abc import Iterator

import pytest

from persona.acts import credentials
from persona.model import Address
from persona.people import addresses
from tests.radicale import PEOPLE, Radicale, radicale
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel
from tests.support import Hub

WHO = "ann@hub.example"
SENTENCE = "Every weekday at 8 check my calendar, and if the first meeting is before 9 text me"
SHED = "plan: paint the shed\n1. buy paint\n2. open windows"
MONDAY = 1_750_060_800.0
"""Monday 16 June 2025 at 08:00 in UTC, the day after the stories begin."""
DAY = 86_400.0
EVENT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:{day}\n"
    "DTSTAMP:20250615T000000Z\nDTSTART:2025{day}T{begin}00Z\nDTEND:2025{day}T{end}00Z\n"
    "SUMMARY:Stand-up with Bob\nEND:VEVENT\nEND:VCALENDAR\n"
).replace("\n", "\r\n")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def calendar(process: Radicale) -> Radicale:
    """Ann's calendar, with a meeting at 08:30 on Monday and one at 10:00 on Tuesday."""
    process.clear(WHO)
    for day, begin, end in (("0616", "0830", "0900"), ("0617", "1000", "1100")):
        text = EVENT.format(day=day, begin=begin, end=end)
        process.ask("PUT", WHO, f"/home/{day}.ics", text)
    return process


def gives_calendar(person: Person, calendar: Radicale) -> None:
    place = addresses.find(person.hub.ports.table, Address.parse(person.address))
    assert place is not None
    known = {"url": calendar.url, "user": WHO, "password": PEOPLE[WHO]}
    credentials.keep(person.hub.ports, "calendar", place.lane, known)


def at(hub: Hub, moment: float) -> None:
    hub.clock.at = moment
    drain(hub)


def test_a_plan_is_shown_back_begun_by_a_yes_and_listed(hub: Hub) -> None:
    ann = Slacker(hub)
    assert ann.say(SHED).splitlines()[:4] == [
        "Plan 1: paint the shed",
        "When: as soon as it is started",
        "1. for you to do: buy paint",
        "2. for you to do: open windows",
    ]
    assert "waits for your yes" in ann.say("plans")
    ann.say(SHED)
    assert "buy paint" in ann.say("yes")
    assert "2. paint the shed · step 1 of 2" in ann.say("plans")
    assert "open windows" in ann.say("done")
    shown = ann.say("show 2")
    assert "✓ 1. for you to do: buy paint · done" in shown
    assert "→ 2. for you to do: open windows" in shown
    assert "“done 2”" in shown
    ann.say("done 2")
    assert ann.say("plans").startswith("1. paint the shed · waits for your yes")


def test_the_sentence_is_confirmed_runs_is_paused_by_sms_and_changed_on_the_web(
    hub: Hub, calendar: Radicale
) -> None:
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    link(ann, phone)
    link(ann, page)
    gives_calendar(ann, calendar)
    shown = ann.say(SENTENCE)
    assert "When: every weekday at 08:00, first on Monday 16 June 2025 at 08:00 (UTC)" in shown
    assert "1. list events (start: today; zone: UTC)" in shown
    assert (
        "2. if the start of the first event (step 1) is before 09:00: text you what came of step 1"
    ) in shown
    ann.say("yes")
    before = len(phone.replies())
    at(hub, MONDAY + 1)
    (told,) = phone.replies()[before:]
    assert "Stand-up with Bob" in told
    hub.restart()
    at(hub, MONDAY + DAY + 1)
    assert len(phone.replies()) == before + 1, "the first meeting of Tuesday is at ten"
    assert "Paused" in phone.say("pause 1")
    assert "paused" in page.say("plans")
    changed = page.say("change step 2 of plan 1 to if the first meeting is before 11 text me")
    assert "is before 11:00: text you" in changed
    assert "It goes on" in phone.say("resume 1")
    assert "is before 11:00" in ann.say("plan 1")


@pytest.mark.parametrize("words", ["no", "No, thanks."])
def test_a_no_drops_what_was_shown(hub: Hub, words: str) -> None:
    ann = Slacker(hub)
    ann.say(SHED)
    assert ann.say(words).startswith("Cancelled: 1. paint the shed")
    assert "no plans" in ann.say("plans")


def test_a_texted_yes_needs_the_number(hub: Hub) -> None:
    ann = Texter(hub)
    assert "“yes 1” starts it" in ann.say(SHED)
    assert "say “yes 1”" in ann.say("yes")
    assert "waits for your yes" in ann.say("plans")
    assert "buy paint" in ann.say("yes 1")


def test_a_yes_to_nothing_is_what_it_was_before_plans(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say("hello")
    before = [ann.say(words) for words in ("yes", "no", "done", "skip")]
    ann.say(SHED)
    ann.say("no")
    assert [ann.say(words) for words in ("yes", "no", "done", "skip")] == before


def test_a_yes_after_something_else_was_said_starts_nothing(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say(SHED)
    ann.say("what is my bike lock?")
    ann.say("yes")
    assert "waits for your yes" in ann.say("plans")


def test_words_that_are_not_read_are_asked_for_and_make_nothing(hub: Hub) -> None:
    ann = Slacker(hub)
    assert "“if it rains text me”" in ann.say(
        "every day at 8 check my calendar and if it rains text me"
    )
    assert "Which steps" in ann.say("plan: paint the shed")
    assert "no plans" in ann.say("plans")
    assert ann.say("every monday I swim").startswith("Noted")


def test_where_others_listen_no_plan_is_made_or_shown(hub: Hub) -> None:
    ann = in_channel(hub, "U0ANN")
    assert "Plan 1" not in ann.say(SHED)
    assert "for you alone" in ann.say("plans")


def test_a_plan_that_somebody_else_wrote_is_none_of_theirs(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say(f"> {SENTENCE}")
    assert "no plans" in ann.say("plans")


def test_a_step_that_would_ask_is_named_where_the_plan_is_shown(hub: Hub) -> None:
    ann = Slacker(hub)
    shown = ann.say("plan: tell Bob\n1. email bob@example.net: see you at ten\n2. wait 1 hour")
    assert "1. email bob@example.net, with the subject “A message”:" in shown
    assert "“see you at ten”" in shown
    assert "step 1 needs your yes" in shown
    assert "approve " in shown
