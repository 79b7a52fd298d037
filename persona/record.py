"""One decision as one atomic commit: the only place where a turn becomes rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from persona import headway, keys
from persona.acts import (
    closing,
    costs,
    entries,
    forgotten,
    grants,
    handover,
    held,
    ledger,
    openings,
    outbox,
    questions,
    replies,
    starting,
    textures,
    wished,
    wishes,
)
from persona.acts.policy import Facts, Verdict, judge_reply
from persona.decision import Act, Decision
from persona.memory import evidence, failures, forget, notes, plans, segments, tombstones, walls
from persona.memory.standing import Standing, head_row, recent_row
from persona.memory.taint import taint
from persona.mind.commands import parse, tells
from persona.model import FORMAT, Audience, End, Event, Note, Said, Turn, readable, shortened
from persona.people import consent
from persona.ports import ABSENT, Check, Delete, Ports, Put, Row, Update, Write, equals

SEEN_DAYS = 30
"""Longer than any path that delivers again: 14 days in a lane, 14 more as a dead letter."""
DAY = 86_400.0
MOST_REPLY = 40_000
"""Characters of one reply, so that it fits one commit; what is cut shows that it is."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The writes of one turn, and what they mean for the worker that makes them.

    `behind` names the acts that must have ended before the first of `acts`; None where only a
    look at the table can tell. `aside` are acts for others than the address that spoke: what the
    turn wishes of functions that send nothing, and a reply that goes elsewhere. `notes` are what
    it keeps on purpose; `moved` are the plans that it begins, moves on or ends, a home and an id.
    """

    writes: list[Write]
    acts: tuple[Act, ...]
    turn: Turn | None
    behind: tuple[str, ...] | None = None
    aside: tuple[Act, ...] = ()
    notes: tuple[Note, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


def record(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    ports: Ports,
    end: End | None = None,
) -> Commit:
    """Seen marks, head, gate, turn, recent turn, ledger, acts, forgetting: all of it or nothing.

    `end` is where the reply goes if not to the address that spoke.
    """
    version = standing.next_version
    decision = replace(decision, reply=shortened(readable(decision.reply), MOST_REPLY))
    verdict = _verdict(standing, events, decision)
    if verdict.decision == "deny":  # what may not be said is not said: no act, and no turn holds it
        decision = _unsaid(decision, verdict)
    decision = costs.affordable(standing, decision, (end or events[-1]).address, ports)
    gone = forgotten.resting_on(standing, decision, ports)
    decision = replace(decision, answers=(*decision.answers, *forgotten.withdrawn(gone)))
    wanted = _wishes(standing, events, decision, ports)
    rests = replies.Rests(
        _written_for(standing, events, decision), walls.high_water(events, decision)
    )
    acts, away = replies.acts(standing, events, decision, version, ports, end, rests)
    turn = _turn(standing, events, decision, wanted, ports)
    writes = [_seen(standing, event, decision, version, ports) for event in events]
    writes += held.hold(standing, events, decision.wait_until, ports)
    writes += _memory_writes(standing, events, decision, turn, ports)
    writes += textures.writes(standing, events, decision, turn, ports)
    kept = tuple(notes.committed(note, version) for note in decision.noted(turn))
    writes += [notes.put(ports, note) for note in kept]
    closed = closing.acts(standing, events, decision, version, ports)
    replaced = starting.replaced(standing, events[-1], decision, closed, ports)
    carried = starting.carried(decision, (*acts, *away), ports)
    writes += [plans.write(ports, plan) for plan in carried]
    writes += [plans.drop(plan) for plan in decision.over]
    aside = (*away, *wanted, *replaced, *textures.acts(standing, events, turn, ports))
    writes += [outbox.put(ports, act) for act in (*acts, *aside)]
    writes += questions.opened(standing, events, decision.wishes, (*acts, *away), ports)
    writes += questions.answered(decision.answers, events[0], ports)
    writes += forgotten.writes_to_drop(gone, ports)
    moved = _status_writes(standing, events[0], decision, ports)
    writes += moved
    if not moved:  # a report that came late tells nothing new
        decision = replace(decision, untold="" if decision.status[0] else decision.untold)
    writes += openings.writes(standing, events, decision, turn, wanted, ports)
    writes += held.amend(standing, decision.amends, ports)
    writes += held.leave(standing, events[0], ports)
    head = headway.next_head(standing, events, decision, turn, (*acts, *away), ports)
    lane = standing.place.lane
    if not decision.is_silent:  # those are counted in the head alone
        entry = _entry(standing, events, decision, verdict, (*acts, *aside), ports)
        head = replace(head, ledger=entry["hash"])
        writes.append(Put(keys.ledger(lane, version), entry))
    writes += [
        Put(keys.head(lane), head_row(ports, lane, head), standing.head_condition),
        _gate_write(standing, events, decision, ports.clock.now()),
    ]
    behind, moved = _behind(standing, acts, ports), tuple(keys.plans_of(w.key for w in writes))
    return Commit(writes, acts, turn, behind, aside, kept, moved)


def _unsaid(decision: Decision, verdict: Verdict) -> Decision:
    """What is left of a decision that may not be answered: a no stands, and time goes on."""
    if decision.wishes:  # what else moves a plan is the person's own word, or time that passed
        decision = replace(decision, plans=(), over=())
    noes = tuple(one for one in decision.answers if not one.is_yes)
    denied = wishes.denied(decision.wishes, verdict)
    looked = replace(decision.looked, told=()) if decision.looked else None
    decision = replace(decision, reply="", told=False, link={}, aside="", looked=looked)
    return replace(decision, wishes=denied, answers=noes, grants=())


def _entry(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    verdict: Verdict,
    acts: Sequence[Act],
    ports: Ports,
) -> Row:
    """The turn's entry in the ledger."""
    done, closed = [act for act in acts if act.wish], _closed(standing, events, decision)
    told = entries.told(standing, events, decision, done, closed, ports)
    refused = [verdict.reason] if verdict.decision == "deny" else []
    before, version = standing.head.ledger, standing.next_version
    return ledger.entry(before, version, ports.clock.now(), events, acts, refused, told)


