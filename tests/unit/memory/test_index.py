"""How words are weighed: what covers a question most comes first, and of equals the newest."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from persona.memory.index import Index, Match
from persona.memory.terms import terms
from persona.model import Evidence

WORDS = st.lists(
    st.sampled_from("cat dog bike lock tea milk rome paris nine blue Zürich 東京".split()),
    min_size=1,
    max_size=5,
).map(" ".join)


def said(id: str, text: str, at: float = 0.0, *, tells: bool = True) -> Evidence:
    return Evidence(id, "H", 1, text, "sms:+1", "sms", at, tells=tells)


def indexed(*told: Evidence) -> Index:
    index = Index()
    for one in told:
        index.add(one)
    return index


def ids(found: list[Match]) -> list[str]:
    return [match.evidence.id for match in found]


@given(WORDS, st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True))
def test_of_equal_words_the_newest_comes_first(words: str, times: list[int]) -> None:
    index = indexed(*(said(str(at), words, at) for at in times))
    assert ids(index.match(words)) == [str(at) for at in sorted(times, reverse=True)]


@given(WORDS, WORDS, st.lists(WORDS, max_size=5))
def test_a_question_never_outranks_a_statement_that_covers_as_much(
    words: str, wish: str, others: list[str]
) -> None:
    rest = [said(f"other {n}", text) for n, text in enumerate(others)]
    question, statement = said("asked", words, 9.0, tells=False), said("told", words, 1.0)
    found = ids(indexed(question, *rest, statement).match(wish))
    assert ("told" in found) is ("asked" in found)
    if "told" in found:
        assert found.index("told") < found.index("asked")


@given(WORDS, st.lists(st.sampled_from(["qwertz", "xylor", "vexol"]), min_size=1, unique=True))
def test_words_never_heard_lower_the_cover(words: str, unheard: list[str]) -> None:
    index = indexed(said("1", words), said("2", "something else entirely"))
    plain = index.match(words)[0]
    assert abs(plain.cover - 1.0) < 1e-9
    asked = index.match(" ".join([words, *unheard]))[0]
    assert asked.cover < plain.cover
    assert asked.evidence.id == "1"


@given(st.lists(WORDS, max_size=8), WORDS)
def test_cover_is_a_share_and_the_order_is_its_own(told: list[str], wish: str) -> None:
    found = indexed(*(said(str(n), text, n) for n, text in enumerate(told))).match(wish)
    assert all(0.0 < match.cover <= 1.0 + 1e-9 and match.score > 0.0 for match in found)
    ranks = [(round(m.cover, 2), round(m.score, 1), m.evidence.at) for m in found]
    assert ranks == sorted(ranks, reverse=True)
    wanted = set(terms(wish))
    assert {m.evidence.id for m in found} == {
        str(n) for n, text in enumerate(told) if wanted & set(terms(text))
    }


@settings(max_examples=200)
@given(st.text(max_size=60))
@example("\x00 ' ’ ''s ’’ \u200b")
@example("ǅ ß ﬁ İ ١٢٣ e\u0301")
def test_any_text_can_be_told_and_asked(text: str) -> None:
    index = indexed(said("1", text), said("2", "the cat"))
    found = index.match(text)
    assert ("1" in ids(found)) is bool(terms(text))


def test_words_in_any_script_are_found_again() -> None:
    for text in ("Мою кошку зовут Мурка", "東京 タワー", "γάτα", "قطتي اسمها لولو"):
        assert ids(indexed(said("1", text), said("2", "the cat")).match(text)) == ["1"], text


def test_case_endings_and_clitics_do_not_matter() -> None:
    assert terms("Max's dogs were BARKING") == terms("max dog bark")
    assert terms("What is the name of my cat?") == terms("name, cat")


def test_a_question_of_stop_words_alone_is_answered_by_nothing() -> None:
    assert indexed(said("1", "what is it")).match("what is it?") == []
    assert Index().match("cat") == []


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    told = [said(str(n), f"the cat likes thing{n}") for n in range(10)]
    best = indexed(*told, said("rare", "zanzibar")).match("cat in zanzibar")[0]
    assert best.evidence.id == "rare"


def test_the_same_evidence_is_taken_in_once() -> None:
    index = indexed(said("1", "tea"), said("1", "tea"))
    assert len(index) == 1
    assert ids(index.match("tea")) == ["1"]


def test_no_more_is_found_than_was_asked_for() -> None:
    index = indexed(*(said(str(n), "tea", n) for n in range(40)))
    assert len(index.match("tea")) == 25
    assert ids(index.match("tea", limit=2)) == ["39", "38"]


def test_everything_stands_in_the_order_in_which_it_was_said() -> None:
    index = indexed(said("1", "b"), said("2", "a"), said("3", "c"))
    assert [one.id for one in index.everything()] == ["1", "2", "3"]
