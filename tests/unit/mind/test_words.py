"""Saying when and where, as the person would."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from persona.mind.words import numbered, quote, when, where, without_codes
from persona.model import Evidence
from tests.unit.house import House

ZONE = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 3, 4, 0, 30, tzinfo=ZONE).timestamp()


@pytest.fixture(autouse=True)
def zurich(house: House) -> None:
    house.clock.at = NOW
    house.with_(settings=replace(house.ports.settings, timezone="Europe/Zurich"))


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 4, 0, 5, tzinfo=ZONE), "today at 00:05"),
        (datetime(2026, 3, 3, 23, 59, tzinfo=ZONE), "yesterday at 23:59"),
        (datetime(2026, 3, 3, 0, 0, tzinfo=ZONE), "yesterday at 00:00"),
        (datetime(2026, 3, 2, 23, 59, tzinfo=ZONE), "2 March 2026 at 23:59"),
        (datetime(2025, 12, 31, 9, 0, tzinfo=ZONE), "31 December 2025 at 09:00"),
        (datetime(2026, 3, 5, 9, 0, tzinfo=ZONE), "5 March 2026 at 09:00"),
    ],
)
def test_days_are_the_persons_own(house: House, moment: datetime, said: str) -> None:
    assert when(moment.timestamp(), house.ports) == said


def test_one_line_is_quoted_in_the_line_and_several_as_lines(house: House) -> None:
    one = Evidence("1", "H", 1, " my cat is Max ", "sms:+1", "web", NOW)
    assert quote(one, house.ports) == "you told me on the web, today at 00:30: “my cat is Max”"
    two = replace(one, text="milk\nbread")
    assert quote(two, house.ports) == "you told me on the web, today at 00:30:\n> milk\n> bread"
    assert quote(one, house.ports, "U0BOB").startswith("U0BOB said on the web")


def test_an_unknown_surface_is_called_by_its_name(house: House) -> None:
    assert where("fax", house.ports) == "on fax"
    assert where("slack", house.ports) == "on Slack"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Say “approve K7QW2M” or “deny K7QW2M”.", "Say “approve ……” or “deny ……”."),
        ("approve k7qw2m always", "approve …… always"),
        ("Link: K7QW2MAB", "Link ……"),
        ("I approve better things", "I approve better things"),
        ("they deny it", "they deny it"),
        ("approve it by 2026", "approve it by 2026"),
    ],
)
def test_no_code_of_a_question_is_repeated(text: str, shown: str) -> None:
    assert without_codes(text) == shown


def test_lists_are_numbered_from_one() -> None:
    assert numbered(["a", "b"]) == "1. a\n2. b"
