"""The person graph as it is derived: from which words, how sure, and what ends it."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from persona.memory.index import PAUSE, UTC, Index
from persona.memory.notes import new_contest, new_note
from persona.model import Evidence, Note, Quote
from persona.people import graph
from persona.people.patterns import BY_CHANCE, LEAST_ASKED, is_habit
from persona.trait import Graph, Trait

DAY = 86_400.0
NOW = 1_750_000_000.0


def said(
    number: int, text: str, days_ago: float, surface: str = "sms", home: str = "H"
) -> Evidence:
    at = NOW - days_ago * DAY
    return Evidence(f"m{number}", home, number, text, f"{surface}:ann", surface, at)


def derived(*told: Evidence, notes: tuple[Note, ...] = (), now: float = NOW) -> Graph:
    index = Index(UTC)
    index.add(*told)
    return graph.of_index(index, notes, now)


def the(found: Graph, about: str, value: str = "yes") -> Trait:
    [one] = [t for t in found.traits if (t.about, t.value) == (about, value)]
    return one


def test_what_is_said_in_two_conversations_is_stable_and_quoted_newest_first() -> None:
    found = derived(said(1, "I like tea", 10), said(2, "I really like tea", 3, "slack"))
    tea = the(found, "tea")
    assert tea.is_stable
    assert tea.surfaces == ("slack", "sms")
    assert [one.quote for one in tea.shown] == ["I really like tea", "I like tea"]
    assert (tea.first, tea.last) == (NOW - 10 * DAY, NOW - 3 * DAY)


def test_one_conversation_is_not_enough_however_often_it_is_said() -> None:
    soon = PAUSE / 2 / DAY
    found = derived(*(said(n, "I like tea", 3 - n * soon) for n in range(4)))
    assert the(found, "tea").conversations == 1
    assert not the(found, "tea").is_stable


def test_two_surfaces_in_turn_are_two_conversations_and_no_more() -> None:
    minute = 60 / DAY
    told = [said(n, "I like tea", 1 - n * minute, "sms", "AB"[n % 2]) for n in range(6)]
    assert the(derived(*told), "tea").conversations == 2


def test_it_fades_while_it_is_not_seen() -> None:
    told = said(1, "I like tea", 10), said(2, "I like tea", 3)
    fresh, old = derived(*told), derived(*told, now=NOW + 4 * 365 * DAY)
    assert 0.6 < the(fresh, "tea").confidence < 2 / 3
    assert the(old, "tea").confidence < 0.2
    assert (the(fresh, "tea").is_stable, fresh.faded()) == (True, [])
    assert (the(old, "tea").is_stable, old.faded()) == (False, [the(old, "tea")])


def test_a_worry_passes_where_a_taste_stays_and_both_are_there_again_when_they_are_said() -> None:
    told = (
        said(1, "I like tea", 10),
        said(2, "I am worried about the boiler", 9),
        said(3, "I like tea", 3),
        said(4, "I am worried about the boiler", 2),
    )
    later = NOW + 120 * DAY
    found = derived(*told, now=later)
    assert (the(found, "tea").is_stable, the(found, "boiler").is_stable) == (True, False)
    plain = [one for one in graph.plain(found)["nodes"] if "claim" in one]
    assert [one["faded"] for one in plain] == [False, True]
    again = derived(*told, said(5, "I am worried about the boiler", -119), now=later)
    assert the(again, "boiler").is_stable and not again.faded()


def test_it_fades_at_its_own_pace_and_later_the_oftener_it_was_seen() -> None:
    def lasts(about: str, words: str, times: int) -> int:
        told = [said(n, words, times - n) for n in range(times)]
        days = range(0, 2_000, 5)
        return next(d for d in days if the(derived(*told, now=NOW + d * DAY), about).has_faded)

    worry, taste = "I am worried about the boiler", "I like tea"
    assert 60 < lasts("boiler", worry, 2) < lasts("boiler", worry, 4) < 200
    assert lasts("tea", taste, 2) > 500


def test_what_was_taken_back_does_not_come_back_when_that_fades() -> None:
    often = [said(n, "I like tea", 1_600 - 3 * n) for n in range(16)]
    since = [said(20 + n, "I hate tea", 1_400 - 3 * n) for n in range(2)]
    found = derived(*often, *since)
    new, old = the(found, "tea", "no"), the(found, "tea")
    assert new.has_faded and not old.has_faded
    assert (old.superseded_by, old.is_stable) == (new.id, False)


def test_the_newer_of_two_that_exclude_each_other_holds_from_its_day() -> None:
    told = said(1, "I like tea", 30), said(2, "I like tea", 20)
    once = derived(*told, said(3, "I hate tea", 9))
    assert the(once, "tea").is_stable
    assert the(once, "tea").confidence < the(derived(*told), "tea").confidence
    twice = derived(*told, said(3, "I hate tea", 9), said(4, "I hate tea", 5))
    new, old = the(twice, "tea", "no"), the(twice, "tea")
    assert (new.is_stable, old.is_stable, old.superseded_by) == (True, False, new.id)
    assert graph.until(old, {new.id: new}) == NOW - 9 * DAY


def test_what_is_contested_stays_stopped_however_often_it_is_said_until_they_ask_to_keep_it() -> (
    None
):
    told = said(1, "I like tea", 30), said(2, "I like tea", 20)
    id = the(derived(*told), "tea").id
    no = new_contest("H", id, NOW - 10 * DAY, (Quote("m3", 3, "that's wrong"),))
    later = (*told, said(4, "I like tea", 5), said(5, "remember that I like tea", 2))
    assert the(derived(*told, notes=(no,)), "tea").contested_by == "m3"
    assert not the(derived(*later, notes=(no,)), "tea").is_stable
    kept = new_note("H", "I like tea", Quote("m5", 5, "remember that I like tea"), NOW - 2 * DAY)
    assert the(derived(*later, notes=(no, kept)), "tea").is_stable
    taken = new_note("H", "you like tea", Quote("m4", 4, "I like tea"), NOW - DAY, made_by="model")
    assert not the(derived(*later, notes=(no, taken)), "tea").is_stable, "only by their own wish"
    again = replace(no, since=NOW - DAY)
    assert not the(derived(*later, notes=(again, kept)), "tea").is_stable


def test_words_that_were_corrected_show_nothing() -> None:
    told = said(1, "I like tea", 30), said(2, "I like tea", 20)
    quote = Quote("m3", 3, "actually I like coffee")
    note = new_note("H", "I like coffee", quote, NOW - DAY, ends=("m1", "m2"))
    assert [one.about for one in derived(*told, notes=(note,)).traits] == []


def test_nothing_pasted_and_nothing_of_the_unproven_or_the_persona_shows_anything() -> None:
    pasted = [said(n, "> I like tea\nso he wrote", 10 - n) for n in range(3)]
    stranger = [replace(said(n, "I like tea", 20 - n), audience="unverified") for n in range(4, 6)]
    persona = [replace(said(n, "I like tea?", 30 - n), author="persona") for n in range(7, 9)]
    assert derived(*pasted, *stranger, *persona).traits == ()


def proposed(number: int, words: str, about: str = "oliv") -> Note:
    """What a model takes a message's words for."""
    quote = Quote(f"m{number}", number, words)
    sign = {"kind": "preference", "about": about, "value": "no"}
    return new_note("H", words, quote, NOW - number, made_by="model", **sign)


