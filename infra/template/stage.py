"""What a stage is told, and what everything of it is called.

Every name begins with the stage's, so that an ARN can be spelled before what bears it is there and
no two resources wait for each other. `address` is the one place where a symbol of `infra/roles.py`
becomes an ARN; the proof reads the same, on a stage that is nowhere.
"""

from collections.abc import Mapping
from typing import Any

from troposphere import (
    And,
    Condition,
    Equals,
    If,
    Join,
    Not,
    Parameter,
    Ref,
    Select,
    Split,
    Sub,
    Template,
)

from infra.machine import NAME
from infra.template.settings import NO_MAIL, SETTINGS, Setting, parameter
from persona import catalog

PREFIX = "hub-${Stage}-"
HERE = "${AWS::Region}:${AWS::AccountId}"
PARTITION = "arn:${AWS::Partition}:"


ASKED: Mapping[str, Setting] = {
    "CodeBucket": Setting("", "The bucket that holds the bundles."),
    "Code": Setting("", "The folder of the bundles there, named by their contents."),
    "Settled": Setting("", "What all others amount to: another one publishes anew. Told by hub deploy."),
    "ModelArns": Setting("", "What may be asked on Bedrock: models and inference profiles, by ARN."),
    "AlarmAddress": Setting("", "A mail address that is told of alarms; empty: nobody is."),
    "MonthlyUsd": Setting("0", "What all may cost a month, told at 80 % and when foreseen; 0: untold."),
}  # fmt: skip


SETTLED = "Settled"


def published() -> Sub:
    """What tells one build of a function that is published from the next: its code, its settings.

    Said by the function and by its version alike. Lambda publishes nothing, and a deployment fails,
    where a version is asked for and the function is as it was; and what is not asked for goes on
    with the settings of before.
    """
    return Sub(f"${{Code}} ${{{SETTLED}}}")


def logical(*words: str) -> str:
    """A resource's name inside the template: `("act-send_email", "Role")` is `ActSendEmailRole`."""
    parts = "-".join(words).replace("_", "-").split("-")
    return "".join(part[:1].upper() + part[1:] for part in parts if part)


def named(rest: str) -> Sub:
    """What something is called in AWS; `rest` tells it from the stage's others."""
    return Sub(PREFIX + rest)


ADDRESSES: Mapping[str, str] = {
    "table": f"dynamodb:{HERE}:table/hub-${{Stage}}",
    "keys": f"dynamodb:{HERE}:table/{PREFIX}keys",
    "lanes": f"sqs:{HERE}:{PREFIX}lanes.fifo",
    "dead": f"sqs:{HERE}:{PREFIX}lanes-dead.fifo",
    "timers-dead": f"sqs:{HERE}:{PREFIX}timers-dead",
    "mail-dead": f"sqs:{HERE}:{PREFIX}mail-dead",
    "blobs": "s3:::hub-${Stage}-blobs-${AWS::AccountId}-${AWS::Region}",
    "schedules": f"scheduler:{HERE}:schedule/hub-${{Stage}}/*",
    "machine": f"states:{HERE}:stateMachine:{PREFIX}{NAME}",
    "executions": f"states:{HERE}:execution:{PREFIX}{NAME}:*",
    "sockets": f"execute-api:{HERE}:${{Sockets}}/live/POST/@connections/*",
    "receipts": f"ses:{HERE}:receipt-rule-set/hub-${{Stage}}:receipt-rule/mail",
}
FAMILIES: Mapping[str, str] = {
    "table": f"dynamodb:{HERE}:table/hub-${{Stage}}/",
    "blobs": "s3:::hub-${Stage}-blobs-${AWS::AccountId}-${AWS::Region}/",
    "secret": f"ssm:{HERE}:parameter/hub/${{Stage}}/",
    "function": f"lambda:{HERE}:function:{PREFIX}",
    "role": f"iam::${{AWS::AccountId}}:role/{PREFIX}",
    "logs": f"logs:{HERE}:log-group:/aws/lambda/{PREFIX}",
}
"""What stands before the rest of a symbol that has several words."""
WIDE: Mapping[str, str] = {
    "blobs": "whose homes' blobs they are only the process knows; see OwnBlobs of persona/acts/perform.py",
    "mail": "SES names a mail by its own id",
    "logs": "Lambda names a function's log streams",
    "schedules": "a schedule bears its plan's id",
    "executions": "an execution bears its plan's id and generation",
    "tokens": "AWS knows no resource for an answer with a token",
    "sockets": "API Gateway names connections",
    "doors": "which routes lead here the routes say",
    "master": "a key's own policy speaks of that key alone",
}
"""Why a `*` stands in an address; nowhere else in the template does one."""


