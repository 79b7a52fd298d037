"""Email: SES's receipt (or loopback SMTP) in, a threaded mail out through the relay.

Who wrote is decided by the receiving server's verdicts alone; nothing written inside a mail
proves anything. A relay gives no way to ask whether a mail went out, so an answer lost after the
last byte leaves the act UNKNOWN.
"""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from persona import ids
from persona.acts import slips
from persona.decision import Act
from persona.declare import Request, Response, Surface
from persona.errors import Refused, Rejected, Transient, Unknown
from persona.markdown import to_html
from persona.memory.own import as_others
from persona.model import Address, Audience, Event
from persona.people import canonical
from persona.ports import Door, Hands, Sent
from surfaces.email.buttons import buttons

if TYPE_CHECKING:
    import smtplib

    from surfaces.email.mime import Mail

UNPROVEN = "unverified:"
"""Prefix of an address nobody proved to own; never the same home as the proven one."""
MOST_WORDS = 50_000
MOST_REFERENCES = 20
TIMEOUT = 30.0
MAILBOX = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[^\s@<>,;:\"\\()\[\]]{1,253}")
"""What an answer is sent to; an envelope sender outside of it gets none."""
GONE = frozenset({550, 551, 553})
"""SMTP codes by which a recipient does not exist (RFC 5321, 4.2.3)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the receiving server knows of a mail: envelope, verdicts, and where it put the mail."""

    id: str
    blob: str
    mail_from: str
    recipients: tuple[str, ...]
    verdicts: dict[str, str]


def receive(request: Request, door: Door) -> Response:
    """Mail comes by receipt, never by a webhook."""
    raise Rejected("mail is not taken here", "absent")


def receive_mail(raw: bytes, receipt: Receipt, door: Door) -> str:
    """Admits one mail where somebody spoke; returns its fate in a word. The raw mail stays kept.

    Raises Transient where it could not be enqueued.
    """
    from surfaces.email.mime import Unreadable, read_mail

    own = door.settings.email_address
    if not any(_untagged(recipient) == own for recipient in receipt.recipients):
        return "not ours"
    if receipt.verdicts.get("virus") != "PASS":
        return "virus"
    if receipt.verdicts.get("spam") == "FAIL":
        return "quarantined"
    if receipt.verdicts.get("dmarc") == "FAIL":
        return "forged"
    try:
        mail = read_mail(raw)
    except Unreadable as error:
        raise Rejected(str(error), "too large") from error
    sender, is_proven = _sender(mail, receipt)
    if not sender:
        return "no sender"
    if _untagged(sender) == own or own in map(str.lower, mail.loops):
        return "loop"
    is_automatic = bool(mail.automatic) or receipt.mail_from.strip("<> ") == ""
    if is_automatic and not is_proven:
        return "automatic"
    door.admit(_event(mail, receipt, sender, is_proven, is_automatic, door))
    return "automatic" if is_automatic else "admitted"


def _sender(mail: "Mail", receipt: Receipt) -> tuple[str, bool]:
    """Who is to be answered, and whether the verdicts prove that it is they who wrote."""
    if len(mail.from_) == 1:
        return canonical.mailbox(mail.from_[0]), receipt.verdicts.get("dmarc") == "PASS"
    sender = canonical.mailbox(receipt.mail_from.strip("<> "))
    return (sender if MAILBOX.fullmatch(sender) else ""), False


def _event(
    mail: "Mail", receipt: Receipt, sender: str, is_proven: bool, is_automatic: bool, door: Door
) -> Event:
    address = Address("email", sender if is_proven else UNPROVEN + sender)
    message_id = mail.message_id or receipt.id
    references = list(dict.fromkeys([*mail.references, *filter(None, [mail.in_reply_to])]))
    detail = {
        "subject": mail.subject,
        "message_id": mail.message_id or "",
        "references": " ".join(references[-MOST_REFERENCES:])[-4_000:],
    }
    if mail.encrypted:
        detail["unreadable"] = "the mail is encrypted"
    return Event(
        id=f"email:{ids.derive(message_id, str(address), mail.text)}",
        kind="message",
        address=address,
        author=address,
        words=_words(mail),
        thread=references[0] if references else message_id,
        at=door.clock.now(),
        audience="private" if is_proven else "unverified",
        addressed=not is_automatic,
        detail=detail,
        blob=receipt.blob,
    )


def _words(mail: "Mail") -> str:
    """What the writer newly said; the subject where there is no text.

    What is only handed on, or holds nothing new, stays whole and is marked as somebody else's.
    """
    from surfaces.email.reply import hands_on, spoken_words

    said = spoken_words(mail.text, mail.html).strip()
    if said and hands_on(said):
        said = as_others(said)
    words = said or as_others(mail.text.strip()) or mail.subject
    notes: list[str] = []
    if len(words) > MOST_WORDS or mail.truncated:
        notes.append("[the mail goes on; all of it is kept]")
    names = [f"{a.name or 'a file'} ({a.sniffed})" for a in mail.attachments if not a.inline]
    if names:
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        notes.append(f"[attached: {', '.join(names[:10])}{more}]")
    return "\n".join([words[:MOST_WORDS], *notes])


