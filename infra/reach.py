"""What an entry point can reach, read from our source without running it.

An import at a module's top runs whenever the module is loaded. One inside a function counts only
where that function can be reached by name from the entry: so an ingress holds what `receive`
imports, and not the client by which the same surface sends. Names are followed generously
(a shadowed one counts as the module's own); what is called through an object cannot be seen, so
such entries are roots of their own, and the parts of `Ports` that are asked for are told.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
HOUSE = ("persona", "surfaces", "capabilities", "models", "backends", "functions")
WORLDS = frozenset({"ports", "door", "hands", "means", "store"})
"""What the code calls an object whose attributes are parts of `Ports`."""


class Name(NamedTuple):
    """A module, or what is defined in it; `*` is everything in it."""

    module: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Our modules, the outside modules that they import, and the parts of `Ports` they ask for."""

    modules: frozenset[str]
    outside: frozenset[str]
    parts: frozenset[str]


def reach(roots: Iterable[Name], never: Iterable[Name] = ()) -> Reach:
    """Everything that the roots lead to, but for `never`.

    Raises LookupError for a root that is not there, and for a name that leads nowhere in `never`.
    """
    closed = set(never)
    open_names = [*roots]
    for name in (*open_names, *closed):
        if not _is_there(name):
            raise LookupError(f"nothing is called {name.module}:{name.symbol}")
    seen: set[Name] = set()
    outside: set[str] = set()
    parts: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name in seen or name in closed:
            continue
        seen.add(name)
        if not _is_ours(name.module):
            outside.add(name.module)
            continue
        leads, asked = _of(name)
        open_names += leads
        parts |= asked
    ours = frozenset(name.module for name in seen if _path(name.module))
    return Reach(ours, frozenset(map(_loadable, outside)) - {""}, frozenset(parts))


def path_of(module: str) -> Path:
    """The file of one of our modules."""
    path = _path(module)
    if path is None:
        raise LookupError(f"there is no module {module}")
    return path


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in HOUSE


def _loadable(module: str) -> str:
    """An outside module by name; empty for the standard library's, but for one without its data."""
    top = module.partition(".")[0]
    return "" if top in sys.stdlib_module_names and top != "zoneinfo" else module


@cache
def _path(module: str) -> Path | None:
    stem = ROOT.joinpath(*module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def _is_there(name: Name) -> bool:
    if _path(name.module) is None:
        return False
    return name.symbol in ("", "*") or name.symbol in _source(name.module).symbols


class _Source:
    """One module: what its top imports and calls, and what each name defined in it refers to."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.module = module
        self.bound: dict[str, Name] = {}
        self.symbols: dict[str, list[ast.AST]] = {}
        self.top: list[ast.AST] = []
        self.imported: list[Name] = []
        for node in _run_at_import(tree.body):
            self._read(node)

    def _read(self, node: ast.stmt) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self.imported += self._bind(node, self.bound)
            case ast.FunctionDef():
                self._define(node.name, node)
                defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
                self.top += [*node.decorator_list, *defaults]
            case ast.ClassDef():
                self._define(node.name, node)
                inner = [one for one in node.body if not isinstance(one, ast.FunctionDef)]
                self.top += [*node.decorator_list, *node.bases, *inner]
            case ast.Assign() | ast.AnnAssign():
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            self._define(name.id, node)
                self.top += [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
            case _:
                self.top.append(node)

    def _define(self, name: str, node: ast.AST) -> None:
        self.symbols.setdefault(name, []).append(node)

    def _bind(self, node: ast.Import | ast.ImportFrom, bound: dict[str, Name]) -> list[Name]:
        """What an import loads; the names that it makes go into `bound`."""
        loaded: list[Name] = []
        for alias in node.names:
            if isinstance(node, ast.Import):
                local = alias.asname or alias.name.partition(".")[0]
                target = Name(alias.name if alias.asname else local)
                loaded.append(Name(alias.name))
            else:
                if node.level:
                    raise ValueError(f"{self.module}: imports are absolute here")
                local, origin = alias.asname or alias.name, node.module or ""
                inner = f"{origin}.{alias.name}"
                is_module = _path(inner) is not None if _is_ours(origin) else _is_module(inner)
                target = Name(inner) if is_module else Name(origin, alias.name)
                loaded += [Name(origin), *([target] if is_module else [])]
            bound[local] = target
        return loaded

    def leads_of(self, symbol: str) -> list[Name]:
        """What loading the module, or using this name of it, leads to."""
        if symbol == "*":
            return [Name(self.module, one) for one in self.symbols]
        if not symbol:
            above = [Name(one) for one in _above(self.module)]
            return [*above, *self.imported, *self._leads(self.top)]
        if symbol in self.bound:
            return [Name(self.module), self.bound[symbol]]
        return [Name(self.module), *self._leads(self.symbols.get(symbol, []))]

    def _leads(self, nodes: Iterable[ast.AST]) -> list[Name]:
        leads: list[Name] = []
        for root in nodes:
            bound = dict(self.bound)
            inside = _inside(root)
            for node in inside:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    leads += self._bind(node, bound)
            for node in inside:
                if isinstance(node, ast.Name):
                    leads += self._lead(node.id, bound)
                elif isinstance(node, ast.Attribute):
                    leads += _attribute(node, bound)
        return leads

    def _lead(self, name: str, bound: dict[str, Name]) -> list[Name]:
        if name in bound:
            return [bound[name]]
        return [Name(self.module, name)] if name in self.symbols else []

    def parts_of(self, symbol: str) -> set[str]:
        """The attributes that it asks of ports, a door, hands or a store."""
        nodes = self.symbols.get(symbol, []) if symbol else self.top
        return {
            node.attr
            for root in nodes
            for node in _inside(root)
            if isinstance(node, ast.Attribute) and _is_world(node.value)
        }


def _is_world(value: ast.expr) -> bool:
    """A variable or an attribute (`desk.ports`) by one of these names."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_") in WORLDS
        case _:
            return False


