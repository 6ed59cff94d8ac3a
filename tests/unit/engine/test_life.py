"""The life of a setup, as real InstallScript engines live it: when it has ended, and how it went."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated.from_scenario import build_release
from tests.lab.station import Power
from tests.station.bench import Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import OLD, assert_settled

INSTALLED: dict[str, Any] = {"clients": [{"release": "2026.2.7"}]}
_TOP = r"C:\Program Files\Rentree PRONOTE"


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """A release whose removal was recorded with "no" for an answer."""

    def build(spec: ReleaseSpec) -> tuple[dict[str, bytes], str]:
        files, code = build_release(spec)
        answers = re.sub(rb"(-MessageBox-0\]\r\nResult=)6", rb"\g<1>7", files["uninstall.iss"])
        assert answers != files["uninstall.iss"]
        return {**files, "uninstall.iss": answers}, code

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.station.depot.build_release", build)
        return published(tmp_path_factory.mktemp("no"), ReleaseSpec(release="2026.2.7"))


@pytest.fixture(scope="module")
def untidy(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """A setup that leaves its own temporary files to the next start of Windows."""
    return published(
        tmp_path_factory.mktemp("untidy"), ReleaseSpec(release="2026.2.7", options={"leaves_temporary": True})
    )


def _settled_without_client(pc: Bench) -> None:
    assert (pc.clients(), pc.folders(), pc.tasks()) == ([], [], [])


def test_a_removal_that_ends_in_minus_3_when_everything_is_gone_is_done(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "late"})
    done = pc.client(state="absent")
    assert done["changed"]
    assert [warning for warning in done["warnings"] if "(-3)" in warning and "as wanted all the same" in warning]
    _settled_without_client(pc)
    assert not pc.client(state="absent")["changed"]


def test_a_removal_that_answers_minus_3_at_once_has_failed(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "rejected", "times": 1})
    result = pc.client(state="absent")
    assert result["fact"].startswith("the setup answered: the response file lacks an answer that the setup wants")
    assert result["fact"].endswith("(-3), and this is left: 2026.2.7 x64")
    assert "playbooks/record_response.yml" in result["remedy"]
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])
    assert pc.client(state="absent")["changed"]
    _settled_without_client(pc)


def test_a_removal_whose_parent_ended_early_is_waited_for(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "slow", "seconds": 120})
    exits: list[bool] = []

    def look() -> None:
        clone = [process for process in pc.station.processes if process.path.startswith(_TOP)]
        if clone:
            exits.append(any(path.endswith("\\exit") for path, _node in pc.station.files.walk(_TOP)))
        pc.before("ExecutablePath", look)

    pc.before("ExecutablePath", look)
    assert pc.client(state="absent")["changed"]
    # As long as the clone is at work the script has not said that it has ended.
    assert len(exits) > 5
    assert not any(exits)
    _settled_without_client(pc)


def test_a_removal_cut_off_by_power_after_its_parents_end_is_cut_off(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "slow", "seconds": 120, "times": 1})
    pc.time.later(60, lambda: pc.station.set_power(Power.OFF))
    pc.power_later(90, True)
    done = pc.client(state="absent", reconnect_timeout=600)
    assert (done["changed"], done["job"]["interrupted"], pc.starts()) == (True, 1, 2)
    _settled_without_client(pc)


@pytest.mark.parametrize("clients", [[], [{"release": "2026.1.9"}]], ids=["the first", "over an older release"])
@pytest.mark.parametrize("orphan", [False, True], ids=["whole", "its helper is left"])
def test_a_setup_killed_with_a_log_of_0_has_failed(make_station: MakeStation, clients: Any, orphan: bool) -> None:
    pc = make_station(clients=clients, installer_fault={"kind": "killed", "times": 1, "orphan": orphan})
    began = pc.time.monotonic()
    result = pc.client()
    assert result["fact"] == (
        "the setup ended with 1 although its log says 0: something ended it, or its own script gave up half-way"
    )
    assert "ResultCode=0" in result["job"]["log"]
    # The engine's helper, which stays for ever, is not waited for for long, and is ended.
    assert pc.time.monotonic() - began < 180
    assert (pc.folders(), pc.tasks(), pc.station.processes.named("ISBEW64.exe")) == ([], [], [])
    assert pc.client()["changed"]
    assert_settled(pc, starts=2)


def test_a_setup_whose_own_script_gave_up_has_failed(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "aborts", "times": 1})
    assert pc.client()["fact"].startswith("the setup ended with 118 although its log says 0")
    assert pc.clients() == ["2026.1.9 x64 ok"]
    assert pc.client()["changed"]
    assert_settled(pc, starts=2)


def test_an_installation_that_is_rolled_back_has_failed(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "late", "times": 1})
    result = pc.client()
    assert result["fact"].endswith("(-3); it ended with -2147213312 (0x80042000, the engine gave up)")
    assert "playbooks/record_response.yml" in result["remedy"]
    assert pc.client()["changed"]
    assert_settled(pc, starts=2)


@pytest.mark.parametrize("kind", ["log_empty", "log_cut", "log_unfinished", "log_utf16"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_log_that_tells_nothing_leaves_the_word_to_the_exe(make_station: MakeStation, kind: str, state: str) -> None:
    pc = make_station(**(OLD if state == "present" else INSTALLED), installer_fault={"kind": kind})
    done = pc.client(state=state)
    assert done["changed"]
    doubted = [warning for warning in done["warnings"] if "with no ResultCode in its log" in warning]
    # In UTF-16 with its mark it is read, and so is a result that is the last word of a log without a line end.
    assert bool(doubted) is (kind not in {"log_utf16", "log_unfinished"})
    assert not pc.client(state=state)["changed"]
    assert (pc.folders(), pc.starts()) == ([], 1)


def test_a_removal_that_was_answered_no_has_done_nothing(make_station: MakeStation, refusing: Depot) -> None:
    pc = make_station(**INSTALLED, depot=refusing)
    result = pc.client(state="absent")
    assert result["fact"] == (
        "the setup's log says 0 and names no program, as when it was told to do nothing, and this is left: 2026.2.7 x64"
    )
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])


def test_a_clone_that_never_ends_is_told_and_left_alone(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "never_ends"})
    began = pc.time.monotonic()
    result = pc.client(state="absent")
    assert result["kind"] == "running"
    assert re.fullmatch(
        r"the setup's first process ended \(code 0\), and this was still at work 3\d\d s later: "
        r"setup\.exe \(process \d+, since [-0-9]+ [0-9:]+ by the station's clock\)",
        result["fact"],
    )
    assert "a window that nobody sees" in result["remedy"]
    # All it had to do is done, so it is not given the half hour of one at work.
    assert pc.time.monotonic() - began < 400
    (folder,) = pc.folders()
    before = pc.snapshot()
    # A second run neither waits as long again nor clears anything away from under it.
    began = pc.time.monotonic()
    again = pc.client(state="absent")
    assert (again["kind"], again["fact"]) == ("running", result["fact"])
    assert pc.time.monotonic() - began < 60
    assert (pc.folders(), pc.snapshot()) == ([folder], before)
    pc.kill("-removeonly")
    done = pc.client(state="absent")
    assert (done["changed"], done["job"]["started"]) == (True, 0)
    _settled_without_client(pc)


def test_a_removal_that_never_gets_to_its_files_is_told_as_long(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "hang", "times": 1})
    result = pc.client(state="absent")
    assert result["kind"] == "running"
    assert "this was still at work 1800 s later: setup.exe (process " in result["fact"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    pc.kill("-removeonly")
    # What an earlier run began did not end well: it is begun anew.
    assert pc.client(state="absent")["changed"]
    _settled_without_client(pc)


def test_a_setup_that_asks_for_a_disk_is_told_and_is_not_followed_for_ever(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "insert_disk", "times": 1})
    result = pc.client()
    assert result["kind"] == "running"
    assert result["fact"].startswith("the job is still running after 3600 s: setup.exe (process ")
    assert "a missing file asks for a disk" in result["remedy"]
    pc.kill("install.cmd")
    # Windows has ended the job's task, after four hours, and the setup is still there.
    pc.time.sleep(5 * 3600)
    began = pc.time.monotonic()
    again = pc.client()
    assert again["kind"] == "running"
    assert again["fact"].startswith(
        "the setup is at work for longer than the four hours that Windows gives a job: setup.exe (process "
    )
    assert pc.time.monotonic() - began < 60
    pc.kill("setup.exe")
    assert pc.client()["changed"]
    assert_settled(pc, starts=2)


def test_a_setup_that_lingers_is_waited_for(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "lingers", "seconds": 60})
    assert pc.client(state="absent")["changed"]
    _settled_without_client(pc)


def test_a_restart_that_a_removal_asks_for_late_is_seen(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "held"})
    done = pc.client(state="absent", verify_timeout=60)
    assert done["job"]["restart_needed"]


def test_a_tidying_run_never_goes_under_a_clones_feet(make_station: MakeStation) -> None:
    """Another release is wanted by now: the removal is nobody's any more, and at work."""
    pc = make_station(clients=[{"release": "2025.2.8"}], installer_fault={"kind": "slow", "seconds": 600, "times": 1})
    pc.time.kill_in(60)
    pc.killed("2025.2.8", state="absent")
    pc.kill("install.cmd")
    (folder,) = pc.folders()
    result = pc.client()
    assert result["fact"].startswith("another job is under way on the station")
    assert pc.folders() == [folder]
    assert [path for path, _node in pc.station.files.walk(_TOP) if path.endswith("\\setup.exe")]


