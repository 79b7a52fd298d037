"""Acts as rows: claimed by compare-and-swap, ended once, reported forward only."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persona import keys
from persona.acts import outbox
from persona.decision import ORDER, Act, State
from persona.errors import Broken, Conflict, Transient
from persona.model import FORMAT, Address, Event
from persona.ports import Delete, Put, Write
from tests.unit.house import ANN, BOB, NOON, Between, House


def opened(house: House, after: str = "000000000001#01", text: str = "hello") -> Act:
    act = Act(
        function="sms",
        lane="L",
        home="H",
        after=after,
        address=ANN,
        thread="t",
        text=text,
        cause="c",
        at=NOON,
        detail={"from": "+1"},
        due=NOON,
    )
    house.ports.table.commit([outbox.put(house.ports, act)])
    return act


def stage_of(house: House, act: Act) -> list[str]:
    """In which stages this act has a row."""
    found = [keys.act("sms", "L", stage, act.after) for stage in ("OPEN", "OUT", "DONE")]
    return [key.sort.partition("#")[0] for key in house.ports.table.get(found)]


def stored(house: House, act: Act, stage: str) -> Act:
    key = keys.act("sms", "L", stage, act.after)
    return outbox.open_row(house.ports, house.ports.table.get([key])[key])


def claim(house: House, act: Act, attempt: str) -> Act:
    at = keys.act("sms", "L", "OPEN", act.after)
    return outbox.claim(house.ports, at, attempt, act)[0]


def ended(act: Act, state: State, provider_id: str = "SM1") -> Act:
    return replace(act, state=state, provider_id=provider_id, due=0.0)


def test_an_act_is_read_as_it_was_put(house: House) -> None:
    act = opened(house)
    assert [found for _, found in outbox.unfinished(house.ports, "sms", "L")] == [act]
    assert outbox.unfinished(house.ports, "slack", "L") == []
    assert outbox.unfinished(house.ports, "sms", "M") == []


def test_words_and_addresses_are_sealed_and_what_the_outbox_needs_is_not(house: House) -> None:
    act = opened(house)
    row = outbox.row_of(house.ports, act)
    assert "hello" not in str(row)
    assert ANN.id not in str(row)
    assert (row["state"], row["attempt"], row["due"]) == ("pending", "", NOON)


def test_an_ended_act_is_due_no_more(house: House) -> None:
    act = replace(opened(house), state="sent")
    assert "due" not in outbox.row_of(house.ports, act)
    assert outbox.open_row(house.ports, outbox.row_of(house.ports, act)).due == 0.0


def test_an_act_of_a_newer_format_is_broken(house: House) -> None:
    row = outbox.row_of(house.ports, opened(house))
    with pytest.raises(Broken, match="format"):
        outbox.open_row(house.ports, {**row, "v": FORMAT + 1})


def test_an_act_copied_to_another_place_does_not_open(house: House) -> None:
    row = outbox.row_of(house.ports, opened(house))
    with pytest.raises(Broken):
        outbox.open_row(house.ports, {**row, "after": "000000000002#01"})
    with pytest.raises(Broken):
        outbox.open_row(house.ports, {**row, "lane": "M"})


def test_the_same_act_cannot_be_opened_twice(house: House) -> None:
    act = opened(house)
    with pytest.raises(Conflict):
        house.ports.table.commit([outbox.put(house.ports, replace(act, text="again"))])
    assert stored(house, act, "OPEN").text == "hello"


def test_acts_are_worked_in_the_order_of_their_commits(house: House) -> None:
    for after in ("000000000010#01", "000000000002#02", "000000000002#01"):
        opened(house, after)
    found = [act.after for _, act in outbox.unfinished(house.ports, "sms", "L")]
    assert found == ["000000000002#01", "000000000002#02", "000000000010#01"]


# Claims


def test_of_two_who_claim_one_wins_and_holds_it_for_a_lease(house: House) -> None:
    act = opened(house)
    claimed = claim(house, act, "first")
    with pytest.raises(Conflict):
        claim(house, act, "second")
    assert stored(house, act, "OPEN") == claimed
    assert (claimed.state, claimed.attempt, claimed.tries) == ("sending", "first", 1)
    assert claimed.lease == claimed.due == house.clock.at + outbox.LEASE


def test_taking_over_is_a_compare_and_swap_of_its_own(house: House) -> None:
    opened(house)
    dead = claim(house, opened(house, "000000000003#01"), "dead")
    house.clock.at += outbox.LEASE + 1
    taken = claim(house, dead, "heir")
    assert (taken.attempt, taken.tries) == ("heir", 2)
    with pytest.raises(Conflict):
        claim(house, dead, "other heir")
    assert stored(house, dead, "OPEN").attempt == "heir"


def test_who_stalled_past_the_lease_ends_nothing(house: House) -> None:
    dead = claim(house, opened(house), "dead")
    claim(house, dead, "heir")
    with pytest.raises(Conflict):
        outbox.end(house.ports, dead, ended(dead, "sent"), untold=False)
    with pytest.raises(Conflict):
        outbox.postpone(house.ports, dead, NOON + 99)
    assert stage_of(house, dead) == ["OPEN"]
    assert house.rows("PROVIDER#") == {}


class Deaf(Between):
    """A table whose client repeats a commit, since the first answer to it was lost."""

    def commit(self, writes: Sequence[Write]) -> None:
        self.commit_there(writes)
        self.commit_there(writes)


def test_a_claim_whose_answer_was_lost_is_recognised_as_ones_own(house: House) -> None:
    act = opened(house)
    house.with_(table=Deaf(house.ports.table))
    claimed = claim(house, act, "mine")
    assert stored(house, act, "OPEN") == claimed
    with pytest.raises(Conflict):
        claim(house, act, "other")


def test_a_claim_of_what_has_ended_is_a_conflict(house: House) -> None:
    act = opened(house)
    claimed = claim(house, act, "first")
    outbox.end(house.ports, claimed, ended(claimed, "sent"), untold=False)
    with pytest.raises(Conflict):
        claim(house, act, "late")


def test_a_new_act_is_claimed_by_its_name_alone_and_shows_the_gate(house: House) -> None:
    act, lane = opened(house), house.meet().lane
    at = keys.act("sms", "L", "OPEN", act.after)
    assert outbox.claim(house.ports, at, "mine") == (stored(house, act, "OPEN"), None)
    with pytest.raises(Conflict):  # tried already: only who has read it may take it over
        outbox.claim(house.ports, at, "late")
    moved = replace(opened(house, "000000000002#01"), lane=lane)
    house.ports.table.commit([outbox.put(house.ports, moved)])
    _, gate = outbox.claim(house.ports, keys.act("sms", lane, "OPEN", moved.after), "other")
    assert gate == house.ports.table.get([keys.gate(lane)])[keys.gate(lane)]


def test_a_new_act_waits_for_the_one_before_it(house: House) -> None:
    first, second = opened(house), opened(house, "000000000002#01")
    places = [keys.act("sms", "L", "OPEN", act.after) for act in (first, second)]
    with pytest.raises(Conflict):
        outbox.claim(house.ports, places[1], "hasty", behind=places[:1])
    assert stored(house, second, "OPEN").tries == 0
    held = claim(house, first, "mine")
    outbox.end(house.ports, held, ended(held, "sent"), untold=False)
    assert outbox.claim(house.ports, places[1], "patient", behind=places[:1])[0].tries == 1


def test_who_ends_an_act_hears_that_somebody_knocked(house: House) -> None:
    quiet, knocked = (
        claim(house, opened(house, after), "mine")
        for after in ("000000000001#01", "000000000002#01")
    )
    outbox.knock(house.ports, knocked)
    assert not outbox.end(house.ports, quiet, ended(quiet, "sent"), untold=False)
    assert outbox.end(house.ports, knocked, ended(knocked, "sent"), untold=False)
    assert stage_of(house, quiet) == stage_of(house, knocked) == ["DONE"]
    with pytest.raises(Conflict):
        outbox.knock(house.ports, knocked)


# Ends


def test_an_act_that_is_given_back_can_be_claimed_by_anyone_when_it_is_due(house: House) -> None:
    claimed = claim(house, opened(house), "first")
    outbox.postpone(house.ports, claimed, NOON + 60)
    back = stored(house, claimed, "OPEN")
    assert (back.state, back.attempt, back.due, back.tries) == ("pending", "", NOON + 60, 1)
    assert house.ports.table.due(NOON + 59) == []
    assert house.ports.table.due(NOON + 60) != []
    assert claim(house, back, "next").tries == 2


def test_an_act_not_yet_known_keeps_its_attempt(house: House) -> None:
    claimed = claim(house, opened(house), "first")
    outbox.postpone(house.ports, claimed, NOON + 3, state="sending")
    back = stored(house, claimed, "OPEN")
    assert (back.state, back.attempt, back.due) == ("sending", "first", NOON + 3)


def test_a_sent_act_moves_out_of_the_open_ones_and_is_found_by_its_vendors_id(house: House) -> None:
    claimed = claim(house, opened(house), "first")
    outbox.end(house.ports, claimed, ended(claimed, "sent"), untold=False)
    assert stage_of(house, claimed) == ["DONE"]
    assert outbox.unfinished(house.ports, "sms", "L") == []
    assert house.ports.table.due(NOON + 1e6) == []
    assert house.rows("PROVIDER#sms#L")["SM1"]["after"] == claimed.after


def test_an_untold_end_stays_due_until_it_was_told(house: House) -> None:
    claimed = claim(house, opened(house), "first")
    outbox.end(house.ports, claimed, ended(claimed, "failed", ""), untold=True)
    assert stage_of(house, claimed) == ["OUT"]
    assert len(house.ports.table.due(house.clock.at)) == 1
    outbox.told(house.ports, stored(house, claimed, "OUT"))
    assert stage_of(house, claimed) == ["DONE"]
    assert house.ports.table.due(NOON + 1e6) == []
    assert stored(house, claimed, "DONE").state == "failed"


def test_an_end_is_told_once(house: House) -> None:
    claimed = claim(house, opened(house), "first")
    outbox.end(house.ports, claimed, ended(claimed, "failed", ""), untold=True)
    out = stored(house, claimed, "OUT")
    outbox.told(house.ports, out)
    with pytest.raises(Conflict):
        outbox.told(house.ports, out)


# Reports


def sent(house: House, state: State = "sent", after: str = "000000000001#01") -> Act:
    claimed = claim(house, opened(house, after), "first")
    outbox.end(house.ports, claimed, ended(claimed, state), untold=False)
    return claimed


def report(house: House, status: str, provider_id: str = "SM1", lane: str = "L") -> None:
    house.ports.table.commit(reported(house, status, provider_id, lane))


def reported(
    house: House, status: str, provider_id: str = "SM1", lane: str = "L", who: Address = ANN
) -> list[Write]:
    event = Event(f"{provider_id}:{status}", "status", who, who, target=provider_id)
    return outbox.report(house.ports, event, lane, status)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    first=st.sampled_from(["sent", "failed", "unknown"]),
    reports=st.lists(st.sampled_from([*ORDER, "nonsense"]), max_size=6),
    number=st.integers(1, 10**9),
)
def test_a_report_never_moves_an_act_back(
    house: House, first: State, reports: list[str], number: int
) -> None:
    after = f"{number:012d}#01"
    key = keys.act("sms", "L", "DONE", after)
    if key in house.ports.table.get([key]):
        return
    act = sent(house, first, after)
    ranks = [ORDER[stored(house, act, "DONE").state]]
    for status in reports:
        report(house, status)
        ranks.append(ORDER[stored(house, act, "DONE").state])
    assert ranks == sorted(ranks)
    assert ranks[-1] == max([ranks[0], *(ORDER.get(status, 0) for status in reports)])


def test_a_delivery_is_noted_and_keeps_the_words(house: House) -> None:
    act = sent(house)
    report(house, "delivered")
    assert stored(house, act, "DONE").state == "delivered"
    assert stored(house, act, "DONE").text == "hello"


def test_a_report_on_somebody_elses_act_changes_nothing(house: House) -> None:
    sent(house)
    assert reported(house, "delivered", lane="M") == []
    assert reported(house, "delivered", who=BOB) == []
    assert reported(house, "delivered", "SM2") == []
    assert reported(house, "delivered", who=replace(ANN, surface="slack")) == []


def test_a_report_that_is_quicker_than_our_own_record_is_asked_for_again(house: House) -> None:
    act = sent(house)
    done, out = (keys.act("sms", "L", stage, act.after) for stage in ("DONE", "OUT"))
    row = house.ports.table.get([done])[done]
    house.ports.table.commit([Put(out, row), Delete(done)])
    with pytest.raises(Transient):
        reported(house, "delivered")


def test_two_reports_at_once_do_not_both_count(house: House) -> None:
    act = sent(house)
    failed = reported(house, "failed")
    report(house, "delivered")
    with pytest.raises(Conflict):
        house.ports.table.commit(failed)
    assert stored(house, act, "DONE").state == "delivered"


# Forgotten words, and events that wait


def test_the_text_of_a_forgotten_reply_goes_from_every_part(house: House) -> None:
    house.tell("my cat\fis Max")
    house.tell("who is my cat?")
    house.work()
    turn = house.turns()[-1]
    lane = house.meet().lane
    wish = outbox.to_redact(house.ports, lane, 3, [(turn.surface, turn.version, lane)])
    house.ports.table.commit([wish])
    house.sweep()
    assert house.rows("REDACT#") == {}
    texts = {act.after: act.text for act in house.acts().values()}
    assert texts.pop("000000000001#01").startswith("Noted.")
    assert texts == dict.fromkeys(("000000000002#01", "000000000002#02"), outbox.REDACTED)
