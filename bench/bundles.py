"""G1, G2, G3 and G12: what ships, how large it is, and what a cold start of it costs.

A cold start here is a new process in isolated mode with the bundle alone on its path (the floors
with the locked environment's site-packages), from its beginning to its end: it loads the handler
and makes what a first invocation makes, ports and clients, without a request. `imports` loads the
handler alone, of every function. `first` are whole first invocations, requests to an AWS on loopback
included. Both are shown and have no limit.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import cold, served
from infra.bundles import MB, Bundle, build
from infra.functions import Deployed, deployed

ISOLATED = [sys.executable, "-I", "-S", "-c"]
ONE, THREE = "python + boto3, one client", "python + boto3, three clients"
ONLY_SLACK = frozenset({"asyncio", "boto3"})
HEAVY = frozenset({"pydantic", "nacl", "snowballstemmer", "models"}) | ONLY_SLACK
FRAMEWORKS = frozenset({"pydantic_ai", "strands", "langchain", "langgraph"})
NOWHERE = frozenset({"aws_xray_sdk"}) | FRAMEWORKS
SOCKETS = ("apigatewaymanagementapi", served.MACHINE["HUB_SOCKETS_URL"])


@dataclass(frozen=True, slots=True)
class First:
    """What the first message through a function makes: parts of its ports, clients, and more."""

    parts: tuple[str, ...]
    clients: tuple[tuple[str, str], ...]
    more: str = ""
    floor: str = ONE
    limit: float = 0.95


INGRESS = (("dynamodb", ""), ("sqs", ""))
FIRSTS: Mapping[str, First] = {
    "ingress-slack": First(
        ("surfaces", "table", "lanes", "secrets"),
        INGRESS,
        "from slack_bolt.adapter.aws_lambda import SlackRequestHandler\n"
        "from surfaces.slack import _app\n"
        "SlackRequestHandler(_app('secret'))",
        limit=1.30,
    ),
    "ingress-sms": First(
        ("surfaces", "table", "lanes", "secrets"),
        INGRESS,
        "import multidict, phonenumbers, twilio.request_validator",
    ),
    "ingress-web": First(("surfaces", "table", "lanes"), INGRESS),
    "mail": First(
        ("surfaces", "table", "lanes", "blobs"),
        (*INGRESS, ("s3", "")),
        "import surfaces.email.mime",
    ),
    "socket": First(("table", "sockets"), (("dynamodb", ""), SOCKETS)),
    "turn": First(
        ("surfaces", "identity", "indexes", "capabilities", "table", "lanes", "bell", "keys"),
        (*INGRESS, ("bedrock-runtime", ""), ("lambda", "")),
        floor=THREE,
        limit=1.20,
    ),
}
"""The functions that a person waits for; no other has a limit on its cold start."""
LIMITS_MB = {"ingress-slack": 20, "ingress-web-passkeys": 20, "turn": 25, "undelivered": 25}
INGRESS_MB, OTHER_MB = 10, 15


def measure() -> dict[str, Any]:
    """All with samples; see `size`, `offenders`, `costs`, `imports` and `first_requests`."""
    with tempfile.TemporaryDirectory() as folder:
        built = {name: build(one, Path(folder)) for name, one in deployed().items()}
        return {
            "sizes": {name: size(bundle) for name, bundle in built.items()},
            "offenders": [
                f"{name}: {one}"
                for name, bundle in built.items()
                for one in offenders(bundle, loaded(bundle))
            ],
            "cold": costs(built),
            "imports": imports(built),
            "first": first_requests(built),
        }


def size(bundle: Bundle) -> dict[str, Any]:
    """MB unzipped: as shipped, without compiled code, and that without the function's own SDK.

    Judged without compiled code, since the limit was set so.
    """
    name = bundle.function.name
    is_ingress = name.startswith("ingress-") or name in ("mail", "socket")
    limit = LIMITS_MB.get(name, INGRESS_MB if is_ingress else OTHER_MB)
    judged = bundle.source_size - (bundle.sdk_size if name.startswith("act-") else 0)
    return {
        "shipped_mb": round(bundle.size / MB, 2),
        "mb": round(bundle.source_size / MB, 2),
        "judged_mb": round(judged / MB, 2),
        "limit_mb": limit,
        "is_good": judged <= limit * MB,
    }


def offenders(bundle: Bundle, loaded: frozenset[str]) -> list[str]:
    """Those of the modules loaded by a first message that must not be (G3)."""
    function = bundle.function
    never = NOWHERE | _others(function)
    if function.name.startswith("ingress-") or function.name in ("mail", "socket"):
        never |= HEAVY - (ONLY_SLACK if function.name == "ingress-slack" else frozenset())
    return sorted(never & loaded)


def _others(function: Deployed) -> frozenset[str]:
    """The vendors of surfaces whose way in this function is not."""
    own = {module.partition(".")[0] for module in function.outside}
    every = {module.partition(".")[0] for one in deployed().values() for module in one.sdk}
    return frozenset(every - own)


def loaded(bundle: Bundle, then: str = "") -> frozenset[str]:
    """What stands in `sys.modules` after the first message's parts are made, by top name.

    `then` is run after that. Raises RuntimeError where either fails.
    """
    told = "print(*{name.partition('.')[0] for name in sys.modules})"
    return frozenset(run("\n".join((script(bundle), told, then))).split())


def script(bundle: Bundle) -> str:
    """The program of one cold start."""
    function = bundle.function
    first = FIRSTS.get(function.name, First((), ()))
    return "\n".join(
        [
            f"import sys; sys.path.insert(0, {str(bundle.folder)!r})",
            "import os",
            f"from {function.entry} import handler",
            "from functions import _compose",
            "ports = _compose.ports()",
            *(f"ports.{part}" for part in first.parts),
            "from backends.aws._clients import Clients",
            "clients = Clients(os.environ)",
            *(f"clients.get({api!r}, {url!r})" for api, url in first.clients),
            first.more,
        ]
    )


def run(program: str, env: Mapping[str, str] = served.MACHINE, given: str = "") -> str:
    """Runs a program as a cold start is run. Raises RuntimeError with its complaint."""
    command = [*ISOLATED, program]
    ended = subprocess.run(
        command, env=dict(env), input=given, capture_output=True, check=False, text=True, timeout=60
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    return ended.stdout


def invocation(bundle: Bundle) -> str:
    """The program of one real invocation: an event on standard input, the answer on output."""
    return "\n".join(
        [
            f"import sys; sys.path.insert(0, {str(bundle.folder)!r})",
            "import json, types",
            f"from {bundle.function.entry} import handler",
            "context = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)",
            "answer = handler(json.load(sys.stdin), context)",
            "print(json.dumps({'answer': answer}))",
        ]
    )


def invoke(bundle: Bundle, event: Mapping[str, Any], env: Mapping[str, str]) -> Any:
    """One invocation in a process of its own; the last line that it writes is the answer."""
    told = run(invocation(bundle), env, json.dumps(event))
    return json.loads(told.splitlines()[-1])["answer"]


def costs(built: Mapping[str, Bundle], rounds: int = 9) -> dict[str, Any]:
    """Cpu of a cold start as a ratio to its floor, with quartiles and every sample."""
    cases = {
        ONE: [*ISOLATED, _floor("sqs")],
        THREE: [*ISOLATED, _floor("dynamodb", "sqs", "bedrock-runtime")],
        **{name: [*ISOLATED, script(built[name])] for name in FIRSTS},
    }
    told: dict[str, Any] = {}
    for floor in (ONE, THREE):
        own = {name for name, first in FIRSTS.items() if first.floor == floor}
        chosen = {name: case for name, case in cases.items() if name in {floor, *own}}
        found = cold.measure(chosen, floor, rounds, env=served.MACHINE)
        told[floor] = asdict(found[floor])
        for name in own:
            limit = FIRSTS[name].limit
            is_good = found[name].low <= limit
            told[name] = {**asdict(found[name]), "limit": limit, "is_good": is_good}
    return told


def imports(built: Mapping[str, Bundle], rounds: int = 5) -> dict[str, Any]:
    """Cpu of a new process that loads a function's handler, as a ratio to `ONE`; of each function."""
    cases = {ONE: [*ISOLATED, _floor("sqs")]}
    for name, bundle in built.items():
        load = f"import sys; sys.path.insert(0, {str(bundle.folder)!r})"
        cases[name] = [*ISOLATED, f"{load}; from {bundle.function.entry} import handler"]
    found = cold.measure(cases, ONE, rounds, env=served.MACHINE)
    return {name: asdict(one) for name, one in found.items() if name != ONE}


