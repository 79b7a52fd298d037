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
from rich.table import Table

from hub.after import steps
from hub.deploy import Clients, Deployment, Place
from hub.kept import delete, find
from hub.live import PROBES, Seen, look
from hub.mailing import domain_of, tokens
from hub.ready import Check, checks
from hub.scene import Scene, under
from hub.terminal import fail
from infra.packing import Packed, pack
from persona.errors import Broken

console = Console(stderr=True)
"""Progress; what a program may read goes to standard output."""


def deploy(stage: str, *, yes: bool, here: bool, as_json: bool) -> None:
    """Checks, bundles, the changes shown, then made. Exit code 1 where it was not done.

    `here`: the bundles are of this machine's kind and Python, not of arm64 and Python 3.13.
    """
    try:
        place = _place(stage, clients := _clients())
        facts = _deploy(Deployment(place, clients, console), clients, yes=yes, here=here)
    except (Broken, BotoCoreError, ClientError) as error:
        fail(error)
        return
    _tell(facts, as_json=as_json)


def destroy(stage: str, *, yes: bool, with_data: bool, as_json: bool) -> None:
    """Deletes a stage, and where that is said its data. Exit code 1 where it was not done."""
    try:
        place = _place(stage, clients := _clients())
        made = Deployment(place, clients, console)
        facts = _destroy(made, clients, yes=yes, with_data=with_data)
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


def live(stage: str, *, yes: bool, as_json: bool) -> None:
    """What `hub doctor STAGE --live` says: each probe told first, then asked. Exit code 1 for a surprise."""
    try:
        place = _place(stage, clients := _clients())
        if not as_json:
            console.print(planned())
        cents = sum(one.usd for one in PROBES) * 100
        _confirm(f"Ask all of it of {place.stack}, for less than {cents + 1:.0f} cent?", yes=yes)
        with Scene(place, clients, under(place.region)) as scene:
            found = [_seen(one, as_json=as_json) for one in look(scene)]
    except (Broken, BotoCoreError, ClientError) as error:
        fail(error)
        return
    if as_json:
        print(json.dumps({"seen": [one._asdict() for one in found], "left": scene.left}))
    for one in scene.left:
        console.print(f"left behind: {one}", markup=False, highlight=False)
    if scene.left or not all(one.is_good for one in found):
        raise typer.Exit(1)


def planned() -> Table:
    """What would be asked, what it shows, and what it makes for a while."""
    shown = Table("", "does", "shows", "makes", show_lines=True)
    for one in PROBES:
        shown.add_row(one.name, one.does, one.shows, one.makes)
    return shown


def _seen(one: Seen, *, as_json: bool) -> Seen:
    if not as_json:
        mark = "ok  " if one.is_good else "look"
        console.print(f"{mark} {one.name:<13}{one.told}", markup=False, highlight=False)
    return one


def _deploy(made: Deployment, clients: Clients, *, yes: bool, here: bool) -> dict[str, Any]:
    found = list(checks(made.place.stage, clients))
    _show(found)
    if any(one.is_needed and not one.is_good for one in found):
        raise Broken("Nothing was changed.")
    _take_over(made, clients, yes=yes)
    with tempfile.TemporaryDirectory() as folder:
        packed = _packed(Path(folder), here=here)
        made.upload(packed)
    parameters = made.parameters(packed, os.environ, made.secrets(os.environ))
    change_set = made.propose(packed, parameters)
    if not change_set:
        made.keep_secrets(os.environ)
        return {"changed": False, "code": packed.code}
    domain = domain_of(os.environ)
    if domain:
        console.print(f"+ an identity in SES for {domain}, where there is none", highlight=False)
    try:
        _confirm(f"Change {made.place.stack} in {made.place.region}?", yes=yes)
    except (Broken, typer.Abort):
        made.withdraw(change_set)
        raise
    made.keep_secrets(os.environ)
    outputs = made.execute(change_set)
    proofs = tokens(domain, clients) if domain else []
    left = list(steps(made.place.stage, outputs, os.environ, proofs))
    return {"changed": True, "code": packed.code, "outputs": outputs, "left": left}


def _confirm(question: str, *, yes: bool) -> None:
    if not (yes or typer.confirm(question, err=True)):
        raise Broken("Nothing was changed.")


def _take_over(made: Deployment, clients: Clients, *, yes: bool) -> None:
    """What an earlier stage of this name left is taken over, since nothing could be made in its place."""
    left = {} if made.is_standing() else find(made.place, clients)
    if left:
        names = ", ".join(next(iter(one.values())) for one in left.values())
        console.print(f"There is data of an earlier {made.place.stack}: {names}", highlight=False)
        _confirm("Take it over?", yes=yes)
        made.adopt(left)


def _packed(folder: Path, *, here: bool) -> Packed:
    from infra.bundles import HERE, build, of_lambda
    from infra.functions import deployed

    functions = list(deployed().values())
    with console.status("Fetching the locked wheels for Lambda's machine"):
        target = HERE if here else of_lambda(functions)
    built = track(functions, "Bundles", console=console, transient=True)
    return pack([build(one, folder, target) for one in built], folder)


def _destroy(made: Deployment, clients: Clients, *, yes: bool, with_data: bool) -> dict[str, Any]:
    """`--yes` alone never deletes data: its name has to be typed."""
    stack = made.place.stack
    if with_data:
        typed = typer.prompt(f"Nothing brings its data back. Type {stack} to delete both", err=True)
        if typed != stack:
            raise Broken("Nothing was changed.")
    else:
        _confirm(f"Delete {stack}, but for its data?", yes=yes)
    kept = made.destroy() if made.is_standing() else []
    if not with_data:
        return {"deleted": stack, "kept": kept}
    return {"deleted": stack, "erased": delete(find(made.place, clients), made.place, clients)}


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
    for word in ("kept", "erased"):
        for name in facts.get(word, ()):
            print(f"{word}: {name}")
