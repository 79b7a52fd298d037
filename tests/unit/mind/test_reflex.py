"""The reflex brain: it quotes, it says that it does not know, and it never invents."""

from datetime import UTC, datetime

import pytest

from persona.model import Address
from tests.unit.house import ANN, BOB, NOON, ROOM, House

DAY = 86_400.0


def test_a_statement_is_kept_and_acknowledged_in_a_word(house: House) -> None:
    house.tell("hello")
    assert house.tell("my cat is called Max") == "Noted."


def test_an_answer_quotes_the_words_with_when_and_where(house: House) -> None:
    house.tell("my cat is called Max")
    house.clock.at += DAY
    told = datetime.fromtimestamp(NOON + 1, UTC)
    assert house.tell("what is my cat called?") == (
        f"You told me by SMS, yesterday at {told:%H:%M}: “my cat is called Max”"
    )


def test_what_was_never_said_is_not_guessed(house: House) -> None:
    house.tell("my dentist is called Max")
    reply = house.tell("which colour is the bicycle of my parrot's dentist?")
    assert reply.startswith("I do not know.")
    assert "Max" not in reply


def test_a_question_is_no_answer_to_itself(house: House) -> None:
    house.tell("what is my locker code?")
    assert house.tell("what is my locker code?").startswith("I do not know.")


def test_of_two_answers_the_newer_comes_first_and_the_older_is_named(house: House) -> None:
    house.tell("my locker code is 111")
    house.clock.at += DAY
    house.tell("my locker code is 222")
    first, second = house.tell("what is my locker code?").split("\n")
    assert "“my locker code is 222”" in first
    assert second.startswith("Earlier, you told me by SMS")
    assert "“my locker code is 111”" in second


def test_the_same_said_twice_is_said_once(house: House) -> None:
    house.tell("my locker code is 111")
    house.tell("My locker code is 111 ")
    assert house.tell("what is my locker code?").count("locker") == 1


def test_lines_are_quoted_as_lines(house: House) -> None:
    house.tell("remember my list:\nmilk\nbread")
    assert house.tell("what is on my list?").endswith(":\n> remember my list:\n> milk\n> bread")


def test_several_messages_are_answered_one_by_one_in_one_reply(house: House) -> None:
    house.tell("my cat is called Max")
    house.tell("my locker code is 111")
    reply = house.tell("what is my cat called?", "what is my locker code?")
    first, second = reply.split("\n\n")
    assert "Max" in first
    assert "111" in second


def test_remember_keeps_a_note_and_says_which(house: House) -> None:
    assert "“milk and bread”" in house.tell("remember: milk and bread")
    assert house.turns()[-1].kept
    house.tell("my cat is Max")
    assert not house.turns()[-1].kept


def test_notes_come_first_in_the_picture(house: House) -> None:
    house.tell("remember my allergy is nuts")
    house.tell("my cat is Max")
    picture = house.tell("what do you know about me?").split("\n")
    assert picture[0].startswith("You told me 2 things (by SMS), the first today at ")
    assert picture[1].startswith("1. ")
    assert "allergy" in picture[1]
    assert "Max" in picture[2]


def test_a_picture_of_nothing_says_so(house: House) -> None:
    assert house.tell("what do you know about me?").startswith("Nothing yet.")


def test_a_long_picture_is_cut_and_says_how_much_more_there_is(house: House) -> None:
    for number in range(12):
        house.clock.at += 10
        house.tell(f"thing number {number} is here")
    picture = house.tell("what do you know about me?")
    assert picture.startswith("You told me 12 things")
    assert "And 3 more" in picture


def test_why_shows_what_the_last_answer_rests_on(house: House) -> None:
    assert house.tell("why").startswith("I have not answered anything yet.")
    house.tell("my cat is called Max")
    house.tell("my locker code is 111")
    house.tell("what is my cat called?")
    reasons = house.tell("why?")
    assert "Max" in reasons
    assert "111" not in reasons


def test_why_after_a_rule_says_that_it_was_a_rule(house: House) -> None:
    house.tell("hello")
    assert "nothing that you told me" in house.tell("why")


