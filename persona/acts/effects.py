"""The ledger as a person reads it: each wish with its words, its verdict, its yes and its end.

The ledger itself holds nobody's words (`acts/entries.py`). Here it is joined with what is still
kept: the turn in which the wish was spoken, the question, the act. What was forgotten since is
missing here and in no hash of the chain.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from persona import ids, keys
from persona.acts import entries, outbox, questions, residue
from persona.acts.questions import Question
from persona.decision import Act, Decision
from persona.errors import Refused
from persona.memory import evidence
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import shortened
from persona.ports import Ports, Row, Store

MOST_TOLD = 5
MOST_SHOWN = 200
SHARED = "What I did for you I tell in private only."
NONE = "I have done nothing for you yet beyond answering."
TOLD = "The last of what you wished, the newest first:\n{listed}"
ENDS = {"sent": "done", "delivered": "done", "failed": "not done", "unknown": "unknown"}
STAGES = ("DONE", "OUT", "OPEN")


@dataclass(slots=True)
class Effect:
    """One wish, from the words to its end.

    `at` is epoch seconds; `home` is where it was spoken, empty where its key is destroyed. `words`,
    `shown` (what was wished, rendered by code) and `reason` are empty once forgotten. `rule` is the
    judge's. `approved` says from which surface, how and when. `end` is done, not done, unknown,
    under way, denied, asked, expired, or forgotten; `provider` the vendor's id.
    """

    at: float
    lane: str
    version: int
    home: str
    capability: str
    decision: str
    rule: str
    words: str = ""
    shown: str = ""
    reason: str = ""
    surface: str = ""
    approved: Mapping[str, Any] = field(default_factory=dict[str, Any])
    act: str = ""
    end: str = ""
    provider: str = ""
    ended: float = 0.0


class _Place(NamedTuple):
    """Whose act an effect is, and the turn that wrote it."""

    effect: Effect
    function: str
    version: int


def read(store: Store, lanes: Iterable[str], homes: Iterable[str]) -> list[Effect]:
    """All wishes of these lanes, the oldest first, with what is kept of them in these homes."""
    rows = [(lane, row) for lane in lanes for row in entries_of(store, lane)]
    return _joined(store, rows, list(homes))


def entries_of(store: Store, lane: str) -> Iterator[Row]:
    """A lane's whole ledger, the oldest entry first."""
    for _, row in residue.rows_of(store, *keys.entries(lane)):
        yield row


def _joined(store: Store, rows: Iterable[tuple[str, Row]], homes: Sequence[str]) -> list[Effect]:
    """The entries in the order of their times, whichever lane a link had them written in."""
    known = {mark: home for home in homes if (mark := _whose(store, home))}
    effects: dict[str, Effect] = {}
    acts: dict[str, _Place] = {}
    for lane, row in sorted(rows, key=lambda one: (one[1]["at_ms"], one[1]["version"])):
        at = row["at_ms"] / 1000
        for wish in row.get("wished", ()):
            words = wish.get("words", {"whose": row.get("whose", ""), "version": row["version"]})
            home, said = known.get(words["whose"], ""), words["version"]
            effect = effects.get(wish["intent"]) or Effect(
                at, lane, said, home, wish["capability"], wish["decision"], wish["why"]
            )
            effects[wish["intent"]] = effect
            _wish(effect, wish, at)
            if effect.act:
                functions = {one["id"]: one["function"] for one in row["acts"]}
                acts[effect.act] = _Place(effect, functions[effect.act], row["version"])
        for answer in row.get("answered", ()):
            effect = effects.get(answer["intent"])
            if effect is not None and answer["state"] != "approved":
                effect.end, effect.ended = answer["state"], at
        for event in row.get("events", ()):
            if event.get("act") in acts:
                effect = acts[event["act"]].effect
                effect.end, effect.ended = ENDS[event["state"]], at
                effect.provider = event.get("provider", "")
    asked = {mark: one for home in known.values() for mark, one in _asked(store, home)}
    for intent, effect in effects.items():
        place = acts.get(effect.act)
        _show(store, effect, asked.get(intent), place, len(known) > 0)
    return list(effects.values())


def _wish(effect: Effect, wish: Mapping[str, Any], at: float) -> None:
    """What this entry says of it: the question, and later the yes."""
    if "approved" in wish:
        effect.approved = {**wish["approved"], "at": at}
    effect.act = wish.get("act", "")
    ends = {"ask": "asked", "deny": "denied", "allow": "under way" if effect.act else "done"}
    effect.end = ends[wish["decision"]]


def _whose(store: Store, home: str) -> str:
    try:
        return entries.whose(store, home)
    except Refused:  # erased
        return ""


def _asked(store: Store, home: str) -> Iterator[tuple[str, Question]]:
    for one in questions.in_home(home, store):
        yield entries.intent_mark(store, home, one.wish), one


def _show(
    store: Store, effect: Effect, question: Question | None, place: _Place | None, opens: bool
) -> None:
    """Puts in what is still kept of it."""
    if not opens or not effect.home:
        return
    turn = evidence.read_turn(store, effect.home, effect.version)
    if turn is not None:
        effect.words, effect.surface = turn.person_text(), turn.surface
    act = _act(store, place) if place else None
    kept = act.wish if act else {}
    if kept:
        effect.shown, effect.reason = kept["shown"], act.reason if act else ""
    elif question is not None:
        effect.shown, effect.reason = question.wish.shown, question.wish.verdict.reason


def _act(store: Store, place: _Place) -> Act | None:
    """The act as it stands; named by the version of the turn that wrote it."""
    after, lane = f"{ids.ordered(place.version)}#", place.effect.lane
    for stage in STAGES:
        for _, row in store.table.query(keys.act(place.function, lane, stage, after)):
            act = outbox.open_row(store, row)
            if act.id == place.effect.act:
                return act
    return None


# In words


def told(
    standing: Standing, ports: Ports, when: Callable[[float], str], where: Callable[[str], str]
) -> Decision:
    """The last things wished, in words; `when` and `where` say a time and a surface."""
    if standing.is_shared:
        return Decision(reply=SHARED, mind="none")
    found = read(ports, [standing.place.lane], standing.gate.homes)
    shown = [one for one in found if _is_open(standing, one)][-MOST_TOLD:]
    listed = "\n".join(_line(one, when, where) for one in reversed(shown))
    return Decision(
        reply=TOLD.format(listed=listed) if listed else NONE,
        mind="none",
        rests=tuple(f"{one.home}/{one.version}" for one in shown if one.home),
        shown=max((sensitivity(one.shown) for one in shown), default=0),
    )


def _is_open(standing: Standing, effect: Effect) -> bool:
    """A new link opens nothing that was wished elsewhere."""
    return not standing.hides or effect.home == standing.place.home


def _line(effect: Effect, when: Callable[[float], str], where: Callable[[str], str]) -> str:
    what = " ".join((effect.shown or effect.capability.replace("_", " ")).split())
    said = f"\u2022 {when(effect.at)}: {shortened(what, MOST_SHOWN)} \u2014 {effect.end}"
    if effect.approved:
        said += f", approved {where(effect.approved['surface'])} {when(effect.approved['at'])}"
    return said + (f" ({effect.reason})" if effect.reason and effect.end != "done" else "")
