"""Working the open acts of one function and lane: claim, gate, judge, carry out, record.

The lowest open act of each address goes first, and nothing overtakes it, so a person hears
things in the order in which they were decided. An act found in SENDING past its lease has an
unknown outcome: it is looked up, where the provider can tell, before anything is sent again.

The warm path is three requests an act: a claim by name, one read of act and gate, the record of
the end. Whatever does not go that smoothly goes the long way, which first looks at all open acts.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from persona import ids, keys
from persona.acts import handover, outbox, wishes
from persona.acts.policy import Facts, judge_reply
from persona.decision import Act, State, Verdict
from persona.declare import Capability
from persona.errors import Broken, Conflict, Refused, Transient, Unknown
from persona.keys import Key
from persona.memory.standing import Gate, open_gate
from persona.memory.walls import is_exposed
from persona.model import Audience, Event
from persona.ports import Carrier, Hands, Ports, Row, Sent

MOST_TRIES = 10
MOST_LOOKS = 60
MOST_GATES = 8
FRESH = 3_600.0
"""Seconds after a link in which its address may still be owed something by its former lane."""
BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


class Ended(NamedTuple):
    """How an act ended, and whether somebody knocked meanwhile."""

    cause: str
    state: State
    knocked: bool = False


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one worker sits: whose acts it works, in `ports` that reach nothing else.

    `hands` is what the carrier gets: the function's own reach. `capability` is whose acts these
    are; None for replies.
    """

    function: str
    lane: str
    carrier: Carrier
    ports: Ports
    hands: Hands
    capability: Capability | None = None

    def at(self, after: str) -> Key:
        """Where an open act stands."""
        return keys.act(self.function, self.lane, "OPEN", after)


def work(
    function: str,
    lane: str,
    carrier: Carrier,
    ports: Ports,
    acts: Sequence[str] = (),
    behind: Sequence[str] = (),
    capability: Capability | None = None,
) -> list[Ended]:
    """Works until nothing here can be done now; returns what ended.

    `acts` and `behind` are the bell's: new acts by name, and those that must have ended first.
    """
    scoped = ports.within(keys.Scope.of_acts(lane, function))
    desk = _Desk(function, lane, carrier, scoped, ports, capability)
    ended: list[Ended] = []
    for after in acts:
        one = _carry(desk, desk.at(after), behind=behind)
        ended += [one] if one else []
        if one is None or one.state != "sent" or one.knocked:
            break
        behind = (after,)
    else:
        if acts:
            return ended
    return ended + _work_all(desk)


def _work_all(desk: _Desk) -> list[Ended]:
    """Everything open here, lowest first, until a look finds nothing that can be done now."""
    ended: list[Ended] = []
    waiting: set[Key] = set()
    while True:
        found = outbox.unfinished(desk.ports, desk.function, desk.lane)
        ready = _first_ready(found, waiting, desk.ports)
        if ready is None:
            if _knock(found, desk.ports):
                return ended
            continue
        key, act = ready
        if key.sort.startswith("OUT#"):
            _tell(act, desk.ports)
            continue
        one = _carry(desk, key, act)
        if one is None:
            waiting.add(key)
        else:
            ended.append(one)


def _knock(found: list[tuple[Key, Act]], ports: Ports) -> bool:
    """Leaves word with each live holder that acts wait behind its own; False where one has ended."""
    acts = [act for _, act in found]
    for place, act in enumerate(acts):
        is_held = act.state == "sending" and act.due > ports.clock.now()
        if not (is_held and act.alone == act.attempt):
            continue
        if any(later.address == act.address for later in acts[place + 1 :]):
            try:
                outbox.knock(ports, act)
            except Conflict:
                return False
    return True


def _first_ready(
    found: list[tuple[Key, Act]], waiting: set[Key], ports: Ports
) -> tuple[Key, Act] | None:
    """The next row to work: an untold outcome, or the lowest act of an address that need not wait.

    `waiting` are acts that could not be had; an address waits while its own still stands there.
    """
    now = ports.clock.now()
    blocked = {str(act.address) for key, act in found if key in waiting and not act.yields}
    for key, act in sorted(found, key=lambda row: not row[0].sort.startswith("OUT#")):
        if key.sort.startswith("OUT#"):
            return key, act
        address = str(act.address)
        if address in blocked:
            continue
        if act.due <= now and key not in waiting:
            return key, act
        if not act.yields:
            blocked.add(address)
    return None


