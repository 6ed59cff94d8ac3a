from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.verdict import verdict
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.goal import Goal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import People
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan, resolve_arch
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import Restarts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Process
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState

from tests.unit.states import station_state

_DIGESTS = {"x64": "a" * 64, "x86": "b" * 64}


def _client(release: str | None, *, year: int | None = None, condition: str = "ok", **fields: Any) -> Installation:
    parsed = Release.parse(release) if release else None
    values: dict[str, Any] = {
        "year": year or (parsed.year if parsed else None),
        "release": parsed,
        "arch": "x64",
        "condition": condition,
        "name": "Client PRONOTE",
        "path": r"C:\x\Client PRONOTE.exe" if condition != "entry_without_exe" else None,
        "product_code": None,
        "uninstall_string": '"setup.exe" -removeonly' if condition != "exe_without_entry" else None,
        "view": 64,
        **fields,
    }
    return Installation(**values)


def _state(*installations: Installation, **fields: Any) -> StationState:
    return station_state(installations, **{"free_bytes": 50 * 2**30, **fields})


def _desired(release: str = "2026.2.7", **fields: Any) -> Goal:
    values: dict[str, Any] = {
        "product": PRONOTE_CLIENT,
        "state": "present",
        "release": Release.parse(release),
        "arch": "auto",
        "digests": _DIGESTS,
        "min_free_bytes": 2**30,
        **fields,
    }
    return Goal(**values)


_JOB = str(JobName.of(PRONOTE_CLIENT, "install", Release.parse("2026.2.7"), "x64", _DIGESTS["x64"]))
_RUNNING = [Process(image="Client PRONOTE.exe", pid=7, session=1)]
_OLD, _LAST_MONTH, _RIGHT, _NEWER = (_client(r) for r in ("2025.2.9", "2026.1.3", "2026.2.7", "2026.3.1"))


