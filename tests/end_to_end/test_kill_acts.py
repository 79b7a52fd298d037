"""`kill -9` while capabilities are at work: no wish that was approved is lost, no effect doubled.

People ask for mails to strangers, approve them, keep documents, and make plans that do the same,
wait and ask, while the hub dies under them.
A relay can never say whether it has a mail, so an act that ended `unknown` excuses a missing one,
but none that was told as done, and no second one ever. Nor can it be known whether a text is out:
a text that ended `unknown` excuses that its person did not hear what it says, and nothing else.
"""

import json
import os
import random
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.end_to_end import errands
from tests.end_to_end.house import CHECKOUT, House, OnSlack, OnSms, OnWeb, Person, ask, open_house
from tests.end_to_end.test_kill import Letter, hand_over, wait

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_kill")]

KILLS = int(os.environ.get("HUB_KILLS", "6"))
MOST_WISHES = 4
"""Wishes of one person; then somebody new goes on, so that no budget of the day is met."""
PATIENCE = 20.0
WORD = re.compile(r"\bw[0-9a-f]{12}\b")


@dataclass(slots=True)
class Wish:
    """One wish: what was taken of it at the door, and what its person heard of it in the end.

    `doubtful` are texts to its person of which nobody can know whether they came.
    """

    word: str
    person: Person
    is_mail: bool
    taken: bool = False
    code: str = ""
    approved: bool = False
    heard: list[str] = field(default_factory=list[str])
    doubtful: list[str] = field(default_factory=list[str])

    def told(self, start: str, texts: Sequence[str]) -> int:
        """How many of these messages say this of it."""
        return sum(text.startswith(start) and self.word in text for text in texts)


@dataclass(slots=True)
class Tally:
    """What it came to; the lists hold the words concerned."""

    wishes: int = 0
    approved: int = 0
    done: int = 0
    unknown: int = 0
    excused: int = 0
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    untold: list[str] = field(default_factory=list[str])
    unapproved: list[str] = field(default_factory=list[str])


def judge(wishes: Sequence[Wish], effects: Counter[str], unknown: set[str]) -> Tally:
    """Holds what was done (mails that arrived, documents that are kept) against what was wished."""
    tally = Tally(wishes=len(wishes), unknown=len(unknown))
    for wish in wishes:
        times, is_wanted = effects[wish.word], wish.approved if wish.is_mail else wish.taken
        tally.approved += is_wanted
        tally.done += times > 0
        if times > 1:
            tally.doubled.append(wish.word)
        if times and not (wish.code if wish.is_mail else wish.taken):
            tally.unapproved.append(wish.word)
        is_unsure = wish.word in unknown
        if is_wanted and not times and not is_unsure:
            tally.lost.append(wish.word)
        if not is_wanted:
            continue
        due = (0, 1) if is_unsure else (int(times > 0), 0)
        said = tuple(wish.told(start, wish.heard) for start in TOLD)
        doubted = tuple(wish.told(start, wish.doubtful) for start in TOLD)
        if said == due:
            continue
        if all(d - m <= s <= d for d, m, s in zip(due, doubted, said, strict=True)):
            tally.excused += 1
        else:
            tally.untold.append(wish.word)
    return tally


TOLD = ("Done: ", "I do not know whether this was done: ")


@dataclass(frozen=True, slots=True)
class Siege:
    """What a finished siege came to: of wishes, of plans, and of ledgers that are broken."""

    wishes: Tally
    plans: errands.Tally
    broken: dict[str, int]


