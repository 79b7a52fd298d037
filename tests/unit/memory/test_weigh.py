"""Each signal by itself: two lines that differ in one thing, and the one that must come first."""

from datetime import UTC, datetime

import pytest

from persona.memory import weigh
from persona.memory.index import Index
from persona.memory.lines import PERSONA, Line, pack, read, unpack
from persona.model import Evidence
from tests.unit.house import NOON

DAY = 86_400.0
HOUR = 3_600.0


class Talk:
    """Lines in order, a minute apart unless said otherwise."""

    def __init__(self) -> None:
        self.index, self.at, self.number = Index(), NOON, 0

    def say(self, text: str, who: str = "web:ann", after: float = 60.0, thread: str = "t") -> str:
        self.at += after
        self.number += 1
        id = f"{self.number}"
        words = Evidence(id, "H", self.number, text, who, "web", self.at)
        self.index.read_in([Line(words, thread)])
        return id

    def ask(self, question: str, limit: int = 25) -> list[str]:
        today = datetime.fromtimestamp(self.at, UTC).toordinal()
        return [match.evidence.id for match in self.index.bearing(question, today, limit)]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_line_is_found_by_the_words_around_it(talk: Talk) -> None:
    talk.say("what did the vet say about the parrot")
    answer = talk.say("all fine, thank you")
    talk.say("good to hear", after=2 * DAY)
    assert answer in talk.ask("how is the parrot after the vet?")
    assert len(talk.ask("how is the parrot after the vet?")) == 2


def test_nothing_is_found_across_the_end_of_a_conversation(talk: Talk) -> None:
    talk.say("the parrot is ill")
    later = talk.say("all fine", after=HOUR + 61)
    elsewhere = talk.say("all good", thread="other")
    assert not {later, elsewhere} & set(talk.ask("how is the parrot?"))


def test_of_two_conversations_the_one_that_is_about_it_comes_first(talk: Talk) -> None:
    talk.say("the garden again")
    talk.say("nothing else today")
    right = talk.say("the garden again", after=DAY)
    talk.say("roses grow well there")
    talk.say("and the roses need water")
    talk.say("more roses next spring")
    talk.say("bye", after=DAY)
    assert talk.ask("what about roses in the garden?")[0] != "1"
    assert talk.ask("what about roses in the garden?").index(right) < talk.ask(
        "what about roses in the garden?"
    ).index("1")


def test_an_answer_follows_the_question_that_holds_the_words(talk: Talk) -> None:
    talk.say("is your parrot called Polly?")
    answer = talk.say("no, it has another one: Kiki")
    talk.say("something else now", after=DAY)
    talk.say("the parrot is here", after=DAY)
    talk.say("no, it has another one: Kiki")
    found = talk.ask("what is the parrot called?")
    assert found.index(answer) < found.index("5")


def test_what_the_persona_asked_is_context_and_never_found(talk: Talk) -> None:
    asked = talk.say("What is your parrot called?", who=PERSONA)
    answer = talk.say("Kiki")
    found = talk.ask("what is my parrot called?")
    assert answer in found
    assert asked not in found
    assert asked not in [one.id for one in talk.index.everything()]
    assert [m.evidence.id for m in talk.index.match("parrot")] == []


def test_the_one_who_is_named_is_heard_first(talk: Talk) -> None:
    ann = talk.say("I like the sea", who="web:ann")
    bob = talk.say("I like the sea", who="email:bob.lee@example.org", after=DAY)
    assert talk.ask("does Ann like the sea?")[0] == ann
    assert talk.ask("does Bob like the sea?")[0] == bob
    assert talk.ask("do Ann and Bob like the sea?")[0] == bob  # both named: the newest


def test_of_the_one_who_is_named_the_long_lines_are_weighed_whatever_their_words(
    talk: Talk,
) -> None:
    told = talk.say("I spent the summer building boats with my uncle in the north", who="web:ann")
    talk.say("ok", who="web:bob")
    assert talk.ask("would Ann be a good politician?") == [told]
    assert talk.ask("would anybody be a good politician?") == []


