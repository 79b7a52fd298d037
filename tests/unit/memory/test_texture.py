"""A texture counts, in how many messages each way of writing stands, and nothing else."""

import json
import zlib

import pytest

from persona.errors import Broken
from persona.memory.habits import HABITS, NUMBERS, habits_of
from persona.memory.texture import (
    BUCKETS,
    FAMILIES,
    FORMAT,
    Mark,
    Texture,
    marks,
    open_texture,
    plain,
    read,
)

SHOWN = {
    "ok   then": {"begins with a small letter", "writes no capital at all", "ends with a letter"},
    "Done.": {"begins with a capital", "ends with “.”", "uses “.”", "writes one word"},
    "i'm in :)": {"writes “i” small", "writes “i'm”, “i'll”, “i've” small", "uses “:)”"},
    "I dont know...": {"writes “I” large", "leaves out apostrophes", "uses “...”", "ends with “.”"},
    "sooo good ,really": {"stretches letters", "puts a space before a mark"},
    "Yes.  No": {"puts two spaces after a sentence", "begins a later sentence with a capital"},
    "THE END!!": {"writes words in capitals", "uses “!!”", "ends with “!”"},
    "привет": {"begins with a small letter", "writes no capital at all"},
    "nice 🎉": {"uses an emoji"},
    "one\ntwo": {"writes more than one line", "writes two or three words"},
    " ".join(["word"] * 40): {"writes thirty-two words or more"},
}


@pytest.mark.parametrize("text", SHOWN)
def test_a_message_shows_its_habits(text: str) -> None:
    assert SHOWN[text] <= habits_of(text)


def test_a_message_shows_no_habit_that_it_has_not() -> None:
    found = habits_of("Hello there, Ann.")
    assert not found & {"writes no capital at all", "uses “!!”", "uses “:)”", "uses digits"}


def test_every_habit_has_one_number_and_every_number_one_habit() -> None:
    assert len(set(HABITS)) == len(HABITS) == len(NUMBERS) == BUCKETS["habits"]


def test_the_list_of_habits_belongs_to_the_format() -> None:
    """Who changes the list raises `FORMAT`, and then the number here."""
    assert (FORMAT, zlib.crc32("\n".join(HABITS).encode())) == (2, LISTED)


LISTED = 2_117_698_474


def test_a_message_counts_once_however_often_a_mark_stands_in_it() -> None:
    texture = read(["ha ha ha", "ha!", "no"])
    said = next(mark for mark in marks("ha") if mark.says == "writes “ha”")
    assert (texture.messages, texture.of(said)) == (3, 2)


def test_what_opens_and_closes_a_message_is_told() -> None:
    edges = {mark.says for mark in marks("Hi all, see you") if mark.family == "edges"}
    assert edges == {"opens with “hi”", "closes with “you”"}


def test_nothing_said_is_no_message() -> None:
    assert read(["", "  \n"]) == Texture()


def test_a_surrogate_on_its_own_breaks_nothing() -> None:
    assert read(["\ud83d hm"]).messages == 1


def test_a_row_is_opened_as_it_was_kept() -> None:
    texture = read(["Hello there.", "see u :)", "🎉"])
    assert open_texture(json.loads(json.dumps(plain(texture)))) == texture


def test_an_older_texture_is_read_anew_and_a_newer_one_is_refused() -> None:
    kept = plain(read(["hello"]))
    assert open_texture({**kept, "v": FORMAT - 1}) is None
    with pytest.raises(Broken):
        open_texture({**kept, "v": FORMAT + 1})


def test_a_texture_loses_only_what_it_was_made_of() -> None:
    with pytest.raises(Broken):
        _ = read(["hello"]) - read(["goodbye"])


def test_a_texture_stays_small_however_much_was_said() -> None:
    """No more than 16 KB as kept, though no two messages of these 3,000 are alike."""
    words = [f"{zlib.crc32(str(at).encode()):x}" for at in range(12_000)]
    texture = read(" ".join(words[at : at + 4]) for at in range(0, 12_000, 4))
    kept = zlib.compress(json.dumps(plain(texture), separators=(",", ":")).encode())
    assert texture.messages == 3_000
    assert all(len(texture.counts[family]) <= BUCKETS[family] for family in FAMILIES)
    assert len(kept) < 16_384


def test_marks_with_one_number_are_one_mark_whatever_they_say() -> None:
    assert Mark("words", 7, "writes “a”") == Mark("words", 7, "writes “b”")
