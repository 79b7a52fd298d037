"""The commands on a stage in AWS; what they need is loaded when they are called."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.terminal import Json, fail, tell
from persona.errors import Broken


def deploy(
    stage: Annotated[str, typer.Argument(help="What it is called: a-z and 0-9.")],
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes without asking.")] = False,
    destroy: Annotated[bool, typer.Option("--destroy", help="Delete it; its data stays.")] = False,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="With --destroy: its data too, for good.")
    ] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Functions of this machine's kind and Python.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring STAGE in AWS to what is here: checks, bundles, the changes shown, then made."""
    from hub import deploying

    if destroy:
        deploying.destroy(stage, yes=yes, with_data=with_data, as_json=json)
    elif with_data:
        fail(Broken("--with-data says what --destroy deletes too; alone it means nothing."))
    else:
        deploying.deploy(stage, yes=yes, here=here, as_json=json)


def template(json: Json = False) -> None:
    """Write the CloudFormation template from the declarations (with the development tools)."""
    from infra.template import write

    facts = write.write()
    tell("{path}: {resources} resources".format(**facts), facts, json)


def doctor(
    stage: Annotated[str, typer.Argument(help="A stage in AWS, to be deployed.")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask the stage what only a real one can show.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask without asking first.")] = False,
    json: Json = False,
) -> None:
    """Say what this machine and state are ready for, or what a stage in AWS still needs."""
    from hub import halting

    if live and not stage:
        fail(Broken("--live asks a stage in AWS: name it."))
    if stage:
        from hub import deploying

        if live:
            deploying.live(stage, yes=yes, as_json=json)
        else:
            deploying.check(stage, as_json=json)
        return
    state = Path(os.environ.get("HUB_STATE", ".hub")).absolute()
    free = shutil.disk_usage(state.parent).free // 2**20
    facts = {
        "python": sys.version.split()[0],
        "state": str(state),
        "state_exists": (state / "hub.db").exists(),
        "free_mb": free,
        "model": os.environ.get("HUB_MODEL", "reflex"),
        "halts": halting.spoken(halting.found(state)),
    }
    tell("\n".join(f"{name:<13}{value}" for name, value in facts.items()), facts, json)
