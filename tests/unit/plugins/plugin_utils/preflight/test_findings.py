"""What findings come to: lines, whom they hold, and whether a play ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import (
    Finding,
    about,
    finding_of,
    held_by,
    lines,
    merged,
    stops,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.kept import held, keep, kept
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

REMEDY = Message("Correct it.")


def _finding(number: int, *hosts: str, place: str = "a.yml:1", holds: bool = True) -> Finding:
    fact = Message("nothing reads the variable {name}", name=f"pronote_{number}")
    return Finding(place=place, fact=fact, remedy=REMEDY, hosts=frozenset(hosts), holds=holds)


def test_one_fault_in_many_places_is_one_line() -> None:
    found = merged([_finding(1, "a"), _finding(1, "b", place="b.yml:2"), _finding(2, "a"), _finding(1, "c", place="c")])
    assert list(lines(found)) == [
        "a.yml:1 and 2 more places: nothing reads the variable pronote_1. Correct it.",
        "a.yml:1: nothing reads the variable pronote_2. Correct it.",
    ]
    assert found[0].hosts == {"a", "b", "c"}
    assert merged(found) == found


def test_a_table_full_of_faults_is_a_screenful() -> None:
    told = list(lines([_finding(number) for number in range(35)]))
    assert (len(told), told[-1]) == (31, "… and 5 more like these")


def test_a_play_ends_when_nobody_is_left() -> None:
    found = [_finding(1, "a"), _finding(2, "b"), _finding(3, "c", holds=False)]
    assert stops(found, ["a", "b"])
    assert stops(found, ["a"])
    assert not stops(found, ["a", "b", "c"])
    assert not stops([], [])
    assert held_by(found).keys() == {"a", "b"}


def test_what_holds_comes_first_and_others_hosts_are_others() -> None:
    found = [_finding(1, "a", holds=False), _finding(2, "b"), _finding(3, "a", "b")]
    assert [each.fact[-1] for each in about(found, ["a"])] == ["3", "1"]


def test_what_is_kept_is_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    assert (kept().findings, held("a")) == ([], None)
    found = [_finding(1, "a"), _finding(2, "b", holds=False)]
    keep(found, looked_at=["a"], said=["x"])
    assert kept().findings == found
    assert (set(kept().looked_at), set(kept().said)) == ({"a"}, {"x"})
    fault = held("a")
    assert fault is not None
    assert held("b") is None
    assert (fault.kind, fault.fact) == ("configuration", "a.yml:1: nothing reads the variable pronote_1")
    # It went through a file, and is a text of the catalogue still.
    assert catalogue("fr").of(fault.fact) == "a.yml:1\u00a0: rien ne lit la variable pronote_1"


def test_a_finding_is_data() -> None:
    found = _finding(1, "b", "a")
    assert finding_of(json.loads(json.dumps(found.as_dict()))) == found
