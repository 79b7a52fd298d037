"""The person graph: what is believed about one person, derived each time from their own words.

Nothing of it is stored. What every message shows stands in the index of the lane, so the graph of
two linked homes is the graph of both, that of parted ones each its own, and a message that is
forgotten or edited takes what it showed with it. Stored are two things that no message shows by
itself, as notes: what a model proposed, with a quotation that stands, and what the person contested.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from persona.memory import notes, proposals
from persona.memory.index import Index, Sees, anyone
from persona.memory.recall import load
from persona.memory.standing import Gate, Standing
from persona.model import Note
from persona.people.patterns import patterns
from persona.people.traits import DAY, Claiming, Signs, claim_of, derive
from persona.ports import Ports, Store
from persona.settings import Settings
from persona.trait import Graph, Shown, Sign, SignKind, Trait, each_once

MOST_QUOTES = 5
"""Quotations of one node as it is shown."""
MOST_QUOTE = 300


def read(standing: Standing, ports: Ports) -> Graph:
    """The graph of the one who speaks, of what is open to them here; empty where others listen."""
    if standing.is_shared or standing.place_is_unproven:
        return Graph()
    index, now = ports.indexes.open(standing, ports), ports.clock.now()
    moment = len(index.lines), standing.head.notes, standing.place.home, standing.hides, now // DAY
    known = index.derived.get("graph")
    if known is not None and known[0] == moment and not standing.hides:
        return known[1]
    sees = standing.opens if standing.hides else anyone
    graph = of_index(index, ports.indexes.notes(standing, ports), now, sees)
    index.derived["graph"] = moment, graph
    return graph


def denied(standing: Standing, store: Ports) -> frozenset[str]:
    """The messages that show what the person has called wrong since, of what is open to them here."""
    found = (trait for trait in read(standing, store).traits if trait.contested_by)
    return frozenset(shown.said.id for trait in found for shown in trait.shown)


def seen_from(
    home: str, gate: Gate, store: Store, settings: Settings, now: float, index: Index | None = None
) -> Graph:
    """The graph as the person may see it at the address with this home, read anew from the evidence.

    It is never behind a word that was forgotten; it takes as long as a cold lane. `index` is what
    `read_anew` gave, where the caller looks at it as well.
    """
    index = index or read_anew(gate, store, settings)
    kept = [note for one in gate.homes for note in notes.read(store, one)]
    return of_index(index, kept, now, sees_from(home, gate, settings, now))


def read_anew(gate: Gate, store: Store, settings: Settings) -> Index:
    """Everything that was said in these homes."""
    index = Index(ZoneInfo(settings.timezone))
    for one in gate.homes:
        load(index, store, one)
    return index


def sees_from(home: str, gate: Gate, settings: Settings, now: float) -> Sees:
    """What of all the homes is open to the address with this one."""
    until, opens = now - settings.link_quarantine, gate.opens
    if not gate.hides(home, until):
        return anyone
    return lambda one: opens(home, one.home, one.at, until, one.sensitivity)


def of_index(index: Index, kept: Iterable[Note], now: float, sees: Sees = anyone) -> Graph:
    """The graph of everything in an index of one person's own homes that `sees` lets through."""
    shown: Signs = index.shown
    if sees is not anyone:
        shown = {key: [s for s in found if sees(s.said)] for key, found in index.shown.items()}
    shown = {**shown, **by_subject(patterns(index, sees))}
    kept = list(kept)
    taken = frozenset(proposals.proposed(index, kept, sees))
    known: dict[Any, Any] = {} if sees is not anyone else index.derived.setdefault("traits", {})
    today = now // DAY * DAY  # nothing fades in less
    graph = derive(proposals.joined(shown, taken), kept, today, _remembered(index), known)
    traits = (
        tuple(proposals.by_model(trait, taken) for trait in graph.traits) if taken else graph.traits
    )
    talks = len(index.begun)
    return replace(graph, traits=traits, conversations=talks, messages=index.messages)


def by_subject(shown: Iterable[Shown]) -> dict[tuple[SignKind, str], list[Shown]]:
    """The same, by kind and by what it is about."""
    found: defaultdict[tuple[SignKind, str], list[Shown]] = defaultdict(list)
    for one in shown:
        found[one.sign.kind, one.sign.about].append(one)
    return found


def _remembered(index: Index) -> Claiming:
    """`claim_of`, once for each message: reading one takes longer than all the rest of its trait."""
    known: dict[tuple[str, Sign], str] = index.derived.setdefault("claims", {})

    def claim(shown: Shown) -> str:
        key = shown.said.id, shown.sign
        if key not in known:
            known[key] = claim_of(shown)
        return known[key]

    return claim


def plain(graph: Graph) -> dict[str, Any]:
    """The graph as JSON says it: what the page draws, `hub person` prints and an export holds.

    `nodes` are traits, topics, people and things, each with `id`, `kind` and up to `MOST_QUOTES`
    quotations, the newest first; `quoted` is how many there are in all. Traits also have `claim`
    (words that follow the person's name), `about`, `value`, `confidence` (0 to 1), `first` and
    `last` (epoch seconds), `conversations`, `surfaces`, `stable`, `faded`, `made_by`, and null or the id of
    what holds instead (`superseded_by`, since `until`) or of the words that contest it
    (`contested_by`); the others have a `name`. `edges` lead from a trait to what is mentioned where
    it was said (`about`), and to what holds instead of it (`superseded by`).
    """
    traits = each_once(graph.traits)
    known = {trait.id: trait for trait in traits}
    return {
        "conversations": graph.conversations,
        "messages": graph.messages,
        "nodes": [
            *(_plain_trait(trait, known) for trait in traits),
            *(
                {"id": one.id, "kind": one.kind, "name": one.name, **_plain_quotes(one.shown)}
                for one in graph.mentioned
            ),
        ],
        "edges": [
            *(
                {"from": id, "to": to, "kind": "about"}
                for id in known
                for to in graph.about.get(id, ())
            ),
            *(
                {"from": one.id, "to": one.superseded_by, "kind": "superseded by"}
                for one in traits
                if one.superseded_by in known
            ),
        ],
    }


def _plain_trait(trait: Trait, known: Mapping[str, Trait]) -> dict[str, Any]:
    return {
        "id": trait.id,
        "kind": trait.kind,
        "claim": trait.claim,
        "about": trait.about,
        "value": trait.value,
        "confidence": round(trait.confidence, 3),
        "stable": trait.is_stable,
        "faded": trait.is_held and trait.has_faded,
        "first": trait.first,
        "last": trait.last,
        "conversations": trait.conversations,
        "surfaces": list(trait.surfaces),
        "made_by": trait.made_by,
        "superseded_by": trait.superseded_by or None,
        "until": until(trait, known),
        "contested_by": trait.contested_by or None,
        **_plain_quotes(trait.shown),
    }


def until(trait: Trait, known: Mapping[str, Trait]) -> float | None:
    """Since when another holds instead: when that was first said after this one's last time."""
    later = known.get(trait.superseded_by)
    said = [one.said.at for one in later.shown if one.said.at > trait.last] if later else []
    return min(said, default=None)


def _plain_quotes(shown: Sequence[Shown]) -> dict[str, Any]:
    quotes = [
        {
            "text": one.quote[:MOST_QUOTE],
            "at": one.said.at,
            "surface": one.said.surface,
            "message": one.said.id,
            "turn": one.said.pointer,
        }
        for one in shown[:MOST_QUOTES]
    ]
    return {"quotes": quotes, "quoted": len(shown)}