def test_what_a_model_proposes_is_believed_where_its_words_stand_and_are_the_persons() -> None:
    told = (
        said(1, "olives again, sigh", 9),
        said(2, "not olives, sigh", 5),
        said(3, "> olives again, sigh\nhe wrote", 4),
        said(4, "look at this: “olives, please never”", 3),
    )
    own = proposed(1, "olives again, sigh"), proposed(2, "olives, sigh")
    olives = the(derived(*told, notes=own), "oliv", "no")
    assert (olives.is_stable, olives.made_by, olives.conversations) == (True, "model", 2)
    passed_on = proposed(3, "olives again, sigh"), proposed(4, "olives, please never")
    never_said = proposed(2, "olives are sigh")
    assert derived(*told, notes=(*passed_on, never_said)).traits == ()
    index = Index(UTC)
    index.add(*told)
    hidden = graph.of_index(index, own, NOW, lambda one: one.id != "m2")
    assert [quote.said.id for quote in the(hidden, "oliv", "no").shown] == ["m1"]


def test_how_and_when_they_write_is_seen_in_most_of_many_messages() -> None:
    told = [said(n, f"thing number {n} is here...", 40 - n) for n in range(24)]
    found = {one.claim: one for one in derived(*told).traits}
    small = found["writes no capital at all, mostly"]
    assert (small.kind, small.conversations, small.is_stable) == ("texture", 24, True)
    assert small.shown[0].quote == "thing number 23 is here..."
    assert any(one.kind == "action" and "mostly writes" in claim for claim, one in found.items())
    assert derived(*told[:12]).stable("texture") == []


