"""Every regular expression of the product, and texts that are hard for one: made from the expression itself.

Found by reading the code and by walking the modules, so that none has to be listed. ``re._parser`` is CPython's own
reading of an expression (of 3.11 and later); what it does not tell apart is tried with more characters.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

from tests.collection import ROOT, use_collection

__all__ = ["Found", "attacks", "found_patterns", "hidden_patterns", "product_modules"]

_PACKAGE = "ansible_collections.rentree.pronote.plugins"
_METHODS = frozenset({"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
# One of each kind that expressions tell apart, in this order of liking.
_CHARS = "a0 A-.,\\\"'/:=\t\n[]<>{}()_;%é\u00a0"
_UNBOUNDED = 17
_MOST_PUMPS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """An expression, where it is, and what is done with it (``search``, ``sub``…)."""

    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


@cache
def product_modules() -> dict[str, tuple[Path, ModuleType]]:
    """Every module of the product that has code of its own, by its name below ``plugins``."""
    use_collection()
    found = {}
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        name = ".".join(file.relative_to(ROOT / "plugins").with_suffix("").parts)
        if file.name != "__init__.py" and not name.startswith("doc_fragments."):
            found[name] = (file, importlib.import_module(f"{_PACKAGE}.{name}"))
    return found


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        # What is done to one of a table.
        return _last_name(node.value)
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _calls(tree: ast.AST, *, inside: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Calls of ``re``'s functions, and whether each is in a function of the module."""
    for node in ast.iter_child_nodes(tree):
        within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _last_name(node.func.value) == "re":
            yield node, within
        yield from _calls(node, inside=within)


def _evaluated(call: ast.Call, module: ModuleType) -> re.Pattern[Any] | None:
    """The expression of a call, worked out as the module would; None when that takes a variable of a function."""
    names = {*_METHODS, "compile"}
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in names:
        return None
    # flags is the last argument of each, and re.I | re.ASCII is all that is ever given there.
    given = [each.value for each in call.keywords if each.arg == "flags"]
    given += [
        each
        for each in call.args[1:]
        if any(_last_name(part) == "re" for part in ast.walk(each) if isinstance(part, ast.Name))
    ]
    try:
        values = [
            eval(compile(ast.Expression(each), "<pattern>", "eval"), vars(module)) for each in (call.args[0], *given)
        ]
        pattern, flags = values[0], values[1] if given else 0
    except NameError:
        return None
    return pattern if isinstance(pattern, re.Pattern) else re.compile(pattern, flags)


def _reachable(value: object, seen: set[int], name: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Expressions in a module's variable, with the name of what holds each."""
    if isinstance(value, re.Pattern):
        yield name, value
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _reachable(each, seen, name)
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _reachable(each, seen, name)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _reachable(getattr(value, field.name, None), seen, field.name)
    elif isinstance(value, type) and value.__module__.startswith(_PACKAGE):
        for key, each in vars(value).items():
            yield from _reachable(each, seen, key)


@cache
def _used() -> dict[str, set[str]]:
    """What is done to whatever has a name, in all of the product."""
    used: dict[str, set[str]] = defaultdict(set)
    for file, _module in product_modules().values():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in _METHODS:
                used[_last_name(node.value)].add(node.attr)
    return used


def _used_in_loops(tree: ast.AST) -> dict[str, set[str]]:
    """What is done in a module to what runs through a table of its own, by the table's name."""
    used: dict[str, set[str]] = defaultdict(set)
    done: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _METHODS:
            done[_last_name(node.value)].add(node.attr)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name | ast.Call):
            tables = {each.id for each in ast.walk(node.iter) if isinstance(each, ast.Name)}
            targets = {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
            for table in tables:
                used[table].update(*(done[target] for target in targets if target in done))
    return used


@cache
def found_patterns() -> tuple[Found, ...]:
    """Each expression once for each way in which it is used."""
    found: dict[tuple[re.Pattern[Any], frozenset[str]], str] = {}
    for name, (file, module) in product_modules().items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        looped = _used_in_loops(tree)
        for call, _inside in _calls(tree):
            method = getattr(call.func, "attr", "")
            if method != "compile" and (pattern := _evaluated(call, module)) is not None:
                found.setdefault((pattern, frozenset({method})), f"{name}:{call.lineno}")
        for variable, value in vars(module).items():
            if getattr(value, "__module__", module.__name__) != module.__name__ and isinstance(value, type):
                continue
            for holder, pattern in _reachable(value, set(), variable):
                methods = frozenset(_used().get(holder) or looped.get(holder) or {"search", "fullmatch"})
                found.setdefault((pattern, methods), f"{name}.{holder}")
    return tuple(Found(where=where, pattern=pattern, methods=methods) for (pattern, methods), where in found.items())


def hidden_patterns() -> list[str]:
    """Where an expression is made of what only a function knows, so that nobody could try it."""
    return [
        f"{name}:{call.lineno}"
        for name, (file, module) in product_modules().items()
        for call, inside in _calls(ast.parse(file.read_text(encoding="utf-8")))
        if inside and getattr(call.func, "attr", "") in {*_METHODS, "compile"} and _evaluated(call, module) is None
    ]


_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    ops.CATEGORY_DIGIT: str.isdigit,
    ops.CATEGORY_NOT_DIGIT: lambda char: not char.isdigit(),
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    ops.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    ops.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}


