"""IF: what holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import Win32Error
from ..paths import absolute
from .globbing import expand_wildcard
from .nodes import Condition

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["holds"]


def holds(shell: Shell, condition: Condition) -> bool:
    """Whether an IF's condition is true now."""
    left, right = shell.expand(condition.left), shell.expand(condition.right)
    kind = condition.kind
    if kind == "errorlevel":
        number = re.match(r"\s*(-?\d+)", left)
        result = shell.errorlevel >= (int(number[1]) if number else 0)
    elif kind == "exist":
        result = _exists(shell, left)
    elif kind == "defined":
        result = shell.variable(left.replace('"', "")) is not None
    elif kind == "cmdextversion":
        result = int(left) <= 2 if left.isdecimal() else False
    else:
        result = _compare(kind, left, right, condition.ignore_case)
    return result is not condition.negated


def _exists(shell: Shell, typed: str) -> bool:
    name = typed.replace('"', "")
    if "*" in name or "?" in name:
        return bool(expand_wildcard(shell, name, directories=True))
    try:
        path = absolute(name, shell.directory)
    except Win32Error:
        return False
    node = shell.station.files.find(path)
    # "if exist folder\" is true for folders only.
    return node is not None and (node.directory or not name.endswith(("\\", "/")))


def _compare(kind: str, left: str, right: str, ignore_case: bool) -> bool:
    if kind == "==":
        return left.lower() == right.lower() if ignore_case else left == right
    order = _integer_order(left, right)
    if order is None:
        a, b = (left.lower(), right.lower()) if ignore_case else (left, right)
        order = (a > b) - (a < b)
    checks = {"equ": order == 0, "neq": order != 0, "lss": order < 0, "leq": order <= 0, "gtr": order > 0}
    return checks.get(kind, order >= 0)


def _integer_order(left: str, right: str) -> int | None:
    """-1, 0, 1 when both are numbers (decimal, 0x, octal), as IF compares them; None otherwise."""
    pattern = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\Z")
    if not pattern.match(left) or not pattern.match(right):
        return None

    def value(text_: str) -> int:
        sign = -1 if text_.startswith("-") else 1
        digits = text_.lstrip("+-")
        return sign * (int(digits, 16) if digits[:2].lower() == "0x" else int(digits, 8 if digits[0] == "0" else 10))

    a, b = value(left), value(right)
    return (a > b) - (a < b)
