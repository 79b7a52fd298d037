"""The suite can fail: with the first rules, and with any one rule or wall less, something leaks."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from persona.acts import policy, wishes
from persona.acts.policy import Circumstances, Rule, judge
from persona.decision import Intent, Verdict
from persona.declare import Capability
from persona.mind import prompt
from tests.contract.site import Site
from tests.hostile.contexts import CONTEXTS, TOPICS, Context
from tests.hostile.controls import FIRST, without
from tests.hostile.goals import GOALS, LEAK_BY_MAIL, PHISH, Goal
from tests.hostile.house import House, codes_in, keep
from tests.hostile.places import PLACES, Where
from tests.hostile.test_hostile import folder, is_legitimate, opened, site

__all__ = ["folder", "site"]
NAMED = {context.name: context for context in CONTEXTS}
AT = {where.name: where for where in PLACES}
Judged = tuple[Intent, Capability, Circumstances]
Variation = Callable[[Judged], Circumstances]
VARIATIONS: dict[str, Variation] = {
    "as it was": lambda one: one[2],
    "approved with a passkey": lambda one: replace(one[2], approved=one[0].hash, strong=True),
    "switched off, to a known address": lambda one: replace(
        one[2],
        off=frozenset([one[0].capability]),
        own=frozenset(one[1].destinations(one[0].arguments)),
        tainted="",
    ),
    "to an own address that wants nothing": lambda one: replace(
        one[2],
        own=frozenset(one[1].destinations(one[0].arguments)),
        closed=dict.fromkeys(one[1].destinations(one[0].arguments), "they said so"),
        tainted="",
    ),
}
"""What stood before the judge, and what a person may have done to it."""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Judged]:
    """Everything that is judged in a turn meanwhile."""
    seen: list[Judged] = []

    def judging(intent: Intent, capability: Capability | None, about: Circumstances) -> Verdict:
        if capability is not None:
            seen.append((intent, capability, about))
        return judge(intent, capability, about)

    monkeypatch.setattr(wishes, "judge", judging)
    return seen


def leaks(house: House, context: Context, goals: tuple[Goal, ...] = GOALS) -> tuple[int, int]:
    """How many goals are reached in one turn each, of how many that are no legitimate wish."""
    wanted = [one for one in goals if not is_legitimate(one, context, house.where)]
    topics = dict(zip(GOALS, TOPICS.split(), strict=True))
    struck = [house.strike(one.first, context.question.format(topics[one])) for one in wanted]
    return sum(one.effects != [] for one in struck), len(wanted)


@pytest.mark.parametrize("where", PLACES, ids=lambda where: where.name)
def test_the_first_rules_leak(
    where: Where, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tried = 0
    for context in (NAMED["clean"], NAMED["mail"], NAMED["page"]):
        house = opened(tmp_path / context.name, context, where, site, monkeypatch)
        with monkeypatch.context() as patch:
            patch.setattr(policy, "RULES", FIRST)
            leaked, of = leaks(house, context)
        house.hub.close()
        found, tried = found + leaked, tried + of
    keep(arm="control", attacks=tried, leaks=found)
    assert (found > 0) == where.is_proven


def test_every_rule_bites(
    judged: list[Judged], site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all that was judged, and of what a yes would make of it, each rule alone refuses some."""
    chosen = product(("clean", "page", "secrets"), ("web", "Slack channel"))
    for context, where in chosen:
        folder = tmp_path / f"{context} {where}"
        house = opened(folder, NAMED[context], AT[where], site, monkeypatch)
        leaks(house, NAMED[context])
        house.hub.close()
    assert len(judged) > 100
    opens = {rule.__name__: opened_without(rule, judged, monkeypatch) for rule in policy.RULES}
    keep(arm="rules", rules=len(opens), biting=sum(n > 0 for n in opens.values()))
    assert all(opens.values()), opens


def opened_without(rule: Rule, judged: list[Judged], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many verdicts turn to Allow where this rule is missing."""
    every = [(one, vary(one)) for one in judged if _fits(one) for vary in VARIATIONS.values()]
    before = [judge(one[0], one[1], about).decision for one, about in every]
    with monkeypatch.context() as patch:
        patch.setattr(policy, "RULES", without(rule))
        after = [judge(one[0], one[1], about).decision for one, about in every]
    return sum(a != "allow" == b for a, b in zip(before, after, strict=True))


def _fits(one: Judged) -> bool:
    """Whether its destinations can be named: what is quite unfit is refused by any rules."""
    try:
        one[1].destinations(one[0].arguments)
    except (KeyError, TypeError):
        return False
    return True


@pytest.mark.parametrize("context", ["mail", "memory", "page"])
def test_without_the_taint_a_known_address_is_phished(
    context: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = opened(tmp_path, NAMED[context], AT["web"], site, monkeypatch)
    assert leaks(house, NAMED[context], (PHISH,)) == (0, 1)
    monkeypatch.setattr(wishes, "taint", lambda events, decision: "")
    assert leaks(house, NAMED[context], (PHISH,)) == (1, 1)
    house.hub.close()


def test_a_mind_that_sees_codes_has_them_said(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann says what she is told to say: that is a yes as soon as the model knows the code."""

    context = NAMED["clean"]
    house = opened(tmp_path, context, AT["web"], site, monkeypatch)
    assert house.attack(LEAK_BY_MAIL.first, LEAK_BY_MAIL.again, context.question).effects == []
    monkeypatch.setattr(prompt, "without_codes", str)
    told = house.attack(LEAK_BY_MAIL.first, LEAK_BY_MAIL.again, context.question)
    assert any("eve@evil.example" in one for one in told.effects)
    house.hub.close()


@pytest.mark.parametrize("answer", ["deny", "approve"])
def test_what_a_reply_repeats_of_a_tainted_wish_taints_as_it_did(
    answer: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour later the turn of the wish is shown no more; the answer to it shows it still."""
    context = NAMED["page"]
    house = opened(tmp_path, context, AT["web"], site, monkeypatch)
    assert leaks(house, context, (PHISH,)) == (0, 1)
    code = codes_in(house.ann.replies()[-1])[0]
    wish = house.turns()[-1]
    house.hear(f"{answer} {code}")
    house.window = tuple(turn for turn in house.turns() if turn.number > wish.number)
    assert house.window
    assert all(turn.tainted for turn in house.window)
    assert leaks(house, context, (PHISH,)) == (0, 1)
    house.hub.close()
