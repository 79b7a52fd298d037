"""Replacing a message: the one that was sent, with what it asks still, or nothing where none was."""

import json
from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from persona import ids
from persona.decision import REPLACES, Act
from persona.errors import Refused
from persona.keys import Key, Scope
from persona.model import Address
from persona.ports import Row
from surfaces.slack import posts
from tests.end_to_end.house import Slack

ACT = Act(
    "slack", "L", "H", "000000000002#41", Address("slack", "T1:U1"), "D1", "Denied.", "c", 0.0
)
AFTER = "000000000001#01"
CLOSING = replace(ACT, detail={"team": "T1", "asks": '["yyy"]', REPLACES: f"K/{AFTER}"})


class Sent:
    """A table that knows one act that was sent, in a lane that the home has since left."""

    def __init__(self, provider_id: str) -> None:
        self.row: Row = {"provider_id": provider_id}
        self.scope = Scope("", (), frozenset())

    def within(self, scope: Scope) -> "Sent":
        self.scope = scope
        return self

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        known = Key("ACT#slack#K", f"DONE#{AFTER}")
        assert all(key.partition in self.scope.partitions for key in keys if key == known)
        return {key: self.row for key in keys if key == known}


def hands(slack: Slack, provider_id: str) -> Any:
    settings = SimpleNamespace(slack_api_url=f"{slack.url}/api/", keeps=lambda surface: False)
    tokens = SimpleNamespace(get=lambda name: slack.token)
    return SimpleNamespace(settings=settings, secrets=tokens, table=Sent(provider_id))


def test_it_is_the_message_of_the_act_that_asked_and_keeps_what_is_open() -> None:
    with Slack() as slack:
        asked = slack._post({"channel": "D1", "text": "May I?", "blocks": None})
        for _ in range(2):  # repeating it changes nothing
            sent = posts.send(CLOSING, hands(slack, f"T1:D1:{asked['ts']}"))
            assert sent.provider_id == "", "the message stays the asking act's"
        (post,) = slack.posts
    assert post["text"] == "Denied."
    assert json.dumps(post["blocks"]).count("yyy") == 2, "yes and no of the one question left"
    original = ids.derive("act", "slack", "K", AFTER)
    assert original in json.dumps(post["metadata"]), (
        "a lost answer still finds the message by its act"
    )


@pytest.mark.parametrize("provider_id", ["", "T1:D1"])
def test_where_nothing_was_sent_there_is_nothing_to_replace(provider_id: str) -> None:
    with Slack() as slack:
        with pytest.raises(Refused):
            posts.send(CLOSING, hands(slack, provider_id))
        assert slack.asked == []


def test_it_is_never_looked_up() -> None:
    with Slack() as slack:
        assert posts.lookup(CLOSING, hands(slack, "")) is None
        assert slack.asked == []
