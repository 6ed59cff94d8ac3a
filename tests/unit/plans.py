"""States and goals, for tests of plans."""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.goal import Goal
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Process
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState

from tests.unit.states import station_state

__all__ = [
    "DIGESTS",
    "JOB",
    "LAST_MONTH",
    "NEWER",
    "OLD",
    "RIGHT",
    "RUNNING",
    "STAGE",
    "STAGED",
    "X86",
    "client",
    "goal",
    "job_for",
    "names",
    "state_of",
]

DIGESTS = {"x64": "a" * 64, "x86": "b" * 64}


def client(release: str | None, *, year: int | None = None, condition: str = "ok", **fields: Any) -> Installation:
    parsed = Release.parse(release) if release else None
    values: dict[str, Any] = {
        "year": year or (parsed.year if parsed else None),
        "release": parsed,
        "arch": "x64",
        "condition": condition,
        "name": "Client PRONOTE",
        "path": r"C:\x\Client PRONOTE.exe" if condition != "entry_without_exe" else None,
        "product_code": None,
        "uninstall_string": r'"C:\x\setup.exe" -l0x040c  -removeonly' if condition != "exe_without_entry" else None,
        "view": 64,
        **fields,
    }
    return Installation(**values)


def state_of(*installations: Installation, **fields: Any) -> StationState:
    return station_state(installations, **{"free_bytes": 50 * 2**30, **fields})


def goal(release: str = "2026.2.7", **fields: Any) -> Goal:
    values: dict[str, Any] = {
        "product": PRONOTE_CLIENT,
        "state": "present",
        "release": Release.parse(release),
        "arch": "auto",
        "digests": DIGESTS,
        "min_free_bytes": 2**30,
        **fields,
    }
    return Goal(**values)


JOB = str(JobName.of(PRONOTE_CLIENT, "install", Release.parse("2026.2.7"), "x64", DIGESTS["x64"]))
RUNNING = [Process(image="Client PRONOTE.exe", pid=7, session=1)]
OLD, LAST_MONTH, RIGHT, NEWER = (client(r) for r in ("2025.2.9", "2026.1.3", "2026.2.7", "2026.3.1"))


def job_for(release: str = "2026.2.7", verb: Any = "install", *, digest: str = "a" * 64, arch: Any = "x64") -> str:
    return str(JobName.of(PRONOTE_CLIENT, verb, Release.parse(release), arch, digest))


def names(jobs: list[JobName]) -> list[str]:
    return [str(job) for job in jobs]


STAGED, STAGE = job_for(verb="staged"), job_for(verb="stage")
X86 = client("2026.1.3", arch="x86")
