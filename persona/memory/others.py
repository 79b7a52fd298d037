"""The signs by which others' words show in a message: quoted, forwarded, pasted, told as theirs."""

import re
from collections.abc import Iterator, Sequence

from persona.compiled import compiled
from persona.memory.own import LONG, MOST_READ, QUOTATION, Span

FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
QUOTED = re.compile(r"[ \t]{0,3}(?:\|[ \t]*)?>(?!=)")
TO_THE_END = re.compile(r"[ \t]{0,3}>>>")
FORWARD = re.compile(
    r"[ \t]*(?:[-_=*#>]{2,}\s*)?(?:begin(?:ning)?(?: of)? )?(?:"
    r"forwarded message|original message|forwarded from\b.*|forwarded by\b.*"
    r"|(?:urspr\u00fcngliche|weitergeleitete) nachricht|originalnachricht"
    r"|message (?:transf\u00e9r\u00e9|d['\u2019]origine|original)|d\u00e9but du message.*"
    r"|mensaje (?:reenviado|original)|mensagem (?:encaminhada|original)"
    r"|messaggio (?:inoltrato|originale)|doorgestuurd bericht|oorspronkelijk bericht"
    r"|vidarebefordrat meddelande|przekazana wiadomo\u015b\u0107|пересылаемое сообщение"
    r")\s*:?\s*[-_=*#<]*[ \t]*",
    re.IGNORECASE,
)
FIELDS = {
    "sender": "from|von|de|da|van|från|od|от кого",
    "other": "to|cc|sent|date|subject|an|datum|betreff|gesendet|à|objet|envoyé|para|asunto|fecha"
    "|enviado|assunto|a|oggetto|inviato|aan|onderwerp|till|ämne|do|temat|кому|тема|дата",
}
FIELD = re.compile(
    rf"[ \t*_]*(?:(?P<sender>{FIELDS['sender']})|(?P<other>{FIELDS['other']}))[ *_]*[:\uff1a][ *_]*\S",
    re.IGNORECASE,
)
WROTE = (
    r"(?:wrote|writes|said|says|texted|texts|replied|replies|answered|asked|emailed|e-mailed|mailed"
    r"|posted|tweeted|messaged|sent(?: me)?(?: this| that)?|told (?:me|us|him|her|them)|claims"
    r"|schrieb|schreibt|sagte|sagt|meinte|fragte|a écrit|écrit|écrivit|a dit|dit|disait|escribió"
    r"|escribe|dijo|dice|ha scritto|scrive|scrisse|ha detto|escreveu|escreve|disse|schreef|schrijft"
    r"|zei|skrev|skriver|sa|napisał|napisała|написал|написала|пишет|сказал|сказала)"
)
INTRODUCED = re.compile(
    rf"(?<=[\s>”\"',]){WROTE}\b(?P<between>[^.!?\n:\uff1a\"“„«「]{{0,40}})"
    r"(?:(?P<colon>[:\uff1a])|(?=[\"“„«「]))",
    re.IGNORECASE,
)
"""From the verb on: who it was stands before it, on the same line."""
MOST_NAMED = 80
"""Characters before a verb in which somebody is named."""
MOST_LINE = 400
"""Characters of a line that may introduce a quotation."""
MOST_TALK = 40
"""Lines of a talk that are looked through at once."""
ATTRIBUTION = re.compile(rf".*\d.*\b{WROTE}\b[^:\n]{{0,60}}[:\uff1a][ \t]*", re.IGNORECASE)
SAID_AFTER = re.compile(
    rf"[ \t]*,?[ \t]*(?:[\w'’.-]+[ \t]+){{0,3}}?{WROTE}\b(?:[ \t]+(?P<who>[\w'’.-]+))?",
    re.IGNORECASE,
)
SELF = frozenset(
    "i we i've we've i'd ich wir je j'ai nous yo nosotros io noi eu nós ik wij jag vi ja я мы".split()
)
REACTION = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted [^\n“\"]{1,20} to)"
    r"\s+(?P<words>[“\"].+[”\"])\s*",
    re.IGNORECASE | re.DOTALL,
)
"""What a telephone writes for a thumb under somebody's message."""
BETWEEN = frozenset("have had just already also then once always never told".split())
BLANKS = re.compile(r"[ \t]*")
HANDED = (
    r"(?:translate|proofread|spell-?check|rephrase|paraphrase|rewrite|reword|summari[sz]e|sum up|shorten"
    r"|correct (?:this|these|my|the)|make (?:it|this|that) (?:\w+ ){0,2}\w+"
    r"|what does (?:this|that|it) (?:mean|say))\b"
)
"""What is done with a text, whoever wrote it: it is no more said by the person than if it were pasted."""
HANDING = (
    rf"^[ \t]*(?:(?:please|pls|can|could|would|will|you|now|just|and|then|hi|hey|hello)\b[ \t,]*)*{HANDED}"
    r"[^:\uff1a\n.!?]{0,60}[:\uff1a]"
)
PASTING = re.compile(
    rf"\b(?:{HANDED}|pasted|pasting|copied|copy of|forwarding|fwd|see below|below is|quoting|quote|excerpt"
    r"|transcript|article|newsletter|(?:this|here)(?:'s| is)? (?:what|the (?:mail|email|message|text"
    r"|chat|thread|log|conversation|note)))\b[^\n]{0,80}[:\uff1a][ \t]*\Z",
    re.IGNORECASE,
)
STAMPED = re.compile(
    r"[ \t]*(?:\[[^\]\n]*\d{1,2}[:.]\d\d[^\]\n]*\][ \t]*(?:<?[\w .'’+-]{1,40}>?:)?"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?[ \t]+\d{1,2}[:.]\d\d[^\n]{0,12}?[ \t]+-[ \t]+[^:\n]{1,40}:"
    r"|\d{1,2}:\d\d(?::\d\d)?(?:[ \t]*[ap]m)?[ \t]+<?[^\W\d_][\w .'’-]{0,30}>?:"
    r"|<[\w .'’|-]{1,30}>[ \t]"
    r"|[^\W\d_][\w .'’-]{0,30}[,]?[ \t]*\[\d[^\]\n]*\d{1,2}:\d\d[^\]\n]*\]:?"
    r"|[^\W\d_][\w .'’-]{0,30}[ \t]{2,3}\d{1,2}:\d\d[ \t]*(?:[ap]m)?[ \t]*$)",
    re.IGNORECASE,
)
STAMPED_FOR_SURE = re.compile(
    r"[^\n]{0,40}\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?[ \t]+\d{1,2}[:.]\d\d"
    r"|[^\n]{1,40}\d:\d\d[ \t]*(?:[ap]m)?[ \t]*$",
    re.IGNORECASE,
)
"""With a date, or a name and a time alone on a line; of other stamps it takes two."""
SPEAKER = re.compile(
    r"[ \t]*[*_~]{0,2}(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2})[*_~]{0,2}"
    r"[:\uff1a][*_~]{0,2}[ \t]+\S"
)
SPOKEN = re.compile(
    r"\b(?:i|i'm|i’m|i'll|i've|you|we|my|your|me|ok|okay|yes|no|hi|hello|hey|thanks|sure|lol|ich|du"
    r"|wir|ja|nein|je|tu|oui|non|yo|tú|sí|io|si|eu|sim)\b|\?",
    re.IGNORECASE,
)
LOGGED = re.compile(
    r"[ \t]*\d{4}-\d\d-\d\d[T ]\d\d:\d\d|Traceback \(most recent call last\)|\tat [\w.$]+\("
)
SAYS_I = re.compile(r"\b(?:I|I['’]\w+|me|my|mine|we|our|us)\b")
ENGLISH = re.compile(r"\b(?:the|and|of|to)\b", re.IGNORECASE)


