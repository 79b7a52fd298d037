"""A judged wish as the rows of its question and of its act hold it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from persona.decision import Intent, Verdict, Wish


def plain(wish: Wish) -> dict[str, Any]:
    """The wish as JSON holds it, without the code that would approve it."""
    fields = asdict(wish)
    fields.pop("code")
    return fields


def open_wish(fields: Mapping[str, Any]) -> Wish:
    intent, verdict = Intent(**fields["intent"]), Verdict(**fields["verdict"])
    return Wish(intent, verdict, fields["shown"], fields["facts"])
