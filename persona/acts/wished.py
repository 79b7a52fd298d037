"""A judged wish as the rows of its question and of its act hold it, and what it came to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from persona.decision import Act, Intent, Verdict, Wish
from persona.model import End, Event

OF_A_PLAN = ("plan", "step", "run", "use")
"""What the wish of a plan's step carries, so that its outcome moves that plan on."""


def plain(wish: Wish) -> dict[str, Any]:
    """The wish as JSON holds it, without the code that would approve it."""
    fields = asdict(wish)
    fields.pop("code")
    return fields


def open_wish(fields: Mapping[str, Any]) -> Wish:
    intent, verdict = Intent(**fields["intent"]), Verdict(**fields["verdict"])
    return Wish(intent, verdict, fields["shown"], fields["facts"])


def outcome(act: Act, event: Event) -> Event:
    """The outcome of a wish, told where it was spoken."""
    asked, wish = End.from_row(act.wish["asked"]), open_wish(act.wish)
    came = dict(act.result)
    rests = [*wish.facts.get("rests", ()), *came.pop("rests", ())]
    came["facts"] = json.dumps(came.get("facts", {}))
    about = {
        **asked.detail,
        **event.detail,
        **{f"result_{name}": str(value) for name, value in came.items()},
        "shown": wish.shown,
        "tainted": wish.facts.get("tainted", ""),
        "to": str(act.address),
        "capability": wish.intent.capability,
        "arguments": json.dumps(dict(wish.intent.arguments)),
        "chain": str(wish.facts.get("chain", 1)),
        **{name: str(wish.facts[name]) for name in OF_A_PLAN if name in wish.facts},
        "rests": " ".join(dict.fromkeys(rests)),
    }
    return replace(
        event,
        address=asked.address,
        author=asked.address,
        thread=asked.thread,
        home=asked.home,
        audience=wish.facts.get("audience", act.audience),
        words=str(wish.facts.get("words", "")),
        detail=about,
    )


def rests_of(event: Event) -> list[str]:
    """What led to the wish whose outcome this is; nothing for any other event."""
    return event.detail.get("rests", "").split() if event.kind == "outcome" else []
