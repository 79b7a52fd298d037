"""The habits of the keyboard: a closed list, each told in the words that follow "she".

They are what stylometry looks at beside words: casing, punctuation, length, smileys, small slips
that somebody always makes. None of them is about what is said.
"""

import re

from persona.compiled import compiled

UPPER, LOWER = "A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ", "a-zß-öø-ÿα-ωа-яё"
SHAPES = {
    "begins with a capital": rf"\A[{UPPER}]",
    "begins with a small letter": rf"\A[{LOWER}]",
    "begins with a digit": r"\A\d",
    "begins with a sign": r"\A[^\w\s]",
    "ends with a letter": r"[^\W\d_]\Z",
    "ends with a digit": r"\d\Z",
    "writes no capital at all": rf"\A[^{UPPER}]*[{LOWER}][^{UPPER}]*\Z",
    "writes words in capitals": rf"\b[{UPPER}]{{3,}}\b",
    "writes “i” small": r"\bi\b",
    "writes “I” large": r"\bI\b",
    "writes “i'm”, “i'll”, “i've” small": r"\bi['’]?(?:m|ll|ve|d)\b",
    "writes apostrophes inside words": r"\w['’]\w",
    "leaves out apostrophes": (
        r"(?i:\b(?:dont|cant|im|ive|thats|didnt|doesnt|wont|isnt|whats|lets|youre)\b)"
    ),
    "begins a later sentence with a capital": rf"[.!?] {{1,2}}[{UPPER}]",
    "begins a later sentence small": rf"[.!?] {{1,2}}[{LOWER}]",
    "puts two spaces after a sentence": r"[.!?] {2}\S",
    "puts two spaces elsewhere": r"[^.!?\s] {2}",
    "puts a space before a mark": r"\w [,?!.:;]",
    "puts no space after a comma": r",[^\W\d_]",
    "stretches letters": r"([^\W\d_])\1\1",
    "uses digits": r"\d",
    "writes more than one line": r"\n",
    "uses an emoji": r"[\U0001F300-\U0001FAFF\u2600-\u27BF]|(?<!\S):[a-z_+0-9]{2,}:",
    "uses “...”": r"\.{2,}",
    "uses “!!”": r"!{2,}",
    "uses “??”": r"\?{2,}",
    "uses “--”": r"(?<!-)--(?!-)",
}
SIGNS = tuple(". , ! ? ; : - ( ) \" ' / … – — * _ & + = ~ ^ % $ # @ < > | [ ] { } ’ “".split())
ENDS = tuple(". ? ! : ) , ; … \" '".split())
SMILEYS = tuple(":) :-) ;) ;-) :( :-( :/ :D :-D :P :p :o =) xD ^^ <3 \\o/ \\o o/ \\O".split())
LENGTHS = {
    1: "one word",
    3: "two or three words",
    7: "four to seven words",
    15: "eight to fifteen words",
    31: "sixteen to thirty-one words",
}
"""The most words of a message, and how its length is told."""
LONGEST = "thirty-two words or more"

HABITS = (
    *SHAPES,
    *(f"uses “{sign}”" for sign in SIGNS),
    *(f"ends with “{sign}”" for sign in ENDS),
    *(f"uses “{smiley}”" for smiley in SMILEYS),
    *(f"writes {told}" for told in (*LENGTHS.values(), LONGEST)),
)
"""All of them; a texture counts them by their places in this list."""
NUMBERS = {says: number for number, says in enumerate(HABITS)}

WORDS = re.compile(r"\w+")


ANY_SMILEY = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(SMILEYS, key=len, reverse=True)))})(?!\w)"
)


def habits_of(text: str) -> set[str]:
    """The habits that a message shows, as typed."""
    typed = text.strip()
    found = {says for says, shape in SHAPES.items() if compiled(shape).search(typed)}
    found |= {f"uses “{sign}”" for sign in set(typed).intersection(SIGNS)}
    found |= {f"uses “{smiley}”" for smiley in ANY_SMILEY.findall(typed)}
    if typed.endswith(ENDS):
        found.add(f"ends with “{typed[-1]}”")
    if length := sum(1 for _ in WORDS.finditer(typed)):
        found.add(f"writes {next((LENGTHS[most] for most in LENGTHS if length <= most), LONGEST)}")
    return found
