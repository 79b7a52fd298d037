"""Effects without an intent and intents without an end: what a whole hub's rows must have none of.

Every act of a capability is named by one wish that a ledger holds as allowed, every allowed wish by
one outcome, every question by one answer, and every yes by one act. Only what the rows say in the
clear is read, so that it can be checked without anybody's key.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from persona import ids
from persona.keys import Key
from persona.ports import Row

UNDER_WAY = ("OPEN", "OUT")
TAKEN_BACK = ["sent", "failed"]
"""The one act that ends twice: a carrier took it, and says later that it could not be delivered."""


def orphans(rows: Iterable[tuple[Key, Row]], functions: Mapping[str, str]) -> list[str]:
    """What is without its other half, in sentences; what is still under way is no orphan.

    `functions` gives each capability's function, empty for one that the turn itself carries out.
    """
    found = _Found(frozenset(functions.values()) - {""})
    for key, row in rows:
        found.take(key, row)
    return sorted([*_without_intent(found), *_without_end(found, functions), *_unanswered(found)])


class _Found:
    """What the rows say, by the names that tie one to another."""

    def __init__(self, functions: frozenset[str]) -> None:
        self._functions = functions
        self.acts: dict[str, str] = {}
        self.allowed: Counter[str] = Counter()
        self.wished: dict[str, tuple[str, str]] = {}
        self.unmade: list[tuple[str, str]] = []
        self.outcomes: defaultdict[str, list[str]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.answers: defaultdict[str, list[str]] = defaultdict(list)
        self.approved: Counter[str] = Counter()

    def take(self, key: Key, row: Row) -> None:
        family, _, name = key.partition.partition("#")
        stage, _, after = key.sort.partition("#")
        if family == "ACT" and name.partition("#")[0] in self._functions:
            function, _, lane = name.partition("#")
            self.acts[ids.derive("act", function, lane, after)] = stage
        elif stage == "QUESTION" and row["state"] == "open":
            self.open[row["intent"]] += 1
        elif stage == "LEDGER":
            self._take_entry(row)

    def _take_entry(self, row: Row) -> None:
        for event in row.get("events", ()):
            if event["kind"] == "outcome" and event.get("function") in self._functions:
                self.outcomes[event["act"]].append(event["state"])
        for answer in row.get("answered", ()):
            self.answers[answer["intent"]].append(answer["state"])
        for wish in row.get("wished", ()):
            self._take_wish(wish)

    def _take_wish(self, wish: Mapping[str, Any]) -> None:
        intent, capability = wish["intent"], wish["capability"]
        if wish["decision"] == "ask":
            self.asked[intent] += 1
        if "approved" in wish:
            self.approved[intent] += 1
        if wish["decision"] != "allow":
            return
        if "act" in wish:
            self.allowed[wish["act"]] += 1
            self.wished[wish["act"]] = (capability, intent)
        else:
            self.unmade.append((capability, intent))


def _without_intent(found: _Found) -> Iterator[str]:
    for act in found.acts.keys() - found.allowed.keys():
        yield f"act {act} stands in no ledger"
    for act in found.outcomes.keys() - found.allowed.keys():
        yield f"an outcome of act {act}, which nobody wished"
    for act, times in found.allowed.items():
        if times > 1:
            yield f"act {act} stands in the ledger {times} times"


def _without_end(found: _Found, functions: Mapping[str, str]) -> Iterator[str]:
    for act, (capability, _) in found.wished.items():
        stage, ends = found.acts.get(act, ""), found.outcomes[act]
        if len(ends) > 1 and ends != TAKEN_BACK:
            yield f"act {act} of {capability} ended {len(ends)} times"
        if not ends and stage not in UNDER_WAY:
            yield f"act {act} of {capability} has no end"
    for capability, intent in found.unmade:
        if functions.get(capability):
            yield f"wish {intent} of {capability} was allowed and came to no act"


def _unanswered(found: _Found) -> Iterator[str]:
    for intent in found.asked.keys() | found.answers.keys() | found.open.keys():
        ends = found.open[intent] + len(found.answers[intent])
        if found.asked[intent] != 1 or ends != 1:
            yield f"question {intent} was asked {found.asked[intent]} times and ended {ends} times"
    for intent in found.approved.keys() | found.answers.keys():
        if found.approved[intent] != found.answers[intent].count("approved"):
            yield f"question {intent} has a yes without an act, or an act without a yes"
