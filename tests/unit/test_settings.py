"""What an installation may set: good values are read, bad ones end in one sentence."""

import pytest

from persona.errors import Broken
from persona.settings import Settings, parse


def settings(**env: str) -> Settings:
    return parse(env, stage="local", public_url="http://127.0.0.1:8787", timezone="UTC")


def test_nothing_set_is_a_hub_that_keeps_and_shows() -> None:
    made = settings()
    assert made.public_url == made.origin == "http://127.0.0.1:8787"
    assert made.model == "reflex"
    assert made.sends == frozenset()
    assert made.turns_a_minute == 20


@pytest.mark.parametrize(
    ("env", "surface"),
    [
        ({"SLACK_BOT_TOKEN": "x"}, "slack"),
        ({"HUB_SLACK_API_URL": "http://s/api/"}, "slack"),
        ({"TWILIO_AUTH_TOKEN": "x"}, "sms"),
        ({"HUB_TWILIO_API_URL": "http://t"}, "sms"),
        ({"HUB_SMTP_RELAY": "mail.example:25"}, "email"),
    ],
)
def test_what_was_given_decides_which_surfaces_send(env: dict[str, str], surface: str) -> None:
    assert settings(**env).sends == {surface}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_PUBLIC_URL", "hub.example"),
        ("HUB_PUBLIC_URL", "ftp://hub.example"),
        ("HUB_PUBLIC_URL", "https://"),
        ("HUB_PUBLIC_URL", ""),
        ("HUB_MODEL", "gpt"),
        ("HUB_MODEL", ""),
        ("HUB_SMTP_RELAY", "localhost"),
        ("HUB_SMTP_RELAY", "localhost:smtp"),
        ("HUB_PUBLIC_URL", "http://["),
        ("HUB_TIMEZONE", "Mars/Base"),
        ("HUB_MODEL", "openai:"),
        ("HUB_SMTP_RELAY", "25"),
        ("HUB_SMTP_RELAY", "host:²"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_sentence_with_its_name(name: str, value: str) -> None:
    with pytest.raises(Broken) as caught:
        settings(**{name: value})
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert value.rstrip("/") in sentence


def test_the_public_url_loses_its_last_slash_and_gives_the_sockets_address() -> None:
    made = settings(HUB_PUBLIC_URL="https://hub.example/here/")
    assert made.public_url == "https://hub.example/here"
    assert made.origin == "https://hub.example"
    assert made.socket_url == "wss://hub.example/here/web/socket"
    assert settings().socket_url == "ws://127.0.0.1:8787/web/socket"


def test_several_numbers_and_a_shouted_address_are_read() -> None:
    made = settings(TWILIO_FROM=" +1415, ,+1416 ", HUB_EMAIL_ADDRESS="Wren@Hub.Example")
    assert made.twilio_from == ("+1415", "+1416")
    assert made.email_address == "wren@hub.example"
