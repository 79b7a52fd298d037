"""The aws family in this process: our code and botocore as shipped, moto in place of AWS.

Requests run through botocore to its `before-send` hook, where moto answers. What moto gets wrong
and the lanes rest on is put right here, in the open: `SqsQueue`, `SqsMessage`, `SameKind`,
`_by_alias`. What it does not
do (a schedule that fires, a row that expires, an invoke that runs, a socket that closes) is played
by the ends that only tests use, on a clock in their hand.

One world a process: opening a family empties it, so two open families would share their rows.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import unquote

import moto.dynamodb.comparisons
import moto.dynamodb.models
import moto.dynamodb.models.table
import moto.dynamodb.responses
import moto.kms.responses
import moto.sqs.models
import moto.stepfunctions.models
import moto.stepfunctions.responses
from botocore import UNSIGNED
from botocore.session import Session
from moto.backends import get_backend
from moto.core.models import botocore_stubber
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.sqs.exceptions import ReceiptHandleIsInvalid

from backends.aws import _rows, _shape
from backends.aws._clients import Clients
from backends.aws.family import open_family
from backends.clock import Clock as MachineClock
from backends.local.bell import Bell as LocalBell
from backends.local.lanes import BATCH, Message
from infra import machine
from persona import ports
from persona.keys import Key, Scope
from persona.ports import Row, Write
from tests import brisk

sqs: Any = moto.sqs.models
dynamodb: Any = moto.dynamodb.models
machines: Any = moto.stepfunctions.models
REGION, ACCOUNT = "eu-west-1", "123456789012"
TABLE, KEYS_TABLE, BUCKET, PREFIX = "hub", "hub-keys", "hub-blobs", "hub-"
LANES, DEAD = "lanes.fifo", "lanes-dead.fifo"
SECRETS_PATH = "/hub/"
REPEATS = 300_000
PLAN_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hub-plan:{machine.ALIAS}"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:hub-{machine.NAME}"
GROUP = "hub"
CREDENTIAL = f"AWS4-HMAC-SHA256 Credential=test/20250101/{REGION}/any/aws4_request"
"""What moto reads of a signature: the region."""
LANE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/hub-lane"
ENV = {
    "HUB_TABLE": TABLE,
    "HUB_KEYS_TABLE": KEYS_TABLE,
    "HUB_BLOBS": BUCKET,
    "HUB_FUNCTIONS_PREFIX": PREFIX,
    "HUB_SECRETS_PATH": SECRETS_PATH,
    "HUB_SOCKETS_URL": f"https://hub.execute-api.{REGION}.amazonaws.com/live",
    "HUB_LANES_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{LANES}",
    "HUB_LANES_ARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{LANES}",
    "HUB_PLANS_MACHINE": f"{MACHINE}:{machine.ALIAS}",
    "HUB_TIMERS_GROUP": GROUP,
    "HUB_TIMERS_ROLE": f"arn:aws:iam::{ACCOUNT}:role/hub-timers",
    "HUB_TIMERS_DLQ_ARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:timers-dead",
}


class SqsMessage(moto.sqs.models.Message):
    """A message whose receipt is good while it is in flight, as in SQS; moto takes any, for ever."""

    @property
    def visible(self) -> bool:
        return sqs.unix_time_millis() >= self.visible_at

    def had_receipt_handle(self, receipt_handle: str) -> bool:
        return receipt_handle == self.receipt_handle and not self.visible


class SqsQueue(moto.sqs.models.Queue):
    """A queue that knows repeats for five minutes, by lane; moto forgets them with the message."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.marks: dict[tuple[Any, Any], float] = {}

    def add_message(self, message: Any) -> None:
        mark, sent = (message.group_id, message.deduplication_id), message.sent_timestamp
        if self.fifo_queue and sent - self.marks.get(mark, -REPEATS) < REPEATS:
            return
        self.marks[mark] = sent
        self._messages.append(message)


