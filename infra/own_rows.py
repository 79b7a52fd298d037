"""Which rows and keys a function reaches in its own name, where no lane bounds it.

Everything here is read and checked beside `persona/keys.py`: what a story asks for and this does
not say fails that story, and what no story asks for fails a test of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """Patterns of partitions, with spaces between, by what is done with their rows.

    `is_finding_due`: it asks the index for what is due, which holds keys alone.
    """

    read: str = ""
    put: str = ""
    deleted: str = ""
    is_finding_due: bool = False


@dataclass(frozen=True, slots=True)
class Owners:
    """Patterns of key owners, with spaces between, by what is done with their keys.

    `buried` and `unburied` are tombstones that are read and set, or taken away.
    """

    read: str = ""
    made: str = ""
    destroyed: str = ""
    buried: str = ""
    unburied: str = ""


ROWS: Mapping[str, Rows] = {}
OWNERS: Mapping[str, Owners] = {}
