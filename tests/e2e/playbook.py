"""Run a playbook as its user does, and read back what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.e2e.launcher import launcher, play_launcher

__all__ = ["ROOT", "PlaybookRun", "Starts", "playbook_command", "playbook_environment", "run_command", "run_playbook"]

ROOT = Path(__file__).resolve().parents[2]
_SETTINGS = {
    "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/e2e/callback_plugins"),
    "ANSIBLE_CALLBACKS_ENABLED": "results_json",
    "ANSIBLE_NOCOLOR": "1",
}
# How often a process with Ansible in it must be of use to its plays, to cost less than it spares.
_WORTH_IT = 3
_wanted: Counter[frozenset[tuple[str, str]]] = Counter({frozenset(_SETTINGS.items()): _WORTH_IT})


@dataclass(frozen=True, kw_only=True)
class PlaybookRun:
    """A finished run: exit code of ansible-playbook, everything it printed, and each task result."""

    code: int
    output: str
    results: list[dict[str, Any]]

    def of(self, action: str) -> dict[str, dict[str, Any]]:
        """Results of one action by host, with their outcome. The last one counts that was not skipped.

        A station that has a turn in several rings is skipped in all but one.
        """
        found: dict[str, dict[str, Any]] = {}
        for result in self.results:
            if result["action"] == f"rentree.pronote.{action}" and not (
                result["outcome"] == "skipped" and result["host"] in found
            ):
                found[result["host"]] = {**result["result"], "outcome": result["outcome"]}
        return found

    @property
    def failures(self) -> dict[str, str]:
        """What each host ended with that failed or was not reached: its message, on one line."""
        failed = [each for each in self.results if each["outcome"] in {"failed", "unreachable"}]
        return {each["host"]: " ".join(str(each["result"].get("msg", "")).split()) for each in failed}

    def assert_code(self, code: int) -> PlaybookRun:
        """Fail with the end of the output unless the exit code is this one."""
        assert self.code == code, f"exit code {self.code} instead of {code}\n{self.output[-6000:]}"
        return self


def playbook_command(playbook: str, *arguments: str) -> list[str]:
    """The command line: ansible-playbook of this very Python environment."""
    return [str(Path(sys.executable).parent / "ansible-playbook"), f"playbooks/{playbook}.yml", *arguments]


def playbook_environment(results: Path, **extra: str) -> dict[str, str]:
    """A clean environment: what a developer has exported must not change a test."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    return {**kept, **_SETTINGS, "RENTREE_RESULTS": str(results), "COLUMNS": "200", **extra}


class Starts:
    """How plays are started: ``real`` as every user's, else forked (tests/e2e/launcher.py) where that is the same.

    ``first``: a playbook's first start of a test is real, as long as this has not seen it; None for no such.
    """

    real = False
    first: ClassVar[set[str] | None] = None

    @classmethod
    def as_users_do(cls, started: str) -> bool:
        """Whether this playbook, or whatever else is started, is started as a user would."""
        if cls.first is None or started in cls.first:
            return cls.real
        cls.first.add(started)
        return True


def run_command(command: Sequence[str], *, env: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python environment at the top of the repository, with stdout and stderr as one text."""
    if not Starts.as_users_do(" ".join(command[:2])):
        settings = frozenset((name, value) for name, value in env.items() if name.startswith("ANSIBLE_"))
        of_ansible = Path(command[0]).name == "ansible-playbook"
        _wanted[settings] += of_ansible
        ready = play_launcher(ROOT, settings) if of_ansible and _wanted[settings] > _WORTH_IT else launcher()
        if ready.fits(env):
            return ready.run(command, cwd=ROOT, env=env, timeout=timeout)
    return subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout,
        check=False,
    )


def run_playbook(
    playbook: str, *arguments: str, inventory: Path, work: Path, timeout: float = 240, **environment: str
) -> PlaybookRun:
    """Run ``playbooks/<playbook>.yml`` on an inventory; full log and results stay in ``work``."""
    work.mkdir(parents=True, exist_ok=True)
    number = len(list(work.glob("*.log")))
    # One of the tests' own is named by its path from there.
    name = f"{number:02}-{Path(playbook).name}"
    results = work / f"{name}.jsonl"
    command = playbook_command(playbook, "-i", str(inventory), *arguments)
    done = run_command(command, env=playbook_environment(results, **environment), timeout=timeout)
    (work / f"{name}.log").write_text(done.stdout, encoding="utf-8")
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return PlaybookRun(code=done.returncode, output=done.stdout, results=[json.loads(line) for line in lines])
