"""How a person will react: by what they did before, what such people do, and what anybody does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.model import Evidence
from persona.people.forecast import REACTIONS, brier, forecast
from persona.people.manner import LEADS, STANCES, manner, plain, served
from persona.trait import BROKEN, Graph, Reaction, Shown, Sign, Stance, Trait, TraitKind

DAY = 86_400.0


def trait(
    about: str, value: str, times: int, kind: TraitKind = "action", **about_it: object
) -> Trait:
    """A trait that was shown so often, each time in a conversation of its own."""
    shown = tuple(
        Shown(
            Sign(kind, about, value, 0, 5),
            Evidence(f"{about}{value}{n}", "home", n, "words", "ann", "web", -n * DAY),
            n,
        )
        for n in range(times)
    )
    sure = times / (times + 1)
    return Trait(
        f"{about} {value}", kind, about, value, value, shown, 0.0, 0.0, times, ("web",), sure, times,
        **about_it,  # type: ignore[arg-type]
    )  # fmt: skip


def reacted(what: str, reaction: Reaction, times: int) -> Trait:
    return trait(f"{BROKEN} {what}", reaction, times)


@given(
    st.lists(st.tuples(st.sampled_from(["read", "send", "plan"]), st.sampled_from(REACTIONS), st.integers(1, 9)), max_size=8),
    st.sampled_from(["", "read", "send"]),
    st.dictionaries(st.sampled_from(STANCES), st.floats(0, 0.25), max_size=4),
)  # fmt: skip
def test_the_chances_sum_to_one_whatever_was_seen(
    seen: list[tuple[str, Reaction, int]], what: str, shares: dict[Stance, float]
) -> None:
    found = forecast(Graph(tuple(reacted(*one) for one in seen)), what, shares)
    assert sum(found.chances.values()) == pytest.approx(1.0)
    assert all(chance > 0 for chance in found.chances.values())
    assert found.own == sum(times for _, _, times in seen)


def test_of_somebody_unknown_nothing_is_likelier_than_another_thing() -> None:
    found = forecast(Graph())
    assert set(found.chances.values()) == {1 / 6}
    assert found.own == 0 and found.shown == ()


def test_own_reactions_to_this_kind_count_before_those_to_any() -> None:
    graph = Graph((reacted("read", "retries", 3), reacted("send", "escalates", 6)))
    assert forecast(graph, "read").likeliest == "retries"
    assert forecast(graph, "send").likeliest == "escalates"
    assert forecast(graph, "plan").likeliest == "escalates"


def test_a_stance_speaks_where_the_person_has_not() -> None:
    assert forecast(Graph(), "read", {"skeptic": 1.0}).likeliest == "asks why"
    seen = Graph((reacted("read", "forgives", 3),))
    assert forecast(seen, "read", {"skeptic": 1.0}).likeliest == "forgives"


def test_what_was_contested_counts_for_nothing() -> None:
    gone = trait(f"{BROKEN} read", "escalates", 5, contested_by="words")
    assert forecast(Graph((gone,)), "read").chances == forecast(Graph()).chances


def test_a_sure_forecast_that_comes_true_scores_nothing() -> None:
    sure: dict[Reaction, float] = {one: float(one == "leaves") for one in REACTIONS}
    assert brier(sure, "leaves") == 0.0
    assert brier(sure, "retries") == 2.0
    assert brier(forecast(Graph()).chances, "leaves") == pytest.approx(5 / 6)


def test_a_manner_is_a_mixture_of_what_was_shown() -> None:
    skeptical, operating = (
        trait("stance", "skeptic", 4, "stance"),
        trait("stance", "operator", 2, "stance"),
    )
    found = manner(Graph((skeptical, operating), conversations=6))
    assert found.leading == "skeptic" and found.because == (skeptical,)
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["skeptic"] > found.shares["operator"] > found.shares["regular"]
    assert found.shares["newcomer"] == 0.0
    shown = plain(found)
    assert (shown["leading"], shown["served"], shown["because"]) == ("skeptic",) * 2 + (
        ["stance skeptic"],
    )
    assert shown["forecast"]["likeliest"] == "asks why" and shown["forecast"]["own"] == 0


def test_one_conversation_alone_decides_nothing() -> None:
    once = trait("stance", "operator", 1, "stance")
    found = manner(Graph((once,), conversations=1))
    assert served(found) == "newcomer" and found.because == ()


def test_who_is_torn_is_served_like_nobody_in_particular() -> None:
    torn = tuple(trait("stance", one, 2, "stance") for one in ("skeptic", "operator", "regular"))
    found = manner(Graph(torn, conversations=9))
    assert max(found.shares.values()) < LEADS
    assert served(found) is None


def test_with_time_a_newcomer_becomes_a_regular() -> None:
    first, later = manner(Graph(conversations=1)), manner(Graph(conversations=8))
    assert (served(first), served(later)) == ("newcomer", "regular")
    assert served(None) is None
