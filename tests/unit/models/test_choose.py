"""Which models a setting makes, and that nothing is loaded for those that it does not name."""

import subprocess
import sys
from pathlib import Path

import pytest

from functions._compose import compose
from models.bedrock import BedrockModel
from models.choose import choose
from models.openai import URL, OpenAIModel
from persona.settings import Settings, parse

ROOT = Path(__file__).parents[3]


class Keys:
    """A safe with one key in it."""

    def get(self, name: str) -> str:
        return {"OPENAI_API_KEY": "sk-1"}.get(name, "")


def settings(**env: str) -> Settings:
    return parse(env, stage="local", public_url="http://127.0.0.1", timezone="UTC")


def test_the_models_are_those_named_in_their_order() -> None:
    made = settings(
        HUB_MODEL="bedrock:a.b:0,openai:c,reflex",
        AWS_REGION="eu-west-1",
        OPENAI_BASE_URL="http://127.0.0.1:11434/v1/",
        HUB_BEDROCK_GUARDRAIL="gr:1",
    )
    first, second = choose(made, Keys())
    assert isinstance(first, BedrockModel)
    assert isinstance(second, OpenAIModel)
    assert [first.name, second.name] == ["bedrock:a.b:0", "openai:c"]
    assert (first._runtime._region, first._guardrail) == ("eu-west-1", "gr:1")
    assert (second._url, second._key) == ("http://127.0.0.1:11434/v1/chat/completions", "sk-1")


def test_openai_itself_is_where_no_address_is_set() -> None:
    (model,) = choose(settings(HUB_MODEL="openai:gpt-4o"), Keys())
    assert isinstance(model, OpenAIModel)
    assert model._url == f"{URL}/chat/completions"


def test_the_reflexes_need_no_model() -> None:
    assert compose(settings(), {"secrets": Keys()}).models == ()


@pytest.mark.parametrize(
    ("model", "loaded"),
    [("reflex", "[]"), ("openai:a", "['urllib3']"), ("bedrock:a", "['botocore', 'urllib3']")],
)
def test_a_vendors_library_is_loaded_with_its_model_only(model: str, loaded: str) -> None:
    code = (
        "import sys; from functions._compose import compose; from persona.settings import parse; "
        f"env = {{'HUB_MODEL': {model!r}, 'AWS_REGION': 'eu-west-1'}}; "
        "s = parse(env, stage='local', public_url='http://h', timezone='UTC'); "
        "before = set(sys.modules); "
        "ports = compose(s, {'secrets': type('S', (), {'get': lambda self, name: ''})()}); "
        "ports.models; "
        "print(sorted((set(sys.modules) - before) & {'urllib3', 'botocore', 'requests'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == loaded, found.stdout + found.stderr
