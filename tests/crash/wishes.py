"""What the house counts of wishes: each done once, only as approved, and its outcome told once."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from persona import ids
from persona.acts import outbox
from persona.acts.questions import Question
from persona.decision import Act, Intent
from persona.declare import Capability
from persona.keys import Key
from persona.memory.standing import Gate, open_gate
from persona.ports import Ports, Put, Row
from tests.crash.diary import Diary

Scan = Callable[[str], list[tuple[Key, Row]]]
EVIL = (
    "unapproved",
    "approved in vain",
    "doubled effects",
    "untold",
    "told twice",
    "over the limit",
)


@dataclass(frozen=True)
class Begun:
    """The moment at which a capability's act left our hands, and what the table said just then."""

    act: Act
    gates: Mapping[str, Gate]
    states: Mapping[str, str]

    def gate(self) -> Gate | None:
        """Of the lane that has the home whose wish it is; None where it has none that may act."""
        gates = [gate for gate in self.gates.values() if self.act.home in gate.homes]
        is_free = len(gates) == 1 and not gates[0].halted and not gates[0].row.get("erased")
        return gates[0] if is_free else None


def begun(act: Act, scan: Scan) -> Begun:
    """Reads past everything that can fail: nothing of it is a call of the hub's."""
    gates = {key.partition: open_gate(row) for key, row in scan("GATE#")}
    asked = [(key, row) for key, row in scan("HOME#") if key.sort.startswith("QUESTION#")]
    return Begun(act, gates, {key.sort: row["state"] for key, row in asked})


def alter(ports: Ports, capabilities: Mapping[str, Capability], scan: Scan, to: str) -> None:
    """As somebody would who holds the table and its keys: untried acts go to another address."""
    for key, row in scan("ACT#"):
        if not key.sort.startswith("OPEN#") or row["function"] not in capabilities or row["tries"]:
            continue
        act = outbox.open_row(ports, row)
        intent = {**act.wish["intent"]}
        intent["arguments"] = {**intent["arguments"], "to": to}
        letter = capabilities[act.function].letter(intent["arguments"])
        assert letter is not None
        forged = replace(act, address=letter.address, wish={**act.wish, "intent": intent})
        ports.table.commit([Put(key, outbox.row_of(ports, forged))])


def _plan_of(intent: Intent) -> str:
    """What the plan is called that this wish would make."""
    return ids.derive("plan", intent.hash)


@dataclass
class Account:
    """All that a run left behind."""

    capabilities: Mapping[str, Capability]
    begun: list[Begun]
    acts: list[Act]
    questions: list[Question]
    ledger: list[Row]
    documents: list[str]
    diary: Diary
    free: tuple[str, ...]
    is_hushed: bool
    is_gone: Callable[[str], bool]

    def count(self) -> Counter[str]:
        """Figures by name; those of EVIL, and what adds to `lost` and `stuck`."""
        found: Counter[str] = Counter()
        found["unapproved"] = sum(not self._is_approved(one) for one in self.begun)
        found["approved in vain"] = sum(self._is_in_vain(one) for one in self.questions)
        found["doubled effects"] = self._doubled()
        found["lost"] = self._lost()
        found["stuck"] = sum(one.state == "open" for one in self.questions)
        for act in self.acts:
            times = sum(self._tells(entry, act) for entry in self.ledger)
            found["untold"] += times == 0
            found["told twice"] += times > 1
        done = Counter(act.function for act in self.acts if act.state == "sent")
        limits = {name: self.capabilities[name].rate for name in done}
        found["over the limit"] = sum(max(0, done[name] - limits[name]) for name in done)
        return found

    def _is_approved(self, one: Begun) -> bool:
        """Whether its person, by a yes of somebody who is them still, wanted exactly this."""
        gate, wish = one.gate(), one.act.wish
        if gate is None:
            return False
        hash, intent = wish["facts"].get("approved"), Intent(**wish["intent"])
        if wish["facts"].get("how") == "plan":
            return wish["facts"]["approver"] in gate.homes and self._is_planned(one)
        if hash:
            same = [asked for asked in self.questions if asked.wish.intent == intent]
            closed = [one.states.get(f"QUESTION#{asked.hash}") for asked in same]
            if not same and self.is_gone(wish["asked"]["home"]):  # nobody can read it any more
                closed = ["approved"] if "approved" in one.states.values() else []
            return wish["facts"]["approver"] in gate.homes and closed == ["approved"]
        capability = self.capabilities[one.act.function]
        if not capability.carried_by:
            return not capability.destructive
        own = {str(link.address) for link in gate.links.values()}
        return str(one.act.address) in {*own, *self.free}

    def _is_planned(self, one: Begun) -> bool:
        """Whether a plan that was approved by then says just this in the step that wished it."""
        facts, intent = one.act.wish["facts"], Intent(**one.act.wish["intent"])
        asked = [q for q in self.questions if _plan_of(q.wish.intent) == facts["plan"]]
        if not asked or one.states.get(f"QUESTION#{asked[0].hash}") != "approved":
            return False
        step = asked[0].wish.intent.arguments["steps"][facts["step"] - 1]
        said = json.loads(step["arguments"])
        is_same = said.items() <= dict(intent.arguments).items()
        return is_same and step["capability"] == intent.capability

    def _is_in_vain(self, question: Question) -> bool:
        """A yes counts as often as its act: once, and no other answer has one."""
        intent = question.wish.intent
        if not self.capabilities[intent.capability].function:  # the turn on the yes carried it out
            return False
        made = [act for act in self.acts if act.wish["intent"]["cause"] == intent.cause]
        return len(made) != (question.state == "approved")

    def _doubled(self) -> int:
        """Of what calendars and documents hold; carried messages are counted with the others."""
        by_act = Counter(name.rpartition("/")[2].partition(".")[0] for name in self.documents)
        return (
            sum(times - 1 for times in by_act.values()) + self.diary.puts - len(self.diary.events)
        )

    def _lost(self) -> int:
        """Wishes in the ledger without their act or question, and acts that say done and are not."""
        wished = [one for entry in self.ledger for one in entry.get("wished", ())]
        carried = [one for one in wished if self.capabilities[one["capability"]].function]
        allowed = Counter(one["capability"] for one in carried if one["decision"] == "allow")
        asked = sum(one["decision"] == "ask" for one in wished)
        lost = (allowed - Counter(act.function for act in self.acts)).total()
        sent = Counter(act.function for act in self.acts if act.state == "sent")
        deleted = sum(act.function == "delete_document" for act in self.acts)
        kept = sent["save_document"] - deleted
        is_short = len(self.documents) < kept or len(self.diary.events) < sent["create_event"]
        return lost + max(0, asked - len(self.questions)) + is_short

    def _tells(self, entry: Row, act: Act) -> bool:
        """Whether this entry of the ledger is the turn in which the person heard what became of it."""
        named = any(event.get("act") == act.id for event in entry["events"])
        return named and (self.is_hushed or bool(entry["acts"]))
