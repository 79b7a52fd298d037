"""Planted histories: people whose traits are known, told in many words, and what is believed of them.

Each person has traits of all six kinds, told in several conversations on several surfaces in words
of `planted.toml`, one of each kind reversed later, and one told once alone, which is no trait yet.
Between them stand small talk, jokes, questions, what others say or what is pasted about things the
person has no trait of, again and again; and the persona answers with all of it. The lines of the second
split (`held out`), those that mislead among them, and what they are about were written by somebody who
had not read the frames, and one frame alone was changed for them: it misread what is said of a flatmate.
Nobody has habits of days or surfaces: to believe in one is an error, as everything is that was not
planted, but for what goes with a trait: that another thing is liked less, and habits of a style.

    python -m bench.planted
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Literal

from bench.rows import NONE, Results, Row, counted
from persona.memory import about
from persona.memory.frames import Kind
from persona.memory.index import Index
from persona.memory.lines import lines_of
from persona.memory.own import others_words, place_of
from persona.memory.signs import signs_of
from persona.model import Said, Turn
from persona.people import graph
from persona.trait import Graph, TraitKind

FILE = Path(__file__).with_name("planted.toml")
Split = Literal["made with", "held out"]
Key = tuple[TraitKind, str, str]
KINDS: tuple[TraitKind, ...] = ("preference", "decision", "concern", "stance", "texture", "action")
VALUES = {"dislikes": "no", "refuses": "no", "drops": "no"}
SURFACES = ("sms", "slack", "email", "web")
PEOPLE, TALKS, SMALL_TALK = 64, 10, 32
BEGIN, DAY = 1_740_787_200.0, 86_400.0
"""A Saturday, at midnight in UTC."""
STYLES: Mapping[str, Callable[[str], str]] = {
    "writes no capital at all": str.lower,
    "uses an emoji": lambda text: f"{text} \U0001f642",
    "uses “...”": lambda text: f"{text.rstrip('.')}...",
    "uses “!!”": lambda text: f"{text.rstrip('.!')}!!" if not text.endswith("?") else f"{text} !!",
}
GO_WITH = {"writes no capital at all": "small"}
"""Other habits with this in their name come with it."""
HOURS = {"at night": (0, 5), "in the morning": (6, 12), "in the evening": (18, 24)}


@dataclass
class Planted:
    """A person: what is true of them, what was said in which conversation, and where it misleads."""

    traits: set[Key] = field(default_factory=set[Key])
    not_yet: set[Key] = field(default_factory=set[Key])
    style: str = ""
    talks: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    strange: set[str] = field(default_factory=set[str])
    turns: list[Turn] = field(default_factory=list[Turn])


def measure() -> dict[str, Any]:
    """By split and kind {true, believed, rightly}, and what rests on nothing or on others' words."""
    return {split: scored(list(people(split, PEOPLE))) for split in ("made with", "held out")}


def scored(planted: Sequence[Planted]) -> dict[str, Any]:
    counts = {kind: Counter(true=0, believed=0, rightly=0) for kind in KINDS}
    found = Counter(traits=0, unproven=0, strange=0, control=0)
    for one in planted:
        made = believed(one)
        for kind in KINDS:
            true = {key for key in one.traits if key[0] == kind}
            stable = {k for t in made.stable(kind) if (k := key_of(t.kind, t.about, t.value))}
            stable = {key for key in stable if not _goes_with_style(one, key)}
            counts[kind].update(true=len(true), believed=len(stable), rightly=len(stable & true))
        found.update(misled(one, made))
    kinds = {kind: dict(count) for kind, count in counts.items()}
    return {"people": len(planted), "kinds": kinds, **found}


def misled(one: Planted, made: Graph) -> Counter[str]:
    """Traits, those without a quotation that the person said, and those of things only others told.

    `control` is how many signs would have been read in what they pasted and the persona said.
    """
    texts = {said.id: said.text for turn in one.turns for said in turn.said}
    own = {said.id for turn in one.turns for said in turn.said if said.author == "person"}
    told = [text for id, text in texts.items() if id not in own]
    pasted = [others_words(text) for id, text in texts.items() if id in own]
    proven = [
        bool(trait.shown)
        and all(s.said.id in own and place_of(s.quote, texts[s.said.id]) for s in trait.shown)
        for trait in made.traits
    ]
    return Counter(
        traits=len(made.traits),
        unproven=proven.count(False),
        strange=sum(trait.about in one.strange and trait.is_stable for trait in made.traits),
        control=sum(len(list(_telling(text))) for text in (*told, *pasted)),
    )


