"""Whatever a story asks of AWS is what the role of the function that asks it allows."""

from collections.abc import Iterator

import pytest


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
