"""What is asked of every role: its own resources, and canaries that must be out of its reach.

What is expected comes from the declarations and from the scopes that the fence holds workers to,
never from the policies themselves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from infra.functions import Deployed, deployed
from infra.iam import Allowed, Role
from infra.own_rows import ROWS
from infra.proof.stage import address, key_policy, session, trusts
from infra.roles import DELETES, LEADING, READS, SETS, lane_scope, own_rows, roles
from persona.keys import HUB, Scope

ID = "ANNANNANNANNANNANNANNANNAN"
LANE, OTHER = ID, "BOB" * 8 + "BO"
HOMES = ("HOME" * 6 + "A2", "HOME" * 6 + "B3")
TAGS = {f"aws:PrincipalTag/home{n}": home for n, home in enumerate(HOMES, 1)}
ANN = {"aws:PrincipalTag/lane": LANE, **TAGS}
WIDE = {name: f"{value[:-2]}*" for name, value in ANN.items()}
"""Tags that would be patterns, were they ever read as such."""
ON_ROWS = (*READS, *SETS, *DELETES)
ALL_OF_TABLES = "dynamodb:*"


@dataclass(frozen=True, slots=True)
class Probe:
    """One question, and the actions that must be allowed: no fewer, no more."""

    role: str
    actions: tuple[str, ...]
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    expected: frozenset[str] = frozenset()
    why: str = ""
    trust: Mapping[str, Any] | None = None

    @property
    def ask(self) -> dict[str, Any]:
        """As the simulator takes it."""
        asked = {"policy": self.role, "actions": self.actions, "resource": self.resource}
        asked |= {"context": self.context, "principal": session(self.role)}
        return {**asked, **({"trust": self.trust} if self.trust else {})}


def probes() -> list[Probe]:
    """Every question, of every role."""
    found: list[Probe] = []
    for function in deployed().values():
        own = roles()[function.name]
        found += [*_of_resources(own), *_of_own_rows(function)]
        scope = lane_scope(function, LANE, HOMES)
        if scope:
            worker = roles()[f"{function.name}-lane"]
            found += [*_of_scope(worker, scope), *_beyond(worker, scope), *_of_resources(worker)]
            found += _of_trust(worker)
    return found + [probe for name in BESIDE for probe in _of_resources(roles()[name])]


BESIDE = ("plans", "timers")
"""Roles of no function: the state machine's, and that of what fires timers."""


# A worker's rows


def _of_scope(role: Role, scope: Scope) -> Iterator[Probe]:
    """Each of its partitions, with every action of the service; then all of them in one request."""
    for partition in sorted(scope.partitions):
        fits = READS if partition in scope.read_only else ON_ROWS
        actions = (ALL_OF_TABLES,) if partition == f"GATE#{LANE}" else ON_ROWS
        yield _row(role, [partition], fits, "its own", actions)
    if len(scope.partitions) < 2:
        return
    fits = READS if scope.read_only else ON_ROWS
    yield _row(role, sorted(scope.partitions), fits, "all of its own at once")


def _beyond(role: Role, scope: Scope) -> Iterator[Probe]:
    """Canaries: rows of others, and requests that name no row, or not these tables' rows."""
    own = sorted(scope.partitions)
    for partition in _foreign(scope):
        yield _row(role, [partition], (), "another's")
    yield _row(role, [own[0], f"GATE#{OTHER}"], (), "its own and another's at once")
    yield Probe(role.name, ON_ROWS, address("table"), ANN, why="no key is named")
    for partition in own:
        fits = READS if partition in HUB else ()  # whoever works any lane may read that row
        yield _row(role, [partition], fits, "tags that are patterns", tags=WIDE)
        yield _row(role, [partition], fits, "no tags", tags={})
    for table in ("table/index/due", "keys", "table/stream/one"):
        yield _row(role, own[:1], (), table, table=table)
    yield Probe(role.name, ON_ROWS, f"{address('table')}-canary", {**ANN, LEADING: own[:1]})


