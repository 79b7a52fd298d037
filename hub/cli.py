"""The command line: `hub dev` runs the local stage; the rest looks at it or moves it."""

import os
import sqlite3
import sys
import tarfile
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import Progress

from hub import looks, stages
from hub import state as states
from hub.client import Client, consent_of, grants_of, graph_of, links_of, notes_of, table_of
from hub.evaluate import evaluations
from hub.mcp import servers
from hub.plans import list_of, plans
from hub.terminal import Json, console, dump, fail, tell
from persona.errors import Broken, Refused

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=__doc__,
    pretty_exceptions_show_locals=False,  # what is secret stands in them
)
app.add_typer(evaluations, name="eval")
app.add_typer(servers, name="mcp")
app.add_typer(plans, name="plan")
app.command()(stages.deploy)
app.command()(stages.template)
app.command()(stages.doctor)
app.command()(looks.likeness)
app.command()(looks.persona)


def _state() -> Path:
    return Path(os.environ.get("HUB_STATE", ".hub")).absolute()


@app.command()
def dev(json: Json = False) -> None:
    """Run the local stage in the foreground: HTTP, WebSocket and SMTP on loopback."""
    from hub.dev import serve

    try:
        serve(_state(), os.environ, console, as_json=json)
    except Broken as error:
        fail(error)


@app.command()
def backup(file: Path, json: Json = False) -> None:
    """Copy the whole state into FILE (.tar.gz), also while the hub runs."""
    try:
        copied = states.backup(_state(), file.absolute())
    except (Broken, OSError, EOFError, sqlite3.Error, tarfile.TarError) as error:
        fail(error)
        return
    told = (
        f"Kept in {file}, which opens only with the keys in {copied.name} beside it. Leave those "
        "there, so that an erasure reaches them, and treat them like the hub itself."
    )
    tell(told, {"file": str(file), "keys": str(copied)}, json)


@app.command()
def restore(file: Path, json: Json = False) -> None:
    """Put a backup back; what the folder held is moved aside."""
    try:
        aside = states.restore(file.absolute(), _state())
        from hub.again import settle

        gone = settle(_state(), os.environ)
    except (Broken, OSError, EOFError, sqlite3.Error, tarfile.TarError) as error:
        fail(error)
        return
    moved = f" What was there is in {aside}." if aside else ""
    again = ", ".join(f"{name} again: {number}" for name, number in gone.items() if number)
    told = f"Restored into {_state()}.{moved}" + (f" {again.capitalize()}." if again else "")
    tell(told, {"aside": str(aside) if aside else None, **gone}, json)


@app.command()
def say(
    text: str,
    name: Annotated[str, typer.Option(help="The web account that speaks.")] = "owner",
    json: Json = False,
) -> None:
    """Say something to the running hub as a web account and print the answer."""
    try:
        reply = Client(os.environ).say(name, text)
    except (Broken, OSError, EOFError, tarfile.TarError) as error:
        fail(error)
        return
    tell(reply, {"reply": reply}, json)


@app.command()
def link(
    code: Annotated[str, typer.Argument(help="What another surface of yours shows.")] = "",
    yes: Annotated[str, typer.Option(help="The number that the other surface shows.")] = "",
    not_me: Annotated[bool, typer.Option(help="End a link that you did not ask for.")] = False,
    name: Annotated[str, typer.Option(help="The web account to link.")] = "owner",
    json: Json = False,
) -> None:
    """Make a web account and another surface one person: without CODE, get one to say there.

    Waits for the other side and shows what happens; with --json, --yes or --not-me it says one
    thing and prints the answer.
    """
    words = f"yes {yes}" if yes else "not me" if not_me else f"link {code}".strip()
    if json or yes or not_me:
        say(words, name, json)
        return
    from hub.linking import link_here

    try:
        is_linked = link_here(Client(os.environ), name, words, console)
    except (Broken, OSError) as error:
        fail(error)
        return
    if not is_linked:
        raise typer.Exit(1)


@app.command()
def unlink(
    surface: Annotated[str, typer.Argument(help="A surface or an address; `me` for this one.")],
    name: Annotated[str, typer.Option(help="The web account that speaks.")] = "owner",
    json: Json = False,
) -> None:
    """Part a surface from the others again, at once."""
    say(f"unlink {surface}", name, json)


