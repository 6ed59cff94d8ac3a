"""A job on a station: begun once whatever happens, followed to its end, judged, and cleaned away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.breaks import BREAKS
from tests.lab.scenario import ReleaseSpec
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import LOOK, OLD, SLOW, assert_settled


def test_check_apply_check_apply(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    before = pc.snapshot()
    check = pc.client(check=True)
    assert (check["changed"], check["action"], check["reason"]) == (True, "install", "2026.1.9 x64 installed")
    assert check["diff"] == [
        {
            "before": "Client PRONOTE 2026: 2026.1.9 x64\n",
            "after": "Client PRONOTE 2026: 2026.2.7 x64\n",
            "before_header": "station",
            "after_header": "station",
        }
    ]
    assert pc.snapshot() == before
    done = pc.client()
    assert (done["changed"], done["diff"], done["job"]["started"]) == (True, check["diff"], 1)
    settled = pc.snapshot()
    assert [pc.client(check=check)["changed"] for check in (True, False)] == [False, False]
    assert pc.snapshot() == settled


def test_a_killed_controller_is_picked_up(make_station: MakeStation) -> None:
    pc = make_station(**SLOW)
    pc.time.kill_in(60)
    pc.killed()
    assert pc.starts() == 1
    assert pc.client(check=True)["reason"].endswith("-install of an earlier run is on the station")
    done = pc.client()
    assert (done["action"], done["job"]["started"], done["job"]["followed"]) == ("finish", 0, True)
    assert_settled(pc)


def test_a_job_that_ended_while_nobody_looked_is_cleaned_away(make_station: MakeStation) -> None:
    pc = make_station(**SLOW)
    pc.time.kill_in(60)
    pc.killed()
    pc.time.sleep(600)
    assert pc.client(check=True)["changed"]
    done = pc.client()
    assert (done["action"], done["changed"], done["job"]["steps"]) == ("finish", True, [done["job"]["name"]])
    assert_settled(pc)


def test_a_job_that_failed_while_nobody_looked_is_begun_anew(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "rejected", "times": 1})
    pc.before(r"/Run /TN", lambda: pc.time.kill_in(0.1))
    pc.killed()
    pc.time.sleep(60)
    done = pc.client()
    assert done["changed"]
    assert done["job"]["tidied"] == done["job"]["steps"]
    assert_settled(pc, starts=2)


def test_what_comes_after_a_job_that_failed_is_for_people_to_allow(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "rejected", "times": 1})
    pc.before(r"/Run /TN", lambda: pc.time.kill_in(0.1))
    pc.killed()
    pc.time.sleep(60)
    pc.people("log_on", "eleve")
    left = pc.client(when_session="skip")
    assert (left["action"], left["changed"], pc.starts()) == ("skip", True, 1)
    assert left["reason"] == "the job of an earlier run did not end well; somebody is logged on: left for a later run"
    assert pc.folders() == []


def test_a_job_longer_than_the_run_waits_goes_on(make_station: MakeStation) -> None:
    pc = make_station(**SLOW)
    result = pc.client(job_timeout=120)
    assert result["kind"] == "running"
    assert result["fact"].startswith("the job is still running after 120 s: setup.exe (process ")
    assert (len(pc.folders()), len(pc.tasks())) == (1, 1)
    assert pc.client()["job"]["followed"]
    assert_settled(pc)


def test_two_administrators_start_one_installer(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    others: list[dict[str, Any]] = []
    # One has just begun; the other one comes, begins the same, and brings it to its end.
    pc.before(r"ExecutablePath", lambda: others.append(pc.client()))
    mine = pc.client()
    assert [result["changed"] for result in (mine, *others)] == [True, True]
    assert_settled(pc)


@pytest.mark.parametrize("where", ["icacls", "/Run /TN"])
def test_another_administrator_does_it_all_between_two_steps(make_station: MakeStation, where: str) -> None:
    """Between the reading and the staging, between the staging and the start."""
    pc = make_station(**OLD)
    others: list[dict[str, Any]] = []
    pc.before(where, lambda: others.append(pc.client()))
    mine = pc.client()
    assert [result.get("fact") for result in (mine, *others)] == [None, None]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert (pc.folders(), pc.tasks()) == ([], [])


# Faults at the requests of a job: where, and how often its installer starts.
_FAULTS: dict[str, tuple[dict[str, Any], int]] = {
    "cut while the job runs": ({"effect": "cut", "match": LOOK, "nth": 2}, 1),
    "answer lost while the job runs": ({"effect": "cut_after", "match": LOOK, "nth": 2}, 1),
    "a fault while the job runs": ({"effect": "http_500", "match": LOOK, "nth": 2}, 1),
    "restart while the job runs": ({"effect": "reboot", "match": LOOK, "nth": 6}, 2),
    "shell used up": ({"effect": "shell_used_up", "match": "^Command ", "nth": 3}, 1),
    "slow station": ({"effect": "delay", "match": "", "times": 0, "seconds": 5.0}, 1),
    "refused once it is back": ({"effect": "access_denied", "match": LOOK, "nth": 4, "times": 3}, 1),
}


@pytest.mark.parametrize("name", _FAULTS)
def test_a_fault_during_the_job_is_survived_in_the_same_run(make_station: MakeStation, name: str) -> None:
    fault, starts = _FAULTS[name]
    lost = {"effect": "cut", "match": LOOK, "nth": 3}
    pc = make_station(**SLOW, faults=[lost, fault] if "back" in name else [fault])
    result = pc.client()
    assert result.get("fact") is None
    assert_settled(pc, starts=starts)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_run_says_why_and_the_next_one_finishes(make_station: MakeStation, name: str) -> None:
    pc = make_station(**OLD, faults=[BREAKS[name]])
    broken = pc.client()
    assert broken["fact"]
    assert broken["remedy"]
    done = pc.client()
    assert done.get("fact") is None
    assert_settled(pc)


@pytest.mark.parametrize("match", ["^Command .*icacls", LOOK])
def test_a_station_that_loses_its_power_is_waited_for_a_while(make_station: MakeStation, match: str) -> None:
    pc = make_station(**SLOW, faults=[{"effect": "power_off", "match": match}])
    began = pc.time.monotonic()
    result = pc.client(reconnect_timeout=300)
    assert result["unreachable"]
    waited = pc.time.monotonic() - began
    assert waited < 60 if "icacls" in match else 300 <= waited < 400
    pc.power(True)
    assert pc.client()["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_a_station_that_comes_back_in_time_is_followed_on(make_station: MakeStation) -> None:
    pc = make_station(**SLOW, faults=[{"effect": "power_off", "match": LOOK, "nth": 2}])
    pc.power_later(120, True)
    result = pc.client(reconnect_timeout=300)
    assert (result["changed"], result["job"]["interrupted"]) == (True, 1)
    assert_settled(pc, starts=2)


def test_a_refused_account_is_not_asked_for_ever(make_station: MakeStation) -> None:
    """Each refusal counts for its lock-out."""
    lost = {"effect": "cut", "match": LOOK, "nth": 2}
    pc = make_station(**SLOW, faults=[lost, {"effect": "access_denied", "match": LOOK, "nth": 2, "times": 0}])
    assert pc.client()["kind"] == "refused"
    # And one more, whether the job may be cleared away.
    assert sum(event["effect"] == "access_denied" for event in pc.events("fault")) == 6 + 1


def test_an_installer_is_started_twice_at_most(make_station: MakeStation) -> None:
    pc = make_station(**SLOW, faults=[{"effect": "reboot", "match": LOOK, "nth": nth} for nth in (3, 12)])
    result = pc.client(reconnect_timeout=3600)
    assert result["fact"] == "the station cut the job off 2 times (restart or power)"
    assert (pc.starts(), pc.folders(), pc.tasks()) == (2, [], [])


def test_files_that_go_while_nobody_is_at_work(make_station: MakeStation) -> None:
    """An antivirus takes the folder away, twice."""
    pc = make_station(**OLD)
    folder = r"C:\Program Files\Rentree PRONOTE"

    def take_away() -> None:
        pc.kill("Rentree PRONOTE")
        pc.command(f'rmdir /s /q "{folder}"')
        pc.before(r"ExecutablePath", take_away)

    pc.before(r"ExecutablePath", take_away)
    result = pc.client()
    assert result["fact"] == "the job's files went from the station before it had ended"
    assert pc.clients() == ["2026.1.9 x64 ok"]


def test_one_look_is_no_proof_that_a_job_was_cut_off(make_station: MakeStation) -> None:
    """Its process may begin between the look at the processes and the look at the files."""
    pc = make_station(**SLOW)
    seen: list[bool] = []

    def hide() -> None:
        """This once, WMI does not know of the job that is at work."""
        hidden = [process for process in pc.station.processes if "Rentree PRONOTE" in process.command_line]
        lines = [process.command_line for process in hidden]
        for process in hidden:
            process.command_line = "cmd.exe"
        paths = [process.path for process in hidden]
        for process in hidden:
            process.path = r"C:\Windows\System32\cmd.exe"
        seen.append(bool(hidden))

        def show() -> None:
            for process, line, path in zip(hidden, lines, paths, strict=True):
                process.command_line, process.path = line, path

        pc.before(r"\^<\^<state", show)

    pc.before(r"ExecutablePath", lambda: pc.before(r"ExecutablePath", lambda: pc.before(r"ExecutablePath", hide)))
    result = pc.client()
    assert seen == [True]
    assert (result["changed"], result["job"]["interrupted"]) == (True, 0)
    assert_settled(pc)


def test_a_task_whose_script_never_ran(make_station: MakeStation) -> None:
    pc = make_station(**OLD, faults=[{"effect": "access_denied", "match": r"^Start .*run install", "times": 0}])
    began = pc.time.monotonic()
    result = pc.client(start_timeout=60)
    assert result["fact"] == "the scheduled task was started but its script never ran"
    assert 60 <= pc.time.monotonic() - began < 90
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_a_setup_that_works_on_after_its_log_is_given_time(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    states = iter(["2026.1.9", "2026.1.9"])

    def back() -> None:
        if (release := next(states, None)) is not None:
            pc.people("update", release)
            pc.before(r"reg\.exe", back)
        else:
            pc.people("update", "2026.2.7")

    pc.before(r"\^<\^<state", lambda: pc.before(r"reg\.exe", back))
    assert pc.client(verify_timeout=60)["changed"]


def test_a_log_that_cannot_be_kept_is_no_reason_to_leave_a_station_half_way(
    make_station: MakeStation, tmp_path: Path
) -> None:
    pc = make_station(**OLD)
    (tmp_path / "logs").write_text("a file in the folder's place", encoding="utf-8")
    result = pc.client()
    assert result["changed"]
    assert any("the job's log could not be kept on the controller" in warning for warning in result["warnings"])


def test_no_log_is_kept_where_none_is_wanted(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert "== exit ==" in pc.client(log_dir=None)["job"]["log"]
    assert not (pc.work / "logs").exists()


def test_a_folder_that_something_holds_for_a_moment(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    held: list[Any] = []

    def hold() -> None:
        (name,) = pc.folders()
        path = rf"C:\Program Files\Rentree PRONOTE\jobs\{name}\setup.log"
        held.append(pc.station.files.open_write(path, token=pc.station.system, append=True))
        pc.time.later(2.5, _closed(held))

    pc.before(r"/Delete /TN", hold)
    assert pc.client()["changed"]
    assert pc.folders() == []


def _closed(held: list[Any]) -> Any:
    async def close() -> None:
        held.pop().close()

    return close


def test_a_folder_that_something_holds_on_to(make_station: MakeStation) -> None:
    pc = make_station(**OLD)

    def hold() -> None:
        (name,) = pc.folders()
        path = rf"C:\Program Files\Rentree PRONOTE\jobs\{name}\setup.log"
        pc.station.files.open_write(path, token=pc.station.system, append=True)

    pc.before(r"/Delete /TN", hold)
    result = pc.client()
    assert result["fact"].startswith(
        r"the job folder C:\Program Files\Rentree PRONOTE\jobs\pronote-client-2026.2.7-x64"
    )
    assert "could not be deleted (exit code 65)" in result["fact"]
    assert "after a restart" in result["remedy"]


def test_a_task_that_stays_is_told(make_station: MakeStation) -> None:
    pc = make_station(
        **OLD, faults=[{"effect": "access_denied", "match": r"^Start \S*schtasks\S* /Delete", "times": 0}]
    )
    result = pc.client()
    assert result["fact"].startswith("the scheduled task 'Rentree PRONOTE pronote-client-2026.2.7-x64-")
    assert result["fact"].endswith("could not be deleted (exit code 66)")
    # As long as the task is there its folder stays, by which the next run finds it.
    assert (len(pc.tasks()), len(pc.folders())) == (1, 1)
    pc.heal()
    assert pc.client()["action"] == "finish"
    assert_settled(pc)


def test_a_task_that_cannot_be_made(make_station: MakeStation) -> None:
    pc = make_station(
        **OLD, faults=[{"effect": "access_denied", "match": r"^Start \S*schtasks\S* /Create", "times": 0}]
    )
    result = pc.client()
    assert result["fact"].startswith("the scheduled task could not be created or started (exit code ")
    assert (pc.starts(), pc.folders()) == (0, [])


def test_a_job_is_never_removed_while_it_runs(make_station: MakeStation) -> None:
    """This run fails; the installer is at work all the same."""
    pc = make_station(**SLOW, faults=[{"effect": "access_denied", "match": LOOK, "nth": 3}])
    assert pc.client()["kind"] == "refused"
    assert (pc.starts(), len(pc.folders()), len(pc.tasks())) == (1, 1, 1)
    done = pc.client()
    assert (done["action"], done["job"]["followed"]) == ("finish", True)
    assert_settled(pc)


@pytest.fixture(scope="module")
def two_products(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """The client, and EDT monoposte."""
    edt = ReleaseSpec(release="2026.2.7", product="edt_monoposte")
    return published(tmp_path_factory.mktemp("products"), ReleaseSpec(release="2026.2.7"), edt)


def test_another_products_job_at_work_is_not_disturbed(make_station: MakeStation, two_products: Depot) -> None:
    pc = make_station(**SLOW, depot=two_products)
    assert pc.client(job_timeout=30)["kind"] == "running"
    (name,) = pc.folders()
    result = pc.client(product="edt_monoposte")
    assert result["fact"] == f"another job is under way on the station: {name}"
    assert (pc.starts(), pc.folders()) == (1, [name])


def test_what_another_product_left_is_its_own_to_clear_away(make_station: MakeStation, two_products: Depot) -> None:
    pc = make_station(**SLOW, depot=two_products)
    assert pc.client(job_timeout=30)["kind"] == "running"
    pc.time.sleep(600)
    (name,) = pc.folders()
    assert pc.client(product="edt_monoposte")["changed"]
    assert pc.folders() == [name]


def test_an_older_release_is_refused(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    result = pc.client("2026.1.9")
    assert result["fact"] == "2026.2.7 is installed, newer than 2026.1.9"
    assert "pronote_client_when_newer" in result["remedy"]


def test_jobs_of_another_release_are_cleared_away(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.1.9"}], installer_fault={"kind": "slow", "times": 1})
    pc.before(r"/Run /TN", lambda: pc.time.kill_in(30))
    pc.killed()
    # At work it is somebody's.
    busy = pc.client("2026.1.9", state="absent")
    assert busy["fact"].startswith("another job is under way on the station: pronote-client-2026.2.7-x64-")
    pc.time.sleep(3600)
    done = pc.client("2025.2.8", state="absent")
    assert (done["action"], done["changed"], len(done["job"]["tidied"])) == ("none", True, 1)
    assert "== exit ==" in next((pc.work / "logs").iterdir()).read_text(encoding="utf-8")
    assert (pc.folders(), pc.tasks()) == ([], [])
