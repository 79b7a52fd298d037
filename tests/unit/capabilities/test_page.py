"""A page becomes its title and the words that its reader would see, in bounded time."""

import time
from contextlib import suppress

import pytest

from capabilities.fetch_page.page import CUT, MOST_CHARACTERS, told
from capabilities.fetch_page.visit import MOST_BYTES, Page
from persona.errors import Refused

URL = "https://site.example/"
STORY = "<p>" + "The ferry leaves at noon from the old pier. " * 8


def text_of(html: str | bytes, charset: str = "", media: str = "text/html") -> str:
    data = html if isinstance(html, bytes) else html.encode()
    found = told(Page(URL, media, charset, data))
    assert found.untrusted
    head, _, words = found.text.partition("\n\n")
    assert head.endswith(URL)
    return words


@pytest.mark.parametrize(
    "round_it",
    [
        "<nav>WRONG</nav>{}",
        "<aside>WRONG</aside>{}<footer>WRONG</footer>",
        "<div role=navigation>WRONG</div><div>{}</div>",
        "<noscript>WRONG</noscript>{}<button>WRONG</button>",
        "<div>WRONG<div>WRONG</div></div><main>{}</main><div>WRONG</div>",
        "<div><p>WRONG</p><section><article>{}</article><p>WRONG</p></section></div>WRONG",
        "<nav>WRONG<nav>WRONG<aside>WRONG</aside></nav></nav>{}",
        "<script>var a = '<p>WRONG</p>';</script >{}<SCRIPT src=x>WRONG</SCRIPT\n>",
        "{}<script>WRONG",
        "{}<!-- WRONG --><template>WRONG</template><p style='display:none'>WRONG</p>",
        "<style>.x{{display:none}}</style><main>{}</main><p>WRONG</p>",
        "<main>{}<p style='font-size:0'>WRONG</p></main>",
    ],
)
def test_only_what_the_page_has_to_say_is_told(round_it: str) -> None:
    words = text_of(f"<html><body>{round_it.format(STORY)}</body></html>")
    assert "WRONG" not in words
    assert words.count("The ferry leaves at noon") == 8


@pytest.mark.parametrize(
    "html",
    [
        "<main>short</main><p>RIGHT</p>",
        "<article>{0}</article><article>{0} RIGHT</article>",
        "<style>.x{{display:none}}</style><p class=y>RIGHT",
        "<script>a</script>RIGHT<script>b</script>",
        "<scripture>RIGHT</scripture>",
        "<p>a<script/>b</script>RIGHT",
    ],
)
def test_nothing_of_what_it_says_is_lost(html: str) -> None:
    assert "RIGHT" in text_of(html.format(STORY))


def test_styles_outside_the_main_part_still_hide_what_is_in_it() -> None:
    hidden = "<style>.x{display:none}</style>"
    words = text_of(f"<body>{hidden}<main>{STORY}<p class=x>WRONG</p></main></body>")
    assert "WRONG" not in words


def test_the_title_stands_first_in_one_line() -> None:
    page = Page(URL, "text/html", "", b"<title> A \n\r title&#x202e; </title><p>words")
    assert told(page).text == f"A title\n{URL}\n\nwords"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<p>Grüße", "utf-8"),
        ("<p>Grüße", "iso-8859-1"),
        ("<meta charset=iso-8859-1><p>Grüße", ""),
        ("<meta http-equiv=content-type content='text/html; charset=windows-1252'><p>Grüße", ""),
        ("<p>Grüße", "no-such-charset"),
    ],
)
def test_letters_are_read_as_they_were_meant(data: str, charset: str) -> None:
    latin = "8859" in data + charset or "1252" in data
    encoded = data.encode("iso-8859-1" if latin else "utf-8")
    assert text_of(encoded, charset) == "Grüße"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    assert text_of("<p>Grüße 😀".encode(codec), "iso-8859-1") == "Grüße 😀"


def test_a_text_with_null_bytes_is_none() -> None:
    with pytest.raises(Refused, match="not a text"):
        text_of(b"MZ\x00\x01", media="text/plain")
    assert text_of(b"<p>a\x00b") in ("ab", "a\ufffdb")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 400_000,
        "<div " + "".join(f"a{number}=1 " for number in range(150_000)) + ">words",
        "<script " * 200_000,
        "<script>" + "</script" * 200_000,
        "<script></script>" * 110_000,
        "<!--" * 400_000,
        "<a href='" * 200_000,
        "<nav>" * 300_000 + "words",
        "<title>" * 200_000,
        "<meta charset " * 100_000,
        "<blockquote>" * 100_000 + "words",
        "<table><tr><td>" * 100_000,
        "<p style='" + "color:red;" * 100_000 + "'>words",
        "<style>" + "a{" * 400_000 + "</style>words",
        "&amp;" * 300_000,
        "<" * 1_900_000,
    ],
    ids=lambda html: html[:20],
)
def test_no_page_takes_long(html: str) -> None:
    began = time.process_time()
    with suppress(Refused):  # many of them hold no words
        text_of(html[:MOST_BYTES])
    assert time.process_time() - began < 4


def test_a_cut_is_seen() -> None:
    words = text_of("<p>" + "word " * 10_000)
    assert words.endswith(CUT)
    assert len(words) == MOST_CHARACTERS + len(CUT)
    assert not text_of(STORY).endswith(CUT)
