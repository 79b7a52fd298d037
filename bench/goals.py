"""The performance goals G1 to G13, each as one or more rows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bench.rows import NONE, Path, Results, Row, beside, counted, timed, times

BRAINS: dict[str, Path] = {
    "strands": ("strands", "cold", "brain"),
    "pydantic-ai": ("pydantic_ai", "cold", "brain"),
    "langchain + langgraph": ("langgraph", "cold", "brain"),
}
STORES: dict[str, Path] = {
    "strands, snapshot": ("strands", "state", "snapshot on S3"),
    "strands, messages": ("strands", "state", "messages on S3"),
    "langgraph": ("langgraph", "state", "every step"),
}


def cold_ingress(results: Results, goal: str) -> Iterator[Row]:
    cold = {n: c for n, c in results["bundles"]["cold"].items() if "limit" in c}
    peers = _cold("boto3_sqs", {"slack_bolt": ("bolt", "cold", "ingress"),
                                "Powertools": ("powertools", "cold", "ingress")})  # fmt: skip
    kinds = {
        "Slack": [name for name in cold if name == "ingress-slack"],
        "the slowest other": [name for name in cold if name not in ("ingress-slack", "turn")],
    }
    for kind, names in kinds.items():
        name = max(names, key=lambda name: cold[name]["ratio"])
        one, which = cold[name], "" if kind == "Slack" else f", {name.removeprefix('ingress-')}"
        peer, its, ratio = beside(results, one["ratio"], peers, times)
        is_good = all(cold[name]["low"] <= cold[name]["limit"] for name in names)
        yield Row(
            goal, f"cold start of ingress, {kind}{which}, in cpu of python + boto3",
            peer, its, times(one["ratio"]), ratio,
            f"≤ {one['limit']:.2f}×", timed(results, "bundles", is_good),
        )  # fmt: skip


def cold_brain(results: Results, goal: str) -> Iterator[Row]:
    one = results["bundles"]["cold"]["turn"]
    peer, its, ratio = beside(results, one["ratio"], _cold("boto3_three", BRAINS), times)
    yield Row(
        goal, "cold start of the brain, in cpu of python + boto3 with three clients",
        peer, its, times(one["ratio"]), ratio,
        f"≤ {one['limit']:.2f}×", timed(results, "bundles", one["low"] <= one["limit"]),
    )  # fmt: skip


def offenders(results: Results, goal: str) -> Iterator[Row]:
    found = results["bundles"]["offenders"]
    ours = f"{len(found)}{': ' if found else ''}{', '.join(found)}"
    what = "modules loaded by a first message that should not be"
    yield Row(goal, what, NONE, NONE, ours, NONE, "0", counted(not found))


def state(results: Results, goal: str) -> Iterator[Row]:
    turns = results["counts"]["turns"]
    most = max(hops["turn"]["state"] for number in turns for hops in turns[number])
    peer, its, ratio = beside(
        results, most, STORES, lambda n: f"{n:.0f}", lambda found: _turn(found, "100", "requests")
    )
    what = f"requests for state of a warm turn, at turns {', '.join(sorted(turns, key=int))}"
    yield Row(goal, what, peer, its, str(most), ratio, "≤ 2", counted(most <= 2))


def growth(results: Results, goal: str) -> Iterator[Row]:
    first, last = (written(results["counts"]["turns"][number]) for number in ("10", "1000"))
    growth = last[0] / first[0]
    units = last[1] / first[1]

    def grown(found: Any) -> float | None:
        before, after = (_turn(found, number, "written_bytes") for number in ("10", "100"))
        return after / before if before and after else None

    peer, its, ratio = beside(results, growth, STORES, times, grown)
    its = its if its == "not run" else f"turn 100: {its}"
    yield Row(
        goal, "bytes written by a message, turn 1,000 to turn 10",
        peer, its, f"{growth:.3f}× ({last[0]:,.0f} B)", ratio, "≤ 1.05×", counted(growth <= 1.05),
    )  # fmt: skip
    yield Row(
        goal, "write units of a message, turn 1,000 to turn 10",
        NONE, NONE, f"{units:.3f}× ({last[1]:.0f} WCU)", NONE, "≤ 1.05×", counted(units <= 1.05),
    )  # fmt: skip


def deployed(results: Results, goal: str) -> Iterator[Row]:
    """Vendors' and models' names and ids have other lengths there, hence not the same bytes."""
    one = results["deployed"]
    apart = one["bytes"] / one["bytes_in_process"]
    is_good = one["requests"] == one["requests_in_process"] and abs(apart - 1) <= 0.02
    yield Row(
        goal, "AWS requests and bytes written of a message, through the stack deployed on an emulator",
        "in process", f"{one['requests_in_process']}, {one['bytes_in_process']:,} B",
        f"{one['requests']}, {one['bytes']:,} B", f"{apart:.2f}", "the same, 1.00 ± 0.02",
        counted(is_good),
    )  # fmt: skip


def _turn(found: Any, number: str, figure: str) -> float | None:
    return found["turns"].get(number, {}).get(figure)


def written(messages: list[dict[str, Any]]) -> tuple[float, float]:
    """Bytes and write units of a whole message, on average over those that were counted."""
    hops = [hop for message in messages for hop in message.values()]
    written, units = (sum(hop[name] for hop in hops) for name in ("written_bytes", "wcu"))
    return written / len(messages), units / len(messages)


def requests(results: Results, goal: str) -> Iterator[Row]:
    turns = results["counts"]["turns"]
    warm = [hops for number in turns if number != "1" for hops in turns[number]]
    most = max(sum(hop["requests"] for hop in hops.values()) for hops in warm)
    what = "AWS requests of a message, webhook to sent reply, the model's and looks apart"
    yield Row(goal, what, NONE, NONE, str(most), NONE, "≤ 8", counted(most <= 8))
    if looks := results["counts"].get("looks"):
        told = f"{looks['requests']}, {looks['written_bytes']:,} B"
        what = "AWS requests and bytes of a look at how somebody writes, in {looks} of {messages} messages"
        yield Row(goal, what.format_map(looks), NONE, NONE, told, NONE, NONE, "yes")


def cold_extras(results: Results, goal: str) -> Iterator[Row]:
    """What the first message in a new process asks for besides, once."""
    hops = results["counts"]["cold"]
    warm = results["counts"]["turns"]["10"][0]
    extras: Counter[str] = Counter()
    for name, hop in hops.items():
        extras.update(hop["once"])
        extras.update(Counter(hop["by_operation"]) - Counter(warm[name]["by_operation"]))
    told = ", ".join(f"{OPERATIONS.get(name, name)} {n}" for name, n in sorted(extras.items()))
    what = "what a cold process and lane ask for once, apart"
    yield Row(goal, what, NONE, NONE, told, NONE, NONE, "yes")


OPERATIONS = {
    "AssumeRole": "the lane's credentials",
    "Decrypt": "keys opened",
    "keys": "keys read",
    "GetParameters": "secrets",
    "Query": "pages of evidence",
}
"""What each of these requests is for."""


def loop(results: Results, goal: str) -> Iterator[Row]:
    one = results["loops"]["loop"]
    names = {"strands": "strands", "pydantic-ai": "pydantic_ai", "langchain": "langgraph"}
    cases = {name: (peer, "loop", "reused", "ratio") for name, peer in names.items()}
    peer, its, ratio = beside(results, one["ratio"], cases, times)
    yield Row(
        goal, "loop with one capability, warm, in plain converse loops",
        peer, its, times(one["ratio"]), ratio, "≤ 1.50×",
        timed(results, "loops", one["low"] <= 1.5),
    )  # fmt: skip


def warm_ingress(results: Results, goal: str) -> Iterator[Row]:
    powertools = {"Powertools": ("powertools", "ingress", "ingress", "look-up and send", "ratio")}
    kinds: dict[str, tuple[str, float, dict[str, Path]]] = {
        "slack": ("Slack", 1.45, {"slack_bolt": ("bolt", *powertools["Powertools"][1:])}),
        "sms": ("SMS", 1.10, powertools),
        "web": ("web", 1.10, {}),
    }
    for kind, (title, limit, cases) in kinds.items():
        one = results["loops"]["ingress"][kind]
        peer, its, ratio = beside(results, one["ratio"], cases, times) if cases else (NONE,) * 3
        yield Row(
            goal, f"warm ingress, {title}, in the same AWS calls made bare",
            peer, its, times(one["ratio"]), ratio, f"≤ {limit:.2f}×",
            timed(results, "loops", one["low"] <= limit),
        )  # fmt: skip


def replay(results: Results, goal: str) -> Iterator[Row]:
    replay = results["counts"]["replay"]
    within, after = (replay[when]["requests"] for when in ("within", "after"))
    what = "AWS requests of a replayed webhook, within five minutes and after; it sends nothing"
    is_good = within <= 2 and after <= 3
    yield Row(goal, what, NONE, NONE, f"{within}, {after}", NONE, "≤ 2, ≤ 3", counted(is_good))


def local(results: Results, goal: str) -> Iterator[Row]:
    one = results["turns"]
    yield Row(
        goal, f"whole turns a second, {one['items']:,} items, synchronous {one['synchronous']}",
        "moto", f"{one['moto_per_s']:.1f}", f"{one['local_per_s']:.0f}", f"{one['ratio']:.0f}×",
        "≥ 20×", timed(results, "turns", one["high"] >= 20),
    )  # fmt: skip


def recall(results: Results, goal: str) -> Iterator[Row]:
    sizes: Mapping[str, Any] = results["recall"]
    for turns, p50, p95 in (("10000", 5, 10), ("100000", 30, None)):
        one = sizes[turns]
        is_good = one["warm_p50_ms"] <= p50 and (p95 is None or one["warm_p95_ms"] < p95)
        yield Row(
            goal, f"warm recall, {int(turns):,} turns in one home, p50 (p95)", NONE, NONE,
            f"{one['warm_p50_ms']:.1f} ms ({one['warm_p95_ms']:.1f} ms)", NONE,
            f"≤ {p50} ms" + (f" (< {p95} ms)" if p95 else ""), timed(results, "recall", is_good),
        )  # fmt: skip
    cold = "; ".join(
        f"{one['cold_requests']}, {megabytes(one['cold_bytes'] / 1e6)}, {one['cold_ms']:,.0f} ms"
        for one in sizes.values()
    )
    numbers = ", ".join(f"{int(turns):,}" for turns in sizes)
    what = f"cold recall at {numbers} turns: requests, bytes, time here"
    yield Row(goal, what, NONE, NONE, cold, NONE, NONE, "yes")
    most = max(one["index_bytes_a_turn"] for one in sizes.values())
    yield Row(goal, "index in the table, a turn", NONE, NONE, f"{most:.0f} B", NONE, NONE, "yes")


FOUND = {"recall@5": 0.72, "recall@10": 0.80, "recall@25": 0.87, "nDCG@10": 0.65}
"""The least that must be found of the evidence, for questions that have an answer."""
TWISTED = 0.83
"""The same at 10 for questions that name the wrong person."""


def found(results: Results, goal: str) -> Iterator[Row]:
    """A yardstick, written by language models; what it says of real talk is not known."""
    scores = results["found"]
    one, twisted = scores["1-4 together"], scores["adversarial"]["recall@10"]
    yield Row(
        goal, f"evidence found, LoCoMo, {one['n']} questions: R@5, R@10, R@25, nDCG@10", NONE, NONE,
        ", ".join(f"{one[name]:.3f}" for name in FOUND), NONE,
        f"≥ {', '.join(f'{least:.2f}' for least in FOUND.values())}",
        counted(all(one[name] >= least for name, least in FOUND.items())),
    )  # fmt: skip
    yield Row(
        goal, "the same for questions that name the wrong person, R@10", NONE, NONE,
        f"{twisted:.3f}", NONE, f"≥ {TWISTED:.2f}", counted(twisted >= TWISTED),
    )  # fmt: skip


def sizes(results: Results, goal: str) -> Iterator[Row]:
    sizes = results["bundles"]["sizes"]
    peers: dict[str, dict[str, Path]] = {
        "Slack ingress": {"slack_bolt": ("bolt", "bundle_mb")},
        "passkeys": {},
        "other ingress": {"Powertools": ("powertools", "bundle_mb")},
        "brain": {name: (path[0], "bundle_mb") for name, path in BRAINS.items()},
        "act or sweep, its own SDK apart": {},
    }
    kinds: dict[str, list[str]] = {kind: [] for kind in peers}
    for name in sizes:
        kinds[_kind(name)].append(name)
    for kind, names in kinds.items():
        if not names:  # measured before this kind of function was there
            continue
        name = max(names, key=lambda name: sizes[name]["judged_mb"])
        over = [name for name in names if not sizes[name]["is_good"]]
        size, cases = sizes[name]["judged_mb"], peers[kind]
        peer, its, ratio = beside(results, size, cases, megabytes) if cases else (NONE,) * 3
        yield Row(
            goal, f"largest bundle unzipped, {kind}",
            peer, its, f"{size:.1f} MB{': ' if over else ''}{', '.join(over)}", ratio,
            f"≤ {sizes[name]['limit_mb']} MB", counted(not over),
        )  # fmt: skip


def imports(results: Results, goal: str) -> Iterator[Row]:
    """The slowest function of each kind; each one's figure stands in the results."""
    what = "cold import of a handler in its bundle, the slowest of a kind, in cpu of python + boto3"
    found: Mapping[str, Any] | None = results["bundles"].get("imports")
    if found is None:
        yield Row(goal, what, NONE, NONE, NONE, NONE, NONE, "not run")
        return
    slowest: dict[str, str] = {}
    for name in sorted(found, key=lambda name: found[name]["ratio"]):
        slowest[_kind(name).partition(",")[0]] = name
    ours = "; ".join(f"{kind} {times(found[name]['ratio'])}" for kind, name in slowest.items())
    yield Row(goal, what, NONE, NONE, ours, NONE, NONE, timed(results, "bundles", is_good=True))


