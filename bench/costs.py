"""What a message costs in AWS, by part: measured requests, units and bytes times list prices.

A message here is a text message with its reply, at turn 1,000 of a conversation, the brain's wait
apart (a model's price and a carrier's are theirs). What no measurement here tells (waits, cold
starts, prices) stands in `prices.toml` and is shown beside the figures.
"""

import json
import statistics
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.template.functions import KINDS
from infra.template.write import template

RESULTS = Path(__file__).with_name("results.json")
PRICES: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("prices.toml").read_text())
HOPS: Mapping[str, str] = {
    "ingress": "functions.ingress",
    "turn": "functions.turn",
    "act": "functions.act",
}
FIRST: Mapping[str, str] = {"ingress": "ingress-sms", "turn": "turn", "act": "turn"}
"""Whose measured cold start stands for a hop's; of an act none is measured, and a turn's is longer."""
MANY = 1000
MINUTES = 60 * 24 * 30
"""Of a month: so often the sweeper looks."""


class Line(NamedTuple):
    """One line of the bill: what is paid for, how much of it, and what that comes to (US dollars)."""

    what: str
    unit: str
    amount: float
    why: str

    @property
    def usd(self) -> float:
        return self.amount * PRICES["usd"][self.unit] / PRICES["per"][self.unit]


def results() -> dict[str, Any]:
    """The benchmark's, as they are kept."""
    return json.loads(RESULTS.read_text())


def of_messages(found: Mapping[str, Any], number: int = MANY) -> list[Line]:
    """What so many messages cost; `found` are the benchmark's results."""
    hops, cold, assumed = _mean(found["counts"]["turns"]["1000"]), _cold(found), PRICES["assumed"]
    writes = sum(hop["wcu"] for hop in hops.values())
    reads = sum(_reads(hop) for hop in hops.values())
    seconds = [_gb_seconds(found, name, hop) for name, hop in hops.items()]
    logs = len(hops) * assumed["log_bytes_a_hop"]
    kept = sum(hop["written_bytes"] for hop in hops.values()) * assumed["months_kept"]
    share = assumed["cold_share"]
    return [
        Line("the door", "HTTP API request", number, "one webhook"),
        Line("functions called", "Lambda request", number * len(hops), f"{len(hops)} hops"),
        Line(
            "functions running",
            "Lambda GB-second, arm64",
            number * sum(seconds),
            "ms × memory, see below",
        ),
        Line("writes", "DynamoDB write unit, on demand", number * writes, f"{writes:g} WCU"),
        Line("reads", "DynamoDB read unit, on demand", number * reads, f"{reads:g} RCU"),
        Line(
            "the lane",
            "SQS FIFO request",
            number * assumed["sqs_requests"],
            "send, receive, delete",
        ),
        Line("keys", "KMS request", number * share * cold, f"{cold:g} where a process is new"),
        Line("logs", "CloudWatch Logs GB", number * logs / 1e9, f"{logs / 1000:.1f} kB"),
        Line(
            "what stays",
            "DynamoDB GB-month, kept and recoverable",
            number * kept / 1e9,
            f"{kept / assumed['months_kept'] / 1000:.1f} kB for {assumed['months_kept']} months",
        ),
    ]


def of_a_month(found: Mapping[str, Any]) -> list[Line]:
    """What a stage costs in a month in which nobody speaks."""
    kinds = [one["Type"] for one in template()["Resources"].values()]
    alarms, assumed = kinds.count("AWS::CloudWatch::Alarm"), PRICES["assumed"]
    sources = kinds.count("AWS::Lambda::EventSourceMapping")
    queries = found["idle"]["aws"]["Query"]
    polls = sources * assumed["polls_an_hour"] * MINUTES / 60
    memory = KINDS["functions.sweep"].memory
    looked = queries * assumed["ms_a_request"] / 1000 * memory / 1024
    return [
        Line("the key", "KMS key, a month", 1, "wraps all others"),
        Line("alarms", "CloudWatch alarm, a month", alarms, "the template's"),
        Line("counts", "CloudWatch metric, a month", assumed["metrics"], "assumed"),
        Line("looking into the lanes", "SQS FIFO request", polls, f"{sources} event sources"),
        Line("the sweeper's reads", "DynamoDB read unit, on demand", MINUTES * queries,
             f"{queries} queries a minute"),
        Line("the sweeper called", "Lambda request", MINUTES, "each minute"),
        Line("the sweeper running", "Lambda GB-second, arm64", MINUTES * looked, f"{memory} MB"),
    ]  # fmt: skip


