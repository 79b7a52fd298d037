"""Inbound mail over SMTP on loopback, so that any mail client can be tried.

Loopback submission counts as DMARC PASS for the envelope sender; where the header From names
somebody else, the mail counts as unverified. No such path exists in the aws stage.
"""

import asyncio
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, Envelope, Session

from functions._observe import log
from persona.ports import Ports
from surfaces.email.mime import Unreadable, read_mail

PASS = {"spf": "PASS", "dkim": "PASS", "dmarc": "PASS", "spam": "PASS", "virus": "PASS"}
UNVERIFIED = {**PASS, "dmarc": "GRAY", "dkim": "GRAY"}

TakeMail = Callable[[bytes, str, list[str], dict[str, str]], None]


class Inbox:
    """aiosmtpd's hooks: takes mail for the persona's own address and no other."""

    def __init__(self, ports: Ports, take: TakeMail) -> None:
        self._ports = ports
        self._take = take

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local, _, domain = self._ports.settings.email_address.partition("@")
        own = address.lower().partition("@")
        if own[0].split("+")[0] != local or own[2] != domain:
            return "550 5.1.1 nobody of that name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = bytes(envelope.original_content or b"")
        sender = envelope.mail_from or ""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, self._deliver, raw, sender, list(envelope.rcpt_tos))
        except Exception:  # whatever it is, the mail is not bounced for it
            log.exception("mail not taken")
            return "451 4.3.0 try again later"
        return "250 2.0.0 taken"

    def _deliver(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        verdicts = PASS if _same_sender(raw, sender) else UNVERIFIED
        self._take(raw, sender, recipients, verdicts)


def _same_sender(raw: bytes, sender: str) -> bool:
    """Whether the one From is the envelope's sender, as the surface itself will read it."""
    try:
        return read_mail(raw).from_ == (sender.lower(),)
    except Unreadable:
        return False