@pytest.mark.parametrize(
    ("state", "desired", "action", "reason"),
    [
        (_state(), _desired(), "install", "no client installed"),
        (_state(_OLD), _desired(), "install", "2025.2.9 x64 installed"),
        (_state(_LAST_MONTH), _desired(), "install", "2026.1.3"),
        (_state(_RIGHT), _desired(), "none", "2026.2.7 is installed"),
        # A hot fix of the server (fourth part since 2024) is the same client.
        (_state(_RIGHT), _desired("2026.2.7.3"), "none", "2026.2.7 is installed"),
        (_state(_OLD, _RIGHT), _desired(), "none", "2026.2.7 is installed"),
        (_state(_NEWER), _desired(), "refuse", "newer than 2026.2.7"),
        (_state(_NEWER), _desired(allow_downgrade=True), "install", "2026.3.1"),
        (_state(free_bytes=2**20), _desired(), "refuse", "1 MiB free on C:, 1024 MiB needed"),
        (_state(_RIGHT, free_bytes=2**20), _desired(), "none", "installed"),
        (_state(free_bytes=None), _desired(), "install", "no client"),
        # Half-removed: installed again over it.
        (_state(_client(None, year=2026, condition="entry_without_exe")), _desired(), "install", "without program"),
        (_state(_client("2026.2.7", condition="exe_without_entry")), _desired(), "install", "without uninstall entry"),
        (_state(arch="x86"), _desired(digests={"x64": "a" * 64}), "refuse", "not published for x86"),
        (_state(_RIGHT), _desired(digests={}), "none", "installed"),
        (_state(arch="arm64"), _desired(), "refuse", "'arm64'"),
        (_state(arch="x86"), _desired(arch="x64"), "refuse", "32-bit Windows"),
        (_state(_LAST_MONTH, running=_RUNNING), _desired(), "skip", "Client PRONOTE.exe (pid 7) is running"),
        (_state(_LAST_MONTH, running=_RUNNING), _desired(people=People(when_running="fail")), "refuse", "is running"),
        (_state(_RIGHT, running=_RUNNING), _desired(people=People(when_running="fail")), "none", "installed"),
        # Nobody is known to be there, which is not nobody.
        (_state(_LAST_MONTH, blind=True), _desired(), "refuse", "nobody knows who is at work there"),
        (_state(_RIGHT, blind=True), _desired(), "none", "installed"),
        # Outside its hours: what would be done, and until when it would wait. What is right, or cannot be, says so.
        (_state(_LAST_MONTH), _desired(not_now="until six"), "skip", "2026.1.3 x64 installed; until six"),
        (_state(_RIGHT), _desired(not_now="until six", state="absent"), "skip", "client of 2026 installed; until six"),
        (
            _state(_LAST_MONTH, running=_RUNNING),
            _desired(not_now="until six", people=People(when_running="fail")),
            "skip",
            "until six",
        ),
        (_state(_RIGHT), _desired(not_now="until six"), "none", "2026.2.7 is installed"),
        (_state(_NEWER), _desired(not_now="until six"), "refuse", "newer than 2026.2.7"),
        (_state(_LAST_MONTH, jobs=[_JOB]), _desired(not_now="until six"), "finish", "of an earlier run"),
        (_state(), _desired(state="absent"), "none", "no client of 2026"),
        (_state(_OLD, _LAST_MONTH), _desired(state="absent"), "remove", "client of 2026 installed"),
        (
            _state(_client("2026.2.7", condition="exe_without_entry")),
            _desired(state="absent"),
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
    decided = plan(_state(_OLD, _LAST_MONTH), _desired())
    assert decided.diff()["before"] == "Client PRONOTE 2025: 2025.2.9 x64\nClient PRONOTE 2026: 2026.1.3 x64\n"
    assert decided.diff()["after"] == "Client PRONOTE 2025: 2025.2.9 x64\nClient PRONOTE 2026: 2026.2.7 x64\n"


def _job(release: str = "2026.2.7", verb: Any = "install", *, digest: str = "a" * 64, arch: Any = "x64") -> str:
    return str(JobName.of(PRONOTE_CLIENT, verb, Release.parse(release), arch, digest))


def _names(jobs: list[JobName]) -> list[str]:
    return [str(job) for job in jobs]


def test_a_job_of_an_earlier_run_is_followed_not_started() -> None:
    job, old = _job(), _job("2026.1.3")
    decided = plan(_state(_LAST_MONTH, jobs=[job, old]), _desired())
    assert (decided.action, decided.job, _names(decided.tidy)) == ("finish", job, [old])


def test_a_job_whose_work_shows_already_is_followed_too_since_it_may_still_run() -> None:
    job = _job()
    decided = plan(_state(_RIGHT, jobs=[job]), _desired())
    assert (decided.action, decided.job, decided.changes) == ("finish", job, True)
    assert decided.before == decided.after


def test_a_job_of_another_release_is_tidied_away() -> None:
    decided = plan(_state(_RIGHT, jobs=["pronote-client-2026.1.3-x64-0123456789ab-install"]), _desired())
    assert (decided.action, decided.changes) == ("none", True)
    assert _names(decided.tidy) == ["pronote-client-2026.1.3-x64-0123456789ab-install"]


def test_a_job_has_one_name_for_one_piece_of_work() -> None:
    names = {_job(), _job(arch="x86"), _job(verb="remove"), _job("2026.2.8"), _job(digest="c" * 64)}
    assert len(names) == 5
    assert _job("2026.2.7.1") == _job()


@pytest.mark.parametrize("state", ["present", "absent", "staged"])
def test_folders_of_others_are_left_alone(state: Any) -> None:
    """Another product's run follows and takes over its own; a folder made by hand has no job's name at all."""
    edt = [_job(verb=verb).replace("pronote-client", "edt-monoposte") for verb in ("install", "stage", "staged")]
    decided = plan(_state(jobs=[*edt, "Nouveau dossier", "old", "x" * 120]), _desired(state=state))
    assert _names(decided.tidy) == []
    assert _names(decided.others) == edt[:1]


_STAGED, _STAGE = _job(verb="staged"), _job(verb="stage")


@pytest.mark.parametrize(
    ("state", "action", "reason", "tidy"),
    [
        (_state(), "stage", "the files of 2026.2.7 are not there", []),
        (_state(_LAST_MONTH, running=_RUNNING), "stage", "are not there", []),
        (_state(_RIGHT), "none", "2026.2.7 is installed", []),
        (_state(_RIGHT, jobs=[_STAGED]), "none", "2026.2.7 is installed", [_STAGED]),
        (_state(jobs=[_STAGED]), "none", "the files of 2026.2.7 are on the station", []),
        (_state(jobs=[_STAGED, _job("2026.1.3", "staged")]), "none", "on the station", [_job("2026.1.3", "staged")]),
        (_state(jobs=[_STAGE]), "finish", _STAGE, []),
        (_state(jobs=[_job()]), "none", "job", []),
        (_state(free_bytes=2**20), "refuse", "1 MiB free", []),
        (_state(_NEWER), "refuse", "newer than 2026.2.7", []),
        (_state(arch="x86"), "stage", "are not there", []),
    ],
)
def test_staging(state: StationState, action: str, reason: str, tidy: list[str]) -> None:
    decided = plan(state, _desired(state="staged"))
    assert (decided.action, _names(decided.tidy)) == (action, tidy)
    assert reason in decided.reason
    assert decided.changes is (action in {"stage", "finish"} or bool(tidy))
    assert [step.job.verb for step in decided.steps] == (["stage"] if action in {"stage", "finish"} else [])


@pytest.mark.parametrize("there", [[_STAGED], [_STAGE], [_STAGED, _STAGE]])
def test_an_installation_takes_over_what_was_staged(there: list[str]) -> None:
    decided = plan(_state(jobs=there), _desired())
    assert (decided.action, _names(decided.adopt), _names(decided.tidy)) == ("install", there, [])
    assert [str(step.job) for step in decided.steps] == [_job()]
    assert decided.before == (["staged files: 2026.2.7 x64"] if _STAGED in there else [])
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


def test_staged_files_stay_when_people_are_first() -> None:
    decided = plan(_state(_LAST_MONTH, running=_RUNNING, jobs=[_STAGED]), _desired())
    assert (decided.action, decided.changes, _names(decided.tidy)) == ("skip", False, [])
    assert decided.before == decided.after


def test_staged_files_of_another_product_are_not_ours_to_show() -> None:
    name = _job(verb="staged").replace("pronote-client", "edt")
    assert plan(_state(jobs=[name]), _desired()).before == []


_X86 = _client("2026.1.3", arch="x86")


def test_a_client_of_the_other_architecture_is_upgraded_in_place() -> None:
    """The x64 one would come beside it: another product code, another folder, two clients of one year."""
    decided = plan(_state(_X86), _desired())
    assert [(step.job.verb, step.job.arch) for step in decided.steps] == [("install", "x86")]
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x86"]
    # Of another year, or half-removed, it says nothing; by hand is by hand; with both, Windows' own is the one.
    for state, arch in [
        (_state(_client("2025.2.9", arch="x86")), "auto"),
        (_state(_client(None, year=2026, condition="entry_without_exe", arch="x86")), "auto"),
        (_state(_X86), "x64"),
        (_state(_X86, _LAST_MONTH), "auto"),
    ]:
        assert [step.job.arch for step in plan(state, _desired(arch=arch)).steps] == ["x64"]


def test_the_diff_shows_a_client_that_stays_beside_the_new_one() -> None:
    decided = plan(_state(_X86), _desired(digests={"x64": "a" * 64}))
    assert decided.after == ["Client PRONOTE 2026: 2026.1.3 x86", "Client PRONOTE 2026: 2026.2.7 x64"]
    assert "2026.1.3 x86 stays beside 2026.2.7 x64, two clients of one year" in decided.notes[0]


@pytest.mark.parametrize("arch", ["x64", "x86"])
def test_a_job_keeps_its_architecture_to_its_end(arch: Any) -> None:
    """In the middle of an upgrade the old client is gone and the new one is not there yet."""
    job = _job(arch=arch, digest=_DIGESTS[arch])
    for state in (_state(jobs=[job]), _state(_X86, jobs=[job]), _state(_RIGHT, jobs=[job])):
        decided = plan(state, _desired())
        assert (decided.action, decided.job, _names(decided.tidy)) == ("finish", job, [])


def test_every_architecture_of_the_year_is_removed_with_what_is_published_for_it() -> None:
    desired = _desired(state="absent")
    assert [step.job.arch for step in plan(_state(_X86), desired).steps] == ["x86"]
    both = plan(_state(_X86, _RIGHT, _OLD), desired)
    assert [(step.job.arch, step.this_arch_only) for step in both.steps] == [("x64", True), ("x86", True)]
    assert both.after == ["Client PRONOTE 2025: 2025.2.9 x64"]
    assert both.steps[0].unmet(_state(_X86), desired) is None
    assert "2026.1.3 x86" in str(both.steps[1].unmet(_state(_X86), desired))
    refused = plan(_state(_X86), _desired(state="absent", digests={"x64": "a" * 64}))
    assert (refused.action, refused.reason) == ("refuse", "release 2026.2.7 is not published for x86")
    begun = [_job(verb="remove", arch=arch, digest=_DIGESTS[arch]) for arch in ("x64", "x86")]
    assert [str(step.job) for step in plan(_state(jobs=begun), desired).steps] == begun
    assert [step.follow for step in plan(_state(_X86, _RIGHT, jobs=begun[:1]), desired).steps] == [True, False]


def _removable(*releases: str, arch: Any = "x64") -> dict[int, dict[str, Removal]]:
    found = [Removal(release=Release.parse(each), arch=arch, digest="d" * 64) for each in releases]
    return {each.release.year: {arch: each} for each in found}


_REMOVALS = _removable("2024.3.11", "2025.2.9", "2026.3.1")


def _removal(release: str) -> str:
    return _job(release, "remove", digest="d" * 64)


@pytest.mark.parametrize(
    ("state", "action", "steps"),
    [
        (_state(_OLD, _LAST_MONTH), "install", [_job(), _removal("2025.2.9")]),
        (_state(_client("2024.3.9"), _OLD), "install", [_job(), _removal("2024.3.11"), _removal("2025.2.9")]),
        (_state(_OLD, _RIGHT), "remove", [_removal("2025.2.9")]),
        (_state(_RIGHT), "none", []),
        # Newer years are nobody's leftovers.
        (_state(_RIGHT, _client("2027.1.3")), "none", []),
        (_state(_client(None, year=2025, condition="entry_without_exe"), _RIGHT), "remove", [_removal("2025.2.9")]),
        # An earlier run began it: followed, though the station shows nothing of that year by now.
        (_state(_RIGHT, jobs=[_removal("2025.2.9")]), "finish", [_removal("2025.2.9")]),
    ],
)
def test_older_years_go_once_this_one_is_there(state: StationState, action: str, steps: list[str]) -> None:
    decided = plan(state, _desired(remove_older=True, removals=_REMOVALS))
    assert (decided.action, [str(step.job) for step in decided.steps], _names(decided.tidy)) == (action, steps, [])
    if decided.changes and action != "finish":
        assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


@pytest.mark.parametrize(
    ("fields", "desired", "why"),
    [
        ({"running": _RUNNING}, {}, "Client PRONOTE.exe (pid 7) is running: left for a later run"),
        ({"running": _RUNNING}, {"people": People(when_running="fail")}, "Client PRONOTE.exe (pid 7) is running"),
        ({"session_open": True}, {"people": People(when_session="skip")}, "somebody is logged on"),
        ({"pending_reboot": ["x"]}, {"restarts": Restarts(when_pending="skip")}, "a restart of Windows is pending"),
        ({}, {"not_now": "outside its hours"}, "outside its hours"),
    ],
)
def test_what_comes_after_a_job_under_way_is_begun_as_anything_else(fields: Any, desired: Any, why: str) -> None:
    options = {"remove_older": True, "removals": _REMOVALS, **desired}
    decided = plan(_state(_OLD, _LAST_MONTH, jobs=[_job()], **fields), _desired(**options))
    assert (decided.action, [str(step.job) for step in decided.steps]) == ("finish", [_job()])
    assert decided.after == ["Client PRONOTE 2025: 2025.2.9 x64", "Client PRONOTE 2026: 2026.2.7 x64"]
    assert f"only the job under way is brought to its end: {why}" in decided.notes[-1]


def test_people_are_asked_before_what_comes_after_a_job_under_way() -> None:
    options: dict[str, Any] = {"remove_older": True, "removals": _REMOVALS, "people": People(when_running="wait")}
    decided = plan(_state(_OLD, _LAST_MONTH, jobs=[_job()], running=_RUNNING), _desired(**options))
    assert [str(step.job) for step in decided.steps] == [_job(), _removal("2025.2.9")]
    assert "waits up to 600 s" in decided.conditions[0]


def test_a_program_without_an_entry_is_left_and_said() -> None:
    leftover = _client("2025.2.9", condition="exe_without_entry")
    decided = plan(_state(leftover, _RIGHT), _desired(remove_older=True, removals=_REMOVALS))
    assert (decided.action, decided.changes) == ("none", False)
    assert "has no uninstall entry and is left" in decided.notes[0]


@pytest.mark.parametrize("removals", [{}, _removable("2024.3.11"), _removable("2025.2.9", arch="x86")])
def test_a_year_whose_removal_is_not_published_is_refused(removals: Any) -> None:
    decided = plan(_state(_OLD), _desired(remove_older=True, removals=removals))
    assert (decided.action, decided.before) == ("refuse", decided.after)
    assert "the client of 2025 (2025.2.9 x64) is to be removed, and its removal is not published" in decided.reason
    assert plan(_state(_OLD), _desired(removals=removals)).action == "install"


def test_a_removal_is_done_when_its_architecture_is_gone() -> None:
    both = _state(_OLD, _client("2025.2.9", arch="x86"), _RIGHT)
    desired = _desired(remove_older=True, removals=_REMOVALS)
    assert plan(both, desired).action == "refuse"
    (step,) = plan(_state(_OLD, _RIGHT), desired).steps
    assert "2025.2.9 x64" in str(step.unmet(both, desired))
    assert step.unmet(_state(_client("2025.2.9", arch="x86"), _RIGHT), desired) is None


@pytest.mark.parametrize(
    ("how", "jobs", "steps", "adopt"),
    [
        ("over", [], [_job()], []),
        ("remove_first", [], [_STAGE, _removal("2026.3.1"), _job()], [_STAGED]),
        ("remove_first", [_STAGED], [_removal("2026.3.1"), _job()], [_STAGED]),
    ],
)
def test_an_older_release_of_the_year_goes_back(how: str, jobs: list[str], steps: list[str], adopt: list[str]) -> None:
    desired = _desired(allow_downgrade=True, downgrade=how, removals=_REMOVALS)
    decided = plan(_state(_NEWER, jobs=jobs), desired)
    assert (decided.action, [str(step.job) for step in decided.steps], _names(decided.adopt)) == (
        "install",
        steps,
        adopt,
    )
    assert decided.after == ["Client PRONOTE 2026: 2026.2.7 x64"]


def test_removing_first_needs_what_removes() -> None:
    decided = plan(_state(_NEWER), _desired(allow_downgrade=True, downgrade="remove_first"))
    assert (decided.action, "its removal is not published" in decided.reason) == ("refuse", True)


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
    state = _state(_LAST_MONTH, pending_reboot=["windows_update"], session_open=session)
    decided = plan(state, _desired(restarts=restarts), now=_NOW)
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
    state = _state(_LAST_MONTH, running=_RUNNING if running else [], session_open=session)
    decided = plan(state, _desired(people=people))
    assert (decided.action, decided.way.action) == (action, way)
    assert bool(decided.conditions) is (way != "go")


def test_unknown_architecture() -> None:
    with pytest.raises(ValueError, match=r"unknown architecture 'ia64'"):
        resolve_arch("ia64", _state())


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (_state(_RIGHT), "compliant"),
        (_state(_OLD, _RIGHT), "compliant"),
        (_state(_client("2026.2.7", condition="exe_without_entry")), "compliant"),
        (_state(_LAST_MONTH), "late"),
        (_state(_NEWER), "ahead"),
        (_state(_client("2027.1.3")), "ahead"),
        (_state(_OLD), "older_year_only"),
        (_state(_OLD, _client("2024.3.11")), "older_year_only"),
        (_state(_RIGHT, _client("2026.1.3", arch="x86")), "several"),
        (_state(), "absent"),
        (_state(_client(None, year=2026, condition="entry_without_exe")), "absent"),
        (_state(_client(None, year=2026, condition="version_unreadable")), "unknown_release"),
        (_state(_client(None, year=2025, condition="version_unreadable")), "unknown_release"),
        # What an old year's program is does not matter when the newer ones say what the station has.
        (_state(_client(None, year=2019, condition="version_unreadable"), _OLD), "older_year_only"),
        (_state(_client(None, year=2026, condition="version_unreadable"), _OLD), "unknown_release"),
        (_state(_client(None, condition="version_unreadable"), _OLD), "unknown_release"),
    ],
)
def test_verdict(state: StationState, status: str) -> None:
    judged = verdict(state, Release.parse("2026.2.7"))
    assert judged.status == status
    assert judged.reason
    assert judged.remedy or status == "compliant"


def test_without_a_release_to_compare_with_the_verdict_says_why() -> None:
    judged = verdict(_state(_RIGHT), None, why_unknown="the server is suspended")
    assert (judged.status, judged.reason) == ("unknown_release", "the server is suspended")


def test_reasons_are_told_in_french_for_reports() -> None:
    judged = verdict(_state(_client("2026.1.3", condition="exe_without_entry")), Release.parse("2026.2.7"))
    assert judged.reason_fr == "2026.1.3 au lieu de 2026.2.7 (2026.1.3 x64 (programme sans entrée de désinstallation))"
    assert verdict(_state(), None, why_unknown="the server is suspended").reason_fr.startswith("la version du serveur")
