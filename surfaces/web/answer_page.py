"""The page behind a slip: what would be done, word for word, and two buttons; no script at all."""

from html import escape
from urllib.parse import urlencode

from persona.acts import questions, slips
from persona.acts.questions import Question
from persona.declare import Response
from persona.model import Address
from persona.settings import Settings

POLICY = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
NOT_ENOUGH = (
    "For this a link in a mail is not enough, since mails are passed on: it came from somewhere "
    "else than your own words. Answer the mail with the code that stands in it, or sign in on the "
    "page and press there."
)
STRONG = "This spends something, so it needs your passkey: sign in on the page and press there."
SHELL = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex, nofollow">
  <meta name="referrer" content="no-referrer">
  <title>{title}</title>
  <link rel="icon" href="/page/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/page/answer.css">
</head>
<body>
  <main>
    <img src="/page/icon.svg" width="48" height="48" alt="">
    <h1>{title}</h1>
{body}
  </main>
</body>
</html>
"""
ASKING = """    <p class="about">Asked of <strong>{address}</strong> by {persona}, {since} ago.</p>
    <blockquote dir="auto">{shown}</blockquote>
    <p>I ask because {reason}.</p>
    <form method="post" action="/answer">
      <input type="hidden" name="q" value="{slip}">
      {buttons}
    </form>
    <p class="quiet">{note}Nothing has been done by opening this page. Without an answer the question
    ends in {until}, and nothing is done. If you did not expect it, deny it.</p>"""
BUTTON = '<button name="answer" value="{value}" class="{look}">{label}</button>'


def asking(
    question: Question, address: Address, slip: str, persona: str, now: float, *, is_no: bool
) -> str:
    """The question with its buttons; `is_no` puts the one first that was pressed in the mail."""
    yes = BUTTON.format(value="approve", look="primary", label="Approve, exactly this")
    no = BUTTON.format(value="deny", look="plain", label="Deny")
    buttons = [yes, no] if question.own else [no]
    body = ASKING.format(
        address=escape(address.id),
        persona=escape(persona),
        since=_long(now - question.since),
        until=_long(question.until - now),
        shown=escape(question.wish.shown),
        reason=escape(question.wish.verdict.reason),
        slip=escape(slip),
        buttons="\n      ".join(reversed(buttons) if is_no else buttons),
        note="" if question.own else f"{escape(why_not(question))} ",
    )
    return SHELL.format(title="May I do this?", body=body)


def why_not(question: Question) -> str:
    """Why the possession of a mail does not approve this, and what does."""
    return STRONG if question.strong else NOT_ENOUGH


def taken(question: Question, slip: str) -> str:
    """After a press: it is under way, and told where answers go."""
    told = "I have taken down what you pressed. What comes of it is told by mail."
    query = urlencode({"q": slip})
    body = f"""    <blockquote dir="auto">{escape(question.wish.shown)}</blockquote>
    <p>{told}</p>
    <p><a href="{slips.PATH}?{escape(query)}">See how it stands</a></p>"""
    return SHELL.format(title="Taken down", body=body)


def over(question: Question, now: float) -> str:
    """What became of it."""
    state = "expired" if question.state == "open" else question.state
    ago = f"{_long(now - (question.closed or question.until))} ago"
    ended = " ".join(filter(None, (state, questions.through(question.by), ago)))
    body = f"""    <blockquote dir="auto">{escape(question.wish.shown)}</blockquote>
    <p>This question has had its answer: {escape(ended)}. Nothing more happens here.</p>"""
    return SHELL.format(title="This is over", body=body)


def trouble(reason: str) -> str:
    """What is wrong, in a sentence."""
    return SHELL.format(title="This does not work", body=f"    <p>{escape(reason)}</p>")


def _long(seconds: float) -> str:
    """So long, in one unit: this page knows nobody's time zone."""
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = round(seconds / length)
        if seconds >= length:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "a moment"


def see(slip: str, said: str = "") -> Response:
    """Sends the browser on to the page of the slip, so that going back presses nothing again."""
    query = urlencode({"q": slip, **({"said": said} if said else {})})
    return Response(303, b"", {"location": f"{slips.PATH}?{query}", **POLICY})


def respond(status: int, page: str, settings: Settings) -> Response:
    """The page under its policy."""
    is_https = settings.public_url.startswith("https://")
    hsts = {"strict-transport-security": "max-age=31536000"} if is_https else {}
    return Response(status, page.encode("utf-8", "replace"), {**POLICY, **hsts})
