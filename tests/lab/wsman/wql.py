"""WQL as far as ``select … from … where`` goes: parsed into a test over instances.

Written by hand: no library parses WQL without Windows or a CIM server around it, and this part of the grammar is forty
lines (learn.microsoft.com/windows/win32/wmisdk/wql-sql-for-wmi). Everything else (``associators of``, ``group by``,
``isa``, events, schema queries) is refused as WMI refuses a query it does not understand.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.lab.station import WmiError, WmiInstance, WmiValue

__all__ = ["Query", "parse_wql"]

_Row = dict[str, WmiValue]  # by lower-case name
_Test = Callable[[_Row], bool]
_Literal = str | int | bool | None

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<number>[+-]?\d+)|(?P<word>[A-Za-z_]\w*)"""
    r"""|(?P<op><>|!=|<=|>=|[=<>(),*]))""",
    re.DOTALL,
)
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_CONSTANTS: dict[str, _Literal] = {"true": True, "false": False, "null": None}
_KEYWORDS = frozenset({"select", "from", "where", "and", "or", "not", "like", "is", *_CONSTANTS})
# CIM's own form of a date, the one WQL literals have: yyyymmddHHMMSS.mmmmmmsUUU, s the sign and UUU minutes to UTC.
_CIM_DATE = re.compile(r"(\d{14})\.(\d{6})([+-]\d{3})")
# Deeper nesting than any real query; WMI has a limit of its own (0x8004106C, quota violation).
_DEEPEST = 50


@dataclass(frozen=True, kw_only=True)
class Query:
    """A parsed query; ``columns`` is None for ``select *``."""

    class_name: str
    columns: tuple[str, ...] | None
    names: frozenset[str]  # lower case: properties in the where clause
    test: _Test

    def select(self, instances: Sequence[WmiInstance]) -> list[WmiInstance]:
        """The instances that match. Raises WmiError (invalid query) for a property that the class does not have."""
        rows = [({name.lower(): value for name, value in each.properties.items()}, each) for each in instances]
        for row, _ in rows[:1]:
            if missing := self.names - row.keys():
                raise _invalid(f"no property {min(missing)}")
        return [instance for row, instance in rows if self.test(row)]


def _invalid(text: str) -> WmiError:
    return WmiError(0x80041017, f"Invalid query: {text}")


