"""What shows nothing of the person, whosever it is: what stands in quotation marks or is handed over.

Whose words these are may not be said, and a command may need them (“send Ann: “I am late””), so they
are not somebody else's for all purposes, as those in `own.py`; but nobody is known by them. Where it
is unclear, they show nothing: what matters about somebody is said again.
"""

import re

from persona.compiled import compiled
from persona.memory.own import QUOTATION

MARKS = "\"“„«「'‘"
IN_SINGLE = (
    r"(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){2,1000}'(?!\w)|‘(?:[^’\n]|(?<=\w)’(?=\w)){2,1000}’(?!\w)"
)
SPEAKS = r"\b(?:i|i['’]\w+|we|we['’]\w+|me|my|our|us|you|your|please|always|never)\b"
"""Of a quotation with one of these in it, somebody speaks there; others are names and titles."""
TEXTS = (
    r"texts?|e?-?mails?|messages?|chats?|threads?|conversations?|notes?|letters?|reviews?|posts?|comments?"
    r"|poems?|songs?|lyrics|stor(?:y|ies)|articles?|ads?|adverts?|drafts?|essays?|tweets?|replies|reply"
    r"|paragraphs?|passages?|speech|statements?|quotes?|captions?|invitations?|sentences?|entry|entries"
    r"|transcripts?|interviews?|profiles?"
)
THIS_TIME = (
    r"day|week|weekend|month|year|morning|afternoon|evening|night|time|spring|summer|autumn|winter"
    r"|one"
)
GREETING = (
    r"(?:hi|hey|hello|dear|good|thanks|thank|ok|okay|hallo|guten|liebe[rs]?|bonjour|salut|hola)"
)
MINDED = "remember|note|know|mind|habit|rule|standard|default"
PLEASE, IT = r"(?:can|could|please|pls|would)", r"(?:it|this|that)"
POINTED = rf"{IT}\b(?! (?:{THIS_TIME})\b)"
ABOVE = "|".join(
    (
        rf"^.*\b(?:this|these|that|those|following|his|her|their)(?: \w+){{0,2}}? (?:{TEXTS})\b.*\n",
        rf"^.*\bth(?:is|ese)\b(?! (?:{THIS_TIME})\b).*\n",
        rf"^.*\b(?:{TEXTS})\b.*\b(?:below|attached|follows)\b.*\n",
        r"(?:^|[.!?] )(?![^\n.!?]*\b(?:i|my|me|we|our|us|remember|note)\b)[^\n.!?]*:[ \t]*\n",
        r"^[^\n:]{1,40}?(?:\n|,? )[(\[]?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?[)\]]?[ \t]*\n",
        r"^(?=(?P<who>[^\W\d_][\w .'’-]{0,30}): .*\n(?!(?P=who):)[^\W\d_][\w .'’-]{0,30}: )",
        r"^[*_~]{0,2}[^\W\d_][\w .'’*_~-]{0,30}[(\[][^)\]\n]*\d[^)\]\n]*[)\]][*_~]{0,2}:",
        r"^\[[^\]\n]{1,40}\][ \t]*\n",
        r"^(?:fwd?|forwarded|r/\w+)\b.*\n|^.*\bposted by\b.*\n|^[\d:,.]+ --> [\d:,.]+[ \t]*\n",
        r"^(?P<rule>[-=*_~#])(?P=rule)+.*\w.*(?P=rule){2}[ \t]*\n",
        rf"\A(?!{GREETING}\b.{{0,30}}\n).*[^\s.!,;\u2026][ \t]*\n[ \t]*\n",
        rf"^(?!.*\b(?:i|we|{MINDED})\b.*:)(?:.*\b(?:{TEXTS})\b[^\n:]{{0,40}}|from (?:the|a) \w+):",
        rf"^(?!.*\b(?:i|my|me|we|our|us|{MINDED})\b.*:)(?=.*\b{PLEASE}\b).*\b{POINTED}[^\n:]{{0,30}}:",
        rf"^(?:please,? )?(?!(?:i|we|keep|so|{MINDED})\b)\w+ {IT}\b(?!.*\b(?:i|we)\b.*:)[^\n:]{{0,40}}:",
    )
)
"""What stands below is handed over: below a line that speaks of a text or points at one, that ends with
a colon and does not say “I”, or tells a time at its end; behind a name with a time in brackets; where two
speak in turn; below a heading in brackets or between rules, the head of a forum's post or the times of a
subtitle, or a first paragraph of one line that is no greeting and no finished sentence; and behind a colon
after a text's name, or after a wish what to do with it."""


def of_self(text: str) -> str:
    """The text with `;` for each character that stands in such words; as long as it was."""
    if any(mark in text for mark in MARKS):
        speaks = compiled(SPEAKS, re.IGNORECASE)
        text = compiled(f"{QUOTATION}|{IN_SINGLE}").sub(
            lambda found: ";" * len(found[0]) if speaks.search(found[0]) else found[0], text
        )
    if "\n" not in text.strip() and ":" not in text:
        return text
    above = compiled(ABOVE, re.MULTILINE | re.IGNORECASE).search(text)
    return f"{text[: above.end()]:;<{len(text)}}" if above else text
