"""The slip in a mail: an address of the page on which one question can be answered.

It is sealed by the hub for one question, one address, this stage and this host, so that nobody
makes or alters one and one of another stage opens nothing. Whoever holds it holds the mail, and a
mail may be forwarded: so it proves possession and no more. What that may approve is decided with
the question (`approval.py`), opening it changes nothing, and it ends with the question.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from persona.errors import Broken, Rejected
from persona.model import Address
from persona.ports import Ports, Store
from persona.seal import seal, unseal
from persona.settings import Settings

OWNER = "slips"
"""The hub's own key for them: no person's, so that a guessed one asks for nobody's."""
PATH = "/answer"
LEAST, MOST = 64, 2_000
"""Bytes of a slip at least, and its characters at most."""
HERE = "Or answer on a page, where nothing is done before you press:"
"""What a mail says above its slips."""
WRONG = "This link does not work: it is not whole, not from here, or was made for another hub."


@dataclass(frozen=True, slots=True)
class Slip:
    """Which question (by its hash) may be answered as which address."""

    question: str
    address: Address


def url(ports: Ports, slip: Slip) -> str:
    """Where the slip is opened; it stands in the query, which no log of ours keeps."""
    content = [slip.question, str(slip.address)]
    sealed = seal(ports, OWNER, _context(ports.settings), content)
    return f"{ports.settings.public_url}{PATH}?q={_spell(sealed)}"


def read(store: Store, settings: Settings, text: str) -> Slip:
    """Raises Rejected for whatever this hub did not make for this stage and host."""
    sealed = _open(text)
    if sealed is None:
        raise Rejected(WRONG, "absent")
    try:
        question, address = unseal(store, OWNER, _context(settings), sealed)
    except Broken as error:
        raise Rejected(WRONG, "absent") from error
    return Slip(question, Address.parse(address))


def _open(text: str) -> bytes | None:
    """The bytes that are spelled so and no other way; None for what cannot be a slip."""
    if len(text) > MOST or not text.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return sealed if len(sealed) > LEAST and _spell(sealed) == text else None


def _spell(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _context(settings: Settings) -> str:
    return f"SLIP {settings.stage} {settings.public_url}"