def _kind(name: str) -> str:
    if name == "ingress-slack":
        return "Slack ingress"
    if name == "ingress-web-passkeys":
        return "passkeys"
    if name in ("turn", "undelivered"):
        return "brain"
    is_ingress = name.startswith("ingress-") or name in ("mail", "socket")
    return "other ingress" if is_ingress else "act or sweep, its own SDK apart"


def start(results: Results, goal: str) -> Iterator[Row]:
    one = results["start"]
    what = f"second `make run` to healthy, median of {one['rounds']}"
    ours = f"{one['median_s']:.1f} s"
    yield Row(goal, what, NONE, NONE, ours, NONE, "< 3 s", counted(one["median_s"] < 3))


def _cold(floor: str, paths: Mapping[str, Path]) -> dict[str, Path]:
    return {name: (*path, "beside", floor, "ratio") for name, path in paths.items()}


def megabytes(size: float) -> str:
    return f"{size:.1f} MB"


def phrases(results: Results, goal: str) -> Iterator[Row]:
    """Asking back is never wrong, so that what is asked stands beside what is wrong."""
    for kind, (what, least) in {
        "times": ("phrases about time read as another one than was meant", 150),
        "plans": ("sentences and lists of a plan read as another one than was meant", 60),
    }.items():
        one = results["phrases"][kind]
        libraries: dict[str, Path] = {
            name: ("phrases", "phrases", name, "wrong") for name in ("dateparser", "recurrent")
        }
        peer, its, ratio = (
            beside(results, one["wrong"], libraries, lambda count: f"{count:.0f}")
            if kind == "times"
            else (NONE,) * 3
        )
        ours = f"{one['wrong']} of {one['said']}; {one['asked']} asked back, {one['needlessly']} needlessly"
        is_good = not one["wrong"] and one["said"] >= least
        yield Row(goal, what, peer, its, ours, ratio, f"0 of ≥ {least}", counted(is_good))


def deployment(results: Results, goal: str) -> Iterator[Row]:
    one = results["deployment"]
    ours = (
        f"{one['seconds']:.1f} s of cpu, {one['functions']} functions, {one['resources']} resources"
    )
    is_good = one["seconds"] < 2
    yield Row(
        goal, "the template, written from the declarations",
        NONE, NONE, ours, NONE, "< 2 s", timed(results, "deployment", is_good),
    )  # fmt: skip
