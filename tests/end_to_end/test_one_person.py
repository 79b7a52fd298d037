"""One person on four surfaces of the hub as it is started, over HTTP and SMTP; and in the terminal."""

import json
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.end_to_end.house import (
    CHECKOUT,
    House,
    OnMail,
    OnSlack,
    OnSms,
    OnWeb,
    ask,
    found,
    link,
    open_house,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_hub")]
HUB = str(CHECKOUT / ".venv/bin/hub")


@pytest.fixture
def house(tmp_path: Path) -> Generator[House, None, None]:
    with open_house(tmp_path, PYTHONPATH=str(CHECKOUT)) as house:
        house.hub.start()
        yield house


def test_four_surfaces_are_one_conversation_until_the_phone_leaves(house: House) -> None:
    phone, mail, slack, page = OnSms(house), OnMail(house), OnSlack(house), OnWeb(house, "ann")
    ask(phone, "remember my dentist is on Friday at ten")
    ask(mail, "remember the parcel is with the neighbour")
    link(phone, mail)
    link(slack, phone)
    ask(slack, "remember the meeting room is number seven")
    link(slack, page)
    for person in (phone, mail, slack, page):
        assert "Friday at ten" in ask(person, "when is my dentist?").text
        assert "with the neighbour" in ask(person, "where is the parcel?").text
        assert "number seven" in ask(person, "what is the number of the meeting room?").text
    shown = house.hub.run(HUB, "timeline", "--name", "ann", "--json")
    assert {one["surface"] for one in json.loads(shown.stdout)} == {"sms", "email", "slack", "web"}

    parted = house.hub.run(HUB, "unlink", phone.number, "--name", "ann")
    assert "own again" in parted.stdout, parted
    assert house.hub.is_idle()
    for person in (slack, page):
        assert "do not know" in ask(person, "when is my dentist?").text
        assert "number seven" in ask(person, "what is the number of the meeting room?").text
    assert "Friday at ten" in ask(phone, "when is my dentist?").text
    assert "do not know" in ask(phone, "where is the parcel?").text


def test_the_terminal_links_waits_and_shows_who_is_linked(house: House) -> None:
    phone = OnSms(house)
    ask(phone, "remember my dentist is on Friday at ten")
    with subprocess.Popen(
        [HUB, "link"], cwd=CHECKOUT, env=house.hub.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as terminal:  # fmt: skip
        assert terminal.stdin and terminal.stdout
        lines = iter(terminal.stdout.readline, "")
        code = found(r"link ([A-Z0-9]{6})", next(line for line in lines if "link " in line[:5]))
        number = found(r"Your number is (\d\d)", ask(phone, f"link {code}").text)
        terminal.stdin.write(f"{number}\n")
        terminal.stdin.close()
        assert "Linked: SMS" in terminal.stdout.read()
        assert terminal.wait(20) == 0
    shown = house.hub.run(HUB, "person", "--json")
    assert shown.returncode == 0, shown
    links = json.loads(shown.stdout)["links"]
    assert [one["address"] for one in links] == ["web:owner", f"sms:{phone.number}"]
    assert [one["since"] is None for one in links] == [True, False]
    assert not any(one["suspended"] or one["quarantine_until"] for one in links)
    assert phone.number in house.hub.run(HUB, "person", f"sms:{phone.number}").stdout
    assert "● sms" in house.hub.run(HUB, "timeline").stdout
    nobody = house.hub.run(HUB, "person", "sms:+14155559999")
    assert nobody.returncode == 1 and "nobody has written" in nobody.stderr
