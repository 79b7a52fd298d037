"""How much harm words can do, in ordinary language: the level that each phrase must have."""

import time

import pytest

from persona.memory.sensitivity import sensitivity

LEVELS = {
    3: """
        my password is hunter2
        the wifi password is on the fridge
        my PIN is 4812
        what is my pin?
        remember my locker code is 4812
        the door code is 4711
        my bike lock is 4812
        the safe opens with 31-17-9
        the suitcase lock is 733
        our alarm code changed to 9031
        your verification code is 123456
        my OTP was 552199
        the api key is in the vault
        use sk-abcdefghijklmnop1234 for it
        xoxb-1234567890-abcdefgh is the Slack one
        my card number is 4111 1111 1111 1111
        4111111111111111 exp 12/29
        my IBAN is CH93 0076 2011 6238 5295 7
        the cvv is 123
        the key is under the mat
        the spare key is with Bob
        my seed phrase has twelve words
        login is ann, the rest you know
        the secret is in the drawer
        -----BEGIN RSA PRIVATE KEY-----
        mein Passwort ist geheim
    """,
    2: """
        I was diagnosed with diabetes
        I am pregnant
        my doctor wants another blood test
        she takes antidepressants
        he is in therapy
        I have an appointment at the clinic
        I feel depressed since May
        my sister has cancer
        I am allergic to nuts
        I stopped drinking and am sober now
        my salary is 90000
        I owe Tom a lot
        I earn 5k a month
        we took a second mortgage
        my bank called today
        I paid $300 for it
        they went bankrupt
        we are getting divorced
        my lawyer says to wait
        I was arrested last year
        the police came by
        I got fired yesterday
        he is suing me
        my visa runs out in June
        I am gay and nobody knows
        I slept with a colleague
        I have a crush on Sam
        my girlfriend moved out
        I go to church on Sundays
        I am a Muslim
        I voted for the other side
        I live at 12 Elm Street
        my address is the same as before
        nobody is home until Sunday
        we are away next week
        I am staying at the Ritz
        the kids come from school at four
        my passport expires in May
        my social security number is on the form
        078-05-1120
        my date of birth is on the form
        we met at 47.3769, 8.5417
        we meet at 221 Baker Street
    """,
    1: """
        my cat is called Max
        I like jazz
        our team won
        my wife is called Ann
        she is afraid of dogs
        call +41 44 668 18 00
        write to ann@example.org
        between us: the cake was bad
        his birthday is in June
        what is the colour of my bike?
    """,
    0: """
        lunch is at noon
        the build is red again
        the rocket launch is on friday
        it rained on day 3
        remember the milk
        what time is it?
        hello
        thanks a lot
        the library opens at nine
        the meeting moved to room 4
    """,
}
PHRASES = [
    (text.strip(), level) for level, texts in LEVELS.items() for text in texts.strip().splitlines()
]


def test_the_table_is_long_enough() -> None:
    assert len(PHRASES) >= 80


@pytest.mark.parametrize(("text", "level"), PHRASES, ids=[text for text, _ in PHRASES])
def test_each_phrase_has_its_level(text: str, level: int) -> None:
    assert sensitivity(text) == level


@pytest.mark.parametrize("text", ["MY PASSWORD IS X", "My Bike Lock Is 4812", "I AM PREGNANT"])
def test_capitals_change_nothing(text: str) -> None:
    assert sensitivity(text) >= 2


def test_a_long_text_counts_as_its_worst_sentence() -> None:
    assert sensitivity("lunch is at noon. " * 50 + "my password is hunter2") == 3


@pytest.mark.parametrize("piece", ["a1", "1 ", "code ", "a@", "12 Aa "])
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    sensitivity(piece * 20_000)
    assert time.process_time() - began < 2.0