def _carry(
    desk: _Desk, at: Key, known: Act | None = None, behind: Sequence[str] = ()
) -> Ended | None:
    """One attempt at one act, new or `known`: how it ended, or None when it has to wait."""
    carrier, ports = desk.carrier, desk.ports
    attempt = ids.spell(ports.entropy(16))
    try:
        act, gate = outbox.claim(ports, at, attempt, known, map(desk.at, behind))
    except Conflict:
        return None
    if known is not None and known.state == "sending":
        settled = _reconcile(desk, act)
        if settled is not SEND_AGAIN:
            return settled
    if act.tries > MOST_TRIES:
        return _end(act, "failed", Sent(), "given up", ports)
    try:
        verdict = _judge(act, gate, desk)
        if verdict.decision == "deny":
            return _end(act, "failed", Sent(), verdict.reason, ports)
        if _is_overtaking(act, gate, desk):
            raise Transient("what was decided before a link goes first")
        if carrier.send is None:
            raise Broken(f"{act.function} has acts and no way to send them")
        sent = carrier.send(act, desk.hands)
    except Transient as error:
        return _later(act, error, ports)
    except Refused as error:
        return _end(act, "failed", Sent(), error.code or error.reason, ports)
    except Unknown as error:
        return _unknown(act, carrier, str(error), ports)
    return _end(act, "sent", sent, "", ports)


SEND_AGAIN: Final = Ended("", "pending")
"""The provider has surely not got it: the one verdict after which an unknown act is sent again."""


def _reconcile(desk: _Desk, act: Act) -> Ended | None:
    """What became of an attempt that nobody recorded: asked of the provider, never guessed."""
    carrier, ports = desk.carrier, desk.ports
    if carrier.keyed:
        return SEND_AGAIN
    if carrier.lookup is None:
        return _end(act, "unknown", Sent(), "the worker died while sending", ports)
    try:
        found = carrier.lookup(act, desk.hands)
    except Transient:
        return _ask_later(act, ports)
    except (Refused, Unknown) as error:
        return _end(act, "unknown", Sent(), str(error), ports)
    return SEND_AGAIN if found is None else _end(act, "sent", found, "", ports)


def _ask_later(act: Act, ports: Ports) -> None:
    """The provider cannot be asked just now; asking changes nothing, so it goes on for hours."""
    if act.tries >= MOST_LOOKS:
        _end(act, "unknown", Sent(), "the provider cannot be asked", ports)
        return
    pause = BACKOFF[min(act.tries - 1, len(BACKOFF) - 1)]
    with suppress(Conflict):  # our own write whose answer was lost, or a takeover
        outbox.postpone(ports, act, ports.clock.now() + max(pause, 3.0), state="sending")


def _judge(act: Act, row: Row | None, desk: _Desk) -> Verdict:
    """The verdict by the gate as it stood after the claim, and by those to which the home went.

    A link that was made meanwhile takes nothing from what was on its way to that address.
    """
    if row is None:
        return Verdict("deny", "erased")
    gates = _gates(act.home, open_gate(row), desk)
    if act.wish or desk.capability:
        wished = _judge_wish(act, gates, desk)
        if wished.decision != "allow":
            return wished
    suppressed = [gate.suppressed.get(str(act.address), "") for gate in gates]
    return judge_reply(
        Facts(
            halted=any(gate.halted for gate in gates),
            notice=act.notice,
            suppressed=next(filter(None, suppressed), ""),
            home_is_here=act.home in gates[-1].homes,
            written_for=act.audience,
            heard_by=_heard_by(act, desk),
        )
    )


def _judge_wish(act: Act, gates: Sequence[Gate], desk: _Desk) -> Verdict:
    """A use of a capability is judged anew, on what its row says and the gate as it is now."""
    if not act.wish or desk.capability is None:
        return Verdict("deny", "an act that nobody wished")
    halted = "you said stop" if any(gate.halted for gate in gates) else ""
    now = desk.ports.clock.now()
    return wishes.judge_again(act, desk.capability, gates[-1], halted, now)


