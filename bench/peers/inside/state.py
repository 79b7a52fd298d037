"""What a peer's store costs a turn, on a history that was really built, turn by turn.

A turn is one message, one tool call and one reply, 0.9 KB of words together, each time
through new objects, as in a process that remembers nothing. The model is canned; table
and bucket are moto's, in this process: right in what they keep and refuse, useless as a clock.
"""

import time
from collections.abc import Callable
from typing import Any

from bench.peers import case_files
from bench.peers.inside import wire
from bench.peers.inside.words import REPLY, TEXT

SHOWN = (1, 10, 100, 1000)
SECONDS = 75.0
NOT_MODELS: Any = {"core": {"passthrough": {"urls": [r"https://bedrock-runtime\..*"]}}}


def measure(peer: str) -> dict[str, Any]:
    """Every store of the peer: the traffic of the turns in `SHOWN`, or why it ended before."""
    from moto import mock_aws

    found: dict[str, Any] = {}
    for name, open_store in case_files.load(peer, "state")["STORES"].items():
        with mock_aws(config=NOT_MODELS):
            found[name] = _history(open_store)
    return found


def _history(open_store: Callable[[Any], Callable[[str], str]]) -> dict[str, Any]:
    session = wire.new_session()
    wire.answer(session.events, "bedrock-runtime.Converse", wire.converse_bodies())
    meter = wire.Meter(session)  # before any client: each takes the session's hooks as they stand
    turn = open_store(session)
    turns: dict[int, Any] = {}
    ended: str | None = None
    began = time.monotonic()
    for number in range(1, max(SHOWN) + 1):
        meter.turn = wire.Traffic()
        try:
            said = turn(f"{number}: {TEXT}")
        except Exception as failure:  # a store that refuses a turn is a result, kept as such
            ended = f"turn {number} failed: {type(failure).__name__}: {str(failure)[:300]}"
            break
        if said.strip() != REPLY.strip():
            raise AssertionError(f"turn {number} answered {said!r}")
        if number in SHOWN:
            turns[number] = meter.turn.figures()
        if time.monotonic() - began > SECONDS:
            turns[number] = meter.turn.figures()
            ended = f"stopped after turn {number}: {SECONDS:.0f} s were over"
            break
    return {"turns": turns, "ended": ended}
