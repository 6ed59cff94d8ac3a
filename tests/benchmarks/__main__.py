"""``make bench``: what audits and deployments cost the controller, by survey and by workers, at several sizes.

Prints what is to come to what (docs/benchmarks.md), then every row, and writes ``build/bench/bench.json``. Exit code 1
when an audited station costs more than nine requests with Basic. Figures are told, not enforced: seconds are those of
this machine and of its other work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.aims import HEAD, aims
from tests.benchmarks.bench import Measurement, bench
from tests.benchmarks.reports import report_costs
from tests.benchmarks.rows import ROWS, chosen, quick
from tests.benchmarks.scene import can_play
from tests.benchmarks.store import StoreCost, store_bench
from tests.e2e.playbook import ROOT

MAX_REQUESTS = 9
# Two listening sockets per simulated station, and the connections.
_OPEN_FILES = 8192
_QUICK = 4  # stations

_HEAD = (
    "run",
    "stations",
    "wall s",
    "CPU s",
    "CPU ms/station",
    "peak MiB",
    "requests",
    "more Receives",
    "auth legs",
    "kB in",
    "kB out",
)

_STORE_HEAD = ("calls", "stations", "CPU ms/station", "wall ms/station", "bytes/station")


def _line(measured: Measurement) -> tuple[str, ...]:
    cost, traffic = measured.cost, measured.traffic
    wire = ("",) * 5
    if traffic is not None:
        wire = (
            f"{traffic.requests:.1f}",
            f"{traffic.again:.1f}",
            f"{traffic.legs:.1f}",
            f"{traffic.bytes_in / 1000:.1f}",
            f"{traffic.bytes_out / 1000:.1f}",
        )
    return (
        measured.row.name,
        str(measured.size),
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{measured.ms_per_station:.1f}",
        f"{cost.peak_mib:.0f}",
        *wire,
    )


def _store_line(cost: StoreCost) -> tuple[str, ...]:
    return (cost.name, str(cost.size), f"{cost.cpu:.2f}", f"{cost.wall:.2f}", str(cost.bytes))


def _table(rows: list[tuple[str, ...]], head: tuple[str, ...] = _HEAD) -> str:
    """A Markdown table, as docs/benchmarks.md has it."""
    lines = [head, tuple("---" if i == 0 else "---:" for i in range(len(head))), *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )


def _broken(measured: list[Measurement]) -> list[str]:
    """The sizes at which a station took too many requests."""
    return [
        f"{m.size} stations: an audited station took {m.traffic.requests_max} requests, more than {MAX_REQUESTS}"
        for m in measured
        if m.row.name == "audit" and m.traffic is not None and m.traffic.requests_max > MAX_REQUESTS
    ]


def _report_shares(measured: list[Measurement]) -> list[str]:
    """How much of each audit was its report: all five, the table and the store."""
    return [
        f"{m.row.name} of {m.size}: its report took {m.report:.1f} s of {m.cost.wall:.1f} s"
        for m in measured
        if m.report is not None and m.row.name == "audit"
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--rows", default="", help=f"some alone, separated by commas: {', '.join(r.name for r in ROWS)}"
    )
    parser.add_argument("--sizes", default="", help="stations, separated by commas (default: each row's own)")
    parser.add_argument("--forks", type=int, help="forks of Ansible (default: those of ansible.cfg)")
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each, the cheapest counts (default: %(default)s)"
    )
    parser.add_argument("--network", default="127.90", help="of the labs (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="a folder (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"each row once with {_QUICK} stations, workers apart")
    return parser.parse_args()


def main() -> int:
    """Measure, print, write; 0 when no station took too many requests."""
    arguments = _arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, hard), hard))
    rows = chosen(arguments.rows, arguments.sizes)
    if arguments.quick:
        rows = quick(rows, _QUICK)
    for row in rows:
        if why := can_play(row):
            print(f"{row.name} is left out: {why}", flush=True)
    measured: list[Measurement] = []
    playable = [row for row in rows if not can_play(row)]
    for one in bench(
        playable, network=arguments.network, work=arguments.work, forks=arguments.forks, repeat=arguments.repeat
    ):
        print(_table([_line(one)]).splitlines()[-1], flush=True)
        measured.append(one)
    print(f"\n{_table(aims(measured), HEAD)}\n\n{_table([_line(one) for one in measured])}")
    for line in _report_shares(measured):
        print(line)
    report = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "forks": arguments.forks,
        "repeat": arguments.repeat,
        "runs": [one.as_dict() for one in measured],
        **({} if arguments.rows or arguments.quick else _alone(arguments)),
    }
    path: Path = arguments.work / "bench.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nReport: {path}")
    for line in (broken := _broken(measured)):
        print(f"FAILED {line}", file=sys.stderr)
    return 1 if broken else 0


def _alone(arguments: argparse.Namespace) -> dict[str, object]:
    """The store, and the reports of a collectivité, without Ansible and stations."""
    # Linear in the stations, and eighteen processes each.
    stored = store_bench(300, work=arguments.work / "store", repeat=arguments.repeat)
    print(f"\n{_table([_store_line(one) for one in stored], _STORE_HEAD)}", flush=True)
    costs = report_costs(schools=50)
    for cost in costs:
        print(f"10000 stations, {cost.what}: {cost.seconds:.2f} s of CPU, {cost.size / 1e6:.2f} MB")
    return {"store": [asdict(one) for one in stored], "reports_of_10000": [asdict(cost) for cost in costs]}


if __name__ == "__main__":
    sys.exit(main())
