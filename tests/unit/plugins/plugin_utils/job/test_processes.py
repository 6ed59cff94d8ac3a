"""What of a job is at work, from what a station says of its processes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.processes import (
    at_work,
    described,
    job_processes,
    outlived,
)

_SCRIPT = {
    "ProcessId": "100",
    "Name": "cmd.exe",
    "CommandLine": r'C:\Windows\System32\cmd.exe /d /c ""C:\jobs\x\install.cmd" run install"',
    "CreationDate": "2026-11-28T09:00:00.000000+01:00",
}
_SETUP = {
    "ProcessId": "104",
    "Name": "setup.exe",
    "CommandLine": r"C:\jobs\x\setup.exe /s",
    "CreationDate": "2026-11-28T09:00:05.000000+01:00",
}
_HELPER = {"ProcessId": "108", "Name": "ISBEW64.exe", "CreationDate": "2026-11-28T09:00:06.000000+01:00"}


def test_the_setup_is_told_rather_than_the_script_that_waits_for_it() -> None:
    assert described(job_processes([_SCRIPT, _SETUP])) == (
        "setup.exe (process 104, since 2026-11-28 09:00 by the station's clock)"
    )
    assert described(job_processes([_SCRIPT])).startswith("cmd.exe (process 100")


def test_three_are_told_of_many() -> None:
    assert described(job_processes([{**_SETUP, "ProcessId": str(pid)} for pid in range(4)])).count("setup.exe") == 3


def test_the_helper_alone_is_nobody_at_work() -> None:
    assert at_work(job_processes([_HELPER])) == []
    assert [each.pid for each in at_work(job_processes([_HELPER, _SETUP]))] == [104]


@pytest.mark.parametrize(
    ("rows", "now", "expected"),
    [
        ([_SETUP], "2026-11-28T13:00:04+01:00", False),
        ([_SETUP], "2026-11-28T13:00:05+01:00", False),
        ([_SETUP], "2026-11-28T13:00:06+01:00", True),
        ([_SETUP], "2026-11-28T12:00:06Z", True),
        # Its script waits for it still: it will say.
        ([_SETUP, _SCRIPT], "2026-11-29T09:00:00+01:00", False),
        ([_HELPER], "2026-11-29T09:00:00+01:00", False),
        ([_SETUP], "", False),
        ([_SETUP], "soon", False),
        ([{**_SETUP, "CreationDate": None}], "2026-11-29T09:00:00+01:00", False),
        ([{**_SETUP, "CreationDate": "2026-13-41T09:00:05+01:00"}], "2026-11-29T09:00:00+01:00", False),
    ],
)
def test_a_setup_that_has_outlived_its_script(rows: list[dict[str, Any]], now: str, expected: bool) -> None:
    assert outlived(job_processes(rows), now) is expected


def test_what_a_station_says_is_kept_to_what_it_can_mean() -> None:
    (process,) = job_processes(
        [{"ProcessId": "1; rm", "Name": "{{ x }}\r\n\x1b[31m" + "a" * 99, "CreationDate": "now"}]
    )
    assert (process.pid, process.since) == (0, None)
    assert process.describe() == f"?? x ??????31m{chr(97) * 46} (process 0)"
    assert job_processes([{}])[0].describe() == "a program (process 0)"
