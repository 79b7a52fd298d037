"""Which address a person means by what they typed, in any usual spelling.

Mailboxes and telephone numbers only: whoever signs in knows these by heart.
"""

import re

from persona.model import Address
from persona.settings import Settings

MOST = 254
"""Characters of a mailbox (RFC 5321, 4.5.3.1.3); no telephone number is longer."""
MAILBOX = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[^\s@<>,;:\"\\()\[\]]{1,253}")


def read(typed: str, settings: Settings) -> tuple[Address, ...]:
    """The addresses that it may stand for, the likeliest first; none for what is no address.

    A number without a country's code is read as one of the country of the persona's own number.
    """
    text = typed.strip().removeprefix("mailto:").removeprefix("tel:").strip()
    if len(text) > MOST:
        return ()
    if MAILBOX.fullmatch(text):
        return (Address("email", text.lower()),)
    number = _number(text, settings)
    return (Address("sms", number), Address("sms", f"whatsapp:{number}")) if number else ()


def _number(text: str, settings: Settings) -> str:
    """E.164; empty for what is no telephone number."""
    import phonenumbers

    if not re.fullmatch(r"[+\uff0b(]?[\d\s().\-/\u00a0\u2010-\u2014]+", text):
        return ""
    try:
        parsed = phonenumbers.parse(text, _region(settings))
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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