def parse_wql(text: str) -> Query:
    """Parse a query. Raises WmiError 0x80041017 (WBEM_E_INVALID_QUERY)."""
    return _Parser(text).query()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    end = len(text.rstrip())
    position = 0
    while position < end:
        match = _TOKEN.match(text, position)
        if not match:
            raise _invalid(text)
        position = match.end()
        kind = str(match.lastgroup)
        word = match[kind]
        # Keywords are told from names by their kind, so that a column may not be called "where" by accident.
        yield ("keyword", word.lower()) if kind == "word" and word.lower() in _KEYWORDS else (kind, word)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [*_tokens(text), ("end", "")]
        self.position = 0
        self.depth = 0
        self.names: set[str] = set()

    def accept(self, kind: str, value: str | None = None) -> str | None:
        """Take the next token when it is this one."""
        found, text = self.tokens[self.position]
        if found != kind or (value is not None and text != value):
            return None
        self.position += 1
        return text

    def expect(self, kind: str, value: str | None = None) -> str:
        text = self.accept(kind, value)
        if text is None:
            raise _invalid(self.text)
        return text

    def query(self) -> Query:
        self.expect("keyword", "select")
        columns: list[str] | None = None
        if not self.accept("op", "*"):
            columns = [self.expect("word")]
            while self.accept("op", ","):
                columns.append(self.expect("word"))
        self.expect("keyword", "from")
        class_name = self.expect("word")
        test: _Test = self.any_of() if self.accept("keyword", "where") else lambda _row: True
        self.expect("end")
        return Query(
            class_name=class_name,
            columns=None if columns is None else tuple(columns),
            names=frozenset(self.names),
            test=test,
        )

    def any_of(self) -> _Test:
        tests = [self.all_of()]
        while self.accept("keyword", "or"):
            tests.append(self.all_of())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def all_of(self) -> _Test:
        tests = [self.one()]
        while self.accept("keyword", "and"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def one(self) -> _Test:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _invalid(self.text)
        try:
            if self.accept("keyword", "not"):
                inverse = self.one()
                return lambda row: not inverse(row)
            if self.accept("op", "("):
                test = self.any_of()
                self.expect("op", ")")
                return test
            return self.comparison()
        finally:
            self.depth -= 1

    def comparison(self) -> _Test:
        name = self.accept("word")
        if name is None:
            # constant operator property
            literal = self.literal()
            sign = self.comparison_operator()
            return self.compare(self.expect("word"), _MIRRORED.get(sign, sign), literal)
        if self.accept("keyword", "is"):
            negated = self.accept("keyword", "not") is not None
            self.expect("keyword", "null")
            return self.compare(name, "<>" if negated else "=", None)
        if self.accept("keyword", "like"):
            pattern = _like(_unquote(self.expect("string")))
            key = self.column(name)
            return lambda row: isinstance(row[key], str) and pattern.fullmatch(str(row[key])) is not None
        return self.compare(name, self.comparison_operator(), self.literal())

    def comparison_operator(self) -> str:
        sign = self.expect("op")
        if sign not in _COMPARISONS:
            raise _invalid(self.text)
        return sign

    def literal(self) -> _Literal:
        if text := self.accept("string"):
            return _unquote(text)
        if text := self.accept("number"):
            return int(text)
        word = self.expect("keyword")
        if word not in _CONSTANTS:
            raise _invalid(self.text)
        return _CONSTANTS[word]

    def compare(self, name: str, sign: str, literal: _Literal) -> _Test:
        key = self.column(name)
        if literal is None:
            if sign not in {"=", "<>", "!="}:
                raise _invalid(self.text)
            wanted = sign == "="
            return lambda row: (row[key] is None) is wanted
        compare = _COMPARISONS[sign]

        def test(row: _Row) -> bool:
            order = _order(row[key], literal)
            return order is not None and compare(order, 0)

        return test

    def column(self, name: str) -> str:
        self.names.add(name.lower())
        return name.lower()


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _like(pattern: str) -> re.Pattern[str]:
    """``%`` any run, ``_`` one character, ``[a-f]`` or ``[a=f]`` a range, ``[^…]`` not these; case-insensitive."""
    parts = []
    for piece in re.findall(r"\[\^?[^\]]+\]|.", pattern, re.DOTALL):
        if piece == "%":
            parts.append(".*")
        elif piece == "_":
            parts.append(".")
        elif len(piece) > 1:
            inverse = "^" if piece[1] == "^" else ""
            inside = re.sub(r"(?<=.)=(?=.)", "-", piece[1 + len(inverse) : -1])
            parts.append("[" + inverse + re.sub(r"[\\\[^&~|]", r"\\\g<0>", inside) + "]")
        else:
            parts.append(re.escape(piece))
    try:
        return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    except re.error as exc:
        raise _invalid(pattern) from exc


def _order(value: WmiValue, literal: str | int | bool) -> int | None:
    """Below, at or above 0 as the property is to the literal; None when they do not compare (NULL to anything)."""
    if value is None or isinstance(value, list):
        return None
    if isinstance(value, str):
        mine, other = value.lower(), str(literal).lower()
        return (mine > other) - (mine < other)
    if isinstance(value, dt.datetime):
        moment = _cim_date(literal)
        return None if moment is None else (value > moment) - (value < moment)
    number = _number(literal)
    return None if number is None else (value > number) - (value < number)


def _number(literal: str | int | bool) -> int | None:
    if not isinstance(literal, str):
        return int(literal)
    if literal.lower() in {"true", "false"}:
        return int(literal.lower() == "true")
    try:
        return int(literal)
    except ValueError:
        return None


def _cim_date(literal: object) -> dt.datetime | None:
    match = _CIM_DATE.fullmatch(str(literal))
    if match is None:
        return None
    try:
        moment = dt.datetime.strptime(f"{match[1]}{match[2]}", "%Y%m%d%H%M%S%f")
    except ValueError:
        return None
    return moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=int(match[3]))))
