"""A deployment to one station in this process (tests/station): with a fault, then without; in virtual time.

A station of a playbook costs twice the CPU, most of it Ansible's; what a playbook adds is in ``test_playbooks.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible import constants

from tests.e2e.campaign.conftest import store_says
from tests.e2e.campaign.steps import RECORD_STEPS, Step
from tests.e2e.conftest import UAI
from tests.lab.simulated.snapshot import take_snapshot
from tests.station.bench import ACCOUNT, NAME, Bench, bench
from tests.station.depot import Depot

__all__ = ["Trial", "recorded_steps", "trial"]

_RELEASE = "2026.2.7"


class Trial:
    """One station, its faults, and what its runs say."""

    def __init__(self, pc: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pc = pc
        self._patch = monkeypatch
        self._runs = 0
        pc.hangs_up = True
        pc.depot_faults.of_client = lambda _client, file: pc.faults.of_download(NAME, file, pc.journal)

    @property
    def store(self) -> Path:
        """What the runs remember."""
        return self.pc.work / "state.sqlite3"

    def deploy(self, **arguments: Any) -> dict[str, Any]:
        """A run's turn of the station. A run has a folder of its own, in which it remembers refusals."""
        self._runs += 1
        folder = self.pc.work / f"run-{self._runs}"
        folder.mkdir()
        with self._patch.context() as patch:
            patch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder), raising=False)
            return self.pc.client(_RELEASE, store=str(self.store), school=UAI, **arguments)

    def fired(self) -> list[str]:
        """What really went wrong."""
        return [event["effect"] for event in self.pc.events("fault")]

    def survives(self, *, switched_off: bool = False, **arguments: Any) -> str:
        """What is not right after a run with the faults and one without; empty when the station survived.

        ``switched_off``: somebody switches it off, and on again, between them.
        """
        with_faults = self.deploy(**arguments)
        if _failed(with_faults) and not (with_faults.get("fact") and with_faults.get("remedy")):
            return f"not explained: {with_faults.get('msg')}"
        self.pc.heal()
        if switched_off:
            self.pc.power(on=False)
        self.pc.power(on=True)
        return self._judged(with_faults, **arguments)

    def _judged(self, with_faults: dict[str, Any], **arguments: Any) -> str:
        without = self.deploy(**arguments)
        if _failed(without):
            return f"the run without faults failed: {without.get('msg')}"
        audit = self.pc.run("audit", {"uai": UAI, "release": _RELEASE, "store": str(self.store)})["record"]
        if audit["status"] != "compliant":
            return f"{audit['status']}: {audit['reason']}"
        left = self.pc.time.wait(self.pc.station.snapshot())
        if b"Rentree PRONOTE" in left:
            return "a folder or a task was left behind"
        if ACCOUNT.password.encode() in left or ACCOUNT.password in json.dumps([with_faults, without]):
            return "the password is on the station, or in what is said of it"
        return store_says(self.store, {NAME: self.pc.starts()}).get(NAME, "")


def _failed(result: dict[str, Any]) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


@contextmanager
def trial(monkeypatch: pytest.MonkeyPatch, work: Path, depot: Depot, **station: Any) -> Iterator[Trial]:
    """A station of a trial, as a scenario describes one."""
    work.mkdir()
    with bench(monkeypatch, work, depot, boot_seconds=20.0, **station) as pc:
        yield Trial(pc, monkeypatch)


def recorded_steps(one: Trial, **arguments: Any) -> list[Step]:
    """The steps that a station goes through, in order, each with the state in which it was."""
    found: list[Step] = []

    def note(event: Any) -> None:
        if event.kind == "fault":
            state = hashlib.sha256(take_snapshot(one.pc.station)).hexdigest()
            found.append(Step(event.data["what"], state))

    for rule in RECORD_STEPS:
        one.pc.fault(**rule)
    one.pc.journal.listeners.append(note)
    result = one.deploy(**arguments)
    assert result["action"] == "install", result
    return found
