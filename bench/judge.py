"""What a verdict costs: on facts as a turn has them, with the arguments checked by their schema."""

import statistics
import time
from typing import Any

from persona import catalog
from persona.acts.policy import Circumstances, Grant, judge
from persona.decision import Intent

ROUNDS = 4_000
BOB = "bob@example.net"


def measure() -> dict[str, Any]:
    """p50 and p99 in milliseconds over all wishes, and p50 by what is wished."""
    facts = Circumstances(
        now=1_750_000_000.0,
        own=frozenset(["email:ann@example.org", "sms:+14155550101", "slack:T0HUB:U0ANN"]),
        typed=frozenset([f"email:{BOB}"]),
        grants=tuple(Grant("send_email", f"email:friend{n}@example.net") for n in range(20)),
        used={"send_email": 3, "fetch_page": 12},
    )
    taken = {name: _times(_wish(name, arguments), facts) for name, arguments in WISHED.items()}
    every = sorted(one for times in taken.values() for one in times)
    return {
        "p50_ms": statistics.median(every),
        "p99_ms": every[len(every) * 99 // 100],
        "by_wish": {name: statistics.median(times) for name, times in taken.items()},
    }


WISHED: dict[str, dict[str, Any]] = {
    "send_email": {"to": BOB, "text": "the meeting is at ten " * 40, "subject": "Meeting"},
    "send_sms": {"to": "+14155550177", "text": "the meeting is at ten"},
    "fetch_page": {"url": "https://example.net/a/page?with=query"},
    "save_document": {"title": "Notes", "text": "the meeting was at ten " * 400},
    "create_event": {"title": "Tea", "start": "2026-11-25T14:00", "guests": [BOB]},
}


def _wish(name: str, arguments: dict[str, Any]) -> Intent:
    capability = catalog.carried(name)[name]
    return Intent(name, capability.version, capability.fit(arguments), "L" * 26, "cause/0")


def _times(intent: Intent, facts: Circumstances) -> list[float]:
    """Milliseconds of each verdict, warm."""
    capability = catalog.carried(intent.capability)[intent.capability]
    judge(intent, capability, facts)
    times: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        judge(intent, capability, facts)
        times.append((time.perf_counter() - began) * 1000)
    return times
