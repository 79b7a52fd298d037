"""What each step of a long plan asks of AWS: a hundred steps, the last as cheap as the tenth.

The plan tells and waits in turn; what is counted is one wake, from the sweeper that finds it due to
the reply that is sent and to the rows of what waits outside: a told step and the wait after it.
"""

import json
from typing import Any

from bench.counts import AROUND, Aws, Counting
from functions import ingress, sweep
from hub.stage import answer
from tests.support import texted, texting

STEPS = 100
SHOWN = (10, 50, 100)
MINUTE = 60.0


def measure() -> dict[str, Any]:
    """By step: requests for state, requests in all, and bytes written, of the wake that takes it."""
    hub = Aws()
    try:
        lines = [
            f"{n}. {'wait 1 minute' if n % 2 else f'tell me: {n} is done'}" for n in _numbers()
        ]
        _say(hub, "\n".join(["plan: a long one", *lines]), "SM1")
        _say(hub, "yes 1", "SM2")
        taken = {number: _wake(hub) for number in _numbers() if not number % 2}
    finally:
        hub.close()
    said = {shown: _around(taken, shown) for shown in SHOWN}
    first, last = said[SHOWN[0]], said[SHOWN[-1]]
    ratio = {name: round(last[name] / first[name], 3) for name in last}
    return {"steps": STEPS, "taken": said, "ratio": ratio}


def _numbers() -> range:
    return range(1, STEPS + 1)


def _around(taken: dict[int, dict[str, Any]], shown: int) -> dict[str, float]:
    """The mean of the wakes up to that step: rows near a whole KB cost a unit more or less."""
    near = [taken[number] for number in sorted(taken) if number <= shown][-AROUND - 1 : -1]
    names = ("state", "requests", "written_bytes", "wcu")
    return {name: sum(one[name] for one in near) / len(near) for name in names}


def _say(hub: Aws, text: str, sid: str) -> None:
    event = texting(texted(text, sid.ljust(34, "0"))).event()
    assert ingress.run(event, hub.ports)["statusCode"] == 200
    _work(hub)


def _wake(hub: Aws) -> dict[str, Any]:
    """What one wake asked for; a minute has passed before it."""
    hub.clock.at += MINUTE + 1
    found: dict[str, Any] = {}
    with Counting(found, "wake"):
        sweep.run(hub.ports)
        _work(hub)
    return found["wake"]


def _work(hub: Aws) -> None:
    while hub.family.lanes.waiting() or hub.family.bell.waiting():
        if hub.family.lanes.waiting():
            hub.take()
        ring = hub.family.bell.take(0.0)
        if ring is not None:
            answer(ring, hub.ports)
            hub.family.bell.done(ring)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
