"""A capability at work reaches what it declared, of one person, and nothing beside."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from persona import keys
from persona.acts import credentials
from persona.acts.perform import Performing
from persona.decision import Act, Intent
from persona.declare import Capability, Means, Result, Statement
from persona.errors import Broken, Refused
from persona.figures import Figure
from persona.ports import Ports, Put
from tests.unit.house import ANN, BOB, House

GIVEN = {"password": "ann's word"}


class Arguments(BaseModel):
    """None."""

    model_config = ConfigDict(extra="forbid")


class Probe:
    """A capability that does as the test says, with what it was given."""

    def __init__(self, **declared: Any) -> None:
        self.seen: list[Means] = []
        self.facts: dict[str, str | float] = {}
        about = "Looks at what is in its reach."
        self.one = Capability("probe", "read", self.use, Arguments, about, **declared)

    def use(self, arguments: Arguments, means: Means) -> Result:
        self.seen.append(means)
        return Result("seen", facts=self.facts)


def carried(house: House, probe: Probe, **instead: Any) -> Mapping[str, Any]:
    """What comes of the probe's act, for Ann."""
    place = house.meet()
    act = Act("probe", place.lane, place.home, "1#01", ANN, "", "", "", 0.0, wish=wish())
    ports: Ports = house.ports.but(**instead)
    return Performing(probe.one, ports).send(act, ports).result


def reach(house: House, probe: Probe, **instead: Any) -> Means:
    """What the probe's act is given to work with."""
    assert carried(house, probe, **instead)["text"] == "seen"
    return probe.seen[-1]


def wish() -> Mapping[str, Any]:
    return {"intent": asdict(Intent("probe", 1))}


def test_its_own_credential_is_read_and_no_other(house: House) -> None:
    ann, bob = house.meet().lane, house.meet(BOB).lane
    for lane in (ann, bob):
        for name in ("calendar", "mail"):
            credentials.keep(house.ports, name, lane, {**GIVEN, "for": f"{name} {lane}"})
    means = reach(house, Probe(credential="calendar"))
    assert means.credential() == {**GIVEN, "for": f"calendar {ann}"}
    with pytest.raises(Broken, match="declared no credential"):
        reach(house, Probe()).credential()


def test_its_table_reaches_its_acts_and_changes_no_gate(house: House) -> None:
    place, other = house.meet(), house.meet(BOB)
    table = reach(house, Probe(credential="calendar")).ports.table  # type: ignore[attr-defined]
    assert keys.gate(place.lane) in table.get([keys.gate(place.lane)])
    for key in (
        keys.gate(other.lane),
        keys.head(place.lane),
        keys.packing(place.home),
        keys.credential("mail", place.lane),
        keys.act("send_email", place.lane, "OPEN", "1#01"),
    ):
        with pytest.raises(Broken):
            table.get([key])
    for key in (keys.gate(place.lane), keys.credential("calendar", place.lane)):
        with pytest.raises(Broken):
            table.commit([Put(key, {"v": 1})])


def test_its_blobs_are_those_it_declared_of_its_homes(house: House) -> None:
    home, other = house.meet().home, house.meet(BOB).home
    stated = (Statement(("s3:GetObject",), ("blobs/documents/{home}/*",)),)
    blobs = reach(house, Probe(statements=stated)).blobs
    assert blobs.get(f"documents/{home}/one") is None
    for name in (f"documents/{other}/one", "mail/1", f"documents/{home}", "documents/"):
        with pytest.raises(Broken):
            blobs.get(name)
    with pytest.raises(Broken):
        reach(house, Probe()).blobs.get(f"documents/{home}/one")


def test_its_clients_are_bounded_by_its_statements(house: House) -> None:
    asked: list[tuple[str, list[str]]] = []

    def client(api: str, actions: list[str]) -> str:
        asked.append((api, actions))
        return "a client"

    stated = (Statement(("polly:SynthesizeSpeech",), ("voices",)),)
    means = reach(house, Probe(statements=stated), client=client)
    assert means.client("polly") == "a client"
    assert asked == [("polly", ["polly:SynthesizeSpeech"])]
    with pytest.raises(Broken, match="declared nothing of s3"):
        means.client("s3")
    with pytest.raises(Broken, match="local stage"):
        reach(house, Probe(statements=stated)).client("polly")


def test_its_secrets_are_those_it_declared(house: House) -> None:
    means = reach(house, Probe(secrets=("TOKEN",)))
    assert means.secret("TOKEN") == ""
    with pytest.raises(Broken, match="did not declare the secret OTHER"):
        means.secret("OTHER")


def test_it_seals_for_its_own_homes_alone(house: House) -> None:
    place, other = house.meet(), house.meet(BOB)
    means = reach(house, Probe())
    assert means.unseal(place.home, "x", means.seal(place.home, "x", [1])) == [1]
    for home in (other.home, "", place.lane):
        with pytest.raises(Broken):
            means.seal(home, "x", [1])


def test_an_address_that_left_the_lane_opens_nothing(house: House) -> None:
    place = house.meet()
    gate = house.ports.table.get([keys.gate(place.lane)])[keys.gate(place.lane)]
    house.ports.table.commit([Put(keys.gate(place.lane), {**gate, "homes": ["ELSEWHERE"]})])
    probe = Probe()
    with pytest.raises(Refused, match="unlinked"):
        reach(house, probe)
    assert probe.seen == []


@pytest.mark.parametrize(
    "told",
    [
        {"other": 1},
        {"count": "3"},
        {"count": -1},
        {"count": True},
        {"first": "9:00"},
        {"first": "early"},
    ],
)
def test_a_fact_that_it_did_not_declare_like_this_comes_of_nothing(
    house: House, told: dict[str, str | float]
) -> None:
    known = {
        "count": Figure("count", "things", "things"),
        "first": Figure("clock", "first", "first"),
    }
    probe = Probe(facts=known)
    probe.facts = {"count": 3, "first": "09:00"}
    assert carried(house, probe)["facts"] == probe.facts
    probe.facts = told
    with pytest.raises(Broken, match="did not declare the fact"):
        carried(house, probe)
