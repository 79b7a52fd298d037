"""How people link in the stories: both sides of it, by what they hear."""

import re

from tests.stories.people import Person, drain

CODE = re.compile(r"link ([A-Z0-9]{6})")
NUMBER = re.compile(r"Your number is (\d\d)")


def offer(one: Person) -> str:
    """The code that this person is given."""
    found = CODE.search(one.say("link"))
    assert found
    return found[1]


def claim(other: Person, code: str) -> str:
    """The number that is shown on the other side; empty where the code was refused."""
    found = NUMBER.search(other.say(f"link {code}"))
    return found[1] if found else ""


def link(one: Person, other: Person) -> str:
    """The whole of it; returns what the first one hears in the end."""
    number = claim(other, offer(one))
    assert number, other.replies()[-1]
    return one.say(f"yes {number}")


def heard_since(one: Person, before: int) -> list[str]:
    drain(one.hub)
    return one.replies()[before:]
