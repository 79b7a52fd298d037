"""What a review makes of what was found: one message, one call, or silence."""

from collections.abc import Sequence

from models.scripted import ScriptedModel
from persona import keys
from persona.language import Call, Completion, Prompt
from persona.memory import topics
from tests.unit.house import ANN, House
from tests.unit.mind.test_snapshots import check

WRITES = Completion("", (Call("1", "write", {"about": [1, 2], "words": "How did they go?"}),))


def looked_at(house: House) -> None:
    """Passes the time until what is open is due, and takes the turn on it."""
    home = house.meet(ANN).home
    key = keys.review(home)
    row = house.ports.table.get([key])[key]
    house.clock.at = row["due"]
    event = topics.review(key, row, house.ports)
    assert event is not None
    house.take(event)


def test_a_model_is_shown_what_code_found_and_nothing_else(house: House) -> None:
    house.tell("my bike lock is 4812")
    house.tell("my driving test is tomorrow")
    house.tell("I have an audition tomorrow")
    model = ScriptedModel(lambda prompts: WRITES)
    house.with_(models=(model,))
    looked_at(house)
    assert len(model.seen) == 1
    check("review", model.seen[-1])
    assert "4812" not in "".join(prompt.text for prompt in model.seen[-1])
    assert house.replies()[-1].count("told me") == 2
    assert house.turns()[-1].mind == "review, scripted"


def test_a_model_is_asked_only_within_the_days_budget(house: House) -> None:
    from dataclasses import replace

    house.tell("my driving test is tomorrow")
    model = ScriptedModel(lambda prompts: WRITES)
    house.with_(models=(model,), settings=replace(house.ports.settings, budget_tokens=10))
    looked_at(house)
    assert not model.seen
    assert "How did it go?" in house.replies()[-1]


def test_the_identity_says_what_is_written_about(house: House) -> None:
    from dataclasses import replace

    house.tell("my driving test is tomorrow")
    identity = house.ports.identity
    house.with_(identity=replace(identity, review=replace(identity.review, about=("plan",))))
    before = house.replies()
    looked_at(house)
    assert house.replies() == before


def test_silence_costs_no_entry_in_the_ledger_and_is_counted(house: House) -> None:
    house.tell("my driving test is tomorrow")

    def silent(prompts: Sequence[Prompt]) -> Completion:
        return Completion("silent", tokens_in=100, tokens_out=1)

    house.with_(models=(ScriptedModel(silent),))
    lane = house.meet(ANN).lane
    before = [sort for sort in house.rows(f"LANE#{lane}") if sort.startswith("LEDGER#")]
    looked_at(house)
    rows = house.rows(f"LANE#{lane}")
    assert [sort for sort in rows if sort.startswith("LEDGER#")] == before
    assert rows["HEAD"]["looked"] == 1
    assert rows["HEAD"]["spent"]["tokens"] == 101
