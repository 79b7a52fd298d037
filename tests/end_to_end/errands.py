"""Plans of people whose hub is killed under them: acting, waiting, awaiting; how each came to its end."""

import random
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.end_to_end.house import Person
from tests.end_to_end.test_kill import Letter, hand_over

PATIENCE = 20.0
MOST = 3
"""Plans of one person; then somebody new goes on, so that no budget of the day is met."""
LONGEST = 3.0
"""Seconds; no wait in a plan is as long."""
ACTING = """plan: errand {word}
1. email {word}@example.net: the word {word}
2. wait 2 seconds
3. tell me: the end of {word}"""
ASKING = """plan: errand {word}
1. ask me: how is {word}?
2. save document {word}: the text of it
3. wait 1 second
4. tell me: the end of {word}"""


@dataclass(slots=True)
class Errand:
    """One plan: whether its person heard of it, started it, and answered what it asked."""

    word: str
    person: Person
    is_acting: bool
    shown: bool = False
    started: bool = False
    answered: bool = False
    heard: list[str] = field(default_factory=list[str])

    @property
    def is_wanted(self) -> bool:
        """Whether nothing of its person's was missing."""
        return self.started and (self.is_acting or self.answered)

    def lines(self, start: str) -> int:
        """How many lines that its person heard begin so."""
        return sum(line.startswith(start) for text in self.heard for line in text.splitlines())


@dataclass(slots=True)
class Tally:
    """What it came to; the lists hold the words concerned."""

    plans: int = 0
    wanted: int = 0
    ended: int = 0
    unknown: int = 0
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    untold: list[str] = field(default_factory=list[str])


def judge(errands: Sequence[Errand], effects: Counter[str], unknown: set[str]) -> Tally:
    """Holds what was done and told against what was planned; an unknown mail ends its plan, told."""
    tally = Tally(plans=len(errands))
    for errand in errands:
        word, times = errand.word, effects[errand.word]
        ended = errand.lines(f"the end of {word}")
        stopped = errand.lines(f"“errand {word}” ends here")
        is_unsure = word in unknown
        tally.wanted += errand.is_wanted
        tally.unknown += is_unsure
        tally.ended += bool(ended or stopped)
        if max(times, ended, stopped) > 1:
            tally.doubled.append(word)
        if errand.is_wanted and not is_unsure and not times:
            tally.lost.append(word)
        if errand.is_wanted and (ended, stopped) != ((0, 1) if is_unsure else (1, 0)):
            tally.untold.append(word)
    return tally


def voices(make: Callable[[], Person], over: threading.Event, seed: float) -> list[Errand]:
    """One person after the other makes plans, until it is over."""
    chance, errands = random.Random(seed), list[Errand]()
    while not over.is_set():
        person = make()
        for _ in range(MOST):
            errand = Errand(f"w{secrets.token_hex(6)}", person, is_acting=chance.random() < 0.6)
            errands.append(errand)
            _go_through(errand, over, chance)
            if over.wait(chance.uniform(0.1, 0.4)):
                break
    return errands


def _go_through(errand: Errand, over: threading.Event, chance: random.Random) -> None:
    word = errand.word
    if not _say(errand, (ACTING if errand.is_acting else ASKING).format(word=word), chance):
        return
    if errand.is_acting:
        codes = _await(errand, over, rf"errand {word}[\s\S]*?“approve ([A-Z2-9]{{6}})” starts it")
        errand.shown = bool(codes)
        errand.started = errand.shown and _say(errand, f"approve {codes}", chance)
        return
    number = _await(errand, over, rf"Plan (\d+): errand {word}")
    errand.shown = bool(number)
    errand.started = errand.shown and _say(errand, f"start {number}", chance)
    if errand.started and _await(errand, over, rf"(how is {word}\?)\n\("):
        errand.answered = _say(errand, f"answer {number}: fine", chance)


def _await(errand: Errand, over: threading.Event, pattern: str) -> str:
    """What the pattern finds in what was heard; empty where it does not come in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not over.is_set():
        try:
            texts = [one.text for one in errand.person.heard() if errand.word in one.text]
        except Exception:  # the page cannot be read while the hub is dead
            texts = []
        found = [match[1] for text in texts if (match := re.search(pattern, text))]
        if found:
            return found[-1]
        time.sleep(0.05)
    return ""


def _say(errand: Errand, text: str, chance: random.Random) -> bool:
    letter = Letter(errand.person.surface, errand.person.write(text), errand.person)
    hand_over(letter, chance)
    return letter.taken
