"""``make bench`` still works: a row of each kind of lab, with four stations. What it costs is not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.playbook import ROOT

_ROWS = ("audit-recorded", "dry-run", "audit-dropping")


def test_a_row_of_each_kind_of_lab(tmp_path: Path, network: str) -> None:
    options = ("--quick", "--rows", ",".join(_ROWS), "--network", network, "--work", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    runs = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["runs"]
    assert {run["row"]: run["size"] for run in runs} == dict.fromkeys(_ROWS, 4)
    assert all(run["cost"]["cpu"] > 0 and run["cost"]["wall"] > 0 for run in runs)
    read = {run["row"]: run["traffic"] and run["traffic"]["stations"] for run in runs}
    # Nine of ten stations drop what is sent to them; recorded ones keep no journal.
    assert read == {"audit-recorded": None, "dry-run": 4, "audit-dropping": 1}