def _mean(messages: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The mean message, hop by hop."""
    return {
        hop: {
            **{
                name: statistics.fmean(one[hop][name] for one in messages)
                for name in ("requests", "wcu", "rows_read", "written_bytes")
            },
            "by_operation": messages[0][hop]["by_operation"],
        }
        for hop in HOPS
    }


def _reads(hop: Mapping[str, Any]) -> float:
    """Read units: each row of a batch, each single row, each query, strong and under 4 KB."""
    asked = hop["by_operation"]
    return hop["rows_read"] + asked.get("GetItem", 0) + asked.get("Query", 0)


def _cold(found: Mapping[str, Any]) -> float:
    """What a new process asks of KMS."""
    return sum(hop["once"].get("Decrypt", 0) for hop in found["counts"]["cold"].values())


def running(found: Mapping[str, Any], name: str, hop: Mapping[str, Any]) -> tuple[float, int]:
    """Milliseconds that a hop is billed on average, and the MB that it has.

    CPU is what was measured here, stretched by the share of a CPU that its memory buys; a turn and
    an act are each taken to need what a whole message does.
    """
    assumed, memory = PRICES["assumed"], KINDS[HOPS[name]].memory
    slower = max(1.0, assumed["mb_of_a_cpu"] / memory)
    own = found["loops"]["ingress"]["sms"]["p50_ms"]
    cpu = own if name == "ingress" else 1000 / found["turns"]["local_per_s"]
    cold = found["bundles"]["first"][FIRST[name]]["cpu_s"] * 1000 * assumed["cold_share"]
    waits = hop["requests"] * assumed["ms_a_request"]
    waits += assumed["ms_a_vendor"] if name == "act" else 0
    return (cpu + cold) * slower + waits, memory


def _gb_seconds(found: Mapping[str, Any], name: str, hop: Mapping[str, Any]) -> float:
    ms, memory = running(found, name, hop)
    return ms / 1000 * memory / 1024


def markdown(found: Mapping[str, Any]) -> str:
    """Both bills as tables, their formula and what they assume, for docs/deploy.md."""
    return "\n".join(_written(found))


def _written(found: Mapping[str, Any]) -> Iterator[str]:
    messages, month = of_messages(found), of_a_month(found)
    yield from _table(f"{MANY:,} messages", messages)
    yield ""
    yield from _table("a month in which nobody speaks", month)
    yield ""
    writes = next(one for one in messages if one.what == "writes")
    share = writes.usd / sum(one.usd for one in messages)
    yield (
        "`cost = Σ measured amount × list price`. Writes are "
        f"{share:.0%} of a message: they are the promise that nothing is lost. How long a hop is billed:"
    )
    yield ""
    yield "| hop | ms | MB | AWS requests | WCU | bytes written |"
    yield "|---|---|---|---|---|---|"
    for name, hop in _mean(found["counts"]["turns"]["1000"]).items():
        ms, memory = running(found, name, hop)
        yield (
            f"| {name} | {ms:.0f} | {memory} | {hop['requests']:g} | {hop['wcu']:g} "
            f"| {hop['written_bytes']:,.0f} |"
        )
    yield ""
    told = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in PRICES["assumed"].items())
    yield (
        f"Counts are of [bench/results.json](../bench/results.json) (commit "
        f"{found['conditions']['commit']}); prices of {PRICES['region']}, {PRICES['on']}, and these "
        f"assumptions of [bench/prices.toml](../bench/prices.toml): {told}."
    )


def _table(of: str, lines: list[Line]) -> Iterator[str]:
    yield f"| {of} | amount | of | each | US$ |"
    yield "|---|---|---|---|---|"
    for one in sorted(lines, key=lambda line: -line.usd):
        yield f"| {one.what} | {_spelled(one.amount)} | {one.unit} | {one.why} | {one.usd:.4f} |"
    yield f"| **together** | | | | **{sum(one.usd for one in lines):.2f}** |"


def _spelled(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.2g}"
