"""An act judged once more, by its own function: on its row, and by the gates as they are now.

What the turn found may have changed since: a stop, a link that ended, a permission taken back, an
address that wants nothing any more, others who read along.
"""

from collections.abc import Sequence
from dataclasses import replace

from persona import keys
from persona.acts import circumstances, outbox
from persona.acts.desk import Desk
from persona.acts.policy import Facts, judge, judge_reply
from persona.acts.wished import open_wish
from persona.decision import Act, Intent, Verdict
from persona.declare import Capability
from persona.errors import Refused, Transient, Unknown
from persona.memory.standing import Gate, open_gate
from persona.memory.walls import is_exposed
from persona.model import Audience, End
from persona.people import consent
from persona.ports import Ports, Row

MOST_GATES = 8
FRESH = 3_600.0
"""Seconds after a link or its end in which the former lane may still owe its address something."""


def judge_again(act: Act, row: Row | None, desk: Desk) -> Verdict:
    """The verdict by the gate as it stood after the claim, and by those to which the home went.

    A link that was made meanwhile takes nothing from what was on its way to that address.
    """
    if row is None:
        return Verdict("deny", "erased")
    gates, ports = _gates(act.home, open_gate(row), desk), desk.ports
    closed, heard_by = _closed(act, gates, desk), _heard_by(act, desk)
    if act.wish or desk.uses:
        wished = _judge_wish(act, _read_last(act, gates, desk), desk)
        if wished.decision != "allow":
            return wished
    return judge_reply(
        Facts(
            halted=any(gate.halted_since(act.at) for gate in gates) or ports.halts.known.hub,
            notice=act.notice and not ports.halts.known.hub,
            suppressed=closed,
            home_is_here=act.home in gates[-1].homes,
            written_for=act.audience,
            heard_by=heard_by,
        )
    )


def _read_last(act: Act, gates: Sequence[Gate], desk: Desk) -> Sequence[Gate]:
    """The gates once more where others were asked since: a yes must hold when it is used."""
    use = desk.use(act)
    if use is None or not use.capability.carried_by:
        return gates
    key = keys.gate(desk.lane)
    row = desk.ports.table.get([key]).get(key)
    if row is None or row.get("erased"):
        raise Refused("erased", "erased")
    return _gates(act.home, open_gate(row), desk)


def _closed(act: Act, gates: Sequence[Gate], desk: Desk) -> str:
    """Why the address takes this no more: its own person's gate says it, and knows best.

    An answer goes where only unasked words are unwanted; a capability's message does not. Of an
    address that is none of this person's and that the hub never met, this lane knows what it heard.
    """
    address = str(act.address)
    reasons = [reason for gate in gates if (reason := gate.suppressed.get(address, ""))]
    if not act.wish:
        return next(filter(consent.closes_answers, reasons), "")
    is_own = any(str(link.address) == address for gate in gates for link in gate.links.values())
    owner = None if is_own else _owner(act, desk)
    if owner is None or act.home in owner.homes:
        return next(iter(reasons), "")
    reason = owner.suppressed.get(address, "") or ("said stop" if owner.halted else "")
    return f"not wanted there: {reason}" if reason else ""


def _owner(act: Act, desk: Desk) -> Gate | None:
    """The gate of whoever has the address that a capability writes to; None for a stranger."""
    use = desk.use(act)
    if use is None or not use.capability.carried_by:
        return None
    table, key = desk.hands.table, keys.address(act.address)
    row = table.get([key]).get(key)
    if row is None:
        return None
    at = keys.gate(row["lane"])
    found = table.within(keys.Scope.of_gate(row["lane"])).get([at]).get(at)
    return None if found is None or found.get("erased") else open_gate(found)


