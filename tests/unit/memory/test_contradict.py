"""What ends what: every pair that should, and none that only might."""

import pytest

from persona.memory.contradict import contradicts, corrects_last

ENDS = [
    ("remember that the dentist is on Tuesday", "remember that the dentist is on Monday"),
    ("actually the dentist is on Tuesday", "remember that the dentist is on Monday"),
    ("no, the dentist is on Tuesday", "the dentist is on Monday"),
    ("the dentist is on Tuesday, not Monday", "the dentist is on Monday"),
    ("the dentist is not on Monday but on Tuesday", "remember the dentist is on Monday"),
    ("the dentist appointment is on Tuesday", "the dentist is on Monday"),
    ("my bike lock is 9931", "my bike lock is 4812"),
    ("my favourite colour is green", "my favourite colour is blue"),
    ("I no longer eat meat", "I eat meat"),
    ("I don't eat meat anymore", "I eat meat"),
    ("I stopped eating meat", "I eat meat"),
    ("I moved to Porto", "I live in Lisbon"),
    ("I live in Porto now", "I live in Lisbon"),
    ("the dentist moved to Tuesday", "the dentist is on Monday"),
    ("my flight is at 10:20", "my flight is at 9:15"),
    ("the meeting is at 4pm", "the meeting is at 3pm"),
    ("my birthday is on 4 May", "my birthday is on 3 May"),
    ("my password is marlin7", "my password is hunter2"),
    ("der Zahnarzt ist am Dienstag", "der Zahnarzt ist am Montag"),
    ("nein, der Zahnarzt ist am Dienstag", "der Zahnarzt ist am Montag"),
    ("en fait le dentiste est mardi", "le dentiste est lundi"),
    ("I am not allergic to nuts", "I am allergic to nuts"),
    ("actually my cat is called Rex", "my cat is called Max"),
    ("actually my name is Eve", "my name is Ann"),
    ("actually the conference is in Hamburg", "the conference is in Berlin"),
    ("my bike is blue", "my bike is red"),
    ("I work at Beta now", "I work at Acme"),
    ("I no longer work at Acme", "I work at Acme"),
    ("I no longer live in Lisbon", "I live in Lisbon"),
    ("my boss is Eve", "my boss is Bob"),
    ("the deadline is Friday", "the deadline is Thursday"),
    ("my son is four", "my son is three"),
    ("Update: the meeting is on Friday", "the meeting is on Monday at 9"),
    ("Sorry, my address is 14 Main Street", "my address is 12 Main Street"),
    ("my phone number is +1 415 555 0102", "my phone number is +1 415 555 0101"),
    ("the party is on 5 June instead of 4 June", "the party is on 4 June"),
    ("the rent costs 900 euros", "the rent costs 850 euros"),
    ("my wifi password is sunset9", "my wifi password is sunset8"),
    ("my weight is 71 kg", "my weight is 70 kg"),
    ("the interview is on 12 May at 10", "the interview is on 11 May at 10"),
    ("I can't swim", "I can swim"),
    ("I am no longer vegan", "I am vegan"),
    ("Wait, the party is on Saturday", "the party is on Friday at 8"),
]
STANDS = [
    ("my locker code at work is 222", "my locker code is 111"),
    ("the doctor is on Tuesday", "the dentist is on Monday"),
    ("my cat is old", "my cat is black"),
    ("actually my cat is old", "my cat is black"),
    ("my sister is called Eve", "my sister is called Ann"),
    ("I live in Portugal", "I live in Lisbon"),
    ("the dentist is on Monday at 9", "the dentist is on Monday"),
    ("my yoga class is on Thursday", "my yoga class is on Monday"),
    ("maybe the dentist is on Tuesday", "the dentist is on Monday"),
    ("the dentist is on Monday or Tuesday", "the dentist is on Monday"),
    ("my cat is Max", "my dog is Rex"),
    ("remember to buy milk", "remember to buy bread"),
    ("my birthday party is on Saturday", "my birthday is on Friday"),
    ("my sister's birthday is on 4 May", "my brother's birthday is on 3 May"),
    ("I moved the sofa to the kitchen", "I live in Lisbon"),
    ("I moved to the kitchen", "I live in Lisbon"),
    ("I like tea", "I like coffee"),
    ("I don't like tea", "I like coffee"),
    ("I am not in Rome", "I am in Paris"),
    ("my name is Annie", "my name is Ann"),
    ("call me Annie", "my name is Ann"),
    ("the dentist was on Tuesday", "the dentist is on Monday"),
    ("I eat meat on Sundays", "I don't eat meat"),
    ("my password is weak", "my password is hunter2"),
    ("my bike lock is rusty", "my bike lock is 4812"),
    ("the meeting is in English", "the meeting is in Berlin"),
    ("actually the meeting is in English", "the meeting is in Berlin"),
    ("parcel 6 is at the door", "parcel 5 is at the door"),
    ("note number 6", "note number 5"),
    ("I have a dentist appointment on Tuesday", "I have a dentist appointment on Monday"),
    ("my shift is 10 on Tuesday", "my shift is 9 on Monday"),
    ("the dentist is nice", "the dentist is on Monday"),
    ("actually I love Mondays", "the dentist is on Monday"),
    ("is the dentist on Tuesday?", "the dentist is on Monday"),
    ("my cat is called Rex", "my cat is called Max"),
    ("Bob's dentist is on Tuesday", "the dentist is on Monday"),
    ("my other bike is red", "my bike is blue"),
    ("the dentist is also on Tuesday", "the dentist is on Monday"),
    ("my address is 12 Main Street, Lisbon", "my address is 12 Main Street"),
    ("the meeting is on Tuesday and my cat is Max", "the meeting is on Monday"),
    ("the dentist is not on Tuesday", "the dentist is on Monday"),
    ("her birthday is on 3 May", "my birthday is on 4 May"),
    ("I work at Beta", "I work at Acme"),
    ("no problem", "the dentist is on Monday"),
    ("actually never mind", "the dentist is on Monday"),
    ("the dentist is closed on Mondays", "the dentist is on Monday"),
    ("the gym is open on Tuesday", "the gym is open on Monday"),
    ("my medicine is at 8", "my medicine is at 20"),
    ("practice is on Monday", "practice is on Tuesday"),
    ("my cat is black and my dog is brown", "my cat is white"),
    ("the dentist in Porto is on Tuesday", "the dentist is on Monday"),
    ("someone else's dentist is on Tuesday", "the dentist is on Monday"),
    ("my daughter is 5", "my son is 4"),
    ("if it rains the picnic is on Sunday", "the picnic is on Saturday"),
    ("every Tuesday the dentist is in", "the dentist is on Monday"),
    ("I have never been to Rome", "I have been to Paris"),
    ("my trainer is red and blue", "my trainer is nice"),
    ("the second meeting is on Friday", "the meeting is on Monday"),
    ("lunch is at noon", "dinner is at 7pm"),
]
CORRECTS_LAST = [
    ("actually it's Tuesday", "remember that the dentist is on Monday"),
    ("no, Tuesday", "the dentist is on Monday"),
    ("I meant Tuesday", "the dentist is on Monday"),
    ("sorry, 4813", "my bike lock is 4812"),
    ("not Monday, but Tuesday", "the dentist is on Monday"),
    ("Tuesday, not Monday", "the dentist is on Monday"),
    ("actually it's at 10", "the meeting is on Monday at 9"),
    ("make that Tuesday", "lunch with Bob is on Monday"),
    ("actually it's Rex", "my cat is called Max"),
    ("eigentlich am Dienstag", "der Zahnarzt ist am Montag"),
    ("it's Tuesday, not Monday", "I have a dentist appointment on Monday"),
    ("wait, it is Wednesday", "actually it's Tuesday"),
]
SAYS_SOMETHING_ELSE = [
    ("actually it's fine", "the dentist is on Monday"),
    ("no", "the dentist is on Monday"),
    ("it's Tuesday", "the dentist is on Monday"),
    ("actually I like Tuesday", "the dentist is on Monday"),
    ("actually Tuesday is a holiday", "the dentist is on Monday"),
    ("no, thanks", "my cat is called Max"),
    ("actually it's Tuesday", "my cat is called Max"),
    ("actually it's 5", "the dentist is on Monday"),
    ("sorry, Bob", "my cat is called Max"),
]


