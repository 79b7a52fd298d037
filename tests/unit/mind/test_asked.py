"""How people ask what is believed of them, deny it and take it back: many ways to say one thing."""

from pathlib import Path

import pytest

from models.scripted import ScriptedModel
from persona.language import Completion
from persona.memory.signs import signs_of
from persona.mind.commands import Verb, parse
from tests.unit.house import House

PHRASES = Path(__file__).with_name("asked_phrases.txt")
DAY = 86_400.0
OWN_KINDS = ("preference", "decision", "concern")


def phrases() -> dict[str, list[str]]:
    """Each command's ways; under `plain` stand words that only sound like one."""
    found: dict[str, list[str]] = {}
    for block in PHRASES.read_text().strip().split("\n\n"):
        head, *ways = block.split("\n")
        found[head.strip("[]")] = ways
    return found


@pytest.mark.parametrize("verb", ["picture", "why", "ground", "wrong", "manner", "expected"])
def test_what_people_say_is_understood(verb: Verb) -> None:
    heard = {words: parse(words) for words in phrases()[verb]}
    missed = [words for words, one in heard.items() if one is None or one.verb != verb]
    assert missed == []
    assert len(heard) >= 10


def test_a_wish_to_forget_names_what_it_is_about() -> None:
    for line in phrases()["forget"]:
        words, _, about = line.partition(" -> ")
        command = parse(words)
        assert command is not None and (command.verb, command.rest) == ("forget", about), words


def test_what_only_sounds_like_it_is_a_statement_or_a_question() -> None:
    assert [words for words in phrases()["plain"] if parse(words) is not None] == []


@pytest.fixture
def tea(house: House) -> House:
    for words in ("I like tea", "my lock is 4812", "I really like tea"):
        house.tell(words)
        house.clock.at += DAY
    return house


@pytest.mark.parametrize("no", ["not any more", "that was a joke", "no, I never said that"])
def test_a_no_that_points_back_means_what_was_shown_and_else_nothing(tea: House, no: str) -> None:
    assert tea.tell(no) == "Noted."
    tea.tell("how do you know I like tea?")
    assert tea.tell(no).startswith("Then I go by it no longer")
    assert "you like tea" not in tea.tell("who do you think I am?")


@pytest.mark.parametrize("now", ["I don't like tea any more", "I hate tea now"])
def test_who_has_changed_is_taken_at_their_word(tea: House, now: str) -> None:
    assert "It takes the place of" in tea.tell(now)
    assert "you like tea" not in tea.tell("what do you know about me?")


def test_what_was_denied_is_quoted_with_that_and_a_bare_no_is_no_thing_told(tea: House) -> None:
    tea.tell("stop assuming I like tea")
    assert "(you told me since that it is wrong)" in tea.tell("what tea do I like?")
    picture = tea.tell("what do you know about me?")
    assert picture.startswith("You told me 3 things") and "stop assuming" not in picture
    tea.tell("remember that I like tea")
    assert "since that it is wrong" not in tea.tell("what tea do I like?")


def test_what_asks_for_a_belief_or_denies_one_shows_nothing_of_who_says_it() -> None:
    said = phrases()
    asking = [*said["picture"], *said["why"], *said["ground"], *said["manner"], *said["expected"]]
    told = {words: [one for one in signs_of(words) if one.kind in OWN_KINDS] for words in asking}
    assert {words: found for words, found in told.items() if found} == {}
    worry = signs_of("it's wrong that I'm worried about the boiler")
    assert not [one for one in worry if one.kind in OWN_KINDS]
    assert signs_of("that's wrong, I prefer coffee"), "what they say instead"


@pytest.mark.parametrize(
    "words",
    [
        "that's wrong that I like coffee",
        "I never said that I like coffee",
        "unlearn that I like coffee",
    ],
)
def test_a_no_to_what_is_not_believed_says_so_and_what_is_near(tea: House, words: str) -> None:
    told = tea.tell(words)
    assert told.startswith("Nothing of the kind is believed of you") and "“I like coffee”" in told
    assert "• you like tea" in told
    assert tea.tell("that's wrong").startswith("Then I go by it no longer"), "what was near"