@app.command()
def timeline(
    name: Annotated[str, typer.Option(help="The web account whose conversation it is.")] = "owner",
    json: Json = False,
) -> None:
    """Print a person's conversation with the running hub, on all surfaces, and what goes on."""
    try:
        client = Client(os.environ)
        messages, planned = client.messages(name), [] if json else client.plans(name)
    except (Broken, OSError, EOFError, tarfile.TarError) as error:
        fail(error)
        return
    if json:
        print(dump(messages))
    else:
        console.print(table_of(messages))
        if planned:
            console.print("\nwhat goes on:", list_of(planned))


@app.command()
def person(
    address: Annotated[str, typer.Argument(help="`surface:id`, as in sms:+14155550101.")] = (
        "web:owner"
    ),
    ended: Annotated[bool, typer.Option(help="Show notes that hold no longer, too.")] = False,
    graph: Annotated[bool, typer.Option(help="Show what is believed, and by which words.")] = False,
    json: Json = False,
) -> None:
    """Show a person's links, each note with the words that it rests on, and their plans.

    With --graph what is believed of them instead; --json holds both.
    """
    try:
        found = Client(os.environ).person(address, ended=ended, graph=graph or json)
    except (Broken, OSError) as error:
        fail(error)
        return
    if json:
        print(dump(found))
    elif graph:
        console.print(graph_of(found))
    else:
        console.print(links_of(found))
        console.print(consent_of(found))
        console.print(notes_of(found))
        if found["plans"]:
            console.print(list_of(found["plans"]))


@app.command()
def grants(
    address: Annotated[str, typer.Argument(help="`surface:id`, as in sms:+14155550101.")] = (
        "web:owner"
    ),
    json: Json = False,
) -> None:
    """Show what the persona may do for a person without asking; `hub say "revoke 1"` ends one."""
    try:
        found = Client(os.environ).person(address)
    except (Broken, OSError) as error:
        fail(error)
        return
    shown = {name: found[name] for name in ("grants", "off", "halted")}
    if json:
        print(dump(shown))
    else:
        console.print(grants_of(found))


@app.command()
def dry_run(
    text: str,
    name: Annotated[str, typer.Option(help="The web account that speaks.")] = "owner",
    json: Json = False,
) -> None:
    """Say what the persona would do about TEXT, and why, without doing any of it."""
    say(f"dry run: {text}", name, json)


Only = Annotated[str, typer.Option(help="One capability; without it, everything.")]


@app.command()
def halt(capability: Only = "", json: Json = False) -> None:
    """Halt everything for everybody, or one capability, within seconds; also while the hub runs."""
    _move(capability, halted=True, as_json=json)


@app.command()
def start(capability: Only = "", json: Json = False) -> None:
    """Start again what `hub halt` halted; what came meanwhile is not done late."""
    _move(capability, halted=False, as_json=json)


def _move(capability: str, *, halted: bool, as_json: bool) -> None:
    from hub import halting

    try:
        facts = halting.move(_state(), os.environ, capability, halted=halted)
    except (Broken, OSError) as error:
        fail(error)
        return
    tell(halting.spoken(facts).capitalize() + ".", facts, as_json)


@app.command()
def ledger(
    person: Annotated[str, typer.Argument(help="surface:address, or a web account's name.")] = "",
    lane: Annotated[str, typer.Option(help="Of this lane alone.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Only verify.")] = False,
    json: Json = False,
) -> None:
    """Show what was wished, approved and done, and verify the hash-chained ledgers that say so."""
    from hub.client import effects_of
    from hub.inspect import verify_ledgers

    try:
        found = verify_ledgers(_state(), os.environ, person, lane, whole=not verify)
    except Broken as error:
        fail(error)
        return
    if found.get("effects") and not json:
        console.print(effects_of(found["effects"]))
    proven, left = len(found["receipts"]), sum(one["residue"] for one in found["receipts"])
    text = (
        f"{found['entries']} entries in {found['lanes']} lanes; broken: {found['broken'] or 'none'}; "
        f"{proven} forgettings proven, residue {left}"
    )
    lost = found.get("orphans", [])
    if "orphans" in found:
        text += f"; {len(found['certificates'])} persons erased"
        text += f"; effects without an intent, intents without an end: {'; '.join(lost) or 'none'}"
    tell(text, found, json)
    if found["broken"] or lost:
        raise typer.Exit(1)


