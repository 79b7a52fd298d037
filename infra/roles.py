"""The role of every function, derived from the catalog and from what its code asks for.

A function that works a lane has two: its own, and one that it takes for one lane at a time, with
session tags that the policy turns into keys. What that second one reaches is a `Scope` of
`persona/keys.py` with IAM's variables in the place of lane and homes, so that the fence in the
process and the policy in AWS are one rule. No action is a pattern, and a variable never stands in
one: the lane `ANN*` would open Annie's rows.

Every condition on rows stands twice: `ForAllValues` is true where a request names no key at all,
so `Null` asks for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from backends.aws._shape import DUE_INDEX
from infra.functions import Deployed, deployed
from infra.iam import Allowed, Conditions, Role
from infra.machine import ALIAS
from infra.own_rows import OWNERS, ROWS, WRITES_TO, Owners, Rows
from persona import catalog
from persona.declare import Capability, Statement
from persona.keys import MOST_HOMES, Scope

LANE = "${aws:PrincipalTag/lane}"
HOMES = tuple(f"${{aws:PrincipalTag/home{n}, '-'}}" for n in range(1, MOST_HOMES + 1))
"""A person of fewer homes has no more tags; nothing stands in a home called `-`."""
TAGS = ("lane", *(f"home{n}" for n in range(1, MOST_HOMES + 1)))
LEADING = "dynamodb:LeadingKeys"
READS = tuple(
    f"dynamodb:{name}" for name in ("BatchGetItem", "ConditionCheckItem", "GetItem", "Query")
)
SETS = ("dynamodb:PutItem", "dynamodb:UpdateItem")
DELETES = ("dynamodb:DeleteItem",)
TURNS = frozenset({"functions.turn", "functions.undelivered"})
ACTS = frozenset(f"functions.{name}" for name in ("act", "capability", "handover", "likeness"))
"""Entry points that work one lane at a time."""
WAKES = "functions.plan"
"""Looks at the plans of one home at a time."""
LISTS = "s3:ListBucket"
QUEUES: Mapping[str, str] = {"functions.turn": "lanes", "functions.undelivered": "dead"}
"""Which queue Lambda receives from in a function's name."""


@cache
def roles() -> dict[str, Role]:
    """Every role by name: a function's bears its name, its lane's has `-lane` behind it."""
    made = [role for function in deployed().values() for role in _roles(function)]
    fires = Allowed(("sqs:SendMessage",), ("lanes", "timers-dead"))
    asks = Allowed(("lambda:InvokeFunction",), (f"function/plan:{ALIAS}",))
    beside = [Role("timers", "scheduler", (fires,)), Role("plans", "states", (asks,))]
    return {role.name: role for role in [*made, *beside]}


def _roles(function: Deployed) -> Iterable[Role]:
    worker = _worker(function)
    takes = (_takes(worker),) if worker else ()
    yield Role(function.name, "lambda", (*_of_process(function), *takes))
    if worker:
        yield worker


def _takes(worker: Role) -> Allowed:
    return Allowed(("sts:AssumeRole", "sts:TagSession"), (f"role/{worker.name}",))


def _worker(function: Deployed) -> Role | None:
    """The role in which a function works one lane; None for one that works none, or many at once."""
    scope = lane_scope(function, LANE, HOMES)
    if scope is None:
        return None
    tags = TAGS if scope.homes else TAGS[:1]
    return Role(f"{function.name}-lane", function.name, on_rows(scope), tags)


def lane_scope(function: Deployed, lane: str, homes: Sequence[str]) -> Scope | None:
    """What a function reaches while it works this lane."""
    if function.entry in TURNS:
        return Scope.of_turn(lane, homes, catalog.functions())
    if function.entry in ACTS:
        credential = next((one.credential for one in _carried(function)), "")
        return Scope.of_acts(lane, acts_of(function), credential)
    return Scope.of_plans(lane, homes) if function.entry == WAKES else None


def acts_of(function: Deployed) -> str:
    """Whose acts a function carries out, as they stand in the table."""
    return function.name.removeprefix("act-")


def on_rows(scope: Scope) -> tuple[Allowed, ...]:
    """The statements of a scope: one to read, one to write where there is anything to write."""
    written = scope.partitions - scope.read_only
    said = [_keyed(READS, sorted(scope.partitions))]
    said += [_keyed((*SETS, *DELETES), sorted(written))] if written else []
    return tuple(said)


