from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.goal import Goal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import People
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan, resolve_arch
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import Restarts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState

from tests.unit.plans import (
    DIGESTS,
    JOB,
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


@pytest.mark.parametrize(
    ("state", "desired", "action", "reason"),
    [
        (state_of(), goal(), "install", "no client installed"),
        (state_of(OLD), goal(), "install", "2025.2.9 x64 installed"),
        (state_of(LAST_MONTH), goal(), "install", "2026.1.3"),
        (state_of(RIGHT), goal(), "none", "2026.2.7 is installed"),
        # A hot fix of the server (fourth part since 2024) is the same client.
        (state_of(RIGHT), goal("2026.2.7.3"), "none", "2026.2.7 is installed"),
        (state_of(OLD, RIGHT), goal(), "none", "2026.2.7 is installed"),
        (state_of(NEWER), goal(), "refuse", "newer than 2026.2.7"),
        (state_of(NEWER), goal(allow_downgrade=True), "install", "2026.3.1"),
        (state_of(free_bytes=2**20), goal(), "refuse", "1 MiB free on C:, 1024 MiB needed"),
        (state_of(RIGHT, free_bytes=2**20), goal(), "none", "installed"),
        (state_of(free_bytes=None), goal(), "install", "no client"),
        # Half-removed: installed again over it.
        (state_of(client(None, year=2026, condition="entry_without_exe")), goal(), "install", "without program"),
        (state_of(client("2026.2.7", condition="exe_without_entry")), goal(), "install", "without uninstall entry"),
        (state_of(arch="x86"), goal(digests={"x64": "a" * 64}), "refuse", "not published for x86"),
        (state_of(RIGHT), goal(digests={}), "none", "installed"),
        (state_of(arch="arm64"), goal(), "refuse", "'arm64'"),
        (state_of(arch="x86"), goal(arch="x64"), "refuse", "32-bit Windows"),
        (state_of(LAST_MONTH, running=RUNNING), goal(), "skip", "Client PRONOTE.exe (pid 7) is running"),
        (state_of(LAST_MONTH, running=RUNNING), goal(people=People(when_running="fail")), "refuse", "is running"),
        (state_of(RIGHT, running=RUNNING), goal(people=People(when_running="fail")), "none", "installed"),
        # Nobody is known to be there, which is not nobody.
        (state_of(LAST_MONTH, blind=True), goal(), "refuse", "nobody knows who is at work there"),
        (state_of(RIGHT, blind=True), goal(), "none", "installed"),
        # Outside its hours: what would be done, and until when it would wait. What is right, or cannot be, says so.
        (state_of(LAST_MONTH), goal(not_now="until six"), "skip", "2026.1.3 x64 installed; until six"),
        (state_of(RIGHT), goal(not_now="until six", state="absent"), "skip", "client of 2026 installed; until six"),
        (
            state_of(LAST_MONTH, running=RUNNING),
            goal(not_now="until six", people=People(when_running="fail")),
            "skip",
            "until six",
        ),
        (state_of(RIGHT), goal(not_now="until six"), "none", "2026.2.7 is installed"),
        (state_of(NEWER), goal(not_now="until six"), "refuse", "newer than 2026.2.7"),
        (state_of(LAST_MONTH, jobs=[JOB]), goal(not_now="until six"), "finish", "of an earlier run"),
        (state_of(), goal(state="absent"), "none", "no client of 2026"),
        (state_of(OLD, LAST_MONTH), goal(state="absent"), "remove", "client of 2026 installed"),
        (
            state_of(client("2026.2.7", condition="exe_without_entry")),
            goal(state="absent"),
            "refuse",
            "no uninstall entry",
        ),
    ],
)
def test_plan(state: StationState, desired: Goal, action: str, reason: str) -> None:
    decided = plan(state, desired)
    assert decided.action == action
    assert reason in decided.reason
    assert decided.changes is (action in {"install", "remove", "finish"})
    if action in {"none", "skip", "refuse"}:
        assert decided.before == decided.after


def test_another_year_stays_in_the_diff() -> None:
    decided = plan(state_of(OLD, LAST_MONTH), goal())
    assert decided.diff()["before"] == "Client PRONOTE 2025: 2025.2.9 x64\nClient PRONOTE 2026: 2026.1.3 x64\n"
    assert decided.diff()["after"] == "Client PRONOTE 2025: 2025.2.9 x64\nClient PRONOTE 2026: 2026.2.7 x64\n"


def test_a_job_of_an_earlier_run_is_followed_not_started() -> None:
    job, old = job_for(), job_for("2026.1.3")
    decided = plan(state_of(LAST_MONTH, jobs=[job, old]), goal())
    assert (decided.action, decided.job, names(decided.tidy)) == ("finish", job, [old])


def test_a_job_whose_work_shows_already_is_followed_too_since_it_may_still_run() -> None:
    job = job_for()
    decided = plan(state_of(RIGHT, jobs=[job]), goal())
    assert (decided.action, decided.job, decided.changes) == ("finish", job, True)
    assert decided.before == decided.after


def test_a_job_of_another_release_is_tidied_away() -> None:
    decided = plan(state_of(RIGHT, jobs=["pronote-client-2026.1.3-x64-0123456789ab-install"]), goal())
    assert (decided.action, decided.changes) == ("none", True)
    assert names(decided.tidy) == ["pronote-client-2026.1.3-x64-0123456789ab-install"]


def test_a_job_has_one_name_for_one_piece_of_work() -> None:
    names = {job_for(), job_for(arch="x86"), job_for(verb="remove"), job_for("2026.2.8"), job_for(digest="c" * 64)}
    assert len(names) == 5
    assert job_for("2026.2.7.1") == job_for()


@pytest.mark.parametrize("state", ["present", "absent", "staged"])
def test_folders_of_others_are_left_alone(state: Any) -> None:
    """Another product's run follows and takes over its own; a folder made by hand has no job's name at all."""
    edt = [job_for(verb=verb).replace("pronote-client", "edt-monoposte") for verb in ("install", "stage", "staged")]
    decided = plan(state_of(jobs=[*edt, "Nouveau dossier", "old", "x" * 120]), goal(state=state))
    assert names(decided.tidy) == []
    assert names(decided.others) == edt[:1]


@pytest.mark.parametrize(
    ("state", "action", "reason", "tidy"),
    [
        (state_of(), "stage", "the files of 2026.2.7 are not there", []),
        (state_of(LAST_MONTH, running=RUNNING), "stage", "are not there", []),
        (state_of(RIGHT), "none", "2026.2.7 is installed", []),
        (state_of(RIGHT, jobs=[STAGED]), "none", "2026.2.7 is installed", [STAGED]),
        (state_of(jobs=[STAGED]), "none", "the files of 2026.2.7 are on the station", []),
        (
            state_of(jobs=[STAGED, job_for("2026.1.3", "staged")]),
            "none",
            "on the station",
            [job_for("2026.1.3", "staged")],
        ),
        (state_of(jobs=[STAGE]), "finish", STAGE, []),
        (state_of(jobs=[job_for()]), "none", "job", []),
        (state_of(free_bytes=2**20), "refuse", "1 MiB free", []),
        (state_of(NEWER), "refuse", "newer than 2026.2.7", []),
        (state_of(arch="x86"), "stage", "are not there", []),
    ],
)
def test_staging(state: StationState, action: str, reason: str, tidy: list[str]) -> None:
    decided = plan(state, goal(state="staged"))
    assert (decided.action, names(decided.tidy)) == (action, tidy)
    assert reason in decided.reason
    assert decided.changes is (action in {"stage", "finish"} or bool(tidy))
    assert [step.job.verb for step in decided.steps] == (["stage"] if action in {"stage", "finish"} else [])


@pytest.mark.parametrize("there", [[STAGED], [STAGE], [STAGED, STAGE]])
def test_an_installation_takes_over_what_was_staged(there: list[str]) -> None:
    decided = plan(state_of(jobs=there), goal())
    assert (decided.action, names(decided.adopt), names(decided.tidy)) == ("install", there, [])
    assert [str(step.job) for step in decided.steps] == [job_for()]
    assert decided.before == (["staged files: 2026.2.7 x64"] if STAGED in there else [])
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


def test_staged_files_stay_when_people_are_first() -> None:
    decided = plan(state_of(LAST_MONTH, running=RUNNING, jobs=[STAGED]), goal())
    assert (decided.action, decided.changes, names(decided.tidy)) == ("skip", False, [])
    assert decided.before == decided.after


def test_staged_files_of_another_product_are_not_ours_to_show() -> None:
    name = job_for(verb="staged").replace("pronote-client", "edt")
    assert plan(state_of(jobs=[name]), goal()).before == []


def test_a_client_of_the_other_architecture_is_upgraded_in_place() -> None:
    """The x64 one would come beside it: another product code, another folder, two clients of one year."""
    decided = plan(state_of(X86), goal())
    assert [(step.job.verb, step.job.arch) for step in decided.steps] == [("install", "x86")]
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x86"]
    # Of another year, or half-removed, it says nothing; by hand is by hand; with both, Windows' own is the one.
    for state, arch in [
        (state_of(client("2025.2.9", arch="x86")), "auto"),
        (state_of(client(None, year=2026, condition="entry_without_exe", arch="x86")), "auto"),
        (state_of(X86), "x64"),
        (state_of(X86, LAST_MONTH), "auto"),
    ]:
        assert [step.job.arch for step in plan(state, goal(arch=arch)).steps] == ["x64"]


def test_the_diff_shows_a_client_that_stays_beside_the_new_one() -> None:
    decided = plan(state_of(X86), goal(digests={"x64": "a" * 64}))
    assert decided.after == ["Client PRONOTE 2026: 2026.1.3 x86", "Client PRONOTE 2026: 2026.2.7 x64"]
    assert "2026.1.3 x86 stays beside 2026.2.7 x64, two clients of one year" in decided.notes[0]


@pytest.mark.parametrize("arch", ["x64", "x86"])
def test_a_job_keeps_its_architecture_to_its_end(arch: Any) -> None:
    """In the middle of an upgrade the old client is gone and the new one is not there yet."""
    job = job_for(arch=arch, digest=DIGESTS[arch])
    for state in (state_of(jobs=[job]), state_of(X86, jobs=[job]), state_of(RIGHT, jobs=[job])):
        decided = plan(state, goal())
        assert (decided.action, decided.job, names(decided.tidy)) == ("finish", job, [])


_NOW = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("restarts", "session", "action", "words"),
    [
        (Restarts(), False, "install", ""),
        (Restarts(when_pending="skip"), False, "skip", "is pending (windows_update): left for a later run"),
        (Restarts(when_pending="fail"), False, "refuse", "is pending (windows_update)"),
        (Restarts(when_pending="reboot"), False, "install", "restarts the station first"),
        (Restarts(when_pending="reboot"), True, "skip", "and somebody is logged on: left for a later run"),
        (Restarts(when_pending="reboot", with_session=True), True, "install", "restarts the station first"),
        (Restarts(when_pending="reboot", policy="in_window"), False, "skip", "no window for restarts is open"),
        (
            Restarts(when_pending="reboot", policy="in_window", until=_NOW + dt.timedelta(minutes=10)),
            False,
            "skip",
            "too soon for a restart",
        ),
        (
            Restarts(when_pending="reboot", policy="in_window", until=_NOW + dt.timedelta(hours=1)),
            False,
            "install",
            "restarts the station first",
        ),
    ],
)
def test_a_restart_that_is_pending(restarts: Restarts, session: bool, action: str, words: str) -> None:
    state = state_of(LAST_MONTH, pending_reboot=["windows_update"], session_open=session)
    decided = plan(state, goal(restarts=restarts), now=_NOW)
    assert decided.action == action
    assert words in "".join([decided.reason, *decided.conditions])
    assert decided.restart_first is (words == "restarts the station first")


@pytest.mark.parametrize(
    ("people", "running", "session", "action", "way"),
    [
        (People(), False, True, "install", "go"),
        (People(when_session="skip"), False, True, "skip", "go"),
        (People(when_session="fail"), False, True, "refuse", "go"),
        (People(when_session="wait"), False, True, "install", "wait"),
        (People(when_session="notify"), False, True, "install", "notify"),
        (People(when_session="fail"), False, False, "install", "go"),
        # A running client counts before the session it runs in.
        (People(when_running="close", when_session="skip"), True, True, "install", "close"),
        (People(when_running="wait"), True, True, "install", "wait"),
        (People(when_running="notify"), True, True, "install", "notify"),
    ],
)
def test_people_first(people: People, running: bool, session: bool, action: str, way: str) -> None:
    state = state_of(LAST_MONTH, running=RUNNING if running else [], session_open=session)
    decided = plan(state, goal(people=people))
    assert (decided.action, decided.way.action) == (action, way)
    assert bool(decided.conditions) is (way != "go")


def test_unknown_architecture() -> None:
    with pytest.raises(ValueError, match=r"unknown architecture 'ia64'"):
        resolve_arch("ia64", state_of())
