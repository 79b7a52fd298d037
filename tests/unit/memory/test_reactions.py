"""How somebody reacts to what failed, by their own words and by what they wish then."""

import json

import pytest

from persona.memory import lines
from persona.memory.index import UTC
from persona.memory.reactions import FAILING, RULES, claim, reaction_of, signs_of_reaction
from persona.model import Evidence, Failed
from persona.trait import BROKEN

READ = Failed("read", 20.0)
LAST = Failed("read", 90_000.0, last=True)
TABLE = """
retries      | try again
retries      | Try that again please
retries      | can you send it once more?
retries      | retry
retries      | hm. again
retries      | give it another go
retries      | does it work now?
asks why     | why?
asks why     | why did that fail
asks why     | what went wrong?
asks why     | how come it can’t be read
asks why     | what exactly did it say
asks why     | what’s the error
asks why     | are you sure it isn't there?
works around | then text it to me
works around | is there another way?
works around | just mail it instead
works around | fine, I'll look it up myself
works around | ok, plan b
escalates    | I want to talk to a human
escalates    | this is useless
escalates    | WHY DOES THIS NEVER WORK
escalates    | who runs this thing? I want to complain
escalates    | great, just great. thanks for nothing
escalates    | what???!
forgives     | no worries
forgives     | never mind
forgives     | it's fine, thanks for trying
forgives     | ok
forgives     | oh well, can't be helped
             | my bike lock is 4812
             | remind me at 6 to feed the cat
             | don't try again
             | Please don't retry it
             | she asked: “why?”
             | > try again
             | I was angry at my sister yesterday
             | hm
"""
CASES = [
    (reaction.strip(), words.strip())
    for reaction, words in (line.split("|", 1) for line in TABLE.strip("\n").splitlines())
]


@pytest.mark.parametrize(("expected", "words"), CASES, ids=lambda one: one[:30])
def test_the_next_words_say_how_somebody_reacts(expected: str, words: str) -> None:
    found = reaction_of(words, READ)
    assert (found[0] if found else "") == expected
    if found:
        _, start, end = found
        assert words[start:end] == words[start:end].strip() != ""


@pytest.mark.parametrize(
    ("failed", "words", "expected"),
    [
        (Failed("read", 9.0, "same"), "read the document plans", "retries"),
        (Failed("read", 9.0, "other"), "list documents plans", "works around"),
        (LAST, "what is my bike lock?", "leaves"),
        (LAST, "no worries", "forgives"),
        (READ, "what is my bike lock?", None),
        (LAST, "> what is my bike lock?", None),
    ],
)
def test_what_is_wished_then_and_silence_say_it_as_well(
    failed: Failed, words: str, expected: str | None
) -> None:
    found = reaction_of(words, failed)
    assert (found[0] if found else None) == expected


def test_a_sign_quotes_the_words_and_names_what_had_failed() -> None:
    (sign,) = signs_of_reaction("Hm, why did that fail? Tell me.", READ)
    assert (sign.kind, sign.about, sign.value) == ("action", f"{BROKEN} read", "asks why")
    assert "Hm, why did that fail? Tell me."[sign.start : sign.end] == "why"
    assert signs_of_reaction("why?", None) == []


def test_each_reaction_to_each_failure_is_told_in_words() -> None:
    told = {claim(f"{BROKEN} {what}", value) for what in FAILING for value in (*RULES, "leaves")}
    assert "" not in told and len(told) == 6 * len(FAILING)
    assert claim(f"{BROKEN} read", "retries") == "tries again when something cannot be read"
    assert claim("reads mail first", "retries") == claim(f"{BROKEN} read", "dances") == ""


def test_a_packed_line_still_shows_how_it_reacted() -> None:
    said = Evidence("m1", "home", 3, "why did that fail?", "ann", "web", 9.0)
    columns = lines.read([lines.Line(said, "thread", READ)], UTC)
    packed = json.loads(json.dumps(lines.pack(columns)))
    again = lines.unpack(packed, "home")
    assert again.lines == columns.lines and again.signs == columns.signs
    assert lines.read(again.lines, UTC).signs == columns.signs
    assert any(sign.about == f"{BROKEN} read" for _, sign in again.signs)
    assert "failed" not in lines.pack(lines.read([lines.Line(said, "thread")], UTC))
