"""Cases of a response file: a setup that finds an earlier release of its year asks something else than on a bare PC."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation

_OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
# The setup of a year whose script welcomes an update otherwise.
_ASKS: dict[str, Any] = {"update_dialogs": ["SdUpdate-0", "SdFinish-0"]}
_BEFORE = ReleaseSpec(release="2026.1.9")
_WITHOUT = ReleaseSpec(release="2026.2.7", options=_ASKS)
_WITH = ReleaseSpec(release="2026.2.7", options={**_ASKS, "update_iss": {}})


@pytest.fixture
def without(tmp_path: Path) -> Depot:
    """Published with the answers of an installation and of a removal."""
    return published(tmp_path / "published", _BEFORE, _WITHOUT)


@pytest.fixture
def complete(tmp_path: Path) -> Depot:
    """Published with those of an update too."""
    return published(tmp_path / "published", _BEFORE, _WITH)


def _verbs(result: dict[str, Any]) -> list[str]:
    return [name.rpartition("-")[2] for name in result["job"]["steps"]]


def _fetched(pc: Bench, since: int = 0) -> list[str]:
    """The files that the depot was asked for."""
    events = pc.journal.select(kind="web", since=since)
    return [event.data["path"].rpartition("/")[2] for event in events if event.data["server"] == "depot"]


def test_an_update_is_set_up_with_answers_of_its_own(make_station: MakeStation, complete: Depot) -> None:
    pc = make_station(**_OLD, depot=complete)
    planned = pc.client(check=True)
    done = pc.client()
    assert (done["action"], done["diff"], done["changed"]) == (planned["action"], planned["diff"], True)
    assert _verbs(done) == ["update"]
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.2.7 x64 ok"], [], [])
    assert not pc.client(check=True)["changed"]
    assert not pc.client()["changed"]


@pytest.mark.parametrize("clients", [[], [{"release": "2025.2.8"}], [{"release": "2026.1.9", "arch": "x86"}]])
def test_where_the_setup_finds_nothing_of_its_own_it_is_a_first_installation(
    make_station: MakeStation, complete: Depot, clients: Any
) -> None:
    pc = make_station(clients=clients, depot=complete)
    assert _verbs(pc.client(arch="x64")) == ["install"]
    assert "2026.2.7 x64 ok" in pc.clients()


def test_without_answers_of_an_update_those_of_an_installation_are_tried(make_station: MakeStation) -> None:
    # This setup asks the same: what worked before cases were known goes on working.
    pc = make_station(**_OLD)
    assert _verbs(pc.client()) == ["install"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_answers_that_do_not_fit_an_update_say_which_case_to_record(make_station: MakeStation, without: Depot) -> None:
    pc = make_station(**_OLD, depot=without)
    failed = pc.client()
    assert failed["job"]["code"] == -3
    assert "2026.1.9 x64" in failed["remedy"]
    assert "-e pronote_release=2026.2.7 -e pronote_arch=x64 -e pronote_record_modes=update" in (failed["remedy"])
    assert "pronote_client_update: reinstall" in failed["remedy"]
    assert (pc.clients(), pc.folders()) == (["2026.1.9 x64 ok"], [])


@pytest.mark.parametrize("code", [-3, -8, -12])
@pytest.mark.parametrize(("there", "mode"), [("", "install"), ("2026.1.9", "update"), ("2026.2.7", "uninstall")])
def test_each_code_of_answers_that_do_not_fit_names_its_case(
    make_station: MakeStation, complete: Depot, code: int, there: str, mode: str
) -> None:
    fault = {"kind": "rejected", "result_code": code}
    pc = make_station(clients=[{"release": there}] if there else [], depot=complete, installer_fault=fault)
    failed = pc.client(state="absent" if mode == "uninstall" else "present")
    assert f"-e pronote_record_modes={mode} -e pronote_record_force=true" in failed["remedy"]
    assert "reinstall" not in failed["remedy"]


def test_another_code_says_nothing_of_cases(make_station: MakeStation, without: Depot) -> None:
    pc = make_station(**_OLD, depot=without, installer_fault={"kind": "rejected", "result_code": -5})
    assert "pronote_record_modes" not in pc.client()["remedy"]


@pytest.mark.parametrize("code", [-3, -8, -12])
def test_an_exit_code_of_the_setups_own_script_says_nothing_of_cases(make_station: MakeStation, code: int) -> None:
    pc = make_station(**_OLD, installer_fault={"kind": "aborts", "result_code": code, "times": 1})
    failed = pc.client()
    assert failed["fact"].startswith(f"the setup ended with {code} although its log says 0")
    assert "pronote_record_modes" not in failed["remedy"]
    assert pc.client()["changed"]


def test_the_client_is_removed_first_when_the_admin_says_so(make_station: MakeStation, without: Depot) -> None:
    pc = make_station(**_OLD, depot=without)
    planned = pc.client(check=True, update="reinstall")
    assert pc.starts() == 0
    done = pc.client(update="reinstall")
    assert (done["diff"], done["action"]) == (planned["diff"], planned["action"])
    assert _verbs(done) == ["stage", "remove", "install"]
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.2.7 x64 ok"], [], [])
    assert not pc.client(update="reinstall")["changed"]


def test_a_station_is_not_left_without_a_client_because_the_depot_is_down(
    make_station: MakeStation, without: Depot
) -> None:
    pc = make_station(**_OLD, depot=without)
    pc.depot_faults.by_name["setup.exe"] = "missing"
    assert pc.client(update="reinstall")["failed"]
    assert (pc.clients(), pc.starts()) == (["2026.1.9 x64 ok"], 0)
    pc.heal()
    assert _verbs(pc.client(update="reinstall")) == ["stage", "remove", "install"]


def test_answers_of_an_update_go_before_a_removal(make_station: MakeStation, complete: Depot) -> None:
    pc = make_station(**_OLD, depot=complete)
    assert _verbs(pc.client(update="reinstall")) == ["update"]


def test_what_is_not_removable_is_not_reinstalled(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station(**_OLD, depot=published(tmp_path / "published", _WITHOUT, product_code=""))
    refused = pc.client(update="reinstall")
    assert "2026.1.9 x64 is to be removed first, and its removal is not published" in refused["fact"]
    assert "pronote_client_update to over" in refused["remedy"]
    assert (pc.clients(), pc.starts()) == (["2026.1.9 x64 ok"], 0)


def test_a_half_removed_client_is_removed_before_it_is_reinstalled(make_station: MakeStation, without: Depot) -> None:
    pc = make_station(clients=[{"release": "2026.1.9", "exe": False}], depot=without)
    assert _verbs(pc.client(update="reinstall")) == ["stage", "remove", "install"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


@pytest.mark.parametrize("state", ["present", "staged"])
def test_files_staged_before_a_response_file_was_added_are_taken_over(
    make_station: MakeStation, without: Depot, tmp_path: Path, state: str
) -> None:
    pc = make_station(**_OLD, depot=without)
    assert pc.client(state="staged")["action"] == "stage"
    (before,) = pc.folders()
    published(tmp_path / "published", _BEFORE, _WITH)
    assert "setup.exe" in _fetched(pc)
    since = len(pc.journal)
    planned = pc.client(check=True, state=state)
    done = pc.client(state=state)
    assert (done["diff"], done["changed"]) == (planned["diff"], True)
    assert "setup.exe" not in _fetched(pc, since)
    assert "update.iss" in _fetched(pc, since)
    if state == "present":
        assert (_verbs(done), pc.clients(), pc.folders()) == (["update"], ["2026.2.7 x64 ok"], [])
    else:
        (after,) = pc.folders()
        assert after != before
        assert after.endswith("-staged")
    assert not pc.client(state=state)["changed"]


def test_a_staging_under_way_for_an_earlier_publication_is_taken_over(
    make_station: MakeStation, without: Depot, tmp_path: Path
) -> None:
    pc = make_station(**_OLD, depot=without)
    pc.depot_faults.by_name["setup.exe"] = "slow"
    pc.time.kill_in(20)
    pc.killed(state="staged")
    assert [name.rpartition("-")[2] for name in pc.folders()] == ["stage"]
    pc.heal()
    published(tmp_path / "published", _BEFORE, _WITH)
    done = pc.client()
    assert (_verbs(done), pc.clients(), pc.folders(), pc.tasks()) == (["update"], ["2026.2.7 x64 ok"], [], [])


def test_an_update_that_was_cut_off_from_its_controller_is_followed(make_station: MakeStation, complete: Depot) -> None:
    pc = make_station(**_OLD, depot=complete, installer_fault={"kind": "slow", "seconds": 300})
    pc.time.kill_in(60)
    pc.killed()
    done = pc.client()
    assert (done["action"], done["job"]["started"], _verbs(done)) == ("finish", 0, ["update"])
    assert (pc.clients(), pc.folders(), pc.starts()) == (["2026.2.7 x64 ok"], [], 1)


def test_a_script_without_answers_of_an_update_says_so(make_station: MakeStation, without: Depot) -> None:
    pc = make_station(**_OLD, depot=without)
    releases = pc.lock()
    entry = releases["2026.2.7"]["x64"]
    # A lock file that promises what the script does not have: it says so before anything is fetched.
    releases["2026.2.7"]["x64"] = {**entry, "files": {**entry["files"], "update.iss": "a" * 64}}
    failed = pc.client(releases=releases)
    assert failed["fact"] == "this release was published without the answers of an update"
    assert _fetched(pc) == ["install.cmd"]
