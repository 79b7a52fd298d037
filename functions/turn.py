"""Works a batch of lane messages: a turn for each burst, one thread a lane, in order.

Takes SQS's FIFO event. A lane that fails hands back that message and everything behind it; the
third receive thinks with reflexes alone, the fifth that fails ends as failed-and-told, so that one
poison message silences nobody.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from functions import _compose
from functions._observe import count, log
from persona import plan_commands
from persona.errors import Broken
from persona.mind.commands import parse
from persona.model import Event, Place
from persona.ports import Ports
from persona.turn import Taken, fail_turn, take_turn, tell_working

REFLEX_AT, FAIL_AT = 3, 5
BACKOFF = (0.2, 1.0, 5.0, 15.0, 30.0)
WORKING_AFTER = 10.0
"""Seconds of thinking after which the person is told, once, that it is still working."""
RESERVE = 8.0
"""Seconds of a Lambda invocation that no model may use."""
MOST_COALESCED = 10


@dataclass(frozen=True, slots=True)
class Message:
    """One lane message as received: what to hand back, how often it came, and the event in it.

    `event` is None for one that this code cannot read: it fails alone.
    """

    id: str
    receipt: str
    lane: str
    receives: int
    event: Event | None


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry; thinking ends in time for the reflexes and the commit."""
    ports, left = _compose.ports(), context.get_remaining_time_in_millis() / 1000
    return run(event, ports.but(think_until=ports.clock.now() + left - RESERVE))


def run(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
    """Answers with the ids that failed, in SQS's form for partial batches."""
    lanes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in event["Records"]:
        lanes[record["attributes"]["MessageGroupId"]].append(record)
    if len(lanes) == 1:
        failed = [_work_lane(records, ports) for records in lanes.values()]
    else:
        with ThreadPoolExecutor(max_workers=len(lanes)) as pool:
            failed = list(pool.map(_work_lane, lanes.values(), [ports] * len(lanes)))
    return {"batchItemFailures": [{"itemIdentifier": id} for ids in failed for id in ids]}


def _work_lane(records: Sequence[dict[str, Any]], ports: Ports) -> list[str]:
    """Works one lane's messages until one fails; returns the ids of those to hand back.

    Only the first can have been tried before. What stood behind it was received with it and counts
    as new; once it stands first itself, it has a last try, with reflexes.
    """
    ids = [record["messageId"] for record in records]
    done = 0
    first, *rest = [_message(record) for record in records]
    try:
        for burst in _bursts([first, *(replace(message, receives=1) for message in rest)]):
            _work_burst(burst, ports)
            done += len(burst)
    except Exception:  # whatever it is, the rest of the lane waits and comes again
        receives = int(records[done]["attributes"]["ApproximateReceiveCount"])
        log.exception("turn failed", extra={"receives": receives})
        count("turn failed")
        pause = BACKOFF[min(receives, len(BACKOFF)) - 1]
        for record in records[done:]:
            _release(record["receiptHandle"], pause, ports)
        return ids[done:]
    return []


def _release(receipt: str, pause: float, ports: Ports) -> None:
    """Best effort: what is not released comes again when its visibility ends."""
    try:
        ports.lanes.release(receipt, pause)
    except Exception:
        log.exception("not released")


def _message(record: dict[str, Any]) -> Message:
    attributes = record["attributes"]
    try:
        event = Event.from_json(record["body"])
    except (Broken, ValueError, TypeError, KeyError):
        event = None
    return Message(
        id=record["messageId"],
        receipt=record["receiptHandle"],
        lane=attributes["MessageGroupId"],
        receives=int(attributes["ApproximateReceiveCount"]),
        event=event,
    )


def _bursts(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Neighbours that make one turn: plain words by one author in one thread; all else is alone."""
    burst: list[Message] = []
    for message in messages:
        if burst and not (_joins(burst[-1], message) and len(burst) < MOST_COALESCED):
            yield burst
            burst = []
        burst.append(message)
    if burst:
        yield burst


def _joins(before: Message, after: Message) -> bool:
    one, two = before.event, after.event
    if one is None or two is None or not (_is_plain(one) and _is_plain(two)):
        return False
    same = all(getattr(one, name) == getattr(two, name) for name in SHARED)
    small = len(one.words) + len(two.words) <= MOST_WORDS
    return same and small and before.receives == after.receives == 1


SHARED = ("home", "author", "thread", "detail", "addressed", "audience")
"""What the messages of one burst must have in common."""
MOST_WORDS = 8_000
"""Characters of two neighbours; long messages make turns of their own, so that a row holds them."""


def _is_plain(event: Event) -> bool:
    is_one = event.kind == "message" and parse(event.words) is None
    return is_one and not plan_commands.is_alone(event.words)


def _work_burst(burst: Sequence[Message], ports: Ports) -> None:
    """One turn. What failed each time is tried once more before it ends as failed and told."""
    events = [message.event for message in burst if message.event is not None]
    if not events:
        raise Broken("a lane message that cannot be read")
    place = Place(home=events[0].home, lane=burst[0].lane)
    if not place.home:  # put so that asking for an address takes as long where nobody has it
        return
    receives = burst[0].receives
    try:
        taken = _take(place, events, ports, reflex_only=receives >= REFLEX_AT)
    except Exception:
        if receives < FAIL_AT:
            raise
        log.exception("turn given up", extra={"correlation": events[0].correlation})
        fail_turn(place, events, ports)
        count("turn", outcome="failed")
        return
    count("turn", outcome="taken" if taken.handled else "seen", mind=taken.mind or "none")
    log.info(
        "turn",
        extra={
            "correlation": [event.correlation for event in events],
            "handled": taken.handled,
            "acts": len(taken.acts),
            "mind": taken.mind,
        },
    )


def _take(place: Place, events: Sequence[Event], ports: Ports, *, reflex_only: bool) -> Taken:
    """The turn, with a note to the person when it takes long."""
    surface = ports.surfaces[events[0].address.surface]
    note = threading.Timer(WORKING_AFTER, tell_working, (place, events[-1], ports))
    note.daemon = True
    if ports.models and surface.working_note and events[0].kind == "message":
        note.start()
    try:
        return take_turn(place, events, ports, reflex_only=reflex_only)
    finally:
        note.cancel()
