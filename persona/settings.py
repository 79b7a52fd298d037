"""What an installation may set, as one typed record made from an environment mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from persona.errors import Broken

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Settings:
    """The names and defaults are those of the README's table; every one has a meaning there.

    `sends` holds the surfaces that have a provider to send through; what is said on the others
    is kept and shown instead.
    """

    stage: str
    public_url: str
    email_address: str
    timezone: str
    model: str = "reflex"
    slack_api_url: str = ""
    twilio_api_url: str = ""
    twilio_from: tuple[str, ...] = ()
    smtp_relay: str = ""
    openai_base_url: str = ""
    think_seconds: float = 60.0
    turns_a_minute: int = 20
    sends: frozenset[str] = frozenset()
    version: str = VERSION

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def socket_url(self) -> str:
        """Where the page opens its WebSocket."""
        return "ws" + self.public_url.removeprefix("http").rstrip("/") + "/web/socket"


def parse(env: Mapping[str, str], *, stage: str, public_url: str, timezone: str) -> Settings:
    """Raises Broken with one sentence for a value that cannot work."""
    url = env.get("HUB_PUBLIC_URL", public_url).rstrip("/")
    if not _is_web_url(url):
        raise Broken(f"HUB_PUBLIC_URL must be a full http or https URL, not {url!r}.")
    model = env.get("HUB_MODEL", "reflex")
    if model != "reflex" and not (model.startswith("openai:") and model != "openai:"):
        raise Broken(f"HUB_MODEL must be reflex or openai:MODEL, not {model!r}.")
    relay = env.get("HUB_SMTP_RELAY", "")
    host, _, port = relay.rpartition(":")
    if relay and not (host and port.isascii() and port.isdigit()):
        raise Broken(f"HUB_SMTP_RELAY must be host:port, not {relay!r}.")
    zone = env.get("HUB_TIMEZONE", timezone)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise Broken(f"HUB_TIMEZONE must be a zone like Europe/Zurich, not {zone!r}.") from error
    configured = {
        "slack": env.get("HUB_SLACK_API_URL") or env.get("SLACK_BOT_TOKEN"),
        "sms": env.get("HUB_TWILIO_API_URL") or env.get("TWILIO_AUTH_TOKEN"),
        "email": relay,
    }
    return Settings(
        stage=stage,
        public_url=url,
        email_address=env.get("HUB_EMAIL_ADDRESS", "persona@hub.localhost").lower(),
        timezone=zone,
        model=model,
        slack_api_url=env.get("HUB_SLACK_API_URL", ""),
        twilio_api_url=env.get("HUB_TWILIO_API_URL", ""),
        twilio_from=tuple(n.strip() for n in env.get("TWILIO_FROM", "").split(",") if n.strip()),
        smtp_relay=relay,
        openai_base_url=env.get("OPENAI_BASE_URL", ""),
        sends=frozenset(name for name, is_on in configured.items() if is_on),
    )


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
