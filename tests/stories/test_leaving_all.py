"""One person with everything that the hub can keep about anybody is erased: no row says a word."""

from pathlib import Path

import pytest

from functions import socket
from persona import ids
from persona.model import Address
from tests.stories.authenticator import Authenticator
from tests.stories.browsers import Browser
from tests.stories.linking import link, offer
from tests.stories.people import Mailer, Slacker, Texter, drain, in_channel
from tests.stories.test_backup import bytes_of, texts_of
from tests.stories.test_leaving import erased, everything, exported, let_pass
from tests.stories.test_passkeys import add, challenged
from tests.support import CHANNEL, TEAM, Hub, posted

SECRETS = ("zqvelvet", "zqlemon", "zqattic", "zqcellar", "zqmarble", "zqcopper")


def live(hub: Hub) -> tuple[Texter, Browser]:
    """Ann on five addresses, in a channel with Bob, with all that can be under way."""
    ann, mail, slack = Texter(hub), Mailer(hub), Slacker(hub)
    room, bob = in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    mail.say("remember my bike lock is zqvelvet", "forget nothing of it")
    link(ann, mail)
    link(ann, slack)
    page = Browser(hub)
    page.sign_in(mail, mail.who)
    add(page, Authenticator())
    challenged(page)
    Browser(hub).ask(mail.who)
    offer(ann)
    page.post("/web/messages", {"id": "w1", "text": "my door code is zqlemon"})
    ann.say("remember my gym code is zqcopper", "forget my gym code is zqcopper")
    bob.say("lunch is at noon")
    room.say("the projector is in the zqattic")
    room.say("the ladder is in the zqattic")
    stamp = f"{hub.clock.at:.6f}"
    old = {"type": "message", "ts": stamp, "user": "U0ANN", "team": TEAM}
    new = {**old, "text": "the ladder is in the zqcellar"}
    change = {"subtype": "message_changed", "message": new, "previous_message": old}
    where = {"channel": CHANNEL, "channel_type": "channel"}
    hub.slack_event(posted("", "1750000900.000100", user=None, **where, **change))
    drain(hub)
    assert "Which of these" in room.say("forget the zqattic zqcellar")
    for n in range(25):
        mail.send(f"my number {n} is zqmarble")
    drain(hub)
    for n in range(25):
        room.send(f"shelf {n} holds zqmarble")
    drain(hub)
    ticket = page.post("/web/ticket", {}).json()["ticket"]
    page.post("/web/ticket", {})
    event = {"queryStringParameters": {"ticket": ticket}, "headers": {}}
    about = {"eventType": "CONNECT", "routeKey": "$connect", "connectionId": "s1"}
    assert socket.run({**event, "requestContext": about}, hub.ports)["statusCode"] == 200
    return ann, page


def kinds(hub: Hub) -> set[str]:
    return {
        f"{key.partition.partition('#')[0]} {key.sort.partition('#')[0]}"
        for key, _ in hub.family.table.scan("")
        if not key.partition.startswith(("SESSION", "PASSKEY", "SOCKETS", "PROVIDER"))
    } | {key.partition.partition("#")[0] for key, _ in hub.family.table.scan("")}


@pytest.mark.long
def test_after_an_erasure_no_row_says_anything_of_the_person(hub: Hub, tmp_path: Path) -> None:
    ann, page = live(hub)
    wanted = {"SESSIONS", "PASSKEYS", "SOCKETS", "TICKET", "CODE", "PACE", "HOME NOTE"}
    wanted |= {"HOME TOMB", "LANE WAIT", "ADDRESS SPOKE", "ADDRESS WITH"}
    assert wanted <= kinds(hub), wanted - kinds(hub)
    gate = hub.gate(ann.address)
    names = [*gate["homes"], *(one["lane"] for one in gate["links"].values())]
    people = [one["address"] for one in gate["links"].values()]
    ids_ = [str(Address.parse(one).id) for one in people] + ["U0ANN"]
    erased(hub, ann.address)
    let_pass(hub, 3600.0)
    raw, opened = everything(hub), texts_of(hub)
    for word in (*SECRETS, *ids_):
        assert word not in raw, word
        assert word not in opened, word
    for name in names:
        assert name not in raw, name
    assert "noon" in opened
    asked = [ids.derive(f"address {one}") for one in people]
    assert not [one for one in asked if one in raw]
    assert page.get("/web/me").status == 401
    assert "zqvelvet" not in bytes_of(tmp_path).decode("latin-1")


def test_what_was_said_before_an_erasure_and_comes_again_after_it_meets_nobody(hub: Hub) -> None:
    ann, stamp = Slacker(hub), f"{hub.clock.at:.6f}"
    hub.slack_event(posted("my bike lock is zqvelvet", stamp))
    drain(hub)
    erased(hub, ann.address)
    hub.slack_event(posted("my bike lock is zqvelvet", stamp))
    drain(hub)
    assert not hub.family.table.scan("ADDRESS#")
    assert "Hello" in ann.say("hello"), "said after it, words meet a new home"


def test_an_export_says_what_was_handed_over_to_its_person_alone(hub: Hub) -> None:
    ann, room, bob = Slacker(hub), in_channel(hub, "U0ANN"), in_channel(hub, "U0BOB")
    room.say("the ladder is in the zqattic")
    bob.say("the rope is in the zqcellar")
    found = exported(hub, ann)
    handed = [line for line in found if line.get("function") == "handover"]
    assert [(one["to"], one["state"], one["text"]) for one in handed] == [(ann.address, "sent", "")]
    assert "zqattic" in str(found) and "zqcellar" not in str(found)
