"""What plain words wish, and with which arguments, once the person's clock is known."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from persona import catalog
from persona.declare import Moment
from persona.errors import Refused

ZONE = "Europe/Zurich"
NOW = Moment(datetime(2026, 11, 21, 16, 20, tzinfo=ZoneInfo(ZONE)).timestamp(), ZONE)
ALL = catalog.capabilities()
WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "email bob@example.net: hello": ("send_email", {"to": "bob@example.net", "text": "hello"}),
    "send see you at ten to bob@example.net": ("send_email", {"text": "see you at ten"}),
    "text +41 44 668 18 00: hello": ("send_sms", {"to": "+41446681800"}),
    "message T024BE7LD:U2147483697: hello": ("send_message", {"text": "hello"}),
    "fetch https://example.org/news": ("fetch_page", {"url": "https://example.org/news"}),
    "save document Notes: milk": ("save_document", {"title": "Notes", "text": "milk"}),
    "read document Notes": ("read_document", {"title": "Notes"}),
    "documents": ("list_documents", {}),
    "delete document Notes": ("delete_document", {"title": "Notes"}),
    "remind me to feed the cat tomorrow at 17:45": (
        "remind",
        {"what": "feed the cat", "when": "on Sunday 22 November 2026 at 17:45 (Europe/Zurich)"},
    ),
    "remind me by text to feed the cat in 2 hours": ("remind", {"by": "sms"}),
    "events tomorrow": ("list_events", {"start": "2026-11-22", "zone": ZONE}),
    "what's in my calendar on friday?": ("list_events", {"start": "2026-11-27"}),
    "show my calendar from monday to friday": (
        "list_events",
        {"start": "2026-11-23", "until": "2026-11-27"},
    ),
    "check my calendar": ("list_events", {"start": "2026-11-21", "until": "", "zone": ZONE}),
    "create event Lunch with Bob tomorrow at 12:30": (
        "create_event",
        {"title": "Lunch with Bob", "start": "2026-11-22T12:30", "zone": ZONE},
    ),
    "move event [abc] to friday at 14:00": ("change_event", {"start": "2026-11-27T14:00"}),
    "cancel event [abc]": ("cancel_event", {"event": "[abc]"}),
}


@pytest.mark.parametrize("words", WORDS)
def test_plain_words_wish_it(words: str) -> None:
    name, expected = WORDS[words]
    heard = {one.name: found for one in ALL.values() if (found := one.wished(words)) is not None}
    assert next(iter(heard)) == name
    settled = ALL[name].settled(heard[name], NOW)
    assert {key: settled[key] for key in expected} == expected
    assert ALL[name].fit(settled) == settled, "what is judged again fits as it is"


def test_every_capability_that_is_an_act_is_wished_by_some_words() -> None:
    spoken = {name for name, _ in WORDS.values()}
    changing = {"change_plan", "start_plan"}  # by `cancel 3` and `plan: …`, commands of their own
    assert {one.name for one in ALL.values() if not one.inline} - changing == spoken


@pytest.mark.parametrize(
    "words",
    [
        "my calendar is full",
        "events in Bern were great",
        "appointments make me nervous",
        "I read the news",
        "remember to email Bob",
        "the document Notes is long",
        "text me the answer",
    ],
)
def test_a_statement_is_no_wish(words: str) -> None:
    for one in ALL.values():
        arguments = one.wished(words)
        if arguments is not None:
            with pytest.raises(Refused) as refused:
                one.settled(arguments, NOW)
            assert refused.value.code == "unread"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "remind me to feed the cat tomorrow at 17:45",
            {"what": "feed the cat", "when": "tomorrow at 17:45"},
        ),
        ("events today", {"start": "today", "zone": ZONE}),
        ("events on 25 november", {"start": "2026-11-25"}),
        ("create event Lunch on 2026-12-01 at 12:30", {"start": "2026-12-01T12:30"}),
        ("email Bob@Example.net: hello", {"to": "bob@example.net"}),
    ],
)
def test_for_a_later_use_words_of_a_time_stay_words_and_a_date_a_date(
    words: str, expected: dict[str, Any]
) -> None:
    one = next(one for one in ALL.values() if one.wished(words) is not None)
    kept = one.repeatable(one.wished(words) or {}, NOW)
    assert {key: kept[key] for key in expected} == expected
    later = Moment(NOW.now + 86_400, ZONE)
    assert one.settled(kept, later) == one.settled(one.wished(words) or {}, later)
