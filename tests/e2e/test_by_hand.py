"""``make lab``, as a developer uses it: the commands that it prints do what they say, on one station."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.playbook import ROOT, playbook_environment, run_command

_STATION = "riquet-s101-03"


@pytest.fixture
def printed(network: str, tmp_path: Path) -> Iterator[list[str]]:
    """Its commands, while the lab runs."""
    command = [sys.executable, "-m", "tests.by_hand", "--network", network, "--work", str(tmp_path / "lab-by-hand")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        lines = []
        for line in process.stdout:
            if line.startswith("# Ctrl+C"):
                break
            lines.append(line.rstrip())
        yield [line for line in lines if not line.startswith("# ")]
        process.stdin.close()
    assert process.returncode == 0, lines


def _output(command: str, tmp_path: Path) -> str:
    words = shlex.split(command)
    if words[0].startswith(".venv/bin/"):
        words[0] = str(Path(sys.executable).parent / Path(words[0]).name)
    environment = playbook_environment(tmp_path / "results.jsonl")
    if Path(words[0]).name.startswith("ansible"):
        done = run_command(words, env=environment, timeout=120)
    else:
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_one_station_is_looked_at_and_deployed(printed: list[str], tmp_path: Path) -> None:
    look, foresee, act, journal = printed
    assert "release: 2025.2.9" in _output(look, tmp_path)
    assert "\n+Client PRONOTE 2026" in _output(foresee, tmp_path)
    assert "release: 2026" not in _output(look, tmp_path)
    said = _output(act, tmp_path)
    assert f"changed: [{_STATION}]" in said
    assert "install.cmd" in said
    assert "release: 2026.2.7" in _output(look, tmp_path)
    events = [json.loads(line) for line in _output(journal, tmp_path).splitlines()]
    assert {event["station"] for event in events} == {_STATION}
