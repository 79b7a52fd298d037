"""Tells what the writer of a mail newly said: without the quoted trail and without the signature.

Leaving a mail whole is cheaper than losing a word, so every cut needs evidence that no writer types by
accident: a marker line, a block of header fields, a date with a writer, a quote nothing follows. Where new
words stand between quotes, the quotes are what they answer and stay. A mail that is only forwarded is its
own message and stays whole; '' means that nothing new was said, and the caller then shows the whole text.

Two passes: provider marks on the HTML, which are certain, then rules on lines of text, which also find what
a provider left unmarked. The vocabulary is a table of words per language, not a pattern per provider.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from surfaces.email.mime import html_text

MAX_LINES = 5_000
"""Lines looked at: a trail that begins later is left alone."""


def new_words(text: str, html: str | None = None) -> str:
    """What the mail with the plain body `text` (and the page `html`, if any) says anew.

    Never raises. '' where nothing new is said; the page is used where a provider marked the quote in it, or
    where there is no plain body.
    """
    try:
        if html and html.strip():
            marks = _Marks()
            shown, whole = html_text(html, edit=marks.prune)
            if shown.strip() and (marks.pruned or not text.strip()) and (whole or not text.strip()):
                return _from_text(shown)
            if marks.pruned and not shown.strip():
                page = html_text(html)[0].strip()
                return page if _is_forward([_Line.of(raw) for raw in page.split("\n", 20)]) else ""
            if not text.strip():
                text = shown
        return _from_text(text)
    except Exception:
        return text.strip()


# Lines of text


def _from_text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raws = text.split("\n")
    lines = [_Line.of(raw) for raw in raws[:MAX_LINES]]
    if tail := "\n".join(raws[MAX_LINES:]).rstrip():
        # What is not looked at counts as something said, so that nothing above it is taken for the end.
        lines.append(_Line(tail, "...and more", False, ""))
    if _is_forward(lines):
        return text.strip()
    kept = _without_signature(_without_trail(lines))
    return "\n".join(line.raw for line in kept).strip()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as received and as compared: without marks of emphasis, non-breaking or undecoded spaces."""

    raw: str
    bare: str
    quoted: bool
    field: str

    @staticmethod
    def of(raw: str) -> "_Line":
        spaced = re.sub(r"=09|=20|=\Z|\xa0|\t", " ", raw[:1_000])
        bare = spaced.strip(" *\u200e\u200f")
        quoted = _QUOTED.match(spaced) is not None
        field = _FIELD.match(bare) if ":" in bare[:40] or "\uff1a" in bare[:40] else None
        return _Line(raw, bare, quoted, (field.lastgroup or "") if field else "")

    @property
    def blank(self) -> bool:
        return not self.bare

    @property
    def worded(self) -> bool:
        return re.search(r"\w", self.bare) is not None


def _is_forward(lines: list[_Line]) -> bool:
    first = next((line.bare for line in lines if not line.blank), "")
    return bool(_FORWARDED.match(first))


def _without_trail(lines: list[_Line]) -> list[_Line]:
    """The lines before the trail; with answers between quotes, all but the lines that introduce these."""
    at, out = 0, list[_Line]()
    while at < len(lines):
        found = _trail(lines, at, started=any(not line.blank for line in out))
        if found is None:
            out.append(lines[at])
            at += 1
            continue
        if found.final:
            return out
        out += found.kept
        at = found.end
    return out


@dataclass(frozen=True, slots=True)
class _Trail:
    """Where a quoted stretch ends, what of it stays, and whether nothing new follows."""

    end: int
    final: bool
    kept: list[_Line]


def _trail(lines: list[_Line], at: int, *, started: bool) -> _Trail | None:
    line = lines[at]
    if line.blank:
        return None
    if line.quoted:
        return _quote(lines, at, at, started=started)
    if _SEPARATOR.match(_joined(lines, at, 2)) or _notes_reply(lines, at):
        return _Trail(len(lines), True, [])
    if (
        _is_rule(line.bare)
        and (below := _next(lines, at + 1)) is not None
        and _header_block(lines, below)
    ):
        return _Trail(len(lines), True, [])
    if _header_block(lines, at):
        return _Trail(len(lines), started, lines[at:])
    if end := _attribution(lines, at):
        below = _next(lines, end)
        if below is None:
            return _Trail(end, True, []) if started else None
        if lines[below].quoted or _foreign_mark(lines, below):
            return _quote(lines, below, at, started=started)
        return _Trail(end, started, [])
    return None


