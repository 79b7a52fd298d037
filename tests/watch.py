"""Every request that a story makes of AWS, held to the role of the function that makes it.

The entry points say which function it is, botocore's hook what it asks; the verdict is that of
the role's own policy. What no function asks (a test that looks at the rows) is not judged.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from backends.aws import _fence
from backends.aws._declared import action as named
from backends.aws._shape import KEY_OWNER
from functions import (
    act,
    capability,
    erase,
    handover,
    ingress,
    link,
    mail,
    plan,
    socket,
    sweep,
    turn,
    undelivered,
)  # fmt: skip
from infra.iam import Context, Role, may, policy
from infra.proof.stage import address
from infra.roles import roles
from persona.keys import Scope
from persona.ports import Ports
from tests.aws import GROUP, KEYS_TABLE, MACHINE, TABLE, world

Asked = tuple[str, str, Mapping[str, Any]]
"""An action, the symbol of a resource, and what is known of the request beside."""
LEADING = "dynamodb:LeadingKeys"
Opened = dict[str, tuple[float, bytes]]
"""An owner's key, and until when it is known."""


class Watch:
    """What was asked: (role, action, symbol, key kinds), and what no statement allows."""

    def __init__(self) -> None:
        self.function = ""
        self.asked: set[tuple[str, str, str, tuple[str, ...]]] = set()
        self.refused: list[str] = []
        self._opened: defaultdict[Any, defaultdict[str, Opened]] = defaultdict(
            lambda: defaultdict(dict)
        )
        """The keys that each function opened: what another did, it opens for itself."""

    def __call__(self, operation: str, service: str, params: Mapping[str, Any]) -> None:
        if not self.function:
            return
        scope = _fence._in_force.get()
        role, known = _role(self.function, scope), _tags(scope)
        for action, symbol, context in asks(service, operation, params):
            resource = f"role/{role.name}-lane" if symbol == "role/lane" else symbol
            if symbol == "role/lane" and resource.partition("/")[2] not in roles():
                continue  # one family plays all functions here, those without a lane's role too
            if symbol.startswith("function/act-") and symbol.partition("/")[2] not in roles():
                continue  # a capability of a test's own
            if _is_a_tests_own(context.get(LEADING, ())):
                continue
            kinds = tuple(sorted({_kind(one) for one in context.get(LEADING, ())}))
            self.asked.add((role.name, action, resource, kinds))
            whole: Context = {**known, **context}
            if not may(_policy(role.name), action, address(resource), whole):
                self.refused.append(f"{role.name}: {action} on {resource} {dict(context)}")

    def run_as(self, name: Callable[..., str], run: Callable[..., Any]) -> Callable[..., Any]:
        """An entry point that says whose requests follow."""

        @functools.wraps(run)
        def entered(*args: Any) -> Any:
            before, entered_as = self.function, name(*args)
            self.function = entered_as if entered_as in roles() else ""  # else a test's own
            keys = args[-1].keys
            if entered_as == "act-erase":  # what is destroyed is opened by nobody again
                keys._known.clear()
                self._opened.clear()
            held, keys._known = keys._known, self._opened[keys][entered_as]
            try:
                return run(*args)
            finally:
                self.function, keys._known = before, held

        return entered


def _is_a_tests_own(partitions: Iterable[str]) -> bool:
    """Whether these are acts of a capability that only a test declares."""
    named = [one.split("#") for one in partitions]
    return any(kind == "ACT" and f"act-{more[0]}" not in roles() for kind, *more in named if more)


@functools.cache
def _policy(name: str) -> dict[str, Any]:
    return policy(roles()[name], address)


def _role(function: str, scope: Scope | None) -> Role:
    worker = roles().get(f"{function}-lane") if scope else None
    return worker or roles()[function]


def _tags(scope: Scope | None) -> dict[str, str]:
    if scope is None:
        return {}
    homes = {f"aws:PrincipalTag/home{n}": home for n, home in enumerate(scope.homes, 1)}
    return {"aws:PrincipalTag/lane": scope.lane, **homes}


def _kind(key: str) -> str:
    """The kind of a partition or a key's owner."""
    separator = "#" if "#" in key else ":"
    return key.partition(separator)[0]