def _judge_wish(act: Act, gates: Sequence[Gate], desk: Desk) -> Verdict:
    """A use of a capability is judged anew, on what its row says and the gate as it is now.

    A row that cannot be judged is denied.
    """
    if not act.wish or not desk.uses:
        return Verdict("deny", "an act that nobody wished")
    use = desk.use(act)
    halted = next(filter(None, (gate.halted_since(act.at) for gate in gates)), "")
    capability = use.capability if use else None
    try:
        return _judged(act, capability, gates[-1], halted, desk.ports)
    except Exception as error:  # nothing is asked of anybody there: the row itself is wrong
        return Verdict("deny", f"not judged: {type(error).__name__}")


def _judged(
    act: Act, capability: Capability | None, gate: Gate, halted: str, ports: Ports
) -> Verdict:
    """The verdict on the act's own row, by the gate and the settings as they are now.

    What was typed, read, approved and counted is the row's, which the turn wrote; who the person's
    addresses are, what is permitted, switched off and halted is not. What would still have to be
    asked is denied, since nobody is here to be asked.
    """
    wish, asked = open_wish(act.wish), End.from_row(act.wish["asked"])
    if asked.home not in gate.homes:
        return Verdict("deny", "unlinked")
    if wish.facts.get("approved") and wish.facts.get("approver", "") not in gate.homes:
        return Verdict("deny", "the one who approved is no longer linked")
    about = circumstances.later(wish.intent, capability, wish.facts, gate, asked, ports)
    verdict = judge(wish.intent, capability, replace(about, halted=halted or about.halted))
    if verdict.decision == "ask":
        return Verdict("deny", f"not approved: {verdict.reason}")
    if verdict.decision == "deny" or capability is None:
        return verdict
    return verdict if _is_as_judged(act, wish.intent, capability) else Verdict("deny", "altered")


def _is_as_judged(act: Act, intent: Intent, capability: Capability) -> bool:
    """Whether the act would carry exactly what its intent says."""
    letter = capability.letter(intent.arguments)
    if letter is None:
        return True
    said = (letter.address, letter.text, dict(letter.detail))
    return said == (act.address, act.text, dict(act.detail))


def _heard_by(act: Act, desk: Desk) -> Audience:
    """Who can read there at this moment; not asked where the words may go anywhere."""
    if not is_exposed(act.audience, "lane"):
        return act.audience
    heard_by = desk.carrier(act).heard_by
    if heard_by is None:
        return "lane"
    try:
        return heard_by(act, desk.hands)
    except Unknown as error:  # nothing was sent yet
        raise Transient(str(error)) from error


def _gates(home: str, gate: Gate, desk: Desk) -> list[Gate]:
    """This gate, and those to which links gave the home one after the other."""
    gates = [gate]
    while home not in gates[-1].homes and home in gates[-1].given and len(gates) < MOST_GATES:
        lane = gates[-1].given[home]
        key = keys.gate(lane)
        rows = desk.hands.table.within(keys.Scope.of_gate(lane)).get([key])
        gates.append(open_gate(rows[key]))
    return gates


def is_overtaking(act: Act, row: Row | None, desk: Desk) -> bool:
    """Whether the lane that had the address until a short while ago has yet to send to it.

    Before a link that was the lane of its own; before the end of a link it was the common one.
    """
    if row is None:
        return False
    gate, now = open_gate(row), desk.ports.clock.now()
    link, former = gate.links.get(act.home), gate.came.get(act.home)
    lanes = [(link.lane, link.since)] if link else []
    lanes += [former] if former else []
    return any(
        _is_sending(act, lane, desk)
        for lane, since in lanes
        if lane != desk.lane and now <= since + FRESH
    )


def _is_sending(act: Act, lane: str, desk: Desk) -> bool:
    """Whether that lane has something open of this function for the same address."""
    there = desk.ports.but(table=desk.hands.table.within(keys.Scope.of_acts(lane, desk.function)))
    before = outbox.unfinished(there, desk.function, lane)
    return any(one.open and one.address == act.address for _, one in before)
