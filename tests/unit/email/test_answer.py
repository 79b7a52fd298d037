"""The answer's own headers: one `Re:`, one line each, whatever the mail before it said."""

from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.decision import Act
from persona.model import Address
from surfaces import email

HANDS: Any = SimpleNamespace(
    settings=SimpleNamespace(email_address="persona@hub.example"), persona_name="Wren"
)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)


def composed(subject: str = "", parent: str = "", references: str = "") -> bytes:
    detail = {"subject": subject, "message_id": parent, "references": references}
    to = Address("email", "ann@example.org")
    act = Act("email", "L", "H", "1#01", to, "t", "Hello.", "c", 0.0, detail=detail)
    return email._compose(act, HANDS)


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("garden", "Re: garden"),
        ("re: garden", "Re: garden"),
        ("AW: Re[3]: sv : garden", "Re: garden"),
        ("回复: garden", "Re: garden"),
        ("Re:", "Re: your mail"),
        ("  ", "Re: your mail"),
        ("regarding: garden", "Re: regarding: garden"),
        ("a\r\nBcc: b@example.net", "Re: a Bcc: b@example.net"),
    ],
)
def test_a_subject_has_one_re(subject: str, answered: str) -> None:
    assert email._subject(subject) == answered


@given(st.text(max_size=80))
def test_answering_an_answer_changes_nothing(subject: str) -> None:
    once = email._subject(subject)
    assert email._subject(once) == once
    assert once.startswith("Re: ") and len(once.splitlines()) == 1


@given(LINE, LINE, LINE)
def test_no_header_is_made_by_what_another_mail_said(
    subject: str, parent: str, references: str
) -> None:
    parent = "".join(parent.split())
    answer = message_from_bytes(composed(subject, parent, references), policy=default)
    wanted = {"from", "to", "subject", "message-id", "date", "auto-submitted", "mime-version",
              "x-auto-response-suppress", "x-loop", "content-type"}  # fmt: skip
    threaded = {"in-reply-to", "references"}
    assert wanted <= {name.lower() for name in answer} <= wanted | threaded
    assert answer["to"] == "ann@example.org"
