"""What a station is left as: after people came in between, a restart called off, a removal that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation

LOGGED_ON: dict[str, Any] = {"clients": [{"release": "2026.1.9"}], "session_open": "eleve"}
BUSY: dict[str, Any] = {**LOGGED_ON, "running_client": "2026.1.9"}


def _assert_clean(pc: Bench, *clients: str) -> None:
    """No folder, file, value or task of ours, and these clients."""
    assert "Rentree PRONOTE" not in pc.time.wait(pc.station.snapshot()).decode("utf-8")
    assert pc.clients() == [f"{client} x64 ok" for client in clients]


def test_told_and_closed_by_themselves(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.people_later(60, "close")
    message = "Mise à jour de PRONOTE sur ce poste dans 5 min."
    assert pc.client(when_running="notify", notify_delay=3600, notify_message=message)["changed"]
    assert pc.messages() == [message]
    _assert_clean(pc, "2026.2.7")


def test_a_client_started_after_the_plan_where_that_is_a_failure(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    before = pc.snapshot()
    pc.before(r"/Run /TN", lambda: pc.people("start", "2026.1.9"))
    assert "somebody started the program before" in pc.client(when_running="fail")["fact"]
    pc.people("close")
    assert pc.snapshot() == before


def test_a_client_started_after_the_plan_and_closed(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    pc.before(r"/Run /TN", lambda: pc.people("start", "2026.1.9"))
    assert pc.client(when_running="close")["changed"]
    assert pc.starts() == 1
    _assert_clean(pc, "2026.2.7")


def test_a_client_of_another_year_started_during_the_setup(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}], session_open="eleve")
    pc.before(r"ExecutablePath", lambda: pc.people_later(1, "start", "2025.2.8"))
    assert pc.client()["job"]["client_running"]
    _assert_clean(pc, "2025.2.8", "2026.2.7")


@pytest.fixture(scope="module")
def renaming(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """A setup that leaves a file to be replaced at the next start of Windows."""
    return published(tmp_path_factory.mktemp("renaming"), ReleaseSpec(release="2026.2.7", options={"renames": True}))


def test_a_restart_that_is_called_off(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(clients=[{"release": "2026.1.9"}], depot=renaming)
    pc.before(r"Ce poste red", lambda: pc.people_later(10, "log_on", "eleve"))
    assert pc.client(reboot="if_idle", reboot_delay=60)["changed"]
    assert pc.restarts() == 0
    assert [event["planned"] for event in pc.events("power") if "planned" in event] == ["restart", None]
    _assert_clean(pc, "2026.2.7")


def test_an_entry_that_has_outlived_its_uninstaller(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8", "exe": False, "uninstaller": False}])
    assert "the uninstaller that it names is gone" in pc.client(remove_older=True)["fact"]
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_a_removal_that_is_not_published_does_not_stop_who_wants_none(
    make_station: MakeStation, tmp_path: Path
) -> None:
    depot = published(tmp_path / "without", ReleaseSpec(release="2026.2.7"), product_code="")
    pc = make_station(clients=[{"release": "2023.0.2.7"}], depot=depot)
    assert pc.client(remove_older=True)["failed"]
    assert pc.client()["changed"]
    _assert_clean(pc, "2023.0.2.7", "2026.2.7")


def test_staged_files_that_are_not_wanted_any_more(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    assert pc.client("2026.1.9", state="staged", allow_downgrade=True)["changed"]
    assert any("-2026.1.9-x64-" in name for name in pc.folders())
    check = pc.client(check=True)
    assert check["changed"]
    assert "staged files: 2026.1.9 x64" in check["diff"][0]["before"]
    assert pc.client()["changed"]
    _assert_clean(pc, "2026.2.7")
    assert not pc.client()["changed"]


def test_a_staging_that_was_picked_up_is_installed_once(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.1.9"}])
    pc.time.kill_in(60)
    pc.killed(state="staged", stage_rate="2K")
    assert pc.client(state="staged")["job"]["followed"]
    assert not pc.client(state="staged")["changed"]
    assert pc.client()["changed"]
    assert pc.starts() == 1
    _assert_clean(pc, "2026.2.7")
