"""What one look after another at a job tells, on a clock that moves by the pauses alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job import follow as followed
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, State
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.processes import JobProcess
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StillRunningError, UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

_JOB = Job(name=JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install"), program_files=r"C:\Program Files")
_TIMES = followed.JobTimes(job=60, poll=3, start=10, reconnect=30)
_AT_WORK = [JobProcess(pid=4, name="setup.exe", script=False, since=None)]


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    made = _Clock()
    monkeypatch.setattr(followed, "time", made)
    return made


def _follow(monkeypatch: pytest.MonkeyPatch, *looks: str) -> tuple[JobFiles, list[str]]:
    """Each look: "running", or the state of the files when nothing runs. Returns the files and the looks not taken."""
    left = [*looks]

    def look(_station: object, _job: object) -> tuple[list[JobProcess], JobFiles | None]:
        seen = left.pop(0)
        if seen == "off":
            raise UnreachableError("cut", remedy="Wait.")
        return (_AT_WORK, None) if seen == "running" else ([], JobFiles(state=cast(State, seen)))

    monkeypatch.setattr(followed, "_look", look)
    station: Any = SimpleNamespace(
        watcher=SimpleNamespace(following=lambda _name: None),
        events=SimpleNamespace(stage=lambda _name: None),
        close=lambda: None,
    )
    return followed.follow(cast(WinrmStation, station), _JOB, _TIMES), left


@pytest.mark.parametrize(
    ("looks", "state", "left"),
    [
        # The process may have begun between the two reads of one look.
        (["started", "running", "absent"], "absent", 0),
        (["started", "started", "absent"], "started", 1),
        # Whatever was seen before: one look alone proves nothing, also after the process was seen.
        (["started", "running", "started", "running", "absent"], "absent", 0),
        (["running", "started", "absent"], "absent", 0),
        (["registered", "started", "absent"], "absent", 0),
        (["running", "started", "started", "absent"], "started", 1),
        # What is not there yet says nothing about what was suspected.
        (["started", "registered", "started", "absent"], "started", 1),
    ],
)
def test_only_a_second_look_proves_that_a_job_was_cut_off(
    clock: _Clock, monkeypatch: pytest.MonkeyPatch, looks: list[str], state: str, left: int
) -> None:
    files, rest = _follow(monkeypatch, *looks)
    assert (files.state, len(rest)) == (state, left)


def test_a_task_that_never_runs_is_given_its_time(clock: _Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    files, rest = _follow(monkeypatch, *["registered"] * 20)
    assert (files.state, clock.now, len(rest)) == ("registered", 1012, 15)


def test_a_job_that_goes_on_is_left_to_the_next_run(clock: _Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StillRunningError, match=r"still running after 60 s: setup\.exe \(process 4\)"):
        _follow(monkeypatch, *["running"] * 40)
    assert clock.now == 1063


def test_a_station_that_stays_away_is_given_up_in_time(clock: _Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreachableError):
        _follow(monkeypatch, *["off"] * 40)
    assert clock.now == 1033


def test_all_that_a_job_left_is_read() -> None:
    """Each file under its name, without the line end that parts it from the next."""
    text = "".join(
        f"<<{name}>>\r\n{body}\r\n"
        for name, body in (
            ("state", "install.cmd\r\nstarted\r\nexit"),
            ("exit", "step=done"),
            ("setup_log", "[ResponseResult]"),
            ("curl_log", "curl: (6) Could not resolve"),
            ("restart", "2026-11-28T20:00:00Z"),
        )
    )
    station: Any = SimpleNamespace(run=lambda _line, **_doing: SimpleNamespace(stdout=text.encode()))
    files = followed.read_files(cast(WinrmStation, station), _JOB)
    assert (files.state, files.exit, files.setup_log) == ("ended", "step=done", "[ResponseResult]")
    assert (files.curl_log, files.restart) == ("curl: (6) Could not resolve", "2026-11-28T20:00:00Z")
    assert (files.renames_before, files.renames_after) == (None, None)
