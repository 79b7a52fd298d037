"""The labelled mails are read as well as the measured table of the surfaces promises."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from surfaces.email.reply import new_words

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "email_replies"
BAR = {
    "trimmer": 75,
    "crisp": 85,
    "asf_thread": 92,
    "enron_thread": 65,
    "asf_whole": 98,
    "enron_whole": 98,
}
BAR_HTML = {"talon_html": 100, "nylas": 83}
"""Least share of matches in percent, from the measured table of the surfaces."""


def known_mails() -> list[dict[str, str]]:
    lines = [
        line
        for path in sorted(CORPUS.rglob("*.jsonl"))
        for line in path.read_text("utf-8").split("\n")
    ]
    return [json.loads(line) for line in lines if line]


def is_match(known: dict[str, str], reply: str) -> bool:
    def form(text: str) -> str:
        if "html" in known:
            return re.sub(r"[\s\u200b\ufeff\xa0\\*_#>|`\-]+", "", text)
        return " ".join(unicodedata.normalize("NFC", text).split())

    return form(reply) in {form(right) for right in [known["expected"], *known.get("accept", [])]}


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the labelled mails are not at {CORPUS}")
def test_the_labelled_mails_are_read_as_well_as_promised() -> None:
    matches: dict[str, list[bool]] = {}
    emptied: list[str] = []
    for known in known_mails():
        reply = new_words(known.get("text", ""), known.get("html"))
        matches.setdefault(known["set"], []).append(is_match(known, reply))
        if known["expected"].strip() and not reply:
            emptied.append(known["id"])
    shares = {name: 100 * sum(found) / len(found) for name, found in matches.items()}
    assert {
        name: shares[name] for name, bar in (BAR | BAR_HTML).items() if shares[name] < bar
    } == {}
    assert emptied == []
