"""Who can read what goes to a Slack conversation now: asked of Slack where its id does not say.

Ids of channels (C, G) are always read by others, and so are direct conversations that Slack shows
as a group's or as shared with another organisation. A user's id (U, W) stands for the direct
conversation that Slack opens with that one person.
"""

from functools import cache
from typing import Any

from persona.decision import Act
from persona.errors import Refused, Transient, Unknown
from persona.model import Audience
from persona.ports import Hands
from surfaces.slack import posts

KNOWN_FOR = 60.0
"""Seconds for which an answer of Slack's counts."""
MOST_KNOWN = 10_000
UNASKED = frozenset({"missing_scope", "method_not_supported_for_channel_type", "unknown_method"})
"""Refusals after which a direct conversation's id has to do: the app may not ask."""


def heard_by(act: Act, hands: Hands) -> Audience:
    """`private` where one person reads alone. Raises Transient, Refused or Unknown, as Slack does."""
    if act.detail.get("response_url"):  # shown to the one who typed the command
        return "private"
    channel = act.thread.partition(":")[0]
    if channel[:1] in ("U", "W"):
        return "private"
    if channel[:1] != "D":
        return "lane"
    return "private" if hands.settings.keeps("slack") else _asked(channel, hands)


def _asked(channel: str, hands: Hands) -> Audience:
    known, now = _known(), hands.clock.now()
    until, audience = known.get(channel, (0.0, "lane"))
    if now < until:
        return audience
    audience = _ask(channel, hands)
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[channel] = now + KNOWN_FOR, audience
    return audience


def _ask(channel: str, hands: Hands) -> Audience:
    try:
        about = posts.ask(hands, "conversations.info", channel=channel).get("channel")
    except Refused as error:
        if error.code in UNASKED:
            return "private"
        raise
    except Unknown as error:  # asking changes nothing, so it may be repeated
        raise Transient(str(error)) from error
    return "lane" if not isinstance(about, dict) or _is_shared(about) else "private"  # pyright: ignore[reportUnknownArgumentType]


def _is_shared(about: dict[str, Any]) -> bool:
    is_open = not about.get("is_im") or about.get("is_mpim")
    return bool(is_open or about.get("is_ext_shared") or about.get("is_org_shared"))


@cache
def _known() -> dict[str, tuple[float, Audience]]:
    return {}
