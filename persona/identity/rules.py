"""Is it still itself? What the persona said lately, held against its identity by rules.

Each rule stands for a construct, a pattern or the tone: what a reply would have to look like to
break it, as far as code can see. Rules find little and never err on the side of the persona: words
inside quotation marks are the person's own, and count for nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from persona.compiled import compiled
from persona.identity.load import Identity
from persona.model import Turn

QUOTED = r"(?m)“[^”]*”|\"[^\"\n]*\"|^>.*$"
REMEMBERS = (
    r"(?i)\b(?:as you (?:said|told|mentioned)|you (?:told me|once said|said (?:that|you)|mentioned)"
    r"|i remember (?:that )?you)\b"
)
FLATTERS = (
    r"(?i)\b(?:(?:great|excellent|wonderful|fantastic|brilliant|amazing) (?:question|idea|point|choice|job)"
    r"|what an? (?:great|excellent|wonderful|fantastic|brilliant|amazing)|you(?:'re| are) (?:so )?"
    r"(?:brilliant|amazing|wonderful|right to ask))\b"
)
DONE = (
    r"(?i)\bi(?:'ve| have) (?:just )?"
    r"(?:sent|texted|emailed|booked|ordered|scheduled|cancelled|deleted|paid)\b"
    r"|\bi(?:'ll| will) (?:text|email|remind|message|book|order|pay|call|phone|visit|meet)\b"
)
BODY = r"(?i)\bi(?:'ll| will) (?:come over|drive|pick you up|be there|visit|meet you|hug)\b"
NAMED = r"\b(?i:my name is|i am called|call me) (?P<name>[A-Z]\w+)"
OTHER = (
    r"(?i)\bi(?:'m| am) (?:an? )?(?:human(?: being)?|real person|(?:large )?language model|chatbot|chatgpt"
    r"|claude|gemini|gpt\S*|ai (?:assistant|language model))\b"
    r"|\bas an? (?:ai|language model)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One reply without quotations, the words that it answers, and what the turn had to rest on."""

    reply: str
    whole: str
    asked: str
    has_evidence: bool
    has_acts: bool


def said_in(turn: Turn) -> Said | None:
    """What the persona said in a turn; None where it said nothing."""
    reply = turn.persona_text()
    if not reply.strip():
        return None
    return Said(
        reply=compiled(QUOTED).sub(" ", reply),
        whole=reply,
        asked=turn.person_text(),
        has_evidence=bool(turn.recalled),
        has_acts=bool(turn.acts) or turn.kept,
    )


def _is_invented(said: Said, identity: Identity) -> bool:
    return bool(compiled(REMEMBERS).search(said.reply)) and not (
        said.has_evidence and said.whole != said.reply
    )


def _asks_first(said: Said, identity: Identity) -> bool:
    """A question of its own, and only behind it what the person had asked for."""
    sentences = [one for one in re.split(r"(?<=[.?!])\s+", said.reply.strip()) if one]
    if len(sentences) < 2 or "?" not in said.asked:
        return False
    return sentences[0].endswith("?") and not sentences[-1].endswith("?")


def _exclaims(said: Said, identity: Identity) -> bool:
    return "no exclamation marks" in identity.style.tone and "!" in said.reply


def _flatters(said: Said, identity: Identity) -> bool:
    return "no flattery" in identity.style.tone and bool(compiled(FLATTERS).search(said.reply))


def _overpromises(said: Said, identity: Identity) -> bool:
    is_done = bool(compiled(DONE).search(said.reply)) and not said.has_acts
    return is_done or bool(compiled(BODY).search(said.reply))


def _is_another(said: Said, identity: Identity) -> bool:
    names = {match["name"] for match in compiled(NAMED).finditer(said.reply)}
    return bool(names - {identity.name}) or bool(compiled(OTHER).search(said.reply))


RULES: Mapping[str, Callable[[Said, Identity], bool]] = {
    "certain without a quotation": _is_invented,
    "asked before it answered": _asks_first,
    "promised what it cannot do": _overpromises,
    "flattered": _flatters,
    "exclaimed": _exclaims,
    "was somebody else": _is_another,
}
"""What a reply may break, as it is told; each is false for a reply that keeps to the identity."""


def broken(said: Said, identity: Identity) -> list[str]:
    """The rules that one reply breaks."""
    return [name for name, is_broken in RULES.items() if is_broken(said, identity)]
