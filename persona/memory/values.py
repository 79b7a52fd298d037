"""The values in a clause of which a thing has one: a day, a date, a time, a number, a colour."""

import re

from persona.compiled import compiled
from persona.memory.dates import MONTHS, NUMBER_OF, WEEKDAYS
from persona.memory.terms import stem

SLOTS = ("day", "date", "time", "number", "colour", "language", "at")
"""Kinds of values of which a thing has one."""
OTHER_WEEKDAYS = (
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "segunda terça quarta quinta sexta sábado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
DAY_OF = {
    name: number
    for names in (" ".join(WEEKDAYS), "mon tue wed thu fri sat sun", *OTHER_WEEKDAYS)
    for number, name in enumerate(names.split())
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
COLOURS = frozenset(
    "red blue green yellow orange purple violet pink brown black white grey gray silver gold rot blau"
    " grün gelb schwarz weiß rouge bleu vert jaune noir blanc rojo azul verde amarillo negro".split()
)
LANGUAGES = frozenset(
    "english german french spanish italian portuguese dutch polish russian chinese japanese".split()
)
COUNTS = {
    word: str(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
EMPTY = frozenset(
    "the a an my our is are am be of on at in to for by with from it that this its appointment visit date"
    " time o'clock der die das dem den mein meine am um im ist le la les mon ma à au el los las mi en un"
    " una il lo mio mia".split()
)
WORD = r"[\w@+.-]*\w"
CLOCK = r"(?i)\b(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d))?\s*(?:(?P<half>[ap])\.?m\b\.?|o['’]?clock|uhr)?"
DIGITS = r"[+#]?\d[\d\s./-]*\d|[+#]?\d+|\b(?=\w*\d)\w{2,}\b"
EMAIL = r"[^\s@,;]+@[^\s@,;]+\.\w+"
_MONTH = "|".join(sorted(NUMBER_OF, key=len, reverse=True))
DATE = (
    rf"\b(?P<a>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<m>{_MONTH})\b"
    rf"|\b(?P<n>{_MONTH})\.?\s+(?P<b>\d{{1,2}})"
    r"(?:st|nd|rd|th)?\b|\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b"
)
MONTH = rf"\b(?:{'|'.join(month for month in MONTHS if month != 'may')})\b"
TIMED = (
    r"\b(?:at|by|from|to|um|à|a las|until|till)\s+(?:\d|noon|midnight)|\d[:h]\d\d|\d\s*[ap]\.?m\b"
    r"|\d\.\d\d\b(?!\d)"
    r"|o['’]?clock|\buhr\b|\bnoon\b|\bmidnight\b"
)


def slots_of(value: str) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The exclusive values in these words, and the stems of the others."""
    slots: dict[str, tuple[str, ...]] = {}
    text = value.casefold()
    text = _take("at", EMAIL, text, slots)
    text = _take_dates(text, slots)
    text = _take_times(text, slots)
    text = _take("number", DIGITS, text, slots)
    rest = set[str]()
    for word in compiled(WORD).findall(text):
        kind, said = _kind(word)
        if kind:
            slots[kind] = (*slots.get(kind, ()), said)
        elif word not in EMPTY:
            rest.add(stem(word))
    return slots, frozenset(rest)


def _kind(word: str) -> tuple[str, str]:
    if word in DAY_OF:
        return "day", str(DAY_OF[word])
    if word in COLOURS:
        return "colour", word
    if word in LANGUAGES:
        return "language", word
    if word in COUNTS:
        return "number", COUNTS[word]
    return "", ""


def _take(kind: str, pattern: str, text: str, slots: dict[str, tuple[str, ...]]) -> str:
    found = [re.sub(r"[\s./-]", "", one[0]) for one in compiled(pattern).finditer(text)]
    if found:
        slots[kind] = (*slots.get(kind, ()), *found)
    return compiled(pattern).sub(" ", text)


def _take_dates(text: str, slots: dict[str, tuple[str, ...]]) -> str:
    found: list[str] = []
    for one in compiled(DATE).finditer(text):
        if one["year"]:
            found.append(f"{int(one['month'])}-{int(one['day'])}")
        else:
            found.append(f"{NUMBER_OF[one['m'] or one['n']]}-{int(one['a'] or one['b'])}")
    text = compiled(DATE).sub(" ", text)
    found += [f"{NUMBER_OF[one[0]]}" for one in compiled(MONTH).finditer(text)]
    if found:
        slots["date"] = tuple(found)
    return compiled(MONTH).sub(" ", text)


def _take_times(text: str, slots: dict[str, tuple[str, ...]]) -> str:
    """Hours of the day; a bare number is one only beside a word that makes it so."""
    if not compiled(TIMED).search(text):
        return text
    text = re.sub(r"\bnoon\b", "12:00", re.sub(r"\bmidnight\b", "0:00", text))
    found = [one for one in compiled(CLOCK).finditer(text) if int(one["hour"]) < 25]
    slots["time"] = tuple(
        f"{int(one['hour']) % 12 + 12 if one['half'] == 'p' else int(one['hour'])}:{one['minute'] or '00'}"
        for one in found
    )
    if not slots["time"]:
        del slots["time"]
    return compiled(CLOCK).sub(" ", text)