def test_a_right_exe_does_not_make_a_killed_installation_whole(make_station: MakeStation) -> None:
    """It was killed when its exe was in place already, and other files were not."""
    pc = make_station(**OLD, installer_fault={"kind": "killed", "times": 1})
    pc.before(r"\^<\^<state", lambda: pc.people("update", "2026.2.7"))
    result = pc.client()
    assert result["fact"].startswith("the setup ended with 1 although its log says 0")
    assert pc.clients() == ["2026.2.7 x64 ok"]
    # What the job has left tells the next run, which would find everything as wanted otherwise.
    assert len(pc.folders()) == 1
    assert pc.client(check=True)["action"] == "finish"
    done = pc.client()
    assert (done["action"], done["changed"], done["job"]["started"]) == ("finish", True, 1)
    assert_settled(pc, starts=2)


_V1 = "technology=installscript\r\nsuccess=\r\n"


def _as_version_1(pc: Bench, text: str) -> None:
    """The job that was just begun has ended as an older script says it, and nothing of it runs."""
    pc.kill("Rentree PRONOTE")
    pc.kill("-removeonly")
    (name,) = pc.folders()
    folder = rf"{_TOP}\jobs\{name}"
    for file, content in (("exit", text), ("setup.log", "[ResponseResult]\r\nResultCode=0\r\n[Application]\r\n")):
        path = f"{folder}\\{file}"
        pc.station.files.write(path, content.encode("ascii"), token=pc.station.system)


