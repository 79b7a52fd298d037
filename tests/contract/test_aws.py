"""The aws family alone: what AWS may answer that moto never does, and what each call costs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from moto.core.models import botocore_stubber

from backends.aws import _rows, _shape
from backends.aws._clients import Clients
from backends.aws._workers import Workers
from backends.aws.family import open_family
from backends.aws.keys import Keys
from backends.aws.lanes import STALE
from backends.aws.secrets import Secrets
from backends.aws.table import MOST_TRIES, Table
from persona.errors import Broken, Conflict, Refused, Transient
from persona.keys import Key
from persona.ports import ABSENT, Check, Delete, Later, Put, Update, equals
from tests.aws import ENV, KEYS_TABLE, MACHINE, SECRETS_PATH, TABLE, AwsFamily, world
from tests.contract.families import Clock
from tests.contract.wire import Answer, cancelled, refusal, tapped

ONE, TWO = Key("P#1", "A"), Key("P#2", "A")
ROOT = Path(__file__).parents[2]
GONE = ConnectionClosedError(endpoint_url="https://x")
SILENCES = [
    GONE,
    ReadTimeoutError(endpoint_url="https://x"),
    EndpointConnectionError(endpoint_url="https://x"),
    refusal("InternalServerError", 500),
    refusal("ThrottlingException"),
    refusal("ProvisionedThroughputExceededException"),
    refusal("RequestLimitExceeded"),
]
REFUSALS = [refusal("ValidationException"), refusal("AccessDeniedException")]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def family(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsFamily]:
    """Opened, with botocore's own pauses between its tries left out."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    world().renew()
    family = AwsFamily({"ONE": "1", "TWO": "2", "THREE": "3"}, clock=clock)
    yield family
    family.close()
    world().renew()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def table(family: AwsFamily, clock: Clock, pauses: list[float]) -> Table:
    return Table(TABLE, Workers(world().clients, TABLE, "", clock), sleep=pauses.append)


def client(name: str) -> Any:
    return world().clients.get(name, ENV["HUB_SOCKETS_URL"] if "gateway" in name else "")


# Table: what a busy or broken DynamoDB answers


@pytest.mark.parametrize("count", [1, MOST_TRIES - 1])
@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
def test_a_transaction_in_the_way_is_tried_again(
    table: Table, pauses: list[float], reason: str, count: int
) -> None:
    answers = [cancelled("None", reason)] * count
    with tapped(client("dynamodb"), *answers, operation="TransactWriteItems") as wire:
        table.commit([Put(ONE, {"n": 1}), Put(TWO, {"n": 2}, ABSENT)])
    assert set(table.get([ONE, TWO])) == {ONE, TWO}
    assert len(wire.operations) == count + 1
    assert len(pauses) == count
    assert all(0 <= pause <= 0.05 * 2**n for n, pause in enumerate(pauses, 1))


def test_a_single_write_in_the_way_of_a_transaction_is_tried_again(
    table: Table, pauses: list[float]
) -> None:
    answers = [refusal("TransactionConflictException")] * 2
    with tapped(client("dynamodb"), *answers, operation="PutItem") as wire:
        table.commit([Put(ONE, {"n": 1}, ABSENT)])
    assert table.get([ONE]) == {ONE: {"n": 1}}
    assert (len(wire.operations), len(pauses)) == (3, 2)


def test_a_table_that_stays_busy_is_transient_and_nothing_is_written(table: Table) -> None:
    answers = [cancelled("TransactionConflict", "None")] * MOST_TRIES
    with tapped(client("dynamodb"), *answers, operation="TransactWriteItems") as wire:
        with pytest.raises(Transient):
            table.commit([Put(ONE, {"n": 1}), Put(TWO, {"n": 2})])
        assert len(wire.operations) == MOST_TRIES
    assert table.get([ONE, TWO]) == {}


@pytest.mark.parametrize("other", ["TransactionConflict", "ThrottlingError", "None"])
def test_a_condition_that_failed_is_a_conflict_whatever_else_was_in_the_way(
    table: Table, pauses: list[float], other: str
) -> None:
    answer = cancelled(other, "ConditionalCheckFailed")
    with tapped(client("dynamodb"), answer) as wire, pytest.raises(Conflict, match="A: equals n"):
        table.commit([Put(ONE, {"n": 1}), Check(TWO, equals("n", 1))])
    assert len(wire.operations) == 1
    assert pauses == []