def _keyed(
    actions: Sequence[str], partitions: Iterable[str], table: str = "table", like: bool = False
) -> Allowed:
    operator = f"ForAllValues:String{'Like' if like else 'Equals'}"
    when: Conditions = {operator: {LEADING: tuple(partitions)}, "Null": {LEADING: ("false",)}}
    return Allowed(tuple(sorted(actions)), (table,), when)


def _of_process(function: Deployed) -> Iterable[Allowed]:
    """What the function does in its own name: all but a lane's rows."""
    yield Allowed(("logs:CreateLogStream", "logs:PutLogEvents"), (f"logs/{function.name}",))
    yield from _on_own_rows(own_rows(function))
    yield from _on_keys(_owners(function))
    yield from _on_queues(function)
    yield from _on_functions(function)
    yield from _on_blobs(function)
    secrets = secrets_of(function)
    if secrets:
        yield Allowed(("ssm:GetParameters",), tuple(f"secret/{name}" for name in secrets))
    if "sockets" in function.parts:
        yield Allowed(("execute-api:ManageConnections",), ("sockets",))
    if "models" in function.parts:
        yield Allowed(("bedrock:InvokeModel",), ("models",))
        yield Allowed(("bedrock:ApplyGuardrail",), ("guardrail",))
    if "plans" in function.parts:
        yield from _on_plans(function)
    for one in _carried(function):
        for said in one.statements:
            yield from _stated(said)


def _on_plans(function: Deployed) -> Iterable[Allowed]:
    """What wakes plans; whoever erases a person only ends it.

    Executions begin by the alias of a published version alone. A token is a secret of one moment
    of one execution, and all that AWS asks for beside the action.
    """
    if function.entry != WAKES:
        yield Allowed(("scheduler:DeleteSchedule",), ("schedules",))
        yield Allowed(("states:StopExecution",), ("executions",))
        return
    names = ("Create", "Delete", "Update")
    yield Allowed(tuple(f"scheduler:{name}Schedule" for name in names), ("schedules",))
    passed = {"StringEquals": {"iam:PassedToService": ("scheduler.amazonaws.com",)}}
    yield Allowed(("iam:PassRole",), ("role/timers",), passed)
    by_alias = {"ForAnyValue:StringEquals": {"states:StateMachineQualifier": (ALIAS,)}}
    yield Allowed(("states:StartExecution",), ("machine",), by_alias)
    yield Allowed(("states:DescribeExecution", "states:StopExecution"), ("executions",))
    yield Allowed(("states:SendTaskHeartbeat", "states:SendTaskSuccess"), ("tokens",))


def _stated(said: Statement) -> Iterable[Allowed]:
    """A capability's own statement; to list blobs is asked of the bucket, for a prefix.

    Whose homes they are only the process knows: see `OwnBlobs` of `persona/acts/perform.py`.
    """
    actions = sorted({*said.actions} - {LISTS})
    resources = tuple(symbol.replace("{home}", "*") for symbol in said.resources)
    if actions:
        yield Allowed(tuple(actions), resources)
    if LISTS in said.actions:
        yield _listing(resources)


def _listing(resources: Iterable[str]) -> Allowed:
    prefixes = tuple(symbol.removeprefix("blobs/") for symbol in resources)
    return Allowed((LISTS,), ("blobs",), {"StringLike": {"s3:prefix": prefixes}})


def _carried(function: Deployed) -> list[Capability]:
    """The capabilities whose acts it carries out: one, or all of an MCP server's."""
    return [catalog.capabilities()[name] for name in function.carries]


def kin(function: Deployed) -> str:
    """Whose own rows these are: a message of a capability goes out as its surface's own do."""
    if not function.carries:
        return function.name
    carrier = _carried(function)[0].carried_by
    return f"act-{carrier}" if carrier else "act"


def own_rows(function: Deployed) -> Rows:
    """The rows that it reaches in its own name."""
    rows = ROWS.get(kin(function), Rows())
    if not any(one.carried_by for one in _carried(function)):
        return rows
    return replace(rows, read=f"{rows.read} {WRITES_TO.read}".strip())


