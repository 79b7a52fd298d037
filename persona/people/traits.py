"""Traits from signs: what several messages say together, how sure it is, and what ends it.

How sure a trait is: n / (n + against + 1), where each conversation that showed it counts 1 at first
and half as much with every half-life that has passed since, and so do those that showed the contrary.
It is the mean of a Beta distribution that begins with one conversation against: one conversation
alone is never more likely right than wrong, two are two in three, and what was not seen for long
fades by itself: once less than half a conversation is left of it, nothing is done by it any more.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from persona import ids
from persona.memory import signs
from persona.memory.notes import Notes, asks_to_keep
from persona.model import Note
from persona.trait import BROKEN, Graph, Mentioned, Shown, SignKind, Trait, TraitKind

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
Claiming = Callable[[Shown], str]
Signs = Mapping[tuple[SignKind, str], Sequence[Shown]]
"""What messages show, by kind and by what it is about."""


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
            trait = _trait(id, kind, left, sure, by)
            made.append(_contested(trait, contest, by.held))
    return list(_superseded(made)) if kind in EITHER_OR and len(made) > 1 else made


def _weight(kind: TraitKind, shown: Sequence[Shown], now: float) -> float:
    """How many conversations showed it, each counted by its age."""
    last, half = {one.talk: one.said.at for one in shown}, HALF_LIVES[kind]
    return sum(0.5 ** ((now - at) / half) if at < now else 1.0 for at in last.values())


def _trait(id: str, kind: TraitKind, shown: Sequence[Shown], sure: float, by: _By) -> Trait:
    newest = sorted(shown, key=_newest_first)
    return Trait(
        id=id,
        kind=kind,
        about=newest[0].sign.about,
        value=newest[0].sign.value,
        claim=by.claim(newest[0]),
        shown=tuple(newest),
        first=newest[-1].said.at,
        last=newest[0].said.at,
        conversations=len(_talks(shown)),
        surfaces=tuple(sorted({one.said.surface for one in shown})),
        confidence=sure,
        weight=_weight(kind, shown, by.now),
    )


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
    """The newest held one holds instead of the older one; a worry ends with the first word of it.

    It does so when it has faded, too: what was taken back does not come back by itself.
    """
    holding = [one for one in traits if one.value in YES_NO and (one.is_held or _ends(one))]
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
        named = "topic" if sign.kind == "topic" else "person" if sign.value == "person" else "thing"
        made.append(
            Mentioned(ids.derive(sign.kind, sign.about), named, newest[0].name, tuple(newest))
        )
    return tuple(made)


def _is_repeated(shown: Sequence[Shown]) -> bool:
    """Whether it was shown in several conversations."""
    return len(shown) > 1 and (shown[0].talk != shown[-1].talk or len(_talks(shown)) > 1)


def _newest_first(shown: Shown) -> float:
    return -shown.said.at


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


def _talks(shown: Iterable[Shown]) -> set[int]:
    return {one.talk for one in shown}
