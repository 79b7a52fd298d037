"""A person's own documents on both families: whole, sealed, theirs alone, and once each."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from capabilities.delete_document import delete_document
from capabilities.list_documents import list_documents
from capabilities.read_document import PART, read_document
from capabilities.save_document import save_document
from persona.declare import Result
from persona.errors import Broken, Refused, Transient
from persona.memory import documents
from persona.memory.documents import MOST_BYTES, MOST_TITLE
from tests.contract.families import FAMILIES, SHM, Opened
from tests.contract.means import Means

NOTES = "Buy stamps.\nCall the harbour.\n"


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        opened = FAMILIES[request.param](Path(folder))
        yield opened
        opened.close()


@pytest.fixture
def ann(family: Opened) -> Means:
    return Means(family.keys, family.blobs, family.clock)


def save(means: Means, title: str, text: str = NOTES) -> Result:
    return save_document.use(save_document.arguments(title=title, text=text), means)


def read(means: Means, title: str, part: int = 1) -> Result:
    return read_document.use(read_document.arguments(title=title, part=part), means)


def delete(means: Means, title: str) -> Result:
    return delete_document.use(delete_document.arguments(title=title), means)


def listed(means: Means) -> str:
    return list_documents.use(list_documents.arguments(), means).text


def test_a_document_is_kept_whole_and_read_back(family: Opened, ann: Means) -> None:
    text = "Ünïcode 😀\n\n\tand “all” of it \n" * 10
    assert (
        save(ann, "  My   notes ", text).text == f"“My notes” is saved ({len(text):,} characters)."
    )
    family.reopen()
    later = Means(family.keys, family.blobs, family.clock)
    assert read(later, "my NOTES").text == f"“My notes”\n\n{text}"
    assert listed(later) == f"My notes · 2025-06-15 15:06 · {len(text):,} characters"


def test_a_plan_can_go_by_how_many_there_are(ann: Means) -> None:
    for count in range(3):
        result = list_documents.use(list_documents.arguments(), ann)
        assert result.facts == {"count": count}
        assert list_documents.facts["count"].fits(count)
        save(ann.again(f"ACT{count}"), f"Notes {count}")


def test_what_is_read_counts_as_the_words_of_others(ann: Means) -> None:
    save(ann, "Notes")
    assert (read(ann, "Notes").untrusted, read(ann, "Notes").sensitivity) == (True, 1)


def test_saving_again_after_a_lost_answer_keeps_one(family: Opened, ann: Means) -> None:
    first = save(ann, "Notes")
    family.pass_time(60)
    assert save(ann, "Notes") == first
    assert listed(ann).count("\n") == 0


def test_a_crash_before_the_write_leaves_nothing_and_the_next_try_saves(
    ann: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, data: bytes) -> None:
        raise Transient("it is away")

    with monkeypatch.context() as patch:
        patch.setattr(ann.blobs, "put", fail)
        with pytest.raises(Transient):
            save(ann, "Notes")
    assert listed(ann) == "You keep no documents here."
    save(ann, "Notes")
    assert read(ann, "Notes").text.endswith(NOTES)


def test_no_document_is_lost_by_saving_another_of_its_title(ann: Means) -> None:
    save(ann, "Notes", "the first")
    with pytest.raises(Refused, match="already a document called “Notes”"):
        save(ann.again("second"), "NOTES", "the second")
    assert read(ann, "Notes").text.endswith("the first")


def test_deleting_takes_it_away_for_good_and_may_be_repeated(family: Opened, ann: Means) -> None:
    save(ann, "Notes")
    save(ann.again("other"), "Other")
    assert delete(ann, "notes").text == "“Notes” is deleted."
    assert delete(ann, "notes").text == "There is no document called “notes”."
    with pytest.raises(Refused, match="no document called “notes”"):
        read(ann, "notes")
    assert listed(ann).startswith("Other ·")
    assert len(family.blobs.list("documents/")) == 1
    save(ann.again("third"), "Notes", "anew")
    assert read(ann, "Notes").text.endswith("anew")


def test_nobody_sees_anothers_documents(ann: Means) -> None:
    save(ann, "Notes")
    for owner in ("BOB", "AN", "ANN2", "ANN/"):
        bob = ann.again("bob", owner)
        assert listed(bob) == "You keep no documents here."
        with pytest.raises(Refused):
            read(bob, "Notes")
        delete(bob, "Notes")
    assert read(ann, "Notes").text.endswith(NOTES)


def test_linked_homes_open_each_others_documents_and_unlinked_ones_close_them(
    family: Opened, ann: Means
) -> None:
    save(ann, "Notes", "said by text message")
    family.pass_time(60)
    both = ann.again("both", "ANN-MAIL", "ANN")
    save(both, "Letter", "said by mail")
    assert [line.partition(" ·")[0] for line in listed(both).split("\n")] == ["Notes", "Letter"]
    assert read(both, "Notes").text.endswith("said by text message")
    with pytest.raises(Refused, match="already a document"):
        save(ann.again("third", "ANN-MAIL", "ANN"), "notes")
    assert delete(both.again("gone", "ANN", "ANN-MAIL"), "Notes").text == "“Notes” is deleted."
    assert listed(ann) == "You keep no documents here."
    assert listed(ann.again("apart", "ANN-MAIL")).startswith("Letter ·")


def test_nothing_at_rest_says_what_a_document_is_about(family: Opened, ann: Means) -> None:
    save(ann, "Harbour", "the harbour master is Emil")
    (name,) = family.blobs.list("")
    kept = name.encode() + (family.blobs.get(name) or b"")
    assert len(kept) > 100
    for word in (b"arbour", b"Emil", b"master"):
        assert word not in kept


def test_a_document_moved_to_another_person_does_not_open(family: Opened, ann: Means) -> None:
    save(ann, "Notes")
    (name,) = family.blobs.list("")
    family.blobs.put(name.replace("/ANN/", "/BOB/"), family.blobs.get(name) or b"")
    with pytest.raises(Broken):
        listed(ann.again("bob", "BOB"))


def test_a_destroyed_key_takes_them_all(family: Opened, ann: Means) -> None:
    save(ann, "Notes")
    family.keys.destroy("home:ANN")
    with pytest.raises(Refused):
        listed(ann)


def test_a_long_document_is_read_in_parts(ann: Means) -> None:
    text = "".join(f"{number:07}\n" for number in range(PART // 4))
    save(ann, "Log", text)
    first, second = read(ann, "Log").text, read(ann, "Log", 2).text
    assert first.startswith("“Log” (part 1 of 2)\n\n")
    assert first.partition("\n\n")[2] + second.partition("\n\n")[2] == text
    with pytest.raises(Refused, match="no part 3, only 2"):
        read(ann, "Log", 3)


def test_there_is_a_most(ann: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 4)
    for number in range(4):
        save(ann.again(f"act {number}"), f"Notes {number}", "x")
    with pytest.raises(Refused, match="4 documents are kept"):
        save(ann.again("one more"), "One more", "x")
    assert len(listed(ann).split("\n")) == 4
    assert save(ann.again("act 3"), "Notes 3", "x").text.startswith("“Notes 3” is saved")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "", "text": "x"},
        {"title": " \n ", "text": "x"},
        {"title": "a" * (MOST_TITLE + 1), "text": "x"},
        {"title": "a\x00b", "text": "x"},
        {"title": "a\u202eb", "text": "x"},
        {"title": "a", "text": ""},
        {"title": "a", "text": "a" * (MOST_BYTES + 1)},
        {"title": "a", "text": "😀" * (MOST_BYTES // 4 + 1)},
        {"title": "a", "text": "\ud800"},
        {"title": "a", "text": "x", "owner": "BOB"},
        {"title": "a", "text": 7},
    ],
)
def test_what_does_not_fit_is_no_document(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        save_document.arguments.model_validate(wrong)


def test_the_longest_title_and_text_fit(ann: Means) -> None:
    save(ann, "😀" * MOST_TITLE, "x" * MOST_BYTES)
    assert listed(ann).startswith("😀" * MOST_TITLE)
    assert read(ann, "😀" * MOST_TITLE, MOST_BYTES // PART).text.endswith("x" * PART)