def wide(*families: str) -> dict[str, Any]:
    """The reasons as a resource's own metadata, so that a review reads them where they hold."""
    return {"Wide": {family: WIDE[family] for family in families}}


def address(symbol: str) -> Any:
    """A symbol's ARN, as the template spells it. Raises KeyError for one that has none."""
    if symbol == "master":
        return Sub("${Master.Arn}")
    if symbol == "tokens":
        return "*"
    if symbol == "models":
        return Ref("ModelArns")
    if symbol == "guardrail":
        first = Select(0, Split(":", Ref("BedrockGuardrail")))
        return Sub(f"{PARTITION}bedrock:{HERE}:guardrail/${{Id}}", Id=first)
    return Sub(PARTITION + _spelled(symbol))


def _spelled(symbol: str) -> str:
    if symbol in ADDRESSES:
        return ADDRESSES[symbol]
    family, _, rest = symbol.partition("/")
    tail = ":log-stream:*" if family == "logs" else ""
    return FAMILIES[family] + rest + tail


def is_wide(symbol: str) -> bool:
    """Whether it stands for more than one thing."""
    if symbol in {"master", *MAYBE}:
        return False
    return symbol == "tokens" or _spelled(symbol).endswith("*")


MAYBE: Mapping[str, str] = {"models": "HasModels", "guardrail": "HasGuardrail"}
"""Symbols of what a stage may lack, and the condition under which it has it."""


def add_parameters(template: Template) -> None:
    """What a stage is asked, and the conditions that follow from it."""
    stage = {"AllowedPattern": "[a-z][a-z0-9]{0,11}", "Description": "What this hub is called."}
    template.add_parameter(Parameter("Stage", Type="String", **stage))
    for name, asked in ASKED.items():
        kind = "CommaDelimitedList" if name.endswith("Arns") else "String"
        default = {} if name.startswith("Code") else {"Default": asked.default}
        template.add_parameter(Parameter(name, Type=kind, Description=asked.about, **default))
    for name, choice in (
        ("Runtime", ["python3.13", "python3.12", "python3.11"]),
        ("Architecture", ["arm64", "x86_64"]),
    ):
        about = "That of the machine on which the bundles were built."
        template.add_parameter(
            Parameter(
                name, Type="String", Default=choice[0], AllowedValues=choice, Description=about
            )
        )
    for name, setting in SETTINGS.items():
        about = f"{setting.about} ({name})"
        template.add_parameter(
            Parameter(parameter(name), Type="String", Default=setting.default, Description=about)
        )
    for surface in with_secrets():
        about = (
            f"Whether {surface}'s credentials stand in SSM, so that something can be sent there."
        )
        template.add_parameter(
            Parameter(logical("has", surface), Type="String", Default="no",
                      AllowedValues=["yes", "no"], Description=about)
        )  # fmt: skip
    _add_conditions(template)


def _add_conditions(template: Template) -> None:
    for name, value, empty in (
        ("HasMail", Ref("EmailAddress"), NO_MAIL),
        ("HasPublicUrl", Ref("PublicUrl"), ""),
        ("HasModels", Join(",", Ref("ModelArns")), ""),
        ("HasGuardrail", Ref("BedrockGuardrail"), ""),
        ("HasAlarmAddress", Ref("AlarmAddress"), ""),
    ):
        template.add_condition(name, Not(Equals(value, empty)))
    costs = Not(Equals(Ref("MonthlyUsd"), "0"))
    template.add_condition("HasBudget", And(Condition("HasAlarmAddress"), costs))
    for surface in with_secrets():
        template.add_condition(
            f"Sends{logical(surface)}", Equals(Ref(logical("has", surface)), "yes")
        )


def with_secrets() -> dict[str, tuple[str, ...]]:
    """The surfaces whose vendor gives credentials, and what these are called."""
    return {one.name: one.secrets for one in catalog.surfaces().values() if one.secrets}


def public_url() -> If:
    """Where it is reached: as it was told, else the API's own address."""
    own = Sub("https://${Doors}.execute-api.${AWS::Region}.${AWS::URLSuffix}")
    return If("HasPublicUrl", Ref("PublicUrl"), own)
