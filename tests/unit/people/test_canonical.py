"""What says where data goes has one spelling, and what only looks like one is another or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capabilities._destinations import DESTINATIONS
from persona.people import spelling
from persona.people.canonical import email, mailbox, slack_member, telephone
from persona.reading.url import read_url
from surfaces import sms
from tests.unit.house import SETTINGS

BOB = "bob@example.net"


@pytest.mark.parametrize(
    "written",
    [
        "Bob@EXAMPLE.net",
        " bob@example.net\n",
        "mailto:bob@example.net",
        "ｂｏｂ@example.net",
        "bob@ｅｘａｍｐｌｅ.net",
        "bob@example。net",
        "bob@example.net.",
    ],
)
def test_one_mailbox_has_one_spelling(written: str) -> None:
    assert email(written) == BOB == email(email(written))


@pytest.mark.parametrize(
    "twin",
    [
        "b\u043eb@example.net",  # a Cyrillic o
        "bo\u200bb@example.net",  # a space that nobody sees
        "bob\u00ad@example.net",
        "bob@example\u200d.net",
        "bob@exam\u202eple.net",
        "bob@ex\u0430mple.net",  # a Cyrillic a: another domain, in its own spelling
        "bob@e\u0445ample.net",
        "bob@example.net\u0430",
        "b0b@example.net",
        "bob@examp1e.net",
        "bob@xn--exmple-4nf.net",
    ],
)
def test_a_twin_of_a_mailbox_is_another_or_none(twin: str) -> None:
    try:
        assert email(twin) != BOB
        assert email(twin).isascii()
    except ValueError:
        pass


@pytest.mark.parametrize(
    "written",
    [
        "",
        "bob",
        "bob@",
        "@example.net",
        "bob@localhost",
        "bob@example.net, eve@example.net",
        "bob@example.net eve@example.net",
        "Bob <bob@example.net>",
        '"bob"@example.net',
        "bob@127.0.0.1",
        "bob@[127.0.0.1]",
        ".bob@example.net",
        "bob.@example.net",
        "b..b@example.net",
        "bob@example..net",
        "bob@-example.net",
        "bob@example.net\r\nBcc: eve@example.net",
        "a" * 65 + "@example.net",
        "bob@" + "a." * 130 + "net",
    ],
)
def test_what_is_no_mailbox_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        email(written)


def test_a_domain_in_another_script_is_written_as_the_network_has_it() -> None:
    assert email("ann@Bücher.example") == "ann@xn--bcher-kva.example"
    assert email("ann@xn--bcher-kva.example") == "ann@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "written",
    [
        "+41 44 668 18 00",
        "+٤١٤٤٦٦٨١٨٠٠",
        "+41(44)668-18.00",
        "＋41446681800",
        "tel:+41446681800",
        "+41\u2011446681800",
    ],
)
def test_a_number_is_written_in_one_way(written: str) -> None:
    assert telephone(written) == "+41446681800" == telephone(telephone(written))


def test_a_number_without_its_country_is_read_in_the_hubs() -> None:
    assert telephone("044 668 18 00", "CH") == "+41446681800"


@pytest.mark.parametrize(
    "twin",
    [
        "0446681800",
        "+0446681800",
        "+4144668180O",
        "+41",
        "+" + "1" * 16,
        "+1 call me",
    ],
)
def test_what_is_no_number_is_none(twin: str) -> None:
    with pytest.raises(ValueError):
        telephone(twin)


@pytest.mark.parametrize(
    "other", ["T1", "T024BE7LD", "U2147483697", "T024BE7LD:C0GENERAL", "T0:U0:x"]
)
def test_only_a_member_of_a_workspace_is_one(other: str) -> None:
    assert slack_member(" t024be7ld:u2147483697") == "T024BE7LD:U2147483697"
    with pytest.raises(ValueError):
        slack_member(other)


def test_a_web_address_has_one_spelling_and_its_twins_are_others() -> None:
    page = "https://site.example/a"
    for written in (
        "HTTPS://Site.Example:443/a",
        "https://site.example./a",
        "https://ｓite.example/a",
    ):
        assert read_url(written) == page
    assert read_url("https://s\u0456te.example/a") != page
    for inside in ("http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://[::1]/"):
        with pytest.raises(ValueError):
            read_url(inside)


def test_who_signs_in_and_who_is_written_to_are_spelled_alike() -> None:
    (address,) = spelling.read(" Ann@BÜCHER.example ", SETTINGS)
    assert address.id == email("ann@bücher.example")
    number, _ = spelling.read("+1 (415) 555-0101", SETTINGS)
    assert number.id == telephone("+14155550101") == sms._canonical("+1 415 555 0101")
    assert sms._canonical("whatsapp:+14155550101") == "whatsapp:+14155550101"
    assert sms._canonical("PERSONA") == ""


def test_who_writes_from_an_address_that_nobody_can_be_written_to_at_is_still_somebody() -> None:
    assert mailbox("Jürgen@Example.net") == "jürgen@example.net"
    assert mailbox("Ann..Lee@Example.net") == "ann..lee@example.net"
    assert mailbox("Ann@BÜCHER.example") == "ann@xn--bcher-kva.example"


@given(st.sampled_from(sorted(DESTINATIONS)), st.text(max_size=40))
def test_every_spelling_is_its_own(kind: str, text: str) -> None:
    read = DESTINATIONS[kind].read
    try:
        spelled = read(text)
    except ValueError:
        return
    assert read(spelled) == spelled
    assert spelled.isascii() and spelled == spelled.strip()
