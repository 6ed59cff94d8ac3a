"""Labs that are forked: they begin, fail and end as those that are started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab import client, forks
from tests.lab.client import running_lab

_SCENARIO = Path("tests/lab/scenarios/demo.yml")


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[forks.Fork]:
    """The labs that a test has forked: it would start the first one."""
    monkeypatch.setattr(forks.Started, "labs", 1)
    made: list[forks.Fork] = []
    start = forks.started

    def started(*given: Any, **named: Any) -> forks.LabProcess:
        process = start(*given, **named)
        assert isinstance(process, forks.Fork)
        made.append(process)
        return process

    monkeypatch.setattr(client, "started", started)
    return made


def test_two_labs_at_once_and_each_ends_with_its_block(forked: list[forks.Fork], tmp_path: Path) -> None:
    with running_lab(_SCENARIO, network="127.251", work=tmp_path / "one") as one:
        with running_lab(_SCENARIO, network="127.252", work=tmp_path / "two", ahead=86400) as two:
            assert one.snapshots().keys() == two.snapshots().keys() != set()
        assert not Path(f"/proc/{forked[1].pid}").exists()
        assert one.shells().keys() == one.snapshots().keys()
    assert not Path(f"/proc/{forked[0].pid}").exists()


def test_one_that_cannot_start_says_why(forked: list[forks.Fork], tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"No such file or directory: '.*nothing\.yml'"),
        running_lab(tmp_path / "nothing.yml", network="127.253", work=tmp_path / "lab"),
    ):
        pass
    assert not Path(f"/proc/{forked[0].pid}").exists()


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = forks.Fork(forks.forks(), [str(_SCENARIO), "--network", "127.254", "--work", str(tmp_path)], log)
    assert process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.1)
    process.kill()
    process.wait()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    process.stdin.close()
