"""Standing permissions and switches: what a person lets the persona do without asking, and what never.

They stand in the gate, where every act meets them again. A permission is given by an approval
(`approve CODE always`), for one capability and one destination, and belongs to the home where it
was given: it joins and leaves a lane with that home.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from persona.acts.policy import Grant
from persona.decision import Decision, Intent
from persona.declare import Capability
from persona.memory.standing import Gate, Standing
from persona.ports import Ports

TERMS = re.compile(
    r"(?:always|for\s+(?P<count>an?|\d{1,3})\s+(?P<unit>hour|day|week|month)s?"
    r"|until\s+(?P<day>[\w-]+(?:\s+[\w-]+)?))?"
    r"(?:[\s,]*(?:up\s+to\s+|at\s+most\s+)?(?P<a_day>\d{1,3})(?:\s+times|\s*x)?\s+(?:a|per)\s+day)?"
    r"[\s.!]*",
    re.IGNORECASE,
)
HOURS = {"hour": 1, "day": 24, "week": 168, "month": 720}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNCLEAR = (
    "Nothing was approved: I do not understand for how long. Say “approve {code}” for this once, "
    "or after it “always”, “for a week”, “until Friday”, “always, 3 a day”."
)
SHARED = "What I may do for you is said in private only: write to me directly."
NEW = "This address was linked a short while ago and can neither see nor change that yet."
NONE = "Nothing: before I write to anybody else for you, I ask."
LISTED = (
    "Without asking you again I may:\n{lines}\n“revoke 1” takes the first back, “revoke all” all."
)
OFF = "Switched off: {names}. “switch on …” allows it again."
GONE = "Taken back: {shown}. Before that I ask you again."
NO_NUMBER = "There is no permission with that number. “grants” lists them."
UNKNOWN = "I can do nothing that is called {name}. There are: {names}."
SWITCHED = {
    "off": "{name} is switched off: whoever wishes it, I do not do it until you say “switch on {name}”.",
    "on": "{name} is switched on again.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long (epoch seconds, infinity for ever) and how often a day (0: no limit)."""

    until: float
    a_day: int


def terms(said: str, ports: Ports) -> Terms | None:
    """What `always`, `for a week`, `until Friday`, `…, 3 a day` mean; None for anything else.

    A day named is the last one, to its end in the hub's zone.
    """
    found = TERMS.fullmatch(said.strip())
    if found is None or not said.strip():
        return None
    now, until = ports.clock.now(), float("inf")
    if found["unit"]:
        count = 1 if found["count"].startswith("a") else int(found["count"])
        until = now + count * HOURS[found["unit"].lower()] * 3600
    elif found["day"]:
        zone = ZoneInfo(ports.settings.timezone)
        last = _day(found["day"].lower(), datetime.fromtimestamp(now, zone).date())
        if last is None:
            return None
        after = last + timedelta(days=1)
        until = datetime(after.year, after.month, after.day, tzinfo=zone).timestamp()
    return Terms(until, int(found["a_day"] or 0)) if until > now else None


