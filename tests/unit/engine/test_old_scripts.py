"""Stations on which a script of 0.1.0 was at work when its release was rendered anew; and those that still get one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.station.bench import Bench
from tests.station.depot import Depot
from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import OLD, SLOW, assert_settled
from tests.upgrade.scripts import published_by_0_1_0, renewed

_LAST_YEAR: dict[str, Any] = {"clients": [{"release": "2025.1.3"}, {"release": "2026.2.7"}]}
JOBS = r"C:\Program Files\Rentree PRONOTE\jobs"


@pytest.fixture
def old_depot(depot: Depot, tmp_path: Path) -> Depot:
    return published_by_0_1_0(depot, tmp_path / "published")


def _digests(pc: Bench) -> set[str]:
    return {name.split("-")[4] for name in pc.folders()}


def _fetched(pc: Bench, since: int = 0) -> list[str]:
    return [event["path"].rpartition("/")[2] for event in pc.events("web")][since:]


def _digest(pc: Bench, release: str = "2026.2.7") -> str:
    return str(pc.lock()[release]["x64"]["digest"][:12])


def test_what_0_1_0_published_still_installs_and_removes(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, clients=[{"release": "2025.1.3"}])
    done = pc.client(remove_older=True)
    assert (done.get("fact"), pc.clients()) == (None, ["2026.2.7 x64 ok"])
    assert [name.rpartition("-")[2] for name in done["job"]["steps"]] == ["install", "remove"]
    assert_settled(pc, starts=2)


def test_a_job_under_way_is_followed_to_its_end(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **SLOW)
    pc.time.kill_in(60)
    pc.killed()
    old = _digests(pc)
    renewed(old_depot)
    assert _digest(pc) not in old
    planned = pc.client(check=True)
    assert (planned["action"], planned["reason"]) == (
        "finish",
        f"job pronote-client-2026.2.7-x64-{old.pop()}-install of an earlier run is on the station",
    )
    done = pc.client()
    assert (done.get("fact"), done["action"], done["job"]["started"]) == (None, "finish", 0)
    assert (done["job"]["followed"], done["diff"], pc.starts()) == (True, planned["diff"], 1)
    assert_settled(pc)


def test_a_job_that_was_cut_off_is_begun_anew_with_the_new_script(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **SLOW)
    pc.time.kill_in(60)
    pc.killed()
    renewed(old_depot)
    pc.power(on=False)
    pc.power(on=True)
    done = pc.client()
    assert (done.get("fact"), done["job"]["interrupted"], done["job"]["started"]) == (None, 1, 1)
    assert [_digest(pc) in name for name in (*done["job"]["tidied"], *done["job"]["steps"])] == [False, True]
    assert_settled(pc, starts=2)


def test_a_job_that_failed_is_begun_anew_with_the_new_script(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **OLD, installer_fault={"kind": "rejected", "times": 1})
    pc.before(r"/Run /TN", lambda: pc.time.kill_in(0.1))
    pc.killed()
    renewed(old_depot)
    pc.time.sleep(60)
    done = pc.client()
    assert (done.get("fact"), done["job"]["started"], pc.clients()) == (None, 1, ["2026.2.7 x64 ok"])
    assert [_digest(pc) in name for name in (*done["job"]["tidied"], *done["job"]["steps"])] == [False, True]
    assert_settled(pc, starts=2)


def test_a_removal_under_way_is_followed(make_station: MakeStation, old_depot: Depot) -> None:
    """And it is no reason to wait: the next year's installation does not come into its way."""
    pc = make_station(depot=old_depot, **_LAST_YEAR, installer_fault={"kind": "slow", "seconds": 300})
    pc.time.kill_in(60)
    pc.killed(remove_older=True)
    # It says that all is done, and its clone has four minutes to go: what it says is not believed before that.
    assert pc.command(rf'type "{JOBS}\{pc.folders()[0]}\exit"').startswith(b"step=done\r\ncode=0\r\n")
    renewed(old_depot)
    done = pc.client(remove_older=True)
    assert (done.get("fact"), done["action"], done["job"]["started"]) == (None, "finish", 0)
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert_settled(pc)


