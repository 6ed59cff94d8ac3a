"""Faults that an earlier suite did not notice: each is noticed by the test that is named for it."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.mutants.known import known_mutants
from tests.mutants.tree import ROOT


def test_every_known_fault_is_noticed() -> None:
    """One test for all of them: they share the copy of the tree, and what takes long to import."""
    command = [sys.executable, "-m", "tests.mutants.known"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    problems = {line["name"]: line["problem"] for line in map(json.loads, done.stdout.splitlines())}
    assert problems == dict.fromkeys([each.name for each in known_mutants()], "")