def _attribute(node: ast.Attribute, bound: dict[str, Name]) -> list[Name]:
    """`keys.gate` leads to `gate` in the module that `keys` stands for."""
    chain = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        chain.insert(0, value.attr)
        value = value.value
    if not isinstance(value, ast.Name) or value.id not in bound or bound[value.id].symbol:
        return []
    module = bound[value.id].module
    while chain and _path(f"{module}.{chain[0]}"):
        module = f"{module}.{chain.pop(0)}"
    return [Name(module, *chain[:1])] if _is_ours(module) else []


@cache
def _of(name: Name) -> tuple[tuple[Name, ...], frozenset[str]]:
    """What a name leads to, and the parts of `Ports` that it asks for."""
    source = _source(name.module)
    return tuple(source.leads_of(name.symbol)), frozenset(source.parts_of(name.symbol))


@cache
def _source(module: str) -> _Source:
    path = _path(module)
    tree = ast.parse(path.read_text()) if path else ast.Module([], [])
    return _Source(module, tree)


@cache
def _is_module(name: str) -> bool:
    """Whether an outside name is a module; asked of the file system, so that nothing is loaded."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return False
    tail = Path(*name.split("."))
    places = [Path(place) / tail for place in sys.path]
    return any(p.with_suffix(".py").is_file() or (p / "__init__.py").is_file() for p in places)


def _above(module: str) -> Iterator[str]:
    parts = module.split(".")
    for length in range(1, len(parts)):
        yield ".".join(parts[:length])


def _run_at_import(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Top-level statements, those inside `if` and `try` included, but for type checking's."""
    for node in body:
        match node:
            case ast.If() if _is_for_checking(node):
                yield from _run_at_import(node.orelse)
            case ast.If():
                yield from _run_at_import([*node.body, *node.orelse])
            case ast.Try():
                handlers = [one for handler in node.handlers for one in handler.body]
                yield from _run_at_import([*node.body, *handlers, *node.orelse, *node.finalbody])
            case _:
                yield node


@cache
def _inside(root: ast.AST) -> tuple[ast.AST, ...]:
    """A tree's imports, names and attributes, without what only a type checker sees.

    Each before what is in it.
    """
    waiting, found = [root], list[ast.AST]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Name | ast.Attribute):
            found.append(node)
        inner = [one for one in ast.iter_child_nodes(node) if not _is_for_checking(one)]
        waiting += reversed(inner)
    return tuple(found)


def _is_for_checking(node: ast.AST) -> bool:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case _:
            return False
