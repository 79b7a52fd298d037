"""What is left to do outside once a stage stands: what each vendor has to be told."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hub.ready import RECEIVING
from persona.identity.load import load

EVENTS = ("app_mention", "message.channels", "message.groups", "message.im", "message.mpim",
          "app_uninstalled", "tokens_revoked")  # fmt: skip
SCOPES = ("app_mentions:read", "channels:history", "channels:read", "chat:write", "commands",
          "groups:history", "groups:read", "im:history", "im:read", "im:write", "mpim:history",
          "mpim:read")  # fmt: skip
"""To hear, to answer, and to read back whether an answer arrived."""


def manifest(name: str, outputs: Mapping[str, str]) -> dict[str, Any]:
    """A Slack app's manifest; Slack makes the app from it (api.slack.com/reference/manifests)."""
    commands = outputs["SlackCommandsUrl"]
    return {
        "display_information": {"name": name},
        "features": {
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [
                {"command": "/persona", "url": commands, "description": f"Say something to {name}."}
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                "request_url": outputs["SlackEventsUrl"],
                "bot_events": list(EVENTS),
            },
            "interactivity": {"is_enabled": True, "request_url": outputs["SlackInteractionsUrl"]},
        },
    }


def steps(stage: str, outputs: Mapping[str, str], env: Mapping[str, str]) -> Iterator[str]:
    """One line a step, of those that this stage needs."""
    yield f"The page: {outputs['PublicUrl']}"
    for number in filter(None, env.get("TWILIO_FROM", "").split(",")):
        yield f"Twilio: twilio phone-numbers:update {number.strip()} --sms-url {outputs['SmsUrl']}"
    if env.get("HUB_EMAIL_ADDRESS") and "FeedbackTopic" in outputs:
        yield f"SES: {RECEIVING.format(stage=stage)}"
        domain = env["HUB_EMAIL_ADDRESS"].rpartition("@")[2]
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", "REGION")
        yield f"DNS: {domain}. MX 10 inbound-smtp.{region}.amazonaws.com."
        yield f"Complaints and bounces: name {outputs['FeedbackTopic']} where the identity sends from"
    if not env.get("SLACK_BOT_TOKEN"):
        app = json.dumps(manifest(load().name, outputs), separators=(",", ":"))
        yield f"Slack: make an app from this manifest, then deploy again with its secrets: {app}"
