"""Plans that remove: a year, earlier years, and a newer release before an older one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import People
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import Restarts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState

from tests.unit.plans import (
    DIGESTS,
    LAST_MONTH,
    NEWER,
    OLD,
    RIGHT,
    RUNNING,
    STAGE,
    STAGED,
    X86,
    client,
    goal,
    job_for,
    names,
    state_of,
)


def test_every_architecture_of_the_year_is_removed_with_what_is_published_for_it() -> None:
    desired = goal(state="absent")
    assert [step.job.arch for step in plan(state_of(X86), desired).steps] == ["x86"]
    both = plan(state_of(X86, RIGHT, OLD), desired)
    assert [(step.job.arch, step.this_arch_only) for step in both.steps] == [("x64", True), ("x86", True)]
    assert both.after == ["Client PRONOTE 2025: 2025.2.9 x64"]
    assert both.steps[0].unmet(state_of(X86), desired) is None
    assert "2026.1.3 x86" in str(both.steps[1].unmet(state_of(X86), desired))
    refused = plan(state_of(X86), goal(state="absent", digests={"x64": "a" * 64}))
    assert (refused.action, refused.reason) == ("refuse", "release 2026.2.7 is not published for x86")
    begun = [job_for(verb="remove", arch=arch, digest=DIGESTS[arch]) for arch in ("x64", "x86")]
    assert [str(step.job) for step in plan(state_of(jobs=begun), desired).steps] == begun
    assert [step.follow for step in plan(state_of(X86, RIGHT, jobs=begun[:1]), desired).steps] == [True, False]


def _removable(*releases: str, arch: Any = "x64") -> dict[int, dict[str, Removal]]:
    found = [Removal(release=Release.parse(each), arch=arch, digest="d" * 64) for each in releases]
    return {each.release.year: {arch: each} for each in found}


_REMOVALS = _removable("2024.3.11", "2025.2.9", "2026.3.1")


_STAGED_BEFORE = job_for(verb="staged", digest="e" * 64)


def _removal(release: str) -> str:
    return job_for(release, "remove", digest="d" * 64)


@pytest.mark.parametrize(
    ("state", "action", "steps"),
    [
        (state_of(OLD, LAST_MONTH), "install", [job_for(), _removal("2025.2.9")]),
        (state_of(client("2024.3.9"), OLD), "install", [job_for(), _removal("2024.3.11"), _removal("2025.2.9")]),
        (state_of(OLD, RIGHT), "remove", [_removal("2025.2.9")]),
        (state_of(RIGHT), "none", []),
        # Newer years are nobody's leftovers.
        (state_of(RIGHT, client("2027.1.3")), "none", []),
        (state_of(client(None, year=2025, condition="entry_without_exe"), RIGHT), "remove", [_removal("2025.2.9")]),
        # An earlier run began it: followed, though the station shows nothing of that year by now.
        (state_of(RIGHT, jobs=[_removal("2025.2.9")]), "finish", [_removal("2025.2.9")]),
    ],
)
def test_older_years_go_once_this_one_is_there(state: StationState, action: str, steps: list[str]) -> None:
    decided = plan(state, goal(remove_older=True, removals=_REMOVALS))
    assert (decided.action, [str(step.job) for step in decided.steps], names(decided.tidy)) == (action, steps, [])
    if decided.changes and action != "finish":
        assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


def test_nothing_is_put_beneath_a_staging_that_is_at_work() -> None:
    desired = goal(allow_downgrade=True, downgrade="remove_first", removals=_REMOVALS)
    decided = plan(state_of(NEWER, jobs=[STAGE, _STAGED_BEFORE]), desired)
    assert (decided.action, decided.steps[0].follow, decided.steps[0].adopt) == ("finish", True, ())


@pytest.mark.parametrize(
    ("fields", "desired", "why"),
    [
        ({"running": RUNNING}, {}, "Client PRONOTE.exe (pid 7) is running: left for a later run"),
        ({"running": RUNNING}, {"people": People(when_running="fail")}, "Client PRONOTE.exe (pid 7) is running"),
        ({"session_open": True}, {"people": People(when_session="skip")}, "somebody is logged on"),
        ({"pending_reboot": ["x"]}, {"restarts": Restarts(when_pending="skip")}, "a restart of Windows is pending"),
        ({}, {"not_now": "outside its hours"}, "outside its hours"),
    ],
)
def test_what_comes_after_a_job_under_way_is_begun_as_anything_else(fields: Any, desired: Any, why: str) -> None:
    options = {"remove_older": True, "removals": _REMOVALS, **desired}
    decided = plan(state_of(OLD, LAST_MONTH, jobs=[job_for()], **fields), goal(**options))
    assert (decided.action, [str(step.job) for step in decided.steps]) == ("finish", [job_for()])
    assert decided.after == ["Client PRONOTE 2025: 2025.2.9 x64", "Client PRONOTE 2026: 2026.2.7 x64"]
    assert f"only the job under way is brought to its end: {why}" in decided.notes[-1]


def test_people_are_asked_before_what_comes_after_a_job_under_way() -> None:
    options: dict[str, Any] = {"remove_older": True, "removals": _REMOVALS, "people": People(when_running="wait")}
    decided = plan(state_of(OLD, LAST_MONTH, jobs=[job_for()], running=RUNNING), goal(**options))
    assert [str(step.job) for step in decided.steps] == [job_for(), _removal("2025.2.9")]
    assert "waits up to 600 s" in decided.conditions[0]


def test_a_program_without_an_entry_is_left_and_said() -> None:
    leftover = client("2025.2.9", condition="exe_without_entry")
    decided = plan(state_of(leftover, RIGHT), goal(remove_older=True, removals=_REMOVALS))
    assert (decided.action, decided.changes) == ("none", False)
    assert "has no uninstall entry and is left" in decided.notes[0]


@pytest.mark.parametrize("removals", [{}, _removable("2024.3.11"), _removable("2025.2.9", arch="x86")])
def test_a_year_whose_removal_is_not_published_is_refused(removals: Any) -> None:
    decided = plan(state_of(OLD), goal(remove_older=True, removals=removals))
    assert (decided.action, decided.before) == ("refuse", decided.after)
    assert "the client of 2025 (2025.2.9 x64) is to be removed, and its removal is not published" in decided.reason
    assert plan(state_of(OLD), goal(removals=removals)).action == "install"


def test_a_removal_is_done_when_its_architecture_is_gone() -> None:
    both = state_of(OLD, client("2025.2.9", arch="x86"), RIGHT)
    desired = goal(remove_older=True, removals=_REMOVALS)
    assert plan(both, desired).action == "refuse"
    (step,) = plan(state_of(OLD, RIGHT), desired).steps
    assert "2025.2.9 x64" in str(step.unmet(both, desired))
    assert step.unmet(state_of(client("2025.2.9", arch="x86"), RIGHT), desired) is None


@pytest.mark.parametrize(
    ("how", "jobs", "steps", "adopt"),
    [
        ("over", [], [job_for()], []),
        ("remove_first", [], [STAGE, _removal("2026.3.1"), job_for()], [STAGED]),
        ("remove_first", [STAGED], [_removal("2026.3.1"), job_for()], [STAGED]),
        # What an earlier script staged is taken over.
        ("remove_first", [_STAGED_BEFORE], [STAGE, _removal("2026.3.1"), job_for()], [_STAGED_BEFORE, STAGED]),
    ],
)
def test_an_older_release_of_the_year_goes_back(how: str, jobs: list[str], steps: list[str], adopt: list[str]) -> None:
    desired = goal(allow_downgrade=True, downgrade=how, removals=_REMOVALS)
    decided = plan(state_of(NEWER, jobs=jobs), desired)
    assert (decided.action, [str(step.job) for step in decided.steps], names(decided.adopt)) == (
        "install",
        steps,
        adopt,
    )
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


@pytest.mark.parametrize(
    ("entry", "action"),
    [({}, "refuse"), ({"arch": None}, "refuse"), ({"uninstall_string": None}, "install")],
)
def test_an_entry_that_cannot_be_run_stops_the_removal_of_its_own_architecture(entry: Any, action: str) -> None:
    hostile = {"condition": "entry_without_exe", "uninstall_string": '"C:\\x\\setup.exe" & shutdown', **entry}
    removals = {2026: {**_removable("2026.3.1")[2026]}}
    desired = goal(allow_downgrade=True, downgrade="remove_first", removals=removals)
    decided = plan(state_of(NEWER, client(None, year=2026, **hostile)), desired)
    assert decided.action == action


def test_removing_first_needs_what_removes() -> None:
    decided = plan(state_of(NEWER), goal(allow_downgrade=True, downgrade="remove_first"))
    assert (decided.action, "its removal is not published" in decided.reason) == ("refuse", True)


_REFUSED: dict[str, Any] = {
    "uninstall_string": 'RunDll32 C:\\x\\Ctor.dll,LaunchSetup "C:\\x\\setup.exe" -l0x40c  -removeonly'
}


def test_a_removal_that_was_begun_is_followed_whatever_the_entry_says_by_now() -> None:
    shield = {2025: {"x64": replace(_REMOVALS[2025]["x64"], technology="installscript")}}
    old, desired = client("2025.2.9", **_REFUSED), goal(remove_older=True, removals=shield)
    refused = plan(state_of(old, RIGHT), desired)
    assert (refused.action, "goes through RunDll32" in refused.reason) == ("refuse", True)
    assert "pronote_client_remove_older" in refused.remedy
    assert plan(state_of(old, RIGHT, jobs=[_removal("2025.2.9")]), desired).action == "finish"
    absent = goal(state="absent", technologies={"x64": "installscript"})
    here = client("2026.2.7", **_REFUSED)
    assert plan(state_of(here), absent).action == "refuse"
    assert plan(state_of(here, jobs=[job_for(verb="remove")]), absent).action == "finish"


@pytest.mark.parametrize(("technology", "action"), [("installscript", "refuse"), ("nsis", "refuse"), ("msi", "remove")])
def test_what_the_entry_says_matters_to_setups_that_run_it(technology: str, action: str) -> None:
    desired = goal(state="absent", technologies={"x64": technology})
    assert plan(state_of(client("2026.2.7", **_REFUSED)), desired).action == action
