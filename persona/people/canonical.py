"""Addresses in their one spelling, so that twins in case, space, width or script are one or fail.

What is compared, granted and approved is this form alone.
"""

import re
import unicodedata

MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
MEMBER = re.compile(r"[TE][A-Z0-9]{2,20}:[UW][A-Z0-9]{2,20}")
NUMBER = re.compile(r"\+[\d\s().-]+", re.ASCII)


def email(text: str) -> str:
    """An email address in lower case, its domain in ASCII. Raises ValueError for what is none.

    A local part outside of ASCII fails: it could be the twin of one that looks the same.
    """
    folded = unicodedata.normalize("NFKC", text.strip())
    local, _, domain = folded.rpartition("@")
    try:
        address = f"{local.lower()}@{domain.lower().encode('idna').decode()}"
    except UnicodeError as error:
        raise ValueError("not an email address") from error
    if not MAILBOX.fullmatch(address):
        raise ValueError("not an email address")
    return address


def telephone(text: str) -> str:
    """A telephone number in E.164. Raises ValueError for what is none, or has no country."""
    import phonenumbers

    folded = unicodedata.normalize("NFKC", text.strip())
    if not NUMBER.fullmatch(folded):
        raise ValueError("not a telephone number with its country, such as +14155550100")
    try:
        parsed = phonenumbers.parse(folded, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a telephone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("not a telephone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def slack_member(text: str) -> str:
    """A member of a Slack workspace as `TEAM:USER`. Raises ValueError for what is none."""
    member = text.strip().upper()
    if not MEMBER.fullmatch(member):
        raise ValueError("not a member of a Slack workspace, such as T024BE7LD:U2147483697")
    return member
