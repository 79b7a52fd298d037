"""`make template`: puts the rooms together and writes `template.json`, whose changes a review sees.

The template is the same for every stage and every build: stage, settings and the folder of the
bundles are its parameters.
"""

import json
from functools import cache
from typing import Any

from troposphere import Template

from infra.template.alarms import add_alarms
from infra.template.data import add_data
from infra.template.doors import add_doors
from infra.template.functions import add_functions
from infra.template.lanes import add_lanes
from infra.template.mail import add_mail
from infra.template.plans import add_plans
from infra.template.settings import WRITTEN
from infra.template.stage import add_parameters

MOST_BYTES, MOST_RESOURCES = 1_000_000, 500
"""What CloudFormation takes of a template that lies in S3."""
MOST_WIDTH = 150
ROOMS = (
    add_parameters,
    add_data,
    add_lanes,
    add_functions,
    add_plans,
    add_doors,
    add_mail,
    add_alarms,
)


@cache
def template() -> dict[str, Any]:
    """As CloudFormation takes it; its order is the rooms', and each one's the catalog's."""
    made = Template(Description="Persona Hub: one persistent persona on many surfaces.")
    made.set_version()
    for add in ROOMS:
        add(made)
    return json.loads(made.to_json(sort_keys=False))


def spelled() -> str:
    """The template as it is kept: JSON in which whatever fits into a line stands in one."""
    return _lines(template(), 0) + "\n"


def _lines(told: Any, deep: int) -> str:
    line = json.dumps(told)
    if deep + len(line) <= MOST_WIDTH or not isinstance(told, dict | list):
        return line
    pad = " " * (deep + 1)
    if isinstance(told, list):
        return "[\n" + ",\n".join(pad + _lines(one, deep + 1) for one in told) + f"\n{' ' * deep}]"
    named = [f"{pad}{json.dumps(name)}: {_lines(one, deep + 1)}" for name, one in told.items()]
    return "{\n" + ",\n".join(named) + f"\n{' ' * deep}}}"


def write() -> dict[str, Any]:
    """Writes it where it is kept; says where, and how much there is."""
    text = spelled()
    WRITTEN.write_text(text)
    return {"path": str(WRITTEN), "resources": len(template()["Resources"]), "bytes": len(text)}
