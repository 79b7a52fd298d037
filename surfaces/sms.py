"""SMS, MMS and WhatsApp through Twilio.

Twilio offers no idempotency and no reliable way to ask whether a message went out, so an answer
that was lost leaves the act UNKNOWN: it is told, and never sent again by itself. Twilio's own
error answers say that nothing went out; those are tried again.
"""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

from persona.decision import Act
from persona.declare import START_WORDS, STOP_WORDS, Request, Response, Surface
from persona.errors import Refused, Rejected, Transient, Unknown
from persona.model import Address, Audience, Event, Kind
from persona.people import addresses, canonical
from persona.ports import Door, Hands, Sent
from surfaces._segments import segments_of

if TYPE_CHECKING:
    from twilio.http.http_client import TwilioHttpClient

NAME = "sms"
API = "https://api.twilio.com"
WHATSAPP = "whatsapp:"
PART = 1_500
"""UTF-16 units a message: Twilio takes 1,600 (error 21617), and the part numbers need room."""
MOST_PARTS = 10
TIMEOUT = 10.0
MOST_FIELDS = 200
NAMES = frozenset({"AccountSid", "From", "MessageSid", "To"})
"""In every webhook of Twilio's. Its signature runs names and values together, so that a name's end
can be moved into its value unseen: what lacks one of these was tampered with."""
UNSUBSCRIBED = 21610
SILENCE = 30 * 86_400.0
"""Seconds; telephone numbers that nobody uses are given to others."""
UNREACHABLE = frozenset({21211, 21214, 21408, 21612, 21614, 30004, 30005, 30006})
"""Codes that say this number will never take a message (twilio.com/docs/api/errors)."""
STATES = {
    "queued": "sent",
    "accepted": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


def receive(request: Request, door: Door) -> Response:
    """A message or a status report, signed for the public URL. Raises Rejected for all else."""
    fields = _verify(request, door)
    if request.path == "/sms/status":
        reference = parse_qs(request.query).get("act", [""])[0]
        _take_status(fields, reference, door)
        return Response(204)
    _take_message(fields, door)
    return Response(200, b"<Response/>", {"content-type": "text/xml"})


def _verify(request: Request, door: Door) -> dict[str, str]:
    """The form's fields, once the signature over the configured URL and all of them holds."""
    from multidict import MultiDict
    from twilio.request_validator import RequestValidator

    try:
        pairs = parse_qsl(
            request.body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(request.body),
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise Rejected("this is not a form", "unproven") from error
    query = f"?{request.query}" if request.query else ""
    url = f"{door.settings.public_url}{request.path}{query}"
    token = door.secrets.get("TWILIO_AUTH_TOKEN")
    if not token:
        raise Rejected("there is no token to verify with", "unproven")
    validator = RequestValidator(token)
    signature = request.header("x-twilio-signature")
    try:
        is_genuine = validator.validate(url, MultiDict(pairs), signature)
    except Exception as error:  # the validator raises on what it cannot read; unproven either way
        raise Rejected("the signature cannot be read", "unproven") from error
    if not is_genuine:
        raise Rejected("the signature does not fit", "unproven")
    fields = dict(pairs)
    if fields.get("AccountSid") != door.secrets.get("TWILIO_ACCOUNT_SID"):
        raise Rejected("another account's message", "unproven")
    if not fields.keys() >= NAMES:
        raise Rejected("fields are missing", "unproven")
    return fields


def _take_message(fields: dict[str, str], door: Door) -> None:
    to, sid = fields.get("To", ""), fields.get("MessageSid", "")
    own = door.settings.twilio_from
    if not sid or (own and to.removeprefix(WHATSAPP) not in own):
        raise Rejected("not a message to this hub", "unproven")
    if "Body" not in fields and not _count(fields):
        raise Rejected("not a message", "unproven")
    sender = _canonical(fields["From"])
    if not sender:  # short codes and letter senders are machines: acknowledged, never answered
        return
    address = Address("sms", sender)
    told = fields.get("OptOutType", "")
    kinds: dict[str, Kind] = {"STOP": "halt", "START": "resume"}
    door.admit(
        Event(
            id=f"sms:{sid}",
            kind=kinds.get(told, "message"),
            address=address,
            author=address,
            words=_words(fields),
            thread=to,
            at=door.clock.now(),
            addressed=told != "HELP",  # Twilio has answered it
            detail={"from": to},
        )
    )


def _words(fields: dict[str, str]) -> str:
    """The text, with what came beside it named: an empty text with a picture is a message."""
    kinds = [fields.get(f"MediaContentType{n}", "a file") for n in range(_count(fields))]
    attached = f"[sent {', '.join(kinds)}]" if kinds else ""
    return "\n".join(part for part in (fields.get("Body", "").strip(), attached) if part)


def _count(fields: dict[str, str]) -> int:
    """How many media came with a message; at most 10, as Twilio has it."""
    return min(_number(fields.get("NumMedia", "")), 10)


def _number(text: str) -> int:
    """The number that a field holds; 0 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _take_status(fields: dict[str, str], reference: str, door: Door) -> None:
    """A carrier's late report on a message of ours; one about a stranger changes nothing.

    The callback's URL names the act, so that a report also settles one whose sending is UNKNOWN. Of a
    capability's act it names the function and the home that wished it: whoever got the message may be
    nobody whom the hub knows.
    """
    sid, told = fields.get("MessageSid", ""), fields.get("MessageStatus", "").lower()
    lane, function, home, after = _named(reference)
    status = STATES.get(told)
    address = Address("sms", _canonical(fields.get("To", "")))
    if not sid or status is None:
        return
    if not function and addresses.find(door.table, address) is None:
        return
    door.admit(
        Event(
            id=f"sms:{sid}:{status}",
            kind="status",
            address=address,
            author=address,
            thread=fields.get("From", ""),
            at=door.clock.now(),
            target=sid,
            detail={
                "status": status,
                "reason": _reason(_number(fields.get("ErrorCode", ""))),
                "lane": lane,
                "act": after,
                **({"function": function} if function else {}),
            },
            home=home,
        )
    )


def _named(reference: str) -> tuple[str, str, str, str]:
    """Lane, function, home and place of the act that a callback names; of a reply without the two."""
    lane, _, rest = reference.partition("/")
    function, home, after = rest.split("/") if rest.count("/") == 2 else ("", "", rest)
    return lane, function, home, after


def _canonical(number: str) -> str:
    """E.164, with WhatsApp's prefix kept; empty for a sender that is no telephone number."""
    prefix = WHATSAPP if number.startswith(WHATSAPP) else ""
    try:
        return prefix + canonical.telephone(number.removeprefix(WHATSAPP))
    except ValueError:
        return ""


MARKS = (
    (re.compile(r"^\s*(?:```|~~~).*\n?", re.MULTILINE), ""),
    (re.compile(r"^#{1,6} +", re.MULTILINE), ""),
    (re.compile(r"!?\[([^\]\n]*)\]\((\S+?)\)"), r"\1 \2"),
    (re.compile(r"\*\*(\S(?:[^\n*]*\S)?)\*\*"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def plain(text: str) -> str:
    """The text without what only a page renders: a telephone shows the marks, and bare links work."""
    bare = text
    for mark, left in MARKS:
        bare = mark.sub(left, bare)
    return bare if bare.strip() else text


def split(text: str) -> tuple[str, ...]:
    """The parts of a long text, numbered, cut between words and never inside a character."""
    text = plain(text)
    if _units(text) <= PART:
        return (text,)
    parts = list(_pack(text))
    if len(parts) > MOST_PARTS:
        left = sum(map(len, parts[MOST_PARTS - 1 :]))
        parts = parts[: MOST_PARTS - 1]
        parts.append(f"{left} more characters do not fit into text messages; ask on the web.")
    return tuple(f"({n}/{len(parts)}) {part}" for n, part in enumerate(parts, 1))


def _pack(text: str) -> Iterator[str]:
    part = ""
    for word in _pieces(text):
        if part and _units(part) + _units(word) > PART:
            yield part.rstrip()
            part = ""
        part += word
    if part.strip():
        yield part.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Words with the white space behind them; a word too long for a part comes by graphemes.

    A grapheme too long for a part (a letter below a thousand accents) is cut after all.
    """
    import regex

    for word in regex.findall(r"\S+\s*|\s+", text):
        for letter in [word] if _units(word) <= PART else regex.findall(r"\X", word):
            yield from [letter] if _units(letter) <= PART else letter


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(address: Address, text: str) -> int:
    """How many messages a carrier bills for this part; WhatsApp's are none of a carrier's."""
    return 0 if address.id.startswith(WHATSAPP) else segments_of(text)


def send(act: Act, hands: Hands) -> Sent:
    """One text message by REST. Raises Transient, Refused or Unknown, as Twilio answers."""
    if hands.settings.keeps("sms"):
        return Sent(kept=True)
    import requests
    from twilio.base.exceptions import TwilioException, TwilioRestException
    from twilio.rest import Client

    account = hands.secrets.get("TWILIO_ACCOUNT_SID")
    token = hands.secrets.get("TWILIO_AUTH_TOKEN")
    client = Client(account, token, http_client=_http(hands.settings.twilio_api_url or API))
    more: dict[str, Any] = {}
    host = urlsplit(hands.settings.public_url).hostname
    if host not in ("127.0.0.1", "localhost"):  # where Twilio can reach
        wished = "" if act.function == NAME else f"{act.function}/{act.home}/"
        reference = quote(f"{act.lane}/{wished}{act.after}", safe="")
        more["status_callback"] = f"{hands.settings.public_url}/sms/status?act={reference}"
    try:
        message = client.messages.create(
            to=act.address.id, from_=_sender(act, hands), body=act.text, **more
        )
    except TwilioRestException as error:
        raise _translated(error.status, error.code or 0) from error
    except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
        raise Transient("Twilio cannot be reached") from error
    except requests.ConnectionError as error:
        if "NewConnectionError" in repr(error):
            raise Transient("Twilio cannot be reached") from error
        raise Unknown("Twilio's answer was lost") from error
    except (requests.RequestException, TwilioException, json.JSONDecodeError) as error:
        raise Unknown("Twilio's answer was lost") from error
    return Sent(provider_id=message.sid or "")


def _http(api: str) -> "TwilioHttpClient":
    """Twilio's own HTTP client, bound to another origin where one is set, and never retrying."""
    from twilio.http.http_client import TwilioHttpClient

    class Redirected(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            path = url.removeprefix(API)
            return super().request(method, f"{api.rstrip('/')}{path}", *args, **kwargs)

    return Redirected(timeout=TIMEOUT, max_retries=0)


def _sender(act: Act, hands: Hands) -> str:
    """The number that the person wrote to, on the same network."""
    sender = act.detail.get("from") or next(iter(hands.settings.twilio_from), "")
    if act.address.id.startswith(WHATSAPP) and not sender.startswith(WHATSAPP):
        return WHATSAPP + sender
    return sender


def _translated(status: int, code: int) -> Exception:
    """What an error answer of Twilio's means; a bare gateway error leaves the outcome open."""
    if status == 429:
        return Transient("Twilio asks to slow down")
    if 400 <= status < 500:
        return Refused(f"Twilio error {code}", _reason(code) or f"Twilio error {code}")
    if code or status == 503:
        return Transient(f"Twilio failed with {status}")
    return Unknown(f"a gateway answered {status}")


def _reason(code: int) -> str:
    if code == UNSUBSCRIBED:
        return "unsubscribed"
    return "bounced" if code in UNREACHABLE else ""


def reach(hands: Hands) -> tuple[str, str]:
    numbers = ", ".join(hands.settings.twilio_from) or "a Twilio number (TWILIO_FROM)"
    return numbers, f"point its webhook at {hands.settings.public_url}/sms"


def heard_by(act: Act, hands: Hands) -> Audience:
    """A number is one person's."""
    return "private"


SURFACE = Surface(
    name=NAME,
    title="SMS",
    routes=(("POST", "/sms"), ("POST", "/sms/status")),
    receive=receive,
    send=send,
    heard_by=heard_by,
    split=split,
    segments=segments,
    secrets=("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    refusals={"unproven": 403, "malformed": 403},
    stop_words=STOP_WORDS | {"stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"},
    start_words=START_WORDS | {"yes", "unstop"},
    quiet_stop=True,
    reassigned_after=SILENCE,
    reach=reach,
)
