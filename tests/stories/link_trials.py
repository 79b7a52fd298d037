"""Trials of links in number: attacks, genuine links, what comes again and what is under way.

Each trial lives in a hub of its own and says what came of it; `bench/links.py` adds them up.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from persona import keys
from persona.acts.codes import end_of
from persona.acts.link import FUNCTION, LIFE, Linking
from persona.acts.work import work
from persona.admission import admit
from persona.decision import Act
from persona.ids import LETTERS
from persona.memory import evidence
from persona.model import Address, Event, Kind
from persona.people import addresses
from tests.stories.linking import claim, link, offer
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel, settle
from tests.support import ENV, PASS, Hub, posted

DAY = 86_400.0
SECRET = "4812"
LATER = (10.0, 400.0)
"""Seconds: within the five minutes for which a lane drops repeats by itself, and after them."""
Make = Callable[[Hub], Person]
Attack = Callable[[Hub, Person, Person], int]
Genuine = Callable[[Person, Person], str]
ANNS: dict[str, Make] = {"sms": Texter, "slack": Slacker, "email": Mailer, "web": Visitor}
EVES: dict[str, Make] = {
    "sms": lambda hub: Texter(hub, "+14155550166"),
    "slack": lambda hub: Slacker(hub, "U0EVE", "D0EVE"),
    "email": lambda hub: Mailer(hub, "eve@example.org"),
    "web": lambda hub: Visitor(hub, "eve"),
}
ANY_TWO = [*itertools.product(ANNS, EVES)]
PAIRS = [*itertools.permutations(ANNS, 2)]


@contextmanager
def opened(one_sided: bool = False, **env: str) -> Generator[Hub]:
    """A hub for one trial; `one_sided` takes its proof away: the code alone links."""
    with TemporaryDirectory() as folder:
        hub = (OneSidedHub if one_sided else Hub)(Path(folder), {**ENV, **env})
        try:
            yield hub
        finally:
            hub.close()


class OneSided(Linking):
    """The control: whoever has the code is linked, and nobody is asked."""

    def _claim(self, act: Act) -> None:
        code, own = self._read(act, act.detail["code"]), end_of(act)
        if code is not None and code.step == "offered" and code.issuer.home != own.home:
            self._tell_confirmed(act, self._join(act, replace(code, claimer=own), own), own, True)


class OneSidedHub(Hub):
    """A hub whose link function is the control."""

    def _answer_bell(self) -> bool:
        worked = False
        for ring in iter(lambda: self.family.bell.take(0), None):
            self.family.bell.done(ring)
            if ring.function != FUNCTION:
                self.family.bell.ring(ring.function, ring.lane, ring.acts, ring.behind)
                return super()._answer_bell()
            work(FUNCTION, ring.lane, OneSided(self.ports), self.ports)
            worked = True
        return worked


def is_one(hub: Hub, *people: Person) -> bool:
    found = [addresses.find(hub.ports.table, Address.parse(one.address)) for one in people]
    return None not in found and len({place.lane for place in found if place}) == 1


# Attacks: each makes its attempts and returns how many they were


def replayed(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    number = claim(eve, code)
    ann.say(f"yes {number}")
    ann.say(f"unlink {Address.parse(eve.address).id}")
    for words in (f"yes {number}", f"link {code}"):
        ann.say(words)
        eve.say(words)
    return 4


def relayed(hub: Hub, ann: Person, eve: Person) -> int:
    number = claim(eve, offer(ann))
    eve.say(f"yes {number}")
    ann.say("not me")
    eve.say(f"yes {number}")
    return 3


def number_guessed(hub: Hub, ann: Person, eve: Person) -> int:
    """Ann is brought to claim a code of Eve's, who does not see the number: as many as she likes.

    Three of the ninety numbers are tried before a code is dead; here none of them is the right one.
    """
    number = claim(ann, offer(eve))
    guesses = [str(n) for n in range(10, 16) if str(n) != number]
    for guess in [*guesses, number]:
        eve.say(f"yes {guess}")
    return len(guesses) + 1


def brute_forced(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    wrong = [letter + code[1:] for letter in LETTERS if letter != code[0]][:10]
    for guess in [*wrong, code]:
        eve.say(f"link {guess}")
    return 11


def expired(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    hub.clock.at += LIFE
    eve.say(f"link {code}")
    number = claim(eve, offer(ann))
    hub.clock.at += LIFE
    ann.say(f"yes {number}")
    return 2


def swapped(hub: Hub, ann: Person, eve: Person) -> int:
    number = claim(eve, offer(ann))
    right = claim(Visitor(hub, "third"), offer(ann))
    eve.say(f"yes {right}")
    if number != right:
        ann.say(f"yes {number}")
    eve.say(f"yes {number}")
    return 3


def raced_by_ten(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    for one in (crowd := [eve, *(Visitor(hub, f"eve{n}") for n in range(9))]):
        one.send(f"link {code}")
    drain(hub)
    shown = sum("Your number is" in "".join(one.replies()) for one in crowd)
    asked = sum("asks to be you" in text for text in ann.replies())
    assert (shown, asked) == (1, 1)
    ann.say("not me")
    return 10


def guessed_across_addresses(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    for n, one in enumerate([eve, *(Visitor(hub, f"eve{n}") for n in range(4))]):
        one.say(f"link {code[:-1]}{LETTERS[(LETTERS.index(code[-1]) + n + 1) % len(LETTERS)]}")
    return 5


def raced_with_not_me(hub: Hub, ann: Person, eve: Person) -> int:
    number = claim(eve, offer(ann))
    ann.send("not me", f"yes {number}")
    eve.send(f"yes {number}")
    drain(hub)
    return 2


def by_a_guest(hub: Hub, ann: Person, eve: Person) -> int:
    code = offer(ann)
    for flag in ("is_restricted", "is_ultra_restricted"):
        hub.clock.at += 1.0
        about = {"user": "U0GUEST", "channel": "D0GUEST", "user_profile": {flag: True}}
        hub.slack_event(posted(f"link {code}", f"{hub.clock.at:.6f}", **about))
        drain(hub)
    assert "in private only" in hub.texts("slack")[-1]
    assert not is_one(hub, ann, Slacker(hub, "U0GUEST", "D0GUEST"))
    return 2


def in_a_channel(hub: Hub, ann: Person, eve: Person) -> int:
    room = in_channel(hub, "U0EVE")
    assert "in private only" in room.say("link")
    room.say(f"link {offer(ann)}")
    return 2


def by_unverified_mail(hub: Hub, ann: Person, eve: Person) -> int:
    code, start = offer(ann), len(hub.texts("email"))
    for sender in ("ann@example.org", "eve@example.org"):
        head = f"From: {sender}\r\nTo: persona@hub.example\r\nMessage-ID: <{code}{sender}>\r\n"
        hub.mail(f"{head}\r\nlink {code}\r\n", sender, {**PASS, "dmarc": "GRAY"})
        hub.mail(f"{head}\r\nlink {code}\r\n", sender, {**PASS, "dmarc": "FAIL"})
    drain(hub)
    assert all("could not be verified" in text for text in hub.texts("email")[start:])
    return 4


def from_quarantine(hub: Hub, ann: Person, eve: Person) -> int:
    """Ann was deceived: Eve is linked, and for a day that gives her nothing of before."""
    second = Visitor(hub, "second")
    number = claim(eve, offer(second))
    link(ann, eve)
    second.say(f"yes {number}")
    eve.say("link")
    eve.say(f"link {offer(second)}")
    assert not is_one(hub, ann, second)
    assert SECRET not in eve.say("what is my locker code?") + second.say(
        "what do you know about me"
    )
    assert "own again" in ann.say(f"unlink {Address.parse(eve.address).id}")
    hub.clock.at += DAY
    return 5


ATTACKS: tuple[Attack, ...] = (
    replayed, relayed, number_guessed, brute_forced, expired, swapped, raced_by_ten,
    guessed_across_addresses, raced_with_not_me, by_a_guest, in_a_channel, by_unverified_mail,
    from_quarantine,
)  # fmt: skip


def attack(how: Attack, one: str, other: str) -> tuple[int, int]:
    """How many attempts, and how many were accepted: Eve is Ann, or hears what Ann told."""
    quarantine = str(DAY if how is from_quarantine else 0)
    with opened(HUB_LINK_QUARANTINE=quarantine) as hub:
        ann, eve = ANNS[one](hub), EVES[other](hub)
        ann.say(f"remember my locker code is {SECRET}")
        attempts = how(hub, ann, eve)
        hub.clock.at += 3_601.0
        is_in = is_one(hub, ann, eve) or SECRET in eve.say("what is my locker code?")
        return attempts, int(is_in)


def attack_by_code_alone(one: str, other: str) -> int:
    """The control arm: a relayed code where there is no number to answer."""
    with opened(one_sided=True) as hub:
        ann, eve = ANNS[one](hub), EVES[other](hub)
        ann.say(f"remember my locker code is {SECRET}")
        eve.say(f"link {offer(ann)}")
        return int(SECRET in eve.say("what is my locker code?"))


# Genuine links


def plain(ann: Person, other: Person) -> str:
    return link(ann, other)


def in_small_letters(ann: Person, other: Person) -> str:
    number = claim(other, offer(ann).lower())
    return ann.say(f"Yes, {number}!")


def after_a_wrong_number(ann: Person, other: Person) -> str:
    number = claim(other, offer(ann))
    ann.say("yes 11" if number != "11" else "yes 12")
    return ann.say(f"yes {number}")


def after_a_typing_error(ann: Person, other: Person) -> str:
    code = offer(ann)
    other.say("link QQQQQQ")
    number = claim(other, code)
    return ann.say(f"yes {number}")


def once_more_after_the_first_expired(ann: Person, other: Person) -> str:
    offer(ann)
    ann.hub.clock.at += LIFE
    return link(ann, other)


def again_after_parting(ann: Person, other: Person) -> str:
    link(ann, other)
    ann.say(f"unlink {Address.parse(other.address).id}")
    return link(ann, other)


def at_the_last_moment(ann: Person, other: Person) -> str:
    code = offer(ann)
    ann.hub.clock.at += LIFE - 3.0
    number = claim(other, code)
    ann.hub.clock.at += LIFE - 3.0
    return ann.say(f"yes {number}")


GENUINE: tuple[Genuine, ...] = (
    plain, in_small_letters, after_a_wrong_number, after_a_typing_error,
    once_more_after_the_first_expired, again_after_parting, at_the_last_moment,
)  # fmt: skip


def genuine(how: Genuine, one: str, other: str) -> bool:
    """Whether two addresses of one person became one, and each answers for the other."""
    with opened() as hub:
        ann, also = ANNS[one](hub), EVES[other](hub)
        ann.say(f"remember my locker code is {SECRET}")
        is_told = "Linked" in how(ann, also)
        return is_told and is_one(hub, ann, also) and SECRET in also.say("what is my locker code?")


# Delivered again


KINDS: tuple[tuple[Kind, str], ...] = (
    ("message", "remember my gym code is 7777"),
    ("message", "what is my gym code?"),
    ("message", "my old flat had a red door"),
    ("edit", "my old flat had a blue door"),
    ("message", "forget my gym code"),
    ("delete", ""),
    ("message", "stop"),
    ("message", "start"),
)
MOMENTS = ("linked", "unlinked", "suspended")


@dataclass
class Mail:
    """Events of one address, which can be delivered more than once."""

    hub: Hub
    person: Person

    def event(self, number: int, kind: Kind, words: str, target: str = "") -> Event:
        address = Address.parse(self.person.address)
        name = f"trial:{address}"
        return Event(
            id=f"{name}:{number}", kind=kind, address=address, author=address, words=words,
            thread="D0TRIAL" if address.surface == "slack" else "trial", at=self.hub.clock.at,
            target=f"{name}:{target}" if target else "",
        )  # fmt: skip

    def all(self) -> list[Event]:
        """One of each kind; the edit and the deletion are of the third."""
        of = {"edit": "2", "delete": "2"}
        return [
            self.event(n, kind, words, of.get(kind, "")) for n, (kind, words) in enumerate(KINDS)
        ]


def delivered_again(one: str, other: str, moment: str, later: float) -> tuple[int, int]:
    """How many events came again `later` seconds after their moment, and how many had one turn.

    What suspends an address is that nobody spoke there for a month, so there only what is no
    message can come again.
    """
    with opened() as hub:
        ann, also = ANNS[one](hub), EVES[other](hub)
        ann.say("hello")
        also.say("hello")
        if moment != "linked":
            link(ann, also)
        chosen = [
            event
            for person in (ann, also)
            for event in Mail(hub, person).all()
            if moment != "suspended" or (event.kind != "message" and person.surface == "sms")
        ]
        if moment == "suspended":
            for phone in (p for p in (ann, also) if p.surface == "sms"):
                deliver(hub, Mail(hub, phone).all()[2])
            hub.clock.at += 20 * DAY
        for event in chosen:
            deliver(hub, event)
        if moment == "linked":
            link(ann, also)
        elif moment == "unlinked":
            ann.say(f"unlink {Address.parse(also.address).id}")
        else:
            hub.clock.at += 11 * DAY
        hub.clock.at += later
        return len(chosen), sum(is_one_turn(hub, event) for event in chosen)


def deliver(hub: Hub, event: Event) -> None:
    hub.clock.at += 1.0
    admit(event, hub.ports)
    drain(hub)


def is_one_turn(hub: Hub, event: Event) -> bool:
    before = _taken(hub, event)
    deliver(hub, event)
    return before[0] is not None and _taken(hub, event) == before


def _taken(hub: Hub, event: Event) -> tuple[Any, ...]:
    """The turn that its mark names, all turns and sends there are, and whether it is halted."""
    place = addresses.find(hub.ports.table, event.address)
    assert place
    key = keys.seen(place.home, event.id)
    row = hub.ports.table.get([key]).get(key)
    rows = hub.family.table.scan("LANE#")
    turns = sum(key.sort.startswith("LEDGER#") and "receipt" not in row for key, row in rows)
    sent = sum(len(post.sent) for post in hub.post.values())
    return row and row["turn"], turns, sent, hub.gate(str(event.address))["halted"]


# Under way


def under_way(one: str, other: str, moment: str) -> Counter[str]:
    """What was on its way to a lane when it was joined or split: `sent`, `lost`, `doubled`."""
    with opened() as hub:
        hub.settings = replace(hub.settings, turns_a_minute=6)
        hub.ports = hub._compose()
        ann, also = ANNS[one](hub), EVES[other](hub)
        ann.say("hello")
        also.say("hello")
        hub.clock.at += 120.0
        if moment == "split":
            link(ann, also)
            hub.clock.at += 120.0
        places = {p.address: addresses.find(hub.ports.table, Address.parse(p.address))
                  for p in (ann, also)}  # fmt: skip
        number = claim(also, offer(ann)) if moment == "joined" else ""
        hub.clock.at += 120.0
        events = [_launch(hub, person, places[person.address]) for person in (ann, also)]
        if moment == "joined":
            ann.send(f"yes {number}")
        else:
            ann.send(f"unlink {Address.parse(also.address).id}")
        settle(hub, 7_200.0)
        for person, sent in zip((ann, also), events, strict=True):
            place = places[person.address]
            assert place
            for kind in ("event", "outcome"):  # into the lane that it had before
                hub.ports.lanes.put(place.lane, sent[kind].to_json(), sent[kind].id)
        hub.clock.at += 120.0
        assert hub.family.timers.fire() == len(events)
        settle(hub, 7_200.0)
        found = Counter[str]()
        for person, sent in zip((ann, also), events, strict=True):
            found += arrived(hub, person, sent)
        return found


def _launch(hub: Hub, person: Person, place: Any) -> dict[str, Event]:
    """One of each, none worked yet: a cap holds one back, a timer is set, two are put in later."""
    mail = Mail(hub, person)
    for n in range(6):
        deliver(hub, mail.event(100 + n, "message", f"word number {n}"))
    held = mail.event(1, "message", "remember the held one")
    deliver(hub, held)
    timer = replace(mail.event(2, "message", "remember the timer"), home=place.home)
    hub.ports.timers.set(f"trial-{place.home}", hub.clock.at + 90.0, place.lane, timer.to_json())
    event = replace(mail.event(3, "message", "remember the event"), home=place.home)
    outcome = replace(mail.event(4, "outcome", ""), home=place.home)
    outcome = replace(outcome, detail={"state": "unknown", "reason": "", "function": "slack"})
    return {"event": event, "timer": timer, "held": held, "outcome": outcome}


def arrived(hub: Hub, person: Person, sent: dict[str, Event]) -> Counter[str]:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    turns = evidence.read_turns(hub.ports, place.home, 0, 1000)
    said = [one.text for turn in turns for one in turn.said if one.author == "person"]
    found = Counter[str](sent=len(sent))
    for event in sent.values():
        if event.kind == "outcome":
            key = keys.seen(place.home, event.id)
            times = int(key in hub.ports.table.get([key]))
        else:
            answers = sum(event.words.removeprefix("remember ") in t for t in person.replies())
            times = max(said.count(event.words), answers) if event.words in said else 0
        found["lost"] += times == 0
        found["doubled"] += times > 1
    return found
