"""`hub doctor STAGE --live`: what only an AWS account can show, asked of a stage that stands there.

Every figure that our tests give is of emulators, which refuse nothing by IAM, never throttle and
have no clocks of their own (see their list in docs/limits.md). Each probe here asks one thing
of the real ones, beside the stage's data, never in anybody's lane or home, and removes what it made.
"""

import json
import statistics
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from hub.redelivery import dead_letters, schedules
from hub.scene import Scene, is_denied, nobody
from persona.errors import Broken

Answer = tuple[bool, str]
"""Whether it is as the hub relies on, and what was seen."""
ROUNDS = 25
WRITERS = 2
TAKEN = 50
DAYS = 14


class Probe(NamedTuple):
    """One question: what it does, what its answer shows, what it makes and what that costs."""

    name: str
    does: str
    shows: str
    makes: str
    usd: float
    ask: Callable[[Scene], Answer]


class Seen(NamedTuple):
    """What came of a probe."""

    name: str
    is_good: bool
    told: str


def look(scene: Scene) -> Iterator[Seen]:
    """Asks one after the other; one that AWS refuses is told and stops none of the others."""
    for one in PROBES:
        try:
            yield Seen(one.name, *one.ask(scene))
        except (BotoCoreError, ClientError, Broken, OSError, KeyError) as error:
            yield Seen(one.name, False, f"could not be asked: {error}")


def door(scene: Scene) -> Answer:
    """Whether the stage answers, how fast, and that it takes nothing unsigned."""
    url, took, status = scene.outputs()["PublicUrl"], list[float](), 0
    for _ in range(TAKEN):
        begun = time.perf_counter()
        status = _status(f"{url}/healthz")
        took.append((time.perf_counter() - begun) * 1000)
    unsigned = _status(f"{url}/slack/events", b"{}")
    told = (
        f"{status}; first {took[0]:.0f} ms, then {statistics.median(took[1:]):.0f} ms (p50); "
        f"without a signature {unsigned}"
    )
    return (status, unsigned) == (200, 401), told


def _status(url: str, body: bytes | None = None) -> int:
    asked = urllib.request.Request(url, body)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def fence(scene: Scene) -> Answer:
    """The turn's own lane policy, word by word, asked by real requests under real session tags."""
    lane, home = nobody(), nobody()
    role = scene.lane_role()
    whole = scene.take_patiently(role, {"lane": lane, "home1": home})("dynamodb")
    bare = scene.take(role, {"lane": lane})("dynamodb")
    table = scene.place.stack
    asked = {
        "own lane": (True, _reading(whole, table, f"LANE#{lane}")),
        "own home": (True, _reading(whole, table, f"HOME#{home}")),
        "own lane without a home": (True, _reading(bare, table, f"LANE#{lane}")),
        "another's lane": (False, _reading(whole, table, f"LANE#{nobody()}")),
        "another's home": (False, _reading(whole, table, f"HOME#{nobody()}")),
        "a home without its tag": (False, _reading(bare, table, f"HOME#{home}")),
        "the whole table": (False, lambda: whole.scan(TableName=table, Limit=1)),
        "halting the hub": (False, _halting(whole, table)),
        "a session without a lane": (False, lambda: scene.take(role, {"home1": home})),
    }
    wrong = [name for name, (may, ask) in asked.items() if _is_allowed(ask) != may]
    told = f"{len(asked)} requests, {len(wrong)} surprises"
    return not wrong, told + (f": {', '.join(wrong)}" if wrong else "")


def _reading(client: Any, table: str, partition: str) -> Callable[[], Any]:
    key = {"partition": {"S": partition}, "sort": {"S": "HEAD"}}
    return lambda: client.get_item(TableName=table, Key=key)


def _halting(client: Any, table: str) -> Callable[[], Any]:
    """On a condition that no row meets: nothing is written even where IAM lets it through."""
    return lambda: client.update_item(
        TableName=table,
        Key={"partition": {"S": "GATE#hub"}, "sort": {"S": "GATE"}},
        UpdateExpression="SET live = :one",
        ConditionExpression="live = :two",
        ExpressionAttributeValues={":one": {"N": "1"}, ":two": {"N": "2"}},
    )


