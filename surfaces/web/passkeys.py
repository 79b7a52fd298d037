"""Passkeys: what proves at level 2 that it is the person, by WebAuthn (W3C, level 2).

Every answer is to a challenge of ours that counts once, for five minutes, and in the browser that
was given it. The person must have shown themselves to the authenticator, and its counter of
signatures may never stand still or go back. The library is loaded here alone, in a function of
its own, since it is heavier than all the rest of the page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from persona import ids, keys
from persona.declare import Request, Response
from persona.errors import Conflict, Rejected
from persona.model import FORMAT, Address
from persona.people import addresses
from persona.ports import ABSENT, Delete, Door, Put, Row, Table, Update, Write, equals
from persona.settings import Settings
from surfaces.web import body, pace, session

LIFE = 300.0
"""Seconds for which a challenge may be answered."""
MOST_PASSKEYS = 10
MOST_CHALLENGES, HOUR = 60, 3600.0
MOST_BYTES = 32_768
UNPROVEN = "That passkey did not work. Try again, or sign in another way."
NO_NAME = "Passkeys need a host's name: open the page by its name, such as http://localhost."
Purpose = Literal["register", "prove"]


def receive(request: Request, door: Door) -> Response:
    """Everything below `/web/passkeys/`. Raises Rejected."""
    session.check_origin(request.headers, door.settings)
    match request.path:
        case "/web/passkeys/offer":
            return _offer(request, door)
        case "/web/passkeys/register":
            return _register(request, door)
        case "/web/passkeys/challenge":
            return _challenge(request, door)
        case "/web/passkeys/prove":
            return _prove(request, door)
        case "/web/passkeys/remove":
            return _remove(request, door)
        case _:
            raise Rejected("there is no such page", "absent")


def listed(home: str, table: Table) -> Iterator[tuple[str, float, str]]:
    """The passkeys of a web address: id, since when, made in what browser."""
    for at, row in table.query(keys.passkey_of(home, "")):
        yield at.sort, row["since"], row["browser"]


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: the host's name, and the origin of the page."""

    id: str
    origin: str


def site(request: Request, settings: Settings) -> Site:
    """The public one, or the local stage's own. Raises Rejected where it has a number for a name."""
    host, parts = request.header("host"), urlsplit(settings.public_url)
    if settings.stage == "local" and host.rpartition(":")[0] == "localhost":
        return Site("localhost", f"http://{host}")
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return Site(name, settings.origin)
    raise Rejected(NO_NAME, "absent")


