"""The dead letters: what failed past every receive is ended as failed and told, never just lost."""

from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.model import Event, Place
from persona.ports import Ports
from persona.turn import fail_turn, take_turn


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's entry; takes the dead-letter queue's records."""
    return run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
    """Answers with the ids that stay dead letters, for a person to look at."""
    left: list[str] = []
    for record in event["Records"]:
        lane = record["attributes"]["MessageGroupId"]
        try:
            _end(Event.from_json(record["body"]), lane, ports)
        except Exception:  # it stays where it is, counted and alarmed
            log.exception("dead letter")
            left.append(record["messageId"])
        count("dead letter", outcome="kept" if record["messageId"] in left else "told")
    return {"batchItemFailures": [{"itemIdentifier": id} for id in left]}


def _end(dead: Event, lane: str, ports: Ports) -> None:
    """It may only have stood behind another, or waited out an outage: tried once, by rules alone."""
    place = Place(dead.home, lane)
    try:
        take_turn(place, [dead], ports, reflex_only=True)
    except Exception:  # now it has failed for itself
        log.exception("dead letter failed", extra={"correlation": dead.correlation})
        fail_turn(place, [dead], ports)
