"""What a writer newly said is found, and no word of it is lost."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.email.languages import LANGUAGES
from surfaces.email.reply import new_words, spoken_words

QUOTE = "\n\n> Shall we meet?\n> Bob\n"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, Feb 3, 2025 at 10:12 AM Bob Roe <bob@example.org> wrote:",
        "On Mon, Feb 3, 2025 at 10:12 AM Bob Roe <\nbob.with.a.long.name@example.org> wrote:",
        "On Mon, Feb 3, 2025 at 10:12 AM Bob Roe <bob@example.org>\nwrote:",
        "On 3 Feb 2025, at 10:12, Bob Roe wrote:",
        "Bob Roe <bob@example.org> wrote:",
        "At 2/3/2025 10:12 AM, you wrote:",
        "2025-02-03 10:12 GMT+01:00 Bob Roe <bob@example.org>:",
        "Monday, 3 February 2025, 10:12 AM +0300 from Bob <bob@example.org>:",
        "---- On Mon, 03 Feb 2025 10:12:00 +0100 Bob Roe <bob@example.org> wrote ----",
        "Am Mo., 3. Feb. 2025 um 10:12 Uhr schrieb Bob Roe <bob@example.org>:",
        "Am 03.02.2025 um 10:12 schrieb Bob Roe:",
        "Bob Roe <bob@example.org> schrieb am Mo., 3.\nFeb. 2025 um 10:12:",
        "Le lun. 3 févr. 2025 à 10:12, Bob Roe <bob@example.org> a écrit :",
        "El lun, 3 feb 2025 a las 10:12, Bob Roe (<bob@example.org>) escribió:",
        "Em seg., 3 de fev. de 2025 às 10:12, Bob Roe <bob@example.org> escreveu:",
        "Il giorno lun 3 feb 2025 alle ore 10:12 Bob Roe <bob@example.org> ha scritto:",
        "Op ma 3 feb 2025 om 10:12 schreef Bob Roe <bob@example.org>:",
        "Op 3 feb. 2025 om 10:12 heeft Bob Roe <bob@example.org> het volgende geschreven:",
        "Den mån 3 feb. 2025 kl 10:12 skrev Bob Roe <bob@example.org>:",
        "ma 3. helmik. 2025 klo 10.12 Bob Roe (bob@example.org) kirjoitti:",
        "pon., 3 lut 2025 o 10:12 Bob Roe <bob@example.org> napisał(a):",
        "po 3. 2. 2025 v 10:12 odesílatel Bob Roe <bob@example.org> napsal:",
        "пн, 3 февр. 2025 г. в 10:12, Bob Roe <bob@example.org>:",
        "03.02.2025 10:12, Bob Roe пишет:",
        "Bob Roe <bob@example.org>, 3 Şub 2025 Pzt, 10:12 tarihinde şunu yazdı:",
        "2025年2月3日(月) 10:12 Bob Roe <bob@example.org>:",
        "在 2025年2月3日，上午10:12，Bob Roe <bob@example.org> 写道：",
        "2025년 2월 3일 (월) 오전 10:12, Bob Roe <bob@example.org>님이 작성:",
    ],
)
def test_a_quote_goes_with_the_line_that_introduces_it(introduction: str) -> None:
    assert new_words(f"Yes, at noon.\n\n{introduction}{QUOTE}") == "Yes, at noon."
    assert new_words(f"Yes, at noon.\n{introduction}{QUOTE}\n-- \nAnn") == "Yes, at noon."


def spelled(*entries: str) -> list[str]:
    """The alternatives in a table's entries that are words, not patterns."""
    words = {word for entry in entries for word in entry.split("|")}
    return sorted(word for word in words if word.replace(" ", "").isalpha())


@pytest.mark.parametrize("verb", spelled(*(row.wrote for row in LANGUAGES)))
def test_every_verb_of_the_table_introduces_a_quote(verb: str) -> None:
    assert new_words(f"Yes, at noon.\n\nBob <bob@example.org> {verb}:{QUOTE}") == "Yes, at noon."


