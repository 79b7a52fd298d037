"""A day on which nobody speaks: what a thousand people who left nothing open cost, minute by minute.

The whole hub on the local family, its clock in our hand: the sweeper looks each minute for whatever
is due, as it does in either family. Beside it stand as many people of whom each left one thing open,
so that a zero means something; and what one look asks AWS for, under moto.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.counts import Meter
from functions import sweep
from models.scripted import ScriptedModel
from persona.keys import Key, Scope
from persona.language import Completion
from persona.ports import Ports, Row, Table, Write
from tests.aws import AwsFamily, world
from tests.stories.people import Texter, drain
from tests.support import ENV, Hub

PEOPLE = 1_000
OPEN = 50
"""Of the control: people who each face one day."""
MINUTES = 24 * 60
QUIET, FACING = "my bike is green", "my driving test is today"


class Counted:
    """Implements `persona.ports.Table` by another, and counts what is asked of it."""

    def __init__(self, table: Table, asked: Counter[str]) -> None:
        self._table, self._asked = table, asked

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        self._asked["read"] += 1
        return self._table.get(keys)

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        self._asked["read"] += 1
        return self._table.query(prefix, after=after, limit=limit, newest_first=newest_first)

    def commit(self, writes: Sequence[Write]) -> None:
        self._asked["written"] += 1
        self._table.commit(writes)

    def due(self, now: float, limit: int = 100) -> list[Key]:
        self._asked["looked"] += 1
        return self._table.due(now, limit)

    def within(self, scope: Scope) -> "Counted":
        return Counted(self._table.within(scope), self._asked)


def measure() -> dict[str, Any]:
    """Of both arms what the day asked of the table, model calls, messages, CPU; of AWS one look."""
    return {
        "quiet": _day(QUIET, PEOPLE),
        "open": _day(FACING, OPEN),
        "aws": _look(),
    }


def _day(words: str, people: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Path(folder))
        try:
            for number in range(people):
                Texter(hub, phone=f"+1415556{number:04d}").say(words)
            sent, model = len(hub.sent("sms")), ScriptedModel(lambda prompts: Completion("silent"))
            asked = Counter[str]()
            hub.ports = hub.ports.but(models=(model,), table=Counted(hub.ports.table, asked))
            hub.clock.at += 60.0
            began = time.process_time()
            for _ in range(MINUTES):
                hub.clock.at += 60.0
                drain_if_due(hub)
            return {
                "people": people,
                **{name: asked[name] for name in ("looked", "read", "written")},
                "models": len(model.seen),
                "sent": len(hub.sent("sms")) - sent,
                "cpu_s": round(time.process_time() - began, 3),
            }
        finally:
            hub.close()


def drain_if_due(hub: Hub) -> None:
    """One look of the sweeper, and whatever that set going."""
    if sweep.run(hub.ports):
        drain(hub)


def _look() -> dict[str, int]:
    """The requests of one look of the sweeper, with nothing due."""
    family = AwsFamily(ENV)
    meter = Meter()
    try:
        hub_ports: Ports = _ports(family)
        sweep.run(hub_ports)
        world().faults = meter
        sweep.run(hub_ports)
    finally:
        world().faults = None
        family.close()
    return dict(Counter(meter.asked))


def _ports(family: AwsFamily) -> Ports:
    from functions._compose import compose
    from persona.settings import parse
    from tests.support import PUBLIC_URL

    settings = parse(ENV, stage="aws", public_url=PUBLIC_URL, timezone="UTC")
    return compose(settings, family.ports(), carriers={}, models=())