def _behind(standing: Standing, acts: Sequence[Act], ports: Ports) -> tuple[str, ...] | None:
    """The act before these to the same address, and the note that may have gone ahead of them."""
    tails = standing.head.tails
    if not acts or tails is None:
        return None
    address = str(acts[0].address)
    if address not in tails and len(tails) >= headway.MOST_TAILS:
        return None
    note = (_note_name(acts[0].after),) if ports.models else ()
    return ((tails[address],) if address in tails else ()) + note


def _note_name(after: str) -> str:
    """How the working note is called that goes ahead of a turn's acts."""
    return after[:-2] + "00"


def _seen(
    standing: Standing, event: Event, decision: Decision, version: int, ports: Ports
) -> Write:
    row: Row = {
        "v": FORMAT,
        "state": _seen_state(standing, event, decision),
        "turn": version,
        "expires": ports.clock.now() + SEEN_DAYS * DAY,
    }
    key = keys.seen(standing.place.home, event.id)
    return Put(key, row, standing.seen_condition(event))


def _seen_state(standing: Standing, event: Event, decision: Decision) -> str:
    if decision.wait_until:
        return "waiting"
    if decision.failed:
        return "failed"
    is_overheard = event.kind == "message" and not event.addressed and not decision.reply
    return "overheard" if is_overheard else "turn"


def _turn(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    wanted: Sequence[Act],
    ports: Ports,
) -> Turn | None:
    """What was said in this turn, as it will be remembered; None where nothing was."""
    first, home, lane = events[0], standing.place.home, standing.place.lane
    version = standing.next_version
    if decision.unheard:
        return None
    said = [] if decision.wait_until else [_said(e, decision) for e in events if e.kind in _SPOKEN]
    if decision.reply:
        id, now = evidence.reply_id(home, version), ports.clock.now()
        spoken = standing.gate.links[decision.elsewhere].address if decision.elsewhere else None
        where = (spoken or first.address).surface
        said.append(Said(id, "persona", decision.reply, where, now, tells=False))
        if spoken and decision.note:
            surface, note = first.address.surface, evidence.reply_id(home, version, "note")
            said.append(Said(note, "persona", decision.note, surface, now, tells=False))
    led = tuple(dict.fromkeys(act.function for act in wanted if act.wish))
    if not said and not led:  # a plan's step acts, and its turn says nothing
        return None
    return Turn(
        version=version,
        number=standing.head.spoken + 1,
        home=home,
        surface=first.address.surface,
        thread=first.thread,
        author=str(first.author),
        at=ports.clock.now(),
        said=tuple(said),
        recalled=_rests(f"{home}/{version}", events, decision),
        mind=decision.mind,
        kept=any(not note.contests for note in decision.notes),
        blobs=() if decision.forgets else tuple(e.blob for e in events if e.blob),
        lane="" if standing.gate.own_lane(home, lane) == lane else lane,
        audience=first.audience,
        sensitivity=walls.high_water(events, decision),
        tainted=taint(events, decision),
        acts=led,
        failed=failures.before(standing, events, decision, ports.clock.now()),
        manner=decision.manner,
    )


