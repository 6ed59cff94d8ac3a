"""What the store says of stations, and what rings make of it: proofs, pilots, and answers of a first installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.unit import plays
from tests.unit.sql import run


def _remember(path: Path, **stations: dict[str, Any]) -> str:
    """A store in which these stations were left so: ``jobs`` of ours, what is ``there``, ``failed`` last time."""
    with Store(path) as store, store.write() as db:
        for name, each in stations.items():
            run(db, "insert into station (name, school) values (:n, :s)", n=name, s=each.get("school", "a"))
            for release in each.get("there", ()):
                run(db, "insert into installed values (:n, 'pronote_client', 1, :r, 'x64', 'ok')", n=name, r=release)
            for verb, release, result, code in each.get("jobs", ()):
                run(
                    db,
                    "insert into attempt (station, product, verb, job, release, begun, result, code, controller)"
                    " values (:n, 'pronote_client', :v, 'j', :r, '2026-01-01T00:00:00Z', :result, :code, 'c')",
                    **{"n": name, "v": verb, "r": release, "result": result, "code": code},
                )
            if "failed" in each:
                run(
                    db,
                    "insert into standing (station, product, wanted, found, outcome, failures)"
                    " values (:n, 'pronote_client', :wanted, 'late', 'failed', :failures)",
                    **{"n": name, "wanted": each["failed"], "failures": each.get("failures", 1)},
                )
            if each.get("frozen"):
                run(db, "insert into unconfirmed values (:n, 'pronote_client', '2026.2.7', 'b', 'UWF')", n=name)
    return str(path)


_OURS = {"there": ["2026.2.7"], "jobs": [("install", "2026.2.7", "done", 0)]}


@pytest.mark.parametrize(
    ("elsewhere", "passed"),
    [
        (_OURS, 1),
        # By somebody's hand, of another school, another release, another verb, failed, gone again, or not confirmed.
        ({**_OURS, "jobs": []}, 0),
        ({**_OURS, "school": "B"}, 0),
        ({"there": ["2026.2.7"], "jobs": [("install", "2026.1.3", "done", 0)]}, 0),
        ({"there": ["2026.2.7"], "jobs": [("stage", "2026.2.7", "done", 0)]}, 0),
        ({"there": ["2026.2.7"], "jobs": [("install", "2026.2.7", "failed", -1)]}, 0),
        ({**_OURS, "there": ["2026.1.3"]}, 0),
        ({**_OURS, "frozen": True}, 0),
    ],
)
def test_a_station_that_a_job_of_ours_has_brought_is_proof_outside_the_limit_too(
    port: int, tmp_path: Path, elsewhere: dict[str, Any], passed: int
) -> None:
    store = _remember(tmp_path / "state", elsewhere=elsewhere)
    (plan,) = plays.plan(plays.task({f"a{n}": plays.at(port) for n in range(3)}), store=store)["plans"]
    assert plan["passed"] == passed


@pytest.mark.parametrize(
    ("last", "more", "pilot"),
    [
        ({"failed": "2026.2.7"}, {}, "a1"),
        # The evening's fault, or of an earlier release.
        ({"failed": "2026.2.7", "failures": 0}, {}, "a0"),
        ({"failed": "2026.1.3"}, {}, "a0"),
        # Answers of another release: one station is enough to show that they do not fit.
        (
            {"failed": "2026.2.7", "jobs": [("install", "2026.2.7", "failed", -12)]},
            {"pronote_client_unproven": "2026.1.3"},
            "a0",
        ),
        ({"failed": "2026.2.7", "jobs": [("install", "2026.2.7", "failed", -12)]}, {}, "a1"),
        ({"there": ["2026.2.7"]}, {}, "a1"),
    ],
)
def test_a_pilot_has_work_to_do_and_did_not_fail_for_its_own_reason(
    port: int, tmp_path: Path, last: dict[str, Any], more: dict[str, Any], pilot: str
) -> None:
    store = _remember(tmp_path / "state", a0=last)
    (plan,) = plays.plan(plays.task({f"a{n}": plays.at(port) for n in range(3)}, **more), store=store)["plans"]
    assert plan["rings"][0] == [pilot]


_NO_UPDATE = {"2026.2.7": {"x64": {"technology": "installscript", "files": {"response.iss": "b" * 64}}}}
_UPDATE = {"2026.2.7": {"x64": {"technology": "installscript", "files": {"update.iss": "c" * 64}}}}


def _seen(path: Path, **stations: str) -> str:
    """A store that has seen these releases on these stations."""
    with Store(path) as store, store.write() as db:
        for name, release in stations.items():
            run(db, "insert into station (name) values (:n)", n=name)
            run(db, "insert into installed values (:n, 'pronote_client', 1, :r, 'x64', 'ok')", n=name, r=release)
    return str(path)


@pytest.mark.parametrize(
    ("seen", "releases", "more", "alone"),
    [
        ({"a2": "2026.1.9"}, _NO_UPDATE, {}, True),
        ({"a2": "2026.1.9"}, _UPDATE, {}, False),
        ({"a2": "2026.1.9"}, _NO_UPDATE, {"pronote_client_update": "reinstall"}, False),
        ({"a2": "2026.1.9"}, _NO_UPDATE, {"pronote_client_state": "absent"}, False),
        ({"a2": "2025.2.9"}, _NO_UPDATE, {}, False),
        ({"a2": "2026.2.7", "a3": "2026.3.1"}, _NO_UPDATE, {}, False),
        ({}, _NO_UPDATE, {}, False),
    ],
)
def test_answers_of_a_first_installation_go_over_an_earlier_release_on_one_pilot_first(  # noqa: PLR0917 (a table)
    port: int, tmp_path: Path, seen: dict[str, str], releases: Any, more: Any, alone: bool
) -> None:
    task = plays.task({f"a{n}": plays.at(port) for n in range(4)}, pronote_client_rings=["100%"], **more)
    defaults = {"__pronote_client_releases": releases}
    (plan,) = plays.plan(task, defaults=defaults, store=_seen(tmp_path / "state", **seen))["plans"]
    # The one that has an earlier release shows what the others do not.
    assert plan["rings"][0] == (["a2"] if alone else ["a0", "a1", "a2", "a3"])
    assert plan["rules"]["unproven"] == ("a first installation" if alone else "")
