"""Every story on both families; and whatever it asks of AWS is what its function's role allows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import ENV, FAMILIES, Hub, Open


@pytest.fixture(params=FAMILIES)
def open_hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens hubs on one state, each with its environment and with what stands in for its ports."""
    hubs: list[Hub] = []

    def opens(env: dict[str, str] | None = None, **instead: Any) -> Hub:
        hubs.append(Hub(tmp_path, {**ENV, **(env or {})}, family=request.param, **instead))
        return hubs[-1]

    yield opens
    for hub in hubs:
        hub.close()


@pytest.fixture
def hub(open_hub: Open) -> Hub:
    return open_hub()


@pytest.fixture(autouse=True)
def within_the_roles(request: pytest.FixtureRequest) -> Iterator[None]:
    """Watches the stories of the aws family; the others ask nothing of AWS."""
    if "aws" not in request.node.name:
        yield
        return
    from tests.watch import watching

    with watching() as watch:
        yield
    assert watch.refused == []
