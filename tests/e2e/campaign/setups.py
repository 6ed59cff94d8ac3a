"""Every way in which a setup was seen, or can be thought, to go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BEFORE", "RELEASES", "Trouble", "troubles"]

RELEASES: list[dict[str, Any]] = [
    {"release": "2026.2.7", "arch": "x64", "options": {"update_iss": {}}},
    {"release": "2025.2.8", "arch": "x64"},
]
BEFORE: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "first": ("install", []),
    "over": ("install", [{"release": "2026.1.9"}]),
    "older-year": ("remove", [{"release": "2025.2.8"}]),
}
"""What a station has before: nothing, an older release of the year, the client of the year before, which is removed."""

_SETUPS: list[dict[str, Any]] = [
    *({"kind": "rejected", "result_code": code} for code in (-1, -3, -5, -8, -12, -51)),
    *({"kind": "late", "result_code": code} for code in (-1, -3)),
    *({"kind": "aborts", "result_code": code} for code in (118, 1)),
    *({"kind": kind, "orphan": orphan} for kind in ("crash", "killed") for orphan in (False, True)),
    *({"kind": kind} for kind in ("no_change", "disk_full", "hang", "insert_disk", "held", "never_ends")),
    {"kind": "slow", "seconds": 120.0},
    {"kind": "lingers", "seconds": 120.0},
    *({"kind": kind} for kind in ("log_empty", "log_cut", "log_unfinished", "log_utf16")),
]
# Somebody has to switch such a station off: what hangs on it is left alone.
_HANGS = {"hang", "insert_disk", "never_ends"}
# The station's own steps of a removal: its clone is put there, started, and begins its log.
_STEPS = (
    r"^Write .*\\tmp\\\{[^\\]*\}\\setup\.exe$",
    r"^Start .* -removeonly .* -media_path:",
    r"^Write .*-remove\\setup\.log$",
)


@dataclass(frozen=True)
class Trouble:
    """A station, and what goes wrong on it. ``name`` is one that a station can have."""

    name: str
    clients: list[dict[str, Any]]
    setup: dict[str, Any] | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)

    @property
    def hangs(self) -> bool:
        """Whether somebody has to switch it off."""
        return self.setup is not None and (self.setup["kind"] in _HANGS or self.setup.get("orphan", False))

    @property
    def station(self) -> dict[str, Any]:
        """What a scenario says of it."""
        fault = {"installer_fault": {**self.setup, "times": 1}} if self.setup else {}
        return {"clients": self.clients, "faults": self.rules, **fault}


def troubles(before: str) -> Iterator[Trouble]:
    """Those of a station on which there is that (``BEFORE``)."""
    when, clients = BEFORE[before]
    for number, setup in enumerate(_SETUPS):
        name = f"{before}-{number:02}-{setup['kind']}".replace("_", "-")
        yield Trouble(name, clients, {**setup, "when": when})
    if when == "install":
        return
    for number, step in enumerate(_STEPS):
        for effect in ("power_off", "reboot", "access_denied", "disk_full"):
            rule = {"effect": effect, "match": step}
            yield Trouble(f"{before}-cut-{number}-{effect}".replace("_", "-"), clients, None, [rule])
