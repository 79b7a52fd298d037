"""What an installation may set: good values are read, bad ones end in one sentence."""

import pytest

from persona.errors import Broken
from persona.settings import Price, Settings, parse


def settings(**env: str) -> Settings:
    return parse(env, stage="local", public_url="http://127.0.0.1:8787", timezone="UTC")


def test_nothing_set_is_a_hub_that_keeps_and_shows() -> None:
    made = settings()
    assert made.public_url == made.origin == "http://127.0.0.1:8787"
    assert (made.model, made.models) == ("reflex", ())
    assert (made.budget_tokens, made.budget_usd, made.think_seconds) == (400_000, 0.0, 60.0)
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
        ("HUB_MODEL", "bedrock:"),
        ("HUB_MODEL", "openai:a,,openai:b"),
        ("HUB_MODEL", "openai:a,reflex,openai:b"),
        ("HUB_MODEL", "ollama:llama3"),
        ("OPENAI_BASE_URL", "localhost:11434/v1"),
        ("HUB_BEDROCK_GUARDRAIL", "gr1abc"),
        ("HUB_BEDROCK_GUARDRAIL", ":1"),
        ("HUB_BUDGET_TOKENS", "many"),
        ("HUB_BUDGET_TOKENS", "-1"),
        ("HUB_BUDGET_SMS", "some"),
        ("HUB_BUDGET_SMS", "1.5"),
        ("HUB_SMS_PRICE", "cheap"),
        ("HUB_SMS_PRICE", "-0.01"),
        ("HUB_BUDGET_USD", "0"),
        ("HUB_BUDGET_USD", "1e3"),
        ("HUB_MODEL_PRICES", "openai:a=3"),
        ("HUB_MODEL_PRICES", "=3/4"),
        ("HUB_MODEL_PRICES", "openai:a=3/x"),
        ("HUB_MODEL_PRICES", "openai:a=1/2/3/4"),
        ("HUB_THINK_SECONDS", "0"),
        ("HUB_THINK_SECONDS", "soon"),
        ("HUB_LINK_QUARANTINE", "a day"),
        ("HUB_LINK_QUARANTINE", "-1"),
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


ARN = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("reflex", ()),
        ("openai:gpt-4o", ("openai:gpt-4o",)),
        ("openai:llama3.2:3b, reflex", ("openai:llama3.2:3b",)),
        (
            "bedrock:anthropic.claude-3-haiku-20240307-v1:0,openai:B,reflex",
            ("bedrock:anthropic.claude-3-haiku-20240307-v1:0", "openai:B"),
        ),
        (f"bedrock:{ARN}", (f"bedrock:{ARN}",)),
    ],
)
def test_models_are_asked_in_the_order_in_which_they_are_named(
    text: str, models: tuple[str, ...]
) -> None:
    made = settings(HUB_MODEL=text, AWS_REGION="eu-west-1")
    assert made.models == models
    assert made.model == ", ".join((*models, "reflex"))


def test_a_model_on_bedrock_needs_a_region_by_either_name() -> None:
    with pytest.raises(Broken, match="AWS_REGION"):
        settings(HUB_MODEL="bedrock:a")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        assert settings(**{"HUB_MODEL": "bedrock:a", name: "eu-west-1"}).aws_region == "eu-west-1"


def test_prices_are_of_tokens_in_out_and_cached() -> None:
    prices = settings(HUB_MODEL_PRICES="bedrock:a:0=3/15/0.3, openai:b=2.5/10,").prices
    assert prices == {"bedrock:a:0": Price(3.0, 15.0, 0.3), "openai:b": Price(2.5, 10.0, 2.5)}


def test_a_money_budget_needs_the_price_of_every_model() -> None:
    env = {"HUB_MODEL": "openai:a,openai:b", "HUB_BUDGET_USD": "0.50"}
    with pytest.raises(Broken, match=r"^HUB_BUDGET_USD needs a price of openai:b"):
        settings(**env, HUB_MODEL_PRICES="openai:a=1/2")
    made = settings(**env, HUB_MODEL_PRICES="openai:a=1/2,openai:b=1/2")
    assert made.budget_usd == 0.5
    assert settings(HUB_BUDGET_USD="1").budget_usd == 1.0, "the reflexes cost nothing"


def test_text_messages_are_counted_from_the_start_and_cost_what_is_said() -> None:
    made = settings()
    assert (made.budget_segments, made.segment_usd) == (500, 0.0)
    made = settings(HUB_BUDGET_SMS="20", HUB_SMS_PRICE="0.0083")
    assert (made.budget_segments, made.segment_usd) == (20, 0.0083)


def test_a_new_link_is_in_quarantine_for_a_day_in_aws_and_not_at_all_locally() -> None:
    def quarantine(stage: str, **env: str) -> float:
        given = parse(env, stage=stage, public_url="http://127.0.0.1:1", timezone="UTC")
        return given.link_quarantine

    assert quarantine("local") == 0.0
    assert quarantine("aws") == 86_400.0
    assert quarantine("aws", HUB_LINK_QUARANTINE="60") == 60.0
