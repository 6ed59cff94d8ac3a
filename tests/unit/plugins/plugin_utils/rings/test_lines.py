from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.lines import ring_lines, stop_lines
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

WORDS = catalogue("en")


def _plan(**values: Any) -> dict[str, Any]:
    rings = [["s1"], [f"s{n}" for n in range(2, 14)]]
    rules = {"unproven": ""}
    base = {"school": "A", "release": "2026.2.7", "rings": rings, "reserves": ["s2"], "passed": 0, "problem": ""}
    return {**base, "rules": rules, **values}


def test_who_is_in_which_ring() -> None:
    assert ring_lines([_plan()], check=False, words=WORDS) == [
        "A: ring 1 of 2 (pilots), 1 station: s1",
        "A: ring 2 of 2, 12 stations: s2, s3, s4, s5, s6, s7, s8, s9 and 4 more",
        "A: in a pilot's place, should it be off or in use: s2",
    ]


def test_everybody_at_once_needs_no_line_save_in_a_dry_run() -> None:
    plan = _plan(rings=[["s1", "s2"]], reserves=[])
    assert ring_lines([plan], check=False, words=WORDS) == []
    assert ring_lines([plan], check=True, words=WORDS) == ["A: ring 1 of 1, 2 stations: s1, s2"]


def test_resuming_and_unproven() -> None:
    lines = ring_lines([_plan(passed=1, rules={"unproven": "2026.1.3"}, reserves=[])], check=False, words=WORDS)
    assert lines[0] == "A: resumes at ring 2 of 2"
    assert "recorded for 2026.1.3, not 2026.2.7" in lines[1]


def test_hostile_names_and_schools_that_cannot_be_read() -> None:
    assert "\x1b" not in "".join(ring_lines([_plan(rings=[["s\x1b[2J"], ["b"]])], check=False, words=WORDS))
    assert ring_lines([_plan(problem="'x' is no ring")], check=True, words=WORDS) == []
    assert stop_lines({"A": "1 of 1 pilots failed", "": "none"}, words=WORDS) == [
        "A: stopped, 1 of 1 pilots failed",
        "no school: stopped, none",
    ]