@pytest.mark.parametrize(("newer", "older"), ENDS)
def test_newer_words_end_the_older_ones(newer: str, older: str) -> None:
    assert contradicts(newer, older)


@pytest.mark.parametrize(("newer", "older"), STANDS)
def test_where_it_is_not_certain_both_stand(newer: str, older: str) -> None:
    assert not contradicts(newer, older)


@pytest.mark.parametrize(("newer", "older"), STANDS)
def test_what_was_said_first_ends_nothing_either(newer: str, older: str) -> None:
    assert not contradicts(older, newer)


@pytest.mark.parametrize(("newer", "last"), CORRECTS_LAST)
def test_words_without_a_subject_correct_what_was_said_last(newer: str, last: str) -> None:
    assert corrects_last(newer, last)


@pytest.mark.parametrize(("newer", "last"), SAYS_SOMETHING_ELSE)
def test_words_of_another_kind_correct_nothing(newer: str, last: str) -> None:
    assert not corrects_last(newer, last)


def test_the_same_words_end_nothing() -> None:
    for newer, older in ENDS:
        assert not contradicts(newer, newer)
        assert not contradicts(older, older)


def test_the_table_is_as_long_as_it_is_said_to_be() -> None:
    assert len(ENDS) + len(STANDS) + len(CORRECTS_LAST) + len(SAYS_SOMETHING_ELSE) >= 100
