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
    import json, os
    if os.environ.get("P6"):
        with open(os.environ["P6"], "a") as f:
            for one in watch.asked: f.write(json.dumps(one)+"\n")
            for one in watch.refused: f.write(json.dumps(["REFUSED", one])+"\n")
        return
    assert watch.refused == []
