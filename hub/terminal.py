"""What every command prints, and how it ends where something is wrong."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.client import printable

console = Console()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def fail(error: Exception) -> None:
    """Says what is wrong on stderr, and ends with 1."""
    shown = printable(f"hub: {error}")
    Console(stderr=True).print(shown, highlight=False, soft_wrap=True, markup=False)
    raise typer.Exit(1)


def tell(text: str, facts: dict[str, Any], as_json: bool) -> None:
    """The words, or in their place the facts as one line of JSON."""
    if as_json:
        print(json.dumps(facts))
    else:
        console.print(printable(text), highlight=False, markup=False)


def dump(content: Any) -> str:
    """JSON to be read by people, too."""
    return json.dumps(content, ensure_ascii=False, indent=1)
