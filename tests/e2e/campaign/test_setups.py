"""Every way in which a setup was seen, or can be thought, to go wrong: the run after it puts every station right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.campaign.conftest import CALM, CLOCK, explained, fired, judge, keep_count, quick
from tests.e2e.conftest import StartSchool

pytestmark = pytest.mark.faults

RELEASES = [
    {"release": "2026.2.7", "arch": "x64", "options": {"update_iss": {}}},
    {"release": "2025.2.8", "arch": "x64"},
]
# What a station has before: nothing, an older release of the year, the client of the year before (which is removed).
_BEFORE: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "first": ("install", []),
    "over": ("install", [{"release": "2026.1.9"}]),
    "older-year": ("remove", [{"release": "2025.2.8"}]),
}
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
_PATIENCE = 30
# Somebody has to switch such a station off: what hangs on it is left alone.
_HANGS = {"hang", "insert_disk", "never_ends"}
# The station's own steps of a removal: its clone is put there, started, and begins its log.
_STEPS = (
    r"^Write .*\\tmp\\\{[^\\]*\}\\setup\.exe$",
    r"^Start .* -removeonly .* -media_path:",
    r"^Write .*-remove\\setup\.log$",
)


@dataclass(frozen=True)
class _Trouble:
    name: str
    clients: list[dict[str, Any]]
    setup: dict[str, Any] | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)

    @property
    def hangs(self) -> bool:
        return self.setup is not None and (self.setup["kind"] in _HANGS or self.setup.get("orphan", False))

    def station(self, number: int) -> dict[str, Any]:
        fault = {"installer_fault": {**self.setup, "times": 1}} if self.setup else {}
        return {
            "name": self.name,
            "clients": self.clients,
            "faults": self.rules,
            "boot_seconds": 20.0,
            "network_scale": 4.0,
            "address": f"1.{number}",
            **fault,
        }


def _troubles(before: str) -> Iterator[_Trouble]:
    when, clients = _BEFORE[before]
    for number, setup in enumerate(_SETUPS):
        name = f"{before}-{number:02}-{setup['kind']}".replace("_", "-")
        yield _Trouble(name, clients, {**setup, "when": when})
    if when == "install":
        return
    for number, step in enumerate(_STEPS):
        for effect in ("power_off", "reboot", "access_denied", "disk_full"):
            rule = {"effect": effect, "match": step}
            yield _Trouble(f"{before}-cut-{number}-{effect}".replace("_", "-"), clients, None, [rule])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("before", _BEFORE)
def test_every_way_in_which_a_setup_goes_wrong(start_school: StartSchool, before: str) -> None:
    troubles = list(_troubles(before))
    names = [trouble.name for trouble in troubles]
    stations = [trouble.station(number) for number, trouble in enumerate(troubles, start=1)]
    school = start_school(stations, clock=CLOCK, releases=RELEASES)
    older = ("-e", "pronote_client_remove_older=true")
    # What hangs is not followed for an hour.
    with_faults = school.play("deploy", *quick(job=_PATIENCE), *older)
    assert set(with_faults.of("client")) == set(names), "a station is not in the run"
    assert explained(with_faults) == []
    broken = fired(school)
    school.lab.heal()
    for trouble in troubles:
        if trouble.hangs:
            for power in ("off", "on"):
                school.lab.power(trouble.name, power)
    lost = judge(school, school.play("deploy", *CALM, *older), names)
    keep_count(f"setups-{before}", injected=len(broken), lost=lost)
    assert lost == {}
    assert set(broken) == set(names)
