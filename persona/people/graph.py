"""The person graph: what is believed about one person, derived each time from their own words.

Nothing of it is stored. What every message shows stands in the index of the lane, so the graph of
two linked homes is the graph of both, that of parted ones each its own, and a message that is
forgotten or edited takes what it showed with it. Stored are two things that no message shows by
itself, as notes: what a model proposed, with a quotation that stands, and what the person contested.

How sure a trait is: n / (n + against + 1), where each conversation that showed it counts 1 at first
and half as much with every half-life that has passed since, and so do those that showed another value
of the same thing. It is the mean of a Beta distribution that begins with one conversation against:
one conversation alone is never more likely right than wrong, two are two in three, and what was not
seen for long fades to nothing by itself.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from persona import ids
from persona.memory import notes, proposals, signs
from persona.memory.index import Index, Sees, anyone
from persona.memory.notes import Notes, asks_to_keep
from persona.memory.recall import load
from persona.memory.standing import Gate, Standing
from persona.model import Note
from persona.people.patterns import patterns
from persona.ports import Ports, Store
from persona.settings import Settings
from persona.trait import BROKEN, Graph, Mentioned, Shown, Sign, SignKind, Trait, TraitKind

DAY = 86_400.0
HALF_LIVES: Mapping[TraitKind, float] = {
    "preference": 365 * DAY,
    "decision": 120 * DAY,
    "concern": 45 * DAY,
    "stance": 120 * DAY,
    "texture": 365 * DAY,
    "action": 180 * DAY,
}
"""Seconds after which a conversation counts half: tastes last, worries pass."""
EITHER_OR: frozenset[SignKind] = frozenset({"preference", "decision", "concern"})
"""Kinds of which yes and no do not hold at a time."""
YES_NO = ("yes", "no")
NODES: frozenset[SignKind] = frozenset({"topic", "mention"})
MOST_MENTIONED = 60
"""Topics, people and things of one graph: those that most conversations speak of."""
MOST_ONCE = 100
"""Traits that one conversation alone has shown, which nothing is done by."""
MOST_QUOTES = 5
"""Quotations of one node as it is shown."""
MOST_QUOTE = 300

Claiming = Callable[[Shown], str]
Signs = Mapping[tuple[SignKind, str], Sequence[Shown]]
"""What messages show, by kind and by what it is about."""


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


def seen_from(home: str, gate: Gate, store: Store, settings: Settings, now: float) -> Graph:
    """The graph as the person may see it at the address with this home, read anew from the evidence.

    It is never behind a word that was forgotten; it takes as long as a cold lane.
    """
    index, until = Index(ZoneInfo(settings.timezone)), now - settings.link_quarantine
    for one in gate.homes:
        load(index, store, one)
    kept = [note for one in gate.homes for note in notes.read(store, one)]
    if not gate.hides(home, until):
        return of_index(index, kept, now)
    opens = gate.opens
    return of_index(
        index, kept, now, lambda one: opens(home, one.home, one.at, until, one.sensitivity)
    )


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


def claim_of(shown: Shown) -> str:
    """What a sign says, in words that follow the person's name."""
    sign = shown.sign
    if sign.kind == "texture":
        return sign.value
    if sign.about.partition(" ")[0] == BROKEN:
        return f"{sign.value} when something fails"
    return signs.claim_of(sign.kind, sign.about, sign.value, shown.quote)


def derive(
    shown: Signs,
    kept: Iterable[Note],
    now: float,
    claim: Claiming = claim_of,
    known: dict[Any, Any] | None = None,
) -> Graph:
    """The graph that follows from these signs and notes at this time (epoch seconds).

    `known` keeps between two calls what has not changed since: each thing's traits, for as long as
    nothing more is shown of it, no note says anything else, and it is the same moment.
    """
    by = _By.of(Notes.of(kept), now, claim)
    known = {} if known is None else known
    if known.get("by") != by.stamp:
        known.clear()
        known["by"] = by.stamp
    traits: list[Trait] = []
    for kind, about, found in _worth_telling(shown):
        key, extent = (kind, about), (len(found), found[-1].said.id)
        made = known.get(key)
        if made is None or made[0] != extent:
            made = known[key] = extent, _traits(kind, about, found, by)
        traits += made[1]
    mentioned = _mentioned(shown)
    return Graph(tuple(traits), mentioned, _edges(traits, mentioned))


