"""Where two promises meet: forgetting, erasing, links, copies and errands, one with another."""

import json
from pathlib import Path
from typing import Any

from hub.again import leave_again
from models.scripted import ScriptedModel
from persona.acts import erase
from persona.model import Address
from tests.stories.linking import link
from tests.stories.people import Mailer, Slacker, Texter, drain, in_channel
from tests.stories.test_backup import texts_of
from tests.stories.test_leaving import exported, let_pass, receipts, rows_again
from tests.stories.test_notes import keeps
from tests.support import CHANNEL, Hub, posted


def changed(old: dict[str, Any], text: str = "") -> dict[str, Any]:
    """Slack's event on a message that was edited, or deleted where there is no text."""
    stamp = old["ts"]
    if not text:
        return {"subtype": "message_deleted", "deleted_ts": stamp, "previous_message": old}
    edit = {**old, "text": text, "edited": {"ts": "1"}}
    return {"subtype": "message_changed", "message": edit, "previous_message": old}


def test_erasing_one_who_had_been_linked_takes_what_the_other_lane_sent_them(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    link(ann, mail)
    mail.say("my bike lock is 4812", "what is my bike lock?")
    ann.say("my cat is Max", "unlink email")
    assert "4812" in texts_of(hub)
    before = hub.family.table.scan("")
    erase.begin(Address.parse(mail.address), hub.ports, hub.clock.now())
    let_pass(hub)
    assert "4812" not in texts_of(hub)
    rows_again(hub, before)
    leave_again(hub.family.table.scan("ADDRESS#"), hub.ports)
    let_pass(hub)
    assert "4812" not in texts_of(hub), "nor does a restored backup bring it back"
    assert "Max" in ann.say("who is my cat?")
    assert "Max" in json.dumps(exported(hub, ann))


def test_an_export_holds_what_a_lane_sent_that_was_left(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    link(ann, mail)
    mail.say("my bike lock is 4812", "what is my bike lock?")
    ann.say("unlink email")
    acts = [line for line in exported(hub, mail) if line["type"] == "act"]
    assert [act for act in acts if "4812" in act["text"] and act["to"] == mail.address]
    assert "is 4812" not in json.dumps(exported(hub, ann))


def test_what_was_edited_in_a_channel_and_then_forgotten_leaves_no_copy_on_its_way(
    hub: Hub,
) -> None:
    room = in_channel(hub, "U0ANN")
    slack = Slacker(hub)
    slack.say("hello")
    stamp = "1750000001.000100"
    about = {"channel": CHANNEL, "channel_type": "channel", "user": "U0ANN"}
    old = posted("<@U0BOT> the offsite is in Bern", stamp, **about)
    hub.slack_event({**old, "type": "app_mention"})
    drain(hub)
    where = {"channel": CHANNEL, "channel_type": "channel", "user": None}
    change = changed(old, "<@U0BOT> the offsite is in Zug")
    hub.slack_event(posted("", "1750000100.000100", **where, **change))
    drain(hub)
    assert "Zug" in slack.say("where is the offsite?")
    assert "Forgotten" in room.say("forget the offsite")
    let_pass(hub)
    assert not [word for word in ("Zug", "Bern") if word in texts_of(hub)]
    assert {one["residue"] for one in receipts(hub)} == {0}


def test_a_deletion_that_comes_before_its_message_holds(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say("hello")
    old = posted("my bike lock is 4812", "1750000001.000100")
    hub.slack_event(posted("", "1750000002.000100", user=None, **changed(old)))
    drain(hub)
    hub.slack_event(old)
    drain(hub)
    assert "4812" not in json.dumps(hub.heard(ann.address))
    assert "4812" not in ann.say("what is my bike lock?")


def test_what_is_told_with_an_answer_elsewhere_is_kept(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    link(ann, mail)
    ann.say("answer me by email: my dentist is called Dr. Brown")
    assert "Noted" in mail.replies()[-1]
    assert "Brown" in ann.say("who is my dentist?")


def test_an_export_says_what_a_linked_address_corrected(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    link(ann, mail)
    ann.say("remember my meeting is on Monday")
    mail.say("actually my meeting is on Tuesday")
    notes = {n["claim"]: n for n in exported(hub, ann) if n["type"] == "note"}
    first, second = notes["my meeting is on Monday"], [n for c, n in notes.items() if "Tues" in c]
    assert second and first["superseded_by"] == second[0]["id"]
    ann.say("unlink email")
    (alone,) = [n for n in exported(hub, ann) if n["type"] == "note"]
    assert alone["superseded_by"] is None


def test_a_deletion_reaches_a_message_whose_seen_mark_is_gone(hub: Hub) -> None:
    ann = Slacker(hub)
    old = posted("my bike lock is 4812", "1750000001.000100")
    hub.slack_event(old)
    drain(hub)
    hub.clock.at += 31 * 86_400.0
    hub.family.table.expire(hub.clock.at)
    hub.slack_event(posted("", "1752700002.000100", user=None, **changed(old)))
    drain(hub)
    assert "4812" not in json.dumps(hub.heard(ann.address))
    assert "4812" not in ann.say("what is my bike lock?")


def test_a_models_note_carries_no_words_of_another_home(tmp_path: Path) -> None:
    """Else what a linked address said would stay with this one after they parted."""
    claim = "Meets Bo at the bank, whose safe opens with 4812"
    model = ScriptedModel(keeps(claim, "meeting Bo at the bank"))
    hub = Hub(tmp_path)
    ann, mail = Texter(hub), Mailer(hub)
    mail.say("the safe opens with 4812")
    link(ann, mail)
    hub.ports = hub.ports.but(models=(model,))
    ann.say("I am meeting Bo at the bank, where the safe is")
    assert "4812" in str(model.seen[0])
    hub.ports = hub.ports.but(models=())
    ann.say("unlink email")
    notes = [line for line in exported(hub, ann) if line["type"] == "note"]
    assert [note["claim"] for note in notes] == ["meeting Bo at the bank"]
    hub.close()


def test_erasing_one_who_spoke_in_a_channel_makes_nobody_anew(hub: Hub) -> None:
    room, slack = in_channel(hub, "U0ANN"), Slacker(hub)
    slack.say("hello")
    room.say("the offsite is in Zug")
    erase.begin(Address.parse(slack.address), hub.ports, hub.clock.now())
    let_pass(hub)
    assert "Zug" not in texts_of(hub)
    assert not [key for key, _ in hub.family.table.scan("ADDRESS#") if "U0ANN" in key.partition]


def test_a_stop_above_a_quoted_mail_halts_and_one_inside_does_not(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("hello")
    quoted = "On Mon, 16 Jun 2025 at 15:06, Wren <persona@hub.example> wrote:\r\n> {}"
    ann.say("thank you\r\n\r\n" + quoted.format("stop"))
    assert not hub.gate(ann.address)["halted"]
    ann.say("stop\r\n\r\n" + quoted.format("Hello. Tell me something to keep."))
    assert hub.gate(ann.address)["halted"]
    ann.say("start\r\n\r\n" + quoted.format("stop"))
    assert not hub.gate(ann.address)["halted"]
