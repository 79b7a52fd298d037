"""The figures for people: tables in the terminal and the documents, and what they were made on."""

from collections.abc import Callable, Iterator

from rich import box
from rich.table import Table

from bench import alive, believed, boundary, forecasts, goals, planted, reliability
from bench.rows import NONE, Results, Row, Verdict

FAILING: frozenset[Verdict] = frozenset({"no", "failed"})
COLUMNS = ("", "what", "peer", "its figure", "ours", "ratio", "limit", "ok")
SHORT = frozenset({"", "ratio", "limit"})
COLOURS: dict[Verdict, str] = {
    "yes": "green",
    "no": "red",
    "failed": "red",
    "unclear, repeat": "yellow",
    "not run": "dim",
}


def rows(results: Results) -> list[Row]:
    """Every claim, goals first; what was not measured says so."""
    return [
        row for goal, step, what, make in CLAIMS for row in _made(results, goal, step, what, make)
    ]


def fails(results: Results) -> bool:
    """Whether a figure misses its limit or could not be taken; what was not run fails nothing."""
    return any(row.verdict in FAILING for row in rows(results))


def table(results: Results) -> Table:
    """For the terminal."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in COLUMNS:
        shown.add_column(column, no_wrap=column in SHORT)
    for row in rows(results):
        verdict = f"[{COLOURS[row.verdict]}]{row.verdict}"
        shown.add_row(
            row.goal, row.what, row.peer, row.its, row.ours, row.ratio, row.limit, verdict
        )
    return shown


def markdown(results: Results) -> str:
    """All of them, for docs/figures.md, which holds nothing that was not measured."""
    return _lines(rows(results), results)


def beside(results: Results) -> str:
    """For the README: the goals for which somebody else's figure stands beside ours."""
    return _lines([one for one in rows(results) if one.goal and one.peer != NONE], results)


def _lines(shown: list[Row], results: Results) -> str:
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    lines += [
        f"| {r.goal} | {r.what} | {r.peer} | {r.its} | **{r.ours}** | {r.ratio} | {r.limit} "
        f"| {r.verdict} |"
        for r in shown
    ]
    return "\n".join([*lines, "", condition_line(results)])


COMPLAINTS = (
    ("a stranger on every surface", "proven links, one conversation", "genuine links refused"),
    ("one person's memory told to another", "three walls", "secrets of one person"),
    ("replies twice, or never", "one turn, one commit", "crash sweep, local"),
    (
        "approvals lost, or given by others",
        "bound to the exact words, used once",
        "a model that obeys an attacker",
    ),
    ("bills while nobody speaks", "one look a minute for everybody, no thought", "idle day"),
    ("forgotten things that come back", "tombstones and receipts", "forgotten things"),
)
"""What people say of such assistants, what stands against it here, and the claim that shows it."""


def complaints(results: Results) -> str:
    """For the README's first screen: each complaint, and the figure that answers it."""
    made = rows(results)
    lines = ["| they complain of | here | measured | control |", "|---|---|---|---|"]
    for complaint, answer, claim in COMPLAINTS:
        row = next((one for one in made if one.what.startswith(claim)), None)
        shown = f"{row.what}: **{row.ours}**" if row else "not run"
        control = f"{row.peer}: {row.its}" if row and row.its != NONE else NONE
        lines.append(f"| {complaint} | {answer} | {shown} | {control} |")
    return "\n".join(lines)


def condition_line(results: Results) -> str:
    """On what all of this was measured."""
    about = results["conditions"]
    told = {
        "on": "Measured on {}",
        "cores": "{} cores",
        "cpu": "{}",
        "load_before": "load {} before",
        "load_after": "{} after",
        "python": "Python {}",
        "versions": "{}",
        "synchronous": "SQLite synchronous {}",
        "rounds": "rounds {}",
        "seed": "seed {}",
        "commit": "commit {}",
        "again": "taken again at a later commit: {}",
        "kept": "kept from the run of an earlier commit: {}",
        "seconds": "{} s in all",
    }
    return ", ".join(form.format(_told(about[n])) for n, form in told.items() if n in about) + "."


