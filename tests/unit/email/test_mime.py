"""Any bytes can be read as a mail, within the bounds, and the words a reader would see are found."""

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surfaces.email.mime import MAX_BYTES, MAX_PARTS, Mail, Unreadable, html_text, read_mail

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "mime"


def mail(head: str, body: bytes | str = "Hello.\n") -> Mail:
    raw = body.encode() if isinstance(body, str) else body
    return read_mail(head.strip("\n").encode() + b"\n\n" + raw)


def page(html: str) -> Mail:
    return mail("From: ann@example.org\nContent-Type: text/html; charset=utf-8", html)


def boxed(*parts: str, kind: str = "mixed", head: str = "From: ann@example.org\n") -> Mail:
    body = "".join(f"--edge\n{part}\n" for part in parts) + "--edge--\n"
    return mail(f'{head}Content-Type: multipart/{kind}; boundary="edge"', body)


PLAIN = "Content-Type: text/plain\n\n{}"
HTML = "Content-Type: text/html\n\n{}"


# What a mail says


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


# Who wrote it


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


# What a reader of the page would not see


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">SECRET</div>',
        '<div style="DISPLAY : None !important">SECRET</div>',
        '<span style="visibility:hidden">SECRET</span>',
        "<p hidden>SECRET</p>",
        '<p style="font-size:0">SECRET</p>',
        '<p style="font-size:1px">SECRET</p>',
        '<p style="opacity:0.0">SECRET</p>',
        '<p style="color:#fff">SECRET</p>',
        '<p style="color:white;background:#FFFFFF">SECRET</p>',
        '<div style="background-color:rgb(0,0,0)"><font color="#010101">SECRET</font></div>',
        '<table bgcolor="navy"><tr><td style="color:#000080"><b>SECRET</b></td></tr></table>',
        '<p style="color:transparent">SECRET</p>',
        '<div style="max-height:0;overflow:hidden">SECRET</div>',
        '<div style="position:absolute;left:-9999px">SECRET</div>',
        '<div style="mso-hide:all">SECRET</div>',
        "<style>.x{color:red} p.x, .y { display: none }</style><p class='a x'>SECRET</p>",
        "<style>#z{font-size:0}</style><p id=z>SECRET</p>",
        "<script>SECRET</script><style>.SECRET{}</style><!-- SECRET --><template>SECRET</template>",
        "<title>SECRET</title><textarea hidden>SECRET</textarea>",
        '<img src="https://t.example/p.gif?SECRET" width=1 height=1 alt="SECRET">',
        "".join(chr(0xE0000 + ord(letter)) for letter in "SECRET"),
    ],
)
def test_hidden_text_never_reaches_the_model(hidden: str) -> None:
    found = page(f"<html><body><p>Seen before.</p>{hidden}<p>Seen after.</p></body></html>")
    assert found.text == "Seen before.\n\nSeen after."


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="background:#000"><p style="color:#fff">WORDS</p></div>',
        '<div style="background:url(x.png)"><p style="color:#fff">WORDS</p></div>',
        "<style>@media (max-width:600px){.m{display:none}}</style><p class=m>WORDS</p>",
        '<p style="font-size:1em;line-height:0">WORDS</p>',
        '<p style="left:-1px;opacity:.9">WORDS</p>',
        '<p style="width:0">WORDS</p>',
    ],
)
def test_text_that_only_looks_hidden_is_kept(shown: str) -> None:
    assert "WORDS" in page(shown).text


def test_a_page_becomes_readable_lines() -> None:
    text = page(
        "<p>Two <b>words</b>*and* [more]<br>next&nbsp;line</p><ul><li>one</li><li>two</li></ul>"
        "<blockquote><p>said</p></blockquote><table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre>"
        '<a href="https://example.org/x">here</a> <a href="https://example.org">example.org</a>'
    ).text
    assert text == (
        "Two words*and* [more]\nnext line\n\n- one\n- two\n\n> said\n\na b\n\nx\n  y\n\n"
        "here (https://example.org/x) example.org"
    )


# Bounds


def timed(raw: bytes, most: float = 5.0) -> Mail:
    began = time.monotonic()
    found = read_mail(raw)
    assert time.monotonic() - began < most
    return found


def test_more_than_forty_megabytes_are_not_read() -> None:
    with pytest.raises(Unreadable):
        read_mail(b"x" * (MAX_BYTES + 1))


def test_two_hundred_levels_of_enclosed_mail_end_at_the_depth_cap() -> None:
    found = timed(b"From: a@example.org\n" + b"Content-Type: message/rfc822\n\n" * 200 + b"\nhi")
    assert found.truncated and "nested deeper than is read" in found.defects


def test_two_hundred_levels_of_multiparts_end_at_the_depth_cap() -> None:
    raw = b"Content-Type: text/plain\n\nhi\n"
    for level in range(200):
        raw = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n%s\n--b%d--\n' % (
            level,
            level,
            raw,
            level,
        )
    assert timed(b"From: a@example.org\n" + raw).truncated


