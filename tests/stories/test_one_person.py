"""The whole of it in one week: four surfaces, one conversation, one persona; then the phone leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor
from tests.support import FAMILIES, Hub, browser

DAY = 86_400.0
MONDAY = 1_750_064_400.0
"""16 June 2025, 09:00 UTC."""
ORDER = ["sms", "email", "slack", "web"]


@pytest.fixture(params=FAMILIES)
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hub]:
    opened = Hub(tmp_path, family=request.param)
    opened.clock.at = MONDAY
    yield opened
    opened.close()


def story(hub: Hub, page: Visitor) -> list[dict[str, str]]:
    headers = browser(page.token)
    return hub.http("GET", "/web/messages", headers=headers).json()["messages"]


def test_four_surfaces_in_a_week_are_one_conversation_until_the_phone_leaves(hub: Hub) -> None:
    phone, mail, slack = Texter(hub), Mailer(hub), Slacker(hub)
    phone.say("remember my dentist is on Friday at ten")

    hub.clock.at = MONDAY + DAY
    mail.say("remember the parcel is with the neighbour")
    assert "do not know" in mail.say("when is my dentist?"), "nobody has said that they are one"
    assert "Linked" in link(phone, mail)
    assert "You told me by SMS, yesterday at 09:00" in mail.say("when is my dentist?")

    hub.clock.at = MONDAY + 2 * DAY
    assert "Linked" in link(slack, phone)
    answer = slack.say("where is the parcel?")
    assert "with the neighbour" in answer and "You told me by email, yesterday" in answer
    slack.say("remember the meeting room is number seven")

    hub.clock.at = MONDAY + 3 * DAY
    page = Visitor(hub)
    assert "Linked" in link(mail, page)
    for asked, known, where in (
        ("when is my dentist?", "Friday at ten", "by SMS, 16 June 2025"),
        ("where is the parcel?", "with the neighbour", "by email, 17 June 2025"),
        ("what is the number of the meeting room?", "number seven", "on Slack, yesterday"),
    ):
        answer = page.say(asked)
        assert known in answer and f"You told me {where}" in answer
    told = story(hub, page)
    assert [*dict.fromkeys(one["surface"] for one in told)] == ORDER
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)

    hub.clock.at = MONDAY + 4 * DAY
    assert "own again" in page.say("unlink sms")
    others: tuple[Person, ...] = (mail, slack, page)
    for other in others:
        assert "do not know" in other.say("when is my dentist?")
        assert "number seven" in other.say("what is the number of the meeting room?")
    assert "Friday at ten" in phone.say("when is my dentist?")
    for asked in ("where is the parcel?", "what is the number of the meeting room?"):
        assert "do not know" in phone.say(asked)
    assert "sms" not in {one["surface"] for one in story(hub, page)}
