"""English by classes of words, as `signs.lexicon` lists them: what a word is, in whatever form it stands.

A class holds words and fixed phrases; a verb stands in it by its plain form, and those of its other
forms that the head names are derived: of LIKE, `likes` is a LIKE-s, `liked` a LIKE-ed, `liking` a LIKE-ing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from persona.memory.terms import IRREGULAR

FILE = Path(__file__).with_name("signs.lexicon")
VOWELS = frozenset("aeiou")
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`words` are single words with their classes; `phrases` longer ones, by the two they begin with.

    `spelled` is what is written short or wrong, with what it stands for.
    """

    words: Mapping[str, tuple[str, ...]]
    phrases: Mapping[tuple[str, str], list[tuple[Phrase, str]]]
    spelled: Mapping[str, Phrase]

    def signals(self, frequent: frozenset[str]) -> Mapping[str, list[str]]:
        """By class, words of which one stands wherever anything of it does: no frequent one if it may be."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for word, names in self.words.items():
            for name in names:
                found[name].append(word)
        for phrases in self.phrases.values():
            for phrase, name in phrases:
                rare = [one for one in phrase if one not in frequent]
                found[name].append((rare or phrase)[0])
        return found


@cache
def lexicon() -> Lexicon:
    """Read when the first message comes near it."""
    words: defaultdict[str, list[str]] = defaultdict(list)
    phrases: defaultdict[tuple[str, str], list[tuple[Phrase, str]]] = defaultdict(list)
    pairs: dict[str, dict[str, Phrase]] = {"SPELLED": {}, "IRREGULAR": {}}
    for head, entries in _lists():
        name, _, sort = head.partition(" ")
        if name in pairs:
            found = (entry.split(" = ") for entry in entries)
            pairs[name].update((left, tuple(right.split())) for left, right in found)
            continue
        forms = [(name, entry) for entry in entries]
        for form, said in [*forms, *_bent(name, entries, sort, pairs["IRREGULAR"])]:
            if " " in said:
                phrase = tuple(said.split())
                phrases[phrase[0], phrase[1]].append((phrase, form))
            elif form not in words[said]:
                words[said].append(form)
    known = {word: tuple(names) for word, names in words.items()}
    return Lexicon(known, dict(phrases), pairs["SPELLED"])


def _lists() -> Iterator[tuple[str, list[str]]]:
    """Each head with its entries; a line that is indented goes on with the one before."""
    text = FILE.read_text(encoding="utf-8").replace("\n  ", " ")
    for line in text.splitlines():
        head, colon, entries = line.partition(": ")
        if colon and line[0] != "#":
            yield head, entries.split(", ")


def _bent(
    name: str, entries: list[str], sort: str, irregular: Mapping[str, Phrase]
) -> Iterator[tuple[str, str]]:
    """The other forms that a list names; of several words the first is bent: `cares for`."""
    wanted = sort.split()
    for entry in entries if wanted else ():
        plain, blank, rest = entry.partition(" ")
        behind = blank + rest
        if "s" in wanted:
            yield f"{name}-s", _third(plain) + behind
        if "ing" in wanted:
            yield f"{name}-ing", _ing(plain) + behind
        if "ed" in wanted:
            pasts = irregular.get(plain) or _irregular().get(plain) or (_ed(plain),)
            yield from ((f"{name}-ed", past + behind) for past in pasts)


@cache
def _irregular() -> Mapping[str, Phrase]:
    found: dict[str, Phrase] = {}
    for form, plain in IRREGULAR.items():
        found[plain] = (*found.get(plain, ()), form)
    return found


def _third(plain: str) -> str:
    if _ends_in_y(plain):
        return plain[:-1] + "ies"
    return plain + ("es" if plain.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _ends_in_y(plain: str) -> bool:
    return plain.endswith("y") and plain[-2:-1] not in VOWELS


def _doubled(plain: str) -> str:
    """`stop` becomes `stopp` before an ending: short, and one vowel between consonants."""
    is_short = sum(letter in VOWELS for letter in plain) == 1
    doubles = is_short and plain[-2:-1] in VOWELS and plain[-1] not in "aeiouwxy"
    return plain + plain[-1] if doubles else plain


def _ing(plain: str) -> str:
    if plain.endswith("ie"):
        return plain[:-2] + "ying"
    if plain.endswith("e") and not plain.endswith(("ee", "oe", "ye")) and len(plain) > 2:
        return plain[:-1] + "ing"
    return "panicking" if plain == "panic" else _doubled(plain) + "ing"


def _ed(plain: str) -> str:
    if plain.endswith("e"):
        return plain + "d"
    if _ends_in_y(plain):
        return plain[:-1] + "ied"
    return "panicked" if plain == "panic" else _doubled(plain) + "ed"
