"""Every function with its roles, its log and its environment, and the clock that wakes the sweeper."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from troposphere import GetAtt, If, Join, NoValue, Ref, Sub, Template, awslambda, events, iam, logs

from backends.aws._shape import DEAD_SECONDS, LANE_SECONDS
from backends.aws.family import SETTINGS_OF
from infra.functions import Deployed, deployed
from infra.iam import Role, policy, trust
from infra.machine import ALIAS, ASKING_SECONDS
from infra.roles import ACTS, TURNS, roles, secrets_of
from infra.template.settings import SETTINGS, parameter
from infra.template.stage import (
    MAYBE,
    PREFIX,
    address,
    is_wide,
    logical,
    named,
    public_url,
    published,
    wide,
    with_secrets,
)
from persona.acts.outbox import LEASE

MARGIN = 60
"""Seconds for which a queue hides a message beyond its function's timeout."""
DOOR_SECONDS = 25
"""API Gateway waits 30."""
LOG_DAYS = 30


class Kind(NamedTuple):
    """How long a function of one entry point may take (s), and its memory (MB), which buys CPU."""

    seconds: int
    memory: int


CLAIMING = ACTS | {"functions.link"}
"""Entry points that hold an act by a lease."""
ACTING = Kind(int(LEASE) - 5, 512)
"""Ended before its lease is, so that nobody takes over from one that still works."""
KINDS: Mapping[str, Kind] = {
    "functions.ingress": Kind(DOOR_SECONDS, 512),
    "functions.socket": Kind(DOOR_SECONDS, 512),
    "functions.mail": Kind(60, 512),
    "functions.turn": Kind(LANE_SECONDS - MARGIN, 1024),
    "functions.undelivered": Kind(DEAD_SECONDS - MARGIN, 1024),
    "functions.erase": Kind(60, 512),
    "functions.plan": Kind(ASKING_SECONDS - 10, 512),
    "functions.sweep": Kind(55, 512),
    **dict.fromkeys(CLAIMING, ACTING),
}
PUBLISHED = "functions.plan"
"""Called by an alias of a version, so that what waits for days goes on by it."""
RUNG = CLAIMING | {f"functions.{name}" for name in ("erase", "plan", "socket", "sweep")}
"""Woken by a bell that may be lost and is rung again, so Lambda itself repeats nothing."""
MAIL_HOURS = 6
"""For which a mail that cannot be taken is tried, before it is a dead letter."""


def add_functions(template: Template) -> None:
    """All of them, by the listing of `infra/functions.py`."""
    for function in deployed().values():
        template.add_resource(_log(function))
        template.add_resource(_function(function))
        if function.entry in RUNG or function.entry == "functions.mail":
            template.add_resource(_invoked(function))
    for role in roles().values():
        template.add_resource(_role(role))
    _add_sweeping(template)


def _log(function: Deployed) -> logs.LogGroup:
    return logs.LogGroup(
        logical(function.name, "Log"),
        LogGroupName=Sub(f"/aws/lambda/{PREFIX}{function.name}"),
        RetentionInDays=LOG_DAYS,
    )


def _function(function: Deployed) -> awslambda.Function:
    kind = KINDS[function.entry]
    more: dict[str, Any] = {"RecursiveLoop": "Allow"} if function.entry in TURNS | ACTS else {}
    if function.entry == PUBLISHED:
        more["Description"] = published()
    return awslambda.Function(
        logical(function.name),
        FunctionName=named(function.name),
        Handler=function.handler,
        Runtime=Ref("Runtime"),
        Architectures=[Ref("Architecture")],
        Code=awslambda.Code(
            S3Bucket=Ref("CodeBucket"), S3Key=Sub(f"${{Code}}/{function.name}.zip")
        ),
        Role=GetAtt(logical(function.name, "Role"), "Arn"),
        Timeout=kind.seconds,
        MemorySize=kind.memory,
        Environment=awslambda.Environment(Variables=environment(function)),
        DependsOn=logical(function.name, "Log"),
        # An outcome leads to a turn and a turn to an act: a circle that the lane itself bounds.
        **more,
    )


def environment(function: Deployed) -> dict[str, Any]:
    """What its code reads: all settings, and of the family those of the parts that it asks for."""
    told: dict[str, Any] = {name: Ref(parameter(name)) for name in SETTINGS}
    told["HUB_PUBLIC_URL"] = public_url()
    told["HUB_SOCKETS_URL"] = Sub(
        "https://${Sockets}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"
    )
    told["HUB_METRICS"] = Sub("hub-${Stage}")
    own = {name for part in function.parts for name in SETTINGS_OF.get(part, ())}
    told |= {name: value for name, value in _of_family(function).items() if name in own}
    return told