def spans(text: str) -> list[Span]:
    """The stretches of a message that are not its writer's own, in order and apart."""
    head = text[:MOST_READ]
    found = [*_fenced(head), *_blocks(head), *_introduced(head)]
    if len(text) > MOST_READ:
        found.append((MOST_READ, len(text)))
    return _merged(found)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > start:
            merged.append((start, end))
    return merged


def _fenced(text: str) -> Iterator[Span]:
    return (found.span() for found in FENCE.finditer(text))


def _blocks(text: str) -> Iterator[Span]:
    """Lines that stand apart: quoted, forwarded, introduced, logged, or talk between speakers."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    at = 0
    while at < len(lines):
        end = _block_end(lines, at)
        if end > at:
            yield starts[at], min(starts[end], len(text))
        at = max(end, at + 1)
    if starts[-1] > LONG:
        yield from _long(lines, starts, len(text))


def _block_end(lines: Sequence[str], at: int) -> int:
    """The line after the block of others' words that begins here; `at` where none does."""
    line, rest = lines[at], len(lines)
    if TO_THE_END.match(line) and not _is_quoted(lines, at - 1) and not _is_quoted(lines, at + 1):
        return rest
    if QUOTED.match(line):
        return at + 1
    if FORWARD.fullmatch(line) or _is_header(lines, at):
        return rest
    is_short = len(line) <= MOST_LINE
    if is_short and ATTRIBUTION.fullmatch(line) and not SAYS_I.match(line.lstrip()):
        return at + 1 if _is_quoted(lines, at + 1) else rest
    if at and lines[at - 1].strip() and PASTING.search(lines[at - 1][-MOST_LINE:]):
        return rest
    if (
        at > 1
        and line.strip()
        and not lines[at - 1].strip()
        and PASTING.search(lines[at - 2][-MOST_LINE:])
    ):
        return rest
    return max(_logged_end(lines, at), _talk_end(lines, at))


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    return 0 <= at < len(lines) and QUOTED.match(lines[at]) is not None