class SameKind(moto.dynamodb.comparisons.OpEqual):
    """Equal and of one kind: DynamoDB never takes True for 1."""

    def expr(self, item: Any) -> bool:
        one: Any = self.lhs
        other: Any = self.rhs
        return one.get_type(item) == other.get_type(item) and super().expr(item)


class DynamoTable(moto.dynamodb.models.table.Table):
    """A table that walks what it is asked for, and whose copy shares what no write changes.

    moto sorts every row there is for each query, and copies every row for each write of a
    transaction; the rows that come of it are the same.
    """

    _asked: list[Any] | None = None
    _kept: "DynamoTable"

    def query(self, hash_key: Any, *rest: Any, **more: Any) -> Any:
        index_name = rest[INDEX_NAME]
        partition = self.items.get(hash_key, {}).values()
        self._asked = self.has_idx_items(index_name) if index_name else list(partition)
        try:
            return super().query(hash_key, *rest, **more)
        finally:
            self._asked = None

    def all_items(self) -> list[Any]:
        return super().all_items() if self._asked is None else self._asked

    def has_idx_items(self, index_name: str) -> list[Any]:
        wanted = [key["AttributeName"] for key in self.get_index(index_name).schema]
        rows = (item for partition in self.items.values() for item in partition.values())
        return [item for item in rows if all(name in item.attrs for name in wanted)]

    def __deepcopy__(self, memo: dict[int, Any]) -> "DynamoTable":
        return self._kept

    def keep(self, writes: Iterable[Mapping[str, Any]]) -> None:
        """Remembers how it is before these writes of a transaction, which may yet be taken back."""
        kept = copy.copy(self)
        kept.items = self.items.copy()
        for write in writes:
            row = write.get("Key") or write["Item"]
            partition, sort = (DynamoType(row[name]) for name in (_rows.PARTITION, _rows.SORT))
            rows = kept.items[partition] = kept.items.get(partition, {}).copy()
            if sort in rows:
                rows[sort] = copy.deepcopy(rows[sort])
        self._kept = kept


def _transact(self: Any, transact_items: Sequence[Mapping[str, Any]]) -> None:
    writes = [write for item in transact_items for write in item.values()]
    for name, table in self.tables.items():
        table.keep(write for write in writes if write["TableName"] == name)
    _transact_slowly(self, transact_items)


def _asked_directly(request: Any) -> Any:
    """Whose answer needs nothing of a web server's own objects; None for other services."""
    target = request.headers.get("X-Amz-Target", b"").partition(b".")[0]
    return DIRECT.get(target)


def _answer_directly(handler: Any, request: Any) -> Any:
    named = ("X-Amz-Target", "Content-Type")
    handler.headers = {name: request.headers[name].decode() for name in named}
    handler.method, handler.path, handler.data = "POST", "/", request.body
    handler.content_type, handler.body = handler.headers["Content-Type"], request.body
    handler.values, handler.querystring, handler.uri_match = {}, {}, {}
    handler.response_headers = {}
    handler.region, handler.partition, handler.current_account = REGION, "aws", ACCOUNT
    if handler.automated_parameter_parsing:
        handler.parse_parameters(handler)
    return handler.call_action()


def _one_at_a_time(self: Any) -> Any:
    """A whole request before the next; moto's transactions see what other threads write meanwhile."""
    with _alone:
        return _call_action(self)


INDEX_NAME = 6
"""Where `moto.dynamodb.models.table.Table.query` is given it, after the key."""
_transact_slowly: Any = dynamodb.DynamoDBBackend.transact_write_items
_alone = threading.RLock()
DIRECT: Mapping[bytes, Callable[[], Any]] = {
    b"DynamoDB_20120810": moto.dynamodb.responses.DynamoHandler,
    b"TrentService": moto.kms.responses.KmsResponse,
}
"""Moto's handlers by how a request's target begins."""
_call_action: Any = moto.dynamodb.responses.DynamoHandler.call_action


