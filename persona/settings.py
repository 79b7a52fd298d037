"""What an installation may set, as one typed record made from an environment mapping."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from persona.errors import Broken, Refused

VERSION = "0.1.0"
MODEL_KINDS = ("bedrock", "openai")
EMBEDS = "bedrock:amazon.titan-embed-text-v2"
"""How the names of the embedding models begin whose protocol is known."""
BUDGET_TOKENS, THINK_SECONDS, QUARANTINE = 400_000, 60.0, 86_400
BUDGET_SEGMENTS = 500
REVIEWS = 2
SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: into a model, out of it, and in where its cache had them."""

    into: float
    out: float
    cached: float


@dataclass(frozen=True, slots=True)
class Settings:
    """The names and defaults are those of the README's table; every one has a meaning there.

    `sends` holds the surfaces that have a provider to send through; what is said on the others
    is kept and shown instead. `models` are asked in this order, as `kind:name`; the reflexes
    stand behind them. `embeddings` is the model, as `kind:name`, that gives recall vectors beside
    the words; empty for none. `budget_tokens`, `budget_usd` (0: no limit, and nothing is spent) and
    `budget_segments` (text messages as they are billed) are each lane's, for a day. `segment_usd`
    is what one text message costs. `reviews` is how often a day the persona may write to a person
    of its own accord; 0 for never. `likeness` is whether it is looked at how people write.
    `link_quarantine` is for how long (seconds) a new link opens no older words to either side.
    """

    stage: str
    public_url: str
    email_address: str
    timezone: str
    models: tuple[str, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    budget_tokens: int = BUDGET_TOKENS
    budget_usd: float = 0.0
    budget_segments: int = BUDGET_SEGMENTS
    segment_usd: float = 0.0
    reviews: int = REVIEWS
    likeness: bool = True
    bedrock_guardrail: str = ""
    embeddings: str = ""
    aws_region: str = ""
    slack_api_url: str = ""
    twilio_api_url: str = ""
    twilio_from: tuple[str, ...] = ()
    smtp_relay: str = ""
    openai_base_url: str = ""
    think_seconds: float = THINK_SECONDS
    link_quarantine: float = 0.0
    turns_a_minute: int = 20
    sockets_url: str = ""
    sends: frozenset[str] = frozenset()
    version: str = VERSION

    @property
    def model(self) -> str:
        """Which minds think here, in order, as a person may read it."""
        return ", ".join((*self.models, "reflex"))

    def keeps(self, surface: str) -> bool:
        """Whether what is said there is kept and shown; in aws nobody would see it: Refused."""
        if surface not in self.sends and self.stage == "aws":
            raise Refused(f"no provider is set for {surface}", "unconfigured")
        return surface not in self.sends

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def socket_url(self) -> str:
        """Where the page opens its WebSocket: in aws the sockets have an API of their own."""
        if self.sockets_url:
            return "ws" + self.sockets_url.removeprefix("http")
        return "ws" + self.public_url.removeprefix("http").rstrip("/") + "/web/socket"


def parse(env: Mapping[str, str], *, stage: str, public_url: str, timezone: str) -> Settings:
    """Raises Broken with one sentence for a value that cannot work."""
    url = env.get("HUB_PUBLIC_URL", public_url).rstrip("/")
    if not _is_web_url(url):
        raise Broken(f"HUB_PUBLIC_URL must be a full http or https URL, not {url!r}.")
    relay = env.get("HUB_SMTP_RELAY", "")
    host, _, port = relay.rpartition(":")
    if relay and not (host and port.isascii() and port.isdigit()):
        raise Broken(f"HUB_SMTP_RELAY must be host:port, not {relay!r}.")
    zone = env.get("HUB_TIMEZONE", timezone)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise Broken(f"HUB_TIMEZONE must be a zone like Europe/Zurich, not {zone!r}.") from error
    quarantine = env.get("HUB_LINK_QUARANTINE", str(QUARANTINE if stage == "aws" else 0))
    if not _is_amount(quarantine):
        raise Broken(f"HUB_LINK_QUARANTINE must be a number of seconds, not {quarantine!r}.")
    kept = env.get("HUB_SECRETS", "").split(",")  # in aws credentials are not in the environment
    configured = {
        "slack": env.get("HUB_SLACK_API_URL") or _has(env, kept, "SLACK_BOT_TOKEN"),
        "sms": env.get("HUB_TWILIO_API_URL") or _has(env, kept, "TWILIO_AUTH_TOKEN"),
        "email": relay,
    }
    return Settings(
        stage=stage,
        public_url=url,
        email_address=env.get("HUB_EMAIL_ADDRESS", "persona@hub.localhost").lower(),
        timezone=zone,
        **_models(env),
        **_texts(env),
        reviews=_reviews(env),
        likeness=_likeness(env),
        slack_api_url=env.get("HUB_SLACK_API_URL", ""),
        twilio_api_url=env.get("HUB_TWILIO_API_URL", ""),
        twilio_from=tuple(n.strip() for n in env.get("TWILIO_FROM", "").split(",") if n.strip()),
        smtp_relay=relay,
        sockets_url=env.get("HUB_SOCKETS_URL", ""),
        link_quarantine=float(quarantine),
        sends=frozenset(name for name, is_on in configured.items() if is_on),
    )


def _models(env: Mapping[str, str]) -> dict[str, Any]:
    """Which models are asked in which order, where they are, and what they may cost."""
    models, prices = (
        _order(env.get("HUB_MODEL", "reflex")),
        _prices(env.get("HUB_MODEL_PRICES", "")),
    )
    kinds = {model.partition(":")[0] for model in models}
    url = env.get("OPENAI_BASE_URL", "")
    if url and not _is_web_url(url):
        raise Broken(f"OPENAI_BASE_URL must be a full http or https URL, not {url!r}.")
    region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", "")
    if "bedrock" in kinds and not region:
        raise Broken("HUB_MODEL names a model on Bedrock, which needs AWS_REGION.")
    guardrail = env.get("HUB_BEDROCK_GUARDRAIL", "")
    if guardrail and not all(guardrail.rpartition(":")[::2]):
        raise Broken(f"HUB_BEDROCK_GUARDRAIL must be ID:VERSION, not {guardrail!r}.")
    tokens = env.get("HUB_BUDGET_TOKENS", str(BUDGET_TOKENS))
    if not (tokens.isascii() and tokens.isdigit()):
        raise Broken(f"HUB_BUDGET_TOKENS must be a whole number of tokens, not {tokens!r}.")
    seconds, dollars = (
        env.get("HUB_THINK_SECONDS", str(THINK_SECONDS)),
        env.get("HUB_BUDGET_USD", ""),
    )
    if not (_is_amount(seconds) and float(seconds) > 0):
        raise Broken(f"HUB_THINK_SECONDS must be a number above 0, not {seconds!r}.")
    if dollars and not (_is_amount(dollars) and float(dollars) > 0):
        raise Broken(f"HUB_BUDGET_USD must be an amount above 0, such as 0.50, not {dollars!r}.")
    embeddings = env.get("HUB_EMBEDDINGS", "")
    if embeddings and not embeddings.startswith(EMBEDS):
        raise Broken(f"HUB_EMBEDDINGS must be {EMBEDS}:0, not {embeddings!r}.")
    if embeddings and not region:
        raise Broken("HUB_EMBEDDINGS names a model on Bedrock, which needs AWS_REGION.")
    asked = (*models, *filter(None, [embeddings]))
    unpriced = [model for model in asked if model not in prices]
    if dollars and unpriced:
        raise Broken(f"HUB_BUDGET_USD needs a price of {unpriced[0]} in HUB_MODEL_PRICES.")
    return {
        "models": models,
        "prices": prices,
        "budget_tokens": int(tokens),
        "budget_usd": float(dollars or 0),
        "bedrock_guardrail": guardrail,
        "embeddings": embeddings,
        "aws_region": region,
        "think_seconds": float(seconds),
        "openai_base_url": url,
    }


def _texts(env: Mapping[str, str]) -> dict[str, Any]:
    """How many text messages a person may cost a day, and what one costs."""
    most = env.get("HUB_BUDGET_SMS", str(BUDGET_SEGMENTS))
    if not (most.isascii() and most.isdigit()):
        raise Broken(f"HUB_BUDGET_SMS must be a whole number of text messages, not {most!r}.")
    price = env.get("HUB_SMS_PRICE", "0")
    if not _is_amount(price):
        raise Broken(f"HUB_SMS_PRICE must be an amount in US dollars, not {price!r}.")
    return {"budget_segments": int(most), "segment_usd": float(price)}


def _reviews(env: Mapping[str, str]) -> int:
    most = env.get("HUB_REVIEWS", str(REVIEWS))
    if not (most.isascii() and most.isdigit()):
        raise Broken(f"HUB_REVIEWS must be a whole number of messages a day, not {most!r}.")
    return int(most)


def _likeness(env: Mapping[str, str]) -> bool:
    asked = env.get("HUB_LIKENESS", "on")
    if asked not in SWITCH:
        raise Broken(f"HUB_LIKENESS must be on or off, not {asked!r}.")
    return SWITCH[asked]


def _order(text: str) -> tuple[str, ...]:
    """`bedrock:A,openai:B,reflex` without the reflexes, which stand behind all anyway."""
    names = [name.strip() for name in text.split(",")]
    models = tuple(names[:-1] if names[-1] == "reflex" else names)
    for model in models:
        kind, _, name = model.partition(":")
        if kind not in MODEL_KINDS or not name:
            raise Broken(
                "HUB_MODEL must be reflex, or bedrock:MODEL_ID or openai:MODEL, or several of them "
                f"with commas and reflex last, not {text!r}."
            )
    return models


def _prices(text: str) -> dict[str, Price]:
    """`openai:gpt-4o=2.5/10` or, with a price of cached tokens, `…=2.5/10/1.25`; commas between."""
    prices: dict[str, Price] = {}
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        model, _, amounts = entry.rpartition("=")
        parts = amounts.split("/")
        if not model or len(parts) not in (2, 3) or not all(map(_is_amount, parts)):
            raise Broken(
                "HUB_MODEL_PRICES must be like openai:MODEL=2.5/10, in US dollars for a million "
                f"tokens in and out, not {entry!r}."
            )
        into, out, cached = (float(part) for part in (*parts, parts[0])[:3])
        prices[model.strip()] = Price(into, out, cached)
    return prices


def _is_amount(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) is not None


def _has(env: Mapping[str, str], kept: list[str], name: str) -> bool:
    return bool(env.get(name)) or name in kept


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
