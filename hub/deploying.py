"""A stage in AWS from here: looked at, brought to what is here, or deleted, with every change shown first."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session
from rich.console import Console
from rich.progress import track

from hub.after import steps
from hub.deploy import Clients, Deployment, Place
from hub.ready import Check, checks
from hub.terminal import fail
from infra.packing import Packed, pack
from persona.errors import Broken

console = Console(stderr=True)
"""Progress; what a program may read goes to standard output."""


def deploy(stage: str, *, yes: bool, destroy: bool, as_json: bool) -> None:
    """Checks, bundles, the changes shown, then made. Exit code 1 where it was not done."""
    try:
        place = _place(stage, clients := _clients())
        made = Deployment(place, clients, console)
        facts = _destroy(made, yes=yes) if destroy else _deploy(made, clients, yes=yes)
    except (Broken, BotoCoreError, ClientError) as error:
        fail(error)
        return
    _tell(facts, as_json=as_json)


def check(stage: str, *, as_json: bool) -> None:
    """What `hub doctor STAGE` says: each check, and how to mend it. Exit code 1 without a needed one."""
    found = list(checks(stage, _clients()))
    if as_json:
        print(json.dumps([one._asdict() for one in found]))
    else:
        _show(found)
    if any(one.is_needed and not one.is_good for one in found):
        raise typer.Exit(1)


def _deploy(made: Deployment, clients: Clients, *, yes: bool) -> dict[str, Any]:
    found = list(checks(made.place.stage, clients))
    _show(found)
    if any(one.is_needed and not one.is_good for one in found):
        raise Broken("Nothing was changed.")
    with tempfile.TemporaryDirectory() as folder:
        packed = _packed(Path(folder))
        made.upload(packed)
    parameters = made.parameters(packed, os.environ, made.keep_secrets(os.environ))
    change_set = made.propose(packed, parameters)
    if not change_set:
        return {"changed": False, "code": packed.code}
    if not (yes or typer.confirm(f"Change {made.place.stack} in {made.place.region}?", err=True)):
        raise Broken("Nothing was changed.")
    outputs = made.execute(change_set)
    left = list(steps(made.place.stage, outputs, os.environ))
    return {"changed": True, "code": packed.code, "outputs": outputs, "left": left}


def _packed(folder: Path) -> Packed:
    from infra.bundles import build
    from infra.functions import deployed

    functions = list(deployed().values())
    built = track(functions, "Bundles", console=console, transient=True)
    return pack([build(one, folder) for one in built], folder)


def _destroy(made: Deployment, *, yes: bool) -> dict[str, Any]:
    if not (yes or typer.confirm(f"Delete {made.place.stack}, but for its data?", err=True)):
        raise Broken("Nothing was changed.")
    return {"deleted": made.place.stack, "kept": made.destroy()}


def _place(stage: str, clients: Clients) -> Place:
    """Raises Broken without a region, and for a name that no stage can have."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    if not region:
        raise Broken("AWS_REGION says nothing.")
    is_name = stage.isascii() and stage.isalnum() and stage.islower() and not stage[0].isdigit()
    if not is_name or len(stage) > 12:
        raise Broken("A stage's name is one to twelve of a-z and 0-9, the first a letter.")
    return Place(stage, region, clients("sts").get_caller_identity()["Account"])


def _clients() -> Clients:
    session = Session()
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    patient = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard"})
    made: dict[str, Any] = {}

    def get(api: str) -> Any:
        if api not in made:
            made[api] = session.create_client(api, region_name=region, config=patient)
        return made[api]

    return get


def _show(found: list[Check]) -> None:
    for one in found:
        mark = "ok  " if one.is_good else "FAIL" if one.is_needed else "look"
        fix = f"  {one.fix}" if not one.is_good else ""
        told = f"{mark} {one.name:<18}{one.told}{fix}"
        console.print(told, markup=False, highlight=False, soft_wrap=True)


def _tell(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts))
        return
    for line in facts.get("left", ()):
        print(line)
    if facts.get("changed") is False:
        print("Nothing to change.")
    for name in facts.get("kept", ()):
        print(f"kept: {name}")
