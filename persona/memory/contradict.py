"""What no longer holds: whether newer words of a person contradict older ones, by rule.

Only what is certain counts: one clause each, the same subject, and another value of a kind of which
a thing has one (a day, a time, a number, a colour, a name, yes or no). Words that correct ("actually",
"not Monday but Tuesday") allow more than words that merely say something else; "maybe", "or", "also"
and whatever comes around every week allow nothing. Where it is not certain both stand, dated.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from persona.compiled import compiled
from persona.memory.claims import MOST_CLAUSE, TRAILING, UNSURE, Claim, claim, plain, without_lead
from persona.memory.signs import signs_of
from persona.memory.terms import stem
from persona.memory.values import SLOTS, WORD, slots_of

HAS_ONE = frozenset(
    map(
        stem,
        "name surname birthday address email phone code password pin colour color size username login"
        " deadline passport postcode zip iban seat gate flight boss age height weight".split(),
    )
)
"""Heads of subjects that have one value, whatever its kind; so has a favourite."""
RECURRING = frozenset(
    map(
        stem,
        "class course lesson training practice shift school gym yoga rehearsal lecture seminar chemo"
        " therapy physio run workout market delivery bin bins rubbish medicine pill tablet insulin dose"
        " walk alarm break meal call standup".split(),
    )
)
VAGUE = frozenset(
    "weak strong long short new old secret wrong lost expired easy hard hidden good bad nice great"
    " terrible fine cold hot warm small big large close near far soon late early private public"
    " important same missing unknown ready available free busy broken off done cancelled confirmed"
    " coming here there over open closed full empty okay ok rusty beautiful ugly funny tired".split()
)
"""Values that describe and exclude nothing."""
SIDES = frozenset(("yes", "no"))
PLACED = re.compile(r"(?:in|at|with|by|for)\s+", re.IGNORECASE)
NEGATING = re.compile(
    r"\b(?:not|never|no longer|no more|stopped|quit|gave up|given up|nicht mehr|nicht)\b",
    re.IGNORECASE,
)
FILLING = frozenset(
    "a an the that to any some anymore more longer do does did now really at all have been just".split()
)


def corrects(words: str) -> bool:
    """Whether words say of themselves that something else no longer holds."""
    found = claim(words)
    return found is not None and (found.is_correcting or bool(found.instead_of) or _negates(words))


def may_contradict(words: str) -> bool:
    """Whether there is anything in the words that could end what was said before."""
    found = claim(words)
    is_valued = found is not None and bool(found.slots or found.is_correcting or _has_one(found))
    return is_valued or _negates(words) or (found is not None and found.link in ("live", "work"))


def contradicts(newer: str, older: str) -> bool:
    """Whether, where the newer words hold, the older ones do not any more."""
    if _flips(newer, older) or _reverses(newer, older):
        return True
    new, old = claim(newer), claim(older)
    if new is None or old is None or not new.subject or not old.subject:
        return False
    if new.subject != old.subject or new.link != old.link:
        return False
    return _excludes(new, old)


def corrects_last(newer: str, last: str) -> bool:
    """Whether words that name no subject ("actually it's Tuesday") correct what was said last."""
    new, old = claim(newer), claim(last)
    if new is None or new.subject or not (new.is_correcting or new.instead_of):
        return False
    if new.instead_of:
        return _holds(new.instead_of, last) and not _holds(new.value, last)
    if new.slots and not new.rest and not compiled(UNSURE).search(last):
        stood = slots_of(plain(last))[0]
        is_same_kind = new.slots.keys() <= stood.keys()
        return is_same_kind and any(stood[kind] != value for kind, value in new.slots.items())
    is_named = old is not None and (old.link == "called" or _has_one(old))
    if old is None or not is_named or new.link == "bare" or new.slots or old.slots:
        return False
    return len(new.rest) == len(old.rest) == 1 and new.rest != old.rest and not _is_vague(new)


def _excludes(new: Claim, old: Claim) -> bool:
    """Whether two values of one subject cannot both hold."""
    if new.instead_of:
        return _holds(new.instead_of, old.value) and not _holds(new.value, old.value)
    if new.is_negated != old.is_negated:
        return (new.slots, new.rest) == (old.slots, old.rest)
    if new.is_negated or new.link == "work":
        return new.link == "work" and new.is_correcting and new.rest != old.rest
    if new.link == "live":
        return new.is_correcting and not (new.rest <= old.rest or old.rest <= new.rest)
    differing = [
        kind
        for kind in SLOTS
        if kind in new.slots and new.slots[kind] != old.slots.get(kind, new.slots[kind])
    ]
    if differing:
        return _slot_excludes(new, old, differing)
    if new.slots or old.slots or not new.rest or not old.rest or _is_vague(new) or _is_vague(old):
        return False
    if new.rest <= old.rest or old.rest <= new.rest or _are_nicknames(new, old):
        return False
    if new.link == "called":
        return new.is_correcting or new.subject == frozenset({"i"}) or old.subject == frozenset()
    return _has_one(new) or (new.is_correcting and _same_place_word(new, old))


def _slot_excludes(new: Claim, old: Claim, differing: list[str]) -> bool:
    """A correction may change all of it; other words just one thing, and nothing that recurs."""
    if new.is_correcting:
        return True
    is_alike = new.rest <= old.rest or old.rest <= new.rest
    recurs = bool(new.subject & RECURRING) and bool({"day", "time", "date"} & set(differing))
    return len(differing) == 1 and is_alike and not recurs


def _has_one(one: Claim) -> bool:
    return bool(one.subject & HAS_ONE) or any(word.startswith("favo") for word in one.subject)


def _is_vague(one: Claim) -> bool:
    return any(word.casefold() in VAGUE for word in compiled(WORD).findall(one.value))


def _are_nicknames(new: Claim, old: Claim) -> bool:
    """Ann and Annie may be one name; so may Bob and Bob Miller."""
    pairs = [(a, b) for a in new.rest for b in old.rest]
    return any(a.startswith(b[:3]) for a, b in pairs if min(len(a), len(b)) > 2)


def _same_place_word(new: Claim, old: Claim) -> bool:
    one, two = PLACED.match(new.value), PLACED.match(old.value)
    return bool(one and two and one[0].casefold() == two[0].casefold())


def _holds(value: str, text: str) -> bool:
    """Whether a value stands in a text, with all its words."""
    slots, rest = slots_of(value)
    stood, others = slots_of(plain(text))
    is_held = all(set(said) <= set(stood.get(kind, ())) for kind, said in slots.items())
    return bool(slots or rest) and is_held and rest <= others


def _negates(words: str) -> bool:
    text = plain(words[:MOST_CLAUSE])
    return (
        len(words) <= MOST_CLAUSE
        and NEGATING.search(text) is not None
        and not compiled(UNSURE).search(text)
    )


def _flips(newer: str, older: str) -> bool:
    """The same words, once with and once without a "not"."""
    if max(len(newer), len(older)) > MOST_CLAUSE:
        return False
    new, old = (_bag(plain(words)) for words in (newer, older))
    return bool(new[0]) and new[0] == old[0] and new[1] != old[1]


def _reverses(newer: str, older: str) -> bool:
    """Whether they take the other side: “I hate tea now” after “I like tea”."""
    new = _sides(newer)
    return any(_sides(older).get(about, side) != side for about, side in new.items())


@lru_cache(maxsize=1_024)
def _sides(words: str) -> Mapping[tuple[str, str], str]:
    """For what somebody speaks up in one clause, and against what, by kind and terms."""
    found = signs_of(words) if len(words) <= MOST_CLAUSE else ()
    return {(one.kind, one.about): one.value for one in found if one.value in SIDES}


def _bag(text: str) -> tuple[frozenset[str], bool]:
    """The stems of one sure clause, and whether it is negated."""
    text = compiled(TRAILING).sub("", without_lead(text)[0])
    if (
        len(text) > MOST_CLAUSE
        or compiled(UNSURE).search(text)
        or re.search(r"[.;!\n]\s|,", text.strip(" ."))
    ):
        return frozenset(), False
    negated = len(NEGATING.findall(text)) % 2 == 1
    said = [word.casefold() for word in compiled(WORD).findall(NEGATING.sub(" ", text))]
    bag = frozenset(stem(word) for word in said if word not in FILLING)
    return (bag if len(bag) > 1 else frozenset()), negated
