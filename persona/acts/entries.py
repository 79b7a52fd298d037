"""What a ledger entry says of one turn beside its events and acts: wishes, answers, consent.

It must outlive every forgetting and still verify, so it holds nobody's words: a wish is known by
the HMAC of its intent, a person and an address by another, all under the key of the home where it
was said. Whoever holds that key finds the words again, as far as they are still kept
(`acts/effects.py`); when the key is destroyed nothing here says anything of anybody.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from persona.decision import Act, Decision, Intent, Wish
from persona.memory.standing import Gate, Standing
from persona.model import Event
from persona.people.consent import EVERYWHERE, OPTED_OUT, open_quiet, told_quiet
from persona.ports import Ports, Row, Store


def told(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    acts: Sequence[Act],
    closed: Mapping[str, str],
    ports: Ports,
) -> Row:
    """The fields of the entry.

    `acts` are what the allowed wishes came to, `closed` the addresses closed after this turn.
    """
    home = standing.place.home
    consented = [*_of_events(standing, events, ports), *_changed(standing, events, closed, ports)]
    if "quiet" in decision.gate:
        consented.append(_quieted(decision.gate["quiet"]))
    told: Row = {"whose": whose(ports, home)}
    if decision.wishes:
        told["wished"] = list(_wished(home, events[-1], decision.wishes, acts, ports))
    if decision.answers:
        told["answered"] = [
            {"intent": intent_mark(ports, one.home, one.wish), "state": one.state}
            for one in decision.answers
        ]
    if consented:
        told["consent"] = consented
    return told


def whose(store: Store, home: str) -> str:
    """The pseudonym of a home."""
    return _mark(store, home, "whose")


def intent_mark(store: Store, home: str, wish: Wish) -> str:
    """What stands for a wish that was spoken in this home; the same from its question to its act."""
    return _mark(store, home, f"intent {wish.intent.hash}")


def _mark(store: Store, home: str, what: str) -> str:
    key = store.keys.of(f"home:{home}")
    return hmac.new(key, what.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _wished(
    home: str, event: Event, wishes: Sequence[Wish], acts: Sequence[Act], ports: Ports
) -> Iterator[Row]:
    """Each wish with its verdict, the rule behind it, its act, and who said yes to it."""
    done = {Intent(**act.wish["intent"]).hash: act.id for act in acts}
    for wish in wishes:
        asked = wish.facts.get("asked", {}).get("home", home)
        row: Row = {
            "capability": wish.intent.capability,
            "decision": wish.verdict.decision,
            "why": wish.verdict.rule,
            **({"tainted": wish.facts["tainted"]} if wish.facts.get("tainted") else {}),
            "intent": intent_mark(ports, asked, wish),
        }
        if wish.verdict.decision == "allow" and wish.intent.hash in done:
            row["act"] = done[wish.intent.hash]
        if "plan" in wish.facts:  # wished in another turn than this one
            row["words"] = {"whose": whose(ports, asked), "version": wish.facts["turn"]}
        if wish.facts.get("approved"):
            how = "code" if event.kind == "message" else event.detail.get("how", event.kind)
            how = wish.facts.get("how", how)
            row["approved"] = {"surface": event.address.surface, "how": how}
        yield row


def _of_events(standing: Standing, events: Sequence[Event], ports: Ports) -> Iterator[Row]:
    """What somebody agreed to by writing first, and what the bare words did past the lane."""
    event = events[-1]
    if event.kind == "message" and standing.head_is_new and not standing.is_shared:
        yield {"surface": event.address.surface, "change": "opted in", "why": "wrote first"}
    if event.kind not in ("halt", "resume"):
        return
    name = event.address.surface
    said = {"halt": "stop", "resume": "start"}[event.kind]
    yield {"surface": name, "change": "stopped" if said == "stop" else "resumed", "why": said}
    if ports.surfaces[name].quiet_stop:
        change, why = ("closed", OPTED_OUT) if said == "stop" else ("opened", said)
        yield {
            "surface": name,
            "change": change,
            "why": why,
            **_which(standing, event.address, ports),
        }


def _changed(
    standing: Standing, events: Sequence[Event], closed: Mapping[str, str], ports: Ports
) -> Iterator[Row]:
    """The addresses that this turn closes or opens."""
    before = standing.gate.suppressed
    for address in sorted({*before, *closed}):
        reason = closed.get(address, "")
        if reason == before.get(address, ""):
            continue
        surface, which = address.partition(":")[0], _which(standing, address, ports)
        change = "closed" if reason else "opened"
        why = reason or ("wrote again" if address == str(events[-1].address) else "asked for")
        yield {"surface": surface, "change": change, "why": why, **which}


def _which(standing: Standing, address: object, ports: Ports) -> Row:
    """Which address, by the key of its home, or of the one that spoke."""
    home = home_of(standing.gate, str(address)) or standing.place.home
    return {"address": address_mark(ports, home, str(address))}


def home_of(gate: Gate, address: str) -> str:
    """The linked home of an address; empty for one that is not linked."""
    return next((home for home, link in gate.links.items() if str(link.address) == address), "")


def address_mark(store: Store, home: str, address: str) -> str:
    """What stands for an address of this home in an entry."""
    return _mark(store, home, f"address {address}")


def _quieted(quiet: Mapping[str, Any]) -> Row:
    rules = {name: told_quiet(open_quiet(one)) for name, one in quiet.items()}
    shown = "; ".join(rule if n == EVERYWHERE else f"{n}: {rule}" for n, rule in rules.items())
    return {"surface": EVERYWHERE, "change": "quiet hours", "why": shown or "none"}
