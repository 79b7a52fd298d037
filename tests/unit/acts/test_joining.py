"""Joining and splitting as writes: gates, addresses and heads, and no row of any home."""

from persona import keys
from persona.acts import joining
from persona.acts.joining import Side
from persona.memory.standing import Gate, Link, open_gate
from persona.model import Address
from persona.ports import Check, Delete, Put, Row, Update, Write, equals

ANN, BOB, EVE = Address("slack", "T1:U1"), Address("sms", "+1415"), Address("email", "e@x.org")
OF_ANN, OF_BOB, OF_EVE = (
    {name: Link(address, 0.0, lane)}
    for name, address, lane in (("A", ANN, "LA"), ("B", BOB, "LB"), ("E", EVE, "LE"))
)


def side(lane: str, links: dict[str, Link], version: int = 3, **more: object) -> Side:
    row: Row = {
        "v": 1,
        "epoch": 7,
        "halted": False,
        "homes": list(links),
        "surfaces": [link.address.surface for link in links.values()],
        "suppressed": {},
        "since": 1.0,
        **more,
    }
    return Side(lane, open_gate(row), version, links)


def gates(writes: list[Write]) -> dict[str, Gate]:
    return {
        write.key.partition.removeprefix("GATE#"): open_gate(write.row)
        for write in writes
        if isinstance(write, Put) and write.key.partition.startswith("GATE#")
    }


def test_no_row_of_a_home_is_written() -> None:
    joined = joining.join(side("LA", OF_ANN), side("LB", OF_BOB), 50.0)
    parted = joining.split(["B"], side("LA", {**OF_ANN, **OF_BOB}), side("LB", {}), 70.0)
    touched = {write.key.partition.partition("#")[0] for write in joined + parted}
    assert touched == {"GATE", "LANE", "ADDRESS", "TEXTURE"}


def test_a_join_moves_every_home_the_epochs_and_the_addresses() -> None:
    giver = side("LB", {**OF_BOB, **OF_EVE}, version=12)
    writes = joining.join(side("LA", OF_ANN), giver, 50.0)
    after = gates(writes)
    assert after["LA"].homes == ("A", "B", "E")
    assert after["LA"].surfaces == ("slack", "sms", "email")
    assert after["LA"].floor == 12
    assert {home: link.since for home, link in after["LA"].links.items()} == {"A": 0.0, "B": 50.0, "E": 0.0}  # fmt: skip
    assert {home: link.lane for home, link in after["LA"].links.items()} == {"A": "LA", "B": "LB", "E": "LE"}  # fmt: skip
    assert after["LB"].homes == ()
    assert after["LB"].given == {"B": "LA", "E": "LA"}
    assert after["LA"].epoch == after["LB"].epoch == 8
    assert Check(keys.head("LB"), equals("version", 12)) in writes
    moved = [write for write in writes if isinstance(write, Update)]
    assert moved == [
        Update(keys.address(address), {"lane": "LA"}, equals("lane", "LB"))
        for address in (BOB, EVE)
    ]
    gone = [write.key for write in writes if isinstance(write, Delete)]
    textures = [keys.texture("LA"), keys.fresh("LA", "A")]
    textures += [keys.texture("LB"), keys.fresh("LB", "B"), keys.fresh("LB", "E")]
    assert gone == [*(keys.recent("LB", n) for n in range(keys.RECENT_TURNS)), *textures]


def test_a_home_that_left_knows_whence_it_came_and_when() -> None:
    both = side("LA", {**OF_ANN, **OF_BOB})
    after = gates(joining.split(["B"], both, side("LB", {}), 70.0))
    assert (after["LB"].came, after["LA"].came) == ({"B": ("LA", 70.0)}, {})


def test_who_is_together_since_when_outlasts_every_join_and_split() -> None:
    both = side("LA", {**OF_ANN, "B": Link(BOB, 50.0, "LB")})
    moved = gates(joining.join(side("LE", OF_EVE), both, 90.0))["LE"]
    assert moved.homes == ("E", "A", "B")
    assert moved.together("A", "B") == moved.together("B", "A") == 50.0
    assert moved.together("E", "B") == moved.together("E", "A") == 90.0
    assert all(moved.is_new(home, 60.0) == (home != "E") for home in moved.homes)
    parted = joining.split(["A"], Side("LE", moved, 9, moved.links), side("LA", {}), 70.0)
    assert gates(parted)["LE"].together("E", "B") == 90.0, "though the one between them is gone"


def test_a_split_is_the_same_backwards() -> None:
    joined = gates(joining.join(side("LA", OF_ANN), side("LB", OF_BOB), 50.0))
    source = Side("LA", joined["LA"], 20, joined["LA"].links)
    after = gates(joining.split(["B"], source, Side("LB", joined["LB"], 3, {}), 70.0))
    assert after["LA"].homes == ("A",)
    assert after["LB"].homes == ("B",)
    assert after["LB"].given == {}
    assert after["LB"].floor == 20, "above all that was written to this home elsewhere"
    assert after["LB"].links["B"].lane == "LB"


def test_a_halt_of_either_holds_for_both_and_goes_along_when_they_part() -> None:
    for one, other in ((True, False), (False, True)):
        writes = joining.join(
            side("LA", OF_ANN, halted=one), side("LB", OF_BOB, halted=other), 50.0
        )
        assert gates(writes)["LA"].halted
    both = side("LA", {**OF_ANN, **OF_BOB}, halted=True)
    assert all(
        gate.halted for gate in gates(joining.split(["B"], both, side("LB", {}), 70.0)).values()
    )


def test_closed_addresses_go_with_their_homes() -> None:
    writes = joining.join(
        side("LA", OF_ANN, suppressed={str(ANN): "bounced"}),
        side("LB", OF_BOB, suppressed={str(BOB): "opted out"}),
        50.0,
    )
    closed = {str(ANN): "bounced", str(BOB): "opted out"}
    assert gates(writes)["LA"].suppressed == closed
    both = side("LA", {**OF_ANN, **OF_BOB}, suppressed=closed)
    after = gates(joining.split(["B"], both, side("LB", {}), 70.0))
    assert after["LA"].suppressed == {str(ANN): "bounced"}
    assert after["LB"].suppressed == {str(BOB): "opted out"}
