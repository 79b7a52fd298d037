"""What thinking may cost a day: checked before each call, kept with the lane."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scripted import ScriptedModel
from persona.decision import Decision, Spent
from persona.errors import Refused, Transient, Unknown
from persona.language import MOST_TOKENS_OUT, Call, Completion, Prompt
from persona.mind.budget import AN_OFFER, Budget, bound
from persona.mind.think import FALLEN, SPENT
from persona.ports import Write
from persona.record import record
from persona.settings import Price
from persona.turn import take_turn
from tests.unit.house import BOB, SETTINGS, Between, House

DAY = 86_400.0
Furnish = Callable[..., House]


class Meter(ScriptedModel):
    """A model that answers, and takes the most that its server may bill."""

    def __init__(self, name: str = "meter") -> None:
        super().__init__(lambda prompts: Completion("Good."), name)
        self.billed = 0

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Any], seconds: float
    ) -> Completion:
        said = super().complete(prompts, offers, seconds)
        shown = bound(prompts, offers)
        self.billed += shown + MOST_TOKENS_OUT
        return replace(said, tokens_in=shown, tokens_out=MOST_TOKENS_OUT)


@pytest.fixture
def furnished(folder: Path) -> Iterator[Furnish]:
    houses: list[House] = []

    def furnish(*models: ScriptedModel, **settings: Any) -> House:
        houses.append(House(folder, models, settings=replace(SETTINGS, **settings)))
        return houses[-1]

    yield furnish
    for house in houses:
        house.close()


def spent(house: House) -> Spent:
    return house.standing(house.event("x")).head.spent


def test_a_budget_of_tokens_stops_before_the_call(furnished: Furnish) -> None:
    model = Meter()
    house = furnished(model, budget_tokens=40_000)
    replies = [house.tell(f"line {n}") for n in range(12)]
    asked = len(model.seen)
    assert 2 <= asked < 12
    assert model.billed <= 40_000
    assert spent(house).tokens == model.billed
    assert [SPENT in reply for reply in replies] == [n >= asked for n in range(12)]
    assert house.turns()[-1].mind == "reflex, budget used up"


def test_a_budget_of_nothing_asks_no_model(furnished: Furnish) -> None:
    model = Meter()
    house = furnished(model, budget_tokens=0)
    assert SPENT in house.tell("hello")
    assert model.seen == []


def test_the_next_day_begins_with_nothing_spent(furnished: Furnish) -> None:
    model = Meter()
    house = furnished(model, budget_tokens=12_000)
    house.tell("hello")
    assert SPENT in house.tell("and again")
    house.clock.at += DAY
    assert SPENT not in house.tell("good morning")
    assert len(model.seen) == 2


def test_each_lane_has_a_budget_of_its_own(furnished: Furnish) -> None:
    model = Meter()
    house = furnished(model, budget_tokens=12_000)
    house.tell("hello")
    assert SPENT in house.tell("and again")
    assert SPENT not in house.tell("hello", who=BOB)


def test_a_budget_of_money_stops_before_the_call(furnished: Furnish) -> None:
    model = Meter()
    price = Price(3.0, 15.0, 3.0)
    house = furnished(model, prices={"meter": price}, budget_usd=0.30)
    for n in range(9):
        house.tell(f"line {n}")
    assert 1 <= len(model.seen) < 9
    assert 0 < spent(house).usd <= 0.30


def test_where_one_model_is_too_dear_a_cheaper_one_still_answers(furnished: Furnish) -> None:
    dear, cheap = Meter("dear"), Meter("cheap")
    prices = {"dear": Price(500.0, 500.0, 500.0), "cheap": Price(0.1, 0.1, 0.1)}
    house = furnished(dear, cheap, prices=prices, budget_usd=0.10)
    assert "Good." in house.tell("hello")
    assert (len(dear.seen), len(cheap.seen)) == (0, 1)


def test_what_failed_last_is_what_the_person_hears(furnished: Furnish) -> None:
    def stalls(prompts: Sequence[Prompt]) -> Completion:
        raise Transient("stalled")

    dear = Meter("dear")
    prices = {"dear": Price(500.0, 500.0, 500.0), "slow": Price(0.1, 0.1, 0.1)}
    house = furnished(dear, ScriptedModel(stalls, "slow"), prices=prices, budget_usd=0.10)
    assert FALLEN in house.tell("hello")


@pytest.mark.parametrize(
    ("error", "is_counted"),
    [(Transient("busy"), False), (Refused("no"), False), (Unknown(""), True)],
)
def test_a_call_that_failed_counts_only_where_the_server_may_bill(
    furnished: Furnish, error: Exception, is_counted: bool
) -> None:
    def fails(prompts: Sequence[Prompt]) -> Completion:
        raise error

    model = ScriptedModel(fails, "one")
    house = furnished(model)
    house.tell("hello")
    offers = [c.schema() for c in house.ports.capabilities.values() if c.inline]
    assert spent(house).tokens == (bound(model.seen[0], offers) if is_counted else 0)


def test_a_turn_without_a_model_leaves_what_was_spent(furnished: Furnish) -> None:
    house = furnished(Meter())
    house.tell("hello")
    before = spent(house)
    house.take(house.event("hello again"), reflex_only=True)
    assert spent(house) == before
    assert before.tokens > 0


def test_a_thinking_that_lost_the_race_is_paid_for_all_the_same(furnished: Furnish) -> None:
    model = Meter()
    house = furnished(model, budget_tokens=1_000_000)
    house.tell("hello")
    plain, other = house.ports, house.event("meanwhile")

    class Late(Between):
        def commit(self, writes: Sequence[Write]) -> None:
            if others:
                take_turn(house.meet(), [others.pop()], plain)
            self.commit_there(writes)

    others = [other]
    house.with_(table=Late(plain.table))
    house.take(house.event("what is new?"))
    assert len(model.seen) == 4, "hello, this, meanwhile, and this once more"
    assert spent(house).tokens == model.billed


def test_a_row_of_older_code_has_spent_nothing(furnished: Furnish) -> None:
    house = furnished()
    house.tell("hello")
    (row,) = [r for s, r in house.rows(f"LANE#{house.meet().lane}").items() if s == "HEAD"]
    assert row["spent"] == {"day": "", "tokens": 0, "usd": 0.0}
    event = house.event("more")
    standing = house.standing(event)
    commit = record(standing, [event], Decision(reply="Yes."), house.ports)
    heads = [w for w in commit.writes if w.key.sort == "HEAD"]
    heads[0].row.pop("spent")  # pyright: ignore[reportAttributeAccessIssue] a Put
    house.ports.table.commit(commit.writes)
    assert spent(house) == Spent()


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_the_bound_holds_for_a_tokenizer_that_makes_a_token_of_each_byte(texts: list[str]) -> None:
    prompts = [Prompt("user", text) for text in texts]
    assert bound(prompts, []) >= sum(len(text.encode()) for text in texts)


def test_wishes_and_offers_are_shown_too() -> None:
    plain = [Prompt("assistant", "Let me look.")]
    wished = [Prompt("assistant", "Let me look.", (Call("1", "recall", {"words": "x" * 100}),))]
    assert bound(wished, []) > bound(plain, []) + 100
    assert bound(plain, [{"name": "recall"}]) > bound(plain, []) + AN_OFFER


def test_a_budget_without_calls_has_no_cost() -> None:
    assert Budget(SETTINGS, Spent()).cost == {}
