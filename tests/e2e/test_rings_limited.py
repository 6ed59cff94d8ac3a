"""A deployment of a part of the inventory: each school's rings and gate are what they are without a limit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun

ONE, TWO = "0310001A", "0310002B"
OLD = {"clients": [{"release": "2026.1.3"}]}
RINGS = {"pronote_client_rings": [1, 2, "100%"], "pronote_client_ring_max": {"failed": 0}}
ROOM, REST = ["un-1", "un-2", "un-3"], ["un-4", "un-5"]


def _room(group: str, uai: str, block: int, names: list[str], **more: Any) -> dict[str, Any]:
    stations = [{"name": name, "address": f"{block}.{n}", **OLD, **more} for n, name in enumerate(names, start=1)]
    return {"group": group, "name": group, "school": uai, "stations": stations}


@pytest.fixture
def school(start_school: StartSchool, request: pytest.FixtureRequest) -> School:
    """Two schools; the second one's server has not been brought to the year."""
    rejected = {"installer_fault": {"kind": "rejected", "result_code": -12, "times": 1}}
    return start_school(
        [],
        schools=[
            {"uai": ONE, "group": "un", "name": "Un", "release": "2026.2.7"},
            {"uai": TWO, "group": "deux", "name": "Deux", "release": "2025.2.9"},
        ],
        rooms=[
            _room("salle_1", ONE, 1, ROOM),
            _room("salle_2", ONE, 2, REST, **(rejected if "stopped" in request.node.name else {})),
            _room("salle_3", TWO, 3, ["deux-1", "deux-2"]),
            _room("salle_4", TWO, 4, ["deux-3"]),
        ],
    )


def _play(school: School, *arguments: str, **variables: Any) -> PlaybookRun:
    return school.play("deploy", "-f", "50", "-e", json.dumps({**RINGS, **variables}), *arguments)


def _plans(run: PlaybookRun) -> dict[str, Any]:
    made = next(each["result"] for each in run.results if each["action"] == "rentree.pronote.rings")
    return {plan["school"]: {name: plan[name] for name in ("rings", "reserves", "rules")} for plan in made["plans"]}


def _closed(run: PlaybookRun) -> dict[str, Any]:
    """The schools whose gate is closed, the same for each station of the play."""
    found = list(run.of("rentree_gate").values())
    assert all(each["closed"] == found[0]["closed"] for each in found)
    return {uai: re.sub(r"\s+", " ", reason) for uai, reason in found[0]["closed"].items()}


def _asked(school: School) -> set[str]:
    """The schools whose hosted servers were asked."""
    urls = [event["data"] for event in school.lab.journal(kind="web") if event["data"]["server"] == "hosted"]
    return {uai for uai in (ONE, TWO) for each in urls if uai in json.dumps(each).upper()}


def test_a_limit_changes_nothing_for_the_schools_in_it(school: School, tmp_path: Path) -> None:
    def dry(*limit: str, gate: str = "fail") -> PlaybookRun:
        # A folder of each: what servers said is not there yet.
        own = {"pronote_cache_dir": str(tmp_path / "-".join(["cache", *limit])), "pronote_rentree_gate": gate}
        return _play(school, "--check", *limit, pronote_rentree_year=2026, **own)

    before = school.lab.snapshots()
    one = dry("--limit", "un").assert_code(0)
    assert _asked(school) == {ONE}, "another school's server is asked"
    assert _closed(one) == {}
    assert {result["action"] for result in one.of("client").values()} == {"install"}

    every = dry().assert_code(2)
    assert _asked(school) == {ONE, TWO}
    assert list(_closed(every)) == [TWO]
    assert "2025.2.9" in _closed(every)[TWO]
    # Held for its gate, and school one goes.
    assert {host for host, result in every.of("client").items() if result["outcome"] == "failed"} == {
        *("deux-1", "deux-2", "deux-3")
    }
    assert _plans(one) == {ONE: _plans(every)[ONE]}
    assert [len(ring) for ring in _plans(one)[ONE]["rings"]] == [1, 2, 2]

    # One room of the school whose gate is closed: it is closed for that room, whatever the rest of the school is.
    room = dry("--limit", "deux-3").assert_code(2)
    assert _closed(room) == {TWO: _closed(every)[TWO]}
    both = dry("--limit", "un:deux-3", gate="warn")
    assert list(_closed(both)) == [TWO]
    assert _plans(both)[ONE] == _plans(one)[ONE]
    assert school.lab.snapshots() == before


def test_a_room_first_and_the_school_goes_on_where_it_is(school: School, tmp_path: Path) -> None:
    state = str(tmp_path / "state.sqlite3")

    def order() -> list[str]:
        return [start["station"] for start in school.lab.installer_starts()]

    # The rings of a part are of that part: a pilot, and then the two others.
    room = _play(school, "--limit", "salle_1", pronote_state=state).assert_code(0)
    assert [len(ring) for ring in _plans(room)[ONE]["rings"]] == [1, 2]
    assert (order()[0], set(order()[1:])) == ("un-1", {"un-2", "un-3"})
    # Three of five have shown it: the rest of the school needs no pilot any more, by a limit or without.
    limited = _play(school, "--check", "--limit", "salle_2", pronote_state=state).assert_code(0)
    whole = _play(school, "--check", "--limit", "un", pronote_state=state).assert_code(0)
    assert _plans(limited) == _plans(whole) == {ONE: {**_plans(room)[ONE], "rings": [[], [], REST], "reserves": []}}
    _play(school, "--limit", "salle_2", pronote_state=state).assert_code(0)
    assert set(order()[3:]) == set(REST)


def test_what_stopped_in_a_room_is_told_to_the_school_and_to_no_other(school: School, tmp_path: Path) -> None:
    state = str(tmp_path / "state.sqlite3")
    _play(school, "--limit", "salle_2", pronote_state=state).assert_code(2)
    own, other = (
        " ".join(_play(school, "--check", "--limit", limit, pronote_state=state).output.split())
        for limit in ("un-1", "deux")
    )
    assert f"{ONE}: the last run on 2026.2.7 stopped" in own
    assert "the last run on" not in other
