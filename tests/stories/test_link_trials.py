"""A part of the trials whose whole is counted by `make bench`, and that they can fail."""

from itertools import cycle, islice

import pytest

from persona import keys
from persona.model import Address
from persona.people import addresses
from persona.ports import Delete
from tests.stories import link_trials as trials

FOUR = [*islice(trials.ANY_TWO, 1, None, 5), ("web", "web")]
PAIRED = [*zip(trials.ATTACKS * 2, cycle(FOUR), strict=False)]


@pytest.mark.parametrize(("how", "pair"), PAIRED)
def test_an_attack_is_not_accepted(how: trials.Attack, pair: tuple[str, str]) -> None:
    attempts, accepted = trials.attack(how, *pair)
    assert attempts > 0
    assert accepted == 0


@pytest.mark.parametrize("pair", FOUR)
def test_without_the_number_a_relayed_code_is_accepted(pair: tuple[str, str]) -> None:
    assert trials.attack_by_code_alone(*pair) == 1


@pytest.mark.parametrize(("how", "pair"), [*zip(trials.GENUINE, cycle(FOUR), strict=False)])
def test_a_genuine_link_is_not_refused(how: trials.Genuine, pair: tuple[str, str]) -> None:
    assert trials.genuine(how, *pair)


@pytest.mark.parametrize("later", trials.LATER)
@pytest.mark.parametrize("moment", trials.MOMENTS)
def test_what_is_delivered_again_is_one_turn(moment: str, later: float) -> None:
    events, once = trials.delivered_again("slack", "sms", moment, later)
    assert once == events > 0


def test_the_trial_sees_a_second_turn() -> None:
    """An event whose mark is lost is worked twice, and counted so."""
    with trials.opened() as hub:
        phone = trials.Texter(hub)
        event = trials.Mail(hub, phone).event(1, "message", "remember the tea")
        trials.deliver(hub, event)
        assert trials.is_one_turn(hub, event)
        place = addresses.find(hub.ports.table, Address.parse(phone.address))
        assert place
        hub.ports.table.commit([Delete(keys.seen(place.home, event.id))])
        hub.clock.at += 400.0
        assert not trials.is_one_turn(hub, event)


@pytest.mark.parametrize("moment", ["joined", "split"])
@pytest.mark.parametrize("pair", [("slack", "sms"), ("email", "web"), ("sms", "sms")])
def test_nothing_under_way_is_lost_or_doubled(pair: tuple[str, str], moment: str) -> None:
    found = trials.under_way(*pair, moment)
    assert found["sent"] == 8
    assert found["lost"] == found["doubled"] == 0


def test_the_trial_sees_what_is_lost_or_doubled() -> None:
    with trials.opened() as hub:
        phone = trials.Texter(hub)
        mail = trials.Mail(hub, phone)
        twice = [mail.event(n, "message", "remember the tea") for n in (1, 2)]
        for event in twice:
            trials.deliver(hub, event)
        lost = mail.event(3, "message", "remember the milk")
        found = trials.arrived(hub, phone, {"event": twice[0], "held": lost})
        assert (found["sent"], found["doubled"], found["lost"]) == (2, 1, 1)
