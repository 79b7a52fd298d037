"""Plans in plain words: shown as they were understood, begun by a yes, changed from any surface."""

import pytest

from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain
from tests.support import Hub

SENTENCE = "Every weekday at 8 check my calendar, and if the first meeting is before 9 text me"


def test_a_plan_is_shown_back_begun_by_a_yes_and_listed(hub: Hub) -> None:
    ann = Slacker(hub)
    shown = ann.say("plan: paint the shed\n1. buy paint\n2. open windows")
    assert shown.splitlines()[:4] == [
        "Plan 1: paint the shed",
        "When: as soon as it is started",
        "1. for you to do: buy paint",
        "2. for you to do: open windows",
    ]
    assert "waits for your yes" in ann.say("plans")
    ann.say("plan: paint the shed\n1. buy paint\n2. open windows")
    ann.say("yes")
    drain(hub)
    assert "buy paint" in ann.replies()[-1]
    assert "paint the shed" in ann.say("plans")


def test_the_sentence_is_confirmed_in_words_and_runs_at_its_time(hub: Hub) -> None:
    ann = Slacker(hub)
    shown = ann.say(SENTENCE)
    assert "every weekday at 08:00, first on" in shown
    assert "1. list events (start: today; zone: UTC)" in shown
    assert (
        "2. if the start of the first event (step 1) is before 09:00: text you what came of step 1"
        in shown
    )
    ann.say("yes")
    assert "every weekday at 08:00" in ann.say("plans")
