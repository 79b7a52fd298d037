"""What to do about an event, by its kind: each answer is a value, and nothing has happened yet."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from persona import keys, plan_commands
from persona.acts import (
    approval,
    awaited,
    effects,
    grants,
    limits,
    starting,
    telling,
    textures,
    wishes,
)
from persona.acts.policy import EXPOSED
from persona.decision import Decision
from persona.memory import evidence, forget, tombstones
from persona.memory.standing import Standing
from persona.mind import aside, believing, consenting, elsewhere, linking, outcomes, signing_in
from persona.mind.commands import is_plain, parse, tells
from persona.mind.think import think, think_about, think_on
from persona.mind.wishing import heard
from persona.mind.words import when, where
from persona.mind.zones import is_zone, named_zone
from persona.model import Address, Event, Evidence, message_id, shortened
from persona.people import consent
from persona.ports import Ports, Row

HELD = (
    "You are faster than I am: I take at most {most} turns a minute here. "
    "The rest waits and will be answered."
)
PACED = (
    "I write at most {most} automatic messages an hour to one address, and this is the last one. "
    "The rest waits and will be answered."
)
UNPROVEN = (
    "Your mail arrived, but its sender could not be verified, so I answer as to a stranger: "
    "I do not open anybody's memory for it."
)
UNDELIVERED = "(An earlier message of mine could not be delivered.)"
WITHHELD = "(An answer of mine was for you alone, and others could read there: I held it back.)"
UNLINKED = "(Something went wrong with your link: nothing was changed. Please start again.)"
MISSED = "(I was halted for a while by whoever runs me, and answered nothing meanwhile.)"
MOST_NOTE = 500
"""Characters of what is told later."""
HALTED = "I have stopped. Nothing more comes from me until you say start."
RESUMED = "I am back. What I held back while stopped stays unsent."
ZONE = "Noted: your time zone is {zone}."
NO_ZONE = "I know no time zone {name}. In private, name one like Europe/Zurich."
FAILED = "I could not work on your last message. It is kept; please say it once more, differently."


def on(standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool) -> Decision:
    """The decision on a burst of one kind. Raises what reading raises, never what thinking does."""
    ports = _in_their_time(standing, events[0], ports)
    match events[0].kind:
        case "message":
            return _on_message(standing, events, ports, reflex_only)
        case "halt" | "resume":
            return _on_gate(standing, events[0], ports)
        case "copy":
            return Decision(mind="none")
        case "edit" | "delete":
            return _on_change(standing, events[0], ports)
        case "outcome":
            if events[0].detail.get("shown"):
                return _on_done(standing, events[0], ports, reflex_only)
            return _on_outcome(events[0], ports)
        case "status":
            return _on_status(standing, events[0])
        case "link" | "suggestion":
            return linking.told(standing, events[0], ports)
        case "press" if standing.is_silent:
            return Decision(mind="none")
        case "press" if events[0].detail.get("press") in starting.PRESSES:
            return starting.pressed(standing, events[0], ports)
        case "press":
            decision = approval.pressed(standing, events[0], ports)
            return _with_plans(standing, events, decision, ports)
        case "expiry":
            decision = approval.expired(standing, events[0], ports)
            return _with_plans(standing, events, decision, ports)
        case "timer":
            think = partial(think_on, standing, events[0], ports)
            return awaited.on_time(standing, events[0], ports, think)
        case "review":
            from persona import reviewing  # rare, and it brings much of its own

            return reviewing.on_time(standing, events[0], ports, reflex_only)
        case "signin":
            return _on_signin(standing, events[0], ports)
        case "leave" | "restore":
            return _on_leaving(standing, events[0], ports)


def _in_their_time(standing: Standing, event: Event, ports: Ports) -> Ports:
    """The same ports, with the clock of the person's own time zone where that is known."""
    told = event.detail.get("zone", "") if not standing.head.zone_said else ""
    zone = (told if is_zone(told) else "") or standing.head.zone
    if not zone or zone == ports.settings.timezone or standing.is_shared:
        return ports
    return ports.but(settings=replace(ports.settings, timezone=zone))