def _untagged(address: str) -> str:
    """The address without a `+tag`, lower-cased."""
    local, _, domain = address.strip("<> ").lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def send(act: Act, hands: Hands) -> Sent:
    """One mail through the relay. Raises Transient, Refused or Unknown, as the relay answers."""
    if hands.settings.keeps("email"):
        return Sent(kept=True)
    import smtplib

    mail = _compose(act, hands)
    host, _, port = hands.settings.smtp_relay.rpartition(":")
    try:
        relay = smtplib.SMTP(host, int(port), timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise Transient(f"the relay cannot be reached: {type(error).__name__}") from error
    try:
        relay.ehlo_or_helo_if_needed()
        _envelope(relay, hands.settings.email_address, _recipient(act))
        _content(relay, mail)
    except (OSError, smtplib.SMTPException) as error:
        raise Transient(f"the relay hung up: {type(error).__name__}") from error
    finally:
        relay.close()  # without QUIT: nothing said after the mail was taken may change that it was
    return Sent(provider_id=_own_id(act, hands))


def _envelope(relay: "smtplib.SMTP", sender: str, recipient: str) -> None:
    options = () if recipient.isascii() else ("SMTPUTF8",)
    if options and not relay.has_extn("smtputf8"):
        raise Refused("the relay takes no international addresses")
    code, answer = relay.mail(sender, options)
    if code != 250:
        raise _translated(code, answer)
    code, answer = relay.rcpt(recipient)
    if code not in (250, 251):
        raise _translated(code, answer, "bounced" if code in GONE else "")


def _content(relay: "smtplib.SMTP", mail: bytes) -> None:
    """The mail itself: once its last byte may be out, a lost answer is Unknown."""
    import smtplib

    try:
        code, answer = relay.data(mail)
    except smtplib.SMTPDataError as error:
        raise _translated(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown("the relay's answer was lost") from error
    if code != 250:
        raise _translated(code, answer)


def _translated(code: int, answer: bytes | str, reason: str = "") -> Exception:
    if 400 <= code < 500:
        return Transient(f"the relay answered {code}")
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return Refused(f"the relay answered {code} {text[:80]}", reason or f"the relay answered {code}")


def _compose(act: Act, hands: Hands) -> bytes:
    """Text and clean HTML, threaded, marked as automatic, with a message id fixed by the act."""
    from email.message import EmailMessage
    from email.policy import SMTP, SMTPUTF8
    from email.utils import formataddr, formatdate

    recipient = _recipient(act)
    mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    mail["From"] = formataddr((hands.persona_name, hands.settings.email_address))
    mail["To"] = recipient
    is_new = bool(act.detail.get("about"))
    mail["Subject"] = act.detail.get("about") or _subject(act.detail.get("subject", ""))
    mail["Message-ID"] = _own_id(act, hands)
    mail["Date"] = formatdate(act.at)
    parent = act.detail.get("message_id", "")
    if parent:
        mail["In-Reply-To"] = f"<{parent}>"
        chain = [*act.detail.get("references", "").split(), parent]
        mail["References"] = " ".join(f"<{one}>" for one in dict.fromkeys(chain))
    mail["Auto-Submitted"] = "auto-generated" if is_new else "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Loop"] = hands.settings.email_address
    mail.set_content(act.text)
    html = _page(act)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def _page(act: Act) -> str:
    """The text as HTML, its slips as buttons; empty where only the plain text should be shown."""
    links: list[str] = json.loads(act.detail.get("asks", "[]"))
    if not links:
        return to_html(act.text)
    html = to_html(act.text.rpartition(slips.HERE)[0])
    return html and html + buttons(links)


def _subject(subject: str) -> str:
    """One `Re:`, whatever the mail programs of this world have put in front."""
    bare = " ".join(subject.split())
    while True:
        head, colon, rest = bare.partition(":")
        mark = re.sub(r"\[\d{1,3}\]", "", head).strip().casefold()
        if not colon or mark not in REPLY_MARKS:
            return f"Re: {bare}" if bare else "Re: your mail"
        bare = rest.strip()


REPLY_MARKS = frozenset({"re", "aw", "sv", "antw", "vs", "odp", "ynt", "回复", "答复"})


def _own_id(act: Act, hands: Hands) -> str:
    return f"<{act.id.lower()}@{hands.settings.email_address.rpartition('@')[2]}>"


def _recipient(act: Act) -> str:
    return act.address.id.removeprefix(UNPROVEN)


def reach(hands: Hands) -> tuple[str, str]:
    return hands.settings.email_address, "write a mail; in the local stage by SMTP on loopback"


def heard_by(act: Act, hands: Hands) -> Audience:
    """A mailbox is one person's, once it was proven whose."""
    return "unverified" if act.address.id.startswith(UNPROVEN) else "private"


SURFACE = Surface(
    name="email",
    title="email",
    routes=(),
    receive=receive,
    send=send,
    heard_by=heard_by,
    paced=10,
    slips=True,
    reach=reach,
)