def _heard_by(act: Act, desk: _Desk) -> Audience:
    """Who can read there at this moment; not asked where the words may go anywhere."""
    if not is_exposed(act.audience, "lane"):
        return act.audience
    if desk.carrier.heard_by is None:
        return "lane"
    try:
        return desk.carrier.heard_by(act, desk.hands)
    except Unknown as error:  # nothing was sent yet
        raise Transient(str(error)) from error


def _gates(home: str, gate: Gate, desk: _Desk) -> list[Gate]:
    """This gate, and those to which links gave the home one after the other."""
    gates = [gate]
    while home not in gates[-1].homes and home in gates[-1].given and len(gates) < MOST_GATES:
        lane = gates[-1].given[home]
        key = keys.gate(lane)
        rows = desk.hands.table.within(keys.Scope.of_gate(lane)).get([key])
        gates.append(open_gate(rows[key]))
    return gates


def _is_overtaking(act: Act, row: Row | None, desk: _Desk) -> bool:
    """Whether the lane of the address's own, linked a short while ago, has yet to send to it."""
    link = open_gate(row).links.get(act.home) if row else None
    if link is None or link.lane == desk.lane or desk.ports.clock.now() > link.since + FRESH:
        return False
    scope = keys.Scope.of_acts(link.lane, desk.function)
    there = desk.ports.but(table=desk.hands.table.within(scope))
    before = outbox.unfinished(there, desk.function, link.lane)
    return any(one.open and one.address == act.address for _, one in before)


def _later(act: Act, error: Transient, ports: Ports) -> Ended | None:
    """Proven unsent: tried again after a growing pause, at most MOST_TRIES times in all."""
    if act.tries >= MOST_TRIES:
        return _end(act, "failed", Sent(), f"given up: {error.reason}", ports)
    pause = error.retry_after or BACKOFF[min(act.tries - 1, len(BACKOFF) - 1)]
    with suppress(Conflict):  # our own write whose answer was lost, or a takeover: not ours now
        outbox.postpone(ports, act, ports.clock.now() + pause)
    return None


def _unknown(act: Act, carrier: Carrier, why: str, ports: Ports) -> Ended | None:
    """Where the provider can tell, it is asked once the message had time to show; else UNKNOWN."""
    can_settle = carrier.keyed or carrier.lookup is not None
    if not can_settle or act.tries >= MOST_TRIES:
        return _end(act, "unknown", Sent(), why, ports)
    with suppress(Conflict):
        outbox.postpone(ports, act, ports.clock.now() + carrier.settling, state="sending")
    return None


def _end(act: Act, state: State, sent: Sent, reason: str, ports: Ports) -> Ended | None:
    ended = replace(act, state=state, provider_id=sent.provider_id, kept=sent.kept)
    ended = replace(ended, reason=reason, due=0.0, result=sent.result)
    if act.function == handover.FUNCTION or act.yields:  # the words stand elsewhere already
        ended = replace(ended, text=outbox.REDACTED)
    untold = (state in ("failed", "unknown") and not act.yields) or bool(act.wish)
    try:
        knocked = outbox.end(ports, act, ended, untold)
    except Conflict:  # ended already by this attempt (a lost answer), or taken over meanwhile
        return None
    if sent.kept and not act.yields:
        ports.show(ended)
    return Ended(act.cause, state, knocked)


def _tell(act: Act, ports: Ports) -> None:
    """Puts the outcome into the lane, then lets go of the act; repeating it changes nothing."""
    about = {"state": act.state, "reason": act.reason, "function": act.function, "act": act.id}
    event = Event(
        id=f"outcome:{act.id}:{act.state}",
        kind="outcome",
        address=act.address,
        author=act.address,
        thread=act.thread,
        at=ports.clock.now(),
        audience=act.audience,
        home=act.home,
        detail=about,
    )
    if act.wish:
        event = wishes.outcome(act, event)
    ports.lanes.put(act.lane, event.to_json(), event.id)
    with suppress(Conflict):  # told already
        outbox.told(ports, act)
