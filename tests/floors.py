"""A contract of import-linter: what is marked as pure does no I/O, and every shared module is marked.

``lint-imports`` knows packages, not docstrings, and takes ``urllib.request`` and ``urllib.parse`` for one; so this one
reads the marks and the imports itself. The floors are its own ``layers`` (``pyproject.toml``).
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

__all__ = ["PureContract", "marks", "outside"]

_MARK = re.compile(r"(?:^|(?<=[.!?] )|(?<=\n))(Pure|I/O)(?=[.:;,])")
_BUILTINS = {"open", "input", "print"}


def marks(text: str) -> list[str]:
    """What a docstring says of its module: ``Pure`` or ``I/O``, at the beginning of a sentence; it should say one."""
    return _MARK.findall(text)


def outside(tree: ast.Module, forbidden: set[str]) -> Iterator[tuple[int, str]]:
    """Line and name of every import of ``forbidden`` (or below it), and of every call of a built-in that does I/O."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case ast.ImportFrom(level=0, module=str(module), names=names):
                # ``from urllib import request`` imports urllib.request.
                found = [f"{module}.{alias.name}" for alias in names]
            case ast.Call(func=ast.Name(id=name)) if name in _BUILTINS:
                yield node.lineno, f"{name}()"
                continue
            case _:
                continue
        for name in found:
            if any(name == other or name.startswith(f"{other}.") for other in forbidden):
                yield node.lineno, name


class PureContract(Contract):
    """``packages``: where each module has a mark. ``forbidden``: what a pure one may not import, beside I/O."""

    # A field stands for its value: the contract's options are set on it when it is read.
    packages: Any = fields.ListField(subfield=fields.StringField())
    forbidden: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Kept when every module is marked once, and no pure one does I/O or imports one that does."""
        found: list[str] = []
        pure: set[str] = set()
        trees = {
            module: ast.parse(file.read_text(encoding="utf-8"))
            for package in self.packages
            for module in sorted(graph.find_descendants(package))
            if (file := _file(module)).name != "__init__.py"
        }
        for module, tree in trees.items():
            mark = marks(ast.get_docstring(tree) or "")
            if len(mark) != 1:
                found.append(f"{module}: its docstring must say once 'Pure' or 'I/O', not {mark}")
            elif mark == ["Pure"]:
                pure.add(module)
        for module in sorted(pure):
            for line, name in outside(trees[module], set(self.forbidden)):
                found.append(f"{module}:{line}: pure, and uses {name}")
            for other in sorted(graph.find_modules_directly_imported_by(module)):
                if other in trees and other not in pure:
                    found.append(f"{module}: pure, and imports {other}, which does I/O")
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line a module that does what it does not say."""
        for line in check.metadata["found"]:
            output.print_error(line)


def _file(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec is not None, module
    assert spec.origin is not None, module
    return Path(spec.origin)