def _floor(*apis: str) -> str:
    packages = sysconfig.get_path("purelib")
    made = "".join(f"; boto3.client({api!r})" for api in apis)
    return f"import sys; sys.path.insert(0, {packages!r}); import boto3{made}"


def first_requests(built: Mapping[str, Bundle], rounds: int = 5) -> dict[str, Any]:
    """Whole first invocations against an AWS on loopback: a message in, and the turn on one."""
    with served.serve() as aws, tempfile.TemporaryDirectory() as folder:
        cases = {ONE: [*ISOLATED, _floor("sqs")]}
        for name, event in _events(aws, built):
            path = Path(folder) / name
            path.write_text(json.dumps(event))
            program = invocation(built[name]).replace("sys.stdin", f"open({str(path)!r})")
            cases[name] = [*ISOLATED, program]
        found = cold.measure(cases, ONE, rounds, env=aws.env)
    return {name: asdict(one) for name, one in found.items() if name != ONE}


def _events(aws: served.Served, built: Mapping[str, Bundle]) -> Iterator[tuple[str, Any]]:
    text = served.text_message("remember my bike lock is 4812", "SM1")
    invoke(built["ingress-sms"], text, aws.env)
    yield "ingress-sms", text
    yield "ingress-slack", served.slack_message("hello", "1700000000.000100")
    yield "turn", aws.received()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