def _rests(own: str, events: Sequence[Event], decision: Decision) -> tuple[str, ...]:
    """The turns whose words the reply may repeat: what it recalled, and what led to its wishes."""
    closed = (one.wish for one in decision.answers if one.state != questions.FORGOTTEN)
    judged = (*decision.wishes, *closed)
    led = [one for wish in judged for one in wish.facts.get("rests", ())]
    told = [one for event in events for one in wished.rests_of(event)]
    found = [*(one.pointer for one in decision.recalled), *decision.rests, *led, *told]
    return tuple(dict.fromkeys(one for one in found if "/" in one and one != own))


_SPOKEN = ("message", "copy", "halt", "resume")


def _said(event: Event, decision: Decision) -> Said:
    """The person's message; a wish to forget that was granted does not keep what it named."""
    words, is_told = event.words, event.kind in ("message", "copy") and tells(event.words)
    command = parse(words)
    if decision.forgets and command is not None and command.verb == "forget":
        words = "forget \u2026"
    return Said(event.message_id, "person", words, event.address.surface, event.at, is_told)


def _memory_writes(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    turn: Turn | None,
    ports: Ports,
) -> list[Write]:
    lane, writes = standing.place.lane, list[Write]()
    leaver = events[0].leaver
    if decision.forgets or decision.rewrites or leaver:
        gone = [one.id for one in decision.forgets]
        changes, touched = forget.writes_for(standing, ports, gone, decision.rewrites, leaver)
        writes += changes
        if touched:
            sent = [
                (function, t.version, t.lane or _own_lane(standing, t))
                for t in touched
                for function in dict.fromkeys(
                    [
                        *(s.surface for s in t.said if s.author == "persona"),
                        *([handover.FUNCTION] if standing.is_shared else ()),
                        *t.acts,
                    ]
                )
            ]
            writes.append(outbox.to_redact(ports, lane, standing.next_version, sent))
            said = [event.blob for event in events if event.blob]  # the wish names the words too
            writes += forget.to_prove(standing, touched, standing.next_version, ports, said)
    if decision.buries:
        home, now = standing.place.home, ports.clock.now()
        writes.append(tombstones.write(home, tombstones.early(ports, home, decision.buries, now)))
    if decision.amends:
        writes += forget.to_prove(standing, (), standing.next_version, ports)
    for event in events:  # overheard first, asked now: one post, one place in the conversation
        before = standing.seen.get(event.id, {})
        if before.get("state") == "overheard":
            home, version = standing.place.home, before["turn"]
            writes += [
                Delete(keys.turn(home, version)),
                *segments.renew(ports, home, {version: None}),
            ]
    if turn is None:
        return writes
    rejected = {"notes_rejected": decision.rejected} if decision.rejected else {}
    row = evidence.turn_row(ports, turn, ports.identity.stamp, {**decision.cost, **rejected})
    writes.append(Put(keys.turn(turn.home, turn.version), row))
    if events[0].kind == "copy" or not turn.said:  # it was said in another conversation, or nowhere
        return writes
    recent = Put(keys.recent(lane, turn.number), recent_row(ports, lane, turn))
    writes = [*(w for w in writes if w.key != recent.key), recent]
    if standing.is_shared and decision.reply and turn.thread not in standing.joined:
        expires = ports.clock.now() + SEEN_DAYS * DAY
        writes.append(Put(keys.thread(lane, turn.thread), {"v": FORMAT, "expires": expires}))
    return writes


def _own_lane(standing: Standing, turn: Turn) -> str:
    return standing.gate.own_lane(turn.home, standing.place.lane)


def _verdict(standing: Standing, events: Sequence[Event], decision: Decision) -> Verdict:
    last, gate = events[-1], standing.gate
    facts = Facts(
        halted=bool(standing.halted),
        notice=decision.notice and not standing.halts.hub,
        suppressed=_still_suppressed(standing, events),
        home_is_here=standing.place.home in gate.homes,
        written_for=_written_for(standing, events, decision),
        heard_by=last.audience,
    )
    return judge_reply(facts)


