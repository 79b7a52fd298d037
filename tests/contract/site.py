"""A site on loopback, plain and with TLS, that answers what a test tells it, byte by byte.

`World` is the net around it: names and addresses are the test's own, every connection that is asked
for is written down, and those to addresses that nobody may reach are counted apart.
"""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from capabilities.fetch_page.net import Net

PUBLIC, OTHER, PUBLIC_6 = "93.184.215.14", "151.101.1.69", "2606:2800:21f:cb07::1"
SERVED = {PUBLIC, OTHER, PUBLIC_6}
"""The addresses behind which the site stands."""
NAMED = ("site.example", "other.example", "xn--bcher-kva.example")
"""The names that its certificate proves."""

Answer = bytes | Callable[[socket.socket], None]


def page(
    body: bytes, media: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = ""
) -> bytes:
    """A whole answer in good form."""
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode("latin-1") + body


def onward(location: str, status: int = 302) -> bytes:
    """An answer that sends its readers on."""
    return page(b"", status=f"{status} Found", more=f"location: {location}\r\n")


class Site:
    """Answers by path; what was asked stands in `asked` as request line and headers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self._threads: list[threading.Thread] = []
        for listener, tls in zip(self._listeners, (None, server_tls()), strict=True):
            self._start(self._listen, listener, tls)

    def port(self, secure: bool) -> int:
        return self._listeners[secure].getsockname()[1]

    def close(self) -> None:
        self.over.set()
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for listener in self._listeners:
            listener.close()

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self.over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._start(self._serve, connection, tls)

    def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        with suppress(OSError, ValueError):
            connection.settimeout(1)
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65_536)
                if not piece:
                    break
                request += piece
            if request:
                self.asked.append(request.decode("latin-1"))
                self._answer(connection, request.split(b" ")[1].decode("latin-1"))
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _answer(self, connection: socket.socket, path: str) -> None:
        answer = self.answers.get(path, page(b"<p>nothing here", status="404 Not Found"))
        if isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection)


@dataclass
class World:
    """`names` gives the answers for a name, one list a time it is asked; the last one stays."""

    site: Site
    names: dict[str, list[list[str]]] = field(default_factory=dict[str, list[list[str]]])
    resolved: list[str] = field(default_factory=list[str])
    dialled: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    trusts: bool = True

    @property
    def net(self) -> Net:
        return Net(self._resolve, self._dial, self._trust)

    @property
    def forbidden(self) -> list[tuple[str, int]]:
        """Connections that were asked for to where nobody may go."""
        return [(address, port) for address, port in self.dialled if address not in SERVED]

    def _resolve(self, host: str) -> Sequence[str]:
        self.resolved.append(host)
        answers = self.names.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        there = ("127.0.0.1", self.site.port(secure=port in (443, 8443)))
        return socket.create_connection(there, timeout=seconds)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.trusts:
            context.load_verify_locations(cadata=authority()[1])
        return context


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, of: str
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, str]:
    """A key that signs, and its certificate in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = dict.fromkeys(
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "encipher_only decipher_only".split(),
        False,
    )
    made = (
        _signed("tests", key, key, "tests")
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, made.public_bytes(serialization.Encoding.PEM).decode()


@cache
def server_tls() -> ssl.SSLContext:
    """What the site proves itself with."""
    import tempfile

    signer, key = authority()[0], ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in NAMED]
    names.append(x509.IPAddress(ipaddress.ip_address(PUBLIC_6)))
    made = (
        _signed("site", key, signer, "tests")
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "site.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(file)
    return context
