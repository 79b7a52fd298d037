"""Giving a credential from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.state import Lock, open_state
from persona.acts import credentials
from persona.model import Address
from persona.people import addresses
from persona.ports import Ports

URL = "https://dav.example/"


def run(state: Path, *words: str, typed: str = "ann's word\n") -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["credential", *words], input=typed, env={"HUB_STATE": str(state)}
    )
    return result.exit_code, result.output


def kept(state: Path, name: str) -> dict[str, str]:
    family = open_state(state, {})
    try:
        store = Ports(entropy=bytes, **family.ports())
        place = addresses.find(store.table, Address("web", name))
        return credentials.read(store, "calendar", place.lane) if place else {}
    finally:
        family.close()


def test_it_is_kept_for_the_account_that_gave_it_and_forgotten_again(folder: Path) -> None:
    code, told = run(folder, "calendar", "--url", URL, "--user", "ann", "--name", "ann")
    assert (code, "sealed under your key" in told, "word" in told) == (0, True, False)
    given = {"url": URL, "user": "ann", "password": "ann's word"}
    assert kept(folder, "ann") == given
    assert kept(folder, "owner") == {}
    assert b"ann's word" not in (folder / "hub.db").read_bytes()
    assert run(folder, "calendar", "--forget", "--name", "ann", typed="")[0] == 0
    assert kept(folder, "ann") == {}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["calendar", "--url", "http://dav.example/", "--user", "ann"], "https only"),
        (["calendar", "--url", "https://a:b@dav.example/", "--user", "a"], "without a name in it"),
        (["calendar", "--user", "ann"], "address"),
        (["calendar", "--url", URL], "--user"),
        (["fridge", "--url", URL, "--user", "ann"], "known: calendar"),
    ],
)
def test_what_cannot_be_kept_is_said(folder: Path, words: list[str], why: str) -> None:
    code, told = run(folder, *words)
    assert code == 1
    assert why in told.replace("\n", " ")
    assert kept(folder, "owner") == {}


def test_a_running_hub_is_not_disturbed(folder: Path) -> None:
    lock = Lock(folder)
    try:
        code, told = run(folder, "calendar", "--url", URL, "--user", "ann")
    finally:
        lock.release()
    assert (code, "Stop it first" in told.replace("\n", " ")) == (1, True)