def _is_header(lines: Sequence[str], at: int) -> bool:
    """Copied header fields: a writer first, then two more or an address; a journey has no subject."""
    first = FIELD.match(lines[at])
    if first is None or not first["sender"]:
        return False
    below = [line for line in lines[at + 1 : at + 6] if FIELD.match(line)]
    is_mail = any("@" in line for line in lines[at : at + 6]) or len(below) > 2
    return bool(below) and is_mail


def _logged_end(lines: Sequence[str], at: int) -> int:
    """What a machine wrote: three lines or more with its stamps, or a traceback."""
    end = at
    while end < len(lines) and LOGGED.match(lines[end]):
        end += 1
    if lines[at].startswith("Traceback"):
        while end < len(lines) and lines[end].strip():
            end += 1
        return end
    return end if end - at >= 3 else at


def _talk_end(lines: Sequence[str], at: int) -> int:
    """A talk that was copied: stamped lines, or several speakers in turn."""
    if STAMPED.match(lines[at]):
        end = _paragraph_end(lines, at, STAMPED)
        stamped = sum(STAMPED.match(line) is not None for line in lines[at:end])
        return end if stamped > 1 or STAMPED_FOR_SURE.match(lines[at]) else at
    names: list[str] = []
    end, spoken = at, 0
    while end < min(len(lines), at + MOST_TALK) and lines[end].strip():
        found = SPEAKER.match(lines[end])
        if found is None and not names:
            return at
        if found is not None:
            names.append(found["name"].casefold())
            spoken += SPOKEN.search(lines[end][found.end("name") :]) is not None
        end += 1
    is_talk = len(set(names)) > 1 and spoken > 0 and (len(names) > 2 or spoken == len(names))
    return end if is_talk else at


def _paragraph_end(lines: Sequence[str], at: int, begins: re.Pattern[str]) -> int:
    """The end of lines that begin so, and of those that go on without a blank one between."""
    end = at
    for below in range(at, len(lines)):
        if begins.match(lines[below]) or (lines[below].strip() and below == end):
            end = below + 1
        elif lines[below].strip():
            break
    return end


def _long(lines: Sequence[str], starts: Sequence[int], length: int) -> Iterator[Span]:
    """Many lines of English prose in which nobody says "I": an article, a manual, a contract.

    A paragraph at the top or the end in which somebody does is the person's own comment on it.
    """
    runs = list(_paragraphs(lines))
    while runs and SAYS_I.search("\n".join(lines[slice(*runs[0])])):
        runs.pop(0)
    while runs and SAYS_I.search("\n".join(lines[slice(*runs[-1])])):
        runs.pop()
    if not runs or runs[-1][1] - runs[0][0] < 4:
        return
    first, end = runs[0][0], runs[-1][1]
    text = "\n".join(lines[first:end])
    if len(text) >= LONG and not SAYS_I.search(text) and len(ENGLISH.findall(text)) > 20:
        yield starts[first], min(starts[end], length)


def _paragraphs(lines: Sequence[str]) -> Iterator[Span]:
    begin = None
    for at, line in enumerate([*lines, ""]):
        if line.strip() and begin is None:
            begin = at
        elif not line.strip() and begin is not None:
            yield begin, at
            begin = None


def _introduced(text: str) -> Iterator[Span]:
    """What is told as another's: after "she wrote:", or between quotation marks with a "said"."""
    if reaction := REACTION.fullmatch(text):
        yield reaction.span("words")
    for found in INTRODUCED.finditer(text):
        named = text[max(0, found.start() - MOST_NAMED) : found.start()].rpartition("\n")[2]
        who = named.rpartition(",")[2] or named
        if not who.strip() or _is_self(who, last=2):
            continue
        if found["colon"]:
            yield _told(text, _after_blanks(text, found.end()))
        elif quotation := compiled(QUOTATION).match(text, found.end()):
            yield quotation.span()
    for found in compiled(HANDING, re.IGNORECASE | re.MULTILINE).finditer(text):
        yield _told(text, _after_blanks(text, found.end()))
    for quotation in compiled(QUOTATION).finditer(text):
        after = SAID_AFTER.match(text, quotation.end())
        if after and not _is_self(after[0], last=6):
            yield quotation.span()


def _after_blanks(text: str, at: int) -> int:
    blanks = BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _is_self(said: str, last: int) -> bool:
    """Whether one of the last so many words names the person; "Bob" in "I think Bob" is another."""
    words = [word.strip(",").casefold().replace("’", "'") for word in said.split()]
    return any(word in SELF for word in words[-last:] if words[-1] in SELF | BETWEEN or last > 2)


def _told(text: str, at: int) -> Span:
    """What follows "she wrote:": a quotation, else the line, else the paragraph under it."""
    quotation = compiled(QUOTATION).match(text, at)
    if quotation:
        return quotation.span()
    stop = "\n"
    while text[at : at + 1] == "\n":
        at, stop = at + 1, "\n\n"
    if QUOTED.match(text, at):  # it shows by itself where it ends
        return at, at
    end = text.find(stop, at)
    return at, len(text) if end < 0 else end
