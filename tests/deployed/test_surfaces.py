"""What only some of the functions do: mail, the page, a document, a reminder at its time."""

import time

import pytest

from tests.deployed.people import Browser, BySes, says
from tests.deployed.stage import Stage
from tests.end_to_end.house import House, OnSlack, OnSms, ask, found, until

pytestmark = pytest.mark.deployed


def test_a_mail_is_taken_in_and_answered(house: House) -> None:
    ann = BySes(house)
    assert "I will remember" in ask(ann, "remember my bike lock is 4812").text
    answer = ask(ann, "what is my bike lock?").text
    assert "4812" in answer
    assert "by email" in answer


def test_the_page_is_entered_by_a_code_and_shows_the_whole_conversation(
    house: House, stage: Stage
) -> None:
    ann, page = OnSms(house), Browser(stage)
    says(ann, "remember my locker code is 9931")
    assert page.get("/web/me").status == 401
    before = len(ann.heard())
    assert page.post("/web/signin", address=ann.number).status == 202
    until(lambda: len(ann.heard()) > before, what="the code")
    assert stage.is_idle()  # nobody types faster than a code is kept
    code = found(r"(?m)^([A-Z0-9]{6})$", ann.heard()[-1].text)
    answer = page.post("/web/signin/code", code=code)
    assert answer.status == 200, answer.data
    assert stage.is_idle()
    assert any("9931" in text for text in page.texts())
    said = {"id": "1", "text": "what is my locker code?"}
    assert page.post("/web/messages", **said).status == 202
    until(lambda: "You told me by SMS" in page.texts()[-1], what="the answer")
    assert page.post("/web/messages", **said).status == 202
    assert stage.is_idle()
    assert sum(text == "what is my locker code?" for text in page.texts()) == 1


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
