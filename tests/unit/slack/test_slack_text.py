"""What Slack shows: parts within its limits with nothing lost, and words that call nobody."""

import re
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.slack import events
from surfaces.slack import text as texts

LIMIT = 4_000
"""Characters that Slack advises for one message (docs.slack.dev, chat.postMessage)."""
LINES = st.one_of(
    st.text(max_size=200).map(lambda text: text.replace("\n", " ")),
    st.sampled_from(["```", "```python", "~~~", "````", "  ```", "```x```", "", "a & b < c", "``"]),
    st.integers(1, 9_000).map(lambda n: "x" * n),
    st.integers(1, 3_000).map(lambda n: "word & " * n),
    st.integers(1, 800).map(lambda n: "👩‍👩‍👧" * n),
)
TEXTS = st.lists(LINES, max_size=25).map("\n".join)


def fence_behind(text: str) -> str:
    """The code fence left open at the end, found as CommonMark has it."""
    opened = ""
    for line in texts.split("\n"):
        found = re.fullmatch(r" {0,3}(`{3,20}|~{3,20})([^`]*)", line)
        if found is None:
            continue
        mark, about = found.groups()
        if not opened:
            opened = mark
        elif mark.startswith(opened) and not about.strip():
            opened = ""
    return opened


def bare(text: str) -> str:
    """The text without white space and without the letters that fences are made of."""
    return re.sub(r"[\s`~]+", "", text)


@settings(max_examples=80)
@given(TEXTS)
def test_parts_are_within_the_limit_with_fences_balanced(text: str) -> None:
    for part in texts.split(text):
        assert part.strip() and not fence_behind(part)
        assert len(texts.escape(part)) <= LIMIT


@settings(max_examples=80)
@given(TEXTS.filter(lambda text: "python" not in text))
def test_no_word_is_lost_between_parts(text: str) -> None:
    assert bare("".join(texts.split(text))) == bare(text)


def test_a_cut_in_code_is_closed_and_opened_again_in_its_language() -> None:
    code = "\n".join(f"line_{n} = {n}" for n in range(600))
    first, *others = texts.split(f"Look:\n```python\n{code}\n```\nDone.")
    assert len(others) > 1 and first.endswith("\n```")
    assert all(part.startswith("```python\n") for part in others)
    assert others[-1].endswith("```\nDone.")


def test_a_short_text_stays_whole() -> None:
    assert texts.split("one\n\ntwo") == ("one\n\ntwo",)
    assert texts.split(" \n ") == ()


def test_a_long_line_is_cut_between_words() -> None:
    parts = texts.split("wonderful " * 1_000)
    assert {word for part in parts for word in part.split()} == {"wonderful"}


def test_a_long_word_is_cut_between_graphemes() -> None:
    family = "👩‍👩‍👧"
    parts = texts.split(family * 2_000)
    assert {
        letter for part in parts for letter in regex.findall(r"\X", part) if letter.strip()
    } == {family}


@given(st.text(max_size=300))
def test_escaped_text_calls_nobody(text: str) -> None:
    escaped = texts.escape(f"{text}<!channel><@U1><!subteam^S1>")
    assert "<" not in escaped and ">" not in escaped
    assert events._words({"text": escaped}, "") == f"{text}<!channel><@U1><!subteam^S1>".strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BOT> hello", "hello"),
        ("<@U0BOT|wren>: hello", "hello"),
        ("hello <@U0BOT>, there", "hello there"),
        ("ask <@U0ANN> and <@U0BOB|bob>", "ask @U0ANN and bob"),
        ("in <#C1|general>, <!here> and <!subteam^S1|@crew>", "in general, !here and @crew"),
        ("see <https://example.org/a?b=c&amp;d|the page>", "see the page (https://example.org/a?b=c&d)"),
        ("see <https://example.org>", "see https://example.org"),
        ("<mailto:ann@example.org|ann@example.org>", "ann@example.org (mailto:ann@example.org)"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("", ""),
    ],
)  # fmt: skip
def test_words_are_what_the_person_saw(text: str, words: str) -> None:
    assert events._words({"text": text}, "U0BOT") == words


def body(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]
    return {
        "type": "event_callback",
        "team_id": "T1",
        "authorizations": named,
        "event": event,
        **more,
    }


def said(**fields: Any) -> dict[str, Any]:
    about = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1"}
    return body({**about, "text": "hi", "ts": "1749999990.000100", **fields})


def test_the_id_is_the_posts_and_not_the_events() -> None:
    one = events.parse(said(channel="C1", channel_type="channel"), 0.0)
    other = events.parse(said(channel="C1", channel_type=None, type="app_mention"), 0.0)
    assert one and other and one.id == other.id == "slack:T1:C1:1749999990.000100"
    assert (one.addressed, other.addressed) == (False, True)
    assert one.address == other.address and str(one.address) == "slack:T1:C1"


@pytest.mark.parametrize(
    ("text", "is_addressed"),
    [("<@U0BOT> hi", True), ("<@U0BOT|wren> hi", True), ("<@U0BOTX> hi", False), ("U0BOT hi", False)],
)  # fmt: skip
def test_a_mention_is_the_whole_name(text: str, is_addressed: bool) -> None:
    event = events.parse(said(channel="C1", channel_type="channel", text=text), 0.0)
    assert event and event.addressed is is_addressed


def test_the_time_is_the_posts_where_it_can_be_read() -> None:
    times = [events.parse(said(ts=ts), 7.0) for ts in ("1749999990.000100", "soon")]
    assert [event.at for event in times if event] == [1749999990.0001, 7.0]


@given(
    st.dictionaries(
        st.sampled_from(
            ["subtype", "user", "channel", "ts", "thread_ts", "text", "files", "message", "bot_id",
             "previous_message", "deleted_ts", "team", "user_team", "app_id", "channel_type"]
        ),
        st.one_of(st.none(), st.text(max_size=5), st.just([]), st.just({}), st.just({"user": "U1"})),
    )
)  # fmt: skip
def test_an_event_of_any_shape_is_read_or_left(fields: dict[str, Any]) -> None:
    try:
        event = events.parse(said(**fields), 0.0)
    except (AttributeError, LookupError, TypeError, ValueError):
        return  # answered as no event
    assert event is None or event.id.startswith("slack:T1:")
