"""What may be done, how much of it and until when: and that the act finds out when this has changed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub import halting
from hub.stage import answer
from models.scripted import ScriptedModel
from persona import halts, keys
from persona.acts import costs, effects, questions
from persona.decision import Act
from persona.keys import Key
from persona.language import Call, Completion, Prompt
from persona.model import Address
from persona.people import addresses
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain
from tests.support import Hub, Open

DAY = 86_400.0
BOB, EVE = "bob@example.net", "eve@example.net"
CODE = re.compile(r"approve ([A-Z2-9]{6})")


def ask(person: Person, words: str = f"email {BOB}: hello") -> str:
    """The code that approves what these words wish."""
    found = CODE.search(person.say(words))
    assert found, person.replies()[-1]
    return found[1]


def mails(hub: Hub, to: str = BOB) -> list[str]:
    drain(hub)
    return [act.text for act in hub.sent("email") if act.address == Address("email", to)]


def permit(person: Person, terms: str = "always") -> str:
    """The answer to an approval that goes on holding; the mail that was approved has gone out."""
    return person.say(f"approve {ask(person)} {terms}")


def commit(hub: Hub, person: Person, words: str) -> None:
    """Takes the turn on these words; what it decided is committed, and nobody has begun it."""
    person.send(words)
    while hub._take_batch():
        pass
    (act,) = open_acts(hub, person)
    assert act.startswith("OPEN#")


def lane_of(hub: Hub, person: Person) -> str:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return place.lane


def open_acts(hub: Hub, person: Person) -> list[str]:
    found = hub.ports.table.query(Key(f"ACT#send_email#{lane_of(hub, person)}", "OPEN"))
    return [key.sort for key, _ in found]


def reasons(hub: Hub, person: Person) -> list[str]:
    """Why wishes of this person came to nothing at the act, the oldest first."""
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    found = effects.read(hub.ports, [place.lane], [place.home])
    return [one.reason for one in found if one.end == "not done" and one.reason]


# Judged again: what has changed between the turn's commit and the act


def _speak(words: str) -> Callable[[Hub, Person], None]:
    """The person says it, and their turn is taken before the act."""

    def change(hub: Hub, ann: Person) -> None:
        ann.send(words)
        while hub._take_batch():
            pass

    return change


def _halt(capability: str) -> Callable[[Hub, Person], None]:
    def change(hub: Hub, ann: Person) -> None:
        halting.now(hub.ports, capability, halted=True)

    return change


def _wait(seconds: float) -> Callable[[Hub, Person], None]:
    def change(hub: Hub, ann: Person) -> None:
        hub.clock.at += seconds

    return change


def _lower(**settings: Any) -> Callable[[Hub, Person], None]:
    def change(hub: Hub, ann: Person) -> None:
        hub.ports = hub.ports.but(settings=replace(hub.ports.settings, **settings))

    return change


CHANGES: dict[str, tuple[str, Callable[[Hub, Person], None], str]] = {
    "stopped": ("always", _speak("stop"), "halted: you said stop"),
    "revoked": ("always", _speak("revoke 1"), "not approved"),
    "switched off": ("always", _speak("switch off send email"), "switched off"),
    "run out": ("for an hour", _wait(3601.0), "not approved"),
    "capability halted": ("always", _halt("send_email"), "halted: whoever runs this hub"),
    "hub halted": ("always", _halt(""), "halted: whoever runs this hub"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_since_the_turn_stops_the_act(hub: Hub, name: str) -> None:
    terms, change, reason = CHANGES[name]
    ann = Visitor(hub)
    permit(ann, terms)
    commit(hub, ann, f"email {BOB}: and again")
    change(hub, ann)
    assert mails(hub) == ["hello"]
    if name != "hub halted":
        assert reasons(hub, ann)[-1].startswith(reason)


def test_nothing_has_changed_and_the_act_is_done(hub: Hub) -> None:
    """The control beside those above."""
    ann = Visitor(hub)
    permit(ann)
    commit(hub, ann, f"email {BOB}: and again")
    assert mails(hub) == ["hello", "and again"]


def test_ones_own_address_that_was_parted_since_takes_nothing(hub: Hub) -> None:
    ann, mail = Visitor(hub), Mailer(hub)
    link(ann, mail)
    commit(hub, ann, "email ann@example.org: milk, eggs")
    mail.post("unlink me", "parting")
    while hub._take_batch():
        pass
    rings = list(iter(lambda: hub.family.bell.take(0), None))
    for one in sorted(rings, key=lambda one: one.function != "link"):  # the parting comes first
        answer(one, hub.ports)
        hub.family.bell.done(one)
    assert "milk, eggs" not in mails(hub, "ann@example.org")
    assert reasons(hub, ann)[-1].startswith("not approved: ann@example.org is new to me")


def test_a_limit_that_was_lowered_since_holds_at_the_act(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say(f"approve {ask(ann, 'text +14155550177: hello')} always")
    ann.send("text +14155550177: and again")
    while hub._take_batch():
        pass
    _lower(budget_segments=costs.RESERVE + 1)(hub, ann)
    drain(hub)
    assert [a.text for a in hub.sent("sms")] == ["hello"]
    assert "today's text messages are used up" in reasons(hub, ann)


# Halts


def test_a_halted_hub_says_and_does_nothing_and_nothing_comes_late(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    assert halting.now(hub.ports, "", halted=True) == {"halted": True, "capabilities": []}
    assert ann.say("what is my bike lock?", f"email {BOB}: hello", "stop", "start") == ""
    assert not mails(hub)
    assert "what is my bike lock?" in hub.heard(ann.address), "heard, and kept"
    halting.now(hub.ports, "", halted=False)
    drain(hub)
    before = ann.replies()
    assert len(before) == 1, "nothing comes late"
    answer = ann.say("what is my bike lock?")
    assert "4812" in answer
    assert answer.count("I was halted for a while") == 1
    assert "halted" not in ann.say("what is my bike lock?")
    assert not mails(hub)


def test_a_halt_by_another_process_is_seen_within_seconds(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    elsewhere = hub.ports.but(halts=halts.Watch())
    halting.now(elsewhere, "", halted=True)
    hub.clock.at += halts.FRESH
    assert ann.say("what is my bike lock?") == ""


def test_one_capability_is_halted_for_everybody_and_the_others_are_not(hub: Hub) -> None:
    ann, bob = Texter(hub), Slacker(hub)
    halting.now(hub.ports, "send_email", halted=True)
    for one in (ann, bob):
        assert "whoever runs this hub has halted send email" in one.say(f"email {BOB}: hello")
    code = ask(ann, "text +14155550177: hello")
    ann.say(f"approve {code}")
    assert [act.text for act in hub.sent("sms") if act.function == "send_sms"] == ["hello"]
    halting.now(hub.ports, "send_email", halted=False)
    assert ask(ann)


def test_what_is_halted_or_off_is_not_offered_to_a_model(open_hub: Open) -> None:
    model = Offered()
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    halting.now(hub.ports, "send_sms", halted=True)
    ann.say("switch off send email", "hello there, how are things?")
    assert "fetch_page" in model.names
    assert not {"send_email", "send_sms"} & model.names


class Offered(ScriptedModel):
    """Keeps which capabilities it was offered."""

    def __init__(self) -> None:
        super().__init__(lambda prompts: Completion("Well."))
        self.names = set[str]()

    def complete(self, prompts: Any, offers: Any, seconds: float) -> Completion:
        self.names = {offer["name"] for offer in offers}
        return super().complete(prompts, offers, seconds)


def test_switched_off_is_off_for_whoever_wishes_it_until_it_is_on(hub: Hub) -> None:
    ann, bob = Texter(hub), Slacker(hub)
    assert "I can do nothing that is called" in ann.say("switch off the lights")
    assert "is switched off" in ann.say("Switch off send email.")
    assert "switched off" in ann.say(f"email {BOB}: hello")
    assert "Switched off: send email" in ann.say("grants")
    assert ask(bob), "nobody else's"
    assert "is switched on" in ann.say("switch on send_email")
    assert ask(ann)


def test_what_is_off_stays_off_through_a_link_and_its_end(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    phone.say("switch off send email")
    link(ann, phone)
    assert "switched off" in ann.say(f"email {BOB}: hello")
    ann.say("unlink sms")
    assert "switched off" in phone.say(f"email {BOB}: hello")


# Stop


def test_stop_ends_acts_and_leaves_questions_and_start_floods_nobody(hub: Hub) -> None:
    ann = Slacker(hub)
    permit(ann)
    codes = [ask(ann, f"email {EVE}: number {n}") for n in range(3)]
    for n in range(4):
        ann.send(f"email {BOB}: number {n}")
    while hub._take_batch():
        pass
    ann.send("stop")
    drain(hub)
    before = len(ann.replies())
    assert mails(hub) == ["hello"]
    hub.clock.at += questions.STANDS + 1
    drain(hub)
    assert len(ann.replies()) == before, "nothing is said to one who said stop"
    ann.say("start")
    assert len(ann.replies()) == before + 1, "and starting again lets nothing loose"
    for code in codes:
        assert "expired" in ann.say(f"approve {code}")
    assert mails(hub) == ["hello"]
    assert not mails(hub, EVE)
    hub.clock.at += questions.AGAIN
    drain(hub)
    assert not hub.family.table.next_due(hub.clock.at), "no question asks for ever"


def test_what_was_decided_before_a_stop_stays_undone_once_they_start_again(hub: Hub) -> None:
    ann = Slacker(hub)
    permit(ann)
    commit(hub, ann, f"email {BOB}: before")
    ann.send("stop", "start")
    assert mails(hub) == ["hello"]
    assert "I do this now" in ann.say(f"email {BOB}: after")
    assert mails(hub) == ["hello", "after"]


def test_what_was_done_while_somebody_said_stop_is_told_when_they_start(hub: Hub) -> None:
    ann = Slacker(hub)
    permit(ann)

    def stop_meanwhile(act: Act, hands: Any, send: Any = hub.post["email"].send) -> Any:
        ann.send("stop")
        return send(act, hands)

    hub.post["email"].send = stop_meanwhile  # type: ignore[method-assign]
    ann.say(f"email {BOB}: and again")
    assert mails(hub) == ["hello", "and again"]
    ann.say("start")
    assert "Done: email bob@example.net" in ann.say("what is my bike lock?")


# Budgets


def wishing(*wished: Sequence[Call]) -> Callable[[Sequence[Prompt]], Completion]:
    """Wishes the first of these on “go on”, then the next; a mail to Bob on anything else."""
    left = list(wished)

    def script(prompts: Sequence[Prompt]) -> Completion:
        if prompts[-1].role == "tool":
            return Completion("I am done.")
        if "go on" not in prompts[-1].text:
            return Completion("", (Call("0", "send_email", {"to": BOB, "text": "hello"}),))
        return Completion("I do that.", tuple(left.pop(0)))

    return script


def test_twenty_wished_three_left_three_sent(open_hub: Open) -> None:
    calls = [Call(str(n), "send_email", {"to": BOB, "text": f"number {n}"}) for n in range(20)]
    bursts = [calls[at : at + 5] for at in range(0, 20, 5)]
    hub = open_hub(models=(ScriptedModel(wishing(*bursts)),))
    ann = Visitor(hub)
    permit(ann, "always, 3 a day")
    told = [ann.say(f"go on, please, part {n}") for n in range(4)]
    assert mails(hub) == ["hello", "number 0", "number 1", "number 2"]
    assert len(CODE.findall(told[0])) == 2, "what is above the permission is asked for"


def test_a_rate_holds_within_one_turn_and_is_told_in_one_line(open_hub: Open) -> None:
    calls = [Call(str(n), "send_email", {"to": BOB, "text": f"number {n}"}) for n in range(25)]
    bursts = [calls[at : at + 4] for at in range(0, 24, 4)]
    hub = open_hub(models=(ScriptedModel(wishing(*bursts)),))
    ann = Visitor(hub)
    permit(ann)
    told = ""
    for n in range(6):
        hub.clock.at += 60
        told = ann.say(f"go on, please, part {n}")
    assert len(mails(hub)) == 20, "one by approval and 19 of 24"
    assert told.count("I may not do this") == 1
    assert "over 20 a day" in told


def test_text_messages_are_counted_and_the_last_word_is_said_once(open_hub: Open) -> None:
    hub = open_hub({"HUB_BUDGET_SMS": "8"})
    ann = Texter(hub)
    for n in range(12):
        hub.clock.at += 60
        ann.say(f"remember number {n}")
    last = ann.replies()
    assert last[-1] == costs.LAST_WORD
    assert last.count(costs.LAST_WORD) == 1
    assert 3 <= len(last) <= 8
    assert len(hub.heard(ann.address)) == 12, "every word was read and kept"
    hub.clock.at += DAY
    answer = ann.say("what is number 11?")
    assert costs.MISSED in answer
    assert costs.MISSED not in ann.say("what is number 10?")


def test_texts_to_others_count_too_and_cost_money(open_hub: Open) -> None:
    hub = open_hub({"HUB_BUDGET_USD": "0.025", "HUB_SMS_PRICE": "0.01"})
    ann = Visitor(hub)
    to = "+14155550177"
    ann.say(f"approve {ask(ann, f'text {to}: one')} always")
    ann.say(f"text {to}: two")
    assert "over today's budget" in ann.say(f"text {to}: three")
    long = "x" * 161
    hub.clock.at += DAY
    assert "I do this now" in ann.say(f"text {to}: {long}")
    assert "over today's budget" in ann.say(f"text {to}: four")
    assert [act.text for act in hub.sent("sms")] == ["one", "two", long]


# Grants


def test_grants_are_listed_with_their_terms_and_taken_back_by_number(hub: Hub) -> None:
    ann = Texter(hub)
    assert ann.say("grants").startswith("Nothing")
    assert "send email to bob@example.net, until" in permit(ann, "for a week, 3 a day")
    ann.say(f"approve {ask(ann, f'email {EVE}: hello')} always")
    listed = ann.say("what may you do without asking me?")
    assert "1. send email to bob@example.net, until" in listed
    assert "3 a day" in listed
    assert "2. send email to eve@example.net\n" in listed
    assert "There is no permission" in ann.say("revoke 3")
    assert "Taken back: send email to bob@example.net" in ann.say("revoke 1")
    assert "May I do this?" in ann.say(f"email {BOB}: and again")
    assert "I do this now" in ann.say(f"email {EVE}: and again")
    ann.say("revoke all")
    assert ann.say("grants").startswith("Nothing")


def test_a_grant_ends_by_itself(hub: Hub) -> None:
    ann = Texter(hub)
    assert "until 17 June 2025 00:00" in permit(ann, "until Monday"), "NOON is a Sunday"
    hub.clock.at += 1.3 * DAY
    assert "I do this now" in ann.say(f"email {BOB}: and again")
    hub.clock.at += DAY
    assert "May I do this?" in ann.say(f"email {BOB}: too late")
    assert ann.say("grants").startswith("Nothing")


def test_unclear_terms_approve_nothing(hub: Hub) -> None:
    ann = Texter(hub)
    code = ask(ann)
    assert "Nothing was approved" in ann.say(f"approve {code} until the cows come home")
    assert not mails(hub)
    ann.say(f"approve {code}")
    assert mails(hub) == ["hello"]


def test_a_grant_comes_and_goes_with_the_home_where_it_was_given(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    permit(phone)
    link(ann, phone)
    assert "I do this now" in ann.say(f"email {BOB}: together")
    ann.say("unlink sms")
    assert "May I do this?" in ann.say(f"email {BOB}: apart")
    assert "I do this now" in phone.say(f"email {BOB}: still")


def test_a_grant_that_was_revoked_on_the_other_side_does_not_come_back_with_a_split(
    hub: Hub,
) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    permit(phone)
    link(ann, phone)
    ann.say("revoke 1")
    ann.say("unlink sms")
    assert "May I do this?" in phone.say(f"email {BOB}: still")


def test_a_new_link_uses_and_sees_no_grant_of_the_other_side(open_hub: Open) -> None:
    hub = open_hub({"HUB_LINK_QUARANTINE": "3600"})
    ann, phone = Slacker(hub), Texter(hub)
    permit(ann)
    link(ann, phone)
    assert "May I do this?" in phone.say(f"email {BOB}: hm")
    assert BOB not in phone.say("grants")
    assert "May I do this?" in ann.say(f"text {phone.phone}: is it you?"), "not yet her own"
    hub.clock.at += 3601
    assert "I do this now" in phone.say(f"email {BOB}: well")
    assert "I do this now" in ann.say(f"text {phone.phone}: it is you")


def test_a_number_that_was_silent_for_long_is_asked_about_before_it_is_written_to(
    hub: Hub,
) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    assert "I do this now" in ann.say(f"text {phone.phone}: milk")
    hub.clock.at += 31 * DAY
    assert "May I do this?" in ann.say(f"text {phone.phone}: eggs")


def test_permissions_are_not_spoken_of_where_others_listen(hub: Hub) -> None:
    from tests.stories.people import in_channel

    ann = Slacker(hub)
    permit(ann)
    assert BOB not in in_channel(hub, "U0ANN").say("grants")


# Dry runs


@pytest.mark.parametrize("terms", ["", "always"], ids=["ask", "allow"])
def test_a_dry_run_decides_alike_with_the_same_hash_and_does_nothing(hub: Hub, terms: str) -> None:
    ann = Visitor(hub)
    if terms:
        permit(ann, terms)
    lane, words = lane_of(hub, ann) if terms else "", f"email {BOB}: and again"
    dry = ann.say(f"dry run: {words}")
    lane = lane or lane_of(hub, ann)
    assert "nothing is done" in dry
    assert not CODE.search(dry)
    assert not open_questions(hub, ann)
    assert len(mails(hub)) == bool(terms)
    again = ann.say(f"dry run: {words}")
    real = ann.say(words)
    if terms:
        assert "I would do this at once" in dry
        assert "I do this now" in real
        partition = Key(f"ACT#send_email#{lane}", "DONE")
        from persona.acts.outbox import open_row

        acts = [open_row(hub.ports, row) for _, row in hub.ports.table.query(partition)]
        wish = acts[-1].wish["intent"]
    else:
        assert "I would ask you first, because bob@example.net is new to me" in dry
        assert "I ask because bob@example.net is new to me" in real
        (question,) = open_questions(hub, ann)
        wish = question
    from persona.decision import Intent

    hash = Intent(**wish).hash
    assert f"(intent {hash})" in dry
    assert f"(intent {hash})" in again


def open_questions(hub: Hub, person: Person) -> list[dict[str, Any]]:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    found = hub.ports.table.query(keys.questions(place.home))
    opened = [questions.open_row(key, row, hub.ports) for key, row in found]
    return [vars_of(one) for one in opened if one.state == "open"]


def vars_of(question: questions.Question) -> dict[str, Any]:
    intent = question.wish.intent
    return {name: getattr(intent, name) for name in intent.__slots__}


def test_the_same_wish_twice_is_two_with_two_hashes(hub: Hub) -> None:
    ann = Visitor(hub)
    ask(ann)
    ask(ann)
    one, two = open_questions(hub, ann)
    assert one["cause"] != two["cause"]


def test_a_dry_run_keeps_forgets_and_sends_nothing(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    for words in ("forget my bike", "remember that I like tea", "my bike is blue", "grants"):
        assert "only answer" in ann.say(f"dry run: {words}")
    assert "4812" in ann.say("what is my bike lock?")
    assert "tea" not in ann.say("what do I like?")
