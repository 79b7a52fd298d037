"""What mailbox providers tell of mail that was sent: complaints, and bounces that are for good.

As SES tells it through SNS (docs.aws.amazon.com/ses, "notification contents"). Only AWS can hand
it to our function, so it is taken at its word; a report that comes by mail is nobody's word.
"""

import json
from dataclasses import replace
from typing import Any

from persona.model import Address, Event
from persona.people import addresses
from persona.people.consent import BOUNCED, COMPLAINED
from persona.ports import Door
from surfaces.email import UNPROVEN


def take(message: str, door: Door) -> str:
    """One notification; returns what it was about.

    Who never wrote to the persona and complains of what it sent them is met by that: so their wish
    is kept, and holds for whatever anybody has sent in its name.
    """
    told: dict[str, Any] = json.loads(message)
    match told.get("notificationType") or told.get("eventType"):
        case "Complaint":
            about, named = told["complaint"], "complainedRecipients"
            status, reason = "delivered", COMPLAINED
        case "Bounce" if told["bounce"].get("bounceType") == "Permanent":
            about, named = told["bounce"], "bouncedRecipients"
            status, reason = "failed", BOUNCED
        case _:
            return "feedback ignored"
    mail: dict[str, Any] = told.get("mail") or {}
    sent = (mail.get("commonHeaders") or {}).get("messageId") or mail["messageId"]
    for one in about[named]:
        address = Address("email", one["emailAddress"].strip("<> ").lower())
        event = Event(
            id=f"email:{about['feedbackId']}:{address.id}",
            kind="status",
            address=address,
            author=address,
            at=door.clock.now(),
            target=sent,
            detail={"status": status, "reason": reason},
        )
        door.admit(event)
        unproven = Address("email", UNPROVEN + address.id)
        if addresses.find(door.table, unproven) is not None:
            id = f"email:{about['feedbackId']}:{unproven.id}"
            door.admit(replace(event, id=id, address=unproven, author=unproven))
    return reason