@dataclass(frozen=True, slots=True)
class _By:
    """What traits are derived by, beside the signs; `stamp` is the same where all of it is."""

    held: Notes
    contests: Mapping[str, Note]
    ended: frozenset[str]
    now: float
    claim: Claiming
    stamp: object

    @staticmethod
    def of(held: Notes, now: float, claim: Claiming) -> "_By":
        contests = {note.contests: note for note in held.contests}
        ended = frozenset(message for note in held.all for message in note.ends)
        stamp = now, ended, held.contests, len(held.all) if contests else 0
        return _By(held, contests, ended, now, claim, stamp)


def trait_id(kind: SignKind, about: str, value: str) -> str:
    """The same wherever it is derived, so that what was contested is known again."""
    return ids.derive("trait", kind, about, value)


def _worth_telling(shown: Signs) -> Iterator[tuple[TraitKind, str, Sequence[Shown]]]:
    """What was shown in several conversations, and the newest of what was in one alone."""
    once: list[tuple[TraitKind, str, Sequence[Shown]]] = []
    for (kind, about), found in shown.items():
        if kind not in ("topic", "mention") and found:
            if _is_repeated(found):
                yield kind, about, found
            else:
                once.append((kind, about, found))
    yield from heapq.nlargest(MOST_ONCE, once, key=lambda one: one[2][-1].said.at)


def _talks(shown: Iterable[Shown]) -> set[int]:
    return {one.talk for one in shown}


def _traits(kind: TraitKind, about: str, shown: Sequence[Shown], by: _By) -> list[Trait]:
    """The traits about one thing, one a value; of yes and no the newest holds."""
    by_value: defaultdict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        if one.said.id not in by.ended:
            by_value[one.sign.value].append(one)
    weights = {value: _weight(kind, found, by.now) for value, found in by_value.items()}
    total = sum(weights[v] for v in YES_NO if v in weights) if kind in EITHER_OR else 0.0
    made: list[Trait] = []
    for value, found in by_value.items():
        id, weight = trait_id(kind, about, value), weights[value]
        contest = by.contests.get(id)
        against = {quote.message for quote in contest.evidence} if contest else set[str]()
        left = [one for one in found if one.said.id not in against]
        if left:
            sure = weight / ((total if value in YES_NO and total else weight) + 1)
            trait = _trait(id, kind, left, sure, by.claim)
            made.append(_contested(trait, contest, by.held))
    return list(_superseded(made)) if kind in EITHER_OR and len(made) > 1 else made


def _weight(kind: TraitKind, shown: Sequence[Shown], now: float) -> float:
    """How many conversations showed it, each counted by its age."""
    last, half = {one.talk: one.said.at for one in shown}, HALF_LIVES[kind]
    return sum(0.5 ** ((now - at) / half) if at < now else 1.0 for at in last.values())


def _trait(id: str, kind: TraitKind, shown: Sequence[Shown], sure: float, claim: Claiming) -> Trait:
    newest = sorted(shown, key=_newest_first)
    return Trait(
        id=id,
        kind=kind,
        about=newest[0].sign.about,
        value=newest[0].sign.value,
        claim=claim(newest[0]),
        shown=tuple(newest),
        first=newest[-1].said.at,
        last=newest[0].said.at,
        conversations=len(_talks(shown)),
        surfaces=tuple(sorted({one.said.surface for one in shown})),
        confidence=sure,
    )


