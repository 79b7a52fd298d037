"""Which address a person means by what they typed, in any usual spelling.

Mailboxes and telephone numbers only: whoever signs in knows these by heart.
"""

import re

from persona.model import Address
from persona.people import canonical
from persona.settings import Settings

MAILBOX = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[^\s@<>,;:\"\\()\[\]]{1,253}")


def read(typed: str, settings: Settings) -> tuple[Address, ...]:
    """The addresses that it may stand for, the likeliest first; none for what is no address.

    A number without a country's code is read as one of the country of the persona's own number.
    """
    text = typed.strip().removeprefix("mailto:").removeprefix("tel:").strip()
    if len(text) > canonical.MOST:
        return ()
    if MAILBOX.fullmatch(text):
        return (Address("email", canonical.mailbox(text)),)
    try:
        number = canonical.telephone(text, _region(settings))
    except ValueError:
        return ()
    return (Address("sms", number), Address("sms", f"whatsapp:{number}"))


def _region(settings: Settings) -> str | None:
    """The country of the persona's own number, such as `CH`; None where it has none."""
    import phonenumbers

    for own in settings.twilio_from:
        try:
            parsed = phonenumbers.parse(own.removeprefix("whatsapp:"), None)
        except phonenumbers.NumberParseException:
            continue
        return phonenumbers.region_code_for_number(parsed)
    return None