@app.command()
def rebuild(json: Json = False) -> None:
    """Make recall's index anew from everything that was said; stop the hub first."""
    from hub.rebuild import rebuild as rebuild_index

    done, homes, turns = 0, 0, 0
    try:
        with Progress(console=console, transient=True, disable=json) as progress:
            bar = progress.add_task("packing", total=None)
            for done, homes, turns in rebuild_index(_state(), os.environ):
                shown = f"packing, {turns:,} turns"
                progress.update(bar, completed=done, total=homes, description=shown)
    except Broken as error:
        fail(error)
        return
    tell(
        f"{turns:,} turns packed; {done} of {homes} homes done.",
        {"homes": homes, "turns": turns},
        json,
    )


@app.command()
def export(
    person: Annotated[str, typer.Argument(help="surface:address, or the name of a web account.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; else it is printed.")] = None,
    json: Json = False,
) -> None:
    """Write everything kept about a person as JSON lines, with a manifest; also while it runs."""
    from hub.leaving import export as export_lines

    done = 0
    out = sys.stdout if file is None else _private(file)
    hides = json or file is None
    try:
        with Progress(console=console, transient=True, disable=hides) as progress:
            bar = progress.add_task("exporting", total=None)
            for line, most in export_lines(_state(), os.environ, person):
                out.write(line)
                done += 1
                progress.update(bar, completed=min(done, most), total=most)
    except (Broken, OSError) as error:
        fail(error)
    finally:
        if file is not None:
            out.close()
    if file is not None:
        tell(f"{done:,} lines in {file}.", {"file": str(file), "lines": done}, json)


def _private(file: Path) -> TextIO:
    """A new file that nobody else on this machine may read."""
    return open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")


@app.command()
def erase(
    address: Annotated[str, typer.Argument(help="surface:address, or the name of a web account.")],
    confirm: Annotated[str, typer.Option(help="The same once more, in place of typing it.")] = "",
    json: Json = False,
) -> None:
    """Erase a person and everything linked to them for good: rows, raw mails, keys."""
    from hub.leaving import erase as erase_now

    typed = confirm or typer.prompt(f"Nothing brings it back. Type {address} to erase it")
    if typed != address:
        fail(Broken("nothing was erased: what was typed is something else"))
    try:
        done = erase_now(_state(), os.environ, address)
    except (Broken, OSError, EOFError) as error:
        fail(error)
        return
    told = f"Erased: certificate {done.get('version')}, {done.get('hash')}."
    if "going_on" in done:
        told = "Erased here; shared places let go of the words as soon as the hub works."
    for path in done.get("copies_not_reached", []):
        told += f"\nThese keys could not be reached, destroy them by hand: {path}"
    tell(told, done, json)


@app.command()
def credential(
    capability: Annotated[str, typer.Argument(help="What it is for, such as calendar.")],
    url: Annotated[str, typer.Option(help="The server's address.")] = "",
    user: Annotated[str, typer.Option(help="Your name there.")] = "",
    name: Annotated[str, typer.Option(help="The web account whose credential it is.")] = "owner",
    forget: Annotated[bool, typer.Option(help="Forget the one that was given.")] = False,
    json: Json = False,
) -> None:
    """Give a capability a credential of your own, the password asked for here; stop the hub first."""
    from hub.credential import give

    try:
        given = None if forget else {"url": url, "user": user, "password": _password()}
        give(_state(), os.environ, capability, name, given)
    except (Broken, Refused) as error:
        fail(error)
        return
    done = "forgotten" if forget else "kept, sealed under your key"
    tell(f"The credential for {capability} is {done}.", {"capability": capability}, json)


def _password() -> str:
    """Asked without an echo; from a pipe, its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return typer.prompt("Password", hide_input=True)
