"""Linking from the terminal: says it for a web account, then shows what comes of it."""

from rich.console import Console
from rich.prompt import Prompt

from hub.client import Client, printable

LIFE = 1_200.0
"""Seconds: as long as a code may wait to be claimed, and then for its number."""
ASKED, WRONG = "asks to be you", "tries left"
LINKED = "Linked:"


def link_here(client: Client, name: str, words: str, console: Console) -> bool:
    """Says `link` or `link CODE`, waits for the other side; whether the two are one in the end.

    Raises Broken where no hub answers.
    """
    told = client.hear(name, LIFE)
    answer = client.say(name, words)
    _show(answer, console)
    with console.status("waiting for the other side (Ctrl+C to leave)") as status:
        for text in told:
            if text != answer:  # which was shown already
                _show(text, console)
            if text.startswith(LINKED):
                return True
            if ASKED in text or WRONG in text:
                status.stop()
                number = Prompt.ask("its number (empty: not me)", console=console).strip()
                client.say(name, f"yes {number}" if number else "not me")
                status.start()
            elif not _goes_on(text):
                return False
    return False


def _goes_on(text: str) -> bool:
    """Whether more is to come after this."""
    return "within 10 minutes" in text or "Your number is" in text


def _show(text: str, console: Console) -> None:
    console.print(printable(text), highlight=False, markup=False)
