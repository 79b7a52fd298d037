"""The small grammar: what is a command, what is a question, and what only sounds like one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.mind.commands import PATTERNS, Verb, is_question, names, parse, tells

COMMANDS: list[tuple[str, Verb, str]] = [
    ("remember my bike lock is 4812", "remember", "my bike lock is 4812"),
    ("Remember: milk", "remember", "milk"),
    ("please remember that I am vegetarian", "remember", "I am vegetarian"),
    ("REMEMBER THE TEA", "remember", "THE TEA"),
    ("remember\nline one\nline two", "remember", "line one\nline two"),
    ("forget my bike lock", "forget", "my bike lock"),
    ("Forget about the tea.", "forget", "the tea."),
    ("please forget that I like tea", "forget", "I like tea"),
    ("forget: the tea", "forget", "the tea"),
    ("what do you know about me", "picture", ""),
    ("What do you know about me?", "picture", ""),
    ("what do you remember", "picture", ""),
    ("why", "why", ""),
    ("Why?!", "why", ""),
    ("why do you think so?", "why", ""),
    ("why do you say that", "why", ""),
    ("help", "help", ""),
    ("HELP!", "help", ""),
    ("what can you do?", "help", ""),
    ("who are you?", "what are you", ""),
    ("what are you", "what are you", ""),
    ("are you a bot?", "what are you", ""),
    ("are you human?", "what are you", ""),
    ("hello", "greeting", ""),
    ("Hi there!", "greeting", ""),
    ("good morning", "greeting", ""),
    ("  hey  ", "greeting", ""),
    ("thanks", "thanks", ""),
    ("Thank you so much!", "thanks", ""),
    ("link", "link", ""),
    ("Link.", "link", ""),
    ("link K7QW2M", "link", "K7QW2M"),
    ("link: k7qw2m.", "link", "k7qw2m"),
    ("link “K7QW2M”", "link", "K7QW2M"),
    ("yes 42", "confirm", "42"),
    ("Yes, 07!", "confirm", "07"),
    ("not me", "not me", ""),
    ("That's not me!", "not me", ""),
    ("answer me by email: what is my locker code?", "elsewhere", "what is my locker code?"),
    ("What is my locker code? (reply by text)", "elsewhere", "What is my locker code?"),
    ("reply on Slack instead", "elsewhere", ""),
    ("Text me the answer.", "elsewhere", ""),
    ("answer me at ann@example.org", "elsewhere", ""),
    ("plans", "plans", ""),
    ("show me my plans", "plans", ""),
    ("show 3", "show", "3"),
    ("plan 3", "show", "3"),
    ("show me plan #3", "show", "3"),
    ("cancel 3", "cancel", "3"),
    ("pause plan 3", "pause", "3"),
    ("Resume #12.", "resume", "12"),
    ("start 3", "start", "3"),
    ("yes 3", "start", "3"),
    ("Yes, plan 123!", "start", "123"),
    ("skip 3", "skip", "3"),
    ("done 3", "done", "3"),
    ("done with plan 3", "done", "3"),
    ("run 3 now", "run", "3"),
    ("run plan 3", "run", "3"),
    ("undo 3", "undo", "3"),
    ("answer 3: not before ten", "answer", "3: not before ten"),
    (
        "change step 2 of plan 3 to text me: it is time",
        "change",
        "step 2 of plan 3 to text me: it is time",
    ),
    ("change step 2 to: wait 2 hours", "change", "step 2 to: wait 2 hours"),
    ("unlink", "unlink", ""),
    ("unlink sms", "unlink", "sms"),
    ("unlink +14155550101", "unlink", "+14155550101"),
]
QUESTIONS = [
    "what is my bike lock?",
    "What is my bike lock",
    "when is lunch",
    "where do I live",
    "who was my teacher",
    "which is mine",
    "how do I get there",
    "whose are these",
    "what's my name",
    "what’s my name",
    "who's coming",
    "is it raining",
    "are we late",
    "did I lock the door",
    "do you like tea",
    "can you see that",
    "will you come",
    "have I told you",
    "has she called",
    "was that you",
    "would it help",
    "should I go",
    "my cat's name?",
    "Max, isn't it?",
    "why did you say that about my cat?",
    "what do you know about me and my cat?",
    "東京?",
    "what time is my flight",
    "how many cats do I have",
    "how old is my dog",
    "which city do I live in",
    "私の猫の名前は何ですか？",
    "ما اسم قطتي؟",
]
STATEMENTS = [
    "When I was in Rome I lost my wallet.",
    "Will told me about it",
    "my cat is called Max",
    "I forgot my keys",
    "I remember the day well",
    "She said: forget it",
    "forgetting is hard",
    "remembrance day is a holiday",
    "Helpful people live here",
    "Whatever you say",
    "However it ends, I will be there",
    "What a lovely day!",
    "How lovely of you",
    "Where there is smoke there is fire",
    "Who dares wins",
    "Can opener: second drawer",
    "May is my favourite month",
    "Will and Ann moved to Bern",
    "Is what it is.",
    "Had a long day",
    "Has been cold",
    "Did it!",
    "Why not go by train, I thought",
    "thanksgiving is in November",
    "history is my favourite subject",
    "Hidden valley is closed",
    "the meeting is at nine",
    "2 + 2 = 4",
    "🙂",
    "stop asking me why",
    "What I like is my tea.",
    "What matters is that we try.",
    "Where we met was the old bridge",
    "Hi, my name is Ann.",
    "Hello, my cat is Max",
    "hey I moved to Berlin",
    "thanks, my flight is at 9",
    "Good morning, I am ill",
]


@pytest.mark.parametrize(("words", "verb", "rest"), COMMANDS)
def test_a_command_is_the_whole_message(words: str, verb: Verb, rest: str) -> None:
    command = parse(words)
    assert command is not None
    assert (command.verb, command.rest) == (verb, rest)
    assert tells(words) is (verb == "remember")


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_is_no_command_and_tells_nothing(words: str) -> None:
    assert parse(words) is None
    assert is_question(words)
    assert not tells(words)


@pytest.mark.parametrize("words", STATEMENTS)
def test_a_statement_is_neither_and_can_be_recalled(words: str) -> None:
    assert parse(words) is None
    assert not is_question(words)
    assert tells(words)


@pytest.mark.parametrize(
    "words", ["", " ", "\n", "?", "remember", "forget", "Forget that.", "remember:"]
)
def test_a_bare_word_names_nothing_to_keep_or_to_forget(words: str) -> None:
    command = parse(words)
    assert command is None or not command.rest.strip(" .:")


@pytest.mark.parametrize(
    "words",
    [
        "forget about it, what's new?",
        "remember when we went to Rome?",
        "remember what I said about tea?",
        "forget something?",
    ],
)
def test_what_only_sounds_like_a_wish_is_none(words: str) -> None:
    assert parse(words) is None
    assert not tells(words)


@pytest.mark.parametrize("words", ["hello, what is my bike lock?", "hi, where do I live?"])
def test_a_question_behind_a_greeting_is_still_one(words: str) -> None:
    assert parse(words) is None
    assert is_question(words)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(COMMANDS) + len(QUESTIONS) + len(STATEMENTS) >= 90


@pytest.mark.parametrize("verb", PATTERNS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_command_holds_a_word_that_names_it(verb: Verb, data: st.DataObject) -> None:
    pattern = re.compile(PATTERNS[verb], re.IGNORECASE | re.DOTALL)
    said = data.draw(st.from_regex(pattern, fullmatch=True)).strip()
    assert verb in names(said)
