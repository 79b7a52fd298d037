"""The house keeps its own rules: words, sizes, documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from persona import catalog
from persona.keys import __doc__ as keys_doc

ROOT = Path(__file__).parents[2]
ROOMS = ("persona", "surfaces", "capabilities", "models", "backends", "functions", "infra", "hub")
FORBIDDEN = {
    "agent": "persona",
    "bot": "persona",
    "assistant": "persona",
    "customer": "person",
    "contact": "person",
    "user": "person",
    "account": "address",
    "handle": "address",
    "connector": "surface",
    "platform": "surface",
    "retrieval": "recall",
    "search": "recall",
    "visibility": "audience",
    "tool": "capability",
    "skill": "capability",
    "workflow": "plan",
    "job": "act",
    "task": "act",
    "conclusion": "trait",
    "fact": "trait",
    "manager": "",
    "helper": "",
    "helpers": "",
    "utils": "",
    "common": "",
    "base": "",
    "service": "",
}
VENDORS = {
    # A vendor's own names, where the vendor is spoken to.
    "surfaces/slack/events.py": {"bot", "user"},
    "surfaces/slack/posts.py": {"base"},
    "surfaces/email/transfer.py": {"base"},
    "backends/local/lanes.py": {"visibility"},
    "surfaces/sms.py": {"account", "base", "service"},
    "models/openai.py": {"tool", "base"},
    "persona/settings.py": {"base"},
    "functions/_compose.py": {"base"},
    "capabilities/_calendar/guard.py": {"user"},
    "capabilities/_calendar/server.py": {"user"},
    "capabilities/mcp/talk.py": {"tool", "handle"},
    "hub/cli.py": {"account", "user"},
    "hub/client.py": {"base"},
    "hub/server.py": {"task"},
    "hub/smtp.py": {"handle"},
    "functions/_observe.py": {"service"},
    "infra/proof/stage.py": {"account"},
}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
MOST_LINES, MOST_FUNCTION = 420, 60


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_uses_the_words_of_the_design(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    allowed = VENDORS.get(name, set())
    for identifier in identifiers(ast.parse(path.read_text())):
        for word in {found.lower() for found in WORD.findall(identifier)} - allowed:
            assert word not in FORBIDDEN, f"{identifier}: say {FORBIDDEN[word] or 'what it is'}"


def test_the_word_rule_finds_a_wrong_word() -> None:
    found = set(identifiers(ast.parse("def send_to_user(bot_id): agent = 1")))
    words = {word.lower() for one in found for word in WORD.findall(one)}
    assert {"user", "bot", "agent"} <= words & set(FORBIDDEN)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_and_no_function_outgrows_its_reader(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MOST_FUNCTION, node.name


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_a_sentence(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text()))
    assert doc
    assert doc.split("\n\n")[0].rstrip().endswith((".", ":", "`"))


def test_reading_the_catalog_loads_no_vendor() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from persona import catalog; catalog.surfaces(); "
        "print(sorted(set(sys.modules) & {'slack_bolt','slack_sdk','twilio','boto3','botocore',"
        "'phonenumbers','selectolax','requests','pydantic'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def test_every_partition_is_in_the_access_pattern_table() -> None:
    text = (ROOT / "persona" / "keys.py").read_text()
    partitions = set(re.findall(r'Key\(f"([A-Z]+)#', text))
    assert partitions
    for partition in partitions:
        assert f"`{partition}#" in (keys_doc or ""), partition


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    named = re.findall(
        r'"((?:HUB|SLACK|TWILIO|OPENAI)_[A-Z_]+)"',
        "".join(
            path.read_text()
            for path in sources()
            if path.name in ("settings.py", "dev.py", "sms.py")
        ),
    )
    for name in set(named) - {"HUB_LOG"}:
        assert name in readme, name


def test_every_capability_closes_its_schema_and_describes_its_fields() -> None:
    assert catalog.capabilities()
    for capability in catalog.capabilities().values():
        schema = capability.schema()["parameters"]
        assert schema["additionalProperties"] is False
        assert capability.about
        for name, field in schema["properties"].items():
            assert field.get("description"), f"{capability.name}.{name}"


def test_nothing_in_the_repository_names_a_registry_or_an_address() -> None:
    locks = [*ROOT.glob("requirements*.lock"), *ROOT.glob("*/*/*.lock")]
    assert ROOT / "tests" / "deployed" / "emulator.lock" in locks
    for path in locks:
        assert "://" not in path.read_text()
