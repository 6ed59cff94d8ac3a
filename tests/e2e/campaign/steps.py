"""The steps of a deployment, read off a real one, and which faults make sense at each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.lab.client import LabClient

__all__ = ["RECORD_STEPS", "Injection", "injections", "recorded_steps"]

RECORD_STEPS: list[dict[str, Any]] = [
    {"effect": "note", "match": match, "times": 0} for match in ("^Start ", "^Write ", "^Fetch ", "")
]
"""Rules that note every step of a station in the lab's journal, and change nothing."""

_VARYING = re.compile(r"cmd\\\.[0-9a-f]{8}|127\\\.\d+(?=\\\.)")
_VARYING_PATTERNS = {"cmd": r"cmd\.[0-9a-f]{8}", "127": r"127\.\d+"}

# What can happen at a step of each kind; an hour for the clock is a day of work of a dead battery.
_REQUEST = ("cut", "cut_after", "power_off", "reboot", "access_denied", "http_500", "quota_operations")
_EFFECTS = {
    "Start": ("power_off", "reboot", "disk_full", "access_denied", "clock_jump"),
    "Write": ("power_off", "reboot", "disk_full", "access_denied"),
    "Fetch": ("missing", "unavailable", "corrupt", "cut_download", "no_range"),
}
_SECONDS = {"clock_jump": 400 * 24 * 3600.0}


@dataclass(frozen=True)
class Injection:
    """One fault at one step, for one station."""

    name: str
    rule: dict[str, Any]


def recorded_steps(lab: LabClient, station: str) -> list[str]:
    """The steps that a station went through under ``RECORD_STEPS``, in order."""
    since = lab.info["journal_start"]
    return [event["data"]["what"] for event in lab.journal(kind="fault", station=station, since=since)]


def _pattern(step: str) -> str:
    """The step again on a station of another lab: what differs from run to run matches anything."""
    kind, _, detail = step.partition(" ")
    # install.cmd is fetched under a name with eight random digits; a lab has a network of its own.
    return f"^{kind} " + _VARYING.sub(lambda match: _VARYING_PATTERNS[match[0][:3]], re.escape(detail)) + "$"


def _of_the_job(step: str) -> bool:
    """Steps that the job takes; what only reads a station is met by its requests."""
    return "Rentree PRONOTE" in step or "Start" not in step or "-hashfile" in step or "curl.exe" in step


def _rules(steps: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    requests = 0
    seen: Counter[str] = Counter()
    for step in steps:
        kind = step.partition(" ")[0]
        if kind in _EFFECTS:
            if not _of_the_job(step):
                continue
            pattern = _pattern(step)
            seen[pattern] += 1
            effects: tuple[str, ...] = _EFFECTS[kind]
            if kind == "Write" and step.lower().endswith(("setup.exe", "install.cmd")):
                effects = (*effects, "quarantine")
            where = {"match": pattern, "nth": seen[pattern]}
        else:
            requests += 1
            effects, where = _REQUEST, {"match": "", "nth": requests}
        for effect in effects:
            yield f"{kind} {requests}", {"effect": effect, **where, "seconds": _SECONDS.get(effect, 0.0)}


def injections(steps: Iterable[str]) -> list[Injection]:
    """Every fault at every step, each with a name that is a station's."""
    found = []
    for number, (where, rule) in enumerate(_rules(steps), start=1):
        name = f"f{number:03}-{where}-{rule['effect']}".lower().replace(" ", "-").replace("_", "-")
        found.append(Injection(name, rule))
    return found