@pytest.mark.parametrize("reason", ["ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_a_transaction_that_can_never_pass_is_broken(table: Table, reason: str) -> None:
    with tapped(client("dynamodb"), cancelled(reason, "TransactionConflict")) as wire:
        with pytest.raises(Broken):
            table.commit([Put(ONE, {"n": 1}), Put(TWO, {"n": 1})])
        assert len(wire.operations) == 1


@pytest.mark.parametrize("silence", SILENCES, ids=repr)
def test_a_silence_is_transient_after_three_tries(table: Table, silence: Answer) -> None:
    for ask in (
        lambda: table.get([ONE]),
        lambda: table.query(ONE),
        lambda: table.due(1),
        lambda: table.commit([Put(ONE, {"n": 1})]),
        lambda: table.commit([Put(ONE, {"n": 1}), Put(TWO, {"n": 1})]),
    ):
        with tapped(client("dynamodb"), *[silence] * 3) as wire:
            with pytest.raises(Transient):
                ask()
            assert len(wire.operations) == 3
        with tapped(client("dynamodb"), *[silence] * 2) as wire:
            ask()
            assert len(wire.operations) >= 3


@pytest.mark.parametrize("no", REFUSALS, ids=str)
def test_a_refusal_is_our_mistake(table: Table, no: Answer) -> None:
    with tapped(client("dynamodb"), no) as wire, pytest.raises(Broken):
        table.commit([Put(ONE, {"n": 1})])
    assert len(wire.operations) == 1


def test_a_commit_whose_answer_was_lost_meets_its_own_rows(table: Table) -> None:
    dynamodb = client("dynamodb")
    lost: list[Exception] = [GONE]

    def lose(request: Any, event_name: str, **more: Any) -> Any:
        if not lost:
            return None
        botocore_stubber(event_name, request)
        raise lost.pop()

    event = "before-send.dynamodb.TransactWriteItems"
    dynamodb.meta.events.register_first(event, lose)
    try:
        with pytest.raises(Conflict):
            table.commit([Put(ONE, {"n": 1}, ABSENT), Put(TWO, {"n": 1})])
    finally:
        dynamodb.meta.events.unregister(event, lose)
    assert set(table.get([ONE, TWO])) == {ONE, TWO}


def test_keys_left_unread_are_asked_for_again(table: Table, pauses: list[float]) -> None:
    keys = [Key("P", f"{n}") for n in range(5)]
    table.commit([Put(key, {"n": 1}) for key in keys])
    packed = [_rows.pack_key(key) for key in keys]
    first: Answer = (
        200,
        {
            "Responses": {TABLE: [{**packed[0], "n": {"N": "1"}}]},
            "UnprocessedKeys": {TABLE: {"Keys": packed[1:], "ConsistentRead": True}},
        },
    )
    with tapped(client("dynamodb"), first) as wire:
        assert table.get(keys) == {key: {"n": 1} for key in keys}
    assert [len(body["RequestItems"][TABLE]["Keys"]) for body in wire.bodies] == [5, 4]
    assert all(body["RequestItems"][TABLE]["ConsistentRead"] for body in wire.bodies)
    assert len(pauses) == 1


def test_keys_that_stay_unread_are_transient_and_never_half_an_answer(table: Table) -> None:
    table.commit([Put(ONE, {"n": 1}), Put(TWO, {"n": 1})])
    left = {"Keys": [_rows.pack_key(TWO)]}
    never: Answer = (200, {"Responses": {TABLE: []}, "UnprocessedKeys": {TABLE: left}})
    with tapped(client("dynamodb"), *[never] * MOST_TRIES) as wire:
        with pytest.raises(Transient):
            table.get([ONE, TWO])
        assert len(wire.operations) == MOST_TRIES


def test_a_query_reads_every_page(table: Table) -> None:
    for n in range(9):
        table.commit([Put(Key("P", f"{n}"), {"text": "x" * 300_000})])
    with tapped(client("dynamodb")) as wire:
        assert [key.sort for key, _ in table.query(Key("P", ""))] == [f"{n}" for n in range(9)]
        assert len(wire.operations) >= 3
        found = table.query(Key("P", ""), after="7", limit=6, newest_first=True)
        assert [key.sort for key, _ in found] == ["6", "5", "4", "3", "2", "1"]
    assert all(body["ConsistentRead"] for body in wire.bodies)


# Table: what it costs


def test_a_write_alone_is_no_transaction(table: Table) -> None:
    table.commit([Put(ONE, {"n": 1})])
    with tapped(client("dynamodb")) as wire:
        table.commit([Put(TWO, {"n": 1}, ABSENT)])
        table.commit([Update(TWO, {"n": 2}, equals("n", 1))])
        table.commit([Check(TWO, equals("n", 2))])
        table.commit([Delete(TWO, equals("n", 2))])
        table.commit([Put(TWO, {"n": 1}), Delete(ONE)])
        table.commit([])
    assert wire.operations == [
        "PutItem",
        "UpdateItem",
        "TransactWriteItems",
        "DeleteItem",
        "TransactWriteItems",
    ]


def test_each_read_is_one_request_and_a_sweep_one_a_shard(table: Table) -> None:
    with tapped(client("dynamodb")) as wire:
        table.get([Key("P", f"{n}") for n in range(100)])
        table.query(Key("P", "A"))
        table.due(99)
        table.get([])
    assert wire.operations == ["BatchGetItem", "Query", *["Query"] * _rows.SHARDS]


def test_what_can_be_told_before_is_never_asked(table: Table) -> None:
    hopeless = [
        lambda: table.get([Key("P", f"{n}") for n in range(101)]),
        lambda: table.commit([Put(Key("P", f"{n}"), {}) for n in range(101)]),
        lambda: table.commit([Put(ONE, {}), Delete(ONE)]),
        lambda: table.commit([Put(ONE, {"text": "x" * 410_000})]),
        lambda: table.commit([Update(ONE, {"text": "x" * 410_000}, equals("n", 1))]),
        lambda: table.commit([Put(ONE, {"number": float("nan")})]),
        lambda: table.commit([Put(ONE, {"number": float("inf")})]),
        lambda: table.commit([Put(ONE, {"number": 1e126})]),
        lambda: table.commit([Put(ONE, {"number": 10**38})]),
        lambda: table.commit([Put(ONE, {"map": {1: 2}})]),
        lambda: table.commit([Put(ONE, {"set": {1}})]),
        lambda: table.commit([Put(ONE, {"due": "soon"})]),
        lambda: table.commit([Put(ONE, {"due": None})]),
        lambda: table.commit([Put(ONE, {"expires": "late"})]),
        *[lambda name=name: table.commit([Put(ONE, {name: "x"})]) for name in _rows.OWN],
        *[lambda name=name: table.commit([Update(ONE, {name: 1}, ABSENT)]) for name in _rows.OWN],
    ]
    with tapped(client("dynamodb")) as wire:
        for ask in hopeless:
            with pytest.raises(Broken):
                ask()
    assert wire.operations == []


def item(key: Key) -> dict[str, Any]:
    return client("dynamodb").get_item(TableName=TABLE, Key=_rows.pack_key(key))["Item"]


def test_dynamodb_deletes_by_whole_seconds_and_the_row_keeps_its_own(table: Table) -> None:
    table.commit([Put(ONE, {"expires": 1_750_000_000.25}), Put(TWO, {"n": 1})])
    assert item(ONE)[_rows.EXPIRY] == {"N": "1750000001"}
    assert table.get([ONE]) == {ONE: {"expires": 1_750_000_000.25}}
    assert _rows.EXPIRY not in item(TWO)
    told = client("dynamodb").describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert told == {"AttributeName": _rows.EXPIRY, "TimeToLiveStatus": "ENABLED"}


def test_only_rows_that_are_due_stand_in_the_index_and_only_their_keys(table: Table) -> None:
    table.commit([Put(ONE, {"due": 5, "secret": "x"}), Put(TWO, {"n": 1})])
    told = client("dynamodb").scan(TableName=TABLE, IndexName=_shape.DUE_INDEX)["Items"]
    assert [set(one) for one in told] == [{"partition", "sort", "shard", "due"}]
    table.commit([Update(ONE, {"due": 7}, equals("due", 5))])
    assert item(ONE)[_rows.SHARD] == {"S": _rows.shard(ONE.partition)}
    table.commit([Put(ONE, {"secret": "x"})])
    assert client("dynamodb").scan(TableName=TABLE, IndexName=_shape.DUE_INDEX)["Items"] == []


def test_a_partitions_shard_is_the_same_in_every_process() -> None:
    assert [_rows.shard(name) for name in ("ACT#sms#A", "ACT#sms#B", "LANE#Z")] == ["3", "1", "3"]
    spread = {_rows.shard(f"ACT#sms#{n}") for n in range(50)}
    assert spread == {"0", "1", "2", "3"}


# The other ports


@pytest.mark.parametrize("code", sorted(STALE))
def test_a_receipt_that_is_stale_is_no_error(family: AwsFamily, code: str) -> None:
    with tapped(client("sqs"), refusal(code)) as wire:
        family.lanes.release("receipt", 1.5)
    assert len(wire.operations) == 1


@pytest.mark.parametrize(("seconds", "told"), [(-5, 0), (0, 0), (0.2, 1), (30, 30), (1e9, 43_200)])
def test_a_pause_is_told_in_seconds_that_sqs_takes(
    family: AwsFamily, seconds: float, told: int
) -> None:
    with tapped(client("sqs"), (200, {})) as wire:
        family.lanes.release("receipt", seconds)
    assert wire.bodies[0]["VisibilityTimeout"] == told


def test_a_release_that_aws_refuses_otherwise_is_an_error(family: AwsFamily) -> None:
    with tapped(client("sqs"), refusal("AccessDenied", 403)), pytest.raises(Broken):
        family.lanes.release("receipt", 1)
    with tapped(client("sqs"), *[GONE] * 3), pytest.raises(Transient):
        family.lanes.release("receipt", 1)


def test_characters_that_sqs_refuses_go_as_their_escapes(family: AwsFamily) -> None:
    words = "a\uffff\ufffe\x00\x1f\ud800b\t\n é😀\ufffd"
    body = json.dumps({"words": words}, ensure_ascii=False)
    with tapped(client("sqs")) as wire:
        family.lanes.put("a", body, "1")
    sent = wire.bodies[0]["MessageBody"]
    assert json.loads(sent) == {"words": words}
    assert not set("\uffff\ufffe\ud800") & set(sent)
    assert "é😀\ufffd" in sent


def test_a_put_that_failed_is_transient(family: AwsFamily) -> None:
    for silence in (GONE, refusal("ServiceUnavailable", 503), refusal("RequestThrottled")):
        with tapped(client("sqs"), *[silence] * 3), pytest.raises(Transient):
            family.lanes.put("a", "a1", "1")
    assert family.lanes.waiting() == 0


@pytest.mark.parametrize("answer", [GONE, refusal("TooManyRequestsException", 429), REFUSALS[1]])
def test_a_ring_that_aws_did_not_take_is_counted_and_harms_nobody(
    family: AwsFamily, answer: Answer
) -> None:
    bell = family.ports()["bell"]
    events = client("lambda").meta.events
    events.unregister("before-call.lambda.Invoke", world()._invoke)
    try:
        with tapped(client("lambda"), *[answer] * 3) as wire:
            bell.ring("sms", "a", ["1#0"])
    finally:
        events.register("before-call.lambda.Invoke", world()._invoke)
    assert wire.operations
    assert bell.lost == 1
    bell.ring("sms", "a")
    assert bell.lost == 1


def test_a_mistake_of_ours_in_a_ring_is_not_taken_for_a_lost_one(family: AwsFamily) -> None:
    with pytest.raises(TypeError):
        family.ports()["bell"].ring("sms", "a", [b"1#0"])


def test_a_socket_that_is_busy_is_not_gone(family: AwsFamily) -> None:
    gateway = client("apigatewaymanagementapi")
    event = "before-call.apigatewaymanagementapi.PostToConnection"
    gateway.meta.events.unregister(event, world()._push)
    try:
        with tapped(gateway, *[(429, {})] * 3), pytest.raises(Transient):
            family.sockets.push("a", "x")
        gone: Answer = (410, {"__type": "GoneException"})
        with tapped(gateway, gone):
            assert not family.sockets.push("a", "x")
    finally:
        gateway.meta.events.register(event, world()._push)


def test_a_timer_that_fires_while_it_is_moved_is_made_again(family: AwsFamily) -> None:
    with tapped(
        client("scheduler"),
        refusal("ConflictException", 409),
        refusal("ResourceNotFoundException", 404),
    ) as wire:
        family.timers.set("t", family.clock.now() + 600, "a", "a1")
    assert wire.operations == ["CreateSchedule", "UpdateSchedule", "CreateSchedule"]
    assert family.timers.next_at() == family.clock.now() + 600


def test_an_execution_begins_by_the_alias_and_is_called_by_its_machine(family: AwsFamily) -> None:
    with tapped(client("stepfunctions")) as wire:
        family.plans.start("plan-1", {"plan": "plan"})
        assert family.plans.is_running("plan-1")
        family.plans.stop("plan-1")
    started, asked, stopped = wire.bodies
    assert started["stateMachineArn"] == ENV["HUB_PLANS_MACHINE"] == f"{MACHINE}:live"
    assert json.loads(started["input"]) == {"plan": "plan"}
    assert asked == {"executionArn": f"{MACHINE.replace('stateMachine', 'execution')}:plan-1"}
    assert stopped == asked


def test_an_execution_of_that_name_that_is_over_is_none_that_can_begin(family: AwsFamily) -> None:
    with tapped(client("stepfunctions"), refusal("ExecutionAlreadyExists")):
        family.plans.start("plan-1", {})
    with tapped(client("stepfunctions"), (200, {"status": "TIMED_OUT"})):
        assert not family.plans.is_running("plan-1")
    with tapped(client("stepfunctions"), refusal("ExecutionDoesNotExist")):
        assert not family.plans.is_running("plan-1")


@pytest.mark.parametrize("code", ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"])
def test_a_token_whose_time_is_over_is_decided_already(family: AwsFamily, code: str) -> None:
    with tapped(client("stepfunctions"), refusal(code), refusal(code)):
        assert not family.plans.answer("token")
        assert not family.plans.beat("token")


def test_a_throttled_answer_is_no_answer(family: AwsFamily) -> None:
    with (
        tapped(client("stepfunctions"), *[refusal("ThrottlingException")] * 3),
        pytest.raises(Transient),
    ):
        family.plans.answer("token")


def test_a_timer_is_told_in_whole_seconds_of_utc(family: AwsFamily) -> None:
    with tapped(client("scheduler")) as wire:
        family.timers.set("t", 1_750_003_600.5, "a", "a1")
    (told,) = wire.bodies
    assert told["ScheduleExpression"] == "at(2025-06-15T16:06:41)"
    assert told["ScheduleExpressionTimezone"] == "UTC"
    assert told["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert told["ActionAfterCompletion"] == "DELETE"
    assert told["Target"] == {
        "Arn": ENV["HUB_LANES_ARN"],
        "RoleArn": ENV["HUB_TIMERS_ROLE"],
        "Input": "a1",
        "SqsParameters": {"MessageGroupId": "a"},
        "DeadLetterConfig": {"Arn": ENV["HUB_TIMERS_DLQ_ARN"]},
    }


def keys_of(clock: Clock) -> Keys:
    """Another process's keys."""
    clients = world().clients
    dynamodb, kms = clients.get("dynamodb"), clients.get("kms")
    return Keys(KEYS_TABLE, world().master, lambda: dynamodb, lambda: kms, clock)


def test_two_that_make_a_key_at_once_agree_on_one(family: AwsFamily, clock: Clock) -> None:
    others: list[bytes] = []

    def race(**_: Any) -> None:
        if not others:
            others.append(b"")
            others[0] = keys_of(clock).of("home:A")

    events = client("dynamodb").meta.events
    events.register_first("provide-client-params.dynamodb.PutItem", race)
    try:
        assert family.keys.of("home:A") == others[0]
    finally:
        events.unregister("provide-client-params.dynamodb.PutItem", race)
    assert keys_of(clock).of("home:A") == others[0]


def test_a_key_destroyed_elsewhere_is_dead_here_within_five_minutes(
    family: AwsFamily, clock: Clock
) -> None:
    key = family.keys.of("home:A")
    keys_of(clock).destroy("home:A")
    clock.at += 299
    assert family.keys.of("home:A") == key
    clock.at += 2
    with pytest.raises(Refused):
        family.keys.of("home:A")


def test_a_known_key_costs_nothing(family: AwsFamily) -> None:
    family.keys.of("home:A")
    with tapped(client("dynamodb")) as rows, tapped(client("kms")) as kms:
        family.keys.of("home:A")
    assert rows.operations == kms.operations == []


def test_a_wrapped_key_opens_for_its_owner_alone(family: AwsFamily, clock: Clock) -> None:
    for owner in ("home:A", "home:B"):
        family.keys.of(owner)
    dynamodb = client("dynamodb")
    stolen = dynamodb.get_item(TableName=KEYS_TABLE, Key={"owner": {"S": "home:A"}})["Item"]
    dynamodb.put_item(TableName=KEYS_TABLE, Item={**stolen, "owner": {"S": "home:B"}})
    with pytest.raises(Broken):
        keys_of(clock).of("home:B")


def test_a_tombstone_holds_no_key(family: AwsFamily) -> None:
    family.keys.of("home:A")
    family.keys.destroy("home:A")
    row = client("dynamodb").get_item(TableName=KEYS_TABLE, Key={"owner": {"S": "home:A"}})["Item"]
    assert row == {"owner": {"S": "home:A"}, "destroyed": {"BOOL": True}}


def test_secrets_that_go_together_come_in_one_request_and_are_known_for_five_minutes(
    family: AwsFamily, clock: Clock
) -> None:
    ssm = client("ssm")
    secrets = Secrets(lambda: ssm, SECRETS_PATH, clock, ["ONE", "TWO", "NEVER"])
    with tapped(ssm) as wire:
        found = [secrets.get(name) for name in ("TWO", "ONE", "NEVER", "ONE")]
        assert found == ["2", "1", "", "1"]
        assert len(wire.operations) == 1
        assert secrets.get("THREE") == "3"
        assert len(wire.operations) == 2
        world().keep({"ONE": "new", "TWO": "2", "THREE": "3"})
        wire.operations.clear()
        clock.at += 299
        assert secrets.get("ONE") == "1"
        clock.at += 2
        assert secrets.get("ONE") == "new"
        assert len(wire.operations) == 1


def test_more_than_ten_secrets_are_asked_in_tens(family: AwsFamily, clock: Clock) -> None:
    ssm = client("ssm")
    secrets = Secrets(lambda: ssm, SECRETS_PATH, clock, [f"S{n}" for n in range(23)])
    with tapped(ssm) as wire:
        assert secrets.get("ONE") == "1"
    assert [len(body["Names"]) for body in wire.bodies] == [10, 10, 4]
    assert all(body["WithDecryption"] for body in wire.bodies)


def test_secrets_that_cannot_be_read_are_no_empty_ones(family: AwsFamily) -> None:
    with tapped(client("ssm"), *[GONE] * 3), pytest.raises(Transient):
        family.secrets.get("ONE")
    assert family.secrets.get("ONE") == "1"


def test_a_blob_that_cannot_be_read_is_not_absent(family: AwsFamily) -> None:
    family.blobs.put("a", b"1")
    with tapped(client("s3"), *[GONE] * 3), pytest.raises(Transient):
        family.blobs.get("a")
    assert family.blobs.get("a") == b"1"


# The family


def test_a_setting_that_is_missing_is_told_when_its_part_is_first_used() -> None:
    needed = {
        "table": "HUB_TABLE",
        "lanes": "HUB_LANES_URL",
        "bell": "HUB_FUNCTIONS_PREFIX",
        "timers": "HUB_TIMERS_GROUP",
        "plans": "HUB_PLANS_MACHINE",
        "blobs": "HUB_BLOBS",
        "keys": "HUB_KEYS_TABLE",
        "secrets": "HUB_SECRETS_PATH",
        "sockets": "HUB_SOCKETS_URL",
    }
    parts = open_family({}).ports()
    assert set(parts) == {*needed, "clock", "client"}
    for name, setting in needed.items():
        part = parts[name]
        assert isinstance(part, Later)
        with pytest.raises(Broken, match=setting):
            part.value()


def test_every_client_has_short_timeouts_and_few_tries() -> None:
    names = ("dynamodb", "sqs", "lambda", "scheduler", "stepfunctions", "s3", "kms", "ssm", "sts")
    for name in names:
        config = world().clients.get(name).meta.config
        assert config.connect_timeout == 2
        assert 5 <= config.read_timeout <= 10
        assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_clients_are_made_once_and_fresh_ones_each_time() -> None:
    clients = Clients({"AWS_REGION": "eu-west-1"}, world()._session)
    assert clients.get("sqs") is clients.get("sqs")
    assert clients.get("sqs") is not clients.fresh("sqs")


def test_opening_the_family_asks_nothing_and_loads_neither_boto3_nor_a_session() -> None:
    code = (
        "import sys; from backends.aws.family import open_family; "
        "parts = open_family({'HUB_TABLE': 't', 'AWS_REGION': 'eu-west-1'}).ports(); "
        "parts['table'].value(); "
        "print(sorted(set(sys.modules) & {'boto3', 'botocore.session', 's3transfer'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def test_nothing_in_the_family_names_boto3() -> None:
    files = sorted((ROOT / "backends" / "aws").glob("*.py"))
    assert len(files) > 10
    for file in files:
        assert "import boto3" not in file.read_text(), file


def test_each_port_has_a_file_of_the_same_name_in_both_families() -> None:
    def named(family: str) -> set[str]:
        files = (ROOT / "backends" / family).glob("[a-z]*.py")
        return {file.stem for file in files}

    assert named("aws") == named("local")
