"""Files brought in the afternoon, installed in the evening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings

from tests.station.bench import NAME, Bench
from tests.station.fixtures import MakeStation

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}


def _fetched(pc: Bench) -> list[str]:
    return [event["path"].rpartition("/")[2] for event in pc.events("web")]


def test_check_apply_check_apply(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    before = pc.snapshot()
    check = pc.client(check=True, state="staged")
    assert (check["changed"], check["action"]) == (True, "stage")
    assert check["after"] == ["Client PRONOTE 2026: 2026.1.9 x64", "staged files: 2026.2.7 x64"]
    assert pc.snapshot() == before
    done = pc.client(state="staged")
    assert (done["changed"], done["diff"], done["job"]["started"]) == (True, check["diff"], 0)
    assert [name.rpartition("-")[2] for name in pc.folders()] == ["staged"]
    assert (pc.starts(), pc.tasks()) == (0, [])
    settled = pc.snapshot()
    assert [pc.client(check=check, state="staged")["changed"] for check in (True, False)] == [False, False]
    assert pc.snapshot() == settled


def test_a_later_installation_fetches_nothing(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert pc.client(state="staged")["changed"]
    fetched = _fetched(pc)
    assert "staged files: 2026.2.7 x64" in pc.client(check=True)["before"]
    assert pc.client()["changed"]
    # Not even install.cmd: its digest is the one the controller knows.
    assert _fetched(pc) == fetched
    assert (pc.clients(), pc.folders(), pc.starts()) == (["2026.2.7 x64 ok"], [], 1)


def test_what_was_spoilt_meanwhile_is_fetched_again(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert pc.client(state="staged")["changed"]
    assert pc.station.damage(r"C:\Program Files\Rentree PRONOTE\jobs\*-staged\setup.exe")
    fetched = len(_fetched(pc))
    assert pc.client()["changed"]
    assert _fetched(pc)[fetched:] == ["setup.exe"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_files_that_nobody_wants_any_more_are_cleared_away(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    back: dict[str, Any] = {"allow_downgrade": True, "state": "staged"}
    assert pc.client("2026.1.9", **back)["changed"]
    log = next((pc.work / "logs").iterdir())
    kept = log.read_bytes()
    done = pc.client()
    assert (done["action"], done["changed"]) == ("none", True)
    assert done["diff"][0]["before"] == "Client PRONOTE 2026: 2026.2.7 x64\nstaged files: 2026.1.9 x64\n"
    assert pc.folders() == []
    # A staging at rest has no log worth keeping.
    assert log.read_bytes() == kept


def test_an_interrupted_staging_is_followed_by_another(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    slow: dict[str, Any] = {"state": "staged", "stage_rate": "2K"}
    pc.time.kill_in(60)
    pc.killed(**slow)
    again = pc.client(**slow)
    assert (again["action"], again["job"]["followed"], again["job"]["started"]) == ("finish", True, 0)
    assert [name.rpartition("-")[2] for name in pc.folders()] == ["staged"]


def test_its_files_so_far_are_taken_over_by_an_installation(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    pc.time.kill_in(60)
    pc.killed(state="staged", stage_rate="2K")
    done = pc.client()
    assert (done["action"], done["job"]["started"]) == ("install", 1)
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])


def test_a_staging_under_way_that_nobody_wants_is_ended(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    pc.time.kill_in(60)
    pc.killed("2026.1.9", state="staged", stage_rate="2K", allow_downgrade=True)
    done = pc.client()
    assert (done["changed"], len(done["job"]["tidied"])) == (True, 1)
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_two_administrators_stage_at_once(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    others: list[dict[str, Any]] = []
    pc.before(r"ExecutablePath", lambda: others.append(pc.client(state="staged")))
    mine = pc.client(state="staged")
    assert [(result.get("fact"), result["changed"]) for result in (mine, *others)] == [(None, True)] * 2
    assert [name.rpartition("-")[2] for name in pc.folders()] == ["staged"]


def test_a_staging_that_the_station_cut_off_is_begun_again_at_any_hour(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    pc.fault("reboot", r"^Enumerate .*ExecutablePath", nth=2)
    closed: dict[str, Any] = {"windows": [{"days": ["sun"], "from": "03:00", "to": "03:20"}], "timezone": "UTC"}
    done = pc.client(state="staged", stage_rate="2K", reconnect_timeout=600, **closed)
    assert (done.get("fact"), done["job"]["interrupted"], done["changed"]) == (None, 1, True)


def test_files_that_cannot_be_put_to_rest(make_station: MakeStation) -> None:
    pc = make_station(**OLD)

    def hold() -> None:
        (name,) = pc.folders()
        path = rf"C:\Program Files\Rentree PRONOTE\jobs\{name}\setup.exe"
        pc.station.files.open_write(path, token=pc.station.system, append=True)

    pc.before(r"exit 67", hold)
    result = pc.client(state="staged")
    assert result["fact"].startswith("the staged files could not be put to rest in ")
    assert "exit code 67" in result["fact"]


def test_a_depot_without_the_installer(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    pc.depot_faults.by_name["setup.exe"] = "missing"
    result = pc.client(state="staged")
    assert result["fact"].startswith("the station could not fetch setup.exe")
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_a_staging_is_no_deployment_done(make_station: MakeStation, tmp_path: Path) -> None:
    """What failed twice has failed twice, and the evening's list has the station until it is installed."""
    store: dict[str, Any] = {"store": str(tmp_path / "state.sqlite3"), "school": "Lycée", "room": "101"}

    def standing() -> tuple[str, int]:
        found = standings(Path(store["store"]), product="pronote_client")[NAME]["standing"]
        return found.outcome, found.failures

    pc = make_station(**OLD, installer_fault={"kind": "rejected", "times": 2})
    assert [pc.client(**store)["failed"] for _ in range(2)] == [True, True]
    assert standing() == ("failed", 2)
    assert pc.client(state="staged", **store)["changed"]
    assert standing() == ("skipped", 2)
    assert pc.client(**store)["changed"]
    assert standing() == ("done", 0)


@pytest.mark.parametrize("rate", ["fast", "1 M", "2M & calc", "-1"])
def test_a_rate_that_curl_would_not_take(make_station: MakeStation, rate: str) -> None:
    pc = make_station(**OLD)
    with pytest.raises(Exception, match="is not a rate such as 500K or 2M"):
        pc.client(state="staged", stage_rate=rate)
    assert pc.commands() == []
