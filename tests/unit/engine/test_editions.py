"""Editions and policies that may refuse programs, and processors: said before anything is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.depot import published
from tests.station.fixtures import MakeStation

from .jobs import OLD, assert_settled

_POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft"
_ASR = rf"{_POLICIES}\Windows Defender\Windows Defender Exploit Guard\ASR"


@pytest.mark.parametrize("state", ["present", "staged"])
def test_s_mode_is_refused_before_anything_is_tried(make_station: MakeStation, state: str) -> None:
    pc = make_station(**OLD, s_mode=True)
    before = pc.snapshot()
    for check in (True, False):
        told = pc.client(state=state, check=check)
        assert told["fact"] == "Windows is in S mode, which runs programs of the Store only"
        assert "Switch the station out of S mode" in told["remedy"]
    assert pc.snapshot() == before
    assert pc.run("client_info", {})["code_integrity"] == "s_mode"


def test_a_station_in_s_mode_that_is_right_is_no_matter(make_station: MakeStation) -> None:
    assert make_station(clients=[{"release": "2026.2.7"}], s_mode=True).client()["action"] == "none"


_SE: dict[str, Any] = {"edition": "se", "windows": "11-23H2"}
_SMART: dict[str, Any] = {
    "registry": [
        {
            "key": r"HKLM\SYSTEM\CurrentControlSet\Control\CI\Policy",
            "name": "VerifiedAndReputablePolicyState",
            "data": 1,
        }
    ]
}


@pytest.mark.parametrize(("station", "says"), [(_SE, "Windows 11 SE"), (_SMART, "Smart App Control is in force")])
def test_programs_that_may_be_refused_are_said_before(
    make_station: MakeStation, station: dict[str, Any], says: str
) -> None:
    pc = make_station(**OLD, **station)
    assert [warning for warning in pc.client(check=True)["warnings"] if says in warning]
    assert pc.client()["changed"]
    assert not [warning for warning in pc.client()["warnings"] if says in warning]


@pytest.mark.parametrize("edition", ["education", "pro", "home"])
def test_other_editions_have_nothing_said(make_station: MakeStation, edition: str) -> None:
    pc = make_station(**OLD, edition=edition)
    assert pc.client(check=True)["warnings"] == []
    known = {"education": "Education", "pro": "Professional", "home": "Core"}
    assert pc.run("client_info", {})["edition"] == known[edition]


def test_a_script_that_never_ran_names_what_may_have_forbidden_it(make_station: MakeStation) -> None:
    values = [
        {"key": rf"{_POLICIES}\Windows\SrpV2\Script", "name": "EnforcementMode", "data": 1},
        {"key": rf"{_POLICIES}\Windows\DeviceGuard", "name": "DeployConfigCIPolicy", "data": 1},
        {"key": _ASR, "name": "ExploitGuard_ASR_Rules", "data": 1},
    ]
    fault = {"effect": "access_denied", "match": r"^Start .*run install", "times": 0}
    for registry, seen in ((values, "set there: AppLocker, WDAC, ASR rules"), ([], "(ASR, Windows Defender).")):
        told = make_station(**OLD, faults=[dict(fault)], registry=registry).client(start_timeout=30)
        assert told["fact"] == "the scheduled task was started but its script never ran"
        for name in ("AppLocker", "WDAC", "ASR", seen):
            assert name in told["remedy"]


def test_windows_11_on_arm_gets_the_x64_client_below_its_own_program_files(make_station: MakeStation) -> None:
    pc = make_station(arch="arm64", windows="11-23H2")
    planned = pc.client(check=True)
    assert [warning for warning in planned["warnings"] if "ARM processor" in warning]
    assert pc.client()["changed"]
    assert_settled(pc)
    (found,) = pc.run("client_info", {})["clients"]
    assert (found["arch"], found["path"].split("\\")[1]) == ("x64", "Program Files")


_SETUPS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "update": ({}, ["update"]),
    "reinstall": ({"update": "reinstall"}, ["stage", "remove", "install"]),
}


@pytest.mark.parametrize("name", _SETUPS)
def test_an_arm_processor_is_told_of_whatever_sets_the_client_up(
    make_station: MakeStation, tmp_path: Path, name: str
) -> None:
    arguments, verbs = _SETUPS[name]
    options: dict[str, Any] = {"update_iss": {}} if name == "update" else {}
    releases = [ReleaseSpec(release="2026.1.9"), ReleaseSpec(release="2026.2.7", options=options)]
    pc = make_station(**OLD, arch="arm64", windows="11-23H2", depot=published(tmp_path / "published", *releases))
    for check in (True, False):
        told = pc.client(check=check, **arguments)
        (warning,) = [warning for warning in told["warnings"] if "ARM processor" in warning]
        assert "runs the x64 client by emulation" in warning
    assert [step.rpartition("-")[2] for step in told["job"]["steps"]] == verbs
    assert_settled(pc, starts=len(verbs) - verbs.count("stage"))


def test_windows_10_on_arm_gets_the_x86_client(make_station: MakeStation) -> None:
    pc = make_station(arch="arm64", windows="10-22H2")
    refused = pc.client(arch="x64")
    assert "Windows 10 on ARM, which cannot run the x64 client" in refused["fact"]
    assert pc.client()["changed"]
    (found,) = pc.run("client_info", {})["clients"]
    assert (found["arch"], found["path"].split("\\")[1]) == ("x86", "Program Files (x86)")
    assert not pc.client()["changed"]
