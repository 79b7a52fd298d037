"""Acts as rows: PENDING → SENDING (attempt, lease) → SENT | FAILED | UNKNOWN.

The rows are the queue. An open act is worked by whoever claims it: one conditional write that
names the attempt and how long it may hold the act. Everything written afterwards is conditional
on that same attempt, so a worker that stalled past its lease changes nothing. When an act ends,
its row moves out of the open prefix in one commit.

A worker that was told which acts are new claims them by name and looks for no others. One that
comes while an earlier act is still held knocks: the holder's last write then fails once, and it
looks for what waits behind.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, cast

from persona import ids, keys
from persona.decision import ORDER, Act, State
from persona.errors import Broken, Conflict, Refused, Transient
from persona.keys import Key
from persona.memory import documents, tombstones
from persona.model import FORMAT, Address, Event
from persona.ports import ABSENT, Check, Delete, Ports, Put, Row, Store, Update, Write, equals
from persona.seal import seal, unseal

LEASE = 45.0
"""Seconds; longer than any function that sends may run (reliability: lease > timeout)."""
UNTRIED = equals("tries", 0)
SEALED = ("text", "thread", "detail", "reason", "address")
WISHED = ("wish", "result")
"""Sealed too, where an act has them."""


def put(ports: Ports, act: Act) -> Write:
    """The write that opens a new act; one that exists already makes the commit fail."""
    return Put(keys.act(act.function, act.lane, "OPEN", act.after), row_of(ports, act), ABSENT)


def row_of(ports: Ports, act: Act) -> Row:
    """An act as stored: what the outbox needs in the clear, words and addresses sealed."""
    content = asdict(act)
    hidden = {name: content.pop(name) for name in SEALED}
    hidden |= {name: found for name in WISHED if (found := content.pop(name))}
    sealed = seal(ports, f"lane:{act.lane}", act.id, hidden)
    row: Row = {"v": FORMAT, **content, "sealed": sealed}
    if not act.open:
        row.pop("due")
    return row


def open_row(ports: Store, row: Row) -> Act:
    """Raises Broken for an act of a newer format."""
    if row["v"] > FORMAT:
        raise Broken(f"act of format {row['v']}; this code knows up to {FORMAT}")
    fields: dict[str, Any] = {k: v for k, v in row.items() if k not in ("v", "sealed")}
    context = ids.derive("act", fields["function"], fields["lane"], fields["after"])
    hidden: dict[str, Any] = unseal(ports, f"lane:{fields['lane']}", context, row["sealed"])
    fields.setdefault("due", 0.0)
    hidden["address"] = Address(**hidden["address"])
    return Act(**fields, **hidden)


def unfinished(ports: Ports, function: str, lane: str) -> list[tuple[Key, Act]]:
    """Open acts and untold outcomes of one function and lane, in the order of their commits."""
    rows = ports.table.query(keys.unfinished_acts(function, lane), limit=100)
    found: list[tuple[Key, Act]] = []
    for key, row in rows:
        try:
            found.append((key, open_row(ports, row)))
        except (Broken, Refused):  # of a newer format, or its key is destroyed
            _park(ports, key, row)
    return found


def _park(ports: Ports, key: Key, row: Row) -> None:
    """Sets an act aside that this code cannot open: kept as it is, no longer due."""
    parked = {name: value for name, value in row.items() if name != "due"}
    if "due" in row:
        ports.table.commit([Put(key, parked, equals("attempt", row.get("attempt", "")))])


def claim(
    ports: Ports, at: Key, attempt: str, known: Act | None = None, behind: Iterable[Key] = ()
) -> tuple[Act, Row | None]:
    """Takes an open act for one attempt; returns it as it stands then, and its gate's row.

    What is halted for everybody is read along, where it is not known freshly.

    The condition is what is known of it: untried, or the attempt that was read, so that taking
    over from a dead worker is a compare-and-swap too; and nothing of `behind` may still be open.
    Raises Conflict when another worker moved first. A failed claim is told apart by the read
    after it, since it may be our own whose answer was lost.
    """
    lease = ports.clock.now() + LEASE
    when, tries = (equals("attempt", known.attempt), known.tries) if known else (UNTRIED, 0)
    held: Row = {"state": "sending", "attempt": attempt, "alone": attempt, "tries": tries + 1}
    claimed = Update(at, {**held, "lease": lease, "due": lease}, when)
    with suppress(Conflict):
        ports.table.commit([claimed, *(Check(before, ABSENT) for before in behind)])
    gate, now = keys.gate(lane_of(at)), ports.clock.now()
    watched = ports.halts.wanted(now)
    rows = ports.table.get([at, gate, *watched])
    ports.halts.take(watched, rows, now)
    if rows.get(at, {}).get("attempt") != attempt:
        raise Conflict("another worker has it")
    try:
        return open_row(ports, rows[at]), rows.get(gate)
    except (Broken, Refused) as error:
        _park(ports, at, rows[at])
        raise Conflict("an act that cannot be opened") from error


def lane_of(at: Key) -> str:
    """The lane of an act's key."""
    return at.partition.split("#")[2]


def knock(ports: Ports, act: Act) -> None:
    """Has the holder of this act look for more when it ends. Raises Conflict where it has ended."""
    key = keys.act(act.function, act.lane, "OPEN", act.after)
    ports.table.commit([Update(key, {"alone": ""}, equals("attempt", act.attempt))])


def postpone(ports: Ports, act: Act, due: float, state: str = "pending") -> None:
    """Gives a claimed act back until `due`: proven unsent (pending), or not yet known (sending).

    A pending act loses its attempt, so that a late worker cannot end it.
    """
    attempt = "" if state == "pending" else act.attempt
    held = "pending" if state == "pending" else "sending"
    later = replace(act, state=held, attempt=attempt, alone=attempt)
    later = replace(later, due=due, lease=due)
    key = keys.act(act.function, act.lane, "OPEN", act.after)
    ports.table.commit([Put(key, row_of(ports, later), equals("attempt", act.attempt))])


