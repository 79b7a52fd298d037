"""Working the open acts of one function and lane: claim, gate, judge, carry out, record.

The lowest open act of each address goes first, and nothing overtakes it, so a person hears
things in the order in which they were decided. An act found in SENDING past its lease has an
unknown outcome: it is looked up, where the provider can tell, before anything is sent again.

The warm path is three requests an act: a claim by name, one read of act and gate, the record of
the end. Whatever does not go that smoothly goes the long way, which first looks at all open acts.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

from persona import ids, keys
from persona.acts import again, handover, outbox, wished
from persona.acts.desk import NO_USES, Desk, Use
from persona.decision import Act, State
from persona.errors import Broken, Conflict, Refused, Transient, Unknown
from persona.keys import Key
from persona.model import Event
from persona.ports import Carrier, Ports, Sent

MOST_TRIES = 10
MOST_LOOKS = 60
BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


class Ended(NamedTuple):
    """How an act ended, and whether somebody knocked meanwhile."""

    cause: str
    state: State
    knocked: bool = False


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
    desk = Desk(function, lane, replies, scoped, ports, uses)
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


def _work_all(desk: Desk) -> list[Ended]:
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
    desk: Desk, at: Key, known: Act | None = None, behind: Sequence[str] = ()
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
        verdict = again.judge_again(act, gate, desk)
        if verdict.decision == "deny":
            return _end(act, "failed", Sent(), verdict.reason, ports)
        if again.is_overtaking(act, gate, desk):
            raise Transient("what was decided before a link goes first")
        if carrier.send is None:
            raise Broken(f"{act.function} has acts and no way to send them")
        sent = carrier.send(act, desk.hands)
    except Transient as error:
        return _later(act, error, ports)
    except Refused as error:
        return _end(act, "failed", _why(desk, act, error), error.code or error.reason, ports)
    except Unknown as error:
        return _unknown(act, carrier, str(error), ports)
    return _end(act, "sent", sent, "", ports)


def _why(desk: Desk, act: Act, error: Refused) -> Sent:
    """A capability's reason in words, for its person: they may be others', so they taint as these do."""
    use = desk.use(act)
    if use is None or use.capability.carried_by:
        return Sent()
    return Sent(result={"why": error.reason, "untrusted": use.capability.returns_untrusted})


SEND_AGAIN: Final = Ended("", "pending")
"""The provider has surely not got it: the one verdict after which an unknown act is sent again."""


def _reconcile(desk: Desk, act: Act) -> Ended | None:
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
        event = wished.outcome(act, event)
    ports.lanes.put(act.lane, event.to_json(), event.id)
    with suppress(Conflict):  # told already
        outbox.told(ports, act)