ENTRIES: tuple[tuple[Any, str, Callable[..., str]], ...] = (
    (turn, "run", lambda *_: "turn"),
    (mail, "run", lambda *_: "mail"),
    (sweep, "run", lambda *_: "sweep"),
    (undelivered, "run", lambda *_: "undelivered"),
    (socket, "run", lambda *_: "socket"),
    (socket, "push", lambda *_: "socket"),
    (act, "run", lambda event, _: f"act-{event['function']}"),
    (capability, "run", lambda event, _: f"act-{event['function']}"),
    (link, "run", lambda *_: "act-link"),
    (handover, "run", lambda *_: "act-handover"),
    (erase, "run", lambda *_: "act-erase"),
    (plan, "run", lambda *_: "plan"),
    (ingress, "run", lambda event, ports: _ingress(event, ports)),  # noqa: PLW0108 - defined below
)


def _ingress(event: dict[str, Any], ports: Ports) -> str:
    request = ingress._request(event)
    for surface in ports.surfaces.values():
        for part in (surface, *surface.parts):
            for method, path in part.routes:
                below = path.endswith("*") and request.path.startswith(path[:-1])
                if request.method == method and (request.path == path or below):
                    tail = "" if part is surface else f"-{part.name}"
                    return f"ingress-{surface.name}{tail}"
    return ""


@contextmanager
def watching() -> Generator[Watch]:
    """Watches all that is asked of AWS in here."""
    watch = Watch()
    patches = [
        patch.object(module, name, watch.run_as(of, getattr(module, name)))
        for module, name, of in ENTRIES
    ]
    for one in patches:
        one.start()
    world().watch = watch
    try:
        yield watch
    finally:
        world().watch = None
        for one in patches:
            one.stop()


# What a request asks, as IAM sees it


def asks(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    """Every action that AWS would look for in the policy."""
    match service:
        case "dynamodb":
            yield from _of_rows(operation, params)
        case "kms":
            owner = params["EncryptionContext"][KEY_OWNER]
            yield f"kms:{operation}", "master", {"kms:EncryptionContext:owner": owner}
        case "s3":
            at = f"/{params['Key']}" if "Key" in params else ""
            prefix = {"s3:prefix": params["Prefix"]} if "Prefix" in params else {}
            yield named("s3", operation), f"blobs{at}", prefix
        case "sqs":
            yield f"sqs:{operation}", "lanes", {}
        case "ssm":
            for name in params["Names"]:
                yield f"ssm:{operation}", f"secret/{name.rpartition('/')[2]}", {}
        case "lambda":
            name = params["FunctionName"].partition("-")[2]
            yield "lambda:InvokeFunction", f"function/{name}", {}
        case "sts":
            yield "sts:AssumeRole", "role/lane", {}
            yield "sts:TagSession", "role/lane", {}
        case "execute-api":
            yield "execute-api:ManageConnections", "sockets", {}
        case "states":
            yield from _of_plans(operation, params)
        case "scheduler":
            assert params["GroupName"] == GROUP
            yield f"scheduler:{operation}", "schedules", {}
            if "Target" in params:
                passed = {"iam:PassedToService": "scheduler.amazonaws.com"}
                yield "iam:PassRole", "role/timers", passed
        case _:
            raise AssertionError(f"{service} was asked for {operation}")


def _of_plans(operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    if operation == "StartExecution":
        known, _, alias = params["stateMachineArn"].rpartition(":")
        assert known == MACHINE
        yield f"states:{operation}", "machine", {"states:StateMachineQualifier": alias}
    else:
        yield f"states:{operation}", "executions" if "executionArn" in params else "tokens", {}


def _of_rows(operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            ((kind, write),) = item.items()
            yield _of_row(
                "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item", write
            )
    elif operation == "TransactGetItems":
        for item in params["TransactItems"]:
            yield _of_row("GetItem", item["Get"])
    elif operation == "BatchGetItem":
        for table, wanted in params["RequestItems"].items():
            leading = [_leading(key) for key in wanted["Keys"]]
            yield "dynamodb:BatchGetItem", _table(table), {LEADING: leading}
    elif operation == "Query" and "IndexName" in params:
        yield "dynamodb:Query", f"table/index/{params['IndexName']}", {}
    elif operation == "Query":
        partitions = [row.partition for row in _fence.READERS["Query"](params)]
        yield "dynamodb:Query", _table(params["TableName"]), {LEADING: partitions}
    else:
        yield _of_row(operation, params)


def _of_row(operation: str, params: Mapping[str, Any]) -> Asked:
    leading = [_leading(params.get("Key") or params["Item"])]
    return f"dynamodb:{operation}", _table(params["TableName"]), {LEADING: leading}


def _leading(key: Mapping[str, Any]) -> str:
    return (key.get(_fence.PARTITION) or key[KEY_OWNER])["S"]


def _table(name: str) -> str:
    return {TABLE: "table", KEYS_TABLE: "keys"}[name]