def test_an_older_scripts_removal_cut_off_after_its_early_end_is_begun_anew(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "slow", "seconds": 300, "times": 1})
    pc.time.kill_in(60)
    pc.killed(state="absent")
    _as_version_1(pc, f"step=done\r\ncode=0\r\nfile=uninstall\r\nrunning=\r\nrestart=\r\n{_V1}")
    done = pc.client(state="absent")
    assert (done["changed"], done["job"]["tidied"], done["job"]["started"]) == (True, done["job"]["steps"], 1)
    _settled_without_client(pc)


def test_an_older_scripts_job_is_waited_for_while_its_clone_is_at_work(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "slow", "seconds": 300})
    pc.time.kill_in(60)
    pc.killed(state="absent")
    pc.kill("install.cmd")
    (name,) = pc.folders()
    text = f"step=done\r\ncode=0\r\nfile=uninstall\r\nrunning=\r\nrestart=\r\n{_V1}"
    pc.station.files.write(rf"{_TOP}\jobs\{name}\exit", text.encode("ascii"), token=pc.station.system)
    done = pc.client(state="absent")
    assert (done["changed"], done["job"]["started"], pc.starts()) == (True, 0, 1)
    _settled_without_client(pc)


def test_an_older_scripts_setup_without_a_log_is_judged_by_its_exe(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "slow", "seconds": 300, "times": 1})
    pc.time.kill_in(60)
    pc.killed()
    _as_version_1(pc, f"step=no_log\r\ncode=0\r\nfile=setup.exe\r\nrunning=\r\nrestart=\r\n{_V1}")
    pc.people("update", "2026.2.7")
    done = pc.client()
    assert (done["changed"], done["job"]["started"]) == (True, 0)
    assert "but wrote no result into its log; the station is as wanted all the same" in " ".join(done["warnings"])
    assert_settled(pc)


def test_a_removal_cut_off_when_all_is_gone_finds_no_entry_and_is_done(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "lingers", "seconds": 300, "times": 1})
    pc.time.later(120, lambda: pc.station.set_power(Power.OFF))
    pc.power_later(150, True)
    done = pc.client(state="absent", reconnect_timeout=600)
    assert (done["changed"], done["job"]["interrupted"], pc.starts()) == (True, 1, 1)
    assert any("no uninstall entry" in warning and "as wanted all the same" in warning for warning in done["warnings"])
    _settled_without_client(pc)


def test_a_log_that_is_empty_for_a_moment_is_read_again(make_station: MakeStation) -> None:
    pc = make_station(**OLD)

    def hide() -> None:
        (name,) = pc.folders()
        path = rf"{_TOP}\jobs\{name}\setup.log"
        content = pc.station.files.read(path, token=pc.station.system)
        pc.station.files.write(path, b"", token=pc.station.system)

        async def show() -> None:
            pc.station.files.write(path, content, token=pc.station.system)

        pc.time.later(2.5, show)

    pc.before(r"\^<\^<state", hide)
    done = pc.client()
    assert (done["changed"], done["job"]["doubts"]) == (True, [])
    assert "ResultCode=0" in done["job"]["log"]
    assert_settled(pc)


def test_what_a_setup_unpacked_is_no_reason_to_restart(make_station: MakeStation, untidy: Depot) -> None:
    pc = make_station(**OLD, depot=untidy)
    done = pc.client()
    assert (done["changed"], done["job"]["restart_needed"]) == (True, False)
    assert "restart=renames" in done["job"]["log"]


def test_what_a_removal_leaves_to_the_next_start_may_take_what_was_installed_since(make_station: MakeStation) -> None:
    pc = make_station(**INSTALLED, installer_fault={"kind": "held", "when": "remove"})
    done = pc.client("2026.1.9", allow_downgrade=True, downgrade="remove_first", verify_timeout=60)
    assert any("restart the station, then run again" in warning for warning in done["warnings"])
