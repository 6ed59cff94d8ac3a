from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.audit import verdict
from ansible_collections.rentree.pronote.plugins.module_utils.plan import Desired, job_id, plan, resolve_arch
from ansible_collections.rentree.pronote.plugins.module_utils.probe import Process
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.station_state import Installation, StationState

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
    values: dict[str, Any] = {
        "installations": list(installations),
        "updater": None,
        "foreign": [],
        "running": [],
        "session_open": False,
        "pending_reboot": [],
        "free_bytes": 50 * 2**30,
        "system_drive": "C:",
        "program_files": r"C:\Program Files",
        "arch": "x64",
        "windows": {},
        "jobs": [],
        **fields,
    }
    return StationState(**values)


def _desired(release: str = "2026.2.7", **fields: Any) -> Desired:
    values: dict[str, Any] = {
        "product": PRONOTE_CLIENT,
        "state": "present",
        "release": Release.parse(release),
        "arch": "auto",
        "digests": _DIGESTS,
        "min_free_bytes": 2**30,
        **fields,
    }
    return Desired(**values)


_JOB = job_id(_desired(), "x64")
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
        (_state(_LAST_MONTH, running=_RUNNING), _desired(when_running="fail"), "refuse", "is running"),
        (_state(_RIGHT, running=_RUNNING), _desired(when_running="fail"), "none", "installed"),
        # Outside its hours: what would be done, and until when it would wait. What is right, or cannot be, says so.
        (_state(_LAST_MONTH), _desired(not_now="until six"), "skip", "2026.1.3 x64 installed; until six"),
        (_state(_RIGHT), _desired(not_now="until six", state="absent"), "skip", "client of 2026 installed; until six"),
        (
            _state(_LAST_MONTH, running=_RUNNING),
            _desired(not_now="until six", when_running="fail"),
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
def test_plan(state: StationState, desired: Desired, action: str, reason: str) -> None:
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


@pytest.mark.parametrize(("policy", "close", "wait"), [("close", True, False), ("wait", False, True)])
def test_a_running_client_is_closed_or_waited_for(policy: str, close: bool, wait: bool) -> None:
    decided = plan(_state(_LAST_MONTH, running=_RUNNING), _desired(when_running=policy))
    assert (decided.action, decided.close_running, decided.wait_running) == ("install", close, wait)


def test_a_job_of_an_earlier_run_is_followed_not_started() -> None:
    job = job_id(_desired(), "x64")
    decided = plan(_state(_LAST_MONTH, jobs=[job, "something-else"]), _desired())
    assert (decided.action, decided.job, decided.tidy) == ("finish", job, ["something-else"])


def test_a_job_whose_work_shows_already_is_followed_too_since_it_may_still_run() -> None:
    job = job_id(_desired(), "x64")
    decided = plan(_state(_RIGHT, jobs=[job]), _desired())
    assert (decided.action, decided.job, decided.changes) == ("finish", job, True)
    assert decided.before == decided.after


def test_a_job_of_another_release_is_tidied_away() -> None:
    decided = plan(_state(_RIGHT, jobs=["pronote-client-2026.1.3-x64-0123456789ab-install"]), _desired())
    assert (decided.action, decided.changes) == ("none", True)
    assert decided.tidy == ["pronote-client-2026.1.3-x64-0123456789ab-install"]


def test_job_id_is_one_name_for_one_piece_of_work() -> None:
    names = {
        job_id(_desired(), "x64"),
        job_id(_desired(), "x86"),
        job_id(_desired(state="absent"), "x64"),
        job_id(_desired("2026.2.8"), "x64"),
        job_id(_desired(digests={"x64": "c" * 64}), "x64"),
    }
    assert len(names) == 5
    assert job_id(_desired("2026.2.7.1"), "x64") == job_id(_desired(), "x64")


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