@pytest.mark.parametrize("words", spelled(*(row.original for row in LANGUAGES)))
def test_every_separator_of_the_table_begins_the_trail(words: str) -> None:
    assert new_words(f"Yes, at noon.\n\n--- {words} ---\nShall we meet?") == "Yes, at noon."


HEADS = {
    "English": "From: Bob Roe <bob@example.org>\nSent: Monday, 3 February 2025 10:12\nTo: Ann\nSubject: Noon",
    "bold": "*From:* Bob Roe <bob@example.org>\n*Sent:* Monday, 3 February 2025 10:12\n*To:* Ann\n*Subject:* Noon",
    "German": "Von: Bob Roe <bob@example.org>\nGesendet: Montag, 3. Februar 2025 10:12\nAn: Ann\nBetreff: Mittag",
    "French": "De : Bob Roe <bob@example.org>\nEnvoyé : lundi 3 février 2025 10:12\nÀ : Ann\nObjet : Midi",
    "Spanish": "De: Bob Roe <bob@example.org>\nEnviado el: lunes, 3 de febrero de 2025\nPara: Ann\nAsunto: Mediodía",
    "Italian": "Da: Bob Roe <bob@example.org>\nInviato: lunedì 3 febbraio 2025\nA: Ann\nOggetto: Mezzogiorno",
    "Dutch": "Van: Bob Roe <bob@example.org>\nVerzonden: maandag 3 februari 2025\nAan: Ann\nOnderwerp: Middag",
    "Russian": "От: Bob Roe <bob@example.org>\nОтправлено: 3 февраля 2025 г.\nКому: Ann\nТема: Полдень",
    "Chinese": "发件人: Bob Roe <bob@example.org>\n发送时间: 2025年2月3日 10:12\n收件人: Ann\n主题: 中午",
    "Notes": "Bob Roe\n02/03/2025 10:12 AM\nTo: Ann/Hub@Example\ncc: Cy/Hub@Example\nSubject: Noon",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_block_of_copied_header_fields_begins_the_trail(head: str) -> None:
    assert new_words(f"Yes, at noon.\n\nAnn\n\n{head}\n\nShall we meet?") == "Yes, at noon.\n\nAnn"
    assert (
        new_words(f"Yes, at noon.\n\n________________________________\n{head}\n\nShall we?")
        == "Yes, at noon."
    )


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-------- Original Message --------",
        "*-------- Original Message --------*",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "-------- Mensaje original --------",
        "____________________Reply Separator____________________",
        "---------- Forwarded message ---------",
        "---------------------- Forwarded by Ann Bee/Hub on 02/03/2025 10:12 \nAM ---------------------------",
    ],
)
def test_a_marker_line_begins_the_trail(line: str) -> None:
    assert new_words(f"Yes, at noon.\n\n{line}\nShall we meet?\n") == "Yes, at noon."


def test_answers_between_quotes_keep_the_quotes() -> None:
    text = "Hi Bob,\n\nOn 3 Feb 2025, at 10:12, Bob wrote:\n> Shall we meet?\nYes.\n\n> Where?\nAt the well.\n\n-- \nAnn"
    assert new_words(text) == "Hi Bob,\n\n> Shall we meet?\nYes.\n\n> Where?\nAt the well."


def test_a_quote_above_a_single_answer_goes() -> None:
    assert (
        new_words("On 3 Feb 2025, at 10:12, Bob wrote:\n> Shall we meet?\n> Bob\n\nYes, at noon.")
        == "Yes, at noon."
    )


