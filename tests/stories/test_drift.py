"""One persona on every surface, and it looks at itself when nobody is chatting."""

import json
from collections.abc import Callable

from models.scripted import ScriptedModel
from persona import keys
from persona.language import Call, Completion
from persona.memory import drifts, evidence
from persona.model import Address
from persona.people import addresses
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, settle
from tests.support import Hub, Open

DAY = 86_400.0
PEOPLE: dict[str, Callable[[Hub], Person]] = {
    "sms": Texter,
    "slack": Slacker,
    "email": Mailer,
    "web": Visitor,
}
TEST = "my driving test is tomorrow"
FLATTERY = "What a wonderful plan! I will drive you there."


def drift_of(hub: Hub, person: Person) -> drifts.Drift:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return drifts.read(hub.ports, place.lane)


def test_a_review_counts_what_the_persona_said_and_keeps_no_words(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say("my bike lock is 4812")
    ann.say("what is my bike lock?")
    ann.say(TEST)
    settle(hub, 5 * DAY)
    drift = drift_of(hub, ann)
    (sample,) = drift.samples
    assert (sample.replies, sample.broken, sample.kept) == (3, {}, 1.0)
    assert sample.stamp == hub.ports.identity.stamp
    assert sample.judged is None
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place
    row = hub.ports.table.get([keys.drift(place.lane)])[keys.drift(place.lane)]
    assert "4812" not in json.dumps(row)


def test_a_model_that_is_not_itself_is_seen_by_the_rules_and_judged_by_a_model(
    open_hub: Open,
) -> None:
    judged = list[str]()

    def script(prompts: list[object]) -> Completion:
        system = prompts[0].text  # type: ignore[attr-defined]
        if "looking back" in system:
            judged.append("\n".join(prompt.text for prompt in prompts))  # type: ignore[attr-defined]
            quote = {"quote": "I like tea", "kind": "preference", "about": "tea", "value": "yes"}
            calls = (
                Call("1", "judge", {"holds": [0, 2, 1, 2]}),
                Call("2", "notice", {"shown": [quote, {**quote, "quote": "tea is awful"}]}),
            )
            return Completion("", calls)
        if "Nobody is speaking to you" in system:
            return Completion("silent")
        return Completion(FLATTERY)

    hub = open_hub(models=(ScriptedModel(script),))  # type: ignore[arg-type]
    ann = Visitor(hub)
    for words in ("hello", "I have a bike", "it is green", "I like tea", TEST):
        ann.say(words)
    settle(hub, 5 * DAY)
    drift = drift_of(hub, ann)
    sample = drift.samples[0]
    assert sample.broken == {
        "promised what it cannot do": sample.replies,
        "flattered": sample.replies,
        "exclaimed": sample.replies,
    }
    assert (sample.judged, sample.kept) == (0.625, 0.0)
    (shown,) = judged
    assert "candour and kindness" in shown
    assert FLATTERY in shown
    assert "\n- I like tea\n" in shown, (
        "what the person said stands apart from it, in the same call"
    )
    assert drift.rejected == 1


def test_a_judge_that_says_nothing_of_use_is_left_out(open_hub: Open) -> None:
    def script(prompts: list[object]) -> Completion:
        if "looking back" in prompts[0].text:  # type: ignore[attr-defined]
            return Completion("", (Call("1", "judge", {"holds": [2]}),))
        return Completion("silent")

    hub = open_hub(models=(ScriptedModel(script),))  # type: ignore[arg-type]
    ann = Visitor(hub)
    for words in ("hello", "I have a bike", "it is green", "I like tea", TEST):
        ann.say(words)
    settle(hub, 5 * DAY)
    assert [one.judged for one in drift_of(hub, ann).samples] == [None]


def test_the_identity_is_the_same_version_on_all_surfaces_and_only_the_style_differs(
    open_hub: Open,
) -> None:
    model = ScriptedModel(lambda prompts: Completion("I see."))
    hub = open_hub(models=(model,))
    told: dict[str, list[str]] = {}
    stamps: set[str] = set()
    for surface, make in PEOPLE.items():
        person = make(hub)
        person.say("I have a green bike")
        told[surface] = model.seen[-1][0].text.splitlines()
        place = addresses.find(hub.ports.table, Address.parse(person.address))
        assert place
        rows = hub.ports.table.query(keys.turns(place.home))
        assert rows
        stamps |= {row["identity"] for _, row in rows}
        assert evidence.read_turns(hub.ports, place.home)
    assert stamps == {hub.ports.identity.stamp}
    first = told["sms"]
    for surface, lines in told.items():
        assert len(lines) == len(first)
        differing = [one for one, other in zip(lines, first, strict=True) if one != other]
        assert len(differing) == (surface != "sms")
        assert all(line.startswith("Tone: ") for line in differing)
        assert hub.ports.identity.style.surfaces[surface] in "\n".join(lines)
    for construct in hub.ports.identity.constructs:
        assert all(construct.guide in "\n".join(lines) for lines in told.values())