def _on_own_rows(rows: Rows) -> Iterable[Allowed]:
    """Constant patterns: nothing that a person or a caller says stands in one."""
    for actions, patterns in ((READS, rows.read), (SETS, rows.put), (DELETES, rows.deleted)):
        if patterns:
            yield _keyed(actions, sorted(patterns.split()), like=True)
    if rows.is_finding_due:
        yield Allowed(("dynamodb:Query",), (f"table/index/{DUE_INDEX}",))


def _owners(function: Deployed) -> Owners:
    """A capability opens its lane's acts; the homes too where it seals what it keeps."""
    if not function.carries:
        return OWNERS.get(function.name, Owners())
    is_stating = any(one.statements for one in _carried(function))
    seals = {"seal", "unseal"} & function.parts and is_stating
    return Owners(read="home:* lane:*" if seals else "lane:*")


def _on_keys(owners: Owners) -> Iterable[Allowed]:
    """The wrapped keys by their owners, and what unwraps them, bound to the same owners."""
    context = "kms:EncryptionContext:owner"
    read, made = tuple(sorted(owners.read.split())), tuple(sorted(owners.made.split()))
    for actions, patterns in (
        (("dynamodb:GetItem",), (*read, *owners.buried.split())),
        (("dynamodb:PutItem",), (*made, *owners.destroyed.split())),
        (("dynamodb:UpdateItem",), owners.buried.split()),
        (("dynamodb:DeleteItem",), owners.unburied.split()),
    ):
        if patterns:
            yield _keyed(actions, sorted(set(patterns)), table="keys", like=True)
    if read:
        yield Allowed(("kms:Decrypt",), ("master",), {"StringLike": {context: read}})
    if made:
        yield Allowed(("kms:GenerateDataKey",), ("master",), {"StringLike": {context: made}})


def _on_queues(function: Deployed) -> Iterable[Allowed]:
    if "lanes" in function.parts:
        yield Allowed(("sqs:SendMessage",), ("lanes",))
    if function.entry == "functions.mail":  # where Lambda lays an invoke that failed each time
        yield Allowed(("sqs:SendMessage",), ("mail-dead",))
    queue = QUEUES.get(function.entry)
    if queue:
        names = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
        yield Allowed(tuple(f"sqs:{name}" for name in names), (queue,))


def _on_functions(function: Deployed) -> Iterable[Allowed]:
    """Whom the bell wakes: turns and the sweeper everyone who acts, the page's socket itself."""
    if "bell" not in function.parts:
        return
    acting = [one.name for one in deployed().values() if one.name.startswith("act-")]
    called = ["socket"] if function.name == "socket" else [*acting, "plan", "socket"]
    yield Allowed(("lambda:InvokeFunction",), tuple(f"function/{name}" for name in called))


BLOBS: Mapping[str, tuple[str, ...]] = {
    "functions.mail": ("s3:GetObject",),
    "functions.turn": ("s3:DeleteObject", "s3:GetObject"),
    "functions.undelivered": ("s3:DeleteObject", "s3:GetObject"),
    "functions.sweep": ("s3:DeleteObject", "s3:GetObject"),
    "functions.erase": ("s3:DeleteObject", "s3:GetObject"),
    "functions.ingress": ("s3:GetObject",),
}
"""What is done with raw mails; a capability says itself what it does with its own blobs."""
DOCUMENTS = frozenset({"functions.turn", "functions.sweep", "functions.erase", "functions.ingress"})
"""Who looks after documents too: they go with the words that saved them, and into an export."""


def _on_blobs(function: Deployed) -> Iterable[Allowed]:
    if "blobs" in function.parts and function.entry in BLOBS:
        held = ["blobs/mail/*", *(["blobs/documents/*"] if function.entry in DOCUMENTS else [])]
        yield Allowed(BLOBS[function.entry], tuple(held))
        # Without it S3 answers 403 for what is not there.
        yield _listing(held)


def secrets_of(function: Deployed) -> list[str]:
    """By name: those of the surfaces in its folder that it speaks for, and of its capability."""
    if "secrets" not in function.parts:
        return []
    if function.entry in TURNS:
        return ["OPENAI_API_KEY"]
    surfaces = [catalog.surfaces()[name] for name in function.surfaces]
    own = [name for one in _carried(function) for name in one.secrets]
    return sorted({*own, *(name for surface in surfaces for name in surface.secrets)})