def test_what_was_said_on_the_day_comes_before_what_has_the_words(talk: Talk) -> None:
    talk.at = datetime(2024, 5, 7, 12, tzinfo=UTC).timestamp()
    then = talk.say("we walked along the river")
    for _ in range(3):
        talk.say("we walked along the river, long and far", after=30 * DAY)
    assert talk.ask("where did we walk on 7 May 2024?")[0] == then


def test_what_speaks_of_the_day_is_found(talk: Talk) -> None:
    talk.at = datetime(2024, 5, 8, 12, tzinfo=UTC).timestamp()
    of_then = talk.say("yesterday the boiler broke")
    other = talk.say("the boiler broke", after=5 * 60)
    found = talk.ask("when on 7 May 2024 did the boiler break?")
    assert found.index(of_then) < found.index(other)


def test_a_question_of_today_is_resolved(talk: Talk) -> None:
    for day in range(4):
        talk.say(f"I had soup number {day}", after=DAY)
    assert talk.ask("what did I have yesterday?")[0] == "3"


def test_who_asks_when_gets_what_says_when(talk: Talk) -> None:
    plain = talk.say("I met the dentist there")
    dated = talk.say("I met the dentist last week", after=DAY)
    talk.say("I met the dentist again", after=DAY)
    found = talk.ask("when did I meet the dentist?")
    assert found[0] == dated
    assert plain in found


def test_who_asks_how_many_gets_what_says_how_many(talk: Talk) -> None:
    counted = talk.say("the hens laid three eggs")
    talk.say("the hens laid more eggs", after=DAY)
    assert talk.ask("how many eggs did the hens lay?")[0] == counted


def test_who_asks_how_long_gets_what_says_how_long(talk: Talk) -> None:
    lasted = talk.say("the tour of the band went on for about six weeks")
    talk.say("the tour of the band went on and on, they said", after=DAY)
    assert talk.ask("how long was the tour of the band?")[0] == lasted


def test_who_asks_where_gets_what_says_where(talk: Talk) -> None:
    placed = talk.say("the boat race ended in Lisbon")
    talk.say("the boat race ended with Lisa", after=DAY)
    assert talk.ask("where did the boat race end?")[0] == placed
    assert talk.ask("how did the boat race end?")[0] == "2"


def test_who_asks_for_a_name_gets_what_names_something(talk: Talk) -> None:
    talk.say("I read a novel about whales, by the fire")
    named = talk.say('I read "Moby Dick" about whales, that Melville', after=-DAY)
    talk.say("I read something about whales, by the fire", after=2 * DAY)
    assert talk.ask("which novel about whales did I read?").index(named) < 2


def test_kin_words_find_what_the_question_does_not_say(talk: Talk) -> None:
    talk.say("the weather is fine and my day was long")
    puppy = talk.say("I walked the puppy", after=DAY)
    talk.say("my neighbours walked too", after=DAY)
    assert talk.ask("which pet have I walked?")[0] == puppy


def test_a_question_is_no_answer(talk: Talk) -> None:
    statement = talk.say("the lock code is somewhere")
    talk.say("the lock code is somewhere?", after=DAY)
    assert talk.ask("what is the lock code?")[0] == statement


def test_only_what_lies_near_is_weighed(talk: Talk) -> None:
    for _ in range(2_000):
        talk.say("tea again and again", after=2 * HOUR)
    today = talk.index.days[-1]
    scores, covers = weigh.weigh(talk.index, "is there tea?", today)
    assert len(scores) == len(covers) <= weigh.PEAKS * len(weigh.AROUND) + weigh.MOST_TALKED


def test_asking_nothing_finds_nothing(talk: Talk) -> None:
    assert talk.index.bearing("where is the cat?", 719_163) == []
    talk.say("my cat is Max")
    assert talk.ask("what is it?") == []


@pytest.mark.parametrize("text", ["", " ", "?", "a" * 5_000, "“x” and \ud83d\ude00", "١٢٣ 東京"])
def test_any_line_is_packed_and_comes_back(text: str) -> None:
    words = [
        Evidence(f"{n}", "H", n, text, "sms:+1", "sms", at, tells=n % 2 == 0, kept=n % 3 == 0)
        for n, at in enumerate((NOON, NOON + 0.123456, -5.0, 1e15), 1)
    ]
    columns = read([Line(one, f"thread {one.version % 2}") for one in words], Index().zone)
    assert unpack(pack(columns), "H") == columns