def _telling(text: str) -> Iterator[Key]:
    for sign in signs_of(text):
        if sign.kind not in ("topic", "mention"):
            yield sign.kind, sign.about, sign.value


def believed(one: Planted) -> Graph:
    """The graph of all that was said, as it is derived from the turns of a home."""
    index = Index()
    index.read_in(lines_of(one.turns))
    return graph.of_index(index, (), one.turns[-1].at)


def key_of(kind: TraitKind, of: str, value: str) -> Key | None:
    """None for what goes with a trait: that something else is liked less."""
    return None if value == "less" else (kind, of, value)


def _goes_with_style(one: Planted, key: Key) -> bool:
    """Whether it is as true as the planted style: who writes no capital begins with none, either."""
    habit = GO_WITH.get(one.style)
    return habit is not None and key[0] == "texture" and habit in key[2] and key not in one.traits


def people(split: Split, number: int) -> Iterator[Planted]:
    for n in range(number):
        yield _person(split, Random(f"{split} {n}"), n)


def rows(results: Results, goal: str) -> Iterator[Row]:
    """Precision and recall by kind, on wording that took no part in making the frames, and what misled."""
    made, held = results["planted"]["made with"], results["planted"]["held out"]
    who = f"stable traits of {held['people']} planted people"
    for name, of, least in (("right", "believed", 0.95), ("found", "true", 0.80)):
        own, new = shares(made, of), shares(held, of)
        yield Row(
            goal, f"{who}, share {name}, in wording held out", "the same, in known wording",
            _told(own), _told(new), NONE, f"≥ {least:.2f}", counted(min(new.values()) >= least),
        )  # fmt: skip
    unproven = made["unproven"] + held["unproven"]
    strange = made["strange"] + held["strange"]
    yield Row(
        goal, "traits without words that stand; stable ones of what others, a joke or a question said",
        "signs in pasted and the persona's words", f"{made['control'] + held['control']:,}",
        f"{unproven} of {made['traits'] + held['traits']:,}; {strange}", NONE, "0; 0",
        counted(unproven == strange == 0),
    )  # fmt: skip


def shares(figures: Mapping[str, Any], of: str) -> dict[str, float]:
    """By kind, the share of what is believed, or of what is true, that is both."""
    return {kind: one["rightly"] / one[of] for kind, one in figures["kinds"].items() if one[of]}


def _told(found: Mapping[str, float]) -> str:
    return ", ".join(f"{kind} {share:.2f}" for kind, share in found.items())


def _person(split: Split, dice: Random, n: int) -> Planted:
    one = Planted()
    for group in ("likes", "dislikes", dice.choice(("wants", "refuses"))):
        _tell(one, "preference", group, split, dice)
    _tell(one, "decision", dice.choice(("does", "takes", "drops")), split, dice)
    _tell(one, "concern", "fears", split, dice)
    for kind in ("stance", "action"):
        value = dice.choice([*_phrases()[kind]])
        for talk in dice.sample(range(TALKS), 3):
            one.talks[talk].append(dice.choice(_lines(_phrases()[kind][value], split)))
        one.traits.add(
            (kind, "stance", value) if kind == "stance" else ("action", "way", _way(value))
        )
    if n % 3 == 0:
        _change_mind(one, split, dice)
    _tell(one, "preference", "likes", split, dice, times=1)
    _mislead(one, split, dice)
    one.style = [*STYLES, ""][n % 5]
    if one.style:
        one.traits.add(("texture", "writing", f"{one.style}, mostly"))
    part = [*HOURS, ""][n % 4]
    if part:
        one.traits.add(("action", "hour", f"mostly writes {part}"))
    for _ in range(SMALL_TALK):
        one.talks[dice.randrange(TALKS)].append(dice.choice(_lines(_phrases()["small"], split)))
    one.turns = list(_turns(one, part, split, dice))
    return one


