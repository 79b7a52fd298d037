"""What is said of a failure, by what somebody did before; and nothing of it where nothing is known."""

import json
from dataclasses import replace

import pytest

from persona.memory import failures
from persona.mind import outcomes, voice
from persona.mind.voice import Voice
from persona.model import Event
from persona.people.forecast import REACTIONS, forecast
from persona.people.manner import STANCES, manner
from persona.trait import BROKEN, Graph, Manner, Reaction, Stance
from tests.unit.house import ANN, House
from tests.unit.people.test_forecast import trait

SHOWN = "read the document “plans”"
FILLED = {
    "shown": SHOWN,
    "reason": "absent",
    "also": "",
    "words": "read document plans",
    "other": "“list documents” (shows them)",
    "certain": outcomes.NOT_DONE,
}
PLAIN = outcomes.FAILED.format_map(FILLED)


def somebody(stance: Stance | None = None, reaction: Reaction | None = None) -> Manner:
    """Who showed this stance in four conversations, and reacted so four times."""
    stances = [trait("stance", stance, 4, "stance")] if stance else []
    reactions = [trait(f"{BROKEN} read", reaction, 4)] if reaction else []
    return manner(Graph((*stances, *reactions), conversations=6), "read")


def told(house: House, who: Manner | None) -> tuple[str, str]:
    """What they are told of the failure, and what the turn says of it."""
    one = Voice(house.standing(house.event("x")), house.ports, "read")
    one.__dict__["manner"] = who
    return one.of_failure("failed", PLAIN, FILLED), one.mark


OFFERED = {
    "retries": "To try it once more, say “read document plans”.",
    "asks why": "“ledger” shows what I set out to do",
    "works around": "Another way: “list documents”",
    "escalates": "This is certain: nothing was done",
    "leaves": "",
    "forgives": "",
}


@pytest.mark.parametrize("reaction", REACTIONS)
def test_each_is_offered_what_they_would_do(house: House, reaction: Reaction) -> None:
    said, mark = told(house, somebody("operator", reaction))
    first, _, offer = said.partition("\n")
    assert OFFERED[reaction] in offer and bool(offer) == bool(OFFERED[reaction])
    assert first.startswith("I am sorry. ") == (reaction == "escalates")
    assert f"Failed: {SHOWN} (absent)." in first
    assert mark == ("operator" if reaction == "forgives" else f"operator/{reaction}")


def test_who_asks_why_hears_the_reason_before_anything_else(house: House) -> None:
    torn = tuple(trait("stance", one, 2, "stance") for one in ("skeptic", "operator", "regular"))
    why = trait(f"{BROKEN} read", "asks why", 4)
    said, mark = told(house, manner(Graph((*torn, why), conversations=9), "read"))
    assert said.startswith("The reason is this: absent.")
    assert mark == "neutral/asks why"


@pytest.mark.parametrize("stance", STANCES)
def test_each_stance_is_told_in_other_words(house: House, stance: Stance) -> None:
    others = {told(house, somebody(one))[0] for one in STANCES if one != stance}
    said, mark = told(house, somebody(stance))
    assert said not in others and SHOWN in said and "absent" in said
    assert mark.partition("/")[0] == stance


def test_nobody_in_particular_is_told_it_plainly(house: House) -> None:
    assert told(house, None) == (PLAIN, "")


def test_of_whom_nothing_is_known_nothing_is_expected(house: House) -> None:
    said, mark = told(house, manner(Graph(conversations=1), "read"))
    assert said.startswith(PLAIN) and mark == "newcomer"
    assert "ledger" not in said and "To try it" not in said


def test_an_offer_that_cannot_be_made_is_left_out(house: House) -> None:
    one = Voice(house.standing(house.event("x")), house.ports, "read")
    one.__dict__["manner"] = somebody("operator", "retries")
    assert "To try it" not in one.of_failure("failed", PLAIN, {**FILLED, "words": ""})


def test_an_identity_without_stances_speaks_plainly(house: House) -> None:
    house.with_(identity=replace(house.ports.identity, stances={}, reactions={}))
    assert told(house, somebody("operator", "retries")) == (PLAIN, "")


def test_the_graph_is_not_read_for_words_that_are_the_same_for_all(house: House) -> None:
    one = Voice(house.standing(house.event("x")), house.ports)
    assert one.say("noted", "Noted.") == "Noted."
    assert "manner" not in one.__dict__


def test_a_turn_without_a_manner_of_its_own_has_no_why(house: House) -> None:
    house.tell("hello")
    (turn,) = house.turns()
    assert voice.why(turn, house.standing(house.event("x")), house.ports) == ("", [])


@pytest.mark.parametrize(
    ("state", "plan", "expected"),
    [("failed", "", "read"), ("unknown", "", "read"), ("failed", "P1", "plan"), ("sent", "", "")],
)
def test_what_an_outcome_has_to_tell_as_failed(state: str, plan: str, expected: str) -> None:
    detail = {"state": state, "capability": "read_document", "arguments": json.dumps({"title": "x"}),
              "rests": "MESSAGE home/7 home/2", "plan": plan}  # fmt: skip
    found = failures.of_outcome(Event("e", "outcome", ANN, ANN, detail=detail), "read", 5.0)
    assert (found.what if found else "") == expected
    if found:
        assert (found.turn, found.at) == ("home/7", 5.0)
        assert "x" not in (found.what, found.turn)


def test_a_forecast_of_nothing_is_even() -> None:
    assert len(set(forecast(Graph()).chances.values())) == 1
