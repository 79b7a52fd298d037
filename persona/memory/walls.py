"""Who may hear what again: one rule for recall, for the last turns, and for what is sent.

In private a person hears what they said, wherever they said it. Where others read, only what was
said in that very place is heard again, and nothing sensitive of it. Words of an audience that this
code does not know are heard again nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from persona.decision import Decision
from persona.memory.sensitivity import PRIVATE, sensitivity
from persona.model import Audience, Event, Evidence, Turn, exposure

OWN: frozenset[Audience] = frozenset({"private", "lane"})
"""Audiences whose words their own speaker may hear again in private."""


def may_hear(one: Evidence, home: str, audience: Audience) -> bool:
    """Whether this evidence may be recalled for `audience` in the place whose home this is."""
    if audience == "private":
        return one.audience in OWN
    return audience == "lane" and _is_repeatable(one, home)


def heard_again(turn: Turn, home: str, audience: Audience) -> Turn:
    """What of a turn may be shown to this audience in the place whose home this is."""
    if audience == "private":
        return turn if turn.audience in OWN else replace(turn, said=())
    if not (audience == "lane" == turn.audience and turn.home == home):
        return replace(turn, said=())
    may_quote = turn.sensitivity >= PRIVATE
    said = tuple(
        one
        for one in turn.said
        if sensitivity(one.text) < PRIVATE and (one.author == "person" or not may_quote)
    )
    return replace(turn, said=said, sensitivity=min(turn.sensitivity, PRIVATE - 1))


def narrowest(audience: Audience, home: str, shown: Iterable[Evidence]) -> Audience:
    """The audience of words that rest on this evidence: private where any of it is.

    It looks for itself, whatever recall let through: the one wall does not lean on the other.
    """
    is_open = audience == "private" or all(_is_repeatable(one, home) for one in shown)
    return audience if is_open else "private"


def _is_repeatable(one: Evidence, home: str) -> bool:
    """Whether others may hear it again in the place whose home this is."""
    return one.audience == "lane" and one.home == home and one.sensitivity < PRIVATE


def is_exposed(written_for: Audience, heard_by: Audience) -> bool:
    """Whether more can read the words now than they were written for."""
    return exposure(heard_by) > exposure(written_for)


def high_water(events: Sequence[Event], decision: Decision) -> int:
    """The highest sensitivity of all that the mind was shown."""
    recalled = (one.sensitivity for one in decision.recalled)
    brought = (int(event.detail.get("result_sensitivity", 0)) for event in events)
    said = (sensitivity(event.words) for event in events)
    return max(decision.shown, *said, *brought, *recalled)