def _told(value: object) -> str:
    """A mapping as `name value` pairs."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{name} {one}" for name, one in value.items())  # pyright: ignore[reportUnknownVariableType]


def _made(
    results: Results, goal: str, step: str, what: str, make: Callable[[Results, str], Iterator[Row]]
) -> Iterator[Row]:
    found = results.get(step)
    if found is None:
        yield Row(goal, what, NONE, NONE, NONE, NONE, NONE, "not run")
    elif "failed" in found:
        yield Row(goal, what, NONE, NONE, found["failed"], NONE, NONE, "failed")
    elif "not_run" in found:
        yield Row(goal, what, NONE, NONE, found["not_run"], NONE, NONE, "not run")
    else:
        yield from make(results, goal)


def _peers(results: Results, goal: str) -> Iterator[Row]:
    """Only what went wrong with a peer that is installed; its figures stand beside ours."""
    for peer, measured in results["peers"].items():
        for kind, words in measured.get("failed", {}).items() if isinstance(measured, dict) else ():
            yield Row(goal, f"{kind} of {peer}", peer, words, NONE, NONE, NONE, "failed")


CLAIMS: tuple[tuple[str, str, str, Callable[[Results, str], Iterator[Row]]], ...] = (
    ("G1", "bundles", "cold start of ingress", goals.cold_ingress),
    ("G2", "bundles", "cold start of the brain", goals.cold_brain),
    ("G3", "bundles", "modules that should not be loaded", goals.offenders),
    ("G4", "counts", "requests for state of a warm turn", goals.state),
    ("G5", "counts", "bytes written, turn 1,000 to turn 10", goals.growth),
    ("G6", "counts", "AWS requests of a message", goals.requests),
    ("G6", "deployed", "the same through the deployed stack", goals.deployed),
    ("", "counts", "what a cold process and lane ask for once", goals.cold_extras),
    ("G7", "loops", "loop with one capability", goals.loop),
    ("G8", "loops", "warm ingress", goals.warm_ingress),
    ("G9", "counts", "AWS requests of a replayed webhook", goals.replay),
    ("G10", "turns", "whole turns a second", goals.local),
    ("G11", "recall", "recall in a long memory", goals.recall),
    ("G11", "found", "evidence that recall finds", goals.found),
    ("G12", "bundles", "bundles, unzipped", goals.sizes),
    ("G12", "bundles", "cold import of a handler", goals.imports),
    ("G13", "start", "second `make run` to healthy", goals.start),
    ("", "graph", "what the person graph adds to a turn", believed.cost),
    ("", "graph time", "how long the person graph takes", believed.time),
    ("", "phrases", "what people say about time", goals.phrases),
    ("", "planted", "traits of planted people", planted.rows),
    ("", "forecasts", "forecast of what people do when something fails", forecasts.rows),
    ("", "same", "who wrote it, by how and what", believed.same),
    ("", "crash", "crash sweep", reliability.crashes),
    ("", "forged", "forged webhooks", reliability.forged),
    ("", "links", "links: attacked, genuine, delivered again, under way", reliability.links),
    ("", "canaries", "secrets told to others", reliability.canaries),
    ("", "forgotten", "forgettings", reliability.forgotten),
    ("", "tampers", "tampering with the ledger", reliability.tampers),
    ("", "erased", "erasures", reliability.erased),
    ("", "deployment", "the template, written", goals.deployment),
    ("", "proof", "roles that do more or less than declared", reliability.proven),
    ("", "hostile", "a hostile model", boundary.hostile),
    ("", "judge", "a verdict", boundary.verdict),
    ("", "idle", "idle day of 1,000 quiet people", alive.idle),
    ("", "reviews", "when to write unasked", alive.reviews),
    ("", "kills", "`kill -9` under load", reliability.kills),
    ("", "plan kills", "`kill -9` while plans wait, ask and act", reliability.plan_kills),
    ("", "plans", "plans that wait, and all at once", reliability.plans),
    ("", "long", "a plan of a hundred steps", reliability.long_plans),
    ("", "peers", "peers, in the same run", _peers),
)