def _in(char: str, members: list[tuple[Any, Any]]) -> bool:
    negated = bool(members) and members[0][0] is ops.NEGATE
    for kind, value in members:
        if (
            (kind is ops.LITERAL and value == ord(char))
            or (kind is ops.RANGE and value[0] <= ord(char) <= value[1])
            or (kind is ops.CATEGORY and _CATEGORIES[value](char))
        ):
            return not negated
    return negated


def _matching(node: tuple[Any, Any]) -> list[str]:
    """Characters that a node for one character takes."""
    kind, value = node
    if kind is ops.LITERAL:
        return [chr(value)]
    if kind is ops.NOT_LITERAL:
        return [char for char in _CHARS if ord(char) != value]
    if kind is ops.ANY:
        return list(_CHARS)
    if kind is ops.IN:
        ranges = [
            chr(one[0] if isinstance(one, tuple) else one) for what, one in value if what in {ops.RANGE, ops.LITERAL}
        ]
        return [char for char in dict.fromkeys([*_CHARS, *ranges]) if _in(char, value)]
    return []


_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}


def _sample(nodes: Any) -> str:
    """A short text that these nodes take, more or less."""
    parts = []
    for kind, value in nodes:
        if kind in _REPEATS:
            parts.append(_sample(value[2]) * max(1, min(value[0], 64)))
        elif kind is ops.SUBPATTERN:
            parts.append(_sample(value[3]))
        elif kind is ops.ATOMIC_GROUP:
            parts.append(_sample(value))
        elif kind is ops.BRANCH:
            parts.append(_sample(value[1][0]))
        elif kind is ops.ASSERT and value[0] > 0:
            parts.append(_sample(value[1]))
        else:
            parts.append(next(iter(_matching((kind, value))), ""))
    return "".join(parts)


def _inner(kind: Any, value: Any) -> list[Any]:
    """What lies within a node."""
    if kind in _REPEATS:
        return [value[2]]
    if kind is ops.SUBPATTERN:
        return [value[3]]
    if kind is ops.ATOMIC_GROUP:
        return [value]
    if kind is ops.BRANCH:
        return list(value[1])
    return [value[1]] if kind in {ops.ASSERT, ops.ASSERT_NOT} else []


def _pumps(nodes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each repetition, and what it repeats."""
    for kind, value in nodes:
        if kind in _REPEATS and value[1] >= _UNBOUNDED:
            body = list(value[2])
            single = _matching(body[0]) if len(body) == 1 else []
            for pump in [*single[:_MOST_PUMPS], *({_sample(body)} - set(single))]:
                yield before, pump
        for inner in _inner(kind, value):
            yield from _pumps(inner, before)
        before += _sample([(kind, value)])
        # All that begins as a match does, again and again.
        yield "", before


def _grown(before: str, unit: str, after: str, length: int) -> str:
    return f"{before}{unit * (length // len(unit))}{after}"


def attacks(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Makers of texts of a length that are hard for it."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    nodes = parser.parse(text, pattern.flags & ~re.UNICODE)
    tried = {("", char) for char in ' 0a"\\\n\x00'} | set(_pumps(nodes))
    for before, pump in sorted((before, pump) for before, pump in tried if pump):
        for after in ("", "\x01"):
            yield partial(_grown, before, pump, after)
        if before:
            yield partial(_grown, "", before + pump * 9, "\n!")
