from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import (
    cell,
    headed_diff,
    one_line,
    printable,
    reason_of,
    some_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("salle d'étude-é", "salle d'étude-é"),
        ("a\x1b[31mb", "a\N{REPLACEMENT CHARACTER}[31mb"),
        ("two\r\nlines\t.", "two lines ."),
        ("\u202eabc\x9b", "\N{REPLACEMENT CHARACTER}abc\N{REPLACEMENT CHARACTER}"),
        ("x" * 300, "x" * 199 + "…"),
        (None, "None"),
    ],
)
def test_a_line_is_made_harmless(text: Any, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "a\ufffd b\ufffdc d"),
        ({"keep": "\u00a0"}, "a\ufffd b\ufffdc\u00a0d"),
        ({"other": " "}, "a  b c d"),
        ({"space": "\ufffd"}, "a\ufffd\ufffdb\ufffdc\ufffdd"),
        ({"longest": 8}, "a\ufffd b\ufffdc d"),
        ({"longest": 7}, "a\ufffd b\ufffdc…"),
    ],
)
def test_what_is_not_to_be_seen_is_replaced(options: dict[str, Any], expected: str) -> None:
    assert printable("a\x00\nb\u202ec\u00a0d", **options) == expected


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        (OSError("no\n way\x1b"), "no way\ufffd"),
        (TimeoutError(), "TimeoutError"),
        (UnicodeDecodeError("ascii", b"\xe9", 0, 1, "not in range"), "not in range"),
    ],
)
def test_an_error_says_why(exc: Exception, expected: str) -> None:
    assert reason_of(exc) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("salle 101", "salle 101"),
        (None, ""),
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "' =1"),
        ("\x00=1", "' =1"),
        ("\u200b=1", "' =1"),
        ("＝1", "'＝1"),
        ("a\n=1", "a =1"),
        ("'=1", "'=1"),
    ],
)
def test_a_cell_is_text(value: object, expected: str) -> None:
    assert cell(value) == expected


@pytest.mark.parametrize(("most", "expected"), [(1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c")])
def test_some_of_many(most: int, expected: str) -> None:
    assert some_of(["a", "b", "c"], most) == expected


def test_a_diff_says_what_it_is_about() -> None:
    assert headed_diff("x/", "a", "b") == {"before": "a", "after": "b", "before_header": "x/", "after_header": "x/"}
