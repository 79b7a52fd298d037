"""A page becomes the words its reader would see, and no others."""

import pytest

from persona.reading.html import html_text
from tests.unit.email.letters import page


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


def test_text_below_three_thousand_divs_is_found() -> None:
    assert page("<div>" * 3_000 + "deep").text == "deep"


def test_a_page_walk_stops_when_it_is_late() -> None:
    text, whole = html_text("<p>word</p>" * 5_000, late=lambda: True)
    assert text.startswith("word") and not whole