def _quote(lines: list[_Line], at: int, introduced: int, *, started: bool) -> _Trail:
    """An introduced quote goes where nothing follows, or where it stands alone above the answer.

    A quote that no line introduces stays: people also set their own words apart so.
    """
    mark = "" if lines[at].quoted else _foreign_mark(lines, at)
    end = at
    while end < len(lines) and (
        lines[end].quoted
        or (mark and lines[end].raw.startswith(mark))
        or (
            not lines[end].worded
            and (below := _next(lines, end)) is not None
            and lines[below].quoted
        )
        or _is_wrapped(lines, end)
    ):
        end += 1
    named = introduced < at or _opens_with_attribution(
        [_unquoted(line) for line in lines[at : at + 4]]
    )
    if named and _nothing_follows(lines, end):
        return _Trail(len(lines), True, [])
    if not started and named and not any(line.quoted for line in lines[end:]):
        return _Trail(end, False, [])
    return _Trail(end, False, lines[at:end])


def _nothing_follows(lines: list[_Line], at: int) -> bool:
    """Whether the rest of the mail is blank, without a word, or a signature."""
    for below in range(at, len(lines)):
        if _signs(lines, below, below_quote=True):
            return True
        if lines[below].worded:
            return False
    return True


def _is_wrapped(lines: list[_Line], at: int) -> bool:
    """The end of a long quoted line that a mailer broke without marking it: it goes on in lower case."""
    if not 0 < at < len(lines) - 1 or not lines[at - 1].quoted or not lines[at + 1].quoted:
        return False
    broken = len(lines[at - 1].raw) >= 70 and lines[at - 1].bare[-1:] not in ".?!:"
    return broken and lines[at].bare[:1].islower() and len(lines[at].bare) < 60


def _foreign_mark(lines: list[_Line], at: int) -> str:
    """What marks each of the next lines (`|`, `:`, `Name>`): only believed below an attribution."""
    nearby = [line.raw for line in lines[at : at + 4] if line.raw.strip()]
    mark = re.match(r"[|:]|[A-Za-z]{1,12}>", nearby[0]) if nearby else None
    return mark[0] if mark and all(raw.startswith(mark[0]) for raw in nearby[:2]) else ""


def _unquoted(line: _Line) -> _Line:
    return _Line.of(re.sub(r"^[\s>]+", "", line.raw))


def _next(lines: list[_Line], at: int) -> int | None:
    return next((i for i in range(at, min(len(lines), at + 12)) if not lines[i].blank), None)


def _joined(lines: list[_Line], at: int, count: int) -> str:
    return " ".join(line.bare for line in lines[at : at + count])


def _is_rule(bare: str) -> bool:
    return bool(re.fullmatch(r"([-=_~#*.\u2014\u2015\u2500])\1{3,}|", bare))


# Signatures


def _without_signature(lines: list[_Line]) -> list[_Line]:
    """Without a `-- ` block, a "Sent from my ..." line and rules at the end; nothing else is promised."""
    first = next((at for at, line in enumerate(lines) if not line.blank), len(lines))
    for at in range(first + 1, len(lines)):
        if _signs(lines, at):
            return _trimmed(lines[:at])
    return _trimmed(lines)


def _signs(lines: list[_Line], at: int, *, below_quote: bool = False) -> bool:
    line = lines[at]
    if _DEVICE.match(line.bare):
        return below_quote or lines[at - 1].blank or _next(lines, at + 1) is None
    if line.bare not in ("--", "\u2014") and not (
        below_quote and re.fullmatch(r"_{2,}|-{2,}|={3,}", line.bare)
    ):
        return False
    rest = [below for below in lines[at + 1 : at + 80] if not below.blank]
    if line.raw == "-- " or below_quote:
        return len(rest) <= 25
    # Without its space the delimiter may also part two sections, and those have sentences.
    return line.bare == "--" and len(rest) <= 12 and all(len(below.bare) <= 100 for below in rest)


def _trimmed(lines: list[_Line]) -> list[_Line]:
    end = len(lines)
    while end and (lines[end - 1].blank or _RULE.fullmatch(lines[end - 1].raw.strip())):
        end -= 1
    return lines[:end]


