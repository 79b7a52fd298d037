"""What ships is whole, small and lean: each bundle runs alone, on the modules it holds and no other."""

import base64
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.aws.family import open_family
from bench import bundles, served
from bench.bundles import invoke, loaded, offenders, size
from infra import functions, reach
from infra.apis import api_data
from infra.bundles import Bundle, build, files
from infra.functions import deployed
from infra.reach import Name
from infra.target import Target
from persona import catalog
from surfaces.web import session
from tests.vendor import provider

FUNCTIONS = deployed()
EACH = pytest.mark.parametrize("name", FUNCTIONS, scope="module")
"""All that is asked of a bundle, one after the other: whoever begins with it has built it."""
SHM = Path("/dev/shm")
ROOM = 2_000_000_000


class Builder(dict[str, Bundle]):
    """The bundles by their names, each built when it is first asked for."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def __missing__(self, name: str) -> Bundle:
        self[name] = build(FUNCTIONS[name], self._out)
        return self[name]


@pytest.fixture(scope="module")
def built() -> Iterator[dict[str, Bundle]]:
    """In memory where there is room: tens of thousands of small files, gone when they were seen."""
    is_roomy = SHM.exists() and shutil.disk_usage(SHM).free > ROOM
    with tempfile.TemporaryDirectory(dir=SHM if is_roomy else None) as folder:
        yield Builder(Path(folder))


@pytest.fixture(scope="module")
def aws() -> Iterator[served.Served]:
    with served.serve() as one:
        yield one


def test_every_surface_has_its_functions() -> None:
    for surface in catalog.surfaces().values():
        assert (f"ingress-{surface.name}" in FUNCTIONS) == bool(surface.routes)
        assert (f"act-{surface.name}" in FUNCTIONS) == (surface.send is not None)


def test_every_entry_point_is_deployed() -> None:
    entries = {path.stem for path in (reach.ROOT / "functions").glob("[!_]*.py")}
    assert {one.entry.removeprefix("functions.") for one in FUNCTIONS.values()} == entries


@EACH
def test_a_bundle_loads_alone_nothing_it_must_not_and_all_that_it_names(
    name: str, built: dict[str, Bundle]
) -> None:
    """First what a cold start loads, then what is imported first inside a function.

    Of that no module that our code names is missing. Both in one process, since what is loaded
    already could not be missing.
    """
    function = built[name].function
    wanted = sorted(function.modules | (function.outside - {"zoneinfo"}))
    modules = loaded(
        built[name],
        f"import importlib\nfor name in {wanted!r}: importlib.import_module(name)",
    )
    assert "botocore" in modules
    assert offenders(built[name], modules) == []


@EACH
def test_a_bundle_keeps_its_size(name: str, built: dict[str, Bundle]) -> None:
    told = size(built[name])
    assert told["judged_mb"] <= told["limit_mb"]
    assert told["is_good"]


def test_an_ingress_knows_its_surface_alone(built: dict[str, Bundle]) -> None:
    for surface in ("slack", "sms", "web"):
        folder = built[f"ingress-{surface}"].folder
        told = bundles.run(
            f"import sys; sys.path.insert(0, {str(folder)!r})\n"
            "from persona import catalog; print(*catalog.surfaces())"
        )
        assert told.split() == [surface]


@EACH
def test_no_code_is_compiled_at_a_cold_start(name: str, built: dict[str, Bundle]) -> None:
    """Every source has its compiled code beside it, which is not checked against the source."""
    folder = built[name].folder
    for source in folder.rglob("*.py"):
        tag = f"__pycache__/{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert (source.parent / tag).read_bytes()[4:8] == b"\x01\0\0\0", source


def test_a_bundle_is_the_same_each_time() -> None:
    """Made twice, and nothing remembered of the first time: code is compiled anew."""
    one = FUNCTIONS["ingress-sms"]
    assert list(files(one, Target())) == list(files(one, Target()))


def test_time_zones_ship_with_who_asks_for_them(built: dict[str, Bundle]) -> None:
    assert (built["turn"].folder / "tzdata/zoneinfo/Europe/Zurich").is_file()


def test_what_a_bundle_leaves_out_says_so(built: dict[str, Bundle]) -> None:
    path = f"import sys; sys.path.insert(0, {str(built['ingress-slack'].folder)!r})\n"
    with pytest.raises(RuntimeError, match="boto3 is not in this bundle"):
        bundles.run(path + "import boto3; boto3.client('lambda')")
    path = f"import sys; sys.path.insert(0, {str(built['turn'].folder)!r})\n"
    with pytest.raises(RuntimeError, match="no stemmer for german"):
        bundles.run(path + "import snowballstemmer; snowballstemmer.stemmer('german')")
    with pytest.raises(RuntimeError, match="Unknown service: 'ec2'"):
        bundles.run(path + "from botocore.session import Session as S; S().create_client('ec2')")


def test_the_names_of_the_wiring_are_there() -> None:
    with pytest.raises(LookupError, match=r"functions\._compose:_gone"):
        reach.reach([Name("functions.turn", "handler")], [Name("functions._compose", "_gone")])
    with pytest.raises(LookupError, match="botocore knows no nothing"):
        list(api_data(Path(__file__).parent, ["nothing"], []))


def test_a_lean_import_inside_a_function_counts_only_where_it_is_reached() -> None:
    receiving = functions.deployed()["ingress-sms"].outside
    sending = functions.deployed()["act-sms"].outside
    assert "twilio.request_validator" in receiving - sending
    assert "twilio.rest" in sending - receiving


def test_a_text_message_goes_through_three_bundles(
    built: dict[str, Bundle], aws: served.Served
) -> None:
    """Webhook to queue, queue to turn, turn to act: each in a process of its own, real requests."""
    text = served.text_message("remember my bike lock is 4812", "SM100")
    assert invoke(built["ingress-sms"], text, aws.env)["statusCode"] == 200
    batch = aws.received()
    assert len(batch["Records"]) == 1
    assert invoke(built["turn"], batch, aws.env) == {"batchItemFailures": []}
    lane = batch["Records"][0]["attributes"]["MessageGroupId"]
    assert _acts(aws, lane) == ["OPEN"]
    with provider({"sid": "SM" + "9" * 32, "status": "queued"}) as (url, posts):
        env = {**aws.env, "HUB_TWILIO_API_URL": url}
        assert invoke(built["act-sms"], {"function": "sms", "lane": lane}, env) is None
    assert _acts(aws, lane) == ["DONE"]
    ((path, body),) = posts
    assert path.endswith("/Messages.json")
    assert "4812" in body
    assert "4812" not in json.dumps(aws.rows(), default=str)


def test_a_slack_message_goes_in_through_bolt(built: dict[str, Bundle], aws: served.Served) -> None:
    said = served.slack_message("hello there", "1700000000.000100")
    assert invoke(built["ingress-slack"], said, aws.env)["statusCode"] == 200
    (record,) = aws.received()["Records"]
    assert "hello there" in record["body"]
    said["headers"]["x-slack-signature"] = "v0=" + "0" * 64
    assert invoke(built["ingress-slack"], said, aws.env)["statusCode"] == 401
    assert aws.received()["Records"] == []


def test_the_page_is_served_from_its_bundle(built: dict[str, Bundle], aws: served.Served) -> None:
    answer = invoke(built["ingress-web"], served.http_event("/", "", {}, "GET"), aws.env)
    assert (answer["statusCode"], answer["headers"]["content-type"][:9]) == (200, "text/html")


def test_the_page_shows_what_was_said_to_it(
    built: dict[str, Bundle], aws: served.Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message in, a turn on it, and the sealed reply opened again: KMS and all."""
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    table = open_family(aws.env).ports()["table"].value()
    token, _ = session.sign_in("ann", table, os.urandom, time.time())
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    said = json.dumps({"id": "1", "text": "remember **my** bike lock is 7733"})
    posted = served.http_event("/web/messages", said, headers)
    assert invoke(built["ingress-web"], posted, aws.env)["statusCode"] == 202
    assert invoke(built["turn"], aws.received(), aws.env) == {"batchItemFailures": []}
    asked = served.http_event("/web/messages", "", headers, "GET")
    answer = invoke(built["ingress-web"], asked, aws.env)
    assert answer["statusCode"] == 200
    assert b"7733" in base64.b64decode(answer["body"])


def test_a_mail_is_read_from_its_bucket(built: dict[str, Bundle], aws: served.Served) -> None:
    raw = (
        b"From: Ann <ann@people.example>\r\nTo: persona@hub.localhost\r\nMessage-ID: <1@p.example>\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>My bike lock is <b>4812</b>.</p>"
    )
    aws.client("s3").put_object(Bucket=served.BLOBS, Key="mail/M1", Body=raw)
    told = served.mail_event("M1", "ann@people.example", "persona@hub.localhost")
    assert invoke(built["mail"], told, aws.env) is None
    (record,) = aws.received()["Records"]
    assert "My bike lock is 4812." in record["body"]


def test_the_sweeper_finds_nothing_due(built: dict[str, Bundle], aws: served.Served) -> None:
    assert invoke(built["sweep"], {}, aws.env) is None


def _acts(aws: served.Served, lane: str) -> list[str]:
    """Where the acts of the lane's text messages stand."""
    rows: list[dict[str, Any]] = aws.rows()
    keys = [(row["partition"]["S"], row["sort"]["S"]) for row in rows]
    return [sort.partition("#")[0] for partition, sort in keys if partition == f"ACT#sms#{lane}"]