def test_a_habit_is_told_only_where_chance_would_hardly_bring_it_about() -> None:
    def habits(days: list[float]) -> set[str]:
        found = derived(*(said(n, f"thing number {n}", one) for n, one in enumerate(days)))
        return {one.claim for one in found.traits if one.about in ("day", "hour")}

    monday = 6.0  # NOW is a Sunday, 15:06 UTC
    any_day = [n + (n % 5) * 0.17 for n in range(28, 0, -1)]
    assert not habits(any_day), "five days in seven are weekdays, and most hours are awake"
    weekdays = [
        7 * week + monday - day + (day % 3) / 5 for week in (3, 2, 1, 0) for day in range(5)
    ]
    assert habits(weekdays) == {"mostly writes on weekdays"}
    assert not habits(weekdays[:8]), "eight of eight are not many yet"
    evenings = [n - 0.2 for n in range(12, 0, -1)]
    assert habits(evenings) == {"mostly writes in the evening"}
    assert not habits([*evenings[:3], 4.1, 3.4, 2.2])


ASKED = {
    "reminders": "remind me tomorrow at nine to do thing {n}",
    "documents": "could you open the document about thing {n}?",
}


def asking(where: Sequence[tuple[str, str]]) -> list[str]:
    """The habits of somebody who asked for such a thing on that surface, one a day, `""` for talk."""
    told = [
        said(n, ASKED.get(what, "thing {n} is there").format(n=n), len(where) - n, surface)
        for n, (what, surface) in enumerate(where)
    ]
    habits = [one for one in derived(*told).traits if one.about.startswith("asking")]
    assert all(one.is_stable and one.shown[0].quote in {o.text for o in told} for one in habits)
    return sorted(one.claim for one in habits)


def test_what_they_ask_for_mostly_on_one_surface_is_held_against_how_often_they_write_there() -> (
    None
):
    split = [("documents", "slack"), ("reminders", "sms")] * 8
    assert asking(split) == [
        "asks for documents mostly on Slack",
        "asks for reminders mostly by SMS",
    ]
    assert asking(split[:14]) == [], "seven of seven are not many yet"
    assert asking([("documents", "slack")] * 20) == [], "who writes there alone asks there for all"
    often_there = [*[("", "slack")] * 24, *[("", "sms")] * 4]
    assert asking([*often_there, *[("documents", "slack")] * 8]) == [], "as they write there anyway"
    seldom_there = [*[("", "slack")] * 4, *[("", "sms")] * 24]
    mostly = [*[("documents", "slack")] * 8, ("documents", "sms")]
    assert asking([*seldom_there, *mostly]) == ["asks for documents mostly on Slack"]
    evenly = [("documents", "slack"), ("documents", "sms")] * 8
    assert asking([*seldom_there, *evenly]) == [], "half of them is not mostly"


def test_what_they_ask_for_mostly_at_one_part_of_the_day_is_seen_and_often_in_one_go_is_once() -> (
    None
):
    morning, evening = 0.28, -0.2  # before or after 15:06 UTC
    talk = [said(n, f"thing {n} is there", 40 - n + morning) for n in range(20)]
    asked = [said(30 + n, ASKED["reminders"].format(n=n), 16 - n + evening) for n in range(9)]
    claims = {one.claim for one in derived(*talk, *asked).traits}
    assert "asks for reminders mostly in the evening" in claims
    minute = 60 / DAY
    at_once = [
        said(30 + n, ASKED["reminders"].format(n=n), 5 + evening - n * minute) for n in range(9)
    ]
    claims = {one.claim for one in derived(*talk, *at_once).traits}
    assert not any("asks for" in claim for claim in claims)


def test_chance_alone_hardly_ever_makes_a_habit_and_a_habit_is_mostly_found() -> None:
    dice = Random(7)

    def found(on_first: float, share: float) -> float:
        made = 0
        for _ in range(600):
            asked = dice.randrange(LEAST_ASKED, 40)
            times = sum(dice.random() < on_first for _ in range(asked))
            made += is_habit(times, asked, share, looks=4)
        return made / 600

    by_chance = [found(share, share) for share in (0.34, 0.5, 0.8, 0.95)]
    assert max(by_chance) <= BY_CHANCE / 4 * 2, by_chance
    assert found(0.95, 0.5) > 0.8


def test_the_graph_as_json_has_every_quotation_in_the_message_it_names() -> None:
    told = said(1, "I like tea", 10), said(2, "  I like tea", 3)
    text = {one.id: one.text for one in told}
    plain = graph.plain(derived(*told))
    [node] = plain["nodes"]
    assert (node["claim"], node["stable"], node["quoted"]) == ("likes tea", True, 2)
    assert all(quote["text"] in text[quote["message"]] for quote in node["quotes"])
