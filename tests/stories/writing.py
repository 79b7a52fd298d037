"""Hands that differ: people who write about the same things, each in a way of their own."""

from persona import keys
from persona.memory.texture import read
from persona.model import FORMAT
from persona.people import textures
from persona.ports import Put
from tests.support import Hub

OPENINGS = "so well right okay hm now yes oh listen look alright hey".split()
THINGS = (
    "the boat|a garden|my piano|our train|the cat|some tea|a map|the roof|old maps|his dog".split(
        "|"
    )
)
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
