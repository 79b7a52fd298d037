"""Tells mail that nobody wrote, after RFC 3834 and the habits of the large vendors.

List-Unsubscribe proves nothing: people's mail sent through campaign tools has it as well.
"""

import re
from collections.abc import Iterator

from surfaces.email.headers import Fields, every, first
from surfaces.email.reading import Reading

_REPORTS = frozenset({"multipart/report", "message/delivery-status", "message/feedback-report"})
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOT = re.compile(
    r"(?:mailer-daemon|postmaster|(?:no|do[-_.]?not)[-_.]?reply)(?:[-+_.=].*)?@.*", re.IGNORECASE
)


def why_automatic(fields: Fields, senders: tuple[str, ...], got: Reading) -> str | None:
    """Why no one must be answered here, or None."""
    return next(_reasons(fields, senders, got), None)


def _reasons(fields: Fields, senders: tuple[str, ...], got: Reading) -> Iterator[str]:
    names = {name for name, _ in fields}
    suppressed = first(fields, "x-auto-response-suppress").lower()
    if _values(fields, "auto-submitted") - {"", "no"}:
        yield "Auto-Submitted"
    if any(value.replace(" ", "") == "<>" for value in every(fields, "return-path")):
        yield "empty Return-Path"
    yield from sorted(_REPORTS & got.types)
    if _values(fields, "precedence") & _BULK:
        yield "Precedence"
    if names & {"list-id", "list-post"}:
        yield "mailing list"
    if {"all", "autoreply", "oof"} & set(re.split(r"[,;\s]+", suppressed)):
        yield "X-Auto-Response-Suppress"
    if _values(fields, "x-autoreply") - {"", "no"}:
        yield "X-Autoreply"
    if "x-autorespond" in names:
        yield "X-Autorespond"
    if any(_ROBOT.fullmatch(sender) for sender in senders):
        yield "sender is a machine"
    if "REPLY" in got.methods:
        yield "calendar reply"


def _values(fields: Fields, name: str) -> set[str]:
    """What the fields of that name say, without parameters and comments."""
    return {re.split(r"[;(]", value)[0].strip().lower() for value in every(fields, name)}