def test_a_no_to_what_is_not_believed_but_said_quotes_it_and_takes_what_is_said_then(
    tea: House,
) -> None:
    assert "“my lock is 4812”" in tea.tell("that's not true that my lock is 4812")
    assert "It takes the place of" in tea.tell("it's 9911")
    assert (
        tea.tell("what is my lock?").startswith("You told me by SMS")
        and "9911" in tea.replies()[-1]
    )
    assert tea.tell("you're wrong about Rome") == "Noted.", "nothing of theirs"
    assert "Nothing that you told me says so" in tea.tell("why do you think I like coffee?")


def test_a_model_is_asked_about_what_it_may_have_said_itself(tea: House) -> None:
    tea.with_(models=(ScriptedModel(lambda prompts: Completion("I see.")),))
    assert tea.tell("that's wrong that my visa is expired") == "I see."
    assert tea.tell("that's wrong that I like coffee").startswith("Nothing of the kind")


def test_which_is_wrong_may_be_said_in_words(tea: House) -> None:
    for words in ("I prefer trains to planes", "I really prefer trains to planes"):
        tea.tell(words)
        tea.clock.at += DAY
    tea.tell("what do you know about me?")
    assert tea.tell("the last one is wrong").startswith("Which of these is wrong?")
    ended = tea.tell("the second one")
    assert ended.startswith("Then I go by it no longer") and "you like tea" in ended
    tea.tell("what do you know about me?")
    assert tea.tell("that's wrong: trains").startswith("Then I go by it no longer")


def test_a_habit_is_named_by_what_it_is_and_not_by_a_message_that_shows_it(house: House) -> None:
    for n in range(8):
        house.tell(f"thing number {n} is there")
        house.clock.at += DAY
    assert "mostly write" in house.tell("what do you know about me?")
    assert "mostly write" not in house.tell("you're wrong about the thing")
    assert "mostly write" in house.tell("what do you know about me?")


def test_a_no_to_a_quotation_says_whose_words_they_are(tea: House) -> None:
    tea.tell("what is my lock?")
    assert "“my lock is 4812”" in tea.tell("that's wrong")


def test_forgetting_what_was_just_shown_asks_which_and_then_lets_go(tea: House) -> None:
    tea.tell("how do you know I like tea?")
    assert "“I like tea”" in tea.tell("forget that")
    tea.tell("all")
    assert "tea" not in tea.tell("what do you know about me?")
    tea.tell("what is my lock?")
    assert tea.tell("delete that").startswith("Forgotten: that")


def test_what_is_close_to_the_forgotten_is_offered_too(tea: House) -> None:
    close = tea.tell("can you forget that I like tea?")
    assert close.startswith("Forgotten: that") and "1. you told me" in close
    tea.tell("1")
    assert "tea" not in tea.tell("what do you know about me?")


def test_for_whom_somebody_is_taken_is_told_with_their_words_and_may_be_denied(
    house: House,
) -> None:
    for words in ("are you sure about that?", "how do you know that?"):
        house.tell(words)
        house.clock.at += DAY
    told = house.tell("why so short?")
    assert "mostly for a skeptic" in told and "“are you sure”" in told
    house.tell("that's not me")
    assert "a skeptic" not in house.tell("how do you see me?")


def test_what_is_expected_is_told_as_a_guess_where_nothing_was_shown(house: House) -> None:
    house.tell("hello")
    assert "I guess that" in house.tell("how do you think I'd react?")


def test_a_model_is_told_what_was_denied(tea: House) -> None:
    model = ScriptedModel(lambda prompts: Completion("I see."))
    tea.tell("stop assuming I like tea")
    tea.with_(models=(model,))
    tea.tell("what tea do I like?")
    shown = "".join(prompt.text for seen in model.seen for prompt in seen)
    assert shown.count("tea” (they said since that this is wrong of them: do not go by it)") == 2
