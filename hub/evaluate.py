"""Speaks the evaluation scripts' JSON lines on stdin and stdout, through the product's own code."""

import json
import sys

import typer

evaluations = typer.Typer(no_args_is_help=True, help=__doc__)


@evaluations.callback()
def about() -> None:
    """Evaluate one ability of the hub."""


@evaluations.command()
def reply() -> None:
    """What did the writer newly say? `{"op": "text"|"html", …}` in, `{"reply": …}` out."""
    from surfaces.email.html import html_text
    from surfaces.email.reply import new_words

    for line in sys.stdin:
        asked = json.loads(line)
        page = asked.get("html")
        text = html_text(page)[0] if page is not None else asked["text"]
        print(json.dumps({"reply": new_words(text, page)}), flush=True)
