"""What a message asks the persona for, of a few kinds: a closed list, read where a sentence opens.

Only an order or a question to the persona counts: who tells that they mailed somebody, or that
somebody reminded them, asks for nothing.
"""

import re

from persona.compiled import compiled

OPENING = (
    r"(?:^|[.!?;\n]\s*)(?:(?:please|pls|plz|hey|hi|hello|ok|okay|so|now|and|also|then|well|quick(?:ly)?|just)"
    r"\b[\s,!]*)*"
    r"(?:(?:can|could|would|will)\s+(?:you|u)\s+|(?:i\s+)?(?:need|want)\s+you\s+to\s+"
    r"|i(?:['’]d|\s+would)\s+like\s+you\s+to\s+)?(?:please\s+|pls\s+|kindly\s+|just\s+|quickly\s+)*"
)
GIVE = r"(?:send|write|draft|forward|prepare|compose)"
KEEP = (
    r"(?:save|keep|store|file|open|read|show|find|get|give|pull\s+up|look\s+up|look\s+into|list|delete"
    r"|bring|create|make|write|fetch|check)"
)
MOVE = (
    r"(?:add|put|move|cancel|delete|remove|drop|change|book|schedule|create|make|show|check|list|set\s+up|arrange"
    r"|look\s+at|read)"
)
NO_ORDER = (
    r"(?!(?:is|was|are|were|has|had|from|in|of|about|at|came|got|arrived|seems?|server|address(?:es)?"
    r"|box|me\s+(?:is|was)|to\s+me\s+(?:is|was))\b)"
)
SOME = r"\b[^.!?;\n]{0,80}?\b"
PAPERS = r"(?:documents?|docs?|files?|pdfs?|paper(?:s|work)?)\b"
DATES = r"(?:calendar|agenda|meetings?|appointments?|events?)\b"
KINDS = {
    "reminders": (
        r"(?:remind\s+(?:me|us)\b|wake\s+me\b|(?:set|make|create|add)(?:\s+me)?\s+(?:\w+\s+){0,2}?"
        r"reminders?\b)"
    ),
    "mails": rf"(?:e-?mail|mail)\s+{NO_ORDER}[^\s?]|{GIVE}{SOME}(?:e-?mails?|mails?)\b|{GIVE}{SOME}\S+@\w",
    "messages": (
        rf"(?:text|sms|message|dm|ping)\s+{NO_ORDER}[^\s?]|{GIVE}{SOME}(?:texts?|sms|messages?|dms?)\b"
    ),
    "documents": (
        rf"{KEEP}{SOME}{PAPERS}|(?:which|what)\s+{PAPERS}|(?:where(?:['’]s|\s+is|\s+are)"
        rf"|(?:do|have)\s+you\s+(?:have|got)|what(?:['’]s|\s+is|\s+does|\s+stands)){SOME}{PAPERS}"
    ),
    "dates": (
        rf"{MOVE}{SOME}{DATES}|(?:what|when|which)(?:['’]s|\s+is|\s+are|\s+do|\s+does)?{SOME}{DATES}"
        r"|(?:am|are)\s+(?:i|we)\s+(?:free|busy|booked)\b"
    ),
    "plans": r"plan\s*:|(?:make|start|begin|create)(?:\s+me)?\s+(?:a|the)\s+(?:\w+\s+)?plan\b",
}
"""Each kind as it is told, by how it is asked for; what a message asks for is the first of them."""
NAMED = (
    r"\b(?:remind|reminders?|wake|e-?mails?|mails?|texts?|sms|messages?|dms?|ping|doc\w*|files?|pdfs?"
    r"|paper\w*|calendar|agenda|meetings?|appointments?|events?|free|busy|booked|plan)\b|@"
)
"""Without any of these words nothing of all this is asked for."""
MOST_READ = 400


def asked_for(text: str) -> str:
    """What the person asks for in these words of their own, as `KINDS` names it; empty for nothing."""
    opening = text[:MOST_READ]
    if not compiled(NAMED, re.IGNORECASE).search(opening):
        return ""
    ways = (kind for kind, way in KINDS.items() if _asks(way).search(opening))
    return next(ways, "")


def _asks(way: str) -> re.Pattern[str]:
    return compiled(rf"{OPENING}(?:{way})", re.IGNORECASE)