_RULE = re.compile(r"([-=_~#*+\u2014])\1+|[\u1427\u200b]")
_DEVICE = re.compile(
    r"(?:sent from (?:my |outlook|mail for|yahoo|proton)|sent (?:via|with|using) (?:proton|blackberry|outlook)"
    r"|get outlook for |envoyé (?:de(?:puis)? mon |à partir d)|von meinem .{1,30} gesendet|sendt fra min"
    r"|gesendet (?:von (?:meine[mr]|outlook|mail)|mit der )"
    r"|enviado (?:desde (?:mi|outlook)|d[eo] (?:meu|outlook))"
    r"|inviato da(?:l mio| outlook)|(?:verstuurd|verzonden) vanaf mijn|skickat från min|lähetetty "
    r"|wysłane z "
    r"|odesláno z |отправлено (?:с|из) |надіслано з |.{0,25}gönderildi|发自我的|從我的.{1,20}傳送|iphoneから送信"
    r"|나의 .{1,20}에서 보냄)[^.?!;:]{0,60}\.?(?:<[^<>]{0,300}>|\(http[^()]{0,300}\))?$",
    re.IGNORECASE,
)


# Marker lines


_ORIGINAL = (
    r"original message|original appointment|reply separator|original e-?mail|ursprüngliche nachricht"
    r"|originalnachricht|message d['’]origine|message (?:original|initial)|messaggio originale"
    r"|mensaje original|mensagem original|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)"
    r"|original(?:t )?meddelande|ursprungligt meddelande|opprinnelig melding|alkuperäinen viesti"
    r"|oryginalna wiadomość|wiadomość oryginalna|původní zpráva|исходное сообщение|пересылаемое сообщение"
    r"|eredeti üzenet|orijinal mesaj|mesaj original|αρχικό μήνυμα|原始邮件|原始郵件|元のメッセージ|원본 메시지"
)
_FORWARD = (
    r"(?:begin )?forwarded message|weitergeleitete nachricht|message (?:transféré|transmis)"
    r"|messaggio inoltrato|mensaje reenviado|mensagem encaminhada|doorgestuurd bericht"
    r"|videresendt (?:besked|melding)|vidarebefordrat meddelande|välitetty viesti|przekazana wiadomość"
    r"|пересланное сообщение|转发的邮件|転送メッセージ"
)
_SEPARATOR = re.compile(
    rf"(?:[-_=>*# ]{{2,}}\s*(?:{_ORIGINAL}|{_FORWARD})\s*:?\s*(?:[-_=<*#]{{2,}}|\Z)"
    rf"|[-_]{{4,}} ?forwarded by .{{3,120}}? on .{{6,40}}|(?:{_FORWARD}) ?:(?: |\Z))",
    re.IGNORECASE,
)
_FORWARDED = re.compile(rf"[-_=>*# ]*(?:{_FORWARD})\s*:?\s*[-_=<*#]*$", re.IGNORECASE)


# Blocks of header fields


_FIELDS = {
    "from": "from|von|de|da|van|fra|från|od|lähettäjä|от|від|feladó|kimden|από|发件人|寄件者|差出人"
    "|보낸 사람|author|expéditeur|remitente",
    "to": "to|an|à|a|para|aan|til|till|do|komu|vastaanottaja|кому|címzett|kime|προς|收件人|收件者|宛先"
    "|받는 사람|destinataire",
    "date": "date|sent(?: on)?|datum|gesendet(?: am)?|envoyé(?: le)?|data|inviato|enviad[oa](?: el| em)?"
    "|fecha|verzonden|dato|sendt|skickat|wysłano|lähetetty|päivämäärä|päiväys|дата|отправлено|надіслано"
    "|dátum|elküldve|tarih|gönderildi|ημερομηνία|发送时间|寄件日期|日期|送信日時|日時|보낸 날짜|날짜"
    "|message du|odesláno",
    "subject": "subject|betreff|objet|oggetto|asunto|assunto|onderwerp|emne|ämne|temat|předmět|aihe|тема"
    "|tárgy|konu|θέμα|主题|主旨|件名|제목|sujet",
    "other": "b?cc|kopie|copie(?: à)?|cópia|copia|kopia|kopi|reply-to|répondre à|antwort an|risposta"
    "|importance|attachments|sent by|please respond to|organi[sz]ation|mailed-by|копия|抄送|副本",
}
_FIELD = re.compile(
    r"(?:> ?)*[\W_]{0,2}(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _FIELDS.items())
    + r")\b[*_ ]{0,3}[:\uff1a]",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b\d{1,2}:\d\d\b|\b(?:19|20)\d\d\b|\d{4}年"
)