def besiege(folder: Path, kills: int, seed: int) -> Siege:
    """Lets people wish and plan while the hub is killed `kills` times, then counts."""
    chance = random.Random(seed)
    with open_house(folder, PYTHONPATH=str(CHECKOUT)) as house:
        for vendor in (house.slack, house.twilio, house.relay):
            vendor.slow = lambda: random.uniform(0.02, 0.3)
        house.hub.start()
        over = threading.Event()
        makers: list[Callable[[], Person]] = [
            lambda: OnSlack(house),
            lambda: OnWeb(house),
            lambda: OnSms(house),
        ]
        planners: list[Callable[[], Person]] = [
            lambda: OnSlack(house),
            lambda: OnWeb(house),
            lambda: OnSlack(house),
        ]
        with ThreadPoolExecutor(len(makers) + len(planners)) as pool:
            try:
                voices = [pool.submit(_wishes, make, over, chance.random()) for make in makers]
                planned = [
                    pool.submit(errands.voices, make, over, chance.random()) for make in planners
                ]
                for _ in range(kills):
                    wait(house, time.monotonic())
                    time.sleep(chance.uniform(0.3, 2.0))
                    house.hub.kill()
                    house.hub.launch()
                wait(house, time.monotonic())
                time.sleep(2.0)
            finally:
                over.set()
            wishes = [wish for voice in voices for wish in voice.result(90)]
            plans = [one for voice in planned for one in voice.result(90)]
        for _ in range(2):  # a hub whose plans only wait is idle, too: they have time to end
            assert house.hub.is_idle(55), "something is still waiting"
            time.sleep(errands.LONGEST)
        for one in (*wishes, *plans):
            one.heard = [heard.text for heard in one.person.heard()]
        unknown = {word for mail in _doubtful(house, "email") for word in WORD.findall(mail)}
        doubtful = _doubtful(house, "sms")
        for wish in wishes:
            wish.doubtful = doubtful if wish.person.surface == "sms" else []
        writers = [
            *(wish.person for wish in wishes if not wish.is_mail),
            *(one.person for one in plans if not one.is_acting),
        ]
        effects = _effects(house, writers)
        house.hub.end()
        ledger = json.loads(house.hub.run(".venv/bin/hub", "ledger", "--json").stdout)
    told = judge(wishes, effects, unknown), errands.judge(plans, effects, unknown)
    return Siege(*told, ledger["broken"])


def _wishes(make: Callable[[], Person], over: threading.Event, seed: float) -> list[Wish]:
    chance, wishes = random.Random(seed), list[Wish]()
    while not over.is_set():
        person = make()
        for _ in range(MOST_WISHES):
            word = f"w{secrets.token_hex(6)}"
            wish = Wish(word, person, is_mail=chance.random() < 0.7)
            wishes.append(wish)
            _go_through(wish, over, chance)
            if over.wait(chance.uniform(0.1, 0.5)):
                break
    return wishes


def _go_through(wish: Wish, over: threading.Event, chance: random.Random) -> None:
    word = wish.word
    if not wish.is_mail:
        wish.taken = _say(wish, f"save document {word}: the text of it", chance)
        return
    wish.taken = _say(wish, f"email {word}@example.net: the word {word}", chance)
    end = time.monotonic() + PATIENCE
    while not wish.code and time.monotonic() < end and not over.is_set():
        wish.code = _code(wish)
        time.sleep(0.05)
    if wish.code:
        wish.approved = _say(wish, f"approve {wish.code}", chance)
        if chance.random() < 0.3:
            _say(wish, f"approve {wish.code}", chance)


def _say(wish: Wish, text: str, chance: random.Random) -> bool:
    letter = Letter(wish.person.surface, wish.person.write(text), wish.person)
    hand_over(letter, chance)
    return letter.taken


def _code(wish: Wish) -> str:
    try:
        texts = [one.text for one in wish.person.heard() if wish.word in one.text]
    except Exception:  # the page cannot be read while the hub is dead
        return ""
    codes = [code for text in texts for code in re.findall(r"approve ([A-Z2-9]{6})", text)]
    return codes[-1] if codes else ""


def _doubtful(house: House, surface: str) -> list[str]:
    """The words of acts of which nobody can know whether they happened."""
    return [act["text"] for act in house.hub.sent(surface) if act["status"] == "unknown"]


