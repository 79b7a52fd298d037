"""The commands on a stage in AWS; what they need is loaded when they are called."""

from typing import Annotated

import typer

from hub.terminal import Json, tell


def deploy(
    stage: Annotated[str, typer.Argument(help="What it is called: a-z and 0-9.")],
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes without asking.")] = False,
    destroy: Annotated[bool, typer.Option("--destroy", help="Delete it; its data stays.")] = False,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="With --destroy: its data too, for good.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring STAGE in AWS to what is here: checks, bundles, the changes shown, then made."""
    from hub import deploying

    deploying.deploy(stage, yes=yes, destroy=destroy, with_data=with_data, as_json=json)


def template(json: Json = False) -> None:
    """Write the CloudFormation template from the declarations (with the development tools)."""
    from infra.template import write

    facts = write.write()
    tell("{path}: {resources} resources".format(**facts), facts, json)
