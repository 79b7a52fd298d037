"""Hands that differ: people who write about the same things, each in a way of their own."""

from persona import keys
from persona.memory.texture import read
from persona.model import FORMAT
from persona.people import textures
from persona.ports import Put
from tests.stories.people import Person
from tests.support import Hub

OPENINGS = "so well right okay hm now yes oh listen look alright hey".split()
THINGS = (
    "the boat|a garden|my piano|our train|the cat|some tea|a map|the roof|old maps|his dog".split(
        "|"
    )
)
CLOSED = "is not written the way you write"
ENDS = [".", "", "...", "!", " :)", "!!", " ;)", ";", " :-)", " <3", " -", " ^^"]


def written(hand: int, count: int, since: int = 0) -> list[str]:
    """Messages of one hand: always the same way to begin and to end, about changing things."""
    things = (THINGS[(hand + at) % len(THINGS)] for at in range(since, since + count))
    case = str.upper if hand % 5 == 4 else str.capitalize if hand % 2 else str.lower
    return [
        case(f"{OPENINGS[hand]} i saw {thing} today number{since + at}") + ENDS[hand]
        for at, thing in enumerate(things)
    ]


def peopled(hub: Hub, hands: range) -> None:
    """The hub has known these for a while."""
    for hand in hands:
        lane = f"{hand:026d}"
        texture = read(written(hand, 30))
        known = textures.put(hub.ports, keys.texture(lane), texture)
        hub.ports.table.commit([known, Put(keys.textured(lane), {"v": FORMAT})])


def slowly(person: Person, words: str) -> str:
    """Says it so that nobody is too fast for the hub."""
    person.hub.clock.at += 5.0
    return person.say(words)


def share(own: Person, phone: Person) -> None:
    """One person writes on both of their linked addresses, as ever."""
    for at, words in enumerate(written(0, 20)):
        slowly(phone if at % 3 else own, words)


def lend(own: Person, phone: Person) -> int:
    """Somebody else writes on the phone: how many messages until its owner hears that it is closed."""
    for said in range(1, 41):
        slowly(
            phone,
            f"Good afternoon to you, Sir or Madam: would you kindly tell me about item {said}?",
        )
        if CLOSED in "".join(own.replies()):
            return said
    raise AssertionError("it was never closed")
