"""The lane fence: whatever a worker asks that is not its lane's own is refused, and never sent."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.aws import _workers
from backends.aws._fence import READERS
from backends.aws.table import Table
from persona import keys
from persona.errors import Broken
from persona.keys import Key, Scope
from persona.ports import ABSENT, Check, Delete, Put, Row, Update, equals
from tests.aws import KEYS_TABLE, TABLE, AwsFamily, world
from tests.contract.families import FAMILIES, SHM, Clock, Opened
from tests.contract.wire import tapped

ANN = Scope.of_turn("ANN", ["HOMEA", "HOMEB"], ["sms"])
OWN = sorted(ANN.partitions - ANN.read_only)
FOREIGN = (
    "LANE#ANNIE",
    "LANE#AN",
    "LANE#ann",
    "LANE#",
    "LANE#*",
    "LANE#ANN*",
    "LANE#ANN ",
    "LANE#ANN#",
    "GATE#BOB",
    "HOME#HOMEC",
    "HOME#",
    "ACT#sms#BOB",
    "ACT#slack#ANN",
    "PROVIDER#slack#ANN",
    "ADDRESS#sms#+14155550101",
    "SESSION#1",
    "",
)
FILLED = [*OWN, *[partition for partition in FOREIGN if partition]]
Ask = tuple[str, dict[str, Any]]


def key(partition: Any, sort: str = "HEAD") -> dict[str, Any]:
    return {"partition": {"S": partition}, "sort": {"S": sort}}


def at(partition: Any, **more: Any) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": key(partition), **more}


def query(condition: str, *values: str, **more: Any) -> Ask:
    marks = {f":{n}": {"S": value} for n, value in enumerate(values)}
    asked = {"KeyConditionExpression": condition, "ExpressionAttributeValues": marks}
    return "query", {"TableName": TABLE, **asked, **more}


def batch(*partitions: str, table: str = TABLE) -> Ask:
    return "batch_get_item", {"RequestItems": {table: {"Keys": [key(p) for p in partitions]}}}


def transact(*items: dict[str, Any]) -> Ask:
    return "transact_write_items", {"TransactItems": list(items)}


OWN_PUT = {"Put": {"TableName": TABLE, "Item": key("LANE#ANN")}}
CHECKED = {"ConditionExpression": "attribute_not_exists(#p)"}
CHECKED |= {"ExpressionAttributeNames": {"#p": "partition"}}  # type: ignore[dict-item]
SET = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
PARTIQL = f"SELECT * FROM {TABLE} WHERE partition = 'LANE#ANN'"
ATTACKS: dict[str, Ask] = {
    **{f"get {one!r}": ("get_item", at(one)) for one in FOREIGN},
    "put elsewhere": ("put_item", {"TableName": TABLE, "Item": key("LANE#ANNIE")}),
    "update elsewhere": ("update_item", at("GATE#BOB", **SET)),
    "delete elsewhere": ("delete_item", at("HOME#HOMEC")),
    "own and foreign in one read": batch("LANE#ANN", "LANE#BOB"),
    "an empty read": ("batch_get_item", {"RequestItems": {}}),
    "a read of no keys": ("batch_get_item", {"RequestItems": {TABLE: {"Keys": []}}}),
    "the keys' table": batch("LANE#ANN", table=KEYS_TABLE),
    "two tables": (
        "batch_get_item",
        {"RequestItems": {name: {"Keys": [key("LANE#ANN")]} for name in (TABLE, KEYS_TABLE)}},
    ),
    "query elsewhere": query("#p = :0", "LANE#BOB", ExpressionAttributeNames={"#p": "partition"}),
    "query by a plain name": query("partition = :0", "LANE#BOB"),
    "query without a partition": query("sort = :0", "LANE#ANN"),
    "query with its names swapped": query(
        "#p = :0 AND #s = :1",
        "LANE#ANN",
        "LANE#BOB",
        ExpressionAttributeNames={"#p": "sort", "#s": "partition"},
    ),
    "query with sort first": query("sort = :1 AND partition = :0", "LANE#BOB", "LANE#ANN"),
    "query in brackets": query("(partition = :0)", "LANE#BOB"),
    "query with two partitions": query("partition = :0 AND partition = :1", "LANE#ANN", "LANE#B"),
    "query on a range of partitions": query("partition > :0", "LANE#ANN"),
    "query with a prefix of a partition": query("begins_with(partition, :0)", "LANE#ANN"),
    "query with an OR": query("partition = :0 OR partition = :1", "LANE#ANN", "LANE#BOB"),
    "query over a line": query("partition = :0\nOR partition = :1", "LANE#ANN", "LANE#BOB"),
    "query on the index": query("shard = :0", "1", IndexName="due"),
    "own query on the index": query("partition = :0", "LANE#ANN", IndexName="due"),
    "query from elsewhere": query("partition = :0", "LANE#ANN", ExclusiveStartKey=key("LANE#BOB")),
    "query in the old form": (
        "query",
        {
            "TableName": TABLE,
            "KeyConditions": {
                "partition": {
                    "AttributeValueList": [{"S": "LANE#BOB"}],
                    "ComparisonOperator": "EQ",
                }
            },
        },
    ),
    "query in both forms": query(
        "partition = :0",
        "LANE#ANN",
        KeyConditions={
            "partition": {"AttributeValueList": [{"S": "X"}], "ComparisonOperator": "EQ"}
        },
    ),
    "a query of nothing": ("query", {"TableName": TABLE}),
    "scan": ("scan", {"TableName": TABLE}),
    "scan of the index": ("scan", {"TableName": TABLE, "IndexName": "due"}),
    "PartiQL": ("execute_statement", {"Statement": PARTIQL}),
    "PartiQL in a batch": ("batch_execute_statement", {"Statements": [{"Statement": PARTIQL}]}),
    "PartiQL in a transaction": (
        "execute_transaction",
        {"TransactStatements": [{"Statement": PARTIQL}]},
    ),
    "batch write of its own": (
        "batch_write_item",
        {"RequestItems": {TABLE: [{"PutRequest": {"Item": key("LANE#ANN")}}]}},
    ),
    "an empty transaction": transact(),
    "a transaction with a foreign put": transact(
        OWN_PUT, {"Put": {"TableName": TABLE, "Item": key("LANE#BOB")}}
    ),
    "a transaction with a foreign check": transact(
        OWN_PUT, {"ConditionCheck": at("GATE#BOB", **CHECKED)}
    ),
    "a transaction with a foreign update": transact(OWN_PUT, {"Update": at("LANE#BOB", **SET)}),
    "a transaction with a foreign delete": transact(OWN_PUT, {"Delete": at("LANE#BOB")}),
    "two writes in one item": transact({**OWN_PUT, "Delete": at("LANE#BOB")}),
    "an item of no write": transact(OWN_PUT, {}),
    "a transaction on another table": transact(
        OWN_PUT, {"Delete": {"TableName": KEYS_TABLE, "Key": {"owner": {"S": "home:A"}}}}
    ),
    "a reading transaction elsewhere": (
        "transact_get_items",
        {"TransactItems": [{"Get": at("LANE#ANN")}, {"Get": at("LANE#BOB")}]},
    ),
    "a key without its partition": (
        "get_item",
        {"TableName": TABLE, "Key": {"sort": {"S": "HEAD"}}},
    ),
    "an item without its partition": (
        "put_item",
        {"TableName": TABLE, "Item": {"sort": {"S": "HEAD"}}},
    ),
    "a partition of two kinds": (
        "get_item",
        {"TableName": TABLE, "Key": {"partition": {"S": "LANE#ANN", "N": "1"}}},
    ),
    "a partition of bytes": (
        "get_item",
        {"TableName": TABLE, "Key": {"partition": {"B": b"LANE#ANN"}, "sort": {"S": "HEAD"}}},
    ),
    "no parameters": ("get_item", {}),
    "the table's description": ("describe_table", {"TableName": TABLE}),
    "the table's end": ("delete_table", {"TableName": TABLE}),
    "a list of tables": ("list_tables", {}),
}
LEGITIMATE: dict[str, Ask] = {
    **{f"get {one}": ("get_item", at(one)) for one in OWN},
    "put": ("put_item", {"TableName": TABLE, "Item": key("LANE#ANN", "NEW")}),
    "update": ("update_item", at("LANE#ANN", **SET)),
    "delete": ("delete_item", at("LANE#ANN")),
    "read of all its own": batch(*OWN),
    "query": query("partition = :0", "HOME#HOMEA"),
    "query by prefix": query("partition = :0 AND begins_with(sort, :1)", "HOME#HOMEA", "TURN#"),
    "query of a range": query("partition = :0 AND sort BETWEEN :1 AND :2", "HOME#HOMEA", "A", "B"),
    "query with names": query(
        "#p = :0 AND #s >= :1",
        "HOME#HOMEA",
        "T",
        ExpressionAttributeNames={"#p": "partition", "#s": "sort"},
    ),
    "query going on": query("partition = :0", "LANE#ANN", ExclusiveStartKey=key("LANE#ANN", "A")),
    "transaction": transact(
        OWN_PUT, {"ConditionCheck": at("GATE#ANN", ConditionExpression="attribute_exists(sort)")}
    ),
    "reading transaction": ("transact_get_items", {"TransactItems": [{"Get": at("LANE#ANN")}]}),
}


@pytest.fixture(params=[True, False], ids=["lane role", "own role"])
def aws(request: pytest.FixtureRequest) -> Iterator[AwsFamily]:
    family = AwsFamily(clock=Clock(), lane_role=request.param)
    family.table.commit([Put(Key(partition, "HEAD"), {"n": 1}) for partition in FILLED])
    yield family
    family.close()


def worker(family: AwsFamily, scope: Scope = ANN) -> Table:
    table = family.table.within(scope)
    assert isinstance(table, Table)
    return table


def rows(family: AwsFamily) -> list[tuple[Key, Row]]:
    return family.table.scan("")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_foreign_request_is_refused_and_never_sent(aws: AwsFamily, attack: Ask) -> None:
    operation, params = attack
    client, before = worker(aws).client, rows(aws)
    with tapped(client._client) as wire, pytest.raises(Broken):
        getattr(client, operation)(**params)
    assert wire.operations == []
    assert rows(aws) == before


@pytest.mark.parametrize("ask", LEGITIMATE.values(), ids=LEGITIMATE)
def test_a_request_of_its_own_passes(aws: AwsFamily, ask: Ask) -> None:
    operation, params = ask
    client = worker(aws).client
    with tapped(client._client) as wire:
        answer = getattr(client, operation)(**params)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(wire.operations) == 1


def test_every_operation_that_passes_is_in_the_lane_roles_policy_and_no_other(
    aws: AwsFamily,
) -> None:
    asked = {operation for operation, _ in LEGITIMATE.values()}
    names = worker(aws).client._client.meta.method_to_api_mapping
    assert {names[operation] for operation in asked} == set(READERS)


ACTING = Scope.of_acts("ANN", "sms", "calendar")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_worker_of_acts_reads_the_gate_and_the_credential_and_changes_neither(
    family: str,
) -> None:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        opened = FAMILIES[family](Path(folder))
        kept = [Key(partition, "ROW") for partition in sorted(ACTING.read_only)]
        assert [key.partition.partition("#")[0] for key in kept] == ["CREDENTIAL", "GATE", "GATE"]
        opened.table.commit([Put(key, {"n": 1}) for key in kept])
        own, table = Key("ACT#sms#ANN", "ROW"), opened.table.within(ACTING)
        for key in kept:
            assert table.get([key]) == {key: {"n": 1}}
            assert table.query(key) == [(key, {"n": 1})]
            table.commit([Put(own, {"n": 2}), Check(key, equals("n", 1))])
            for write in (Put(key, {"n": 2}), Update(key, {"n": 2}, equals("n", 1)), Delete(key)):
                for writes in ([write], [Put(own, {"n": 3}), write]):
                    with pytest.raises(Broken):
                        table.commit(writes)
            assert opened.table.get([key, own]) == {key: {"n": 1}, own: {"n": 2}}
        opened.close()


@pytest.mark.parametrize("attack", ["scan", "query elsewhere", "put elsewhere"])
def test_a_fenced_client_without_its_scope_asks_nothing(aws: AwsFamily, attack: str) -> None:
    raw = worker(aws).client._client
    for operation, params in (ATTACKS[attack], LEGITIMATE["put"]):
        with tapped(raw) as wire, pytest.raises(Broken):
            getattr(raw, operation)(**params)
        assert wire.operations == []
    pages = worker(aws).client.get_paginator("query")
    with pytest.raises(Broken):
        list(pages.paginate(**LEGITIMATE["query"][1]))


def test_the_process_itself_is_not_fenced(aws: AwsFamily) -> None:
    worker(aws).get([Key("LANE#ANN", "HEAD")])
    assert set(aws.table.get([Key("LANE#BOB", "HEAD"), Key("LANE#ANNIE", "HEAD")])) == {
        Key("LANE#ANNIE", "HEAD")
    }


def test_two_lanes_in_one_process_never_share(aws: AwsFamily) -> None:
    lanes = ["ANN", "BOB", "EVE", "MAX"]
    scopes = {lane: Scope.of_turn(lane, [f"HOME{lane}"], ["sms"]) for lane in lanes}
    for lane in lanes:
        aws.table.commit([Put(Key(f"LANE#{lane}", "HEAD"), {"of": lane})])
    refused: list[str] = []
    wrong: list[str] = []
    start = threading.Barrier(len(lanes))

    def work(lane: str) -> None:
        table = worker(aws, scopes[lane])
        start.wait()
        for n in range(40):
            other = lanes[(lanes.index(lane) + n) % len(lanes)]
            try:
                found = table.get([Key(f"LANE#{other}", "HEAD")])
            except Broken:
                refused.append(other)
                wrong.extend([lane] if other == lane else [])
            else:
                wrong.extend([] if found[Key(f"LANE#{lane}", "HEAD")]["of"] == lane else [lane])

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert len(refused) == len(lanes) * 30


# The lane role's credentials


@pytest.fixture
def sts() -> Iterator[list[dict[str, Any]]]:
    """What was asked of STS."""
    asked: list[dict[str, Any]] = []
    client = world().clients.get("sts")

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    client.meta.events.register("provide-client-params.sts.AssumeRole", note)
    yield asked
    client.meta.events.unregister("provide-client-params.sts.AssumeRole", note)


@pytest.fixture
def roled() -> Iterator[AwsFamily]:
    family = AwsFamily(clock=Clock(), lane_role=True)
    yield family
    family.close()


def test_a_turns_credentials_bear_its_lane_and_homes(
    roled: AwsFamily, sts: list[dict[str, Any]]
) -> None:
    worker(roled).get([Key("LANE#ANN", "HEAD")])
    (asked,) = sts
    assert asked["DurationSeconds"] == 900
    assert {tag["Key"]: tag["Value"] for tag in asked["Tags"]} == {
        "lane": "ANN",
        "home1": "HOMEA",
        "home2": "HOMEB",
    }


def test_a_worker_of_acts_has_credentials_of_its_lane_and_of_no_home(
    roled: AwsFamily, sts: list[dict[str, Any]]
) -> None:
    worker(roled, Scope.of_acts("ANN", "sms")).get([Key("GATE#ANN", "GATE")])
    (asked,) = sts
    assert asked["Tags"] == [{"Key": "lane", "Value": "ANN"}]


def test_credentials_are_asked_once_for_a_lane_and_its_homes_until_they_end(
    roled: AwsFamily, sts: list[dict[str, Any]]
) -> None:
    clock = roled.clock
    assert isinstance(clock, Clock)
    for scope in (ANN, ANN, Scope.of_turn("ANN", ["HOMEA", "HOMEB"], ["slack"])):
        worker(roled, scope).get([Key("LANE#ANN", "HEAD")])
    assert len(sts) == 1
    worker(roled, Scope.of_turn("ANN", ["HOMEA"], ["sms"])).get([Key("LANE#ANN", "HEAD")])
    assert len(sts) == 2
    clock.at += 779
    worker(roled).get([Key("LANE#ANN", "HEAD")])
    assert len(sts) == 2
    clock.at += 2
    worker(roled).get([Key("LANE#ANN", "HEAD")])
    assert len(sts) == 3


def test_each_lanes_requests_are_signed_with_its_own_credentials(roled: AwsFamily) -> None:
    signed: dict[str, set[str]] = {}
    for lane in ("ANN", "BOB", "ANN", "BOB"):
        client = worker(roled, Scope.of_turn(lane, [f"HOME{lane}"], ["sms"])).client
        with tapped(client._client) as wire:
            client.get_item(**at(f"LANE#{lane}"))
        assert len(wire.operations) == 1
        signed.setdefault(lane, set()).add(client._client._request_signer._credentials.access_key)
    assert [len(keys) for keys in signed.values()] == [1, 1]
    assert not signed["ANN"] & signed["BOB"]


def test_a_process_keeps_the_clients_of_so_many_lanes(
    roled: AwsFamily, sts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_workers, "MOST_LANES", 2)
    for lane in ("A", "B", "C", "C", "B", "A"):
        worker(roled, Scope.of_turn(lane, ["H"], [])).get([Key(f"LANE#{lane}", "HEAD")])
    assert [asked["Tags"][0]["Value"] for asked in sts] == ["A", "B", "C", "A"]


def test_a_ninth_home_is_refused(roled: AwsFamily) -> None:
    scope = Scope.of_turn("ANN", [f"H{n}" for n in range(9)], ["sms"])
    with pytest.raises(Broken, match="9 homes"):
        worker(roled, scope).get([Key("LANE#ANN", "HEAD")])


# The same, through the port, on every family


@pytest.fixture(params=list(FAMILIES.values()), ids=list(FAMILIES))
def family(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        opened: Opened = request.param(Path(folder))
        for partition in FILLED:
            opened.table.commit([Put(Key(partition, "HEAD"), {"n": 1, "due": 1})])
        yield opened
        opened.close()


MINE, HERS = Key("LANE#ANN", "HEAD"), Key("LANE#ANNIE", "HEAD")
REACHES: dict[str, Callable[[Any, Key], object]] = {
    "get": lambda table, key: table.get([key]),
    "get with its own": lambda table, key: table.get([MINE, key]),
    "query": lambda table, key: table.query(Key(key.partition, "")),
    "query by prefix": lambda table, key: table.query(Key(key.partition, "H"), after="HA"),
    "put": lambda table, key: table.commit([Put(key, {"n": 2})]),
    "update": lambda table, key: table.commit([Update(key, {"n": 2}, equals("n", 1))]),
    "delete": lambda table, key: table.commit([Delete(key)]),
    "check": lambda table, key: table.commit([Check(key, equals("n", 1))]),
    "check beside its own": lambda table, key: table.commit(
        [Put(MINE, {"n": 2}), Check(key, ABSENT)]
    ),
    "put beside its own": lambda table, key: table.commit([Put(MINE, {"n": 2}), Put(key, {})]),
}


def everything(family: Opened) -> dict[Key, Row]:
    return family.table.get([Key(partition, "HEAD") for partition in FILLED])


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_a_worker_reaches_nothing_outside_its_lane(
    family: Opened, reach: Callable[[Any, Key], object]
) -> None:
    before, table = everything(family), family.table.within(ANN)
    for partition in FOREIGN:
        with pytest.raises(Broken):
            reach(table, Key(partition, "HEAD"))
    assert everything(family) == before


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_a_worker_reaches_all_of_its_lane(
    family: Opened, reach: Callable[[Any, Key], object]
) -> None:
    table = family.table.within(ANN)
    for partition in OWN:
        if partition != MINE.partition:
            table.commit([Put(Key(partition, "HEAD"), {"n": 1}), Put(MINE, {"n": 1})])
            sort = "NEW" if reach is REACHES["check beside its own"] else "HEAD"
            reach(table, Key(partition, sort))


def test_a_worker_never_sees_what_is_due(family: Opened) -> None:
    with pytest.raises(Broken):
        family.table.within(ANN).due(99)
    assert len(family.table.due(99)) == len(FILLED)


def test_a_worker_of_acts_reaches_no_memory(family: Opened) -> None:
    table = family.table.within(Scope.of_acts("ANN", "sms"))
    table.get([Key("GATE#ANN", "GATE"), Key("ACT#sms#ANN", "OPEN#1"), Key("PROVIDER#sms#ANN", "1")])
    for partition in ("LANE#ANN", "HOME#HOMEA", "ACT#slack#ANN", "GATE#BOB"):
        with pytest.raises(Broken):
            table.get([Key(partition, "HEAD")])


def test_what_is_halted_for_everybody_is_read_by_workers_and_written_by_none(
    family: Opened,
) -> None:
    own, halted = Key("ACT#sms#ANN", "ROW"), {"v": 1, "epoch": 1, "hub": True, "capabilities": []}
    family.table.commit([Put(keys.hub(), halted), Put(own, {"epoch": 1})])
    for scope in (ANN, Scope.of_acts("ANN", "sms")):
        table = family.table.within(scope)
        assert table.get([keys.hub()]) == {keys.hub(): halted}
        assert set(table.get([own, keys.hub()])) == {own, keys.hub()}
        writes = (
            Put(keys.hub(), {}),
            Delete(keys.hub()),
            Update(keys.hub(), {"hub": False}, equals("epoch", 1)),
        )
        for write in writes:
            for commit in ([write], [Put(own, {"epoch": 2}), write]):
                with pytest.raises(Broken):
                    table.commit(commit)
    for scope in (Scope.of_gate("ANN"), Scope.of_link("ANN", "x", ["ANN"])):
        with pytest.raises(Broken):
            family.table.within(scope).get([keys.hub()])
    assert family.table.get([own, keys.hub()]) == {keys.hub(): halted, own: {"epoch": 1}}


def test_a_scope_of_nothing_reaches_nothing(family: Opened) -> None:
    table = family.table.within(Scope("", (), frozenset()))
    for key in (MINE, HERS, Key("", "")):
        with pytest.raises(Broken):
            table.get([key])


def test_a_scope_taken_within_another_is_the_only_one(family: Opened) -> None:
    bob = Scope.of_turn("BOB", ["HOMEC"], ["sms"])
    table = family.table.within(ANN).within(bob)
    table.get([Key("LANE#BOB", "HEAD")])
    with pytest.raises(Broken):
        table.get([MINE])
