"""The same thing fails for people of different tempers: each is served as they would want, and why."""

from collections.abc import Sequence

from models.scripted import ScriptedModel
from persona.language import Completion, Prompt
from persona.memory import evidence
from persona.model import Address
from persona.people import addresses
from tests.stories.linking import link
from tests.stories.people import Slacker, Texter, Visitor, drain, in_channel, settle
from tests.stories.tempers import FAILING, NEWCOMER, OPERATOR, REASON, REGULAR, SKEPTIC, later, live
from tests.support import Hub


def test_three_people_of_three_tempers_are_each_told_of_the_same_failure_as_they_want(
    hub: Hub,
) -> None:
    ann = live(Visitor(hub, name="ann"), SKEPTIC)
    bob = live(Visitor(hub, name="bob"), OPERATOR)
    cay = live(Visitor(hub, name="cay"), REGULAR)
    told = {one.address: one.say(FAILING) for one in (ann, bob, cay)}
    assert len(set(told.values())) == 3

    skeptical = told["web:ann"]
    assert skeptical.index("What came back: ") < skeptical.index("What I tried: ")
    assert "“ledger” shows it" in skeptical and "sorry" not in skeptical
    why = ann.say("why")
    assert "I put it so because you ask what things rest on:" in why
    assert "“are you sure”" in why and "“How do you know" not in why
    assert "“why”" in why  # what she said when it failed before

    acting = told["web:bob"]
    first, _, rest = acting.partition("\n\n")
    assert first.startswith("On it: ") and "\n" not in first
    assert rest.startswith("Failed: ") and f"say “{FAILING}”" in rest
    why = bob.say("why")
    assert "you like it done" in why and "“keep it short”" in why and "“retry”" in why

    warm = told["web:cay"]
    assert "and I am sorry about that" in warm
    assert "the plans for the shed are in the blue folder" in warm
    assert "ledger" not in warm and "To try it once more" not in warm
    why = cay.say("why")
    assert "we have talked for a while" in why and "“you are the best”" in why


def test_a_bare_why_right_after_a_failure_says_why_it_failed_and_then_what_the_answer_rests_on(
    hub: Hub,
) -> None:
    ann = Visitor(hub)
    ann.say("my lock is 4812")
    for words in ("why?", "how come?"):
        ann.say(FAILING)
        why = ann.say(words)
        assert why.startswith("All that came back is what I told you:") and REASON in why
        assert why.index(REASON) < why.index("My last answer rests on this:")
    ann.say(FAILING)
    ann.say("what is my lock?")
    why = ann.say("why?")
    assert why.startswith("My last answer rests on this:") and "“my lock is 4812”" in why
    ann.say(FAILING)
    ann.say("try again")
    assert "“try again”" not in ann.say("what do you know about me?"), "it tells nothing of them"


def test_the_same_question_is_answered_differently_for_each_of_the_four(hub: Hub) -> None:
    asked, answers = "where are the plans for the shed?", dict[str, str]()
    for temper in (SKEPTIC, OPERATOR, REGULAR, NEWCOMER):
        one = live(Visitor(hub, name=temper.stance), temper)
        one.say("the shed is behind the plum tree")
        answers[temper.stance] = one.say(asked)
    words = "the plans for the shed are in the blue folder"
    assert all(words in answer for answer in answers.values())
    assert "That is all it rests on: " in answers["skeptic"]
    assert answers["operator"].startswith(f"“{words}” (on the web, ")
    assert "\n" not in answers["operator"]
    assert "behind the plum tree" in answers["regular"]
    assert answers["newcomer"].startswith("You told me on the web")
    assert len(set(answers.values())) == 4


def test_a_newcomer_is_told_the_ground(hub: Hub) -> None:
    told = Visitor(hub).say(FAILING)
    assert "I could not do this: " in told
    assert "I tried it as you said it" in told and "“help”" in told


def test_where_others_read_nobody_has_a_manner(hub: Hub) -> None:
    live(Slacker(hub), OPERATOR)
    told = in_channel(hub, "U0ANN").say(FAILING)
    assert "On it: " not in told and "Failed: " not in told


def test_a_contested_stance_changes_nothing_any_more(hub: Hub) -> None:
    ann = live(Visitor(hub), OPERATOR)
    assert "On it: " in ann.say(FAILING)
    ann.say("why do you think that I want it done, and told in a line?")
    ann.say("that's wrong")
    told = ann.say(FAILING)
    assert "On it: " not in told and "Failed: " not in told


def test_parted_homes_take_the_manner_with_them(hub: Hub) -> None:
    ann, phone = Visitor(hub), Texter(hub)
    phone.say("hello")
    live(ann, OPERATOR)
    link(ann, phone)
    assert "Failed: " in phone.say(FAILING)
    ann.say("unlink sms")
    drain(hub)
    assert "Failed: " not in later(phone, FAILING)
    assert "Failed: " in ann.say(FAILING)


def test_who_lets_it_drop_is_come_back_to(hub: Hub) -> None:
    ann = Visitor(hub)
    for n in range(3):
        later(ann, FAILING)
        for what in ("feed", "brush", "walk"):
            later(ann, f"my cat likes it when I {what} her, day {n}")
    told = later(ann, FAILING)
    assert "To try it once more" not in told
    before = len(ann.replies())
    settle(hub, 3 * 86_400.0)
    (review,) = ann.replies()[before:]
    assert "we left it there" in review


def test_what_is_asked_for_is_asked_of_everybody_alike(hub: Hub) -> None:
    live(ann := Visitor(hub), OPERATOR)
    told = ann.say("email bob@example.org: just do it")
    assert "May I do this? " in told and "I ask because " in told


def test_a_model_is_told_how_somebody_wants_to_be_served(hub: Hub) -> None:
    seen: list[str] = []

    def script(prompts: Sequence[Prompt]) -> Completion:
        seen.extend(one.text for one in prompts if one.role == "system")
        return Completion("Done.")

    ann = live(Visitor(hub), OPERATOR)
    hub.ports = hub.ports.but(models=(ScriptedModel(script),))
    ann.say("what is next?")
    assert any("Act first and report in one line" in text for text in seen)


def test_a_failure_is_reacted_to_once(hub: Hub) -> None:
    """It stays open for some messages; what was said of it closes it."""
    ann = Visitor(hub)
    for one in (FAILING, "hm, so be it", "why did that fail?", "what does my shed cost?"):
        ann.say(one)
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place is not None
    found = evidence.read_turns(hub.ports, place.home)
    marks = {turn.person_text(): turn.failed.what for turn in found if turn.failed}
    assert marks == {"hm, so be it": "read", "why did that fail?": "read"}


def test_how_somebody_takes_a_failure_is_answered_and_not_only_noted(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say(FAILING)
    assert REASON in ann.say("what went wrong?")
    ann.say(FAILING)
    assert "Another way: " in ann.say("is there another way?")
    ann.say(FAILING)
    assert "whoever runs this hub" in ann.say("this is useless")
    ann.say(FAILING)
    assert ann.say("no worries") == "Thank you."
    assert ann.say("no worries") == "Noted.", "once"
    for again in (FAILING, "try again", "once more"):
        assert REASON in ann.say(again), again
