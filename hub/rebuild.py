"""Making recall's index anew from the evidence, home by home, while no hub runs on the folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from backends.local.family import Family
from functions._compose import compose
from hub.dev import machine_timezone
from hub.state import Lock, open_state
from persona.errors import Broken
from persona.memory import segments
from persona.memory.meaning import Vectors
from persona.settings import parse


def rebuild(state: Path, env: Mapping[str, str]) -> Iterator[tuple[int, int, int]]:
    """Drops and packs every home's index; yields homes done, homes in all, turns packed so far.

    It may be cut off at any moment and started again: what is not packed is read from the turns.
    Raises Broken where another process holds the folder, or there is no hub in it.
    """
    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    lock = Lock(state)
    family = open_state(state, env)
    try:
        url, zone = "http://127.0.0.1", machine_timezone()
        settings = parse(env, stage="local", public_url=url, timezone=zone)
        ports = compose(settings, family.ports())
        vectors = Vectors(ports, ports.embedder) if ports.embedder else None
        homes, turns = _homes(family), 0
        for done, home in enumerate(homes, 1):
            for packed in segments.rebuild(ports, home, ZoneInfo(settings.timezone), vectors):
                turns += packed
                yield done - 1, len(homes), turns
            yield done, len(homes), turns
    finally:
        family.close()
        lock.release()


def _homes(family: Family) -> list[str]:
    return sorted({row["home"] for key, row in family.table.scan("ADDRESS#") if key.sort == "HOME"})
