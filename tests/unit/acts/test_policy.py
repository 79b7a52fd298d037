"""May this act happen? Every rule, and what no combination of facts may bring about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.acts.policy import ALLOW, EXPOSED, Facts, judge_reply
from persona.model import exposure

FINE = Facts(
    halted=False,
    notice=False,
    suppressed="",
    home_is_here=True,
    written_for="private",
    heard_by="private",
)
AUDIENCES = st.sampled_from(["private", "lane", "unverified"])
FACTS = st.builds(
    Facts,
    halted=st.booleans(),
    notice=st.booleans(),
    suppressed=st.sampled_from(["", "bounced", "opted out"]),
    home_is_here=st.booleans(),
    written_for=AUDIENCES,
    heard_by=AUDIENCES,
)


def test_nothing_against_it_is_allowed() -> None:
    assert judge_reply(FINE) == ALLOW


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FINE, suppressed="bounced"), "bounced"),
        (replace(FINE, suppressed="opted out", notice=True), "opted out"),
        (replace(FINE, halted=True), "halted"),
        (replace(FINE, home_is_here=False), "unlinked"),
        (replace(FINE, home_is_here=False, notice=True), "unlinked"),
        (replace(FINE, heard_by="lane"), EXPOSED),
        (replace(FINE, heard_by="unverified"), EXPOSED),
    ],
)
def test_each_rule_denies_by_its_name(facts: Facts, reason: str) -> None:
    verdict = judge_reply(facts)
    assert (verdict.decision, verdict.reason) == ("deny", reason)


def test_a_halt_may_still_be_confirmed() -> None:
    assert judge_reply(replace(FINE, halted=True, notice=True)) == ALLOW


def test_a_shared_places_own_words_may_be_said_there() -> None:
    assert judge_reply(replace(FINE, written_for="lane", heard_by="lane")) == ALLOW
    assert judge_reply(replace(FINE, written_for="lane", heard_by="private")) == ALLOW


@given(FACTS)
def test_halted_never_allows_unless_it_is_the_notice(facts: Facts) -> None:
    if facts.halted and not facts.notice:
        assert judge_reply(facts).decision == "deny"


@given(FACTS)
def test_private_words_never_reach_a_more_exposed_place(facts: Facts) -> None:
    if exposure(facts.heard_by) > exposure(facts.written_for):
        assert judge_reply(facts).decision == "deny"


@given(FACTS)
def test_a_closed_address_takes_nothing_whatever_else_holds(facts: Facts) -> None:
    verdict = judge_reply(facts)
    if facts.suppressed:
        assert (verdict.decision, verdict.reason) == ("deny", facts.suppressed)
    assert (verdict.decision == "allow") is (verdict.reason == "")


@given(FACTS)
def test_what_is_allowed_stays_so_when_a_fact_gets_better(facts: Facts) -> None:
    if judge_reply(facts) == ALLOW:
        better = replace(facts, halted=False, suppressed="", home_is_here=True)
        assert judge_reply(better) == ALLOW
        assert judge_reply(replace(better, heard_by="private")) == ALLOW
