"""Every capability of the catalog, held to what it declares; a new one is tested by being there."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from backends.aws._declared import action
from infra.reach import Name, reach
from persona import catalog
from persona.acts.outbox import LEASE
from persona.declare import Capability
from persona.errors import Refused
from tests.aws import BUCKET, world
from tests.contract.families import Aws
from tests.contract.means import Means

ROOT = Path(__file__).parents[2]
ALL = catalog.capabilities()
each = pytest.mark.parametrize("one", ALL.values(), ids=ALL.keys())
KNOWN = frozenset(
    "type properties required additionalProperties title description default items enum anyOf const "
    "minLength maxLength minimum maximum minItems maxItems pattern".split()
)
"""What both kinds of model read in a schema; references and formats are not among it."""
SHAPES = frozenset({"pydantic", "pydantic_core", "annotated_types", "typing_extensions"})
PLACES = frozenset({"url", "to", "address", "addresses", "guests", "recipients", "number", "email"})
"""How arguments are called that say where something goes."""


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every schema in it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    for one in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from parts(one)


def unbounded(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What in a schema could be given without end."""
    ends = {"string": ("maxLength",), "array": ("maxItems",), "integer": ("minimum", "maximum")}
    return [
        part
        for part in parts(schema)
        if any(end not in part for end in ends.get(part.get("type", ""), ()))
        and not {"enum", "const"} & part.keys()
    ]


@each
def test_its_schema_is_closed_described_and_bounded(one: Capability) -> None:
    schema = one.schema()["parameters"]
    for part in parts(schema):
        assert part.keys() <= KNOWN
        assert part.get("additionalProperties", False) is False
    for name, field in schema["properties"].items():
        assert field.get("description", "").endswith("."), name
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert unbounded(schema) == []
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", one.name)


def test_an_endless_schema_is_found() -> None:
    text = {"type": "string"}
    schema = {"type": "object", "properties": {"a": text, "b": {"type": "array", "items": text}}}
    assert len(unbounded(schema)) == 3


@each
def test_it_has_words_for_the_model_the_help_and_the_readme(one: Capability) -> None:
    assert one.about.endswith(".")
    assert 20 < len(one.about) < 400
    assert one.say
    assert one.brief
    assert f"| `{one.name}` | {one.effect} | {one.about} |" in (ROOT / "README.md").read_text()


@each
def test_what_leaves_says_where_it_goes(one: Capability) -> None:
    fields = one.arguments.model_fields
    assert one.dest.keys() <= fields.keys()
    assert PLACES & fields.keys() <= one.dest.keys()
    if one.effect == "send":
        assert one.dest or one.carried_by
    if one.carried_by:
        assert one.effect == "send"
        assert one.carried_by in catalog.surfaces()


@each
def test_its_effects_fit_together(one: Capability) -> None:
    assert not (one.inline and (one.destructive or one.effect in ("send", "spend")))
    assert not (one.destructive and one.undo)
    assert not one.undo or one.undo in ALL
    assert 0 <= one.returns_sensitivity <= 3
    assert one.rate > 0
    assert one.cost >= 0
    assert (one.effect == "spend") <= (one.cost > 0)
    assert 0 < one.timeout < LEASE
    assert one.version >= 1


@each
def test_its_facts_are_named_for_people_and_for_models(one: Capability) -> None:
    assert not one.facts or one.effect == "read"
    offered = one.schema()["description"]
    for name, figure in one.facts.items():
        assert re.fullmatch(r"[a-z]+", name)
        assert name not in ("state", "text"), "every outcome has these"
        assert f"{name} ({figure.words}, a {figure.kind})" in offered
        assert f"`{name}`: {figure.words}" in (ROOT / "README.md").read_text()
        re.compile(figure.heard)