def _foreign(scope: Scope) -> Iterator[str]:
    """Partitions like its own and others, less those that are its own."""
    own = scope.partitions
    kinds = ("LANE", "GATE", "HOME", "ERASE", "SESSION", "CODE", "CREDENTIAL#calendar")
    made = {f"{kind}#{whose}" for kind in kinds for whose in (LANE, OTHER, HOMES[0])}
    acting = [name.removeprefix("act-") for name in deployed() if name.startswith("act-")]
    made |= {f"{kind}#{name}#{LANE}" for kind in ("ACT", "PROVIDER") for name in acting}
    made |= {partition.replace(LANE, OTHER).replace(HOMES[0], OTHER) for partition in own}
    one = min(own)
    made |= {one[:-1], f"{one}X", f"{one}*", one.lower(), f"{one}#", f"{one[:-2]}*"}
    made |= {"ERASED", "*", "#", "ADDRESS#sms#+14155550101"}
    return iter(sorted(made - own))


def _row(
    role: Role,
    partitions: Sequence[str],
    expected: Iterable[str],
    why: str,
    actions: Sequence[str] = ON_ROWS,
    *,
    tags: Mapping[str, str] = ANN,
    table: str = "table",
) -> Probe:
    context = {**tags, LEADING: list(partitions)}
    return Probe(role.name, tuple(actions), address(table), context, frozenset(expected), why)


def _of_trust(role: Role) -> Iterator[Probe]:
    """Who takes a lane's role, and with which tags."""
    takes = ("sts:AssumeRole", "sts:TagSession")
    place, policy = address(f"role/{role.name}"), trusts()[role.name]
    homes = {"aws:RequestTag/home1": HOMES[0]} if len(role.tags) > 1 else {}
    good = {"aws:RequestTag/lane": LANE, **homes}
    for context, fits in (
        (good, takes),
        ({"aws:RequestTag/lane": "ANN*"}, ()),
        ({}, ()),
        ({**good, "aws:RequestTag/canary": "x"}, ()),
    ):
        keys = [name.partition("/")[2] for name in context]
        asked = {**context, "aws:TagKeys": keys}
        yield Probe(role.trusted, takes, place, asked, frozenset(fits), "taking it", policy)
    others = [one for one in deployed() if one != role.trusted]
    for other in others:
        keys = [name.partition("/")[2] for name in good]
        yield Probe(other, takes, place, {**good, "aws:TagKeys": keys}, why="taken by another")


# A function's own name


def _of_own_rows(function: Deployed) -> Iterator[Probe]:
    """Rows of every kind that anybody reaches, in the function's own name."""
    rows = own_rows(function)

    def reached(partition: str, patterns: str) -> bool:
        return any(fnmatchcase(partition, pattern) for pattern in patterns.split())

    patterns = {p for one in ROWS.values() for p in f"{one.read} {one.put} {one.deleted}".split()}
    role = roles()[function.name]
    for pattern in sorted({*patterns, "LANE#*", "HOME#*", "ACT#*", "CREDENTIAL#*", "CANARY#*"}):
        one = pattern.replace("*", "x")
        expected = [
            *(READS if reached(one, rows.read) else ()),
            *(SETS if reached(one, rows.put) else ()),
            *(DELETES if reached(one, rows.deleted) else ()),
        ]
        yield _row(role, [one], expected, "in its own name", tags={})
        if expected:
            yield _row(role, [one, "CANARY#x"], (), "with a canary", tags={})
    finds = ("dynamodb:Query",) if rows.is_finding_due else ()
    index = address("table/index/due")
    yield Probe(function.name, (ALL_OF_TABLES,), index, {}, frozenset(finds), "the index")
    yield Probe(function.name, (ALL_OF_TABLES,), address("table"), {}, why="no key is named")