def failing(events: Sequence[Event]) -> Decision:
    """The end of an event that failed each time: seen, failed, and told."""
    told = FAILED if events[0].kind == "message" and events[0].addressed else ""
    return Decision(reply=told, mind="none", failed=True)


def _on_message(
    standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool
) -> Decision:
    if not _is_addressed(standing, events):
        return Decision(mind="none")
    if standing.halted:
        return Decision(mind="none", untold="" if standing.gate.halted else MISSED)
    now = ports.clock.now()
    free, why = _free_at(standing, events, now, ports)
    if free > now:
        first = standing.head.waiting == 0
        return Decision(mind="none", wait_until=free, reply=why if first else "")
    decision = _answer(standing, events, ports, reflex_only)
    decision = _with_plans(standing, events, decision, ports)
    reply = decision.reply
    if reply and standing.head.untold:  # what went wrong is told where the answer goes
        reply = "\n".join([*dict.fromkeys(standing.head.untold), reply])
    greets = bool(reply) and not standing.head.greeted
    if greets:
        reply = f"{reply}\n{_first_words(ports)}"
    return replace(decision, reply=reply, told=bool(reply), greets=greets)


def _answer(
    standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool
) -> Decision:
    if standing.place_is_unproven:
        return Decision(reply=UNPROVEN, mind="none")
    unreadable = events[-1].detail.get("unreadable")
    if unreadable:
        return Decision(reply=f"I cannot read this: {unreadable}. Please send it as plain text.")
    by_code = (
        _link(standing, events, ports)
        or aside.wish(standing, events)
        or _permit(standing, events, ports)
        or consenting.wish(standing, events, ports)
        or plan_commands.said(standing, events, ports)
        or _zone(standing, events)
        or _ledger(standing, events, ports)
        or believing.said(standing, events, ports)
    )
    if by_code:
        return by_code
    rehearsed = _rehearse(standing, events, ports, reflex_only)
    if rehearsed:
        return rehearsed
    errand = elsewhere.wish(standing, events, ports)
    if isinstance(errand, Decision):
        return errand
    if errand is None:
        answer = _answer_to_plan(standing, events, ports)
        if answer is not None:
            return answer
        decision = think(standing, events, ports, reflex_only)
        return aside.offered(standing, wishes.judged(standing, events, decision, ports))
    if errand.home and _is_full(standing, standing.gate.links[errand.home].address, ports):
        return Decision(reply=elsewhere.CLOSED, mind="none")
    decision = think(standing, errand.events, ports, reflex_only)
    decision = replace(decision, elsewhere=errand.home, note=errand.note)
    return wishes.judged(standing, errand.events, decision, ports)


