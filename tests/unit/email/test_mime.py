"""What a mail says is found: its headers, its words, its files."""

import base64

import pytest

from tests.unit.email.letters import HTML, PLAIN, boxed, mail


def test_a_plain_mail_is_read_with_its_headers() -> None:
    found = mail(
        "Message-ID: <one@example.org>\nFrom: Ann Bee <Ann.Bee@Example.ORG>\nTo: hub@example.com, b@example.net\n"
        "Reply-To: other@example.org\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= an =?iso-8859-1?q?alle?=\n"
        "Date: Mon, 03 Feb 2025 10:12:00 +0100\nIn-Reply-To: <zero@example.org>\n"
        "References: <minus@example.org>\n <zero@example.org>\nX-Loop: hub@example.com"
    )
    assert (found.message_id, found.in_reply_to) == ("one@example.org", "zero@example.org")
    assert found.references == ("minus@example.org", "zero@example.org")
    assert (found.from_, found.from_name) == (("Ann.Bee@example.org",), "Ann Bee")
    assert (found.to, found.reply_to) == (
        ("hub@example.com", "b@example.net"),
        ("other@example.org",),
    )
    assert (found.subject, found.date) == ("Grüße an alle", 1738573920.0)
    assert (found.text, found.html, found.loops) == ("Hello.", None, ("hub@example.com",))
    assert (found.automatic, found.encrypted, found.calendar, found.truncated) == (
        None,
        False,
        False,
        False,
    )
    assert found.defects == ()


def test_the_plain_alternative_is_preferred_and_the_page_is_kept() -> None:
    found = boxed(
        PLAIN.format("Plain words."), HTML.format("<p>Page words.</p>"), kind="alternative"
    )
    assert found.text == "Plain words."
    assert found.html is not None and "Page words" in found.html


def test_a_placeholder_beside_a_long_page_is_not_the_text() -> None:
    long = "<p>" + "All that was meant to be said is here. " * 10 + "</p>"
    assert (
        "meant to be said"
        in boxed(PLAIN.format("See HTML."), HTML.format(long), kind="alternative").text
    )
    assert (
        "meant to be said" in boxed(PLAIN.format("  "), HTML.format(long), kind="alternative").text
    )


def test_texts_around_a_picture_are_joined_in_their_order() -> None:
    picture = 'Content-Type: image/png\nContent-Disposition: inline; filename="a.png"\n\n\x89PNG'
    found = boxed(PLAIN.format("Before."), picture, PLAIN.format("After."))
    assert found.text == "Before.\n\nAfter."
    assert [(a.name, a.inline) for a in found.attachments] == [("a.png", True)]


def test_attachments_tell_what_they_say_and_what_they_are() -> None:
    program = base64.b64encode(b"MZ" + b"\0" * 1_000).decode()
    found = boxed(
        PLAIN.format("Look."),
        f"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n{program}",
        "Content-Type: image/png\nContent-Disposition: attachment; filename*0*=utf-8''na%C3%AF; filename*1=ve.png\n\nx",
        "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\neJ8+Ig==",
    )
    names = [(a.name, a.declared, a.sniffed) for a in found.attachments]
    assert names == [
        ("a.pdf", "application/pdf", "application/x-msdownload"),
        ("naïve.png", "image/png", "text/plain"),
        ("winmail.dat", "application/ms-tnef", "application/ms-tnef"),
    ]
    assert found.attachments[0].size == 1_002


def test_an_attachment_name_keeps_no_path() -> None:
    found = boxed(
        PLAIN.format("x"),
        'Content-Type: text/csv\nContent-Disposition: attachment; filename="../../a.csv"\n\n1',
    )
    assert found.attachments[0].name == "a.csv"


def test_an_enclosed_mail_is_an_attachment_and_speaks_only_where_the_outer_is_silent() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: Inner\nFrom: x@example.org\n\nInner words."
    assert boxed(PLAIN.format("Outer words."), inner).text == "Outer words."
    silent = boxed(PLAIN.format(""), inner)
    assert silent.text == "Inner words."
    assert [(a.name, a.declared) for a in silent.attachments] == [("Inner", "message/rfc822")]
    assert silent.from_ == ("ann@example.org",)


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("base64", "Grüße".encode(), "Grüße"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),
        ("us-ascii", "Grüße".encode("cp1252"), "Grüße"),
        ("iso-8859-1", b"\x93quoted\x94", "\u201cquoted\u201d"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("shift_jis", "了解です".encode("shift_jis"), "了解です"),
        ("utf-8", b"a\0b", "ab"),
        ("idna", b"plain", "plain"),
    ],
)
def test_a_charset_may_be_wrong_or_unknown(charset: str, body: bytes, text: str) -> None:
    assert mail(f"Content-Type: text/plain; charset={charset}", body).text == text


def test_an_undeclared_charset_is_guessed_from_enough_text() -> None:
    text = (
        "Добрый день, высылаю документы, которые вы просили на прошлой неделе. С уважением, Анна."
    )
    assert mail("Subject: x", text.encode("cp1251")).text == text


def test_flowed_text_is_joined_by_its_own_rules() -> None:
    body = "A line that \ngoes on.\n> Quoted that \n> goes on.\n-- \nAnn"
    flowed = mail("Content-Type: text/plain; format=flowed", body).text
    assert flowed == "A line that goes on.\n> Quoted that goes on.\n-- \nAnn"
    assert (
        mail("Content-Type: text/plain; format=flowed; delsp=yes", "half \nway").text == "halfway"
    )


def test_broken_transfer_encodings_lose_no_more_than_they_must() -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
    assert mail(head + "base64", "SGVsbG8sIHdvcmxk!!\n*").text == "Hello, world"
    assert mail(head + "quoted-printable", "caf=C3=A9 =\nna=ZZ").text == "café na=ZZ"
    assert mail(head + "x-unheard-of", "as it is").text == "as it is"


def test_uuencoded_text_becomes_an_attachment() -> None:
    found = mail("Subject: x", "Here:\nbegin 644 note.gif\n&1TE&.#EA\n`\nend\nThat is all.\n")
    assert found.text == "Here:\n\nThat is all."
    assert [(a.name, a.sniffed, a.size) for a in found.attachments] == [
        ("note.gif", "image/gif", 6)
    ]
