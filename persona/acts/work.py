"""Working the open acts of one function and lane: claim, gate, judge, carry out, record.

The lowest open act of each address goes first, and nothing overtakes it, so a person hears
things in the order in which they were decided. An act found in SENDING past its lease has an
unknown outcome: it is looked up, where the provider can tell, before anything is sent again.

The warm path is three requests an act: a claim by name, one read of act and gate, the record of
the end. Whatever does not go that smoothly goes the long way, which first looks at all open acts.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

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
from persona.people import consent
from persona.ports import Carrier, Hands, Ports, Row, Sent

MOST_TRIES = 10
MOST_LOOKS = 60
MOST_GATES = 8
FRESH = 3_600.0
"""Seconds after a link or its end in which the former lane may still owe its address something."""
BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


class Ended(NamedTuple):
    """How an act ended, and whether somebody knocked meanwhile."""

    cause: str
    state: State
    knocked: bool = False


class Use(Carrier, Protocol):
    """What carries out the acts of one capability."""

    @property
    def capability(self) -> Capability: ...


NO_USES: Mapping[str, Use] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one worker sits: whose acts it works, in `ports` that reach nothing else.

    `hands` is what a carrier gets: the function's own reach. `uses` are the capabilities whose acts
    these are, by name; without any they are replies, which `replies` carries.
    """

    function: str
    lane: str
    replies: Carrier | None
    ports: Ports
    hands: Hands
    uses: Mapping[str, Use]

    def carrier(self, act: Act) -> Carrier:
        """Who carries this act; of one that nobody here may, any, since it is then denied."""
        if self.replies is not None:
            return self.replies
        own = self.use(act)
        return own if own is not None else next(iter(self.uses.values()))

    def use(self, act: Act) -> Use | None:
        """The capability that the act wishes, if its acts are this function's."""
        wished: str = act.wish["intent"]["capability"] if act.wish else ""
        return self.uses.get(wished)

    def at(self, after: str) -> Key:
        """Where an open act stands."""
        return keys.act(self.function, self.lane, "OPEN", after)


def work(
    function: str,
    lane: str,
    replies: Carrier | None,
    ports: Ports,
    acts: Sequence[str] = (),
    behind: Sequence[str] = (),
    uses: Mapping[str, Use] = NO_USES,
) -> list[Ended]:
    """Works until nothing here can be done now; returns what ended.

    `replies` carries words to an address, `uses` carry what capabilities do. `acts` and `behind` are
    the bell's: new acts by name, and those that must have ended first.
    """
    granted = (use.capability.credential for use in uses.values())
    credential = next(filter(None, granted), "")
    scoped = ports.within(keys.Scope.of_acts(lane, function, credential))
    desk = _Desk(function, lane, replies, scoped, ports, uses)
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
    ports = desk.ports
    attempt = ids.spell(ports.entropy(16))
    try:
        act, gate = outbox.claim(ports, at, attempt, known, map(desk.at, behind))
    except Conflict:
        return None
    carrier = desk.carrier(act)
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
    carrier, ports = desk.carrier(act), desk.ports
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


def _read_last(act: Act, gates: Sequence[Gate], desk: _Desk) -> Sequence[Gate]:
    """The gates once more where others were asked since: a yes must hold when it is used."""
    use = desk.use(act)
    if use is None or not use.capability.carried_by:
        return gates
    key = keys.gate(desk.lane)
    row = desk.ports.table.get([key]).get(key)
    if row is None or row.get("erased"):
        raise Refused("erased", "erased")
    return _gates(act.home, open_gate(row), desk)


def _closed(act: Act, gates: Sequence[Gate], desk: _Desk) -> str:
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


def _owner(act: Act, desk: _Desk) -> Gate | None:
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


def _judge_wish(act: Act, gates: Sequence[Gate], desk: _Desk) -> Verdict:
    """A use of a capability is judged anew, on what its row says and the gate as it is now.

    A row that cannot be judged is denied.
    """
    if not act.wish or not desk.uses:
        return Verdict("deny", "an act that nobody wished")
    use = desk.use(act)
    halted = next(filter(None, (gate.halted_since(act.at) for gate in gates)), "")
    capability = use.capability if use else None
    try:
        return wishes.judge_again(act, capability, gates[-1], halted, desk.ports)
    except Exception as error:  # nothing is asked of anybody there: the row itself is wrong
        return Verdict("deny", f"not judged: {type(error).__name__}")


def _heard_by(act: Act, desk: _Desk) -> Audience:
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


def _is_sending(act: Act, lane: str, desk: _Desk) -> bool:
    """Whether that lane has something open of this function for the same address."""
    there = desk.ports.but(table=desk.hands.table.within(keys.Scope.of_acts(lane, desk.function)))
    before = outbox.unfinished(there, desk.function, lane)
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
    about |= {"provider": act.provider_id} if act.provider_id else {}
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
