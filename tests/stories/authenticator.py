"""An authenticator in software: makes and uses passkeys as WebAuthn (level 2) has it, and can lie."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support import PUBLIC_URL

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def plain(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey on P-256; each of its fields is a way to be wrong."""

    site: str = "hub.example"
    origin: str = PUBLIC_URL
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an offer."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        told = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        return self._credential(
            {
                "clientDataJSON": spelled(self._client(options, "webauthn.create")),
                "attestationObject": spelled(attestation),
            }
        )

    def use(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a challenge; the counter moves."""
        self.count += 1
        client, data = self._client(options, "webauthn.get"), self._data()
        signed = data + hashlib.sha256(client).digest()
        return self._credential(
            {
                "clientDataJSON": spelled(client),
                "authenticatorData": spelled(data),
                "signature": spelled(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": None,
            }
        )

    def _client(self, options: Mapping[str, Any], kind: str) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**told, "crossOrigin": False}).encode()

    def _data(self, more: int = 0) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        id = spelled(self.id)
        about = {"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}}
        return {**about, "response": response}
