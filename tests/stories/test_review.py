"""Alive when nobody is chatting: what was left open is come back to, once, and nothing else is."""

from datetime import UTC, datetime

import pytest

from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, settle
from tests.support import Hub

DAY = 86_400.0
OWN = "of my own accord"


def written(person: Person) -> list[str]:
    """What the persona wrote of its own accord."""
    return [text for text in person.replies() if OWN in text and "because this" in text]


def local(hub: Hub) -> datetime:
    return datetime.fromtimestamp(hub.clock.at, UTC)


@pytest.mark.parametrize("who", [Texter, Slacker, Mailer, Visitor])
def test_a_day_that_was_faced_is_asked_about_once_when_it_is_over(hub: Hub, who: type) -> None:
    ann: Person = who(hub)
    ann.say("my driving test is tomorrow")
    settle(hub, 12 * 3600)
    assert not written(ann)
    settle(hub, 5 * DAY)
    (told,) = written(ann)
    assert "“my driving test is tomorrow”" in told
    assert "How did it go?" in told