def test_of_twenty_thousand_parts_the_first_are_read() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000 + b"--b--"
    found = timed(raw, most=1.0)
    assert found.truncated and found.text.count("x") == MAX_PARTS - 1


def test_two_thousand_nested_comments_hide_no_sender() -> None:
    found = timed(b"From: " + b"(" * 2_000 + b")" * 2_000 + b" a@example.org\n\nhi", most=1.0)
    assert found.from_ == ("a@example.org",)


def test_headers_beyond_the_cap_are_cut_and_the_body_is_read() -> None:
    found = timed(b"From: a@example.org\n" + b"X-Y: z\n" * 100_000 + b"\nhi")
    assert (found.from_, found.text, found.truncated) == (("a@example.org",), "hi", True)
    assert "headers cut" in found.defects


def test_references_are_bounded_and_the_last_are_kept() -> None:
    head = "References: " + " ".join(f"<{n}@example.org>" for n in range(1_000))
    assert mail(head).references[::49] == ("950@example.org", "999@example.org")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 3_000 + "deep",
        "<div>" * 200_000 + "deep",
        '<div title="</div>">x' * 60_000,
        "[" * 50_000,
        "<blockquote>x" * 20_000,
        "<" * 1_000_000,
        "<!--" * 200_000,
        "<a " + " ".join(f"b{n}=c" for n in range(100_000)) + ">x",
        "<style>" + "@a{" * 30_000 + "/*" * 30_000 + "</style>",
        "<p style='color:red;width:1px'>x" * 20_000,
    ],
    ids=[
        "3000 divs",
        "200000 divs",
        "decoys",
        "brackets",
        "quotes",
        "angles",
        "comments",
        "attributes",
        "css",
        "styles",
    ],
)
def test_a_pathological_page_is_read_in_time(html: str) -> None:
    timed(b"Content-Type: text/html\n\n" + html.encode(), most=4.0)


def test_text_below_three_thousand_divs_is_found() -> None:
    assert page("<div>" * 3_000 + "deep").text == "deep"


@pytest.mark.parametrize("kind", ["mixed", "alternative"])
def test_out_of_time_the_first_text_is_still_shown(kind: str) -> None:
    ticks = iter(range(1_000_000))
    body = f"--e\n{PLAIN.format('First words.')}\n\n--e\n{HTML.format('<p>x</p>')}\n--e--\n"
    raw = f"From: a@example.org\nContent-Type: multipart/{kind}; boundary=e\n\n{body}".encode()
    found = read_mail(raw, deadline=0.5, clock=lambda: float(next(ticks)))
    assert (found.text, found.truncated, found.from_) == ("First words.", True, ("a@example.org",))


def test_a_page_walk_stops_when_it_is_late() -> None:
    text, whole = html_text("<p>word</p>" * 5_000, late=lambda: True)
    assert text.startswith("word") and not whole


# Anything at all


SEED = (
    b"From: =?utf-8?q?A?= <a@example.org>\r\nSubject: =?utf-8?b?aGk=?=\r\nDate: Mon, 03 Feb 2025 10:12:00 +0100\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-16\r\n\r\n'
    b'<p style="color:#fff">x</p>\r\n--b\r\nContent-Type: text/plain; format=flowed\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n"
    b"\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n--b--\r\n"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SEED)), st.integers(0, 40), st.one_of(st.binary(max_size=12), st.sampled_from(
            [b"\r\n\r\n", b"--b", b"=?", b"?=", b'"', b"(", b"<", b":", b"\0", b"\xff\xfe", b"utf-7", b"*0*=", b"%00"]
        ))),
        max_size=8,
    )
)  # fmt: skip
def test_mutated_mail_is_read_without_an_exception(edits: list[tuple[int, int, bytes]]) -> None:
    raw = SEED
    for at, length, new in edits:
        raw = raw[:at] + new + raw[at + length :]
    found = read_mail(raw)
    assert "\n" not in found.subject + found.from_name and "\0" not in found.text
    (found.text + found.subject + found.from_name).encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=400))
def test_random_bytes_are_read_without_an_exception(raw: bytes) -> None:
    read_mail(raw)
    read_mail(b"Content-Type: text/html\n\n" + raw)


def known_mails() -> list[dict[str, object]]:
    index = CORPUS / "index.jsonl"
    return (
        [json.loads(line) for line in index.read_text("utf-8").splitlines()]
        if index.exists()
        else []
    )


@pytest.mark.skipif(not known_mails(), reason=f"the difficult mails are not at {CORPUS}")
def test_every_difficult_mail_is_read_and_its_body_found() -> None:
    wrong: list[object] = []
    for known in known_mails():
        found = timed((CORPUS / str(known["file"])).read_bytes(), most=2.0)
        has_body = bool(found.text.strip() or found.html)
        if known["body"] not in (None, has_body):
            wrong.append(known["file"])
    assert wrong == []
