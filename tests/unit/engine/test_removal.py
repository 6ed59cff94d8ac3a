"""What goes: earlier years once this one is proven, a newer release before an older one, a client that is unwanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated.installer.products import product_code
from tests.station.bench import Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation

BACK: dict[str, Any] = {"allow_downgrade": True, "downgrade": "remove_first"}


def test_a_client_that_is_unwanted(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}, {"release": "2025.2.8"}])
    check = pc.client(state="absent", check=True)
    assert check["after"] == ["Client PRONOTE 2025: 2025.2.8 x64"]
    done = pc.client(state="absent")
    assert (done["changed"], done["action"], done["diff"]) == (True, "remove", check["diff"])
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2025.2.8 x64 ok"], [], [])
    assert not pc.client(state="absent")["changed"]


def test_both_architectures_of_the_year_go(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}, {"release": "2026.2.7", "arch": "x86"}])
    done = pc.client(state="absent")
    assert (done["changed"], len(done["job"]["steps"]), pc.clients()) == (True, 2, [])


def test_a_removal_that_was_cut_off_is_followed(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], installer_fault={"kind": "slow", "seconds": 300})
    pc.time.kill_in(60)
    pc.killed(state="absent")
    done = pc.client(state="absent")
    assert (done["action"], done["job"]["started"], pc.clients()) == ("finish", 0, [])


def test_earlier_years_go_once_this_one_is_there(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.1.3"}])
    planned = pc.client(remove_older=True, check=True)
    assert planned["after"] == ["Client PRONOTE 2026: 2026.2.7 x64"]
    done = pc.client(remove_older=True)
    assert done["diff"] == planned["diff"]
    assert [name.rpartition("-")[2] for name in done["job"]["steps"]] == ["install", "remove"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_nothing_is_removed_when_the_new_one_could_not_be_installed(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.1.3"}], installer_fault={"kind": "rejected"})
    result = pc.client(remove_older=True)
    assert result["failed"]
    assert result["job"]["steps"] == []
    assert pc.clients() == ["2025.1.3 x64 ok"]


def test_a_removal_that_leaves_the_client_is_no_success(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], installer_fault={"kind": "no_change"})
    result = pc.client(state="absent", verify_timeout=60)
    assert result["fact"] == "the setup reported success, but this is left: 2026.2.7 x64"


def test_an_entry_that_has_outlived_its_uninstaller(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8", "exe": False, "uninstaller": False}])
    result = pc.client(remove_older=True)
    assert "the uninstaller that it names is gone" in result["fact"]
    # This year's client is there all the same: it was proven before.
    assert [name.rpartition("-")[2] for name in result["job"]["steps"]] == ["install"]
    assert "2026.2.7 x64 ok" in pc.clients()


def test_a_newer_release_goes_first_where_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    planned = pc.client("2026.1.9", check=True, **BACK)
    done = pc.client("2026.1.9", **BACK)
    assert (done["changed"], done["diff"]) == (True, planned["diff"])
    assert [name.rpartition("-")[2] for name in done["job"]["steps"]] == ["stage", "remove", "install"]
    assert (pc.clients(), pc.folders()) == (["2026.1.9 x64 ok"], [])


def test_it_stays_as_long_as_what_is_to_come_is_not_on_the_station(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    pc.depot_faults.by_name["setup.exe"] = "corrupt"
    assert "does not have the digest that was published" in pc.client("2026.1.9", **BACK)["fact"]
    assert (pc.starts(), pc.clients()) == (0, ["2026.2.7 x64 ok"])


def test_who_starts_the_client_after_the_removal_began_does_not_stop_what_comes_after(
    make_station: MakeStation,
) -> None:
    """Whatever happens: the files are there, and the next run ends it."""
    pc = make_station(clients=[{"release": "2026.2.7"}, {"release": "2025.2.8"}], session_open="eleve")
    # The installation's own start: the third job of the run.
    starts = iter(range(3))

    def start() -> None:
        if next(starts) == 2:
            pc.people("start", "2025.2.8")
        else:
            pc.before(r"/Run /TN", start)

    pc.before(r"/Run /TN", start)
    left = pc.client("2026.1.9", **BACK)
    assert (left["action"], left["changed"]) == ("skip", True)
    assert left["after"] == ["Client PRONOTE 2025: 2025.2.8 x64", "staged files: 2026.1.9 x64"]
    pc.people("close")
    assert pc.client("2026.1.9", **BACK)["changed"]
    assert "2026.1.9 x64 ok" in pc.clients()


@pytest.fixture(scope="module")
def without_removal(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """Published without what a removal needs."""
    releases = [ReleaseSpec(release="2026.2.7"), ReleaseSpec(release="2025.2.8")]
    return published(tmp_path_factory.mktemp("without"), *releases, product_code="")


def test_a_year_whose_removal_is_not_published_stops_before_anything_is_done(
    make_station: MakeStation, without_removal: Depot
) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}], depot=without_removal)
    before = pc.snapshot()
    for check in (True, False):
        refused = pc.client(remove_older=True, check=check)
        assert refused["fact"] == "the client of 2025 (2025.2.8 x64) is to be removed, and its removal is not published"
        assert "Publish a release of 2025" in refused["remedy"]
    assert pc.snapshot() == before


def test_a_removal_that_was_not_published_is_told_by_the_job(make_station: MakeStation, without_removal: Depot) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], depot=without_removal)
    assert pc.client(state="absent")["fact"] == "this release was published without what removing it needs"


_UNINSTALL_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_SETUP = r"C:\Program Files (x86)\InstallShield Installation Information\%s\setup.exe"
_RUNDLL = rf'RunDll32 C:\PROGRA~2\COMMON~1\INSTAL~1\Ctor.dll,LaunchSetup "{_SETUP}" -l0x404  -removeonly'


def _entry(pc: Bench, value: str) -> None:
    """Give the entry of the year's x64 client this UninstallString; %s is its product code."""
    code = product_code(2026, "x64")
    for view in (32, 64):
        if pc.station.registry.get(f"{_UNINSTALL_KEY}\\{code}", "DisplayName", view=view) is not None:
            pc.station.registry.set(
                f"{_UNINSTALL_KEY}\\{code}", "UninstallString", value.replace("%s", code), view=view
            )