def _offer(request: Request, door: Door) -> Response:
    """What the browser needs to make a passkey for who is signed in."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    here, signed_in = site(request, door.settings), _may_add(request, door)
    body.read(request, MOST_BYTES)
    home = _home(signed_in, door)
    own = door.table.query(keys.passkey_of(home, ""))
    challenge, given = _new_challenge("register", request, door)
    options = generate_registration_options(
        rp_id=here.id,
        rp_name=here.id,
        user_name=signed_in.address.id,
        user_id=ids.derive("passkey", home).encode(),
        challenge=challenge,
        timeout=round(LIFE * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=_decoded(row["credential"])) for _, row in own
        ],
    )
    return _answer(200, options_to_json(options), given)


def _may_add(request: Request, door: Door) -> session.Session:
    """Who is signed in, proven just now; and by a passkey where they have one."""
    signed_in = session.read(request.headers, door.table, door.clock.now())
    count = len(door.table.query(keys.passkey_of(_home(signed_in, door), "")))
    if count >= MOST_PASSKEYS:
        raise Rejected(f"at most {MOST_PASSKEYS} passkeys; remove one first", "forbidden")
    if count:
        session.demand_strong(signed_in)
    elif not signed_in.is_fresh:
        raise Rejected("sign in anew before you add a passkey", "forbidden")
    return signed_in


def _register(request: Request, door: Door) -> Response:
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    credential = body.read(request, MOST_BYTES, credential=dict)["credential"]
    here, signed_in = site(request, door.settings), _may_add(request, door)
    challenge, used = _answered(credential, "register", request, door)
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.id,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *MALFORMED) as error:
        raise Rejected(UNPROVEN, "forbidden") from error
    home, now = _home(signed_in, door), door.clock.now()
    id = urlsafe_b64encode(made.credential_id).decode().rstrip("=")
    hashed = session.hash_of(id)
    about: Row = {"v": FORMAT, "since": now, "browser": session.name_browser(request.headers)}
    row: Row = {
        **about,
        "name": signed_in.address.id,
        "home": home,
        "public": made.credential_public_key,
        "count": made.sign_count,
    }
    writes: list[Write] = [
        used,
        Put(keys.passkey(hashed), row, ABSENT),
        Put(keys.passkey_of(home, hashed), {**about, "credential": id}),
        session.strengthening(signed_in),
    ]
    _commit(writes, door)
    return _answer(201, json.dumps({"id": hashed}))


def _challenge(request: Request, door: Door) -> Response:
    """What the browser needs to prove itself by a passkey that it has for this page."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    body.read(request, MOST_BYTES)
    challenge, given = _new_challenge("prove", request, door)
    options = generate_authentication_options(
        rp_id=site(request, door.settings).id,
        challenge=challenge,
        timeout=round(LIFE * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _answer(200, options_to_json(options), given)


def _prove(request: Request, door: Door) -> Response:
    """Proves the session that asks, or opens one where nobody, or somebody else, was signed in."""
    credential = body.read(request, MOST_BYTES, credential=dict)["credential"]
    challenge, used = _answered(credential, "prove", request, door)
    hashed = session.hash_of(str(credential.get("id")))
    row = door.table.get([keys.passkey(hashed)]).get(keys.passkey(hashed))
    if row is None:
        raise Rejected(UNPROVEN, "forbidden")
    count = _verified(credential, challenge, row, site(request, door.settings))
    now, address = door.clock.now(), Address("web", row["name"])
    counted: Row = {"count": count, "used": now}
    writes: list[Write] = [
        used,
        Update(keys.passkey(hashed), counted, equals("count", row["count"])),
    ]
    try:
        before = session.read(request.headers, door.table, now)
    except Rejected:
        before = None
    if before is not None and before.address == address:
        _commit([*writes, session.strengthening(before)], door)
        return _answer(200, '{"status":"proven"}')
    proof = session.Proof(session.name_browser(request.headers), level=2)
    token, opened = session.opening(address, row["home"], door.entropy, now, proof)
    ended = session.ending(before) if before else []
    _commit([*writes, *opened, *ended], door)
    return _answer(200, '{"status":"signed in"}', session.cookie(token, door.settings))


def _verified(credential: dict[str, Any], challenge: bytes, row: Row, here: Site) -> int:
    """The counter as the authenticator now has it. Raises Rejected."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.id,
            expected_origin=here.origin,
            credential_public_key=row["public"],
            credential_current_sign_count=row["count"],
            require_user_verification=True,
        ).new_sign_count
    except (WebAuthnException, *MALFORMED) as error:
        raise Rejected(UNPROVEN, "forbidden") from error


def _remove(request: Request, door: Door) -> Response:
    """Takes a passkey away, once another, or this one, has proven who asks."""
    hashed = body.read(request, MOST_BYTES, id=str)["id"]
    signed_in = session.read(request.headers, door.table, door.clock.now())
    session.demand_strong(signed_in)
    at = keys.passkey_of(_home(signed_in, door), hashed)
    if not hashed or at not in door.table.get([at]):
        raise Rejected("there is no such passkey", "absent")
    door.table.commit([Delete(at), Delete(keys.passkey(hashed))])
    return _answer(200, '{"status":"removed"}')


def _home(signed_in: session.Session, door: Door) -> str:
    place = addresses.find(door.table, signed_in.address)
    if place is None:
        raise Rejected("sign in first", "unproven")
    return place.home


# Challenges


def _new_challenge(purpose: Purpose, request: Request, door: Door) -> tuple[bytes, str]:
    """A challenge, and the cookie by which its browser is known again."""
    now, settings = door.clock.now(), door.settings
    whose = keys.pace("passkey", ids.derive(request.source))
    pace.count(whose, MOST_CHALLENGES, HOUR, door.table, now)
    challenge, secret = door.entropy(32), urlsafe_b64encode(door.entropy(24)).decode()
    row: Row = {"v": FORMAT, "for": purpose, "browser": session.hash_of(secret)}
    door.table.commit([Put(_key(challenge), {**row, "until": now + LIFE, "expires": now + LIFE})])
    more = "; Secure" if session.is_secure(settings) else ""
    kept = f"Path=/; HttpOnly; SameSite=Strict; Max-Age={round(LIFE)}{more}"
    return challenge, f"{_name(settings)}={secret}; {kept}"


def _answered(
    credential: dict[str, Any], purpose: Purpose, request: Request, door: Door
) -> tuple[bytes, Write]:
    """The challenge that was answered, and the write that uses it up. Raises Rejected."""
    try:
        told = json.loads(_decoded(credential["response"]["clientDataJSON"]))
        challenge = _decoded(told["challenge"])
    except MALFORMED as error:
        raise Rejected(UNPROVEN, "forbidden") from error
    key, secret = _key(challenge), session.cookies(request.headers).get(_name(door.settings), "")
    row = door.table.get([key]).get(key)
    is_open = row is not None and row["for"] == purpose and row["until"] > door.clock.now()
    if row is None or not is_open or row["browser"] != session.hash_of(secret):
        raise Rejected(UNPROVEN, "forbidden")
    return challenge, Delete(key, equals("v", row["v"]))


MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What reading a stranger's JSON raises where it is not what it should be."""


def _commit(writes: list[Write], door: Door) -> None:
    """All of it, or a refusal: the challenge was used, or the counter moved, by somebody else."""
    try:
        door.table.commit(writes)
    except Conflict as error:
        raise Rejected(UNPROVEN, "forbidden") from error


def _key(challenge: bytes) -> keys.Key:
    return keys.challenge(session.hash_of(challenge.hex()))


def _name(settings: Settings) -> str:
    return "__Host-hub-passkey" if session.is_secure(settings) else "hub-passkey"


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _answer(status: int, content: str, cookie: str = "") -> Response:
    headers = {"content-type": "application/json", "x-content-type-options": "nosniff"}
    return Response(
        status, content.encode(), {**headers, **({"set-cookie": cookie} if cookie else {})}
    )
