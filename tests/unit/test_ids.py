"""Names that never collide."""

import re

from hypothesis import given
from hypothesis import strategies as st

from persona import ids

SHAPE = re.compile(r"[A-Z2-7]{26}")


@given(st.binary(min_size=16, max_size=40))
def test_sixteen_bytes_spell_one_id_of_26_letters(entropy: bytes) -> None:
    assert SHAPE.fullmatch(ids.spell(entropy))
    assert ids.spell(entropy) == ids.spell(entropy[:16])


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_other_bytes_spell_another_id(one: bytes, other: bytes) -> None:
    assert (ids.spell(one) == ids.spell(other)) is (one == other)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_the_same_parts_always_derive_the_same_id(parts: list[str]) -> None:
    assert SHAPE.fullmatch(ids.derive(*parts))
    assert ids.derive(*parts) == ids.derive(*parts)
    assert ids.derive(*parts, "more") != ids.derive(*parts)


def test_parts_are_not_merely_joined() -> None:
    assert ids.derive("ab", "c") != ids.derive("a", "bc") != ids.derive("abc")


def test_half_a_character_has_an_id_too() -> None:
    assert SHAPE.fullmatch(ids.derive("\ud83d"))


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1))
def test_versions_sort_as_text_like_the_numbers(one: int, other: int) -> None:
    assert (ids.ordered(one) < ids.ordered(other)) is (one < other)
