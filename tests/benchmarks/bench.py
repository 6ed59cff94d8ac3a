"""The runs measured at one size, on a lab in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.measure import Cost, MeasuredRun, measure
from tests.benchmarks.school import BASIC, NTLM, RELEASE, school
from tests.benchmarks.traffic import Traffic, traffic
from tests.e2e.playbook import ROOT
from tests.lab.client import LabClient, running_lab
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.publish import publish_all
from tests.lab.scenario import load_scenario

__all__ = ["NETWORK", "Measurement", "bench"]

NETWORK = "127.90"
_RECAP = re.compile(r"^(poste-\d+)\s+: (.*)$", re.MULTILINE)
_REPORTS = ("html", "csv", "prometheus", "junit")
_EMPTY = "tests/benchmarks/empty.yml"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The cheapest of several equal runs (the others had company on the machine), and its traffic."""

    name: str
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
        return {**asdict(self), "ms_per_station": self.ms_per_station}


class _Bench:
    def __init__(self, lab: LabClient, *, size: int, work: Path, forks: int | None, repeat: int) -> None:
        self.lab, self.size, self.work, self.repeat = lab, size, work, repeat
        self.forks = [] if forks is None else ["-f", str(forks)]
        self.variables = work / "variables.json"
        self._seen = 0

    def run(self, name: str, playbook: str, inventory: Path) -> Measurement:
        """Run a playbook ``repeat`` times and keep the cheapest run, with the traffic of the last one."""
        runs = []
        for _ in range(self.repeat):
            seen = self._requests()
            runs.append((self._once(name, playbook, inventory), self._report_seconds()))
        cheapest, report = min(runs, key=lambda run: run[0].cost.cpu)
        return Measurement(
            name=name,
            size=self.size,
            cost=cheapest.cost,
            report=report,
            traffic=None if playbook == _EMPTY else traffic(self.lab.journal(kind="request", since=seen)),
        )

    def _report_seconds(self) -> float | None:
        times: dict[str, float] = json.loads((self.work / "times.json").read_text(encoding="utf-8"))
        return times.get("rentree.pronote.audit_report")

    def _requests(self) -> int:
        """The number that the next event of the journal will have."""
        while events := self.lab.journal(since=self._seen):
            self._seen = events[-1]["number"] + 1
        return self._seen

    def _once(self, name: str, playbook: str, inventory: Path) -> MeasuredRun:
        report = self.work / f"{name}.json"
        report.unlink(missing_ok=True)
        reports = {
            "pronote_audit_path": str(report),
            **{f"pronote_audit_{kind}": str(self.work / f"{name}.{kind}") for kind in _REPORTS},
            "pronote_state": str(self.work / "state.sqlite3"),
        }
        extra = ["-e", f"@{self.variables}", "-e", json.dumps(reports)]
        done = measure(
            [
                str(Path(sys.executable).parent / "ansible-playbook"),
                playbook,
                "-i",
                str(inventory),
                *self.forks,
                *extra,
            ],
            cwd=ROOT,
            environment=_environment(self.work / "times.json"),
            log=self.work / f"{name}.log",
        )
        self._check(name, done, report if playbook.endswith("audit.yml") else None)
        return done

    def _check(self, name: str, done: MeasuredRun, report: Path | None) -> None:
        """A run that did not do its whole work has no cost worth telling."""
        recap = dict(_RECAP.findall(done.output))
        wrong = [n for n, line in recap.items() if not re.search(r"changed=0 +unreachable=0 +failed=0 ", line)]
        counts = json.loads(report.read_text(encoding="utf-8"))["counts"] if report else {"compliant": self.size}
        # An audit has one line for all: its report counts them.
        missing = report is None and len(recap) != self.size
        if done.code or missing or wrong or counts.get("compliant") != self.size:
            raise RuntimeError(
                f"{name} with {self.size} stations: exit code {done.code}, {len(recap)} stations in the recap, "
                f"{len(wrong)} of them not as before, audit {counts}; see {self.work / name}.log"
            )


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


def bench(size: int, *, work: Path, forks: int | None, repeat: int, ntlm: bool) -> Iterator[Measurement]:
    """Measure everything at one size. Raises RuntimeError for a run that does not end as it must."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    scenario_file = work / "scenario.yml"
    scenario_file.write_text(yaml.safe_dump(school(size), allow_unicode=True), encoding="utf-8")
    scenario = load_scenario(scenario_file)
    basic = write_inventory(work / "basic", inventory_data(scenario, network=NETWORK, connection=BASIC))
    with running_lab(scenario_file, network=NETWORK, work=work / "lab") as lab:
        runner = _Bench(lab, size=size, work=work, forks=forks, repeat=repeat)
        variables = {
            **publish_all(lab.info, work=work),
            "pronote_cache_dir": str(work / "cache"),
            "pronote_client_log_dir": str(work / "logs"),
            "pronote_state": str(work / "state/pronote.sqlite3"),
        }
        runner.variables.write_text(json.dumps(variables), encoding="utf-8")
        yield runner.run("empty", _EMPTY, basic)
        yield runner.run("audit", "playbooks/audit.yml", basic)
        yield runner.run("deploy", "playbooks/deploy.yml", basic)
        if lab.installer_starts():
            raise RuntimeError(f"an installer of {RELEASE} was started on a station that had it")
        if ntlm:
            inventory = write_inventory(work / "ntlm", inventory_data(scenario, network=NETWORK, connection=NTLM))
            yield runner.run("audit-ntlm", "playbooks/audit.yml", inventory)