def _by_alias(self: Any, arn: str) -> Any:
    """A machine by the ARN of an alias too, which moto makes and then does not start by."""
    known, _, alias = arn.rpartition(":")
    for one in self.state_machines:
        if one.arn == known and alias in one.aliases:
            return one
    return _describe_machine(self, arn)


_describe_machine: Any = machines.StepFunctionBackend.describe_state_machine


class Faults(Protocol):
    """What a test does to requests on their way: botocore's three hooks around a call."""

    def before_call(self, **about: Any) -> Any: ...
    def after_call(self, **about: Any) -> None: ...
    def before_send(self, **about: Any) -> Any: ...


class World:
    """The one AWS of this process; `family` is whose bell and sockets it rings."""

    def __init__(self) -> None:
        sqs.Message, sqs.Queue, dynamodb.Table = SqsMessage, SqsQueue, DynamoTable
        moto.dynamodb.comparisons.COMPARATOR_CLASS["="] = SameKind
        dynamodb.DynamoDBBackend.transact_write_items = _transact
        moto.dynamodb.responses.DynamoHandler.call_action = _one_at_a_time
        machines.StepFunctionBackend.describe_state_machine = _by_alias
        brisk.hasten()
        answer, answering = botocore_stubber.process_request, threading.RLock()

        def one_at_a_time(request: Any) -> Any:  # moto's transactions are none between threads
            with answering:
                handler = _asked_directly(request)
                if handler is not None:
                    return _answer_directly(handler(), request)
                request.headers["Authorization"] = CREDENTIAL
                return answer(request)

        botocore_stubber.process_request = one_at_a_time
        sqs.unix_time_millis = lambda: self.clock.now() * 1000
        sqs.unix_time = lambda: self.clock.now()  # noqa: PLW0108 - the clock is another each time
        session = Session()
        session.set_credentials("test", "test")
        # Nobody here reads a signature, and making one is a tenth of a request.
        session.register("choose-signer", lambda **_: UNSIGNED)
        session.register("before-parameter-build", self._asked)
        session.register("before-call", self._before_call)
        session.register("after-call", self._after_call)
        session.get_component("event_emitter").register_first("before-send", self._before_send)
        session.register("before-call.lambda.Invoke", self._invoke)
        session.register("before-call.apigatewaymanagementapi.PostToConnection", self._push)
        self._session = session
        self.renew()
        self.clock: ports.Clock = MachineClock()
        self.secrets: dict[str, str] = {}
        self.heard: Callable[[dict[str, Any]], None]
        self.sockets: dict[str, Callable[[str], None]] = {}
        self.faults: Faults | None = None
        self.watch: Callable[[str, str, Mapping[str, Any]], None] | None = None

    def _asked(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if self.watch:
            service = model.service_model.endpoint_prefix
            self.watch(model.name, service, params)

    def _before_call(self, **about: Any) -> Any:
        return self.faults.before_call(**about) if self.faults else None

    def _after_call(self, **about: Any) -> None:
        if self.faults:
            self.faults.after_call(**about)

    def _before_send(self, **about: Any) -> Any:
        return self.faults.before_send(**about) if self.faults else None

    def renew(self) -> None:
        """Clients that have learnt nothing yet: botocore tries less after many failures."""
        self.clients = Clients({"AWS_REGION": REGION}, self._session)

    def backend(self, name: Any) -> Any:
        return get_backend(name)[ACCOUNT]["aws" if name == "s3" else REGION]

    def empty(self) -> None:
        """Makes what there is not, and takes out what another family left."""
        botocore_stubber.enabled = True
        tables = self.backend("dynamodb").tables
        if TABLE not in tables:
            self._make()
        for name in (TABLE, KEYS_TABLE):
            tables[name].items.clear()
        for queue in self.backend("sqs").queues.values():
            queue._messages, queue.marks = [], {}
            queue.pending_messages.clear()
            queue.deleted_messages.clear()
        self.backend("s3").buckets[BUCKET].keys.clear()
        self.backend("scheduler").schedule_groups[GROUP].schedules.clear()
        for made in self.machines().state_machines:
            made.executions.clear()
        self.sockets.clear()

    def _make(self) -> None:
        client = self.clients.get("dynamodb")
        client.create_table(TableName=TABLE, **_shape.TABLE)
        client.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=_shape.TABLE_EXPIRY)
        client.create_table(TableName=KEYS_TABLE, **_shape.KEYS_TABLE)
        queues = self.clients.get("sqs")
        queues.create_queue(QueueName=DEAD, Attributes=_shape.DEAD_LETTERS)
        redrive = json.dumps(_shape.redrive(f"arn:aws:sqs:{REGION}:{ACCOUNT}:{DEAD}"))
        attributes = {**_shape.LANES, "RedrivePolicy": redrive}
        queues.create_queue(QueueName=LANES, Attributes=attributes)
        place = {"LocationConstraint": REGION}
        self.clients.get("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        self.clients.get("scheduler").create_schedule_group(Name=GROUP)
        self.make_machine()
        self.secrets = {}

    def make_machine(self) -> None:
        """As it is deployed: a published version, with an alias on it."""
        client = self.clients.get("stepfunctions")
        made = client.create_state_machine(
            name=f"hub-{machine.NAME}",
            definition=json.dumps(machine.definition(PLAN_FUNCTION)),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/hub-plans",
            publish=True,
        )
        route = {"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}
        client.create_state_machine_alias(name=machine.ALIAS, routingConfiguration=[route])

    def machines(self) -> Any:
        """Moto's state machines: those that run, where `tests/executions.py` switched them on."""
        return moto.stepfunctions.responses.get_backend(ACCOUNT, REGION)

    @property
    def master(self) -> str:
        """The key that wraps data keys; one for all tests of this process."""
        known = self.backend("kms").keys
        return next(iter(known)) if known else self._master()

    def _master(self) -> str:
        return self.clients.get("kms").create_key()["KeyMetadata"]["KeyId"]

    def keep(self, secrets: Mapping[str, str]) -> None:
        """Puts the parameters that changed; SSM holds no empty value."""
        client = self.clients.get("ssm")
        wanted = {SECRETS_PATH + name: value for name, value in secrets.items() if value}
        for name in self.secrets.keys() - wanted.keys():
            client.delete_parameter(Name=name)
        for name, value in wanted.items():
            if self.secrets.get(name) != value:
                client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        self.secrets = wanted

    def _invoke(self, **about: Any) -> tuple[Any, dict[str, Any]]:
        """Hears a ring; the faults' hooks are called here, since none of botocore's follow."""
        refused = self._before_call(**about)
        if refused is not None:
            return refused
        params = about["params"]
        name = unquote(params["url_path"].split("/")[-2])
        ring = json.loads(params["body"])
        function = ring["function"]
        is_own = function in ("plan", "socket")
        assert name == PREFIX + (function if is_own else f"act-{function}"), name
        assert params["headers"]["X-Amz-Invocation-Type"] == "Event"
        self.heard(ring)
        if self.faults:
            self.faults.before_send(event_name="Invoke", request=SimpleNamespace(url="lambda"))
        return _answer(202, {"StatusCode": 202})

    def _push(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        push = self.sockets.get(unquote(params["url_path"].split("/")[-1]))
        if push is None:
            return _answer(410, {"Error": {"Code": "GoneException", "Message": ""}})
        push(params["body"].decode())
        return _answer(200, {})


def _answer(status: int, parsed: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What botocore takes in place of a request."""
    return SimpleNamespace(status_code=status), {
        **parsed,
        "ResponseMetadata": {"HTTPStatusCode": status},
    }


@cache
def world() -> World:
    return World()


class Table:
    """The table's port, with what only tests and the local stage do to a whole table."""

    def __init__(self, port: ports.Table) -> None:
        self._port = port

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        return self._port.get(keys)

    def query(self, prefix: Key, **more: Any) -> list[tuple[Key, Row]]:
        return self._port.query(prefix, **more)

    def commit(self, writes: Sequence[Write]) -> None:
        self._port.commit(writes)

    def due(self, now: float, limit: int = 100) -> list[Key]:
        return self._port.due(now, limit)

    def within(self, scope: Scope) -> ports.Table:
        return self._port.within(scope)

    def _held(self) -> Iterator[Any]:
        """moto's own rows, in no order."""
        for partition in world().backend("dynamodb").tables[TABLE].items.values():
            yield from partition.values()

    def _items(self) -> list[dict[str, Any]]:
        rows = sorted(self._held(), key=lambda row: (row.hash_key.value, row.range_key.value))
        return [row.to_json()["Attributes"] for row in rows]

    def scan(self, partition_prefix: str) -> list[tuple[Key, Row]]:
        """Every row of the partitions with this prefix."""
        rows = ((_rows.open_key(item), item) for item in self._items())
        return [
            (key, _rows.open_row(item))
            for key, item in rows
            if key.partition.startswith(partition_prefix)
        ]

    def count(self) -> int:
        return sum(1 for _ in self._held())

    def next_due(self, after: float = 0.0) -> float | None:
        found = (row.attrs.get(_rows.DUE) for row in self._held())
        dues = [float(due.value) for due in found if due is not None]
        return min((due for due in dues if due > after), default=None)

    def expire(self, now: float) -> int:
        """Deletes what DynamoDB would, by its own attribute."""
        gone = [
            item
            for item in self._items()
            if float(item.get(_rows.EXPIRY, {"N": "inf"})["N"]) <= now
        ]
        for item in gone:
            self._port.commit([ports.Delete(_rows.open_key(item))])
        return len(gone)


class Lanes:
    """The lanes' port, and the receiving end, which in AWS is Lambda's."""

    def __init__(self, port: ports.Lanes) -> None:
        self._port = port

    def put(self, lane: str, body: str, once: str) -> None:
        self._port.put(lane, body, once)

    def release(self, receipt: str, seconds: float) -> None:
        self._port.release(receipt, seconds)

    def _queue(self, name: str = LANES) -> Any:
        return world().backend("sqs").queues[name]

    def receive(self) -> list[Message]:
        """The next batch, of as many lanes as have something to work.

        moto lets go of what is visible again one by one, and so hands out a lane's second first.
        """
        queue = self._queue()
        queue.pending_messages.difference_update([m for m in queue.pending_messages if m.visible])
        found = world().backend("sqs").receive_message(LANES, BATCH, 0, _shape.LANE_SECONDS)
        return [_message(one) for one in found]

    def delete(self, message: Message) -> None:
        """Done, if the receipt is still good."""
        try:
            world().backend("sqs").delete_message(LANES, message.receipt)
        except ReceiptHandleIsInvalid:
            return

    def drop_received(self) -> None:
        """As if the messages that were ever received had been given up."""
        queue = self._queue()
        for message in [m for m in queue._messages if m.approximate_receive_count]:
            queue._messages.remove(message)
            queue.pending_messages.discard(message)

    def dead_letters(self) -> list[Message]:
        return [_message(one) for one in self._queue(DEAD)._messages]

    def bury(self, message: Message) -> None:
        dead = self._queue(DEAD)
        dead._messages = [one for one in dead._messages if one.id != message.id]

    def everything(self) -> list[Message]:
        """All that is in any lane, in order, without receiving it."""
        return [_message(one) for one in self._queue()._messages]

    def waiting(self) -> int:
        return len(self._queue()._messages)

    def next_visible(self) -> float | None:
        """When the next lane may be received: nothing of a lane comes while some is in flight."""
        lanes: dict[str, float] = {}
        for message in self._queue()._messages:
            at = message.visible_at / 1000
            lanes[message.group_id] = max(at, lanes.get(message.group_id, 0.0))
        return min(lanes.values(), default=None)


def _message(found: Any) -> Message:
    return Message(
        id=found.id,
        lane=found.group_id,
        body=found.body,
        receipt=found.receipt_handle or "",
        receives=found.approximate_receive_count,
    )


class Bell(LocalBell):
    """Rings through AWS; what was invoked waits here for a worker."""

    def __init__(self, port: ports.Bell) -> None:
        super().__init__()
        self.port = port

    def ring(
        self, function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        self.port.ring(function, lane, acts, behind)

    def hear(self, ring: dict[str, Any]) -> None:
        super().ring(**ring)


class Timers:
    """The timers' port, and a scheduler that fires when it is told to."""

    def __init__(self, port: ports.Timers) -> None:
        self._port = port

    def set(self, name: str, at: float, lane: str, body: str) -> None:
        self._port.set(name, at, lane, body)

    def cancel(self, name: str) -> None:
        self._port.cancel(name)

    def _schedules(self) -> dict[str, Any]:
        return world().backend("scheduler").schedule_groups[GROUP].schedules

    def next_at(self) -> float | None:
        return min(map(_moment, self._schedules().values()), default=None)

    def fire(self) -> int:
        """Puts what is due into its lane, as the schedule says."""
        now, schedules = world().clock.now(), self._schedules()
        due = [one for one in schedules.values() if _moment(one) <= now]
        for one in sorted(due, key=_moment):
            assert one.target["Arn"] == ENV["HUB_LANES_ARN"]
            assert one.action_after_completion == "DELETE"
            group = one.target["SqsParameters"]["MessageGroupId"]
            world().backend("sqs").send_message(LANES, one.target["Input"], group_id=group)
            del schedules[one.name]
        return len(due)


def _moment(schedule: Any) -> float:
    assert schedule.schedule_expression_timezone == "UTC"
    spelled = schedule.schedule_expression.removeprefix("at(").removesuffix(")")
    return datetime.fromisoformat(spelled).replace(tzinfo=UTC).timestamp()


class Sockets:
    """The sockets' port, and the browsers at the other end."""

    def __init__(self, port: ports.Sockets) -> None:
        self._port = port

    def push(self, socket: str, text: str) -> bool:
        return self._port.push(socket, text)

    def add(self, socket: str, push: Callable[[str], None]) -> None:
        world().sockets[socket] = push

    def remove(self, socket: str) -> None:
        world().sockets.pop(socket, None)


class AwsFamily:
    """Opens on an empty world; the same ends as the local family's.

    `secrets` are what SSM holds. With `lane_role`, turns ask with credentials of their lane.
    """

    def __init__(
        self,
        secrets: Mapping[str, str] | None = None,
        *,
        clock: ports.Clock | None = None,
        lane_role: bool = False,
    ) -> None:
        self.clock = clock or MachineClock()
        self._env = {**ENV, "HUB_LANE_ROLE": LANE_ROLE if lane_role else ""}
        world().clock = self.clock
        world().empty()
        world().keep(secrets or {})
        self._env["HUB_KMS_KEY"] = world().master
        self.reopen()

    def reopen(self) -> None:
        """A fresh process on the same state: what the old one knew is gone."""
        self._ports = self.fresh()
        self.table = Table(self._ports["table"])
        self.lanes = Lanes(self._ports["lanes"])
        self.bell = Bell(self._ports["bell"])
        self.timers = Timers(self._ports["timers"])
        self.plans: ports.Plans = self._ports["plans"]
        self.sockets = Sockets(self._ports["sockets"])
        self.blobs: ports.Blobs = self._ports["blobs"]
        self.keys: ports.Keys = self._ports["keys"]
        self.secrets: ports.Secrets = self._ports["secrets"]
        world().heard = self.bell.hear

    def fresh(self) -> dict[str, Any]:
        """The product's parts as another process makes them, beside those of this one."""
        family = open_family(self._env, clock=self.clock, clients=world().clients)
        return {
            name: part.value() if isinstance(part, ports.Later) else part
            for name, part in family.ports().items()
        }

    def ports(self) -> dict[str, Any]:
        """The product's own parts under their ports' names."""
        return dict(self._ports)

    def close(self) -> None:
        world().faults = None
        botocore_stubber.enabled = False
