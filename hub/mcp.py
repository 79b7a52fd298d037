"""Pinning what an MCP server offers, and looking whether it still does."""

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import typer

from capabilities.mcp import DECLARED
from capabilities.mcp.allowed import EFFECTS, read_servers, server_of
from capabilities.mcp.offer import Offer, Server
from persona.errors import Broken, Refused, Transient

servers = typer.Typer(no_args_is_help=True, help=__doc__)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def entry(server: Server, offer: Offer, effect: str, more: Mapping[str, Any] | None = None) -> str:
    """The TOML by which this one offer is allowed with this effect class."""
    said: dict[str, Any] = {"effect": effect, **(more or {})}
    said |= {"pin": offer.pin, "description": offer.description, "schema": json.dumps(offer.schema)}
    lines = [f"[servers.{server.name}.capabilities.{_text(offer.name)}]"]
    return (
        "\n".join([*lines, *(f"{name} = {_value(value)}" for name, value in said.items())]) + "\n"
    )


def heading(server: Server) -> str:
    """The TOML by which the server itself is declared."""
    where = {"url": server.url, "command": list(server.command), "secret": server.secret}
    lines = [f"{name} = {_value(value)}" for name, value in where.items() if value]
    return "\n".join([f"[servers.{server.name}]", *lines]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A TOML string: JSON's, but for the one control character that JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def changes(server: Server, pinned: Mapping[str, str], offered: Iterable[Offer]) -> list[str]:
    """A line for each pinned name that the server no longer offers in the same words."""
    now = {one.name: one.pin for one in offered}
    gone = [f"{server.name} {name}: no longer offered" for name in pinned if name not in now]
    other = [
        f"{server.name} {name}: changed"
        for name, pin in pinned.items()
        if name in now and now[name] != pin
    ]
    return gone + other


@servers.command()
def pin(
    name: Annotated[str, typer.Argument(help="What to call the server, or one declared already.")],
    url: Annotated[str, typer.Option(help="Where it is.")] = "",
    command: Annotated[str, typer.Option(help="A program of this machine, with arguments.")] = "",
    secret: Annotated[str, typer.Option(help="Name of the setting with its token.")] = "",
    json: Json = False,
) -> None:
    """Ask a server what it offers, and print what to put into the list to allow it."""
    known = tomllib.loads(DECLARED.read_text()).get("servers", {}).get(name)
    given = {"url": url, "command": command.split(), "secret": secret}
    try:
        server = server_of(name, known or given)
        offered = _offers(server)
    except (Broken, Refused, Transient) as error:
        raise _failed(error) from error
    if json:
        _print_json(
            [{"name": one.name, "about": one.description, "pin": one.pin} for one in offered]
        )
        return
    chosen = [(one, _ask_effect(one, typer.prompt)) for one in offered]
    entries = [entry(server, one, effect) for one, effect in chosen if effect != "no"]
    print("\n".join(entries if known else [heading(server), *entries]))


def _ask_effect(offer: Offer, prompt: Callable[..., Any]) -> str:
    """What a person says that it does; what the server says of itself counts for nothing."""
    typer.echo(f"{offer.name}: {' '.join(offer.description.split())}", err=True)
    answer = ""
    while answer not in (*EFFECTS, "no"):
        answer = str(prompt(f"  {' | '.join(EFFECTS)} | no", default="no", err=True)).strip()
    return answer


@servers.command()
def check(json: Json = False) -> None:
    """Say what declared servers no longer offer as it was pinned; exit 1 where anything differs."""
    text = DECLARED.read_text()
    try:
        read_servers(text)
        found: list[str] = []
        for name, given in tomllib.loads(text).get("servers", {}).items():
            server = server_of(name, given)
            pinned = {one: said["pin"] for one, said in given.get("capabilities", {}).items()}
            found += changes(server, pinned, _offers(server))
    except (Broken, Refused, Transient) as error:
        raise _failed(error) from error
    if json:
        _print_json(found)
    else:
        print("\n".join(found) or "Everything is as it was pinned.")
    if found:
        raise typer.Exit(1)


def _offers(server: Server) -> list[Offer]:
    from capabilities.mcp.talk import offers

    return offers(server, os.environ.get(server.secret, ""), "local")


def _failed(error: Exception) -> typer.Exit:
    typer.echo(f"hub: {error}", err=True)
    return typer.Exit(1)


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False))
