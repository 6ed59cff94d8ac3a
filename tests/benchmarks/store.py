"""What the store costs: the calls of real runs, in a forked process per station and as many at once as Ansible has."""

from __future__ import annotations

import os
import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.plugins.loader import init_plugin_loader

from tests.e2e.playbook import ROOT

__all__ = ["StoreCost", "store_bench"]

_FORKS = 25
_JOB = "pronote-client-2026.2.7-x64-0123456789ab-install"


@dataclass(frozen=True, kw_only=True)
class StoreCost:
    """Per station, in milliseconds, the same processes without a store taken off. ``wall``: of one process's calls."""

    name: str
    size: int
    cpu: float
    wall: float
    bytes: int


def _children(size: int, work: Callable[[int], None]) -> tuple[float, float]:
    """CPU of all, and mean wall clock of ``work`` in each, in milliseconds per station."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    walls: list[float] = []
    running: dict[int, int] = {}

    def reap() -> None:
        pid, status = os.wait()
        with os.fdopen(running.pop(pid), "rb") as pipe:
            walls.append(float(pipe.read()))
        if status:
            raise RuntimeError(f"a process of the store's benchmark ended with {status}")

    for number in range(size):
        if len(running) == _FORKS:
            reap()
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                started = time.monotonic()
                work(number)
                os.write(write, repr(1000 * (time.monotonic() - started)).encode())
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        running[pid] = read
    while running:
        reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * cpu / size, sum(walls) / size


def store_bench(size: int, *, work: Path, repeat: int) -> list[StoreCost]:
    """An audit, a deployment with nothing to do, one that installs, and the reading by the inventory plugin."""
    init_plugin_loader([str(ROOT / ".ansible/collections")])
    from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release  # noqa: PLC0415
    from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings  # noqa: PLC0415
    from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory  # noqa: PLC0415
    from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName  # noqa: PLC0415

    job = JobName.parse(_JOB)
    wanted = Release.parse("2026.2.7")
    clients: list[dict[str, Any]] = [{"year": 2026, "release": "2026.2.7", "arch": "x64", "condition": "ok"}]
    record = {"status": "compliant", "expected": "2026.2.7", "reason": "2026.2.7", "remedy": ""}

    def memory(path: str, number: int) -> Any:
        return Memory(path, station=f"poste-{number:04}", product="pronote_client", school="0319999Z", room="Salle")

    def audit(path: str, number: int) -> None:
        one = memory(path, number)
        one.audited({**record, "facts": {"clients": clients}}, found="right", silent=False)
        one.close()

    def nothing(path: str, number: int) -> None:
        one = memory(path, number)
        one.deployed({"action": "none", "reason": "2026.2.7 is installed"}, wanted=wanted, absent=False)
        one.woken()
        one.close()

    def install(path: str, number: int) -> None:
        one = memory(path, number)
        one.starting(job)
        one.following(job)
        one.deployed({"action": "install", "reason": "late", "job": {"code": 0}}, wanted=wanted, absent=False)
        one.woken()
        one.close()

    file = work / "pronote.sqlite3"
    costs = []
    shutil.rmtree(work, ignore_errors=True)
    for name, calls in (("store: audit", audit), ("store: deploy", nothing), ("store: install", install)):
        best = (float("inf"), float("inf"))
        for _ in range(repeat):
            empty_cpu, empty_wall = _children(size, lambda number, calls=calls: calls("", number))  # type: ignore[misc]
            cpu, wall = _children(size, lambda number, calls=calls: calls(str(file), number))  # type: ignore[misc]
            best = min(best, (max(0.0, cpu - empty_cpu), max(0.0, wall - empty_wall)))
        costs.append(StoreCost(name=name, size=size, cpu=best[0], wall=best[1], bytes=file.stat().st_size // size))
    started, used = time.monotonic(), time.process_time()
    if len(standings(file, product="pronote_client")) != size:
        raise RuntimeError("the store has lost stations")
    costs.append(
        StoreCost(
            name="store: groups",
            size=size,
            cpu=1000 * (time.process_time() - used) / size,
            wall=1000 * (time.monotonic() - started) / size,
            bytes=file.stat().st_size // size,
        )
    )
    return costs