def _day(named: str, today: date) -> date | None:
    if named in DAYS:
        ahead = (DAYS.index(named) - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    if named in ("today", "tonight", "tomorrow"):
        return today + timedelta(days=named == "tomorrow")
    try:
        return date.fromisoformat(named)
    except ValueError:
        return None


def can_last(capability: Capability) -> bool:
    """Whether a yes to it may hold from now on: for messages alone."""
    return capability.effect == "send" and not capability.destructive


def given(
    intent: Intent, capability: Capability, home: str, terms: Terms
) -> tuple[dict[str, Any], ...]:
    """The permissions that an approval gives, to these very destinations."""
    if not can_last(capability):
        return ()
    limits = {"until": terms.until} if terms.until < float("inf") else {}
    limits |= {"a_day": terms.a_day} if terms.a_day else {}
    about = {"capability": capability.name, "home": home, **limits}
    return tuple({**about, "destination": to} for to in capability.destinations(intent.arguments))


def of(gate: Gate, home: str, until: float) -> tuple[Grant, ...]:
    """The permissions that count for what is wished at `home`.

    None that was given at a home from which this one is still kept apart: a link after `until`.
    """
    return tuple(
        grant
        for grant in map(_open, gate.row.get("grants", ()))
        if grant.home in gate.homes and gate.opens(home, grant.home, 0.0, until)
    )


def _open(row: Mapping[str, Any]) -> Grant:
    return Grant(**row)


def added(gate: Gate, rows: Sequence[Mapping[str, Any]], now: float) -> list[dict[str, Any]]:
    """The gate's permissions with these: a new one takes the place of an older one for the same."""
    kept = {_open(row).key: dict(row) for row in gate.row.get("grants", ())}
    kept |= {_open(row).key: dict(row) for row in rows}
    return [row for row in kept.values() if now < _open(row).until]


def live(gate: Gate, now: float) -> list[Mapping[str, Any]]:
    """The permissions that hold now, as rows, in the order in which they are numbered."""
    return [row for row in gate.row.get("grants", ()) if now < _open(row).until]


# What is said about them


def said(standing: Standing, verb: str, rest: str, ports: Ports) -> Decision:
    """The decision on `grants`, `revoke N`, `switch off CAPABILITY`, `switch on CAPABILITY`."""
    if standing.is_shared:
        return _say(SHARED)
    if standing.is_new and verb in ("grants", "switch on"):
        return _say(NEW)
    if verb == "grants":
        return _say(_listed(standing, ports))
    if verb == "revoke":
        return _revoke(standing, rest, ports)
    return _switch(standing, verb.removeprefix("switch "), rest, ports)


def shown(row: Mapping[str, Any], ports: Ports) -> str:
    """One permission in words: `send email to bob@example.net, until 24 December 2026, 3 a day`."""
    grant = _open(row)
    line = f"{grant.capability.replace('_', ' ')} to {grant.destination.partition(':')[2]}"
    if grant.until < float("inf"):
        zone = ZoneInfo(ports.settings.timezone)
        line += f", until {datetime.fromtimestamp(grant.until, zone):%d %B %Y %H:%M}"
    return line + (f", {grant.a_day} a day" if grant.a_day else "")


def _listed(standing: Standing, ports: Ports) -> str:
    found = live(standing.gate, ports.clock.now())
    lines = "\n".join(f"{n}. {shown(row, ports)}" for n, row in enumerate(found, 1))
    told = [LISTED.format(lines=lines) if found else NONE]
    if standing.gate.off:
        told.append(OFF.format(names=", ".join(map(_spoken, sorted(standing.gate.off)))))
    return "\n".join(told)


def _revoke(standing: Standing, rest: str, ports: Ports) -> Decision:
    found = live(standing.gate, ports.clock.now())
    number = int(rest) if rest.isascii() and rest.isdigit() else 0
    gone = found if rest.casefold() == "all" else found[number - 1 : number] if number else []
    if not gone:
        return _say(NO_NUMBER)
    told = GONE.format(shown="; ".join(shown(row, ports) for row in gone))
    kept = [dict(row) for row in found if row not in gone]
    return Decision(reply=told, mind="none", gate={"grants": kept})


def _switch(standing: Standing, way: str, rest: str, ports: Ports) -> Decision:
    name = re.sub(r"[\s_-]+", "_", rest.strip(" .!").casefold())
    if name not in ports.capabilities:
        names = ", ".join(map(_spoken, sorted(ports.capabilities)))
        return _say(UNKNOWN.format(name=rest.strip(" .!"), names=names))
    off = standing.gate.off | {name} if way == "off" else standing.gate.off - {name}
    told = SWITCHED[way].format(name=_spoken(name))
    return Decision(reply=told, mind="none", gate={"off": sorted(off)})


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")
