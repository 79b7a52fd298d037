"""Plans in the running hub: what a thousand cost that wait, how late they are told, all due at once.

The hub is `make run`; a Slack on loopback takes what is told and notes when. Every plan is made by a
person's own words, and what is due when stands in the answer.
"""

import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.end_to_end.house import CHECKOUT, House, OnSlack, open_house, until

PEOPLE, EACH = 100, 10
"""A thousand plans, ten a person: fewer than any cap of the hub."""
SPREAD = 20
"""Of the first thousand, two a person fall due while we look, over so many seconds."""
FAR = 86_400
IDLE = 8.0
"""Seconds over which the idle hub is looked at."""
PATIENCE = 120.0
HERE = {"PYTHONPATH": str(CHECKOUT)}
MAKERS = 8
WORD = re.compile(r"\bp\d+x\d+\b")
WHEN = re.compile(r"“water (p\d+x\d+)” on \w+ (\d+ \w+ \d{4}) at (\d\d:\d\d(?::\d\d)?) \(UTC\)")


@dataclass
class Watched:
    """What was promised, by the word of each plan, and when it was told."""

    due: dict[str, float] = field(default_factory=dict[str, float])
    told: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def look(self, house: House) -> "Watched":
        """Reads what Slack got: promises and reminders."""
        self.due.clear()
        self.told.clear()
        for post in list(house.slack.posts):
            for word, day, hour in WHEN.findall(post["text"]):
                spelled = f"{day} {hour if hour.count(':') == 2 else hour + ':00'}"
                at = datetime.strptime(spelled, "%d %B %Y %H:%M:%S").replace(tzinfo=UTC)
                self.due[word] = at.timestamp()
            for line in post["text"].splitlines():
                if line.startswith("Reminder: "):
                    for word in WORD.findall(line):
                        self.told.setdefault(word, []).append(float(post["ts"]))
        return self

    def late(self, words: Sequence[str]) -> list[float]:
        """Seconds from when each was due until Slack had it."""
        return sorted(self.told[word][0] - self.due[word] for word in words if word in self.told)

    def figures(self, words: Sequence[str]) -> dict[str, Any]:
        late, times = (
            self.late(words),
            Counter({word: len(self.told.get(word, ())) for word in words}),
        )
        return {
            "plans": len(words),
            "lost": sum(not count for count in times.values()),
            "doubled": sum(max(0, count - 1) for count in times.values()),
            "early": sum(one < 0 for one in late),
            "late_p50_ms": round(quantiles(late, n=100)[49] * 1000),
            "late_p99_ms": round(quantiles(late, n=100)[98] * 1000),
            "late_max_ms": round(late[-1] * 1000),
        }


def measure() -> dict[str, Any]:
    """`idle`: memory and processor of the hub while a thousand plans wait; `spread` and `burst`."""
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder), **HERE) as house:
        house.hub.start()
        people = [OnSlack(house) for _ in range(PEOPLE)]
        spread = _make_all(house, people, 0, _in_a_while)
        idle = _idle(house) | {"plans": PEOPLE * EACH}
        soon = [word for word in spread if int(word.rpartition("x")[2]) < 2]
        seen = Watched()
        until(lambda: len(seen.look(house).late(soon)) == len(soon), PATIENCE, "the reminders")
        waking = seen.figures(soon)
        at = _in_two_minutes()
        burst = _make_all(house, people, 1, lambda number: at)
        until(lambda: len(seen.look(house).late(burst)) == len(burst), 2 * PATIENCE, "the burst")
        time.sleep(2.0)  # for a second telling, if there were one
        return {"idle": idle, "spread": waking, "burst": seen.look(house).figures(burst)}


def _in_a_while(number: int) -> str:
    person, nth = divmod(number, EACH)
    seconds = 40 + (person * 2 + nth) * SPREAD / (2 * PEOPLE) if nth < 2 else FAR
    return f"in {round(seconds)} seconds"


def _in_two_minutes() -> str:
    """A full minute, one to two minutes ahead, so that all are promised before it comes."""
    now = time.time()
    return f"at {datetime.fromtimestamp(now + 125 - now % 60, UTC):%H:%M}"


def _make_all(house: House, people: Sequence[OnSlack], batch: int, when: Any) -> list[str]:
    """Every plan by its person's words; returns their words once all are promised."""

    def make(of: int) -> list[str]:
        made: list[str] = []
        for nth in range(EACH):
            number = of * EACH + nth
            word = f"p{batch}{of}x{nth}"
            said = people[of].write(f"remind me {when(number)} to water {word}")
            until(lambda said=said: people[of].deliver(said), PATIENCE, "the hub to take it")
            made.append(word)
        return made

    with ThreadPoolExecutor(MAKERS) as pool:
        words = [word for made in pool.map(make, range(len(people))) for word in made]
    seen = Watched()
    until(lambda: set(words) <= seen.look(house).due.keys(), PATIENCE, "the promises")
    return words


def _idle(house: House) -> dict[str, Any]:
    """Of the hub's whole process group: megabytes, and percent of one core over some seconds."""
    before, began = _processor(house), time.monotonic()
    time.sleep(IDLE)
    share = (_processor(house) - before) / (time.monotonic() - began)
    return {"mb": _memory(house), "cpu_percent": round(100 * share, 1)}


def _group(house: House) -> list[Path]:
    assert house.hub.process is not None
    found: list[Path] = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[2]) == house.hub.process.pid:
            found.append(path)
    return found


def _processor(house: House) -> float:
    """Seconds of processor that the group has used."""
    fields = [(p / "stat").read_text().rpartition(")")[2].split() for p in _group(house)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _memory(house: House) -> float:
    """Megabytes that the group alone holds; what processes share is counted in parts."""
    rollups = [(path / "smaps_rollup").read_text() for path in _group(house)]
    found = [
        int(m[1]) for text in rollups if (m := re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE))
    ]
    return round(sum(found) / 1024, 1)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