def test_forgetting_one_thing_happens_at_once_and_names_the_wish_alone(house: House) -> None:
    house.tell("my locker code is 111")
    reply = house.tell("forget my locker code")
    assert reply.startswith("Forgotten: that, said by SMS, today at ")
    assert "locker" not in reply
    assert "111" not in reply
    assert house.tell("what is my locker code?").startswith("I do not know.")


def test_forgetting_asks_which_when_several_match(house: House) -> None:
    house.tell("my locker code is 111")
    house.tell("my locker code at work is 222")
    house.tell("my cat is Max")
    asked = house.tell("forget my locker code")
    assert asked.startswith("Which of these should I forget?")
    assert "111" in asked
    assert "222" in asked
    assert "Max" not in asked
    number = next(line for line in asked.split("\n") if "222" in line).partition(".")[0]
    assert house.tell(number).startswith(f"Forgotten: number {number}, ")
    assert "“my locker code is 111”" in house.tell("what is my locker code?")


@pytest.mark.parametrize(
    ("answer", "left"),
    [("all", 0), ("both", 0), ("1 and 2", 0), ("1, 2", 0), ("no", 2), ("2", 1), ("7", 2)],
)
def test_the_choice_is_taken_at_its_word(house: House, answer: str, left: int) -> None:
    house.tell("my locker code is 111")
    house.tell("my locker code at work is 222")
    house.tell("forget my locker code")
    house.tell(answer)
    codes = [
        word for turn in house.turns() for word in ("111", "222") if word in turn.person_text()
    ]
    assert len(codes) == left


def test_a_number_without_a_question_forgets_nothing(house: House) -> None:
    house.tell("my locker code is 111")
    house.tell("my locker code at work is 222")
    house.tell("forget my locker code")
    house.tell("how are you?")
    house.tell("1")
    assert [t.person_text() for t in house.turns()][:2] == [
        "my locker code is 111",
        "my locker code at work is 222",
    ]


def test_what_is_not_there_cannot_be_forgotten_and_is_not_claimed_to_be(house: House) -> None:
    house.tell("my cat is Max")
    assert house.tell("forget my locker code").startswith("I have nothing like that")


def test_forget_about_it_forgets_nothing(house: House) -> None:
    house.tell("I bought a new bike")
    house.tell("forget about it, what's new?")
    assert "bike" in house.tell("what do you know about me?")


@pytest.mark.parametrize("wish", ["forget everything", "forget all of it"])
def test_to_forget_everything_is_not_answered_with_there_is_nothing(
    house: House, wish: str
) -> None:
    house.tell("my cat is Max")
    assert "nothing to forget" not in house.tell(wish)


def test_it_says_what_it_is_and_that_no_model_is_connected(house: House) -> None:
    reply = house.tell("are you a robot?")
    assert house.ports.identity.name in reply
    assert "No language model is connected" in reply


def test_help_names_every_capability(house: House) -> None:
    reply = house.tell("help")
    for capability in house.ports.capabilities.values():
        assert capability.say in reply
    assert "stop, start" in reply


def test_courtesy_is_returned(house: House) -> None:
    house.tell("hello")
    assert house.tell("hi!").startswith("Hello.")
    assert house.tell("thanks!") == "You are welcome."


def test_in_a_shared_place_nobody_is_named_as_you(house: House) -> None:
    house.tell("lunch is at noon", who=BOB, address=ROOM, audience="lane")
    reply = house.tell("when is lunch?", who=ANN, address=ROOM, audience="lane")
    assert "Somebody here said on Slack" in reply
    assert "you told me" not in reply


def test_each_surface_is_called_as_people_call_it(house: House) -> None:
    names = {"sms": "by SMS", "email": "by email", "web": "on the web", "slack": "on Slack"}
    for surface, name in names.items():
        who = Address(surface, "ann")
        house.tell("my cat is called Max", who=who)
        assert f"You told me {name}, today" in house.tell("what is my cat called?", who=who)
