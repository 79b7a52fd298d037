"""Making recall's index anew from the evidence, home by home, while no hub runs on the folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from backends.local.family import Family
from hub.state import Lock, open_folder
from persona.memory import segments
from persona.memory.meaning import Vectors


def rebuild(state: Path, env: Mapping[str, str]) -> Iterator[tuple[int, int, int]]:
    """Drops and packs every home's index; yields homes done, homes in all, turns packed so far.

    It may be cut off at any moment and started again: what is not packed is read from the turns.
    Raises Broken where another process holds the folder, or there is no hub in it.
    """
    lock = Lock(state)
    try:
        with open_folder(state, env) as (family, ports):
            vectors = Vectors(ports, ports.embedder) if ports.embedder else None
            homes, turns, zone = _homes(family), 0, ZoneInfo(ports.settings.timezone)
            for done, home in enumerate(homes, 1):
                for packed in segments.rebuild(ports, home, zone, vectors):
                    turns += packed
                    yield done - 1, len(homes), turns
                yield done, len(homes), turns
    finally:
        lock.release()


def _homes(family: Family) -> list[str]:
    return sorted({row["home"] for key, row in family.table.scan("ADDRESS#") if key.sort == "HOME"})
