"""Each error that the lab raises or says has its text: one that had none cost a campaign's station its answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.simulated.errors import ERRORS, Win32Error, error_text

_LAB = Path(__file__).resolve().parents[3] / "lab/simulated"
_TAKERS = {"Win32Error", "error_text", "fail", "failed", "_refuse", "_refused"}
# Of a setup, whose results are its own.
_OTHERS = {"installer/setup.py"}


def _numbers() -> Iterator[tuple[int, str]]:
    """The numbers that are given to what looks an error up, and where."""
    for path in sorted(_LAB.rglob("*.py")):
        where = path.relative_to(_LAB).as_posix()
        calls = (each for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(each, ast.Call))
        for call in calls if where not in _OTHERS else ():
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name not in _TAKERS:
                continue
            for given in (each for argument in call.args for each in _results(argument)):
                if isinstance(given, ast.Constant) and type(given.value) is int:
                    yield given.value, f"{where}:{call.lineno}"


def _results(argument: ast.expr) -> Iterator[ast.expr]:
    """What an argument may come to: both ends of a choice."""
    if isinstance(argument, ast.IfExp):
        yield from _results(argument.body)
        yield from _results(argument.orelse)
    else:
        yield argument


def test_each_number_has_its_text() -> None:
    numbers = dict(_numbers())
    # A cut of the power, a policy, and what is no base64.
    assert numbers.keys() >= {2, 5, 13, 15, 1115, 1190, 4551}
    assert {number: where for number, where in numbers.items() if number not in ERRORS} == {}


@pytest.mark.parametrize("code", ERRORS)
def test_each_text_is_one_line_in_both_languages(code: int) -> None:
    assert f"[{code}]" in str(Win32Error(code, "C:\\a"))
    for language in ("en", "fr"):
        told = error_text(code, language, "C:\\a")
        assert told.endswith(".")
        assert "%1" not in told