_FORMS = [
    rf'"{_SETUP}" -runfromtemp -l0x0009  -removeonly',
    rf'"{_SETUP}" -runfromtemp -l0x0007 -removeonly',
    rf'"{_SETUP}" -runfromtemp -l0x0009anything -removeonly',
    rf'"{_SETUP}" -runfromtemp -l0x0009 UNINSTALL -removeonly',
    rf'"{_SETUP}" -runfromtemp -l0x0409 -uninst -removeonly',
    rf"{_SETUP} -runfromtemp -l0x0409  -removeonly",
]


@pytest.mark.parametrize("value", _FORMS)
def test_uninstall_strings_as_they_are_in_the_field_remove_silently(make_station: MakeStation, value: str) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    _entry(pc, value)
    done = pc.client(state="absent")
    assert (done["action"], pc.clients(), pc.folders()) == ("remove", [], [])


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (_RUNDLL, "goes through RunDll32"),
        (rf'"{_SETUP}" -removeonly & net user x /add', "holds '&'"),
        (rf'"{_SETUP}" -removeonly "%TEMP%"', "holds '%'"),
        (rf'"{_SETUP}" -removeonly {"x" * 4000}', "has 4"),
        ("setup.exe -removeonly", "full path"),
    ],
)
@pytest.mark.parametrize("wanted", ["absent", "older", "downgrade"])
def test_an_uninstall_string_that_is_not_run_is_refused_before_anything_is_done(
    make_station: MakeStation, tmp_path: Path, value: str, fact: str, wanted: str
) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    _entry(pc, value)
    releases = {**pc.lock(), "2027.1.2": {"x64": {**pc.lock()["2026.2.7"]["x64"], "digest": "a" * 64}}}
    options: dict[str, dict[str, Any]] = {
        "absent": {"state": "absent"},
        "older": {"release": "2027.1.2", "releases": releases, "remove_older": True},
        "downgrade": {"release": "2026.1.9", **BACK},
    }
    for check in (True, False):
        refused = pc.client(check=check, **options[wanted])
        assert refused["failed"]
        assert fact in refused["fact"]
        assert "by hand" in refused["remedy"]
    assert (pc.clients(), pc.starts(), pc.folders()) == (["2026.2.7 x64 ok"], 0, [])


@pytest.mark.parametrize(
    "value",
    [
        _RUNDLL,
        r"C:\Windows\System32\rundll32.exe C:\x\Ctor.dll,LaunchSetup -l0x404  -removeonly",
        rf'"{_SETUP}" -removeonly & net user x /add',
        rf'"{_SETUP}" -removeonly > C:\x.txt',
        rf'"{_SETUP}" -removeonly ^| more',
        rf'"{_SETUP}" -removeonly "%TEMP%"',
        "setup.exe -removeonly",
        "cmd /c exit",
        'x" & net user x /add & "',
    ],
)
def test_install_cmd_itself_runs_no_uninstall_string_blindly(make_station: MakeStation, value: str) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    pc.before(r"schtasks\.exe /Run", lambda: _entry(pc, value))
    failed = pc.client(state="absent")
    assert failed["failed"]
    assert failed["fact"].startswith("the uninstall entry's command is not one that can be run"), failed["fact"]
    assert (pc.clients(), pc.starts(), pc.folders()) == (["2026.2.7 x64 ok"], 0, [])
    assert not [event for event in pc.events("process") if "net" in str(event)]


def test_the_entry_of_a_32_bit_engine_is_in_the_32_bit_view_only(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    key = f"{_UNINSTALL_KEY}\\{product_code(2026, 'x64')}"
    found = [pc.station.registry.get(key, "UninstallString", view=view) for view in (32, 64)]
    assert [each is not None for each in found] == [True, False]
    (client,) = pc.run("client_info", {})["clients"]
    assert (client["arch"], client["registry_view"], client["product_code"]) == ("x64", 32, product_code(2026, "x64"))
    assert pc.client(state="absent")["action"] == "remove"
    assert pc.clients() == []
