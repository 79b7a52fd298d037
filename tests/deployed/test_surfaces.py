"""What only some of the functions do: mail, the page, a document, a reminder at its time."""

import time

import pytest

from tests.deployed.people import Browser, BySes, pushed, says
from tests.deployed.stage import STACK, Stage
from tests.end_to_end.house import House, OnSlack, OnSms, ask, found, until

pytestmark = pytest.mark.deployed


def test_a_mail_is_taken_in_and_answered(house: House) -> None:
    ann = BySes(house)
    assert "I will remember" in ask(ann, "remember my bike lock is 4812").text
    answer = ask(ann, "what is my bike lock?").text
    assert "4812" in answer
    assert "by email" in answer


def sign_in(page: Browser, ann: OnSms, stage: Stage) -> None:
    """By a code that is sent to the telephone."""
    before = len(ann.heard())
    assert page.post("/web/signin", address=ann.number).status == 202
    until(lambda: len(ann.heard()) > before, what="the code")
    code = found(r"(?m)^([A-Z0-9]{6})$", ann.heard()[-1].text)
    answer = page.post("/web/signin/code", code=code)
    assert answer.status == 200, answer.data
    assert stage.is_idle()


def test_the_page_is_entered_by_a_code_and_shows_the_whole_conversation(
    house: House, stage: Stage
) -> None:
    ann, page = OnSms(house), Browser(stage)
    says(ann, "remember my locker code is 9931")
    assert page.get("/web/me").status == 401
    sign_in(page, ann, stage)
    assert any("9931" in text for text in page.texts())
    said = {"id": "1", "text": "what is my locker code?"}
    assert page.post("/web/messages", **said).status == 202
    until(lambda: "You told me by SMS" in page.texts()[-1], what="the answer")
    assert page.post("/web/messages", **said).status == 202
    assert stage.is_idle()
    assert sum(text == "what is my locker code?" for text in page.texts()) == 1


def test_the_page_is_pushed_what_is_said_there_and_elsewhere(house: House, stage: Stage) -> None:
    ann, page = OnSms(house), Browser(stage)
    says(ann, "remember the ferry leaves at nine")
    sign_in(page, ann, stage)
    with page.listening() as socket:
        assert sockets(stage) == 2  # what is pushed to whom, and whose it is
        said = "when does the ferry leave?"
        assert page.post("/web/messages", id="1", text=said).status == 202
        first, answer = pushed(socket, 2)
        assert first == said
        assert "leaves at nine" in answer
        says(ann, "remember the ferry returns at ten")
        assert pushed(socket, 2)[0] == "remember the ferry returns at ten"
        assert page.texts()[-4:-2] == [first, answer]
    until(lambda: not sockets(stage), what="the end of the socket's rows")


def sockets(stage: Stage) -> int:
    """How many rows speak of an open socket."""
    found = stage.client("dynamodb").scan(
        TableName=STACK,
        FilterExpression="begins_with(#p, :socket)",
        ExpressionAttributeNames={"#p": "partition"},
        ExpressionAttributeValues={":socket": {"S": "SOCKET"}},
        Select="COUNT",
    )
    return found["Count"]


def test_a_document_is_kept_and_read(house: House) -> None:
    ann = OnSlack(house)
    says(ann, "save document boat: it leaves at nine")
    assert "it leaves at nine" in says(ann, "read document boat")


def test_a_reminder_comes_at_its_time_by_the_scheduler(house: House, stage: Stage) -> None:
    ann = OnSms(house)
    with stage.unswept():
        says(ann, "remind me to feed the cat in 20 seconds")
        due = time.time() + 15

        def told() -> list[str]:
            return [one.text for one in ann.heard() if one.text.startswith("Reminder: ")]

        assert not told()
        until(told, seconds=120, what="the reminder")  # the Scheduler promises the minute
        assert time.time() >= due
        assert stage.is_idle()
    assert told() == ["Reminder: feed the cat"]
