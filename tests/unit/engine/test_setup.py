"""What a job runs: scripts and installers that are not what was published, and setups that go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import OLD, assert_settled

_STAGING: dict[str, tuple[dict[str, Any], str]] = {
    "no install.cmd": ({"install.cmd": "missing"}, "cannot fetch install.cmd from the depot (exit code 62"),
    "another install.cmd": (
        {"install.cmd": "corrupt"},
        "install.cmd from the depot does not have the digest the controller knows; nothing was run (exit code 63",
    ),
}


@pytest.mark.parametrize("name", _STAGING)
def test_a_script_that_cannot_be_trusted_is_never_run(make_station: MakeStation, name: str) -> None:
    pc = make_station(**OLD)
    faults, fact = _STAGING[name]
    pc.depot_faults.by_name.update(faults)
    result = pc.client()
    assert result["fact"].startswith(fact)
    assert "pronote_releases" in result["remedy"]
    assert (pc.starts(), pc.folders(), pc.tasks()) == (0, [], [])


@pytest.mark.parametrize(
    ("fault", "fact"),
    [
        ("missing", "the station could not fetch setup.exe: the depot answered an HTTP error"),
        ("corrupt", "setup.exe from the depot does not have the digest that was published; nothing was run"),
    ],
)
def test_an_installer_that_is_not_what_was_published(make_station: MakeStation, fault: str, fact: str) -> None:
    pc = make_station(**OLD)
    pc.depot_faults.by_name["setup.exe"] = fault
    result = pc.client()
    assert result["fact"].startswith(fact)
    assert (pc.starts(), pc.folders(), pc.tasks()) == (0, [], [])
    assert pc.clients() == ["2026.1.9 x64 ok"]


_SETUPS: dict[str, tuple[dict[str, Any], str]] = {
    "rejected": ({"kind": "rejected"}, "the setup answered: the response file lacks an answer that the setup wants"),
    "no change": ({"kind": "no_change"}, "the setup reported success, but the station has 2026.1.9 x64 instead of"),
    "crash": ({"kind": "crash"}, "the setup ended with -1073741819 (0xC0000005), it crashed although its log says 0"),
    "disk full": ({"kind": "disk_full"}, "the setup answered: cannot access the file or folder (-52)"),
}


@pytest.mark.parametrize("name", _SETUPS)
def test_a_setup_that_goes_wrong(make_station: MakeStation, name: str) -> None:
    fault, fact = _SETUPS[name]
    pc = make_station(**OLD, installer_fault={**fault, "times": 1})
    result = pc.client()
    assert result["fact"].startswith(fact)
    assert (pc.folders(), pc.tasks()) == ([], [])
    # Its log is told, and kept on the controller.
    assert "== exit ==" in result["job"]["log"]
    (log,) = (pc.work / "logs").iterdir()
    assert "== exit ==" in log.read_text(encoding="utf-8")
    assert pc.client()["changed"]
    assert_settled(pc, starts=2)


def test_a_removal_whose_first_process_ends_early_is_seen_at_work(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], installer_fault={"kind": "slow", "seconds": 60})
    assert pc.client(state="absent")["changed"]
    assert (pc.clients(), pc.folders(), pc.tasks(), pc.starts()) == ([], [], [], 1)