def _tell(
    one: Planted,
    kind: Literal["preference", "decision", "concern"],
    group: str,
    split: Split,
    dice: Random,
    times: int = 3,
) -> None:
    """A trait of the kind, told in so many conversations, each time in other words."""
    taken = {key[1] for key in (*one.traits, *one.not_yet)}
    is_asked = group in ("wants", "refuses")
    form: Kind = "instruction" if is_asked else kind
    things = [
        t for t in _things(_phrases()[kind][group], split) if about.about(t[0], form) not in taken
    ]
    thing, against = dice.choice(things)
    key: Key = (kind, about.about(thing, form), VALUES.get(group, "yes"))
    (one.traits if times > 1 else one.not_yet).add(key)
    _say(one, kind, group, thing, against, dice.sample(range(TALKS), times), split, dice)


def _say(
    one: Planted,
    kind: str,
    group: str,
    thing: str,
    against: str,
    talks: Sequence[int],
    split: Split,
    dice: Random,
) -> None:
    lines = _lines(_phrases()[kind][group], split)
    lines = [line for line in lines if against or "{y}" not in line]
    for talk, line in zip(talks, dice.sample(lines, len(talks)), strict=True):
        said = line.replace("{X}", thing[0].upper() + thing[1:]).replace("{x}", thing)
        one.talks[talk].append(said.replace("{y}", against).replace("{do}", thing))


def _change_mind(one: Planted, split: Split, dice: Random) -> None:
    """What was liked at first is disliked later: the newer holds."""
    things = _things(_phrases()["preference"]["dislikes"], split)
    taken = {key[1] for key in one.traits}
    thing = dice.choice([t[0] for t in things if about.about(t[0], "preference") not in taken])
    _say(one, "preference", "likes", thing, "", range(2), split, dice)
    _say(one, "preference", "dislikes", thing, "", range(TALKS - 3, TALKS), split, dice)
    one.traits.add(("preference", about.about(thing, "preference"), "no"))


def _mislead(one: Planted, split: Split, dice: Random) -> None:
    """What shows nothing, each of it in three conversations about the same."""
    nothing = _phrases()["nothing"]
    things = dice.sample(_things(nothing, split), 6)
    one.strange = {about.about(x, "preference") for x, _ in things}
    one.strange |= {about.about(do, "decision") for _, do in things}
    for x, do in things[:4]:
        for talk in dice.sample(range(TALKS), 4):
            line = dice.choice(_lines(nothing, split))
            one.talks[talk].append(line.replace("{x}", x).replace("{do}", do))
    for x, do in things[4:]:
        for talk in dice.sample(range(TALKS), 3):
            line = dice.choice(_lines(nothing["pasted"], split))
            one.talks[talk].append(line.replace("{x}", x).replace("{do}", do))


def _turns(one: Planted, part: str, split: Split, dice: Random) -> Iterator[Turn]:
    """The conversations as turns of one home; the persona says things about the person, too."""
    nothing, ids = _phrases()["nothing"], count(1)
    things, echoes = _things(nothing, split), _lines(nothing["persona"], split)
    for talk in range(TALKS):
        first, last = HOURS[part] if part and dice.random() < 0.9 else (0, 24)
        at = BEGIN + talk * 3 * DAY + dice.uniform(first, last - 0.5) * 3_600
        surface, lines = SURFACES[talk % len(SURFACES)], one.talks[talk]
        dice.shuffle(lines)
        for line in lines:
            version, at = next(ids), at + 20
            text = line if ">" in line or "\n" in line else STYLES.get(one.style, str)(line)
            x, do = dice.choice(things)
            told = dice.choice(echoes).replace("{x}", x).replace("{do}", do)
            yield Turn(
                version=version, number=version, home="H", surface=surface,
                thread=f"{surface} {talk}", author=f"{surface}:ann", at=at,
                said=(
                    Said(f"m{version}", "person", text, surface, at),
                    Said(f"r{version}", "persona", told, surface, at + 5),
                ),
                sensitivity=0,
            )  # fmt: skip


def _lines(group: Mapping[str, Any], split: Split) -> Sequence[str]:
    return group["said" if split == "made with" else "later"]


def _things(group: Mapping[str, Any], split: Split) -> list[tuple[str, str]]:
    return [(x, y) for x, y in group["things" if split == "made with" else "later_things"]]


def _way(name: str) -> str:
    """What an action is called among the signs."""
    return {"summary first": "asks for a summary first", "delegates": "hands things over"}.get(
        name, name
    )


@cache
def _phrases() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
