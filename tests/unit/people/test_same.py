"""Who writes like this? The answer names somebody only when they stand apart, and says why."""

import math

import pytest

from persona.memory.texture import Mark, Texture, marks, read
from persona.people.same import LEAST_CROWD, SURE, UNTOLD, Crowd, chance_of, quotes

OPENINGS = "so well right okay hm now yes oh listen look alright hey and anyway".split()
THINGS = (
    "the boat|a garden|my piano|our train|the cat|some tea|a map|the roof|old maps|his dog".split(
        "|"
    )
)
ENDS = [".", "", "...", "!", " :)", "!!", " ;)", "?", " :-)", " <3", ";", " -", " ^^", ","]


def written(person: int, count: int, since: int = 0) -> list[str]:
    """Messages of one hand: always the same way to begin and to end, about changing things."""
    things = (THINGS[(person + at) % len(THINGS)] for at in range(since, since + count))
    case = str.upper if person % 5 == 4 else str.capitalize if person % 2 else str.lower
    return [case(f"{OPENINGS[person]} i saw {thing}") + ENDS[person] for thing in things]


@pytest.fixture
def crowd() -> Crowd:
    return Crowd({f"p{at}": read(written(at, 30)) for at in range(len(OPENINGS))})


def test_whoever_writes_as_before_is_named(crowd: Crowd) -> None:
    for person in range(len(OPENINGS)):
        guess = crowd.guess(read(written(person, 10, since=3)))
        assert (guess.named, guess.ranking[0].person) == (f"p{person}", f"p{person}")
        assert guess.chance >= SURE


def test_a_stranger_is_not_named(crowd: Crowd) -> None:
    guess = crowd.guess(read(["Grüß Gott, lieber Freund: wie geht es dir heute?"] * 10))
    assert guess.named is None
    assert guess.chance < SURE
    assert len(guess.ranking) == len(crowd.known)


def test_a_small_crowd_names_nobody_and_still_ranks() -> None:
    small = Crowd({f"p{at}": read(written(at, 30)) for at in range(LEAST_CROWD - 1)})
    guess = small.guess(read(written(2, 10)))
    assert (guess.named, guess.ranking[0].person) == (None, "p2")


def test_where_nothing_was_said_nobody_is_ranked(crowd: Crowd) -> None:
    assert crowd.guess(Texture()).ranking == ()
    assert Crowd({"p0": Texture()}).guess(read(["hello"])).ranking == ()


def test_a_score_is_the_sum_of_its_parts_and_they_of_their_reasons(crowd: Crowd) -> None:
    messages = written(3, 5)
    best = crowd.guess(read(messages)).ranking[0]
    assert best.score == pytest.approx(math.fsum(best.parts.values()))
    told = math.fsum(reason.weight for reason in crowd.reasons("p3", messages))
    assert told == pytest.approx(best.score - sum(best.parts[one] for one in UNTOLD))


def test_a_reason_says_what_was_counted(crowd: Crowd) -> None:
    reasons = crowd.reasons("p4", written(4, 5))
    reason = next(one for one in reasons if one.mark.says == "uses “:)”")
    assert reason.weight > 0
    assert str(reason) == (
        "uses “:)” in 5 of 5 messages here, in 30 of 30 of theirs, in 7% of everybody's"
    )


def test_what_is_missing_speaks_against(crowd: Crowd) -> None:
    reasons = crowd.reasons("p4", ["I SAW THE BOAT"] * 5)
    reason = next(one for one in reasons if one.mark.says == "uses “:)”")
    assert (reason.here, reason.theirs) == (0, 30)
    assert reason.weight < 0


def test_reasons_come_strongest_first_and_never_as_runs_of_letters(crowd: Crowd) -> None:
    reasons = crowd.reasons("p1", written(1, 5))
    assert [abs(one.weight) for one in reasons] == sorted(
        (abs(one.weight) for one in reasons), reverse=True
    )
    assert {one.mark.family for one in reasons} == {"habits", "edges", "words"}


def test_a_mark_is_quoted_from_the_messages_in_which_it_stands() -> None:
    mark = next(one for one in marks("tbh") if one.says == "writes “tbh”")
    messages = {"m1": "tbh I would", "m2": "no", "m3": "it is, TBH", "m4": "tbh"}
    assert quotes(mark, messages, most=2) == [("m1", "tbh I would"), ("m3", "it is, TBH")]


def test_a_word_that_shares_a_number_is_not_quoted_for_another() -> None:
    first: dict[int, Mark] = {}
    for at in range(5_000):
        mark = next(one for one in marks(f"w{at}") if one.family == "words")
        twin = first.setdefault(mark.number, mark)
        if twin.says != mark.says:
            word = f"w{at}"
            assert quotes(mark, {"m1": twin.says[8:-1], "m2": word}) == [("m2", word)]
            return
    pytest.fail("no two of 5,000 words share one of 2,048 numbers")


def test_the_chance_grows_with_the_distance_and_not_with_the_scale() -> None:
    near, far = [3.0, 2.5, 0.0, 0.2, -1.0], [6.0, 2.5, 0.0, 0.2, -1.0]
    assert chance_of(far) > chance_of(near)
    assert chance_of([10 * one for one in far]) == pytest.approx(chance_of(far))
    assert chance_of([1.0]) == chance_of([2.0, 2.0]) == 0.0


def test_the_chance_is_one_whatever_the_scores() -> None:
    assert chance_of([-100.0, -100.001]) == 0.0
    assert chance_of([1e6, *[0.0] * 99]) <= 1.0