def test_staged_files_are_taken_over(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **OLD)
    assert pc.client(state="staged")["changed"]
    renewed(old_depot)
    fetched = len(_fetched(pc))
    assert "staged files: 2026.2.7 x64" in pc.client(check=True)["before"]
    done = pc.client()
    assert (done.get("fact"), done["action"], done["job"]["started"], done["job"]["tidied"]) == (None, "install", 1, [])
    # The script alone is another one.
    assert _fetched(pc, fetched) == ["install.cmd"]
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])


def test_staged_files_are_staged_again_without_being_fetched(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **OLD)
    assert pc.client(state="staged")["changed"]
    renewed(old_depot)
    fetched, before = len(_fetched(pc)), pc.snapshot()
    planned = pc.client(check=True, state="staged")
    assert (planned["action"], planned["reason"]) == (
        "stage",
        "the files of 2026.2.7 are those of an earlier publication",
    )
    assert pc.snapshot() == before
    done = pc.client(state="staged")
    assert (done["changed"], done["diff"], done["job"]["started"]) == (True, planned["diff"], 0)
    assert _fetched(pc, fetched) == ["install.cmd"]
    assert pc.folders() == [f"pronote-client-2026.2.7-x64-{_digest(pc)}-staged"]
    assert not pc.client(state="staged")["changed"]


@pytest.mark.parametrize("state", ["present", "staged"])
def test_a_staging_under_way_is_taken_over(make_station: MakeStation, old_depot: Depot, state: str) -> None:
    pc = make_station(depot=old_depot, **OLD)
    pc.time.kill_in(60)
    pc.killed(state="staged", stage_rate="2K")
    renewed(old_depot)
    done = pc.client(state=state)
    assert (done.get("fact"), done["action"]) == (None, "install" if state == "present" else "stage")
    # Taken over with what it had fetched so far, and not cleared away.
    assert done["job"]["tidied"] == []
    assert _digests(pc) == ({_digest(pc)} if state == "staged" else set())
    assert (pc.tasks(), not pc.client(state=state)["changed"]) == ([], True)


def test_a_newer_release_goes_once_old_staged_files_were_looked_at(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, clients=[{"release": "2026.2.7"}])
    back: dict[str, Any] = {"allow_downgrade": True, "downgrade": "remove_first"}
    assert pc.client("2026.1.9", state="staged", **back)["changed"]
    renewed(old_depot)
    fetched = len(_fetched(pc))
    done = pc.client("2026.1.9", **back)
    assert [name.rpartition("-")[2] for name in done["job"]["steps"]] == ["stage", "remove", "install"]
    assert "setup.exe" not in _fetched(pc, fetched)
    assert (pc.clients(), pc.folders()) == (["2026.1.9 x64 ok"], [])


def test_old_staged_files_stay_when_somebody_starts_the_client(make_station: MakeStation, old_depot: Depot) -> None:
    pc = make_station(depot=old_depot, **OLD)
    assert pc.client(state="staged")["changed"]
    renewed(old_depot)
    pc.people("log_on", "eleve")
    pc.before(r"/Run /TN", lambda: pc.people("start", "2026.1.9"))
    assert pc.client()["action"] == "skip"
    assert pc.folders() == [f"pronote-client-2026.2.7-x64-{_digest(pc)}-staged"]


def test_both_an_old_job_and_a_new_one(make_station: MakeStation, old_depot: Depot) -> None:
    """The new one is followed; what the old one has left is tidied, its log first."""
    pc = make_station(depot=old_depot, **SLOW)
    pc.time.kill_in(60)
    pc.killed()
    (old,) = pc.folders()
    pc.time.sleep(600)
    renewed(old_depot)
    pc.command(rf'mkdir "{JOBS}\{old.replace(old.split("-")[4], _digest(pc))}"')
    done = pc.client()
    assert (done.get("fact"), old in done["job"]["tidied"]) == (None, True)
    assert_settled(pc)
