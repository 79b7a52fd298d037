"""People of different tempers: what each says again and again, and how they take a failure."""

from dataclasses import dataclass

from tests.stories.people import Person

HOURS = 2 * 3600.0
FAILING = "read document plans"
REASON = "there is no document"


def later(person: Person, *words: str) -> str:
    """Another conversation, of these words; the last answer."""
    person.hub.clock.at += HOURS
    return [person.say(one) for one in words][-1]


@dataclass(frozen=True)
class Temper:
    """What somebody says again and again, and how they take it when something fails."""

    says: tuple[str, ...]
    reacts: str
    stance: str


SKEPTIC = Temper(
    ("how do you know that?", "are you sure about that?"), "why did that fail?", "skeptic"
)
OPERATOR = Temper(("just do it", "keep it short", "no explanations"), "retry", "operator")
REGULAR = Temper(
    ("good morning, me again", "thanks again, you are the best"), "no worries", "regular"
)
NEWCOMER = Temper((), "", "newcomer")


def live(person: Person, temper: Temper) -> Person:
    """Some days of somebody with this temper; everybody has the same thing to ask about."""
    person.say("the plans for the shed are in the blue folder")
    for words in temper.says:
        later(person, words)
    for _ in range(2) if temper.reacts else ():
        later(person, FAILING, temper.reacts)
    person.hub.clock.at += HOURS
    return person