@each
def test_reading_it_loads_shapes_and_no_sdk(one: Capability) -> None:
    if one.inline or one.name == "forget":  # they are used in the turn, whose memory they read
        return
    code = (
        f"import sys; from capabilities.{one.name} import {one.name}; "
        f"{one.name}.schema(); print(*{{name.partition('.')[0] for name in sys.modules}})"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    ours = {path.name for path in ROOT.iterdir()}
    loaded = set(found.stdout.split()) - set(sys.stdlib_module_names) - ours
    outside = {name for name in loaded if not name.startswith("_")} - SHAPES - {"typing_inspection"}
    assert outside == set()


@each
def test_it_asks_its_means_for_nothing_undeclared(one: Capability) -> None:
    """Read from the source: what is asked of an object called `means`."""
    asked = reach([Name(f"capabilities.{one.name}", "*")]).parts
    is_declared = {
        "blobs": any(action.startswith("s3:") for s in one.statements for action in s.actions),
        "client": bool(one.statements),
        "secret": bool(one.secrets),
    }
    for part in is_declared.keys() & asked:
        assert is_declared[part], f"{part} is used and not declared"
    assert not one.secrets or "secret" in asked
    assert not one.statements or asked & {"blobs", "client"}


# What its role may do, and what it does


def saves(means: Means) -> None:
    save = ALL["save_document"]
    save.use(save.arguments.model_validate({"title": "Notes", "text": "x"}), means)


def lists(means: Means) -> None:
    ALL["list_documents"].use(ALL["list_documents"].arguments(), means)


def on_one(name: str) -> Callable[[Means], None]:
    return lambda means: ALL[name].use(
        ALL[name].arguments.model_validate({"title": "Notes"}), means
    )


SCENES: dict[str, tuple[Callable[[Means], None] | None, Callable[[Means], None]]] = {
    "save_document": (None, saves),
    "list_documents": (saves, lists),
    "read_document": (saves, on_one("read_document")),
    "delete_document": (saves, on_one("delete_document")),
}
"""For each capability with statements: what stands there before, and a use that needs them all."""
STATED = [one for one in ALL.values() if one.statements]


def test_every_capability_with_statements_has_its_scene() -> None:
    assert SCENES.keys() == {one.name for one in STATED} != set()


@contextmanager
def recorded() -> Generator[list[tuple[str, str]], None, None]:
    """Every request to AWS but for sealing's own, as IAM sees it: action and resource by name."""
    seen: list[tuple[str, str]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        assert params["Bucket"] == BUCKET
        place = params["Key"] if "Key" in params else params["Prefix"]
        seen.append((action("s3", model.name), f"blobs/{place}"))

    def refuse(model: Any, **_: Any) -> None:
        raise AssertionError(f"{model.service_model.service_name} was asked for {model.name}")

    made: dict[tuple[str, str], Any] = world().clients._made
    events = [
        (client.meta.events, client.meta.service_model.service_name) for client in made.values()
    ]
    hooks = [
        (event, f"before-parameter-build.{name}.*", note if name == "s3" else refuse)
        for event, name in events
        if name not in ("dynamodb", "kms")  # the keys of sealing
    ]
    for event, name, hook in hooks:
        event.register(name, hook)
    try:
        yield seen
    finally:
        for event, name, hook in hooks:
            event.unregister(name, hook)


def differs(one: Capability, seen: list[tuple[str, str]]) -> tuple[list[Any], list[Any]]:
    """What was asked for and not declared, and what was declared and not asked for."""
    declared = [(a, r) for s in one.statements for a in s.actions for r in s.resources]
    fits = [
        [
            (action, there)
            for action, there in declared
            if action == asked and fnmatchcase(place, there.format(home="ANN"))
        ]
        for asked, place in seen
    ]
    missing = [asked for asked, found in zip(seen, fits, strict=True) if not found]
    used = {found for each_of in fits for found in each_of}
    return missing, [pair for pair in declared if pair not in used]


@pytest.fixture
def means() -> Iterator[Means]:
    with tempfile.TemporaryDirectory() as folder:
        family = Aws(Path(folder))
        yield Means(family.keys, family.blobs, family.clock, clients=world().clients.get)
        family.close()


@pytest.mark.parametrize("one", STATED, ids=lambda one: one.name)
def test_its_requests_are_its_statements(one: Capability, means: Means) -> None:
    before, scene = SCENES[one.name]
    if before:
        before(means.again("before"))
    means.blobs.get("x")  # so that the client is there to be listened to
    with recorded() as seen:
        scene(means)
    assert seen
    assert differs(one, seen) == ([], [])


def test_what_is_missing_and_what_is_not_used_are_found() -> None:
    read, listing = ALL["read_document"], ("s3:ListBucket", "blobs/documents/ANN/")
    got = ("s3:GetObject", "blobs/documents/ANN/1")
    assert differs(read, [listing, got]) == ([], [])
    assert differs(read, [listing]) == ([], [("s3:GetObject", "blobs/documents/{home}/*")])
    assert differs(read, [("s3:ListBucket", "blobs/")])[0] == [("s3:ListBucket", "blobs/")]
    for asked in (
        ("s3:GetObject", "blobs/mail/1"),
        ("s3:GetObject", "blobs/documents/BOB/1"),
        ("s3:PutObject", got[1]),
        ("s3:GetObject", "hub"),
    ):
        assert differs(read, [listing, got, asked]) == ([asked], [])


@pytest.mark.parametrize("one", STATED, ids=lambda one: one.name)
def test_a_statement_names_its_actions_and_places(one: Capability) -> None:
    for statement in one.statements:
        assert statement.actions
        assert statement.resources
        assert not any("*" in action for action in statement.actions)
        assert "*" not in statement.resources


def test_what_a_model_makes_up_does_not_fit_any() -> None:
    for one in ALL.values():
        with pytest.raises(Refused, match="made_up"):
            one.fit({"made_up": 1})