def _written_for(standing: Standing, events: Sequence[Event], decision: Decision) -> Audience:
    """Who may hear the reply: with the place itself, everything that it rests on has a say."""
    home = standing.place.home
    return walls.narrowest(events[-1].audience, home, decision.recalled)


def _wishes(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> tuple[Act, ...]:
    """What the turn wants of other functions: to link, to hand words over, to use capabilities."""
    version, told = standing.next_version, [event for event in events if tells(event.words)]
    link = replies.link_act(standing, events, decision, version, ports)
    given = handover.wish(standing, events, told, decision, ports)
    done = wishes.acts_of(standing, events, decision.wishes, version, ports)
    return (*done, *(one for one in (link, given) if one is not None))


def _still_suppressed(standing: Standing, events: Sequence[Event]) -> str:
    """Why this address gets no answer; some reasons are disproved when its owner writes again."""
    reason = standing.gate.suppressed.get(str(events[-1].address), "")
    is_open = events[-1].kind == "message" and consent.is_disproved(reason)
    return "" if is_open or not consent.closes_answers(reason) else reason


def _closed(standing: Standing, events: Sequence[Event], decision: Decision) -> dict[str, str]:
    """The closed addresses after this turn, each with its reason."""
    gate, address = standing.gate, str(events[-1].address)
    closed = {**gate.suppressed, **decision.suppress}
    if address not in decision.suppress and consent.is_disproved(closed.get(address, "")):
        closed[address] = _still_suppressed(standing, events)
    return {one: reason for one, reason in closed.items() if reason}


def _gate_write(
    standing: Standing, events: Sequence[Event], decision: Decision, now: float
) -> Write:
    """Unchanged since it was read; or, with what this turn closes and reopens, moved by one."""
    gate, key = standing.gate, keys.gate(standing.place.lane)
    suppressed = _closed(standing, events, decision)
    if suppressed == gate.suppressed and not decision.grants and not decision.gate:
        return Check(key, equals("epoch", gate.epoch))
    row = {**gate.row, **decision.gate, "suppressed": suppressed, "epoch": gate.epoch + 1}
    if decision.grants:
        row["grants"] = grants.added(gate, decision.grants, now)
    return Put(key, row, equals("epoch", gate.epoch))


def _status_writes(
    standing: Standing, event: Event, decision: Decision, ports: Ports
) -> list[Write]:
    status, _ = decision.status
    return outbox.report(ports, event, standing.place.lane, status) if status else []


def waiting_moved(standing: Standing, events: Sequence[Event], ports: Ports) -> list[Write]:
    """The commit by which held events go to another lane; no writes where none was held here."""
    held_here = [e for e in events if standing.seen.get(e.id, {}).get("state") == "waiting"]
    if not held_here:
        return []
    lane, home, head = standing.place.lane, standing.place.home, standing.head
    head = replace(head, version=standing.next_version, waiting=head.waiting - len(held_here))
    moved: Row = {"state": "moved"}
    return [
        Put(keys.head(lane), head_row(ports, lane, head), standing.head_condition),
        *(Update(keys.seen(home, e.id), moved, equals("state", "waiting")) for e in held_here),
    ]


def working_note(standing: Standing, event: Event, ports: Ports) -> Commit | None:
    """The commit that says, once for this event, that a long turn is still being thought about.

    None where nothing may be said.
    """
    decision = Decision(reply="I am still working on this.", mind="none")
    if _verdict(standing, [event], decision).decision == "deny":
        return None
    if costs.affordable(standing, decision, event.address, ports) is not decision:
        return None
    rests = replies.Rests(event.audience)
    acts = replies.reply_acts(standing, [event], decision, standing.next_version, ports, rests)
    acts = tuple(replace(act, after=_note_name(act.after)) for act in acts[:1])
    mark = keys.seen(standing.place.home, f"{event.id}#working")
    row: Row = {"v": FORMAT, "state": "told", "expires": ports.clock.now() + SEEN_DAYS * DAY}
    gate = Check(keys.gate(standing.place.lane), equals("epoch", standing.gate.epoch))
    unseen = Check(keys.seen(standing.place.home, event.id), standing.seen_condition(event))
    head = Check(keys.head(standing.place.lane), standing.head_condition)
    writes: list[Write] = [Put(mark, row, ABSENT), gate, unseen, head]
    return Commit([*writes, *(outbox.put(ports, act) for act in acts)], acts, None)
