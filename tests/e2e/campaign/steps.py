"""The steps of a deployment, read off a real one, and which faults make sense at each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["RECORD_STEPS", "REQUEST", "STATION", "Injection", "Step", "injections"]

RECORD_STEPS: list[dict[str, Any]] = [
    {"effect": "note", "match": match, "times": 0} for match in ("^Start ", "^Write ", "^Fetch ", "")
]
"""Rules that note every step of a station in the lab's journal, and change nothing."""

# install.cmd is fetched under a name with eight random digits; a depot has a port of its own.
_VARYING = {r"cmd\\\.[0-9a-f]{8}": r"cmd\.[0-9a-f]{8}", r"127\\\.0\\\.0\\\.1:\d+": r"127\.0\.0\.1:\d+"}

REQUEST = ("cut", "cut_after", "power_off", "reboot", "access_denied", "http_500", "quota_operations")
"""What can happen at a request."""

STATION: dict[str, tuple[str, ...]] = {
    "Start": ("power_off", "reboot", "disk_full", "access_denied", "clock_jump"),
    "Write": ("power_off", "reboot", "disk_full", "access_denied"),
    "Fetch": ("missing", "unavailable", "corrupt", "cut_download", "no_range"),
}
"""What can happen at a step of a station's own. A jump of the clock of more than a year is a dead battery."""

_SECONDS = {"clock_jump": 400 * 24 * 3600.0}


@dataclass(frozen=True)
class Step:
    """``state``: a digest of the station as it was then."""

    what: str
    state: str


@dataclass(frozen=True)
class Injection:
    """One fault at one step, for one station."""

    name: str
    rule: dict[str, Any]


def _pattern(step: str) -> str:
    """The step again on another station: what differs from run to run matches anything."""
    kind, _, detail = step.partition(" ")
    pattern = re.escape(detail)
    for varying, anything in _VARYING.items():
        pattern = re.sub(varying, lambda _, anything=anything: anything, pattern)  # type: ignore[misc]
    return f"^{kind} {pattern}$"


def _of_the_job(step: str) -> bool:
    """Steps that the job takes; what only reads a station is met by its requests."""
    return "Rentree PRONOTE" in step or "Start" not in step or "-hashfile" in step or "curl.exe" in step


def _rules(steps: Iterable[Step]) -> Iterator[tuple[str, dict[str, Any]]]:
    requests = 0
    seen: Counter[str] = Counter()
    begun = ""
    met: set[tuple[str, str, str]] = set()
    for step in steps:
        kind = step.what.partition(" ")[0]
        if kind in STATION:
            if not _of_the_job(step.what):
                continue
            pattern = _pattern(step.what)
            seen[pattern] += 1
            effects = STATION[kind]
            if kind == "Write" and step.what.lower().endswith(("setup.exe", "install.cmd")):
                effects = (*effects, "quarantine")
            where = {"match": pattern, "nth": seen[pattern]}
        else:
            requests += 1
            begun = step.what if kind == "Command" else begun
            # A look at a job that does not change is the one before it again: the same request, of the same command,
            # to a station on which nothing is another.
            if (same := (step.what, begun, step.state)) in met:
                continue
            met.add(same)
            effects, where = REQUEST, {"match": "", "nth": requests}
        for effect in effects:
            yield f"{kind} {requests}", {"effect": effect, **where, "seconds": _SECONDS.get(effect, 0.0)}


def injections(steps: Iterable[Step]) -> list[Injection]:
    """Every fault at every step that is another, each with a name."""
    found = []
    for number, (where, rule) in enumerate(_rules(steps), start=1):
        name = f"f{number:03}-{where}-{rule['effect']}".lower().replace(" ", "-").replace("_", "-")
        found.append(Injection(name, rule))
    return found