def end(ports: Ports, act: Act, ended: Act, untold: bool) -> bool:
    """Moves an act to its end, in one commit; `untold` keeps it due until its lane has the outcome.

    Returns whether somebody knocked. Raises Conflict where this attempt no longer holds the act.
    """
    row = row_of(ports, ended)
    stage = "OUT" if untold else "DONE"
    if untold:
        row["due"] = ports.clock.now()
    at = keys.act(act.function, act.lane, "OPEN", act.after)
    writes: list[Write] = [Put(keys.act(act.function, act.lane, stage, act.after), row)]
    if ended.provider_id:
        pointer = {"v": FORMAT, "after": act.after}
        writes.append(Put(keys.provider(act.function, act.lane, ended.provider_id), pointer))
    try:
        ports.table.commit([Delete(at, equals("alone", act.attempt)), *writes])
    except Conflict:
        if ports.table.get([at]).get(at, {}).get("attempt") != act.attempt:
            raise
        ports.table.commit([Delete(at, equals("attempt", act.attempt)), *writes])
        return True
    return False


def told(ports: Ports, act: Act) -> None:
    """The lane has the outcome: the act is over."""
    out = keys.act(act.function, act.lane, "OUT", act.after)
    done = keys.act(act.function, act.lane, "DONE", act.after)
    over = replace(act, result={})
    ports.table.commit(
        [Delete(out, equals("attempt", act.attempt)), Put(done, row_of(ports, over))]
    )


REDACTED = "(forgotten)"
REDACT_AGAIN = 30.0


def to_redact(ports: Ports, lane: str, version: int, sent: Iterable[tuple[str, int, str]]) -> Write:
    """The write that has the sweeper take the text out of what was sent, for sure.

    `sent` says by which surface, by the turn of which version, and by which lane's acts.
    """
    named = [list(one) for one in sent]
    row: Row = {"v": FORMAT, "lane": lane, "sent": named, "due": ports.clock.now()}
    return Put(keys.redaction(lane, version), row)


def is_redacting(ports: Ports, lane: str, version: int) -> bool:
    """Whether anything that was sent is still to be redacted, up to what this version forgot."""
    rows = ports.table.query(keys.redactions(lane), limit=1)
    return any(key <= keys.redaction(lane, version) for key, _ in rows)


def redact(ports: Ports, key: Key, row: Row) -> None:
    """Redacts what has ended, and comes again for what is still on its way."""
    still_open = False
    for function, version, *more in row["sent"]:
        lane, after = (more or [row["lane"]])[0], f"{ids.ordered(version)}#"
        for stage in ("OPEN", "OUT"):
            still_open |= bool(ports.table.query(keys.act(function, lane, stage, after)))
        found = ports.table.query(keys.act(function, lane, "DONE", after))
        acts = [(at, open_row(ports, one)) for at, one in found]
        held = [(at, act) for at, act in acts if act.text != REDACTED]
        if held:
            _drop_made(ports, [act for _, act in held if act.wish])
            clean = [(at, _redacted(act)) for at, act in held]
            stands = equals("v", FORMAT)
            ports.table.commit([Put(at, row_of(ports, act), stands) for at, act in clean])
    if still_open:
        ports.table.commit([Put(key, {**row, "due": ports.clock.now() + REDACT_AGAIN})])
    else:
        ports.table.commit([Delete(key)])


def _redacted(act: Act) -> Act:
    """Without what it said; what a surface needed to answer may quote too: a mail's subject.

    Of a wish nothing is left, nor where it went: that stood in the words as well.
    """
    bare = replace(act, text=REDACTED, thread="", detail={})
    if not act.wish:
        return bare
    nowhere = Address(act.address.surface, "")
    return replace(bare, wish={}, result={}, reason="", address=nowhere)


def _drop_made(ports: Ports, acts: Iterable[Act]) -> None:
    """Documents go with the words by which they were saved."""
    for act in acts:
        for name in documents.saved_by(ports.blobs, act.home, act.id):
            tombstones.drop_blob(ports, name)


def report(ports: Ports, event: Event, lane: str, status: str) -> list[Write]:
    """The writes for a provider's late report on one act to this address; a state never moves back.

    The act is named by its place where the report carries that, else by the provider's id. What a
    capability was to do and failed after all is told like any outcome. Raises Transient while the
    act is still being recorded.
    """
    function, after = (
        event.detail.get("function", event.address.surface),
        event.detail.get("act", ""),
    )
    if not after:
        pointer_key = keys.provider(function, lane, event.target)
        pointer = ports.table.get([pointer_key]).get(pointer_key)
        if pointer is None:
            return []
        after = pointer["after"]
    stages = {s: keys.act(function, lane, s, after) for s in ("OPEN", "OUT", "DONE")}
    rows = ports.table.get(stages.values())
    if not rows:
        return []
    if stages["DONE"] not in rows:
        raise Transient("the act is not yet recorded")
    act = open_row(ports, rows[stages["DONE"]])
    if act.address != event.address or status not in ORDER or ORDER[status] <= ORDER[act.state]:
        return []
    stood = equals("state", act.state)
    if not (act.wish and status == "failed"):
        moved = replace(act, state=cast("State", status))
        return [Put(stages["DONE"], row_of(ports, moved), stood)]
    why = event.detail.get("reason") or "the carrier could not deliver it"
    row = {**row_of(ports, replace(act, state="failed", reason=why)), "due": ports.clock.now()}
    return [Delete(stages["DONE"], stood), Put(stages["OUT"], row)]