def _effects(house: House, writers: Sequence[Person]) -> Counter[str]:
    """How often each word arrived at the relay, or is the title of a document."""
    effects: Counter[str] = Counter()
    for mail in list(house.relay.mails):
        body = mail.get_body(("plain",))
        if str(mail["To"]).endswith("@example.net") and body is not None:
            effects.update(set(WORD.findall(body.get_content())))
    for person in {id(one): one for one in writers}.values():
        before = len(person.heard())
        ask(person, "documents")
        assert house.hub.is_idle()
        listed = "\n".join(one.text for one in person.heard()[before:])
        effects.update(WORD.findall(listed))
    return effects


def test_kills_while_capabilities_work_lose_and_double_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("HUB_SEED", "0")) or secrets.randbelow(1 << 32)
    print(f"seed {seed} (HUB_SEED={seed} HUB_KILLS={KILLS} repeats the moments)")
    siege = besiege(tmp_path, KILLS, seed)
    print(siege)
    tally, plans = siege.wishes, siege.plans
    assert tally.lost == [] and tally.doubled == [] and tally.unapproved == []
    assert tally.untold == [] and siege.broken == {}
    assert plans.lost == [] and plans.doubled == [] and plans.untold == []
    assert tally.done + plans.ended > KILLS and plans.wanted > 0, "the kills hit nothing"


def test_the_count_sees_what_is_lost_doubled_untold_or_not_approved() -> None:
    """The control: the same judge on an account with one of each."""
    house = House.__new__(House)
    wishes = [
        Wish(f"w{n:012x}", OnSlack(house), is_mail=True, taken=True, code="K7QW2M", approved=True)
        for n in range(6)
    ]
    for wish in wishes:
        wish.heard = [f"Done: email {wish.word}@example.net"]
    words = [wish.word for wish in wishes]
    assert judge(wishes, Counter(words), set()) == Tally(wishes=6, approved=6, done=6)
    wishes[1].code, wishes[1].approved, wishes[3].heard = "", False, []
    wishes[4].heard = [f"{TOLD[1]}email {words[4]}@example.net"]
    effects = Counter([words[0], words[0], words[1], words[3], words[5]])
    tally = judge(wishes, effects, {words[4]})
    assert tally.doubled == words[:1] and tally.unapproved == words[1:2]
    assert tally.lost == words[2:3] and tally.untold == words[2:4]
    assert (tally.unknown, tally.done, tally.excused) == (1, 4, 0)
    wishes[3].doubtful = [f"Done: email {words[3]}@example.net"]
    wishes[5].doubtful, wishes[5].heard = wishes[3].doubtful, wishes[5].heard * 2
    tally = judge(wishes, effects, {words[4]})
    assert tally.excused == 1 and tally.untold == [words[2], words[5]]


def test_the_count_sees_a_plan_that_is_lost_doubled_or_never_ends() -> None:
    """The control: the same judge on an account with one of each."""
    house = House.__new__(House)
    made = [
        errands.Errand(f"w{n:012x}", OnSlack(house), is_acting=True, shown=True, started=True)
        for n in range(5)
    ]
    for one in made:
        one.heard = [f"the end of {one.word}\nThat was all of “errand {one.word}”."]
    words = [one.word for one in made]
    assert errands.judge(made, Counter(words), set()) == errands.Tally(5, wanted=5, ended=5)
    made[2].heard, made[3].heard = [], made[3].heard * 2
    made[4].heard = [f"“errand {words[4]}” ends here, since nobody knows whether step 1 was done."]
    effects = Counter([words[0], words[0], words[2], words[3]])
    tally = errands.judge(made, effects, {words[4]})
    assert tally.doubled == [words[0], words[3]] and tally.lost == [words[1]]
    assert tally.untold == [words[2], words[3]] and tally.unknown == 1