@pytest.mark.parametrize(
    "text",
    [
        "---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nDate: Mon, 3 Feb 2025\nSubject: x\n\nHello.",
        "Begin forwarded message:\n\n> From: Bob <bob@example.org>\n> Subject: x\n> To: ann@example.org\n>\n> Hello.",
        "From: Bob <bob@example.org>\nSent: Monday, 3 February 2025\nTo: Ann\nSubject: x\n\nHello.",
    ],
)
def test_a_pure_forward_stays_whole(text: str) -> None:
    assert new_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Please book this:\n\nFrom: Berlin\nTo: Munich\nDate: 12 May 2026\n\nThanks",
        "On Monday at 12:30 Bob wrote to me about it: he wants more.\nI said no.\nWhat now?",
        "At 10:30 on 5 May 2025 Ann wrote the following:\nwe need more cups.\nI agree.",
        "What does this error mean?\n\n> Segfault at 0x0\n> core dumped",
        "I ran it:\n\nmysql> select 1;\n1\nmysql> quit",
        "Agenda for 3 Feb 2025 10:00:\n- cups\n- wells\nSubject: budget\n\nAnything else?",
        "First part.\n\n--\n\n" + "A second part which is quite long and so is no signature. " * 3,
        "Sent from my brother, the parcel arrived broken.\n\nCan you send another?",
        "```\n# not a rule\n####\ncode\n```\n\nThat is all.",
        "Name | Age\n---|---\nAnn | 7\n\nPlease sort this.",
        "a\n***\nb",
    ],
)
def test_words_that_only_look_like_a_trail_are_kept(text: str) -> None:
    assert new_words(text) == text.strip()


@pytest.mark.parametrize(
    "signature",
    ["-- \nAnn Bee\nExample Ltd\n+49 30 1234567", "--\nAnn", "Sent from my iPhone", "Sendt fra min iPad",
     "Von meinem iPhone gesendet", "Get Outlook for iOS<https://example.org/o>", "Enviado desde mi iPhone", "____\n\n"],
)  # fmt: skip
def test_the_promised_signatures_go(signature: str) -> None:
    assert new_words(f"Yes, at noon.\n\n{signature}") == "Yes, at noon."


def test_a_device_that_signs_above_a_quote_was_sent_and_is_shown_to_no_mind() -> None:
    mail = f"Yes, at noon.\n\nSent from my iPhone\n\nOn Mon, Bob <bob@example.org> wrote:{QUOTE}"
    assert new_words(mail) == "Yes, at noon.\n\nSent from my iPhone"
    assert spoken_words(mail) == "Yes, at noon."
    assert spoken_words("Sent from my iPhone") == "Sent from my iPhone"


def test_a_mail_of_nothing_but_a_signature_is_not_emptied() -> None:
    assert new_words("-- \nAnn") == "-- \nAnn"
    assert new_words("\n\nSent from my iPhone\n") == "Sent from my iPhone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "-----Original Message-----\nFrom: x@example.org\n\nHello",
        "> On 3 Feb 2025, at 10:12, Bob wrote:\n> hi",
    ],
)
def test_a_mail_that_says_nothing_new_gives_nothing(text: str) -> None:
    assert new_words(text) == ""


# Pages

