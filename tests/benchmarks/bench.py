"""Run a row, and keep what its cheapest run cost."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Cost, MeasuredRun, measure
from tests.benchmarks.rows import Row
from tests.benchmarks.scene import Scene, scene
from tests.benchmarks.traffic import Traffic, traffic
from tests.e2e.playbook import ROOT

__all__ = ["Measurement", "bench"]

_RECAP = re.compile(r"^(poste-\d+)\s+: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+) ", re.MULTILINE)
_EXPORTS = ("csv", "prom", "xml")


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The cheapest of several equal runs (the others had company on the machine), and its traffic."""

    row: Row
    size: int
    cost: Cost
    traffic: Traffic | None
    # Seconds from the start of the audit's report task to its end: store, table and every report.
    report: float | None = None

    @property
    def ms_per_station(self) -> float:
        """Milliseconds of the controller's CPU per station."""
        return 1000 * self.cost.cpu / self.size

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the JSON report."""
        return {**asdict(self), "row": self.row.name, "ms_per_station": self.ms_per_station}


def bench(rows: Iterable[Row], *, network: str, work: Path, forks: int | None, repeat: int) -> Iterator[Measurement]:
    """Measure rows at their sizes, a scene after the other. Raises RuntimeError for a run that does not do its work."""
    wanted = [(size, row) for row in rows for size in row.sizes]

    def place(each: tuple[int, Row]) -> tuple[int, str]:
        size, row = each
        return size, repr(row.scene)

    for number, (_, group) in enumerate(groupby(sorted(wanted, key=place), key=place)):
        sharing = list(group)
        size, first = sharing[0]
        with scene(first, size, network=network, work=work / f"{number:02}") as stage:
            for _, row in sharing:
                yield _Bench(stage, forks=forks).run(row, repeat=1 if row.once else repeat)


class _Bench:
    def __init__(self, stage: Scene, *, forks: int | None) -> None:
        self._stage, self._lab, self._work = stage, stage.lab, stage.work
        self._forks = [] if forks is None else ["-f", str(forks)]

    def run(self, row: Row, *, repeat: int) -> Measurement:
        """Run a playbook so many times and keep the cheapest run, with the traffic of the last one."""
        runs, since = [], 0
        for _ in range(repeat):
            since = self._requests(since)
            runs.append((self._once(row), self._report_seconds()))
        cheapest, report = min(runs, key=lambda run: run[0].cost.cpu)
        journal = self._lab.journal(kind="request", since=since)
        return Measurement(
            row=row,
            size=self._stage.size,
            cost=cheapest.cost,
            report=report,
            # Recorded stations keep none, and in an empty play nobody is asked.
            traffic=traffic(journal) if journal else None,
        )

    def _report_seconds(self) -> float | None:
        times: dict[str, float] = json.loads((self._work / "times.json").read_text(encoding="utf-8"))
        return times.get("rentree.pronote.audit_report")

    def _requests(self, since: int) -> int:
        """The number that the next event of the journal will have."""
        while events := self._lab.journal(since=since):
            since = events[-1]["number"] + 1
        return since

    def _once(self, row: Row) -> MeasuredRun:
        report = self._work / "audit.json"
        report.unlink(missing_ok=True)
        places = {
            "pronote_reports_dir": str(self._work),
            "pronote_audit_exports": [str(self._work / f"audit.{kind}") for kind in _EXPORTS],
            "pronote_state": str(self._work / "state.sqlite3"),
        }
        done = measure(
            [
                str(Path(sys.executable).parent / "ansible-playbook"),
                row.playbook,
                "-i",
                str(self._stage.inventories[row.transport]),
                *self._forks,
                "-e",
                f"@{self._stage.variables}",
                "-e",
                json.dumps(places),
                *row.arguments,
            ],
            cwd=ROOT,
            environment=_environment(self._work / "times.json"),
            log=self._work / f"{row.name}.log",
        )
        self._check(row, done, report)
        return done

    def _check(self, row: Row, done: MeasuredRun, report: Path) -> None:
        """A run that did not do its whole work has no cost worth telling."""
        size = self._stage.size
        recap = {name: (int(changed), int(off) + int(bad)) for name, changed, off, bad in _RECAP.findall(done.output)}
        wrong = [name for name, (changed, bad) in recap.items() if bad or changed > row.late]
        told = f"exit code {done.code}, {len(wrong)} stations in the recap are not as before"
        right = done.code == 0 and not wrong
        if row.late:
            right = right and sum(changed for changed, _ in recap.values()) == size
        if row.playbook.endswith("audit.yml"):
            found: dict[str, int] = json.loads(report.read_text(encoding="utf-8"))["counts"] if report.exists() else {}
            counts = {status: count for status, count in found.items() if count}
            off = size * row.dropping // 100
            expected = {"compliant": size - off, "unreachable": off}
            right = right and counts == {status: count for status, count in expected.items() if count}
            told = f"{told}, audit {counts}"
        if self._lab.installer_starts():
            right, told = False, f"{told}, an installer was started"
        if not right:
            raise RuntimeError(f"{row.name} with {size} stations: {told}; see {self._work / row.name}.log")


def _environment(times: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    return {
        **kept,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "160",
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/benchmarks/callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "task_times",
        "RENTREE_TASK_TIMES": str(times),
    }
