"""People's addresses in their one spelling, so that twins in case, space, width or script are one or none.

What is compared, granted and approved is this form alone; web addresses have theirs in
`reading/url.py`, and the names of hosts stand in `hosts.py` for both.
"""

import re
import unicodedata

from persona.hosts import read_name

MOST = 254
"""Characters of a mailbox (RFC 5321, 4.5.3.1.3)."""
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
MEMBER = re.compile(r"[TE][A-Z0-9]{2,20}:[UW][A-Z0-9]{2,20}", re.ASCII)
NUMBER = re.compile(r"\+[\d\s().\-/\u2010-\u2014]+")
LOCAL_NUMBER = re.compile(r"\(?[\d\s().\-/\u2010-\u2014]+")


def email(text: str) -> str:
    """An email address in lower case, its domain in ASCII. Raises ValueError for what is none.

    A local part outside of ASCII fails: it could be the twin of one that looks the same.
    """
    folded = unicodedata.normalize("NFKC", text.strip()).lower().removeprefix("mailto:")
    local, _, domain = folded.rpartition("@")
    try:
        address = f"{local}@{read_name(domain)}"
    except ValueError as error:  # UnicodeError is one
        raise ValueError("not an email address") from error
    if not LOCAL.fullmatch(local) or len(local) > 64 or len(address) > MOST:
        raise ValueError("not an email address")
    return address


def mailbox(text: str) -> str:
    """The same for who wrote or signs in, of whose address any spelling is known: in lower case
    where it is none that could be written to for them.
    """
    try:
        return email(text)
    except ValueError:
        return text.strip().lower()


def telephone(text: str, country: str | None = None) -> str:
    """A telephone number in E.164. Raises ValueError for what is none.

    One without its country's code is read in `country`, such as `CH`, where that is given.
    """
    import phonenumbers

    folded = unicodedata.normalize("NFKC", text.strip()).removeprefix("tel:")
    if not NUMBER.fullmatch(folded) and not (country and LOCAL_NUMBER.fullmatch(folded)):
        raise ValueError("not a telephone number with its country, such as +14155550100")
    try:
        parsed = phonenumbers.parse(folded, country)
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