GMAIL = (
    '<div dir="ltr">Yes, at noon.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, Bob wrote:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0">Shall we meet?</blockquote></div>'
)
PAGES = {
    "gmail": GMAIL,
    "apple": "<div>Yes, at noon.</div><div><br><blockquote type=cite>On 3 Feb 2025, Bob wrote: Shall we?</blockquote></div>",
    "thunderbird": "<p>Yes, at noon.</p><div class='moz-cite-prefix'>Bob:</div><blockquote type='cite'>Shall we?</blockquote>",
    "yahoo": "<div>Yes, at noon.</div><div class='yahoo_quoted'><div>Monday, Bob:</div><div>Shall we?</div></div>",
    "outlook web": "<p>Yes, at noon.</p><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>From:</b> Bob</div><p>Shall we?",
    "outlook": "<div>Yes, at noon.</div><div style='border-top:solid #E1E1E1 1pt'><p><b>From:</b> Bob &lt;b@example.org&gt;<br>"
    "<b>Sent:</b> Monday, 3 February 2025 10:12<br><b>To:</b> Ann<br><b>Subject:</b> Noon</p></div><p>Shall we?</p>",
    "hotmail": "<div><div>Yes, at noon.</div><hr id='stopSpelling'>Date: Mon<br>Subject: x<br><div>Shall we?</div></div>",
    "unmarked": "<p>Yes, at noon.</p>Mon, 3 Feb 2025 10:12:00 +0300 from Bob &lt;b@example.org&gt;:<blockquote>Shall we?</blockquote>",
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_the_quotes_of_the_providers_are_taken_out_of_the_page(html: str) -> None:
    assert new_words("", f"<html><body>{html}</body></html>") == "Yes, at noon."


def test_a_marked_page_is_trusted_more_than_the_plain_body() -> None:
    assert new_words("Yes, at noon.\nOn Mon, Bob said\nShall we meet?", GMAIL) == "Yes, at noon."
    assert new_words("Plain words.", "<p>Page words.</p>") == "Plain words."


def test_answers_between_the_quotes_of_a_page_are_kept() -> None:
    html = (
        '<div class="gmail_quote"><blockquote class="gmail_quote">Shall we meet?</blockquote><div>Yes.</div>'
        '<blockquote class="gmail_quote">Where?</blockquote><div>At the well.</div></div>'
    )
    assert new_words("", html) == "> Shall we meet?\n\nYes.\n\n> Where?\n\nAt the well."


def test_a_forwarded_page_stays_whole() -> None:
    html = '<div class="gmail_quote">---------- Forwarded message ---------<br>From: Bob<br><br>Hello.</div>'
    assert new_words("", html).endswith("Hello.")


def test_hidden_words_of_a_page_are_not_new_words() -> None:
    assert (
        new_words("", GMAIL.replace("Yes,", "<i style='display:none'>SECRET</i>Yes,"))
        == "Yes, at noon."
    )


# Bounds


@pytest.mark.parametrize(
    "text",
    [
        "> a\nb\n" * 100_000,
        "On Mon, 1 Jan 2024 at 10:00 X <a@b.c> wrote:\n> a\nb\n" * 50_000,
        "From: a@b\n" * 100_000,
        "x 01/01/2000 10:00\n" * 100_000,
        "a" * 1_000_000,
        "--\n" * 200_000,
        "On 10:00 a@b\n" * 50_000,
    ],
    ids=["alternating", "introduced", "fields", "dates", "one line", "rules", "openings"],
)
def test_a_pathological_text_is_read_in_time(text: str) -> None:
    began = time.process_time()
    new_words(text)
    assert time.process_time() - began < 3


def test_what_lies_beyond_the_lines_looked_at_is_kept() -> None:
    text = "> quoted\n" * 6_000 + "The answer."
    assert new_words(text).endswith("The answer.")


PIECES = ["Yes.", "", "> q", "On 3 Feb 2025, at 10:12, Bob wrote:", "From: a@example.org", "To: b", "Subject: x", "-- ",
          "Sent from my iPhone", "-----Original Message-----", "<b@example.org>:", "wrote:", "____", "|", "=09", "\u2028"]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=15))
def test_no_text_raises_and_only_lines_of_the_mail_come_back(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    lines = {line.strip() for line in text.replace("\r", "\n").split("\n")}
    assert all(line.strip() in lines for line in new_words(text).split("\n") if line.strip())
    new_words("", text)
    new_words(text, f"<div class=gmail_quote>{text}</div>{text}")


@settings(max_examples=60)
@given(
    st.lists(
        st.from_regex(r"[A-Z][a-z]{2,8}( [a-z]{2,8}){2,6}[.!?]", fullmatch=True),
        min_size=1,
        max_size=6,
    )
)
def test_sentences_above_a_trail_are_never_lost(sentences: list[str]) -> None:
    words = "\n\n".join(sentences)
    assert new_words(f"{words}\n\nOn 3 Feb 2025, at 10:12, Bob wrote:{QUOTE}") == words
