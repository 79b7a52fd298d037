"""Inbound email: SES's receipt of a mail whose raw text already lies in the blobs, and feedback."""

from typing import Any

from functions import _compose
from functions._observe import count, log
from functions.ingress import door
from persona.errors import Rejected, Transient
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; a failure to enqueue raises, so that Lambda repeats the invoke."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Takes SES's receipt event: verdicts, envelope, and the id under which the mail lies.

    Or what SES tells through SNS about mail that was sent: complaints and bounces.
    """
    from surfaces.email import Receipt, receive_mail
    from surfaces.email.feedback import take

    for record in event["Records"]:
        if "Sns" in record:
            about = take(record["Sns"]["Message"], door(ports))
            count("feedback", about=about)
            continue
        mail, receipt = record["ses"]["mail"], record["ses"]["receipt"]
        raw = ports.blobs.get(blob_name(mail["messageId"]))
        if raw is None:
            raise Transient("the mail itself is not there yet")
        verdicts = {
            name: receipt.get(f"{name}Verdict", {}).get("status", "GRAY")
            for name in ("spf", "dkim", "dmarc", "spam", "virus")
        }
        envelope = Receipt(
            id=mail["messageId"],
            blob=blob_name(mail["messageId"]),
            mail_from=mail["source"],
            recipients=tuple(receipt["recipients"]),
            verdicts=verdicts,
        )
        try:
            fate = receive_mail(raw, envelope, door(ports))
        except Rejected as error:
            fate = f"rejected: {error.fault}"
        count("mail", fate=fate)
        log.info("mail", extra={"fate": fate})


def blob_name(message_id: str) -> str:
    """Where a received mail's raw text lies."""
    return f"mail/{message_id}"
