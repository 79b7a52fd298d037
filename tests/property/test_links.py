"""Linked, talked, unlinked, split, in any order: every memory ends with its owner.

A small model says after each step who is one person and who said what; the hub must know exactly
that, by what it answers, by its gates, and by the homes in which the words stand.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from persona.memory import evidence
from persona.memory.standing import open_gate
from persona.model import Address
from persona.people import addresses
from tests.stories.linking import claim, link, offer
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor
from tests.support import Hub

MAKERS: tuple[Callable[[Hub], Person], ...] = (
    Slacker,
    Texter,
    Mailer,
    Visitor,
    lambda hub: Texter(hub, "+14155550102"),
)
WHO = st.integers(0, len(MAKERS) - 1)


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.hub = Hub(Path(self.folder.name))
        self.people = [make(self.hub) for make in MAKERS]
        self.groups = [{n} for n in range(len(MAKERS))]
        self.told: list[list[str]] = [[] for _ in MAKERS]
        self.gone: list[str] = []
        self.number = 0
        for person in self.people:
            person.say("hello")

    def teardown(self) -> None:
        self.hub.close()
        self.folder.cleanup()

    def group(self, who: int) -> set[int]:
        return next(group for group in self.groups if who in group)

    def wait(self) -> None:
        """So that no cap of an hour holds anything up."""
        self.hub.clock.at += 3_601.0

    @rule(who=WHO)
    def tell(self, who: int) -> None:
        self.number += 1
        word = f"zebra{self.number}"
        self.wait()
        assert self.people[who].say(f"remember my {word} is here")
        self.told[who].append(word)

    @rule(who=WHO, whose=WHO)
    def forget(self, who: int, whose: int) -> None:
        """Whoever is that person may forget it, on any of their surfaces; nobody else can."""
        if not self.told[whose]:
            return
        word = self.told[whose][-1]
        self.wait()
        reply = self.people[who].say(f"forget {word}")
        is_same = whose in self.group(who)
        assert reply.startswith("Forgotten") == is_same, reply
        if is_same:
            self.gone.append(self.told[whose].pop())

    @rule(one=WHO, other=WHO)
    def link(self, one: int, other: int) -> None:
        self.wait()
        if other == one:
            assert claim(self.people[other], offer(self.people[one])) == ""
            return
        assert "Linked" in link(self.people[one], self.people[other])
        joined = self.group(one) | self.group(other)
        self.groups = [group for group in self.groups if not group & joined] + [joined]

    @rule(one=WHO, other=WHO)
    def refuse(self, one: int, other: int) -> None:
        self.wait()
        if other not in self.group(one) and claim(self.people[other], offer(self.people[one])):
            assert "Nothing was linked" in self.people[one].say("not me")

    @precondition(lambda self: any(len(group) > 1 for group in self.groups))
    @rule(who=WHO, whom=WHO)
    def unlink(self, who: int, whom: int) -> None:
        self.wait()
        address = Address.parse(self.people[whom].address).id
        reply = self.people[who].say(f"unlink {address}")
        group = self.group(who)
        if whom not in group or len(group) == 1:
            assert "own again" not in reply
            return
        assert "own again" in reply, reply
        self.groups.remove(group)
        self.groups += [{whom}, group - {whom}]

    @rule()
    def restart(self) -> None:
        self.hub.restart()

    @rule(who=WHO)
    def ask(self, who: int) -> None:
        """All that this person told is answered, and nothing else is known."""
        self.wait()
        own = {word for one in self.group(who) for word in self.told[one]}
        for word in [*own][:3]:
            assert word in self.people[who].say(f"where is my {word}?")
        others = {word for words in self.told for word in words} - own
        for word in [*others][:2] + self.gone[-3:]:
            assert "I do not know" in self.people[who].say(f"where is my {word}?")

    @invariant()
    def each_lane_has_the_homes_of_one_person(self) -> None:
        table = self.hub.family.table
        lanes = {k.partition.removeprefix("GATE#"): open_gate(r) for k, r in table.scan("GATE#")}
        worked = sorted(home for gate in lanes.values() for home in gate.homes)
        assert worked == sorted(set(worked)), "two lanes work one home"
        for group in self.groups:
            places = [self.place(one) for one in group]
            (lane,) = {place.lane for place in places}
            assert set(lanes[lane].homes) == {place.home for place in places}

    @invariant()
    def each_memory_is_in_its_owners_home(self) -> None:
        for who, words in enumerate(self.told):
            turns = evidence.read_turns(self.hub.ports, self.place(who).home)
            kept = [said.text for turn in turns for said in turn.said if said.author == "person"]
            told = [text.split()[2] for text in kept if text.startswith("remember")]
            assert told == words
            versions = [turn.version for turn in turns]
            assert versions == sorted(set(versions))

    def place(self, who: int) -> addresses.Place:
        place = addresses.find(self.hub.ports.table, Address.parse(self.people[who].address))
        assert place
        return place


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
