"""Whatever was said in whatever order: a texture is the sum of its messages, and comes apart again."""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from persona.memory.texture import open_texture, plain, read
from persona.people.same import Crowd

MESSAGE = st.text(max_size=60) | st.sampled_from(
    ["ok", "i'm here :)", "Hello there.", "no...", "So, what?!", "привет", "LOL", "see u"]
)
MESSAGES = st.lists(MESSAGE, max_size=12)


@given(MESSAGES, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(messages: list[str], random: Random) -> None:
    shuffled = list(messages)
    random.shuffle(shuffled)
    assert read(shuffled) == read(messages)


@given(MESSAGES, MESSAGES)
def test_homes_that_join_are_the_sum_and_part_again(one: list[str], other: list[str]) -> None:
    joined = read(one) + read(other)
    assert joined == read(one + other) == read(other) + read(one)
    assert joined - read(other) == read(one)


@given(MESSAGES)
def test_one_message_more_is_added_and_a_forgotten_one_taken_away(messages: list[str]) -> None:
    grown = read([])
    for message in messages:
        grown += read([message])
    assert grown == read(messages)
    for message in messages:
        grown -= read([message])
    assert grown == read([])


@given(MESSAGES)
def test_a_texture_is_opened_as_it_was_kept(messages: list[str]) -> None:
    texture = read(messages)
    assert open_texture(json.loads(json.dumps(plain(texture)))) == texture


@given(st.dictionaries(st.sampled_from("abcdefgh"), MESSAGES), MESSAGES)
def test_every_person_known_gets_a_score_and_every_chance_is_one(
    known: dict[str, list[str]], fresh: list[str]
) -> None:
    crowd = Crowd({person: read(messages) for person, messages in known.items()})
    guess = crowd.guess(read(fresh))
    assert 0.0 <= guess.chance <= 1.0
    ranked = {one.person for one in guess.ranking}
    assert ranked == (set(crowd.known) if read(fresh).messages else set())
    assert [one.score for one in guess.ranking] == sorted(
        (one.score for one in guess.ranking), reverse=True
    )
