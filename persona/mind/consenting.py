"""What the person lets be sent to them, in words: closing and opening addresses, quiet hours.

By code and never by a model. What closes an address holds for what nobody asked for and for every
capability; answers to what the person says there still come.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.mind.commands import CLOCK, Command, parse
from persona.mind.words import named, where
from persona.model import Address, Event
from persona.people.consent import (
    ASKED_NOT_TO,
    BY_CARRIER,
    EVERYWHERE,
    OFF,
    ON,
    WEEKEND,
    Consent,
    Quiet,
    follows_up,
    open_quiet,
    plain_quiet,
    told_quiet,
)
from persona.ports import Ports

VERBS = frozenset({"may you", "do not", "may again", "quiet", "follow up", "do not follow up"})
WAYS = {"text": "sms", "sms": "sms", "mail": "email", "e-mail": "email", "email": "email"}
"""What people call a surface, by how the word begins; `slack` is its own name."""
SHARED = "That is between us: say it to me directly, where nobody else reads."
NONE = "I know no address of yours there, so I write to none."
CLOSED = "To {where} I send nothing more but answers to what you say there. “you may {how}” opens it again."
OPENED = "Then I may write to {where} again."
BLOCKED = "{where} is blocked by your carrier: say START from there, and it is open again."
QUIETED = (
    "{rules}, by the clock of {zone}, I send nothing that you did not just ask for. Answers still "
    "come at once."
)
LOUD = "You have no quiet hours any more."
NO_REVIEWS = (
    "Then I come back to nothing by myself any more. What you asked to be reminded of still comes. "
    "“you may follow up” allows it again."
)
REVIEWS = (
    "Then I may come back to what you left open, at most {most} a day. “do not follow up” ends it."
)
UNCLEAR = "I know no such hours. Say it like “quiet hours from 22:00 to 7:00”."


def wish(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The decision on words about what may be sent; None where they are about something else."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb not in VERBS:
        return None
    if standing.is_shared:
        return _say(SHARED)
    if command.verb == "quiet":
        return _quiet(standing, command, ports)
    if command.verb == "do not follow up":
        return replace(_say(NO_REVIEWS), gate={"review": OFF})
    if command.verb == "follow up":
        told = REVIEWS.format(most=_times(ports.settings.reviews))
        return replace(_say(told), gate={"review": ON})
    own = _meant(standing, events[0].address, command.where)
    if command.verb == "may you":
        return _say(_told(standing, own, ports))
    if not own:
        return _say(NONE)
    return (_close if command.verb == "do not" else _open)(standing, own, command, ports)


def _meant(standing: Standing, here: Address, way: str) -> list[Address]:
    """The person's addresses that the words name; all of them where they name no surface."""
    linked = [link.address for link in standing.gate.links.values()]
    known = {str(one): one for one in (here, *linked)}.values()
    surface = _surface(way)
    return [one for one in known if surface in ("", one.surface)]


def _surface(way: str) -> str:
    said = way.casefold()
    named = {**WAYS, "slack": "slack"}
    return next((surface for word, surface in named.items() if said.startswith(word)), "")


def _close(standing: Standing, own: list[Address], command: Command, ports: Ports) -> Decision:
    gate = standing.gate
    closed = {str(one): ASKED_NOT_TO for one in own if str(one) not in gate.suppressed}
    how = {"sms": "text me", "email": "email me"}.get(_surface(command.where), "write to me")
    told = CLOSED.format(where=_listed(own, ports), how=how)
    return replace(_say(told), suppress=closed)


def _open(standing: Standing, own: list[Address], command: Command, ports: Ports) -> Decision:
    """All but what its carrier blocks: that only its owner's start lifts, said there."""
    gate = standing.gate
    blocked = [one for one in own if gate.suppressed.get(str(one)) in BY_CARRIER]
    free = [one for one in own if one not in blocked]
    lines = [OPENED.format(where=_listed(free, ports))] if free else []
    lines += [BLOCKED.format(where=_listed(blocked, ports))] if blocked else []
    opened = {str(one): "" for one in free if str(one) in gate.suppressed}
    return replace(_say("\n".join(lines)), suppress=opened)


def _quiet(standing: Standing, command: Command, ports: Ports) -> Decision:
    if not command.rest:
        return replace(_say(LOUD), gate={"quiet": {}})
    rules = dict(Consent.of(standing.gate.row).quiet)
    surface = _surface(command.where) or EVERYWHERE
    rule = rules.get(surface, Quiet())
    if command.rest.casefold().startswith("weekend"):
        rules[surface] = replace(rule, days=WEEKEND)
    else:
        hours = [_minute(one) for one in re.findall(CLOCK, command.rest, re.IGNORECASE)]
        if len(hours) != 2 or None in hours or hours[0] == hours[1]:
            return _say(UNCLEAR)
        rules[surface] = replace(rule, start=hours[0] or 0, end=hours[1] or 0)
    quiet = {name: plain_quiet(one) for name, one in rules.items()}
    told = QUIETED.format(rules=_rules(rules, ports), zone=ports.settings.timezone)
    return replace(_say(told), gate={"quiet": quiet})


def _minute(text: str) -> int | None:
    """The minute of the day that a clock time names; None for none, such as 25:00."""
    bare = text.casefold().replace(" ", "").replace(".", ":")
    if bare in ("noon", "midnight"):
        return 720 if bare == "noon" else 0
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?(am|pm)?", bare)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    return hour % 24 * 60 + minute if hour <= 24 and minute < 60 else None


def _told(standing: Standing, own: list[Address], ports: Ports) -> str:
    """What stands for each of these addresses, and when it is quiet."""
    gate = standing.gate
    if not own:
        return NONE
    lines = [_line(one, gate.suppressed, ports) for one in own]
    quiet = {name: open_quiet(one) for name, one in gate.row.get("quiet", {}).items()}
    if not follows_up(gate.row):
        lines.append("Of what you left open I write nothing by myself.")
    if quiet:
        lines.append(f"Quiet: {_rules(quiet, ports)}, by the clock of {ports.settings.timezone}.")
    return "\n".join(lines)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _line(one: Address, closed: Mapping[str, str], ports: Ports) -> str:
    reason = closed.get(str(one), "")
    return f"{named(one, ports)}: {f'no, {reason}' if reason else 'yes'}."


def _rules(rules: Mapping[str, Quiet], ports: Ports) -> str:
    told = [
        f"{told_quiet(rule)}{'' if name == EVERYWHERE else f' {where(name, ports)}'}"
        for name, rule in rules.items()
    ]
    return "; ".join(told)


def _listed(own: Sequence[Address], ports: Ports) -> str:
    return ", ".join(named(one, ports) for one in own)


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")
