"""Any bytes can be read as a mail, in time and within the bounds."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.email.mail import Unreadable
from surfaces.email.mime import MAX_BYTES, read_mail
from surfaces.email.parts import MAX_PARTS
from tests.unit.email.letters import HTML, PLAIN, mail, timed

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "mime"


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


@pytest.mark.parametrize("kind", ["mixed", "alternative"])
def test_out_of_time_the_first_text_is_still_shown(kind: str) -> None:
    ticks = iter(range(1_000_000))
    body = f"--e\n{PLAIN.format('First words.')}\n\n--e\n{HTML.format('<p>x</p>')}\n--e--\n"
    raw = f"From: a@example.org\nContent-Type: multipart/{kind}; boundary=e\n\n{body}".encode()
    found = read_mail(raw, deadline=0.5, clock=lambda: float(next(ticks)))
    assert (found.text, found.truncated, found.from_) == ("First words.", True, ("a@example.org",))


# Anything at all


SEED = (
    b"From: =?utf-8?q?A?= <a@example.org>\r\nSubject: =?utf-8?b?aGk=?=\r\nDate: Mon, 03 Feb 2025 10:12:00 +0100\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-16\r\n\r\n'
    b'<p style="color:#fff">x</p>\r\n--b\r\nContent-Type: text/plain; format=flowed\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n"
    b"\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n--b--\r\n"
)


@settings(max_examples=150)
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


@settings(max_examples=100)
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
