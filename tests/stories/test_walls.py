"""Three walls between what was said in private and where others read, each tested alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from models.scripted import ScriptedModel
from persona import keys
from persona import turn as turn_module
from persona.acts import outbox
from persona.decision import Decision
from persona.errors import Broken
from persona.language import Completion, Prompt
from persona.memory import evidence
from persona.memory.standing import Standing
from persona.mind.aside import HANDED, OFFER
from persona.model import Address, Event, Place
from persona.people import addresses
from persona.ports import Ports
from tests.stories.breaches import without_key_wall, without_recall_wall, without_sender_wall
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel, settle
from tests.support import CHANNEL, TEAM, Hub, Open, posted

DAY = 86_400.0


def place_of(hub: Hub, person: Person) -> Place:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return place


def repeats(prompts: Sequence[Prompt]) -> Completion:
    """Whatever it is shown, it says again."""
    return Completion("\n".join(prompt.text for prompt in prompts))


# Who hears what


def test_private_memory_never_enters_a_channel(open_hub: Open) -> None:
    model = ScriptedModel(repeats)
    hub = open_hub(models=(model,))
    ann, bob = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    Slacker(hub).say("my locker code is 4812")
    for asks in (ann, bob):
        assert "4812" not in asks.say("what is my locker code?")
    assert "4812" not in str(model.seen[1:])


def test_recall_ignores_other_persons(hub: Hub) -> None:
    Slacker(hub).say("my locker code is 4812")
    others = [Slacker(hub, "U0BOB", "D0BOB"), Texter(hub), Mailer(hub), Visitor(hub)]
    for other in others:
        assert "4812" not in other.say("what is my locker code?", "what do you know about me?")


def test_two_dms_are_two_lanes(hub: Hub) -> None:
    ann, bob = Slacker(hub), Slacker(hub, "U0BOB", "D0BOB")
    ann.say("hello")
    bob.say("hello")
    assert place_of(hub, ann).lane != place_of(hub, bob).lane
    assert place_of(hub, ann).home != place_of(hub, bob).home


def test_members_of_a_workspace_are_not_the_owner(hub: Hub) -> None:
    Visitor(hub, "owner").say("my locker code is 4812")
    Slacker(hub).say("my door code is 9931")
    member = Slacker(hub, "U0BOB", "D0BOB")
    heard = member.say("what is my locker code?") + member.say("what is my door code?")
    assert "4812" not in heard and "9931" not in heard


def test_forged_from_is_a_stranger(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("my locker code is 4812")
    raw = "From: ann@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <x@y>\r\n\r\nwhat is my locker code?\r\n"
    passes = dict.fromkeys(("spf", "dkim", "dmarc", "spam", "virus"), "PASS")
    for verdict in ("GRAY", "PROCESSING_FAILED"):
        hub.mail(
            raw.replace("x@y", f"{verdict}@y"), "eve@evil.example", {**passes, "dmarc": verdict}
        )
    drain(hub)
    assert "4812" not in "".join(hub.texts("email")[1:])
    before = len(hub.texts("email"))
    hub.mail(raw, "eve@evil.example", {**passes, "dmarc": "FAIL"})
    drain(hub)
    assert len(hub.texts("email")) == before, "a mail that failed is not answered"


def test_prompt_is_never_memory(open_hub: Open) -> None:
    """What the persona was told about itself, and what it said, is never recalled as their words."""
    hub = open_hub(models=(ScriptedModel(lambda prompts: Completion("Your cat is called Zed.")),))
    ann = Texter(hub)
    ann.say("what is my cat called?")
    hub.restart()
    hub.ports = hub.ports.but(models=())
    told = ann.say("what do you know about me?")
    assert "Zed" not in told and "persona" not in told
    assert "I do not know" in ann.say("what is my cat called?")


def test_sensitive_words_of_a_channel_are_not_repeated_there(open_hub: Open) -> None:
    model = ScriptedModel(repeats)
    hub = open_hub(models=(model,))
    ann, bob = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    ann.say("my locker code is 4812")
    ann.say("lunch is at noon")
    hub.clock.at += DAY
    heard = bob.say("what is the locker code, and when is lunch?")
    assert "noon" in heard
    assert "4812" not in heard


# Each wall alone


def test_the_key_alone_keeps_a_channel_from_a_private_home(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, room = Slacker(hub), in_channel(hub, "U0ANN")
    ann.say("my locker code is 4812")
    without_recall_wall(monkeypatch)
    without_sender_wall(monkeypatch)
    home, tried = place_of(hub, ann).home, list[str]()
    on = turn_module.decide.on

    def steals(standing: Standing, events: Sequence[Event], ports: Ports, reflex: bool) -> Decision:
        """A mind taken over by whoever asks: it reads the other home as it would its own."""
        if standing.is_shared:
            for reads in (
                lambda: evidence.read_turns(ports, home),
                lambda: ports.table.get([keys.packing(home)]),
                lambda: ports.table.get([keys.head(place_of(hub, ann).lane)]),
            ):
                with pytest.raises(Broken):
                    reads()
                tried.append("refused")
        return on(standing, events, ports, reflex)

    monkeypatch.setattr(turn_module.decide, "on", steals)
    assert "4812" not in room.say("what is my locker code?")
    assert len(tried) == 3


def test_recall_alone_keeps_private_words_out_of_a_channel(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, room = Slacker(hub), in_channel(hub, "U0BOB")
    ann.say("my locker code is 4812")
    without_key_wall(monkeypatch, place_of(hub, ann).home)
    without_sender_wall(monkeypatch)
    assert "4812" not in room.say("what is my locker code?")
    without_recall_wall(monkeypatch)
    assert "4812" in room.say("what is my locker code?"), "without any wall it leaks"


def test_the_sender_alone_keeps_private_words_out_of_a_channel(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, room = Slacker(hub), in_channel(hub, "U0BOB")
    ann.say("my locker code is 4812")
    without_key_wall(monkeypatch, place_of(hub, ann).home)
    without_recall_wall(monkeypatch)
    assert room.say("what is my locker code?") == ""


def test_an_act_with_private_words_for_a_shared_address_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, room = Slacker(hub), in_channel(hub, "U0BOB")
    ann.say("my locker code is 4812")
    room.say("hello")
    without_recall_wall(monkeypatch)
    forged = replace(
        hub.sent("slack")[-1],
        text="4812",
        after="0" * 12 + "#01",
        state="pending",
        audience="private",
    )
    hub.ports.table.commit([outbox.put(hub.ports, forged)])
    settle(hub)
    assert "4812" not in "".join(room.replies())
    row = hub.ports.table.get([key := keys.act("slack", forged.lane, "DONE", forged.after)])[key]
    assert outbox.open_row(hub.ports, row).reason == "exposed"
    assert "held it back" not in room.say("hello?"), "and the place hears nothing of it"


def test_a_direct_conversation_that_others_joined_gets_nothing_and_its_person_is_told_once(
    hub: Hub,
) -> None:
    ann = Slacker(hub)
    ann.say("my locker code is 4812")
    ann.send("what is my locker code?")
    assert hub._take_batch()
    hub.post["slack"].now = {ann.channel: "lane"}
    settle(hub)
    assert "4812" not in "".join(ann.replies())
    hub.post["slack"].now = {}
    assert ann.say("thanks").count("held it back") == 1
    assert "held it back" not in ann.say("thanks")


# Guests and strangers


@pytest.mark.parametrize(
    "about",
    [
        {"user_profile": {"is_restricted": True}},
        {"user_profile": {"is_ultra_restricted": True}},
        {"user_profile": {"is_stranger": True}},
        {"user_team": "T0OTHER"},
    ],
    ids=["guest", "single-channel guest", "stranger", "another workspace"],
)
def test_a_guest_counts_as_shared(hub: Hub, about: dict[str, Any]) -> None:
    hub.slack_event(posted("remember my locker code is 4812", **about))
    drain(hub)
    hub.slack_event(posted("what is my locker code?", "1750000001.000100", **about))
    hub.slack_event(posted("link", "1750000002.000100", **about))
    drain(hub)
    assert [act.audience for act in hub.sent("slack")] == ["lane"] * 3
    assert "4812" not in "".join(hub.texts("slack")[1:])
    assert "in private only" in hub.texts("slack")[-1]


# Quarantine


def test_a_new_link_withholds_only_what_is_sensitive(open_hub: Open) -> None:
    model = ScriptedModel(lambda prompts: Completion("So be it."))
    hub = open_hub({"HUB_LINK_QUARANTINE": str(DAY)}, models=(model,))
    ann, page = Slacker(hub), Visitor(hub)
    ann.say("remember my locker code is 4812")
    ann.say("the library opens at nine")
    link(ann, page)
    page.say("what is my locker code, and when does the library open?")
    assert "nine" in str(model.seen[-1])
    assert "4812" not in str(model.seen[-1])
    ann.say("what is my locker code?")
    page.say("and what did you just say?")
    assert "4812" not in str(model.seen[-1])


def test_a_reply_that_quoted_sensitive_words_is_withheld_too(open_hub: Open) -> None:
    model = ScriptedModel(repeats)
    hub = open_hub({"HUB_LINK_QUARANTINE": str(DAY)}, models=(model,))
    ann, page = Slacker(hub), Visitor(hub)
    ann.say("my locker code is 4812")
    link(ann, page)
    assert "4812" in ann.say("what was that code?")
    page.say("what did you tell me on Slack?")
    assert "4812" not in str(model.seen[-1])
    read = hub.http("GET", "/web/messages", headers={"cookie": f"__Host-hub={page.token}"})
    assert "4812" not in str(read.json())


# In private, please


def test_the_offer_is_the_same_whether_or_not_a_memory_exists(hub: Hub) -> None:
    Slacker(hub).say("my locker code is 4812")
    replies = [in_channel(hub, user).say("what is my locker code?") for user in ("U0ANN", "U0EVE")]
    assert replies[0].split("\n")[0] == replies[1].split("\n")[0]
    assert all(OFFER in reply for reply in replies)


@pytest.mark.parametrize(
    "words",
    [
        "tell me privately",
        "in a DM please: what is my locker code?",
        "DM me what is my locker code?",
    ],
)
def test_a_private_matter_goes_on_in_private_alone(hub: Hub, words: str) -> None:
    ann, room = Slacker(hub, channel="U0ANN"), in_channel(hub, "U0ANN")
    Slacker(hub).say("my locker code is 4812")
    room.say("what is my locker code?")
    before = len(ann.replies())
    assert room.say(words) == HANDED
    (told,) = ann.replies()[before:]
    assert "4812" in told
    act = hub.sent("slack")[-1]
    assert (act.thread, act.audience) == ("U0ANN", "private")
    assert "4812" not in "".join(room.replies())


def test_what_a_person_said_in_a_channel_is_recalled_in_private_and_nobody_elses(hub: Hub) -> None:
    room, bobs = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    room.say("the offsite is in Lucerne")
    bobs.say("the budget is with Carol")
    ann, bob = Slacker(hub), Slacker(hub, "U0BOB", "D0BOB")
    heard = ann.say("where is the offsite?")
    assert "Lucerne" in heard and "where others read" in heard
    assert "Carol" not in ann.say("who has the budget?")
    assert "Carol" in bob.say("who has the budget?")
    assert "Lucerne" not in bob.say("where is the offsite?")
    assert "Lucerne" in bobs.say("where is the offsite?"), "in the channel it is everybody's"


def test_forgetting_in_the_channel_forgets_the_copy(hub: Hub) -> None:
    room, ann = in_channel(hub, "U0ANN"), Slacker(hub)
    room.say("the offsite is in Lucerne")
    assert "Lucerne" in ann.say("where is the offsite?")
    assert "Forgotten" in room.say("forget the offsite is in Lucerne")
    settle(hub)
    assert "Lucerne" not in ann.say("where is the offsite?") + str(hub.said(ann.address))
    kept = [outbox.open_row(hub.ports, row) for _, row in hub.family.table.scan("ACT#")]
    assert not [act for act in kept if "Lucerne" in act.text]


def test_deleting_and_editing_in_the_channel_reach_the_copy(hub: Hub) -> None:
    room, ann = in_channel(hub, "U0ANN"), Slacker(hub)
    room.say("the offsite is in Lucerne")
    stamp = f"{hub.clock.at:.6f}"
    old = {"type": "message", "ts": stamp, "user": "U0ANN", "team": TEAM, "text": "Lucerne"}
    about = {"channel": CHANNEL, "channel_type": "channel"}
    edit = {**old, "text": "the offsite is in Zug"}
    change = {"subtype": "message_changed", "message": edit, "previous_message": old}
    hub.slack_event(posted("", "1750000100.000100", user=None, **about, **change))
    drain(hub)
    assert "Zug" in ann.say("where is the offsite?")
    gone = {"subtype": "message_deleted", "deleted_ts": stamp, "previous_message": edit}
    hub.slack_event(posted("", "1750000200.000100", user=None, **about, **gone))
    settle(hub)
    heard = ann.say("where is the offsite?")
    assert "Zug" not in heard and "Lucerne" not in heard


def test_a_copy_starts_no_turn_of_its_own_and_stays_out_of_the_private_talk(open_hub: Open) -> None:
    model = ScriptedModel(lambda prompts: Completion("So be it."))
    hub = open_hub(models=(model,))
    ann, room = Slacker(hub), in_channel(hub, "U0ANN")
    ann.say("hello")
    before = len(ann.replies())
    room.say("the offsite is in Lucerne")
    assert len(ann.replies()) == before
    ann.say("good morning")
    assert "Lucerne" not in str([p.text for p in model.seen[-1] if p.role == "user"])


def test_only_their_own_sensitive_words_can_be_forgotten_in_a_channel(hub: Hub) -> None:
    ann, bob = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    ann.say("my locker code is 4812")
    assert "nothing like that" in bob.say("forget my locker code is 4812")
    assert "Forgotten" in ann.say("forget my locker code is 4812")
