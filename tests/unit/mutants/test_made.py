"""Mutants: what is made of a module, and that the hunt for them finds what lives."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.mutants.made import mutated_module
from tests.mutants.tree import ROOT

_MODULE = '''"""A module."""

from __future__ import annotations

LIMIT = 3


def more(count: int) -> bool:
    """Whether it is more."""
    telling.vv(f"{count > 1}")
    return count > LIMIT and count != 7
'''


def test_every_decision_is_turned_round_and_nothing_that_is_only_shown(tmp_path: Path) -> None:
    path = tmp_path / "plugins/plugin_utils/more.py"
    path.parent.mkdir(parents=True)
    path.write_text(_MODULE, encoding="utf-8")
    code, mutants = mutated_module(tmp_path, path)
    compile(code, str(path), "exec")
    assert {each.where for each in mutants} == {"plugin_utils/more.py:more"}
    assert sorted(each.change.splitlines()[1] for each in mutants) == [
        "+ return count > LIMIT and count != 8",
        "+ return count > LIMIT and count == 7",
        "+ return count > LIMIT or count != 7",
        "+ return count >= LIMIT and count != 7",
    ]


def _hunt(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.mutants", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_policy_for_people_is_shown_whole_by_its_tests() -> None:
    """The small form of `make mutants`: one module, and its own tests."""
    tests = "tests/unit/plugins/plugin_utils/deploy/test_people.py"
    done = _hunt("--only", "deploy/people.py", "--tests", tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 30 mutants live" in done.stdout


def test_what_lives_is_told() -> None:
    """The tests of something else notice nothing."""
    other = "tests/unit/plugins/plugin_utils/deploy/test_hours.py"
    done = _hunt("--only", "deploy/people.py:_session", "--tests", other)
    assert done.returncode == 1
    assert "mutants live (100.0%)" in done.stdout


def test_every_survivor_has_its_reason() -> None:
    listed = tomllib.loads((ROOT / "tests/mutants/survivors.toml").read_text("utf-8")).get("survivor", [])
    assert [each["change"] for each in listed if len(each["reason"]) < 20] == []
