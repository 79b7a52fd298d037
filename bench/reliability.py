"""What holds when things break, each as one or more rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.rows import NONE, Results, Row, counted, timed

EVIL = (
    "lost",
    "doubled turns",
    "doubled sends",
    "stuck",
    "out of order",
    "after halt",
    "leaked",
    "misplaced",
    "misindexed",
    "half erased",
    "needlessly unknown",
    "unapproved",
    "approved in vain",
    "doubled effects",
    "untold",
    "told twice",
    "over the limit",
    "told wrongly",
    "plans stuck",
    "plans lost",
    "wakes left",
)
ARMS = (
    ("ours", "local", "control", 1_000),
    ("aws", "aws", "control", 1),
    ("plans", "plans, local", "naive plans", 500),
    ("plans on aws", "plans, aws", "naive plans", 1),
)
"""Of the crash sweep: its title, its control, and how many crashes must have happened at least."""


def crashes(results: Results, goal: str) -> Iterator[Row]:
    crash = results["crash"]
    for arm, title, beside, least in ARMS:
        control = crash.get(beside, {})
        naive = ", ".join(f"{control[name]} {name}" for name in EVIL if control.get(name))
        found = crash.get(arm)
        if not found:
            yield Row(goal, f"crash sweep, {title}", NONE, NONE, NONE, NONE, NONE, "not run")
            continue
        evil = sum(found.get(name, 0) for name in EVIL)
        is_good = not evil and found["points"] == found["fired"] >= least
        unknown = f"; {found['unknown']} unknown, told" if found.get("unknown") else ""
        yield Row(
            goal, f"crash sweep, {title}: lost, doubled or stuck after crashes that happened",
            "naive runner" if "plans" in arm else "naive hub",
            f"{naive} of {control['points']:,}",
            f"{evil} of {found['fired']:,}{_share(found)}{unknown}", NONE, "0", counted(is_good),
        )  # fmt: skip
    bugs = crash["bug"]
    yield Row(
        goal, "planted bugs that the sweep finds",
        NONE, NONE, f"{bugs['caught']} of {bugs['planted']}", NONE, "all",
        counted(bugs["caught"] == bugs["planted"] > 0),
    )  # fmt: skip


def _share(found: Mapping[str, Any]) -> str:
    """Of how many points there are, where they were not all tried."""
    every = found.get("every", found["fired"])
    return f" ({found['fired'] / every:.0%} of all)" if every > found["fired"] else ""


def forged(results: Results, goal: str) -> Iterator[Row]:
    one = results["forged"]
    yield Row(
        goal, "forged or altered webhooks accepted", "verifier off",
        f"{one['passed_unverified']:,}", f"{one['accepted']} of {one['forged']:,}", NONE,
        "0 of ≥ 500", counted(one["accepted"] == 0 and one["forged"] >= 500),
    )  # fmt: skip
    yield Row(
        goal, "genuine webhooks refused", NONE, NONE,
        f"{one['genuine_refused']} of {one['genuine']}", NONE, "0",
        counted(one["genuine_refused"] == 0),
    )  # fmt: skip


def links(results: Results, goal: str) -> Iterator[Row]:
    one = results["links"]
    attacks, control, genuine = one["attacks"], one["control"], one["genuine"]
    again, way = one["again"], one["under_way"]
    yield Row(
        goal, f"attempts to link a stranger in {len(attacks['made'])} ways, accepted",
        "code without number", f"{control['accepted']} of {control['attempts']}",
        f"{attacks['accepted']} of {attacks['attempts']:,}", NONE, "0 of ≥ 300",
        counted(not attacks["accepted"] and attacks["attempts"] >= 300 and control["accepted"] > 0),
    )  # fmt: skip
    yield Row(
        goal, "genuine links refused, any two surfaces", NONE, NONE,
        f"{genuine['refused']} of {genuine['made']}", NONE, "0 of ≥ 100",
        counted(not genuine["refused"] and genuine["made"] >= 100),
    )  # fmt: skip
    yield Row(
        goal, "delivered again after a link, its end or a suspension: one turn", NONE, NONE,
        f"{again['once']} of {again['events']}", NONE, "all of ≥ 300",
        counted(again["once"] == again["events"] >= 300),
    )  # fmt: skip
    yield Row(
        goal, "under way to a lane that joined or split: lost, doubled", NONE, NONE,
        f"{way['lost']}, {way['doubled']} of {way['sent']}", NONE, "0, 0 of ≥ 200",
        counted(way["lost"] == way["doubled"] == 0 and way["sent"] >= 200),
    )  # fmt: skip


def canaries(results: Results, goal: str) -> Iterator[Row]:
    one = results["canaries"]
    is_good = one["leaks"] == one["alone"] == 0 < one["control"] and one["right"] == one["asked"]
    yield Row(
        goal, "secrets of one person in prompts, replies, acts and logs of others", "walls down",
        f"{one['control']:,}",
        f"{one['leaks']} of {one['secrets']:,}, in {one['bytes'] / 1e6:.1f} MB, "
        f"{one['lines']:,} lines; owners got {one['right']} of {one['asked']}",
        NONE, "0 of ≥ 300", counted(is_good and one["secrets"] >= 300),
    )  # fmt: skip


def kills(results: Results, goal: str) -> Iterator[Row]:
    one = results["kills"]
    yield Row(
        goal, f"{one['kills']} × `kill -9` of `make run` under load: lost, answered twice",
        NONE, NONE,
        f"{one['lost']}, {one['doubled']} of {one['messages']:,}; "
        f"{one['unknown']} unknown, {one['excused']} of them not arrived",
        NONE, "0, 0", counted(one["lost"] == one["doubled"] == 0),
    )  # fmt: skip


def plan_kills(results: Results, goal: str) -> Iterator[Row]:
    one = results["plan kills"]
    evil = sum(one[name] for name in ("lost", "doubled", "untold"))
    yield Row(
        goal, f"{one['kills']} × `kill -9` while plans wait, ask and act: lost, doubled, no end told",
        NONE, NONE,
        f"{one['lost']}, {one['doubled']}, {one['untold']} of {one['plans']:,}; "
        f"{one['unknown']} unknown, told",
        NONE, "0, 0, 0", counted(not evil and one["wanted"] > one["kills"]),
    )  # fmt: skip


def plans(results: Results, goal: str) -> Iterator[Row]:
    one = results["plans"]
    idle, spread, burst = one["idle"], one["spread"], one["burst"]
    holds = not any(part[name] for part in (spread, burst) for name in ("lost", "doubled", "early"))
    yield Row(
        goal, f"{idle['plans']:,} plans waiting in `make run`: memory, idle CPU",
        NONE, NONE, f"{idle['mb']:.0f} MB; {idle['cpu_percent']} % of a core",
        NONE, "≤ 200 MB; ≤ 5 %",
        timed(results, "plans", idle["mb"] <= 200 and idle["cpu_percent"] <= 5),
    )  # fmt: skip
    yield Row(
        goal, "from when a plan is due until Slack has it, p50 (p99), among those",
        NONE, NONE, f"{spread['late_p50_ms']} ms ({spread['late_p99_ms']:,} ms)", NONE, "p99 < 1 s",
        timed(results, "plans", spread["late_p99_ms"] < 1_000),
    )  # fmt: skip
    yield Row(
        goal, f"{burst['plans']:,} plans due in the same second: lost, doubled, early; last one told",
        NONE, NONE,
        f"{burst['lost']}, {burst['doubled']}, {burst['early']}; {burst['late_max_ms'] / 1000:.1f} s",
        NONE, "0, 0, 0", counted(holds),
    )  # fmt: skip


def long_plans(results: Results, goal: str) -> Iterator[Row]:
    one = results["long"]
    first, last = one["taken"]["10"], one["taken"]["100"]
    yield Row(
        goal, "a step of a plan of 100: AWS requests, bytes written; step 100 to step 10",
        NONE, NONE,
        f"{last['requests']:.0f}, {last['written_bytes'] / 1000:.1f} kB; "
        f"{last['requests']:.0f} to {first['requests']:.0f}",
        f"{one['ratio']['requests']:.2f}; {one['ratio']['written_bytes']:.2f}", "1.00; ≤ 1.30",
        counted(one["ratio"]["requests"] <= 1 and one["ratio"]["written_bytes"] <= 1.3),
    )  # fmt: skip


def forgotten(results: Results, goal: str) -> Iterator[Row]:
    one = results["forgotten"]
    yield Row(
        goal, "forgotten things of which anything is left: rows opened, files, index, exports",
        "the turn's row dropped alone", f"{one['naive_left']:,} places",
        f"{one['left']} of {one['forgotten']:,}; {one['receipts']:,} receipts", NONE,
        "0 of ≥ 200", counted(one["left"] == 0 and one["forgotten"] >= 200),
    )  # fmt: skip


def tampers(results: Results, goal: str) -> Iterator[Row]:
    one = results["tampers"]
    is_good = one["found"] == one["tried"] >= 500 and one["unsealed"] > 0
    yield Row(
        goal, f"alterations of a ledger in {len(one['ways'])} ways, each entry and the head, unseen",
        "hashes without a key", f"{one['unsealed']:,}",
        f"{one['tried'] - one['found']} of {one['tried']:,}", NONE, "0 of ≥ 500",
        counted(is_good),
    )  # fmt: skip


def proven(results: Results, goal: str) -> Iterator[Row]:
    one = results["proof"]
    mutants = one["mutants"]
    found = sum(count > 0 for count in mutants.values())
    yield Row(
        goal, "surprises in what each role may do, by a simulator of IAM",
        f"spoilt in {len(mutants)} ways", f"{found} of {len(mutants)} found",
        f"{one['surprises']} of {one['pairs']:,} pairs, {one['roles']} roles", NONE, "0",
        counted(not one["surprises"] and found == len(mutants) > 0),
    )  # fmt: skip


def erased(results: Results, goal: str) -> Iterator[Row]:
    one = results["erased"]
    yield Row(
        goal, "secrets of erased persons found after a backup was restored, same and empty folder",
        "before the erasure", f"{one['before']:,}",
        f"{one['found']} after {one['restores']} restores", NONE, "0",
        counted(one["found"] == 0 < one["before"]),
    )  # fmt: skip
