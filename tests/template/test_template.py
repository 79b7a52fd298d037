"""The template: what is kept is what the code says, each role in it declared, each pattern explained."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from backends.aws.family import SETTINGS_OF, Family, open_family
from infra.functions import deployed
from infra.iam import policy, trust
from infra.proof.stage import address, key_policy, policies, trusts
from infra.roles import lane_scope, roles, secrets_of
from infra.template.data import key_policy as key_policy_declared
from infra.template.doors import SOCKET_ROUTES
from infra.template.resolve import Stage
from infra.template.settings import SETTINGS, WRITTEN, parameter
from infra.template.stage import WIDE, logical
from infra.template.write import MOST_BYTES, MOST_RESOURCES, spelled, template
from persona import catalog
from persona.errors import Broken
from persona.settings import parse
from tests.template.read import LONGEST, environment, of_type, stage

EVERY = pytest.mark.parametrize("name", deployed())
TOLD_BY_LAMBDA = {"AWS_REGION", "AWS_DEFAULT_REGION"}
HELD_AS_SECRETS = {"SLACK_BOT_TOKEN", "TWILIO_AUTH_TOKEN"}
DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"}


class Reads(dict[str, str]):
    """An environment that knows what was asked of it."""

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(env)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


def test_what_is_kept_is_what_the_code_says() -> None:
    assert WRITTEN.read_text() == spelled(), (
        "the template changed: `make template`, and look at the diff"
    )


def test_cloudformation_takes_it() -> None:
    assert len(spelled()) < MOST_BYTES
    assert len(template()["Resources"]) < MOST_RESOURCES
    assert len(template()["Parameters"]) < 200
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in template()["Resources"])


def test_every_name_fits_on_the_stage_with_the_longest() -> None:
    known = stage(Stage=LONGEST)
    for one in of_type("AWS::IAM::Role").values():
        assert len(known.resolve(one["RoleName"])) <= 64
    for one in of_type("AWS::Lambda::Function").values():
        assert len(known.resolve(one["FunctionName"])) <= 64
    assert len(known.resolve(template()["Resources"]["Blobs"]["Properties"]["BucketName"])) <= 63


# Roles: those in the template are those that were declared, both ways


def test_every_role_stands_in_it_and_no_other() -> None:
    assert policies().keys() == roles().keys() == trusts().keys()


@pytest.mark.parametrize("name", roles())
def test_a_role_says_what_was_declared(name: str) -> None:
    assert policies()[name] == policy(roles()[name], address)
    assert trusts()[name] == trust(roles()[name], address)


def test_what_a_stage_lacks_its_roles_may_not_ask() -> None:
    bare = stage(ModelArns=[""], BedrockGuardrail="")
    for role in of_type("AWS::IAM::Role").values():
        said = bare.resolve(role["Policies"][0]["PolicyDocument"])
        assert "bedrock" not in json.dumps(said)


def test_the_key_is_left_to_the_roles_of_its_own_aws_account() -> None:
    assert key_policy()["Statement"][0]["Principal"]["AWS"].endswith(":root")
    assert len(key_policy_declared()["Statement"]) == 1


@EVERY
def test_a_function_has_its_role_alone(name: str) -> None:
    own = of_type("AWS::Lambda::Function")[logical(name)]
    assert own["Role"] == {"Fn::GetAtt": [logical(name, "Role"), "Arn"]}


# Patterns


def patterns(told: Any) -> Iterator[str]:
    """Every text with a `*` where a policy or a permission names an action or a resource."""
    match told:
        case dict():
            for name, value in told.items():
                if name in ("Action", "Resource", "SourceArn", "Principal"):
                    yield from (one for one in texts(value) if "*" in one)
                else:
                    yield from patterns(value)
        case list():
            for one in told:
                yield from patterns(one)
        case _:
            return


def texts(told: Any) -> Iterator[str]:
    match told:
        case str():
            yield told
        case list():
            for one in told:
                yield from texts(one)
        case dict():
            for one in told.values():
                yield from texts(one)
        case _:
            return


def test_every_pattern_has_a_written_reason() -> None:
    found = 0
    for name, one in template()["Resources"].items():
        wide = one.get("Metadata", {}).get("Wide", {})
        assert bool(list(patterns(one["Properties"]))) == bool(wide), name
        assert all(WIDE[family] == reason for family, reason in wide.items())
        found += len(wide)
    assert found > len(deployed())


def test_a_pattern_without_a_reason_is_found() -> None:
    assert list(
        patterns({"Statement": [{"Action": "s3:*", "Resource": ["a", {"Ref": "b*"}]}]})
    ) == [
        "s3:*",
        "b*",
    ]


# Data and doors


def test_data_outlives_its_stage() -> None:
    for name, one in template()["Resources"].items():
        policies = {one.get("DeletionPolicy"), one.get("UpdateReplacePolicy")}
        assert policies == ({"Retain"} if one["Type"] in DATA else {None}), name


def test_tables_are_paid_by_request_sealed_and_hard_to_delete() -> None:
    for one in of_type("AWS::DynamoDB::Table").values():
        assert one["BillingMode"] == "PAY_PER_REQUEST"
        assert one["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert one["DeletionProtectionEnabled"] is True
    assert of_type("AWS::DynamoDB::Table")["Table"]["TimeToLiveSpecification"]["Enabled"] is True
    assert of_type("AWS::KMS::Key")["Master"]["EnableKeyRotation"] is True


def test_only_the_keys_have_no_recovery() -> None:
    tables = of_type("AWS::DynamoDB::Table")
    recovered = {n for n, one in tables.items() if "PointInTimeRecoverySpecification" in one}
    assert tables.keys() - recovered == {"KeysTable"}
    assert "VersioningConfiguration" not in of_type("AWS::S3::Bucket")["Blobs"]


def test_the_routes_are_the_catalogs() -> None:
    declared = {
        f"{method} {path.replace('*', '{below+}')}"
        for surface in catalog.surfaces().values()
        for part in (surface, *surface.parts)
        for method, path in part.routes
    }
    routes = [one["RouteKey"] for one in of_type("AWS::ApiGatewayV2::Route").values()]
    assert sorted(routes) == sorted({*declared, *SOCKET_ROUTES})


def test_a_route_leads_to_the_function_that_holds_its_surface() -> None:
    doors = of_type("AWS::ApiGatewayV2::Integration")
    for one in of_type("AWS::ApiGatewayV2::Route").values():
        prefix, door = one["Target"]["Fn::Join"][1]
        assert prefix == "integrations"
        leads = json.dumps(doors[door["Ref"]]["IntegrationUri"])
        method, _, path = one["RouteKey"].partition(" ")
        assert any(f'"{logical(name)}"' in leads for name in holding(method, path))


def holding(method: str, path: str) -> Iterator[str]:
    """The one function that the local stage would ask for this request."""
    if method in SOCKET_ROUTES:
        yield "socket"
    for surface in catalog.surfaces().values():
        for part in (surface, *surface.parts):
            if (method, path.replace("{below+}", "*")) in part.routes:
                yield f"ingress-{surface.name}" + ("" if part is surface else f"-{part.name}")


# Environments


def test_a_stage_may_choose_all_that_is_read_and_nothing_else() -> None:
    env = Reads({"HUB_PUBLIC_URL": "https://hub.example"})
    parse(env, stage="aws", public_url="", timezone="UTC")
    given = {*SETTINGS, "HUB_SECRETS", "HUB_SOCKETS_URL"}
    assert env.asked - TOLD_BY_LAMBDA - HELD_AS_SECRETS == given


def test_what_it_does_not_choose_is_as_it_is_without_a_template() -> None:
    told = {name: setting.default for name, setting in SETTINGS.items()}
    url = {"HUB_PUBLIC_URL": "https://hub.example"}
    mine = parse({**told, **url}, stage="aws", public_url="", timezone="UTC")
    assert mine == parse(url, stage="aws", public_url="", timezone="UTC")
    assert all(parameter(name) in template()["Parameters"] for name in SETTINGS)


@EVERY
def test_a_function_is_told_what_its_code_reads_and_nothing_else(name: str) -> None:
    function, env = deployed()[name], Reads(environment(name))
    settings = parse(env, stage="aws", public_url="", timezone="UTC")
    assert settings.socket_url == "wss://hubsockets.execute-api.eu-west-1.amazonaws.com/live"
    parts = open_family(env).ports()
    for part in SETTINGS_OF.keys() & function.parts & parts.keys():
        parts[part].value()
    assert env.keys() - {"HUB_METRICS"} <= env.asked
    assert ("HUB_LANE_ROLE" in env) == (lane_scope(function, "A", ["B"]) is not None)


def test_a_part_without_its_setting_is_broken() -> None:
    env = environment("turn")
    del env["HUB_TABLE"]
    with pytest.raises(Broken, match="HUB_TABLE is not set"):
        Family(env, None, None)._table()  # pyright: ignore[reportArgumentType]


@EVERY
def test_a_function_fetches_together_what_its_role_may_read(name: str) -> None:
    fetched = [one for one in environment(name).get("HUB_SECRETS", "").split(",") if one]
    assert sorted(fetched) == sorted(secrets_of(deployed()[name]))
    bare = environment(name, HasSlack="no", HasSms="no").get("HUB_SECRETS", "").strip(",")
    assert not any(one in bare for one in HELD_AS_SECRETS)


@EVERY
def test_an_environment_fits(name: str) -> None:
    assert sum(len(key) + len(value) for key, value in environment(name).items()) < 4_096 / 2


# What resolves it


def test_a_template_that_says_more_than_we_know_is_refused() -> None:
    made = Stage({"Parameters": {}}, {})
    with pytest.raises(Broken, match="Fn::ImportValue"):
        made.resolve({"Fn::ImportValue": "x"})
    with pytest.raises(Broken, match="nothing is known of Gone"):
        made.resolve({"Ref": "Gone"})
