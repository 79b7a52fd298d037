"""What says where data goes has one spelling, and what only looks like one has none."""

import pytest

from capabilities._destinations import read_mail, read_number, read_url


@pytest.mark.parametrize(
    ("written", "read"),
    [("Bob@HUB.example", "bob@hub.example"), ("mailto:a@b.ch", "a@b.ch"), ("ａ@b.ch", "a@b.ch")],
)
def test_a_mail_address_is_lower_case(written: str, read: str) -> None:
    assert read_mail(written) == read == read_mail(read)


@pytest.mark.parametrize("written", ["+41 44 668 18 00", "+41(44)668-18.00", "＋41446681800"])
def test_a_number_is_written_in_one_way(written: str) -> None:
    assert read_number(written) == "+41446681800"


@pytest.mark.parametrize(
    "twin", ["0446681800", "+0446681800", "+4144668180O", "+41", "+" + "1" * 16]
)
def test_what_is_no_number_is_none(twin: str) -> None:
    with pytest.raises(ValueError):
        read_number(twin)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTPS://Hub.Example:443", "https://hub.example/"),
        ("http://hub.example:8080/A?b=C#d", "http://hub.example:8080/A?b=C"),
        ("https://[::1]/", "https://[::1]/"),
    ],
)
def test_a_web_address_has_one_spelling(written: str, read: str) -> None:
    assert read_url(written) == read == read_url(read)


@pytest.mark.parametrize(
    "twin",
    [
        "ftp://a.ch/",
        "https://a@b.ch/",
        "https://exаmple.ch/",
        "https:///x",
        "//a.ch",
        "https://a:x/",
    ],
)
def test_what_is_no_web_address_is_none(twin: str) -> None:
    with pytest.raises(ValueError):
        read_url(twin)