def _header_block(lines: list[_Line], at: int) -> bool:
    """Whether copied header fields begin here: three of them, among these the writer or a date."""
    if lines[at].field in ("", "other"):
        return False
    kinds, wrapped = set[str](), 0
    for line in lines[at : at + 60]:
        if line.field:
            kinds.add(line.field)
            wrapped = 0
        elif line.blank and kinds - {"from"}:
            break
        else:
            # Long recipient lists are folded over many lines; a writer's words are not so short of fields.
            wrapped += not line.blank
            if wrapped > (40 if kinds & {"to", "other"} else 2):
                break
    real = kinds - {"other"}
    addressed = any("@" in line.bare for line in lines[at : at + 6])
    if not addressed and "subject" not in real:
        # A journey has a From, a To and a Date as well.
        return False
    return len(real) >= 3 or (
        len(real) >= 2
        and "from" in real
        and len(kinds) >= 2
        and _STAMP.search(_joined(lines, at, 4)) is not None
    )


def _notes_reply(lines: list[_Line], at: int) -> bool:
    """Lotus Notes: a writer and a date on short lines of their own, then To, cc and Subject."""
    end, seen = at, ""
    while (
        end < min(len(lines), at + 7)
        and not lines[end].blank
        and lines[end].field in ("", "other")
        and "----" not in lines[end].bare
    ):
        seen += " " + lines[end].bare
        end += 1
    below = _next(lines, end)
    if end == at or below is None or below - end > 4 or len(seen) > 200:
        return False
    dated = (
        re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", seen) is not None
        and re.search(r"\d:\d\d", seen) is not None
    )
    fields = {line.field for line in lines[below : below + 60]}
    return dated and lines[below].field == "to" and {"subject", "other"} <= fields


# Lines that introduce a quote


