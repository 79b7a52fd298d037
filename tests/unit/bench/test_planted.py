"""Planted people: what is believed of them is what is true, and rests on their own words."""

import pytest

from bench.planted import Split, people, scored, shares

SPLITS: tuple[Split, ...] = ("made with", "held out")


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_believed_of_planted_people_is_true_and_quoted(split: Split) -> None:
    found = scored(list(people(split, 6)))
    kinds = found["kinds"].values()
    assert sum(one["rightly"] for one in kinds) >= 0.9 * sum(one["believed"] for one in kinds)
    assert split == "held out" or min(shares(found, "believed").values()) >= 0.9
    assert found["traits"] > 30
    assert (found["unproven"], found["strange"]) == (0, 0)
    assert found["control"] > 100, "their words are there to be mistaken for the person's"


def test_most_of_what_planted_people_tell_is_found() -> None:
    assert min(shares(scored(list(people("made with", 6))), "true").values()) >= 0.8
