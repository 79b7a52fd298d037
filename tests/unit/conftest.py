"""A house for each test, on a folder in memory where the machine has one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.house import House

SHM = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as name:
        yield Path(name)


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    house = House(folder)
    yield house
    house.close()