_VERBS = (
    r"wrote|writes|a écrit|schrieb|schreef|geschreven|ha scritto|escribió|escribio|escreveu|skrev"
    r"|napisał(?:a|\(a\))?|kirjoitti|написал(?:а|\(а\))?|пише(?:т)?|написав|napsal(?:\(a\))?|napísal|írta"
    r"|yazdı|a scris|έγραψε|写道|寫道|のメール|書きました|작성|đã viết|כתב|كتب"
)
_INTRODUCED = re.compile(
    rf"(?:\b|(?<=\W)|(?<=[\d>”\"]))(?:{_VERBS})(?:\s*(?:-{{2,}})?|(?P<name> .{{2,80}}[:\uff1a])|\s*[:\uff1a])$",
    re.IGNORECASE,
)
_WRITER = re.compile(r"[^\s<>@]@[^\s<>@]|&lt;")
_OPENING = re.compile(
    r"(?:-{2,} ?)?(?:(?:on|am|le|op|il|el|em|den|dnia|w dniu|at|dne|в|на|ve|vào)\b|(?:pe|ma|ti|ke|to|la|su) \d"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|\d{1,4}[-/.年:h ]|[\"<\u3040-\u9fff])",
    re.IGNORECASE,
)
_CLOSING = re.compile(rf">\s*(?:{_VERBS})?\s*[:\uff1a]", re.IGNORECASE)
_QUOTED = re.compile(r" {0,3}>")
_GMAIL_OLD = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d GMT[+-]\d{1,2}:\d\d \S.{1,80}")


def _attribution(lines: list[_Line], at: int) -> int:
    """The line after the attribution that begins at `at`, or 0.

    It has a date or an address, and ends in a verb of writing or a colon.
    """
    first = lines[at].bare
    if _GMAIL_OLD.fullmatch(first):
        return at + 1
    if not _OPENING.match(first) and not _WRITER.search(first) and "<" not in first:
        return 0
    text = ""
    for end in range(at, min(len(lines), at + 6)):
        line = lines[end]
        closes = text and not lines[end - 1].quoted and _CLOSING.fullmatch(line.bare)
        parted = line.blank and lines[min(end + 1, len(lines) - 1)].bare != "<"
        if (line.quoted and not closes) or parted or len(text) > 400:
            return 0
        text = f"{text} {line.bare}".strip()
        quotes = _quote_follows(lines, end + 1)
        if _introduces(text, quotes):
            # The shortest run of lines is the attribution: what stands above it was written.
            tails = (_joined(lines, start, end + 1 - start) for start in range(at + 1, end + 1))
            shorter = any(
                _OPENING.match(t) and _STAMP.search(t) and _introduces(t, quotes) for t in tails
            )
            return 0 if shorter else end + 1
    return 0


def _quote_follows(lines: list[_Line], at: int) -> bool:
    below = _next(lines, at)
    if below is None or _CLOSING.fullmatch(lines[below].bare):
        return False
    return lines[below].quoted or bool(_foreign_mark(lines, below))


def _opens_with_attribution(lines: list[_Line]) -> bool:
    head = _joined(lines, 0, len(lines))[:300]
    verb = re.search(rf"(?:{_VERBS})\s*[:\uff1a]", head, re.IGNORECASE)
    fields = [line.field for line in lines if line.field]
    return bool(verb and _introduces(head[: verb.end()], quotes=True)) or len(fields) >= 2


def _introduces(text: str, quotes: bool) -> bool:
    """Whether `text` is an attribution; `quotes` says that quoted lines follow it."""
    verb = _INTRODUCED.search(text) if len(text) <= 300 else None
    if len(text) > 300 or not (verb or text.endswith((":", "\uff1a", ">"))):
        return False
    dated, addressed = _STAMP.search(text) is not None, _WRITER.search(text) is not None
    opened = _OPENING.match(text) is not None
    if verb:
        # A verb before the name is also how people report: it needs an address or quotes below.
        sure = not verb["name"] or addressed or quotes
        return sure and ((dated and opened) or (addressed and len(text) < 200))
    closed = text.endswith((":", "\uff1a")) or (quotes and text.endswith(">"))
    return closed and dated and addressed and (opened or quotes) and "?" not in text


# Marks of the providers


_QUOTES = (
    "div.gmail_quote, div.gmail_extra, blockquote.gmail_quote, blockquote[type=cite], blockquote.cite, "
    "div.moz-cite-prefix, div.yahoo_quoted, div.protonmail_quote, blockquote.protonmail_quote, "
    "div.zmail_extra, #OLK_SRC_BODY_SECTION, #isReplyContent"
)
_ENDS = (
    "#divRplyFwdMsg, #appendonsend, #stopSpelling, #mail-editor-reference-message-container, "
    "div.ms-outlook-mobile-reference-message"
)


class _Marks:
    """Takes the providers' quotes out of a page; a quote with new words after it stays."""

    def __init__(self) -> None:
        self.pruned = False

    def prune(self, tree: LexborHTMLParser) -> None:
        if (end := tree.css_first(_ENDS)) is not None:
            self.pruned = True
            _cut_from(end)
        nodes = list(tree.root.traverse(include_text=True)) if tree.root else []
        places = {node.mem_id: place for place, node in enumerate(nodes)}
        spoken = [place for place, node in enumerate(nodes) if _speaks(node)]
        gone: list[LexborNode] = []
        for quote in reversed(tree.css(_QUOTES)[:500]):
            first = places[quote.mem_id]
            last = first + sum(1 for _ in quote.traverse(include_text=True))
            if (not spoken or spoken[-1] < last) and not _is_answered(quote):
                while spoken and spoken[-1] >= first:
                    spoken.pop()
                gone.append(quote)
        self.pruned = self.pruned or bool(gone)
        for quote in gone:
            quote.decompose()


def _is_answered(quote: LexborNode) -> bool:
    """Whether words stand below a quote within the box that a provider puts around all quotes."""
    inner = None if quote.tag == "blockquote" else quote.css_first("blockquote")
    while inner is not None and inner.mem_id != quote.mem_id:
        below = inner.next
        while below is not None:
            if below.tag != "blockquote" and (
                _speaks(below) or (below.is_element_node and below.text(strip=True))
            ):
                return True
            below = below.next
        inner = inner.parent
    return False


def _speaks(node: LexborNode) -> bool:
    """Whether a node is text that a reader sees."""
    parent = node.parent
    return bool(
        node.is_text_node
        and parent
        and parent.tag not in ("style", "script", "title")
        and (node.text_content or "").strip()
    )


def _cut_from(node: LexborNode) -> None:
    """Remove a node and all that follows it in the page."""
    above: LexborNode | None = node
    while above is not None and above.tag not in ("body", "html"):
        while above.next is not None:
            above.next.decompose()
        above = above.parent
    node.decompose()
