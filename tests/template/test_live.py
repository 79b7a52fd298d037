"""`hub doctor STAGE --live` against what refuses too little, and against what is as AWS says it is.

moto refuses nothing by IAM, so that there the fence's probe has to complain; where our own judge of
policies stands before it, it must not. What moto lacks (redrive, schedules that fire) is played.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError
from rich.console import Console

from backends.aws._shape import TABLE
from bench import served
from hub import deploying, live
from hub.deploy import Place
from hub.live import PROBES, Seen, conflicts, door, fence, look, taking, throttles, vendors
from hub.redelivery import dead_letters, schedules
from hub.scene import Scene, under
from infra.iam import may
from infra.proof.stage import policies, trusts
from tests.template.test_deployed import configure

OWNER = "123456789012"
PLACE = Place("dev", served.REGION, OWNER)
LANE_POLICY = json.loads(json.dumps(policies()["turn-lane"]).replace("hub-proof", "hub-dev"))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "any")


@pytest.fixture(scope="module")
def aws() -> Iterator[served.Served]:
    with served.started() as one:
        configure(one)
        one.client("dynamodb").create_table(TableName="hub-dev", **TABLE)
        iam = one.client("iam")
        trust = json.dumps(trusts()["turn-lane"])
        iam.create_role(RoleName="hub-dev-turn-lane", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(
            RoleName="hub-dev-turn-lane",
            PolicyName="declared",
            PolicyDocument=json.dumps(LANE_POLICY),
        )
        yield one


@pytest.fixture
def scene(aws: served.Served) -> Iterator[Scene]:
    with Scene(PLACE, aws.client, lambda given: aws.client, lambda seconds: None) as one:
        yield one


def roles(aws: served.Served) -> set[str]:
    return {one["RoleName"] for one in aws.client("iam").list_roles()["Roles"]}


# The fence


def test_where_nothing_is_refused_each_surprise_is_named(scene: Scene) -> None:
    is_good, told = fence(scene)
    assert not is_good
    assert told.startswith("9 requests, 6 surprises: another's lane, another's home")
    assert "halting the hub" in told
    assert "a session without a lane" in told


class Judged:
    """DynamoDB behind our own judge of policies, under a session's tags."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self.context = {f"aws:PrincipalTag/{name}": value for name, value in tags.items()}

    def _ask(self, action: str, keys: list[str]) -> dict[str, Any]:
        where = f"arn:aws:dynamodb:eu-west-1:{OWNER}:table/hub-dev"
        context = {**self.context, **({"dynamodb:LeadingKeys": keys} if keys else {})}
        if not may(LANE_POLICY, f"dynamodb:{action}", where, context):
            raise refused("AccessDeniedException")
        return {}

    def get_item(self, TableName: str, Key: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        return self._ask("GetItem", [Key["partition"]["S"]])

    def scan(self, **_: Any) -> dict[str, Any]:
        return self._ask("Scan", [])

    def update_item(self, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        return self._ask("UpdateItem", [Key["partition"]["S"]])


def test_where_iam_is_as_we_judge_it_there_is_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(role: str, tags: Mapping[str, str]) -> Callable[[str], Any]:
        if len(tags.get("lane", "")) != 26:
            raise refused("AccessDenied")
        return lambda api: Judged(tags)

    monkeypatch.setattr(scene, "take", take)
    assert fence(scene) == (True, "9 requests, 0 surprises")


def test_the_role_is_the_deployed_one_but_for_who_may_take_it(
    aws: served.Served, scene: Scene
) -> None:
    name = scene.lane_role().rpartition("/")[2]
    assert scene.lane_role().rpartition("/")[2] == name
    iam = aws.client("iam")
    found = iam.get_role_policy(RoleName=name, PolicyName="declared")["PolicyDocument"]
    assert found == LANE_POLICY
    (said,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    (deployed,) = trusts()["turn-lane"]["Statement"]
    me = aws.client("sts").get_caller_identity()["UserId"]
    assert said["Condition"] == {**deployed["Condition"], "StringEquals": {"aws:userid": me}}
    assert said["Action"] == deployed["Action"]


def test_what_was_made_is_gone_and_what_stays_is_told(aws: served.Served) -> None:
    with Scene(PLACE, aws.client, under(served.REGION)) as scene:
        role = scene.lane_role().rpartition("/")[2]
        url, _ = scene.queue(f"{scene.name}.fifo", FifoQueue="true")
        assert role in roles(aws)
        aws.client("sqs").delete_queue(QueueUrl=url)
    assert role not in roles(aws)
    assert [one.partition(":")[0] for one in scene.left] == [f"queue {scene.name}.fifo"]


def test_a_role_that_is_too_new_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def take(role: str, tags: Mapping[str, str]) -> Any:
        tried.append(role)
        if len(tried) < 3:
            raise refused("AccessDenied")
        return "clients"

    monkeypatch.setattr(scene, "take", take)
    assert scene.take_patiently("role", {"lane": "x"}) == "clients"
    tried.clear()
    monkeypatch.setattr(scene, "take", lambda *_: (_ for _ in ()).throw(refused("Throttling")))
    with pytest.raises(ClientError, match="Throttling"):
        scene.take_patiently("role", {})


# Rows, metrics, logs


def test_writers_of_one_row_lose_nothing(
    aws: served.Served, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other: of two at once moto loses an update now and then."""
    monkeypatch.setattr(live, "WRITERS", 1)
    is_good, told = conflicts(scene)
    assert is_good, told
    assert "'written': 25" in told
    scene.__exit__()
    assert aws.rows("hub-dev") == []


class Rows:
    """A table of one row, in which every tenth commit meets another or is lost."""

    def __init__(self, *, loses: bool) -> None:
        self.loses, self.asked, self.kept = loses, 0, 0
        self.lock = Lock()

    def __call__(self, api: str) -> Any:
        return self

    def transact_write_items(self, **_: Any) -> None:
        with self.lock:
            self.asked += 1
            if self.asked % 10:
                self.kept += 1
            elif not self.loses:
                error = refused("TransactionCanceledException")
                error.response["CancellationReasons"] = [{"Code": "TransactionConflict"}]
                raise error

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": {"written": {"N": str(self.kept)}}}

    def delete_item(self, **_: Any) -> None: ...


def test_a_conflict_is_counted_and_a_lost_update_is_a_surprise() -> None:
    rows = Rows(loses=False)
    is_good, told = conflicts(Scene(PLACE, rows, lambda given: rows))
    assert is_good
    assert "'TransactionConflict': 5" in told
    lossy = Rows(loses=True)
    is_good, told = conflicts(Scene(PLACE, lossy, lambda given: lossy))
    assert not is_good
    assert "'written': 50" in told
    assert "the row counts 45" in told


def test_credentials_are_taken_and_timed(scene: Scene) -> None:
    is_good, told = taking(scene)
    assert is_good
    assert "50 in a row" in told


def test_what_aws_held_back_is_counted(scene: Scene, aws: served.Served) -> None:
    assert throttles(scene)[0]
    aws.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Throttles",
                "Value": 3,
                "Timestamp": datetime.now(UTC) - timedelta(hours=1),
                "Dimensions": [{"Name": "FunctionName", "Value": "hub-dev-turn"}],
            }
        ],
    )
    is_good, told = throttles(scene)
    assert not is_good
    assert "'turn': 3" in told


class Log:
    def __init__(self, lines: list[dict[str, str]]) -> None:
        self.lines = lines

    def __call__(self, api: str) -> Any:
        return self

    def get_paginator(self, name: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"events": [{"message": json.dumps(one)} for one in self.lines]}]


@pytest.mark.parametrize(
    ("status", "latency", "is_good"),
    [("200", "90", True), ("500", "90", False), ("200", "3200", False)],
)
def test_a_delivery_that_slack_would_repeat_is_seen(
    status: str, latency: str, is_good: bool
) -> None:
    log = Log([{"status": status, "responseLatency": latency}])
    found, told = vendors(Scene(PLACE, log, lambda given: log))
    assert found == is_good
    assert f"{status[0]}xx" in told
    assert f"{latency} ms" in told


# What comes again


class Queues:
    """SQS and Scheduler in memory: what is moved back comes or is taken for a duplicate."""

    def __init__(self, *, swallows: bool = False, twice: int = 0, lost: int = 0) -> None:
        self.lying: dict[str, list[dict[str, Any]]] = {}
        self.swallows, self.twice, self.lost, self.now = swallows, twice, lost, 1e9
        self.fired: list[dict[str, Any]] = []

    def __call__(self, api: str) -> Any:
        return self

    def create_queue(self, QueueName: str, **_: Any) -> dict[str, str]:  # noqa: N803
        self.lying[QueueName] = []
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, QueueUrl: str, **_: Any) -> Any:  # noqa: N803
        return {"Attributes": {"QueueArn": f"arn:{QueueUrl}"}}

    def send_message(self, QueueUrl: str, **_: Any) -> None:  # noqa: N803
        self.lying[QueueUrl] = [{"ReceiptHandle": "1", "Body": "live", "tries": 0}]

    def change_message_visibility(self, **_: Any) -> None: ...

    def receive_message(self, QueueUrl: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.now += 5
        found = self.lying[QueueUrl]
        if found and "tries" in found[0]:
            found[0]["tries"] += 1
            if found[0]["tries"] == 2:
                self.lying[QueueUrl.replace(".fifo", "-dead.fifo")] = [{**found[0], "tries": 9}]
                self.lying[QueueUrl] = []
                return {}
        return {"Messages": list(found)} if found else {}

    def start_message_move_task(self, SourceArn: str, DestinationArn: str) -> None:  # noqa: N803
        moved, self.lying[SourceArn[4:]] = self.lying[SourceArn[4:]], []
        assert moved
        self.lying[DestinationArn[4:]] = [] if self.swallows else [{**moved[0], "tries": 9}]

    def create_schedule(self, **about: Any) -> None:
        self.fired.append(about)
        number = int(about["Target"]["Input"])
        if number >= self.lost:
            one = {
                "Body": str(number),
                "ReceiptHandle": f"{number}",
                "Attributes": {"SentTimestamp": str((1e9 + 92) * 1000).partition(".")[0]},
            }
            queue = self.lying[about["Target"]["Arn"].removeprefix("arn:")]
            queue += [one, {**one, "ReceiptHandle": f"{number}b"}] if number < self.twice else [one]

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        kept = [one for one in self.lying[QueueUrl] if one["ReceiptHandle"] != ReceiptHandle]
        self.lying[QueueUrl] = kept

    def create_role(self, RoleName: str, **_: Any) -> Any:  # noqa: N803
        return {"Role": {"Arn": f"arn:{RoleName}"}}

    def __getattr__(self, name: str) -> Callable[..., None]:
        assert name.startswith(("delete_", "put_")), name
        return lambda **_: None


def playing(queues: Queues) -> Scene:
    return Scene(PLACE, queues, lambda given: queues, lambda seconds: None, lambda: queues.now)


def test_a_dead_letter_that_is_moved_back_comes_or_is_a_duplicate() -> None:
    assert dead_letters(playing(Queues())) == (
        True,
        "moved back within five minutes, and it came again",
    )
    is_good, told = dead_letters(playing(Queues(swallows=True)))
    assert not is_good
    assert "swallowed as a duplicate" in told


def test_every_schedule_is_counted_and_how_late_it_was() -> None:
    queues = Queues()
    assert schedules(playing(queues)) == (True, "20 of 20 fired, 0 twice, the last 2.0 s late")
    assert {one["GroupName"] for one in queues.fired} == {"hub-dev"}
    assert queues.fired[0]["ScheduleExpression"] == "at(2001-09-09T01:48:10)"


def test_one_that_fires_twice_is_told_and_one_that_never_does_is_a_surprise() -> None:
    assert schedules(playing(Queues(twice=2)))[1].startswith("20 of 20 fired, 2 twice")
    is_good, told = schedules(playing(Queues(lost=1)))
    assert not is_good
    assert told.startswith("19 of 20")


# All of them


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._end(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._end(401)

    def _end(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


def test_a_door_that_answers_and_takes_nothing_unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    scene = playing(Queues())
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(scene, "outputs", lambda: {"PublicUrl": url})
    is_good, told = door(scene)
    assert is_good, told
    assert told.startswith("200; first ")
    monkeypatch.setattr(Answering, "do_POST", Answering.do_GET)
    assert not door(scene)[0]
    server.shutdown()
    server.server_close()


def test_one_that_cannot_be_asked_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(scene: Scene) -> Any:
        raise refused("AccessDenied")

    monkeypatch.setattr(live, "PROBES", [PROBES[0]._replace(ask=denied), PROBES[1]._replace(
        ask=lambda scene: (True, "seen"))])  # fmt: skip
    one, two = look(playing(Queues()))
    assert (one.is_good, two.is_good, two.told) == (False, True, "seen")
    assert "AccessDenied" in one.told


def test_each_says_what_it_makes_and_costs_next_to_nothing() -> None:
    assert all(one.does and one.shows and one.makes for one in PROBES)
    assert sum(one.usd for one in PROBES) < 0.01


def test_it_is_told_before_it_is_asked_and_a_surprise_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told, queues, found = io.StringIO(), Queues(), [Seen("door", True, "200")]
    monkeypatch.setattr(deploying, "console", Console(file=told, width=200))
    monkeypatch.setattr(deploying, "_clients", lambda: queues)
    monkeypatch.setattr(deploying, "_place", lambda stage, clients: PLACE)
    monkeypatch.setattr(deploying, "look", lambda scene: iter(found))
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: False)
    with pytest.raises(typer.Exit):
        deploying.live("dev", yes=False, as_json=False)
    assert all(one.name in told.getvalue() for one in PROBES)
    assert "ok   door" not in told.getvalue()
    deploying.live("dev", yes=True, as_json=False)
    assert "ok   door" in told.getvalue()
    found.append(Seen("fence", False, "6 surprises"))
    with pytest.raises(typer.Exit):
        deploying.live("dev", yes=True, as_json=True)
    seen = json.loads(capsys.readouterr().out)["seen"]
    assert [one["is_good"] for one in seen] == [True, False]
