"""Coverage counts what runs, not what is looked at: every test asserts something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _asserts(node: ast.AST, helpers: dict[str, _Function]) -> bool:
    """Whether it looks at something: by itself, by pytest's words, by an ``assert_…`` or by a helper of the module."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Name) and each.id.startswith("assert_"):
            return True  # handed on, to be called at each moment
        if isinstance(each, ast.Call):
            name = _name(each)
            if name in {"raises", "warns", "fail"} or name.lstrip("_").startswith("assert"):
                return True
            if name in helpers:
                helper = helpers[name]
                if _asserts(helper, {other: found for other, found in helpers.items() if other != name}):
                    return True
    return False


def without_assertion(source: str) -> list[str]:
    """Names of the tests of a file that cannot fail but by an error."""
    functions = [each for each in ast.walk(ast.parse(source)) if isinstance(each, _Function)]
    helpers = {each.name: each for each in functions if not each.name.startswith("test_")}
    return [each.name for each in functions if each.name.startswith("test_") and not _asserts(each, helpers)]


def test_every_test_asserts_something() -> None:
    files = sorted((_ROOT / "tests").rglob("test_*.py"))
    assert len(files) > 100
    bare = {str(path.relative_to(_ROOT)): without_assertion(path.read_text(encoding="utf-8")) for path in files}
    assert {path: names for path, names in bare.items() if names} == {}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    run()", ["test_it"]),
        ("    assert run()", []),
        ("    with pytest.raises(ValueError):\n        run()", []),
        ("    run().assert_code(0)", []),
        ("    at_each_step(assert_nothing_left)", []),
        ("    _helper()", []),
        ("    _other()", ["test_it"]),
        ("    _again()", []),
    ],
)
def test_what_counts_as_an_assertion(body: str, found: list[str]) -> None:
    source = "def _helper():\n    assert 1\ndef _other():\n    _other()\ndef _again():\n    _helper()\n"
    assert without_assertion(f"{source}def test_it():\n{body}\n") == found
