"""How the persona behaves towards this person, and by which of their words it goes.

A mixture of stances: what the person showed in two conversations or more, each trait as sure as it
is and as often as it was seen; where nothing was shown, how long the two have known each other. It
changes what is said first and how much of it, never what may be done: whether something is asked
for, refused or carried out is judged without it. Where others read there is none.
"""

from collections import defaultdict
from typing import Any, get_args

from persona.memory.standing import Standing
from persona.model import shortened
from persona.people import graph as graphs
from persona.people.forecast import forecast
from persona.ports import Ports
from persona.trait import Graph, Manner, Stance, Trait

STANCES: tuple[Stance, ...] = get_args(Stance)
ACQUAINTED = 4
"""Conversations after which nobody is new any more."""
COUNTED = 0.5
"""What the mere number of conversations weighs, beside a trait: one seen in two conversations with
even odds weighs twice as much."""
LEADS = 0.5
"""The share from which on one stance decides how things are said."""
NEUTRAL = "neutral"
MOST_WHOLE = 300
"""Characters of a message that are shown around a quotation."""


def read(standing: Standing, ports: Ports, what: str = "") -> Manner | None:
    """The manner for the one who speaks, should something of the kind `what` fail.

    None where others read, and where nobody has proven who this is.
    """
    if standing.is_shared or standing.place_is_unproven or standing.is_silent:
        return None
    graph, derived = graphs.read(standing, ports), ports.indexes.open(standing, ports).derived
    name = f"manner {what}"
    known = derived.get(name)
    if known is None or known[0] is not graph:
        known = derived[name] = graph, manner(graph, what)
    return known[1]


def manner(graph: Graph, what: str = "") -> Manner:
    """The mixture of stances that the graph speaks for, and what is forecast by it."""
    stable = graph.stable("stance")
    found: list[tuple[Stance | None, Trait]] = [(stance_of(trait), trait) for trait in stable]
    weights = defaultdict[Stance, float](float)
    for stance, trait in found:
        if stance is not None:
            weights[stance] += trait.confidence * trait.conversations
    shown = dict(weights)
    known = min(graph.conversations, ACQUAINTED) / ACQUAINTED
    weights["regular"] += COUNTED * known
    weights["newcomer"] += COUNTED * (1.0 - known)
    total = sum(weights.values())
    shares: dict[Stance, float] = {stance: weights[stance] / total for stance in STANCES}
    leading = max(shares, key=lambda one: shares[one])
    because = tuple(trait for stance, trait in found if stance == leading)
    told: dict[Stance, float] = {stance: weight / total for stance, weight in shown.items()}
    return Manner(shares, forecast(graph, what, told), because)


def stance_of(trait: Trait) -> Stance | None:
    """The stance that a trait speaks of."""
    return next((one for one in STANCES if one == trait.value), None)


def served(manner: Manner | None) -> Stance | None:
    """The stance by which somebody is served: one that leads; None for nobody's in particular."""
    if manner is None or manner.shares[manner.leading] < LEADS:
        return None
    return manner.leading


def plain(manner: Manner) -> dict[str, Any]:
    """The manner as JSON says it: `shares` by stance, the `leading` one, the one that is `served`
    (null for none), `because` (ids of traits), and the `forecast` of any failure: `chances` by
    reaction, the `likeliest`, how many `own` reactions it rests on, and `quotes` of the newest, each
    with the `whole` message.
    """
    expected = manner.forecast
    return {
        "shares": dict(manner.shares),
        "leading": manner.leading,
        "served": served(manner),
        "because": [trait.id for trait in manner.because],
        "forecast": {
            "chances": dict(expected.chances),
            "likeliest": expected.likeliest,
            "own": expected.own,
            "quotes": [
                {
                    "text": one.quote,
                    "whole": shortened(one.said.text, MOST_WHOLE),
                    "at": one.said.at,
                    "surface": one.said.surface,
                }
                for one in expected.shown
            ],
        },
    }
