"""Words as they stand in the index, and what of a question is looked for."""

from hypothesis import given
from hypothesis import strategies as st

from persona.memory.kin import kin
from persona.memory.terms import stem, terms, wanted


def test_irregular_forms_meet_their_plain_ones() -> None:
    assert terms("She went, bought mice and wrote") == terms("go buy mouse write")


def test_a_question_drops_names_and_empty_words() -> None:
    assert wanted("What kind of cat does Ann's son have?", frozenset({"ann"})) == ["cat", "son"]


def test_a_question_of_empty_words_alone_keeps_them() -> None:
    assert wanted("what time?") == [stem("time")]
    assert wanted("what is it?") == []


def test_a_word_asked_twice_is_looked_for_once() -> None:
    assert wanted("cat, cats and the cat") == ["cat"]


def test_kin_leads_from_the_general_to_the_particular() -> None:
    assert stem("puppies") in kin()["pet"]
    assert all(head not in others for head, others in kin().items())


@given(st.text(max_size=80))
def test_any_text_has_terms(text: str) -> None:
    assert all(terms(text))
    assert set(wanted(text)) <= set(terms(text))
