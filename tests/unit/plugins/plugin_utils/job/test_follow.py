"""Following a job while its station comes and goes, with the station's answers played back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.follow import JobTimes, patiently, remove
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    CredentialsRefusedError,
    StationError,
    StillRunningError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

_TIMES = JobTimes(poll=0, reconnect=60)
_LOST, _REFUSED = UnreachableError("cut", remedy="Wait."), CredentialsRefusedError("refused", remedy="Check.")


class _Station:
    def close(self) -> None:
        pass


def _patiently(*answers: StationError | str) -> str:
    left = list(answers)

    def look() -> str:
        answer = left.pop(0)
        if isinstance(answer, StationError):
            raise answer
        return answer

    return patiently(cast(WinrmStation, _Station()), _TIMES, look)


@pytest.mark.parametrize("answers", [(), (_LOST,), (_LOST, _REFUSED), (_LOST, _REFUSED, _LOST, _REFUSED)])
def test_a_station_that_has_just_started_may_know_nobody_yet(answers: Any) -> None:
    """Windows answers before it can ask its domain who we are."""
    assert _patiently(*answers, "there") == "there"


@pytest.mark.parametrize("answers", [(_REFUSED,), (_LOST, *([_REFUSED] * 6))])
def test_an_account_that_is_refused_is_not_tried_until_it_is_locked_out(answers: Any) -> None:
    with pytest.raises(CredentialsRefusedError):
        _patiently(*answers, "there")


class _AtWork:
    """A station on which a setup is at work."""

    def __init__(self, *names: str) -> None:
        self.names = [*names]
        self.lines: list[str] = []
        self.events = SimpleNamespace(stage=lambda _name: None)

    def query(self, _wql: str) -> list[dict[str, str]]:
        return [{"ProcessId": str(100 + number), "Name": name} for number, name in enumerate(self.names)]

    def run(self, line: str, **_doing: str) -> Any:
        self.lines.append(line)
        return SimpleNamespace(code=0)


def _job(verb: str) -> Job:
    return Job(
        name=JobName.parse(f"pronote-client-2026.2.7-x64-0123456789ab-{verb}"), program_files=r"C:\Program Files"
    )


@pytest.mark.parametrize("verb", ["install", "update", "remove"])
def test_nothing_is_cleared_away_under_a_setups_feet(verb: str) -> None:
    station = _AtWork("setup.exe", "ISBEW64.exe")
    with pytest.raises(
        StillRunningError, match=r"cannot be cleared away while this is at work: setup\.exe \(process 100"
    ):
        remove(cast(WinrmStation, station), _job(verb))
    assert station.lines == []


def test_what_is_left_of_an_engine_is_ended_first() -> None:
    station = _AtWork("ISBEW64.exe")
    remove(cast(WinrmStation, station), _job("install"))
    end, clear = station.lines
    assert '/F /PID 100 /FI "IMAGENAME eq ISBEW64.exe"' in end
    assert "rmdir" in clear


def test_another_administrator_who_clears_the_same_job_away_is_no_setup() -> None:
    """Two may come to its end at once: a line of theirs names the job as well."""
    station = _AtWork("cmd.exe", "schtasks.exe", "conhost.exe")
    remove(cast(WinrmStation, station), _job("install"))
    (clear,) = station.lines
    assert "rmdir" in clear


def test_a_staging_only_fetches_and_is_ended() -> None:
    station = _AtWork("curl.exe")
    remove(cast(WinrmStation, station), _job("stage"))
    assert len(station.lines) == 1
