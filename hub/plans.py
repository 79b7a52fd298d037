"""A person's plans from the command line: shown as the page shows them, moved by the same words."""

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from hub.client import Client, printable
from hub.terminal import Json, console, dump, fail, tell
from persona.errors import Broken
from persona.schedule import near

plans = typer.Typer(no_args_is_help=True, help=__doc__)
Name = Annotated[str, typer.Option(help="The web account whose plans these are.")]
Number = Annotated[int, typer.Argument(help="What `hub plan list` shows first on the line.")]
MARKS = {"done": ("✓", "green"), "now": ("●", "cyan"), "to come": ("○", "dim")}
"""How a step's state looks; any other is one that did not come to what was hoped for."""
OTHER = ("✕", "red")
WAITS = {
    "yes": "waits for your yes",
    "answer": "waits for your answer",
    "done": "waits until you did it",
    "message": "waits for a message of yours",
    "outcome": "at work",
}
NOTHING = 'No plans. `hub plan make "remind me tomorrow at 17:45 to call Bob"` makes one.'


@plans.command("list")
def list_plans(
    person: Annotated[
        str, typer.Argument(help="`surface:id`, as in sms:+14155550101, or a web account.")
    ] = "owner",
    json: Json = False,
) -> None:
    """List a person's plans that are not over."""
    address = person if ":" in person else f"web:{person}"
    try:
        found: list[dict[str, Any]] = Client(os.environ).person(address)["plans"]
    except (Broken, OSError) as error:
        fail(error)
        return
    if json:
        print(dump(found))
    elif found:
        console.print(list_of(found))
    else:
        console.print(NOTHING, markup=False)


@plans.command()
def show(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Show one plan, with its steps and how far it has come."""
    try:
        plan = _plan(Client(os.environ).plans(name), number)
    except (Broken, OSError) as error:
        fail(error)
        return
    if json:
        print(dump(plan))
    else:
        console.print(list_of([plan]))
        console.print(steps_of(plan))


@plans.command()
def make(
    words: Annotated[str, typer.Argument(help="A sentence, or a file with goal and steps.")],
    name: Name = "owner",
    json: Json = False,
) -> None:
    """Make a plan of a sentence, or of a file: the goal on its first line, a step on each other.

    It is shown first; `hub plan start N` starts it. Ends with 1 where it was not understood.
    """
    client = Client(os.environ)
    try:
        before = {_key(one) for one in client.plans(name)}
        reply = client.say(name, _spoken(words))
        made = [one for one in client.plans(name) if _key(one) not in before]
    except (Broken, OSError, ValueError) as error:
        fail(error)
        return
    tell(reply, {"reply": reply, "plan": made[-1] if made else None}, json)
    if not made:
        raise typer.Exit(1)


@plans.command()
def start(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Start a plan that was shown."""
    _do("start", number, name, as_json=json)


@plans.command()
def pause(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Let a plan wait until it is resumed."""
    _do("pause", number, name, as_json=json)


@plans.command()
def resume(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Go on with a plan that is paused."""
    _do("resume", number, name, as_json=json)


@plans.command()
def skip(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Leave out the step that a plan stands at, or its next time."""
    _do("skip", number, name, as_json=json)


@plans.command()
def run(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Run a plan now, and at its own times as before."""
    _do("run", number, name, as_json=json)


@plans.command()
def done(number: Number, name: Name = "owner", json: Json = False) -> None:
    """Say that the step that is yours to do is done."""
    _do("done", number, name, as_json=json)


@plans.command()
def answer(number: Number, words: str, name: Name = "owner", json: Json = False) -> None:
    """Answer what a plan asks."""
    _do("answer", number, name, as_json=json, words=words)


@plans.command()
def change(number: Number, step: int, words: str, name: Name = "owner", json: Json = False) -> None:
    """Put other words in the place of a step."""
    _do("change", number, name, as_json=json, step=str(step), words=words)


@plans.command()
def cancel(number: Number, name: Name = "owner", json: Json = False) -> None:
    """End a plan."""
    _do("cancel", number, name, as_json=json)


def list_of(found: list[dict[str, Any]]) -> Table:
    """Plans as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "plan", "when", "steps", "state"):
        table.add_column(column)
    for plan in found:
        state = WAITS.get(str(plan["waits"]), str(plan["state"]))
        row = (str(plan["number"]), printable(plan["goal"]), _when(plan), _progress(plan), state)
        table.add_row(*map(Text, row))
    return table


def steps_of(plan: dict[str, Any]) -> Table:
    """A plan's steps as a table for the terminal: how each stands, and what it came to."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for step in plan["steps"]:
        mark, colour = MARKS.get(step["state"], OTHER)
        words = Text(printable(step["words"]), "bold" if step["state"] == "now" else "")
        came = f"“{step['came']}”" if step["quoted"] and step["came"] else step["came"]
        state = "" if step["state"] in MARKS else step["state"]
        told = ": ".join(filter(None, (state, " ".join(came.split()))))
        table.add_row(Text(mark, colour), str(step["number"]), words, Text(printable(told), "dim"))
    return table


def _when(plan: dict[str, Any]) -> str:
    at = near(plan["at"], time.time(), plan["zone"]) if plan["at"] is not None else ""
    return " · ".join(filter(None, (plan["rhythm"], at)))


def _progress(plan: dict[str, Any]) -> str:
    if plan["reminder"]:
        return ""
    past = sum(step["state"] not in ("now", "to come") for step in plan["steps"])
    return f"{past} of {len(plan['steps'])}"


def _do(verb: str, number: int, name: str, *, as_json: bool, **more: str) -> None:
    """Says the words that the plan gives for this, and tells what was answered."""
    client = Client(os.environ)
    try:
        plan = _plan(client.plans(name), number)
        if verb not in plan["can"]:
            can = ", ".join(plan["can"])
            raise Broken(f"plan {number} is {plan['state']}; what can be done with it now: {can}")
        reply = client.say(name, plan["can"][verb].format(**more))
        after = next((one for one in client.plans(name) if _key(one) == _key(plan)), None)
    except (Broken, OSError) as error:
        fail(error)
        return
    tell(reply, {"reply": reply, "plan": after}, as_json)


def _plan(found: list[dict[str, Any]], number: int) -> dict[str, Any]:
    plan = next((one for one in found if one["number"] == number), None)
    if plan is None:
        raise Broken(f"there is no plan {number}; `hub plan list` shows them")
    return plan


def _key(plan: dict[str, Any]) -> tuple[int, float]:
    """What a plan is known by while others come and go."""
    return plan["number"], plan["made"]


def _spoken(words: str) -> str:
    """What is said to make it: the words, or what stands in the file that they name."""
    text = words
    if "\n" not in words and len(words) < 250 and Path(words).is_file():
        text = Path(words).read_text("utf-8").strip()
    goal, _, steps = text.partition("\n")
    if not steps or goal.casefold().startswith("plan"):
        return text
    return f"plan: {goal}\n{steps}"
