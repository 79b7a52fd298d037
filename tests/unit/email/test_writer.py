"""It is told who wrote a mail, or that nobody did; nothing in it can pretend."""

import base64

import pytest

from tests.unit.email.letters import PLAIN, boxed, mail


@pytest.mark.parametrize(
    "header",
    [
        "From: a@example.org, b@example.org",
        "From: a@example.org\nFrom: b@example.org",
        "From: a@example.org <b@example.org> <c@example.org>",
        "From: Team: a@example.org;",
        "From: undisclosed-recipients:;",
        "From: =?utf-8?q?a=40example.org?=",
        "From: a@example.org, not an address",
        "From: (a@example.org",
        "From: a@exa\x0bmple.org",
        "Subject: no sender",
    ],
)
def test_no_single_sender_is_told_where_the_header_names_none(header: str) -> None:
    assert len(mail(header).from_) != 1


def test_a_display_name_is_no_address() -> None:
    found = mail('From: "boss@example.com, x" (said (they) "b@x.y") <a@example.org>')
    assert found.from_ == ("a@example.org",)
    assert mail("From: <@relay.example:a@example.org>").from_ == ("a@example.org",)


def test_decoded_words_cannot_inject_a_header() -> None:
    nasty = base64.b64encode(b"hi\r\nBcc: v@example.net\x00\x1b\xe2\x80\xa8x\xe2\x80\xaey").decode()
    name = "=?utf-8?q?Ann=0D=0ABcc:_v=40example.net?="
    found = boxed(
        f'Content-Type: text/plain; name="=?utf-8?b?{nasty}?="\nContent-Disposition: attachment\n\nx',
        head=f"From: {name} <a@example.org>\nTo: {name} <b@example.org>\nSubject: =?utf-8?b?{nasty}?=\n"
        "Message-ID: <a\x0bb@example.org>\nX-Loop: a\x0cb\n",
    )
    assert found.subject == "hi Bcc: v@example.net x y"
    assert found.from_name == "Ann Bcc: v@example.net"
    told = [
        found.subject,
        found.from_name,
        found.message_id or "",
        *found.from_,
        *found.to,
        *found.loops,
    ]
    told += [a.name + a.declared for a in found.attachments]
    assert all(letter.isprintable() for line in told for letter in line)


# Mail nobody wrote


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (by a program)",
        "Auto-Submitted: no\nAuto-Submitted: auto-replied",
        "Return-Path: <>",
        "Precedence: bulk",
        "Precedence: Junk",
        "Precedence: list",
        "Precedence: auto_reply",
        "List-Id: <talk.example.org>",
        "List-Post: <mailto:talk@example.org>",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, AutoReply",
        "X-Auto-Response-Suppress: OOF",
        "X-Autoreply: yes",
        "X-Autorespond: gone fishing",
        "From: MAILER-DAEMON@example.org",
        "From: postmaster@example.org",
        "From: no-reply@example.org",
        "From: noreply+7@example.org",
        "From: do_not_reply@example.org",
        "Content-Type: text/calendar; method=REPLY",
        "Content-Type: message/delivery-status",
        "Content-Type: message/feedback-report",
    ],
)
def test_automatic_mail_is_named_as_such(head: str) -> None:
    assert mail(head).automatic


@pytest.mark.parametrize(
    "head",
    [
        "From: ann@example.org\nList-Unsubscribe: <mailto:x@example.org>",
        "Auto-Submitted: no",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "From: noreen@example.org",
        "Return-Path: <ann@example.org>",
        "Content-Type: text/calendar; method=REQUEST",
    ],
)
def test_mail_of_people_is_not_taken_for_automatic(head: str) -> None:
    assert mail(head).automatic is None


def test_a_report_is_automatic_and_a_forwarded_report_is_not() -> None:
    report = ("Content-Type: message/delivery-status\n\nAction: failed", PLAIN.format("It failed."))
    assert boxed(*report, kind="report").automatic
    assert boxed(*report).automatic
    enclosed = "Content-Type: message/rfc822\n\nAuto-Submitted: auto-replied\nContent-Type: message/delivery-status\n\nx"
    assert boxed(PLAIN.format("What is this?"), enclosed).automatic is None


def test_encrypted_mail_and_invitations_are_recognised() -> None:
    assert boxed(
        "Content-Type: application/pgp-encrypted\n\nVersion: 1", kind="encrypted"
    ).encrypted
    assert mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "x").encrypted
    assert mail("Subject: x", "-----BEGIN PGP MESSAGE-----\n\nabc").encrypted
    assert boxed(
        PLAIN.format("x"), "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST"
    ).calendar
    assert not boxed(
        PLAIN.format("x"), "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:CANCEL"
    ).calendar
