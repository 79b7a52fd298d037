"""Looking at what is believed of oneself, and saying no to it: words that mean it, and what follows."""

from dataclasses import replace

import pytest

from models.scripted import ScriptedModel
from persona.language import Completion
from persona.memory import segments
from persona.memory.index import UTC
from persona.memory.recall import Indexes
from persona.memory.standing import read
from persona.model import Audience
from persona.people import graph
from persona.trait import Graph, Trait
from tests.unit.house import ANN, House

DAY = 86_400.0


def over_days(house: House, *words: str) -> None:
    """Each in a conversation of its own."""
    for one in words:
        house.tell(one)
        house.clock.at += DAY


def held(house: House) -> Graph:
    place = house.meet()
    return graph.read(read(place, [house.event("hello")], house.ports), house.ports)


def likes(house: House, about: str) -> Trait | None:
    """The trait, where it may be acted on."""
    return next((one for one in held(house).stable("preference") if one.about == about), None)


@pytest.fixture
def tea(house: House) -> House:
    over_days(house, "I like tea", "my cat is Max", "I really like tea")
    return house


def test_where_others_read_or_nobody_has_proven_who_writes_nothing_is_known(tea: House) -> None:
    alone = read(tea.meet(), [tea.event("hello")], tea.ports)
    assert graph.read(alone, tea.ports).stable()
    audiences: tuple[Audience, ...] = ("lane", "unverified")
    for audience in audiences:
        assert graph.read(replace(alone, audience=audience), tea.ports) == Graph()


def test_the_picture_tells_what_is_taken_from_their_words(tea: House) -> None:
    picture = tea.tell("what do you know about me?")
    assert "1. you told me by SMS" in picture
    assert "• you like tea (in 2 conversations, since 15 June 2025 at 15:06)" in picture


def test_why_shows_the_words_behind_what_was_told_or_named(tea: House) -> None:
    tea.tell("what do you know about me?")
    for asked in (
        "why do you think that?",
        "why do you think I like tea",
        "Why do you say that I love tea?",
    ):
        ground = tea.tell(asked)
        assert ground.startswith(
            "You like tea: I take that from your words in 2 conversations since"
        )
        assert "“I really like tea”" in ground.split("\n")[1]
        assert "“I like tea”" in ground.split("\n")[2]


def test_why_of_what_is_not_believed_says_that_it_is_not_and_what_comes_near(tea: House) -> None:
    told = tea.tell("why do you think I like skating?")
    assert told.startswith("Nothing that you told me says so") and "“I like skating”" in told
    assert "• you like tea" in told
    assert "“I like tea”" in tea.tell("why do you think that?")
    assert "I do not know" in tea.tell("how do you know I need a visa?"), (
        "a question like any other"
    )


@pytest.mark.parametrize(
    "no",
    [
        "that's wrong",
        "No, that's not true!",
        "you are wrong about my tea",
        "you're wrong about tea, I like coffee",
        "I never said I like tea",
        "that is wrong: I prefer coffee",
    ],
)
def test_what_is_contested_is_not_gone_by_until_they_ask_to_keep_it(tea: House, no: str) -> None:
    tea.tell("why do you think I like tea?")
    answer = tea.tell(no)
    assert answer.startswith("Then I go by it no longer, however it looks: you like tea.")
    assert likes(tea, "tea") is None
    over_days(tea, "I like tea", "I do like tea")
    assert likes(tea, "tea") is None
    assert "you like tea" not in tea.tell("what do you know about me?")
    assert "you told me that it is wrong" in tea.tell("why do you think I like tea?")
    tea.tell("remember that I like tea")
    assert likes(tea, "tea") is not None


def test_a_correction_in_the_same_breath_is_kept_in_their_own_words(tea: House) -> None:
    tea.tell("why do you think I like tea?")
    assert "I keep instead: “I prefer coffee”" in tea.tell("that's wrong: I prefer coffee")
    assert "I prefer coffee" in tea.tell("what do I prefer?")
    picture = tea.tell("what do you know about me?")
    assert "I prefer coffee" in picture.split("\n")[1]


def test_of_several_it_is_asked_which_is_wrong(tea: House) -> None:
    over_days(tea, "I hate mushrooms", "I hate mushrooms")
    tea.tell("what do you know about me?")
    which = tea.tell("that's wrong")
    assert which.startswith("Which of these is wrong?")
    number = next(line[0] for line in which.split("\n") if "mushrooms" in line)
    assert "you dislike mushrooms" in tea.tell(number)
    assert likes(tea, "mushroom") is None
    assert likes(tea, "tea") is not None


def test_a_no_to_which_is_wrong_changes_nothing(tea: House) -> None:
    over_days(tea, "I hate mushrooms", "I hate mushrooms")
    tea.tell("what do you know about me?")
    tea.tell("that's wrong")
    assert tea.tell("no") == "Then nothing of it is changed."
    assert likes(tea, "mushroom") is not None


def test_a_bare_no_tells_nothing_and_words_that_only_begin_like_one_do(house: House) -> None:
    house.tell("that's wrong")
    house.tell("that's wrong, the dentist is on Monday")
    house.tell("I never said I would come to Rome")
    assert "Monday" in house.tell("when is the dentist?")
    picture = house.tell("what do you know about me?")
    assert picture.startswith("You told me 2 things")
    assert "Rome" in picture


def test_what_is_forgotten_is_believed_no_longer_and_quoted_nowhere(
    tea: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "TURNS", 2)
    over_days(tea, "my dog is Rex")
    assert segments.load(tea.ports, tea.meet().home, UTC)[0]
    tea.tell("what do you know about me?")
    tea.tell("forget that I really like tea")
    for _ in range(2):
        assert likes(tea, "tea") is None
        assert "really" not in str(graph.plain(held(tea)))
        assert "really" not in "".join(turn.persona_text() for turn in tea.turns())
        tea.with_(indexes=Indexes())


def test_forgetting_the_no_forgets_its_words_and_not_that_it_was_said(tea: House) -> None:
    tea.tell("why do you think I like tea?")
    tea.tell("that's wrong: I prefer coffee")
    tea.tell("forget that I prefer coffee")
    assert "coffee" not in "".join(turn.person_text() for turn in tea.turns())
    assert likes(tea, "tea") is None


def test_a_model_stands_between_nobody_and_what_is_believed_of_them(tea: House) -> None:
    model = ScriptedModel(lambda prompts: Completion("I would rather not say."))
    tea.with_(models=(model,))
    assert "• you like tea" in tea.tell("what do you know about me?")
    assert "“I like tea”" in tea.tell("why do you think that?")
    assert "Then I go by it no longer" in tea.tell("that's wrong")
    assert model.seen == []
    assert likes(tea, "tea") is None
    assert tea.turns()[-1].author == str(ANN)
