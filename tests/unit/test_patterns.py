"""No regular expression of the product takes more than its share of time for a text that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests import growth
from tests.growth import why_not_linear
from tests.patterns import Found, attacks, found_patterns, hidden_patterns

_PARTS = 6


def _uses(found: Found) -> dict[str, Callable[[Any], object]]:
    """What is done with it, as functions of the text."""
    nothing = "" if isinstance(found.pattern.pattern, str) else b""
    uses: dict[str, Callable[[Any], object]] = {name: getattr(found.pattern, name) for name in found.methods}
    for name in uses.keys() & {"sub", "subn"}:
        uses[name] = partial(uses[name], nothing)
    if "finditer" in uses:
        uses["finditer"] = found.pattern.findall
    return uses


def _encoded(made: Callable[[int], str], length: int) -> bytes:
    return made(length).encode("latin-1", "replace")


def _slow(found: Found) -> str:
    """How it can be made slow; empty when it cannot."""
    for made in attacks(found.pattern):
        shaped: Callable[[int], Any] = made if isinstance(found.pattern.pattern, str) else partial(_encoded, made)
        for name, use in _uses(found).items():
            if why := why_not_linear(use, shaped):
                return f"{name} of {made(60)!r}: {why}"
    return ""


@pytest.mark.growth
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_pattern_is_linear_at_40_kb(part: int) -> None:
    """A part of them in each, for as many workers as there are."""
    found = found_patterns()
    assert len(found) > 150
    assert {each.where: each.pattern.pattern for each in found[part::_PARTS] if _slow(each)} == {}


def test_no_pattern_is_out_of_reach_of_this_test() -> None:
    """One that a function makes of a variable: nobody could try it."""
    assert hidden_patterns() == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        pytest.param(re.compile(r"\bedt\b(?=.*\bmonopost[eo]\b)\D*(\d{4})", re.I), "search", id="EDT's DisplayName"),
        pytest.param(
            re.compile("mise [àa] jour automatique.*index.?[eé]ducation", re.I), "search", id="updater's name"
        ),
        pytest.param(
            re.compile(r"[\w .()-]*pronote[\w .()-]*?\b(20\d\d)\b[\w .()-]*\.lnk", re.I), "fullmatch", id="shortcut"
        ),
        pytest.param(
            re.compile(rb"-----BEGIN [A-Z ]+-----(.*?)-----END [A-Z ]+-----", re.DOTALL), "search", id="recording"
        ),
        pytest.param(re.compile(rb"^\s*((?:[0-9a-fA-F]{2} ?){32})\s*$", re.MULTILINE), "search", id="digest"),
        pytest.param(
            re.compile(r"\\\?\?\\(.+?)(?=\\0(?:\\0|[!*0-9]*\\\?\?\\|\s*$)|\s*$)", re.MULTILINE), "findall", id="renames"
        ),
        pytest.param(re.compile(r"(?:.*: )?kinit: (?P<text>.*?)(?: while .*)?"), "fullmatch", id="kinit"),
        pytest.param(re.compile(r"(a+)+$"), "match", id="2 to the power of the length"),
    ],
)
def test_what_was_slow_once_is_seen(pattern: re.Pattern[Any], method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Looking again and again is for what is linear on a busy machine: that these are slow is known.
    monkeypatch.setattr(growth, "_LOOKS", 2)
    monkeypatch.setattr(growth, "_PATIENCE", 0.0)
    assert _slow(Found(where="here", pattern=pattern, methods=frozenset({method})))