def _remembered(index: Index) -> Claiming:
    """`claim_of`, once for each message: reading one takes longer than all the rest of its trait."""
    known: dict[tuple[str, Sign], str] = index.derived.setdefault("claims", {})

    def claim(shown: Shown) -> str:
        key = shown.said.id, shown.sign
        if key not in known:
            known[key] = claim_of(shown)
        return known[key]

    return claim


def _contested(trait: Trait, contest: Note | None, held: Notes) -> Trait:
    """The trait with who contests it, unless the person has asked since to keep what shows it."""
    if contest is None:
        return trait
    again = any(
        asks_to_keep(note)
        for one in trait.shown
        if one.said.at > contest.since
        for note in held.on(one.said.id)
    )
    by = contest.evidence[0].message if contest.evidence else contest.id
    return trait if again else replace(trait, contested_by=by)


def _superseded(traits: Sequence[Trait]) -> Iterator[Trait]:
    """The newest stable one holds instead of the older one; a worry ends with the first word of it."""
    holding = [one for one in traits if one.value in YES_NO and (one.is_stable or _ends(one))]
    newest = max(holding, key=lambda one: one.last, default=None)
    for one in traits:
        is_other = newest is not None and one is not newest and one.value in YES_NO
        is_older = newest is not None and is_other and one.last < newest.last
        yield replace(one, superseded_by=newest.id) if newest and is_older else one


def _ends(trait: Trait) -> bool:
    return trait.kind == "concern" and trait.value == "no" and not trait.contested_by


def _mentioned(shown: Signs) -> tuple[Mentioned, ...]:
    """What is spoken of in two conversations or more, what most messages speak of first."""
    said = [one for (kind, _), one in shown.items() if kind in NODES and _is_repeated(one)]
    made: list[Mentioned] = []
    for found in heapq.nlargest(MOST_MENTIONED, said, key=len):
        newest, sign = sorted(found, key=_newest_first), found[-1].sign
        named = "topic" if sign.kind == "topic" else _named(sign.value)
        made.append(
            Mentioned(ids.derive(sign.kind, sign.about), named, _name(newest[0]), tuple(newest))
        )
    return tuple(made)


def _is_repeated(shown: Sequence[Shown]) -> bool:
    """Whether it was shown in several conversations."""
    return len(shown) > 1 and (shown[0].talk != shown[-1].talk or len(_talks(shown)) > 1)


def _newest_first(shown: Shown) -> float:
    return -shown.said.at


def _name(shown: Shown) -> str:
    """What is spoken of, as it was called last: of “about the boiler” its last word."""
    return shown.quote.split()[-1] if shown.sign.kind == "topic" else shown.quote


def _named(value: str) -> Any:
    return "person" if value == "person" else "thing"


def _edges(traits: Iterable[Trait], mentioned: Iterable[Mentioned]) -> dict[str, tuple[str, ...]]:
    """For each trait what is mentioned in the messages that it rests on."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for node in mentioned:
        for one in node.shown:
            named[one.said.id].append(node.id)
    found = {
        trait.id: tuple(dict.fromkeys(id for s in trait.shown for id in named.get(s.said.id, ())))
        for trait in traits
    }
    return {id: about for id, about in found.items() if about}


def each_once(traits: Iterable[Trait]) -> list[Trait]:
    """The traits by what they claim, each claim once.

    “I prefer trains to planes” shows two things in the same words: what is preferred, and what less.
    """
    found: dict[tuple[str, bool, bool], Trait] = {}
    for one in traits:
        found.setdefault((one.claim, bool(one.superseded_by), bool(one.contested_by)), one)
    return list(found.values())


def plain(graph: Graph) -> dict[str, Any]:
    """The graph as JSON says it: what the page draws, `hub person` prints and an export holds.

    `nodes` are traits, topics, people and things, each with `id`, `kind` and up to `MOST_QUOTES`
    quotations, the newest first; `quoted` is how many there are in all. Traits also have `claim`
    (words that follow the person's name), `about`, `value`, `confidence` (0 to 1), `first` and
    `last` (epoch seconds), `conversations`, `surfaces`, `stable`, `made_by`, and null or the id of
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