def _of_resources(role: Role) -> Iterator[Probe]:
    """All else that it declares, with every action of the service; what others have; canaries."""
    own: dict[str, list[Allowed]] = {}
    for said in role.allowed:
        for symbol in said.resources:
            own.setdefault(symbol, []).append(said)
    for symbol in own.keys() - TABLES:
        yield from _of_own(role, symbol, own[symbol])
    for symbol, actions in used().items():
        if symbol not in own and symbol not in TABLES:
            named = _sample(symbol)
            fits = _reaching(own, named).intersection(actions)
            yield Probe(role.name, actions, named, expected=fits, why="another's")
    for symbol in CANARIES:
        yield Probe(role.name, _known_to(symbol), address(symbol), why="a canary")


def _reaching(own: Mapping[str, list[Allowed]], named: str) -> frozenset[str]:
    """What its own wider patterns let it do there, whatever the circumstances."""
    covering = [said for symbol, said in own.items() if fnmatchcase(named, address(symbol))]
    return frozenset(a for said in covering for one in said if not one.when for a in one.actions)


TABLES = frozenset({"table", "table/index/due"})
"""Asked about row by row, above."""
ALWAYS = frozenset({"sts:GetCallerIdentity"})
"""Whoever has credentials may ask whose they are; no policy takes that away."""


def _anywhere(role: Role) -> frozenset[str]:
    """What it may do whatever the resource: AWS knows none for an answer with a token."""
    answers = (said.actions for said in role.allowed if "tokens" in said.resources)
    return ALWAYS.union(*answers)


def _of_apis(actions: Iterable[str]) -> frozenset[str]:
    """Those that these name, or every action of a service of theirs does."""
    asked = set(actions)
    known = {action for actions in used().values() for action in actions} | ALWAYS
    return frozenset(one for one in known if {one, f"{one.partition(':')[0]}:*"} & asked)


CANARIES = ("secret/CANARY", "function/canary", "role/canary", "blobs/canary/one", "logs/canary")
"""Of what nobody has any."""


def _of_own(role: Role, symbol: str, statements: Sequence[Allowed]) -> Iterator[Probe]:
    """In each circumstance that a statement names, and in none; every action of its services in one."""
    apis = sorted({action.partition(":")[0] for said in statements for action in said.actions})
    named = {named for said in statements for named in _named(said)}
    strange = {(key, "canary") for key, _ in named}
    every, known = tuple(f"{api}:*" for api in apis), used()[symbol]
    circumstances = [*sorted(named), *sorted(strange), ("", "")]
    for circumstance in circumstances:
        fits = [said for said in statements if not said.when or circumstance in _named(said)]
        expected = frozenset(action for said in fits for action in said.actions)
        context = _context(*circumstance)
        actions = every if circumstance == circumstances[0] else known
        told = expected | (_anywhere(role) & _of_apis(actions))
        # A key leaves it to its roles; without that none opens anything.
        key = key_policy() if symbol == "master" else None
        yield Probe(role.name, actions, _sample(symbol), context, told, f"its own {symbol}", key)


def _named(said: Allowed) -> set[tuple[str, str]]:
    """Each context key and value that the statement asks for."""
    asked = [keys for operator, keys in said.when.items() if operator != "Null"]
    return {(key, value) for keys in asked for key, values in keys.items() for value in values}


def _context(key: str, value: str) -> dict[str, Any]:
    sample = value.replace("*", "x")
    return {key: [sample] if key == LEADING else sample} if key else {}


def _sample(symbol: str) -> str:
    """One resource of those that the symbol stands for."""
    return address(symbol).replace("*", "x")


@cache
def used() -> dict[str, tuple[str, ...]]:
    """Which actions any role has on each symbol."""
    found: dict[str, set[str]] = {}
    for role in roles().values():
        for said in role.allowed:
            for symbol in said.resources:
                found.setdefault(symbol, set()).update(said.actions)
    return {symbol: tuple(sorted(actions)) for symbol, actions in sorted(found.items())}


def _known_to(canary: str) -> tuple[str, ...]:
    """Every action that any role has on things of a canary's kind."""
    kind = canary.partition("/")[0]
    found = [actions for symbol, actions in used().items() if symbol.partition("/")[0] == kind]
    return tuple(sorted({action for actions in found for action in actions}))
