"""Plans where a rule just holds, or just does not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import Restarts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import FILE_RENAMES

from tests.unit.plans import LAST_MONTH, NEWER, OLD, RIGHT, STAGED, client, goal, job_for, names, state_of

_BACK: dict[str, Any] = {"allow_downgrade": True, "downgrade": "remove_first"}


def _removals(release: str, *arches: Any) -> dict[int, dict[str, Removal]]:
    parsed = Release.parse(release)
    return {parsed.year: {arch: Removal(release=parsed, arch=arch, digest="d" * 64) for arch in arches}}


def test_a_newer_program_that_nobody_installed_is_no_newer_client() -> None:
    decided = plan(state_of(client("2026.3.1", condition="exe_without_entry")), goal())
    assert decided.action == "install"


@pytest.mark.parametrize(("free", "action"), [(2**30, "install"), (2**30 - 1, "refuse")])
def test_just_enough_room(free: int, action: str) -> None:
    assert plan(state_of(LAST_MONTH, free_bytes=free), goal()).action == action


def test_files_at_rest_that_stay_are_shown_afterwards_too() -> None:
    decided = plan(state_of(LAST_MONTH, jobs=[STAGED]), goal(state="staged"))
    assert decided.action == "none"
    assert decided.after == decided.before == ["Client PRONOTE 2026: 2026.1.3 x64", "staged files: 2026.2.7 x64"]


@pytest.mark.parametrize(("both", "alone"), [(False, False), (True, True)])
def test_a_removal_of_the_only_architecture_is_proven_for_the_whole_year(both: bool, alone: bool) -> None:
    there = [RIGHT, client("2026.2.7", arch="x86")] if both else [RIGHT]
    steps = plan(state_of(*there), goal(state="absent")).steps
    assert {step.this_arch_only for step in steps} == {alone}


def test_nothing_to_stage_of_what_is_not_published() -> None:
    decided = plan(state_of(LAST_MONTH), goal(state="staged", digests={}))
    assert (decided.action, decided.reason) == ("refuse", "release 2026.2.7 is not published for x64")


@pytest.mark.parametrize(
    ("older", "action", "reason"),
    [(True, "remove", "2026.2.7 is installed, beside older years"), (False, "none", "2026.2.7 is installed")],
)
def test_what_is_installed_beside_older_years(older: bool, action: str, reason: str) -> None:
    decided = plan(state_of(RIGHT, OLD), goal(remove_older=older, removals=_removals("2025.2.9", "x64")))
    assert (decided.action, decided.reason) == (action, reason)


def test_what_is_upgraded_in_place_stays_beside_nothing() -> None:
    assert plan(state_of(LAST_MONTH), goal()).notes == []


def test_a_removal_of_this_year_is_no_removal_of_an_older_one() -> None:
    """Somebody wanted to remove this year's client, and was cut off; now it is wanted."""
    begun = job_for(verb="remove", digest="d" * 64)
    decided = plan(state_of(RIGHT, jobs=[begun]), goal(remove_older=True, removals=_removals("2026.2.7", "x64", "x86")))
    assert (decided.action, decided.steps, names(decided.tidy)) == ("none", [], [begun])


def test_a_newer_client_of_no_known_architecture_is_removed_as_the_stations_own() -> None:
    newer = client("2026.3.1", arch=None)
    decided = plan(state_of(newer), goal(removals=_removals("2026.3.1", "x64"), **_BACK))
    assert [step.job.verb for step in decided.steps] == ["stage", "remove", "install"]


def test_a_newer_release_of_which_one_architecture_could_be_removed_stays() -> None:
    both = [NEWER, client("2026.3.1", arch="x86")]
    decided = plan(state_of(*both), goal(removals=_removals("2026.3.1", "x64"), **_BACK))
    assert (decided.action, decided.reason) == (
        "refuse",
        "2026.3.1 is to be removed first, and its removal is not published",
    )


@pytest.mark.parametrize(
    ("build", "wanted", "arch"),
    [
        ("22000", "auto", "x64"),
        ("21999", "auto", "x86"),
        ("22000", "x64", "x64"),
        ("22000", "x86", "x86"),
        ("21999", "x86", "x86"),
    ],
)
def test_windows_on_arm_runs_x64_from_the_first_build_of_11(build: str, wanted: str, arch: str) -> None:
    state = state_of(arch="arm64", windows={"build": build})
    decided = plan(state, goal(arch=wanted, digests={"x64": "a" * 64, "x86": "a" * 64}))
    assert decided.after == [f"Client PRONOTE 2026: 2026.2.7 {arch}"]


@pytest.mark.parametrize(("pending", "notes"), [([], 0), ([FILE_RENAMES], 1)])
def test_files_that_wait_for_a_start_are_noted_and_hold_nothing(pending: list[str], notes: int) -> None:
    decided = plan(state_of(LAST_MONTH, pending_reboot=pending), goal(restarts=Restarts(when_pending="skip")))
    assert (decided.action, len(decided.notes)) == ("install", notes)
