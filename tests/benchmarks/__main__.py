"""``make bench``: what an audit and a no-op deployment cost the controller, at several sizes.

Prints a table and writes ``build/bench/bench.json``. Exit code 1 when an audited station costs more than nine requests
with Basic. The aim for the CPU is told, not enforced: seconds are those of this machine and of its other work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
from dataclasses import asdict

from tests.benchmarks.bench import Measurement, bench
from tests.benchmarks.reports import report_costs
from tests.benchmarks.store import StoreCost, store_bench
from tests.e2e.playbook import ROOT

WORK = ROOT / "build/bench"
MAX_REQUESTS = 9
AIM_CPU_MS = 25.0
# Two listening sockets per simulated station, and the connections.
_OPEN_FILES = 8192

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


def _row(measured: Measurement) -> tuple[str, ...]:
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
        measured.name,
        str(measured.size),
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{measured.ms_per_station:.1f}",
        f"{cost.peak_mib:.0f}",
        *wire,
    )


def _store_row(cost: StoreCost) -> tuple[str, ...]:
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


def _slope(measured: list[Measurement]) -> tuple[float, float]:
    """Least squares of CPU over stations: (fixed seconds, milliseconds for each further station)."""
    xs, ys = [m.size for m in measured], [m.cost.cpu for m in measured]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
    return mean_y - slope * mean_x, 1000 * slope


def _broken(audits: list[Measurement]) -> list[str]:
    """The sizes at which a station took too many requests."""
    return [
        f"{m.size} stations: an audited station took {m.traffic.requests_max} requests, more than {MAX_REQUESTS}"
        for m in audits
        if m.traffic is not None and m.traffic.requests_max > MAX_REQUESTS
    ]


def _report_shares(measured: list[Measurement]) -> list[str]:
    """How much of each audit was its report: all five, the table and the store."""
    return [
        f"{m.name} of {m.size}: its report took {m.report:.1f} s of {m.cost.wall:.1f} s ({m.report / m.cost.wall:.0%})"
        for m in measured
        if m.report is not None
    ]


def main() -> int:
    """Measure, print, write; 0 when the aims are met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="100,300,1000", help="stations, separated by commas (default: %(default)s)")
    parser.add_argument("--forks", type=int, help="forks of Ansible (default: those of ansible.cfg)")
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each, the cheapest counts (default: %(default)s)"
    )
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, hard), hard))
    sizes = sorted({int(size) for size in arguments.sizes.split(",")})
    # Linear in the stations (docs/benchmarks.md), and eighteen processes each: one size tells it all.
    stored = store_bench(min(sizes[-1], 300), work=WORK / "store", repeat=arguments.repeat)
    print(_table([_store_row(one) for one in stored], _STORE_HEAD), flush=True)
    measured: list[Measurement] = []
    for size in sizes:
        work = WORK / str(size)
        for one in bench(size, work=work, forks=arguments.forks, repeat=arguments.repeat, ntlm=size == sizes[0]):
            print(_table([_row(one)]).splitlines()[-1], flush=True)
            measured.append(one)
    print(f"\n{_table([_row(one) for one in measured])}")
    growth = {}
    if len(sizes) > 1:
        for name in ("empty", "audit", "deploy"):
            fixed, each = _slope([m for m in measured if m.name == name])
            growth[name] = {"fixed_s": round(fixed, 2), "ms_per_further_station": round(each, 2)}
            print(f"{name}: {fixed:.1f} s + {each:.1f} ms per station")
    broken = _broken([m for m in measured if m.name == "audit"])
    ms = next(m.ms_per_station for m in reversed(measured) if m.name == "audit")
    print(f"An audited station at {sizes[-1]}: {ms:.1f} ms of the controller's CPU (aim: {AIM_CPU_MS:.0f} ms)")
    for line in _report_shares(measured):
        print(line)
    # As many stations as a collectivité has, which no lab of one machine does.
    costs = report_costs(schools=50)
    for cost in costs:
        print(f"10000 stations, {cost.what}: {cost.seconds:.2f} s of CPU, {cost.size / 1e6:.2f} MB")
    report = {
        "reports_of_10000": [asdict(cost) for cost in costs],
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "forks": arguments.forks,
        "repeat": arguments.repeat,
        "runs": [one.as_dict() for one in measured],
        "growth": growth,
        "store": [asdict(one) for one in stored],
        "broken": broken,
    }
    path = WORK / "bench.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nReport: {path}")
    for line in broken:
        print(f"FAILED {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