def _permit(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The answer to a question, or to what may be done without one, where the words are such."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None:
        return None
    if command.verb in ("approve", "deny"):
        return approval.said(standing, events[0], command.verb, command.rest, ports)
    if command.verb == "questions":
        return approval.waiting(standing, ports)
    if command.verb in ("grants", "revoke", "switch off", "switch on"):
        return grants.said(standing, command.verb, command.rest, ports)
    return None


def _rehearse(
    standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool
) -> Decision | None:
    """What would become of the words after `dry run:`; nothing of it is done."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb != "dry run":
        return None
    meant = [replace(events[0], words=command.rest)]
    return wishes.rehearsed(standing, meant, think(standing, meant, ports, reflex_only), ports)


def _ledger(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The last things done for this person, where these words ask for them."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb != "ledger":
        return None
    return effects.told(
        standing, ports, lambda at: when(at, ports), lambda surface: where(surface, ports)
    )


def _zone(standing: Standing, events: Sequence[Event]) -> Decision | None:
    """What zone the person says is theirs."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb != "zone":
        return None
    zone = named_zone(command.rest)
    if not zone or standing.is_shared:
        return Decision(reply=NO_ZONE.format(name=command.rest), mind="none")
    return Decision(reply=ZONE.format(zone=zone), mind="none", zone=zone)


def _answer_to_plan(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """What plain words answer that a plan asked here; a choice that was left open goes first."""
    said = [one.words for one in events]
    is_answer = all(is_plain(words) and heard(words, ports) is None for words in said)
    is_choice = standing.head.asking.get("what") not in (None, "plan", "told", "disputed")
    if is_choice or not is_answer or standing.is_shared:
        return None
    return awaited.answer(standing, events, ports)


def _with_plans(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> Decision:
    """The decision with the plans moved on for which this turn brings what they wait for."""
    if standing.is_shared or standing.place_is_unproven:
        return decision
    ponder = partial(think_on, standing, events[-1], ports)
    if events[0].kind == "message" and all(is_plain(one.words) for one in events):
        decision = awaited.on_words(standing, events, decision, ports, ponder)
    return awaited.on_answers(standing, events, decision, ports, ponder)


def _link(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """A wish to link or unlink; one may try only so often, whatever comes of it."""
    wished, now = linking.wish(standing, events, ports), ports.clock.now()
    if wished and wished.link.get("verb") in linking.TRIED:
        tries = standing.head.tries
        if limits.free_at(tries, now, limits.MOST_LINKS, limits.HOUR) > now:
            return Decision(reply=linking.OFTEN, mind="none", unheard=wished.unheard)
    return wished


def _on_signin(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A code for a browser counts as a try to link; what is above the limit gets no answer."""
    decision, now = signing_in.answer(standing, event, ports), ports.clock.now()
    is_try = decision.link.get("verb") in linking.TRIED
    if is_try and limits.free_at(standing.head.tries, now, limits.MOST_LINKS, limits.HOUR) > now:
        return Decision(mind="none")
    return decision


def _is_addressed(standing: Standing, events: Sequence[Event]) -> bool:
    """Spoken to, or said in a thread in which the persona already takes part."""
    return any(event.addressed or event.thread in standing.joined for event in events)


def _free_at(
    standing: Standing, events: Sequence[Event], now: float, ports: Ports
) -> tuple[float, str]:
    """When this lane may take the turn and this address another message, and what to say if later.

    Of the messages that an address may get in an hour the last one is kept for saying so.
    """
    head, address = standing.head, events[0].address
    most = ports.settings.turns_a_minute
    free, why = limits.free_at(head.times, now, most, limits.MINUTE), HELD.format(most=most)
    paced = ports.surfaces[address.surface].paced
    if paced:
        sent = head.paced.get(str(address), [])
        next_one = limits.free_at(sent, now, paced - 1, limits.HOUR)
        free, why = (next_one, PACED.format(most=paced)) if next_one > free else (free, why)
    was_waiting = any(standing.seen.get(event.id, {}).get("state") == "waiting" for event in events)
    if head.waiting and not was_waiting and free <= now:
        return now + 0.5, ""  # what came first is answered first
    return free, why


def _is_full(standing: Standing, address: Address, ports: Ports) -> bool:
    """Whether an address has had its automatic messages of this hour."""
    now = ports.clock.now()
    return telling.paced_until(standing, address, now, ports) > now


def _first_words(ports: Ports) -> str:
    return (
        f"(I am {ports.identity.name}. I remember what you tell me: “what do you know about me” "
        "shows it, “forget …” deletes it.)"
    )


def _on_gate(standing: Standing, event: Event, ports: Ports) -> Decision:
    """Halted or resumed already; where the carrier confirms it, the persona keeps quiet of it."""
    is_quiet = ports.surfaces[event.address.surface].quiet_stop
    if event.kind == "resume":
        missed = awaited.meanwhile(standing, ports)
        back = "" if is_quiet else RESUMED
        return replace(missed, reply="\n\n".join(filter(None, [back, missed.reply])))
    if is_quiet:
        return Decision(mind="none")
    return Decision(reply=HALTED, mind="none", notice=True)


def _on_change(standing: Standing, event: Event, ports: Ports) -> Decision:
    """An edit renews the kept words, a deletion forgets them; neither is answered."""
    known = keys.seen(standing.place.home, event.target)
    row = ports.table.get([known]).get(known)
    if row and row["state"] == "waiting":
        return Decision(mind="none", amends=event)
    found = [one for one in _kept(standing, event, row, ports) if one.author == str(event.author)]
    if event.kind == "delete":
        is_early = row is None and not found
        target = message_id(event.target) if is_early else ""
        return Decision(mind="none", forgets=tuple(found), buries=target)
    return Decision(
        mind="none", rewrites={one.id: (event.words, tells(event.words)) for one in found}
    )


def _kept(standing: Standing, event: Event, row: Row | None, ports: Ports) -> Sequence[Evidence]:
    """What is kept of the message that an edit or deletion is about; the seen mark may be gone."""
    home, target = standing.place.home, message_id(event.target)
    if row is None:
        known = ports.indexes.open(standing, ports).everything()
    else:
        turn = evidence.read_turn(ports, home, row["turn"])
        known = evidence.evidence_of(turn) if turn else []
    return [one for one in known if one.id == target and one.home == home]


def _on_leaving(standing: Standing, event: Event, ports: Ports) -> Decision:
    """Words that go with their author, who was erased; or that were forgotten before a restore."""
    found = [
        one
        for turn in forget.evidence_in(standing, ports)
        for one in evidence.evidence_of(turn)
        if (event.kind == "leave" and one.author == str(event.author))
        or (event.kind == "restore" and tombstones.went(ports, one))
    ]
    return Decision(mind="none", forgets=tuple(found))


def _on_done(standing: Standing, event: Event, ports: Ports, reflex_only: bool) -> Decision:
    """What became of a wish, told at once; what was read goes to the mind that asked for it.

    During a halt it is told with the next answer, but not one by one what the person's own stop
    held back: starting again says so.
    """
    told = outcomes.told(standing, event, ports)
    ponder = partial(think_on, standing, event, ports)
    moved = awaited.on_outcome(standing, event, told, ports, ponder)
    if moved is not None:
        return moved
    if standing.halted:
        is_known = event.detail.get("reason", "") == f"halted: {standing.gate.halted_by_word}"
        note = "" if is_known else shortened(f"({told.reply})", MOST_NOTE)
        return replace(told, reply="", untold=note)
    if reflex_only or not outcomes.is_read(event, ports):
        return told
    decision = think_about(standing, event, told, ports)
    return wishes.judged(standing, [event], decision, ports)


def _on_outcome(event: Event, ports: Ports) -> Decision:
    """Of messages that did not arrive the person hears on the next occasion, never by a repeat."""
    state, reason = event.detail.get("state", ""), event.detail.get("reason", "")
    if event.detail.get("function") == "link":
        return Decision(mind="none", untold=UNLINKED if reason not in QUIET else "")
    if event.detail.get("function") == textures.FUNCTION:
        return Decision(mind="none")
    suppress = {str(event.address): reason} if reason in consent.REPORTED else {}
    if reason == EXPOSED:
        alone = ports.surfaces[event.address.surface].aside
        is_somebody = alone is None or bool(alone(event.address))
        return Decision(mind="none", untold=WITHHELD if is_somebody else "")
    if state == "failed" and reason in QUIET:
        return Decision(mind="none", suppress=suppress)
    note = (
        "(I do not know whether my last message reached you; I have not sent it twice.)"
        if state == "unknown"
        else UNDELIVERED
    )
    return Decision(mind="none", suppress=suppress, untold=note)


def _on_status(standing: Standing, event: Event) -> Decision:
    """A carrier's late report: the act moves forward, and a closed number is not tried again.

    The act may be another lane's, where a link came or went meanwhile: that lane moves it, and
    the one that has the address now heeds the rest.
    """
    status, reason = event.detail.get("status", ""), event.detail.get("reason", "")
    suppress = {str(event.address): reason} if reason in consent.REPORTED else {}
    is_reply = "function" not in event.detail  # of a wish its outcome tells
    untold = UNDELIVERED if status == "failed" and is_reply else ""
    place = standing.place
    if place.home not in standing.gate.homes:
        return Decision(mind="none", status=(status, event.target))
    if event.reported_lane not in ("", place.lane):
        return Decision(mind="none", suppress=suppress, untold=untold)
    return Decision(mind="none", status=(status, event.target), suppress=suppress, untold=untold)


QUIET = frozenset({"halted", "unlinked", "erased"}) | (consent.SHUT - {consent.REVOKED})
"""Reasons that the person caused, or will notice, and needs no telling of."""