def _is_allowed(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except ClientError as error:
        if is_denied(error):
            return False
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return True


def taking(scene: Scene) -> Answer:
    """How long STS takes to give a lane's credentials, and whether it throttles a burst."""
    role, took, refused = scene.lane_role(), list[float](), Counter[str]()
    scene.take_patiently(role, {"lane": nobody()})
    for _ in range(TAKEN):
        begun = time.perf_counter()
        try:
            scene.take(role, {"lane": nobody()})
        except ClientError as error:
            refused[error.response["Error"]["Code"]] += 1
        took.append((time.perf_counter() - begun) * 1000)
    told = (
        f"{TAKEN} in a row, {statistics.median(took):.0f} ms each (p50), refused: {dict(refused)}"
    )
    return not refused, told


def conflicts(scene: Scene) -> Answer:
    """What two writers of one row get, and how long they take, with the hub's own kind of commit."""
    client, key = scene.clients("dynamodb"), {"partition": {"S": scene.name}, "sort": {"S": "HEAD"}}
    table = scene.place.stack
    scene.removes("a row", lambda: client.delete_item(TableName=table, Key=key))
    update = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "ADD written :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }

    def write(_: int) -> tuple[str, float]:
        begun = time.perf_counter()
        try:
            client.transact_write_items(TransactItems=[{"Update": update}])
            word = "written"
        except ClientError as error:
            reasons = error.response.get("CancellationReasons") or [error.response["Error"]]
            word = str(reasons[0]["Code"])
        return word, (time.perf_counter() - begun) * 1000

    with ThreadPoolExecutor(WRITERS) as both:
        ended = list(both.map(write, range(WRITERS * ROUNDS)))
    words = Counter(word for word, _ in ended)
    found = client.get_item(TableName=table, Key=key, ConsistentRead=True)
    kept = int(found.get("Item", {}).get("written", {}).get("N", 0))
    told = f"{dict(words)}, {statistics.median(ms for _, ms in ended):.0f} ms each (p50)"
    # A commit that the SDK repeats meets no token here, so more may be kept than were told.
    return kept >= words["written"] > 0, f"{told}; the row counts {kept}"


def throttles(scene: Scene) -> Answer:
    """What AWS held back of the stage in these days; nothing is provoked."""
    stage, found = scene.place.stage, dict[str, int]()
    for title, space, metric, name, value in (
        ("table", "AWS/DynamoDB", "WriteThrottleEvents", "TableName", f"hub-{stage}"),
        ("table's reads", "AWS/DynamoDB", "ReadThrottleEvents", "TableName", f"hub-{stage}"),
        ("turn", "AWS/Lambda", "Throttles", "FunctionName", f"hub-{stage}-turn"),
        ("sweep", "AWS/Lambda", "Throttles", "FunctionName", f"hub-{stage}-sweep"),
    ):
        now = scene.clock()
        points = scene.clients("cloudwatch").get_metric_statistics(
            Namespace=space,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value}],
            StartTime=datetime.fromtimestamp(now - DAYS * 86400, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
            Period=86400,
            Statistics=["Sum"],
        )["Datapoints"]
        found[title] = int(sum(one["Sum"] for one in points))
    return not any(found.values()), f"in {DAYS} days: {found}"


def vendors(scene: Scene) -> Answer:
    """How the vendors' deliveries were answered: status, and the slowest beside Slack's three seconds."""
    client, slowest, statuses = scene.clients("logs"), 0, Counter[str]()
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/apigateway/hub-{scene.place.stage}-doors",
        startTime=int((scene.clock() - DAYS * 86400) * 1000),
        filterPattern='{ $.routeKey = "POST /slack/*" || $.routeKey = "POST /sms*" }',
        PaginationConfig={"MaxItems": 10_000},
    )
    for page in pages:
        for line in page["events"]:
            told = json.loads(line["message"])
            statuses[told["status"][:1] + "xx"] += 1
            slowest = max(slowest, int(told["responseLatency"]))
    told = f"{dict(statuses) or 'no delivery yet'}, the slowest {slowest} ms"
    return not statuses["5xx"] and slowest < 3000, told


PROBES = (
    Probe("door", f"gets /healthz {TAKEN} times, posts once to Slack's door without a signature",
          "cold and warm times over the network; forged webhooks are refused", "nothing", 0.0001, door),
    Probe("fence", "reads and writes under the turn's lane policy: own, another's, without tags",
          "that real IAM keeps a lane to itself, session tags' defaults included",
          "a role, for a minute", 0.0001, fence),
    Probe("credentials", f"takes a lane's role {TAKEN} times in a row",
          "how long STS takes, and at what rate it throttles", "the same role", 0.0, taking),
    Probe("conflicts", f"writes one row of nobody's {WRITERS * ROUNDS} times, two at once",
          "how often a commit meets another, and what that costs in time", "a row", 0.0002, conflicts),
    Probe("throttles", f"reads {DAYS} days of metrics", "whether AWS held anything back", "nothing",
          0.0001, throttles),
    Probe("vendors", f"reads {DAYS} days of the gateway's log",
          "whether vendors had to repeat a delivery. Their clocks show by hand: `aws lambda "
          "put-function-concurrency --function-name hub-STAGE-ingress-slack "
          "--reserved-concurrent-executions 0`, one message, six minutes, then "
          "`delete-function-concurrency`: the log has the times, the reply comes once",
          "nothing", 0.0001, vendors),
    Probe("dead letters", "moves a message from a queue's dead letters back, within five minutes",
          "whether SQS takes it for a duplicate (then redrive later than that)",
          "two queues, for two minutes", 0.0001, dead_letters),
    Probe("schedules", "has twenty one-time schedules send to a queue, and counts what comes",
          "how late they fire, and whether one fires twice",
          "a queue, a role and twenty schedules, for four minutes", 0.0001, schedules),
)  # fmt: skip
"""In the order in which they are asked; none of them writes where a person's rows are."""