def _of_family(function: Deployed) -> dict[str, Any]:
    worker = f"{function.name}-lane"
    lane = {"HUB_LANE_ROLE": address(f"role/{worker}")} if worker in roles() else {}
    return {
        "HUB_TABLE": Ref("Table"),
        "HUB_KEYS_TABLE": Ref("KeysTable"),
        "HUB_KMS_KEY": address("master"),
        "HUB_LANES_URL": Ref("Lanes"),
        "HUB_LANES_ARN": address("lanes"),
        "HUB_TIMERS_GROUP": Ref("Schedules"),
        "HUB_PLANS_MACHINE": Sub("${Arn}:" + ALIAS, Arn=address("machine")),
        "HUB_TIMERS_ROLE": address("role/timers"),
        "HUB_TIMERS_DLQ_ARN": address("timers-dead"),
        "HUB_FUNCTIONS_PREFIX": Sub(PREFIX),
        "HUB_BLOBS": Ref("Blobs"),
        "HUB_SECRETS_PATH": Sub("/hub/${Stage}"),
        "HUB_SECRETS": _together(secrets_of(function)),
        **lane,
    }


def _together(names: list[str]) -> Any:
    """Those of its credentials that one request fetches; a surface's where it is said to have them."""
    maybe = [
        If(f"Sends{logical(surface)}", ",".join(sorted({*secrets} & {*names})), "")
        for surface, secrets in with_secrets().items()
        if {*secrets} & {*names}
    ]
    of_surfaces = {name for secrets in with_secrets().values() for name in secrets}
    rest = [name for name in names if name not in of_surfaces]
    return Join(",", [*maybe, *rest]) if maybe else ",".join(rest)


def _invoked(function: Deployed) -> awslambda.EventInvokeConfig:
    """A ring is not repeated; a mail is, and lies among the dead letters when it could not be taken."""
    about: dict[str, Any] = {"MaximumRetryAttempts": 0}
    if function.entry not in RUNG:
        dead = awslambda.OnFailure(Destination=GetAtt("MailDead", "Arn"))
        about = {
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": MAIL_HOURS * 3600,
            "DestinationConfig": awslambda.DestinationConfig(OnFailure=dead),
        }
    return awslambda.EventInvokeConfig(
        logical(function.name, "Invoked"),
        FunctionName=Ref(logical(function.name)),
        Qualifier="$LATEST",
        **about,
    )


def _role(role: Role) -> iam.Role:
    """With its statements in it, so that one resource says all that may be done in its name."""
    more: dict[str, Any] = {"DependsOn": logical(role.trusted, "Role")} if role.tags else {}
    if _wide(role):
        more["Metadata"] = wide(*_wide(role))
    return iam.Role(
        logical(role.name, "Role"),
        RoleName=named(role.name),
        Description=_about(role),
        AssumeRolePolicyDocument=trust(role, address),
        Policies=[iam.Policy(PolicyName="declared", PolicyDocument=permissions(role))],
        **more,
    )


def _wide(role: Role) -> list[str]:
    """The families of its resources that are patterns."""
    symbols = {symbol for one in role.allowed for symbol in one.resources}
    return sorted({symbol.partition("/")[0] for symbol in symbols if is_wide(symbol)})


def _about(role: Role) -> str:
    if role.tags:
        return f"What {role.trusted} reaches of one lane at a time."
    return f"What {role.name} may do in its own name."


def permissions(role: Role) -> dict[str, Any]:
    """The role's policy; what a stage may lack is allowed where it has it."""
    said = policy(role, address)
    for number, one in enumerate(role.allowed):
        conditions = [MAYBE[symbol] for symbol in one.resources if symbol in MAYBE]
        if conditions:
            statement = said["Statement"][number]
            if one.resources == ("models",):
                statement["Resource"] = address("models")
            said["Statement"][number] = If(conditions[0], statement, NoValue)
    return said


def _add_sweeping(template: Template) -> None:
    sweep = GetAtt(logical("sweep"), "Arn")
    target = events.Target(
        Id="sweep", Arn=sweep, RetryPolicy=events.RetryPolicy(MaximumRetryAttempts=0)
    )
    template.add_resource(
        events.Rule(
            "EachMinute",
            Description="Wakes the net under every bell.",
            ScheduleExpression="rate(1 minute)",
            Targets=[target],
        )
    )
    template.add_resource(invoking("sweep", "events", GetAtt("EachMinute", "Arn")))


def invoking(function: str, by: str, source: Any, **more: Any) -> awslambda.Permission:
    """Lets an API of AWS call a function, for one source of ours."""
    return awslambda.Permission(
        logical(function, "From", by),
        FunctionName=GetAtt(logical(function), "Arn"),
        Action="lambda:InvokeFunction",
        Principal=f"{by}.amazonaws.com",
        SourceArn=source,
        **more,
    )
