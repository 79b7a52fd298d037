"""What is believed of somebody who is one person on two surfaces: told, contested, parted, taken along."""

import json

from persona.acts import export
from persona.model import Address
from tests.stories.linking import link
from tests.stories.people import Slacker, Texter, in_channel
from tests.support import Hub

DAY = 86_400.0


def over_days(one: Texter | Slacker, *words: str) -> None:
    for said in words:
        one.say(said)
        one.hub.clock.at += DAY


def exported(hub: Hub, of: Texter | Slacker) -> list[dict[str, object]]:
    address, ports = Address.parse(of.address), hub.ports
    lines = export.lines(address, ports, ports.blobs, ports.settings, ports.clock)
    return [json.loads(line) for line in lines]


def test_a_trait_of_two_surfaces_is_contested_on_one_and_stays_so_when_they_part(hub: Hub) -> None:
    ann, texting = Slacker(hub), Texter(hub)
    over_days(ann, "I like tea")
    over_days(texting, "I really like tea")
    assert "From that I take" not in ann.say("what do you know about me?"), "not yet one person"
    link(ann, texting)
    assert "• you like tea (in 2 conversations" in ann.say("what do you know about me?")
    ground = texting.say("why do you think I like tea?")
    assert "by SMS" in ground.split("\n")[1]
    assert "on Slack" in ground.split("\n")[2]
    assert "Then I go by it no longer" in texting.say("that's wrong")
    assert "• you like tea" not in ann.say("what do you know about me?")
    (trait,) = [one for one in exported(hub, ann) if one.get("claim") == "likes tea"]
    assert trait["derived"]
    assert trait["contested_by"]
    ann.say("unlink sms")
    for one in (ann, texting):
        over_days(one, "I like tea", "I do like tea", "I like tea")
        assert "• you like tea" not in one.say("what do you know about me?")
        assert "you told me that it is wrong" in one.say("why do you think I like tea?")
        (no,) = [each for each in exported(hub, one) if each["type"] == "contest"]
        assert bool(no["evidence"]) == (one is texting), "its words are in their own home alone"


def test_what_somebody_asks_for_mostly_from_one_surface_is_told_grounded_taken_along_and_ended(
    hub: Hub,
) -> None:
    ann, texting = Slacker(hub), Texter(hub)
    link(ann, texting)
    for at in range(8):
        over_days(ann, f"could you open the document about thing {at}?")
        over_days(texting, f"thing {at} went well")
    claim = "asks for documents mostly on Slack"
    assert "• you ask for documents mostly on Slack (in 8 conv" in ann.say(
        "what do you know about me?"
    )
    assert "open the document about thing 7?" in ann.say("why do you think I ask for documents?")
    (trait,) = [one for one in exported(hub, ann) if one.get("claim") == claim]
    assert (trait["stable"], trait["quoted"], trait["surfaces"]) == (True, 8, ["slack"])
    texting.say("that's wrong that I ask for documents mostly on Slack")
    (trait,) = [one for one in exported(hub, ann) if one.get("claim") == claim]
    assert trait["contested_by"] and not trait["stable"]


def test_where_others_listen_nothing_is_believed_aloud(hub: Hub) -> None:
    ann = Slacker(hub)
    over_days(ann, "I like tea", "I really like tea")
    among = in_channel(hub, ann.user)
    heard = among.say("why do you think I like tea?") + among.say("what do you know about me?")
    assert "tea (in" not in heard
    assert "really" not in heard
    assert "Then I go by it" not in among.say("that's wrong about tea")
    assert "• you like tea" in ann.say("what do you know about me?")
