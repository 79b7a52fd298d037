"""`hub dev`: opens the state, starts the stage and the server, and says what to try."""

import os
import signal
import socket as sockets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hub import halting
from hub.client import printable
from hub.state import Lock, open_state, settings_here
from persona.decision import Act
from persona.errors import Broken
from persona.settings import Settings

PORT, SMTP_PORT = 8787, 2525
FAREWELL = 8.0
"""Seconds in which everything must have ended after SIGTERM; the contract gives ten."""


def serve(state: Path, env: Mapping[str, str], console: Console, *, as_json: bool) -> None:
    """Runs until SIGINT or SIGTERM. Raises Broken with one sentence where it cannot start."""
    port, smtp_port = _port(env, "HUB_PORT", PORT), _port(env, "HUB_SMTP_PORT", SMTP_PORT)
    settings = settings_here(env, f"http://127.0.0.1:{port}")
    lock = Lock(state)
    _check_free(port, "HUB_PORT")
    _check_free(smtp_port, "HUB_SMTP_PORT")
    os.environ.setdefault("HUB_LOG", str(state / "hub.log"))

    from functions._compose import compose  # after HUB_LOG, which the logger reads when it loads
    from hub.local import LocalPages
    from hub.server import application
    from hub.stage import Stage

    family = open_state(state, env)
    ports = compose(settings, family.ports(), show=partial(_show, console))
    stage = Stage(family, ports)
    pages = LocalPages(family, ports, stage)
    config = uvicorn.Config(
        application(ports, pages, smtp_port),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        ws_max_size=256 * 1024,
        timeout_graceful_shutdown=2,
    )
    _greet(console, settings, ports.identity.name, port, smtp_port, as_json)
    _warn(console, halting.read(ports.table), as_json)
    # uvicorn raises the signal again when it has shut down; unhandled, it would end us right there.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        stage.start()
        uvicorn.Server(config).run()
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        stage.stop(FAREWELL - 3.0)
        family.close()
        lock.release()


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise Broken(f"{name} must be a port number, not {text!r}.")
    return int(text)


def _check_free(port: int, name: str) -> None:
    with sockets.socket() as probe:
        probe.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Broken(f"port {port} is in use; set {name} to another one.") from error


def _greet(
    console: Console, settings: Settings, name: str, port: int, smtp_port: int, as_json: bool
) -> None:
    if as_json:
        print(f'{{"url": "http://127.0.0.1:{port}/", "smtp_port": {smtp_port}}}', flush=True)
        return
    url = f"http://127.0.0.1:{port}"
    table = Table.grid(padding=(0, 2))
    table.add_row("page and console", f"[bold]{url}/[/]")
    table.add_row("Slack", f"{settings.public_url}/slack/events")
    table.add_row("SMS, WhatsApp", f"{settings.public_url}/sms")
    table.add_row("email", f"{settings.email_address}, SMTP on 127.0.0.1:{smtp_port}")
    table.add_row("model", settings.model)
    table.add_row("", "")
    table.add_row("try", f"open {url}/ and say: remember my bike lock is 4812")
    table.add_row("", '.venv/bin/hub say "what is my bike lock?"')
    table.add_row("", '.venv/bin/hub say "what do you know about me"')
    console.print(Panel(table, title=f"{name} is listening", expand=False), highlight=False)


def _warn(console: Console, halts: Mapping[str, Any], as_json: bool) -> None:
    """Where something is halted, nothing else would say why nobody gets an answer."""
    if not as_json and (halts["halted"] or halts["capabilities"]):
        console.print(f"[bold red]{halting.spoken(halts).capitalize()}.[/]")


def _show(console: Console, act: Act) -> None:
    """What would have been sent: kept, because no provider is configured for this surface."""
    title = f"{act.function} to {act.address.id} (kept, not sent)"
    console.print(
        Panel(Text(printable(act.text)), title=Text(printable(title)), expand=False),
        highlight=False,
    )
