"""Random lives: the graph holds nothing but what its owner's words show, wherever they were said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from persona.memory.index import UTC, Index
from persona.model import Audience, Evidence
from persona.people import graph

NOW = 1_750_000_000.0
WORDS = (
    "I like tea",
    "I really like tea",
    "I hate mushrooms",
    "I don't like tea any more",
    "my sister Ann lives in Rome",
    "are you sure? how do you know that?",
    "what is my code?",
    "> I like tea",
    'he said: "I love mushrooms"',
    "just do it",
    "i am off to rome... :)",
)
PASTED = "Zanzibar"
MESSAGES = st.tuples(
    st.sampled_from(WORDS),
    st.sampled_from(("private", "lane", "unverified")),
    st.sampled_from(("sms", "slack")),
    st.integers(0, 400),
    st.booleans(),
)
LIVES = st.lists(MESSAGES, max_size=40)
Message = tuple[str, Audience, str, int, bool]


def evidence(life: Sequence[Message], home: str) -> list[Evidence]:
    """A life as it stands in one home, oldest first; some of it passes on what another wrote."""
    told = sorted(enumerate(life), key=lambda one: one[1][3])
    return [
        Evidence(
            id=f"{home}{n}",
            home=home,
            version=place + 1,
            text=f"{words}\n> I love {PASTED}, are you sure?" if pastes else words,
            author="persona" if words.endswith("code?") else f"{surface}:ann",
            surface=surface,
            at=NOW - 500 * 86_400.0 + day * 86_400.0,
            audience=audience,
            passes_on=pastes,
        )
        for place, (n, (words, audience, surface, day, pastes)) in enumerate(told)
    ]


def derived(*told: Evidence) -> dict[str, Any]:
    index = Index(UTC)
    index.add(*told)
    return graph.plain(graph.of_index(index, (), NOW))


def comparable(nodes: Sequence[dict[str, Any]]) -> list[str]:
    """All of them but for the order, in which words of one moment may stand either way."""
    told: list[str] = []
    for node in nodes:
        quotes = sorted(str(quote["at"]) for quote in node["quotes"])
        kept = {name: one for name, one in node.items() if name not in ("claim", "name", "quotes")}
        told.append(str((kept, quotes)))
    return sorted(told)


def said_outright(found: dict[str, Any]) -> list[str]:
    """What single messages show, and not the habits that only many do."""
    kinds = ("preference", "decision", "concern", "stance")
    return comparable([node for node in found["nodes"] if node["kind"] in kinds])


@given(LIVES)
@settings(max_examples=60)
def test_every_quotation_stands_in_the_message_that_it_names(life: list[Message]) -> None:
    told = {one.id: one for one in evidence(life, "A")}
    for node in derived(*told.values())["nodes"]:
        assert node["quotes"]
        for quote in node["quotes"]:
            said = told[quote["message"]]
            assert quote["text"] in said.text
            assert PASTED not in quote["text"]
            assert said.author != "persona"
            assert said.audience != "unverified"


@given(LIVES, st.sets(st.integers(0, 40)))
@settings(max_examples=60)
def test_what_may_not_be_seen_shows_nothing(life: list[Message], gone: set[int]) -> None:
    told = evidence(life, "A")
    left = [one for n, one in enumerate(told) if n not in gone]
    index, sees = Index(UTC), {one.id for one in left}
    index.add(*told)
    hidden = graph.plain(graph.of_index(index, (), NOW, lambda one: one.id in sees))
    assert {q["message"] for node in hidden["nodes"] for q in node["quotes"]} <= sees
    assert said_outright(hidden) == said_outright(derived(*left))


@given(LIVES, LIVES)
@settings(max_examples=60)
def test_joined_homes_have_the_graph_of_both_and_parted_ones_their_own(
    one: list[Message], other: list[Message]
) -> None:
    ann, bob = evidence(one, "A"), evidence(other, "B")
    joined = Index(UTC)
    joined.add(*ann)
    joined.add(*bob)
    both = graph.plain(graph.of_index(joined, (), NOW))
    turned = derived(*sorted([*ann, *bob], key=lambda one: one.at))
    assert comparable(both["nodes"]) == comparable(turned["nodes"])
    only = {told.id for told in ann}
    parted = graph.of_index(joined, (), NOW, lambda told: told.id in only)
    assert said_outright(graph.plain(parted)) == said_outright(derived(*ann))


def test_the_control_has_something_to_show() -> None:
    life: list[Message] = [("I like tea", "private", "sms", day, True) for day in (1, 9)]
    [node] = [one for one in derived(*evidence(life, "A"))["nodes"] if one["kind"] == "preference"]
    assert (node["stable"], node["quoted"]) == (True, 2)
    unproven = [replace(one, audience="unverified") for one in evidence(life, "A")]
    assert derived(*unproven)["nodes"] == []
