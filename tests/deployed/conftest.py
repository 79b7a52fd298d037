"""One stage for all stories: it takes longer to deploy than to live in."""

from collections.abc import Iterator

import pytest

from tests.deployed.stage import Stage
from tests.end_to_end.house import House, open_house

WHOLE = {
    "HUB_LINK_QUARANTINE": "0",
    "HUB_EMAIL_ADDRESS": "persona@hub.example",
    "HUB_ALARM_ADDRESS": "owner@hub.example",
    "HUB_MONTHLY_USD": "10",
    "HUB_MODEL": "reflex",
}
"""With these every condition of the template but the models' holds, so that all of it is made."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything deployed, and nobody spoke yet."""
    with open_house(tmp_path_factory.mktemp("stage"), Stage, **WHOLE) as house:
        assert isinstance(house.hub, Stage)
        with house.hub.front.open():
            house.hub.start()
            house.hub.deploy()
            yield house
            house.hub.end()


@pytest.fixture
def stage(house: House) -> Stage:
    assert isinstance(house.hub, Stage)
    return house.hub
