"""``set /a``: 32-bit signed integer expressions."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["ArithmeticFaultError", "evaluate"]

_TOKEN = re.compile(r"\s*(?:(<<=|>>=|[-+*/%&^|]=|<<|>>|[-+*/%&^|=()!~,])|([^\s<>+\-*/%&^|=()!~,]+))")
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>=")
_LEVELS: tuple[tuple[str, ...], ...] = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))


class ArithmeticFaultError(ValueError):
    """The expression is refused; the argument is the message's name."""

    def __init__(self, message: str, level: int) -> None:
        super().__init__(message)
        self.message = message
        self.level = level  # what %ERRORLEVEL% becomes


def _wrap(value: int) -> int:
    return (value + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def evaluate(text: str, get: Callable[[str], str | None], assign: Callable[[str, int], None]) -> int:
    """The value of the last expression. Raises ArithmeticFaultError."""
    return _Evaluator(text, get, assign).run()


class _Evaluator:
    def __init__(self, text: str, get: Callable[[str], str | None], assign: Callable[[str, int], None]) -> None:
        self._tokens: list[str] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ArithmeticFaultError("missing_operator", 1073750992)
            self._tokens.append(match[1] or match[2])
            position = match.end()
        self._at = 0
        self._get = get
        self._assign = assign

    def run(self) -> int:
        if not self._tokens:
            raise ArithmeticFaultError("syntax", 1)
        value = self._assignment()
        while self._peek() == ",":
            self._at += 1
            value = self._assignment()
        if self._peek():
            raise ArithmeticFaultError("missing_operator" if self._peek() != ")" else "unbalanced", 1073750992)
        return value

    def _peek(self, ahead: int = 0) -> str:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else ""

    def _assignment(self) -> int:
        operator = self._peek(1)
        if operator in _ASSIGNMENTS and operator:
            name = self._peek()
            self._at += 2
            value = self._assignment()
            if operator != "=":
                value = self._apply(operator[:-1], self._variable(name), value)
            self._assign(name, value)
            return value
        return self._binary(0)

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        value = self._binary(level + 1)
        while self._peek() in _LEVELS[level]:
            operator = self._peek()
            self._at += 1
            value = self._apply(operator, value, self._binary(level + 1))
        return value

    def _unary(self) -> int:
        token = self._peek()
        self._at += 1
        if token == "-":
            return _wrap(-self._unary())
        if token == "+":
            return self._unary()
        if token == "~":
            return _wrap(~self._unary())
        if token == "!":
            return int(not self._unary())
        if token == "(":
            value = self._assignment()
            if self._peek() != ")":
                raise ArithmeticFaultError("unbalanced", 1073750988)
            self._at += 1
            return value
        if not token or _TOKEN.match(token) is None or token in _ASSIGNMENTS or not re.match(r"[\w$#@.{}\[\]]", token):
            raise ArithmeticFaultError("missing_operand", 1073750990)
        return self._operand(token)

    def _operand(self, token: str) -> int:
        if token[0].isdigit():
            try:
                octal = len(token) > 1 and token[0] == "0" and token[1] not in "xX"
                value = int(token, 8) if octal else int(token, 0)
            except ValueError as exc:
                raise ArithmeticFaultError("bad_number", 1073750991) from exc
            if value > 0x7FFFFFFF and token[:2].lower() != "0x":
                raise ArithmeticFaultError("bad_number", 1073750992)
            return _wrap(value)
        return self._variable(token)

    def _variable(self, name: str) -> int:
        match = re.match(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", self._get(name) or "")
        if match is None:
            return 0
        digits = match[2]
        value = int(digits, 16) if digits[:2].lower() == "0x" else int(digits, 8 if digits[0] == "0" else 10)
        return _wrap(-value if match[1] == "-" else value)

    @staticmethod
    def _apply(operator: str, left: int, right: int) -> int:
        if operator in ("/", "%"):
            if right == 0:
                raise ArithmeticFaultError("divide_by_zero", 1073750993)
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrap(quotient if operator == "/" else left - quotient * right)
        shift = right if 0 <= right < 32 else 32
        results: dict[str, Callable[[], int]] = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "&": lambda: left & right,
            "^": lambda: left ^ right,
            "|": lambda: left | right,
            "<<": lambda: left << shift,
            ">>": lambda: left >> shift,
        }
        return _wrap(results[operator]())
