"""Mails written for the tests, and how long it may take to read them."""

import time

from surfaces.email.mail import Mail
from surfaces.email.mime import read_mail

PLAIN = "Content-Type: text/plain\n\n{}"
HTML = "Content-Type: text/html\n\n{}"


def mail(head: str, body: bytes | str = "Hello.\n") -> Mail:
    raw = body.encode() if isinstance(body, str) else body
    return read_mail(head.strip("\n").encode() + b"\n\n" + raw)


def page(html: str) -> Mail:
    return mail("From: ann@example.org\nContent-Type: text/html; charset=utf-8", html)


def boxed(*parts: str, kind: str = "mixed", head: str = "From: ann@example.org\n") -> Mail:
    body = "".join(f"--edge\n{part}\n" for part in parts) + "--edge--\n"
    return mail(f'{head}Content-Type: multipart/{kind}; boundary="edge"', body)


def timed(raw: bytes, most: float = 5.0) -> Mail:
    """Reads it in at most so many seconds of this process."""
    began = time.process_time()
    found = read_mail(raw)
    assert time.process_time() - began < most
    return found
