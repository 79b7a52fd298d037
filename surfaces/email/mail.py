"""What one inbound mail says, as plain data; nothing in it is proof of who wrote it."""

from dataclasses import dataclass


class Unreadable(Exception):
    """Too large to be looked at: the caller keeps the raw mail and says so."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What the mail says and what the first bytes say; `size` is in decoded bytes."""

    name: str
    declared: str
    sniffed: str
    size: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as read. Ids are without angle brackets, addresses bare, `date` in seconds since 1970.

    No field but `text` and `html` can hold a line break, so any other may go into a header. `from_`
    identifies only together with the verdicts of the receiving server. `automatic` is why nobody must
    be answered; `defects` names what was broken or over a bound; `truncated`: something was left out.
    """

    message_id: str | None
    subject: str
    from_: tuple[str, ...]
    from_name: str
    reply_to: tuple[str, ...]
    to: tuple[str, ...]
    in_reply_to: str | None
    references: tuple[str, ...]
    date: float | None
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    automatic: str | None
    encrypted: bool
    calendar: bool
    loops: tuple[str, ...]
    defects: tuple[str, ...]
    truncated: bool
