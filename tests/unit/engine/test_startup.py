"""``pronote-startup.cmd`` on a station: what it does at a start, and what it leaves alone.

Run as SYSTEM, as the Group Policy client runs a computer's start-up script; the depot is the product's own server.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.entries.startup_script import proven
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName

from tests.lab.simulated import security as rights
from tests.station.bench import Bench
from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import OLD
from tests.unit.engine.startup import FOLDER, TOP, begin, finish, make_script, result, start, told

_RIGHT = {"clients": [{"release": "2026.2.7"}]}
# Windows 11 24H2: nothing of Windows says the version of a program to a batch file.
_MUTE = {"windows": "11-24H2"}


def _state(pc: Bench, script: bytes | None = None) -> str:
    """A start, and what came of it: state, what is there, step and code."""
    found = start(pc, script)
    assert found is not None
    return f"{found.state} {found.has} {found.step} {found.code}".replace("None", "").strip()


def _job(pc: Bench, verb: Any = "install") -> Job:
    digest = pc.lock()["2026.2.7"]["x64"]["digest"]
    name = JobName.of(PRONOTE_CLIENT, verb, Release.parse("2026.2.7"), "x64", digest)
    return Job(name=name, program_files=r"C:\Program Files")


def _asked(pc: Bench) -> int:
    """Requests to the depot so far."""
    return len(pc.events("web"))


@pytest.mark.parametrize("windows", ["10-22H2", "11-24H2"])
def test_a_station_without_a_client_gets_it_and_is_left_alone_from_then_on(
    make_station: MakeStation, windows: str
) -> None:
    pc = make_station(windows=windows)
    assert _state(pc) == "right 2026.2.7 done 0"
    assert (pc.clients(), pc.starts(), pc.tasks()) == (["2026.2.7 x64 ok"], 1, [])
    asked, began = _asked(pc), pc.time.monotonic()
    assert _state(pc) == "right 2026.2.7"
    # It looks, and is gone: no request, no task, no wait; what the first start left went with the second.
    assert (_asked(pc), pc.starts(), pc.folders()) == (asked, 1, ["no job, but its folder"])
    assert pc.time.monotonic() - began < 2
    there = sorted(path.rpartition("\\")[2] for path, _node in pc.station.files.walk(TOP))
    assert there == ["startup.lock", "startup.result"]


def test_an_older_client_of_the_year_is_brought_to_the_release(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert _state(pc) == "right 2026.2.7 done 0"
    assert (pc.clients(), pc.starts()) == (["2026.2.7 x64 ok"], 1)


def test_a_run_over_winrm_takes_it_for_one_of_its_own_jobs(make_station: MakeStation) -> None:
    pc = make_station()
    assert _state(pc) == "right 2026.2.7 done 0"
    assert pc.client(check=True)["changed"]
    assert pc.client()["changed"]
    assert (pc.starts(), pc.folders()) == (1, ["no job, but its folder"])
    assert not pc.client()["changed"]


@pytest.mark.parametrize(
    ("station", "state"),
    [
        (_RIGHT, "right 2026.2.7"),
        ({"clients": [{"release": "2026.2.10"}]}, "ahead 2026.2.10"),
        ({"clients": [{"release": "2026.10.1"}]}, "ahead 2026.10.1"),
        ({"clients": [{"release": "2027.1.1"}]}, "ahead"),
        ({**_MUTE, **OLD}, "unread"),
        ({"clients": [{"release": "2026.1.9"}, {"release": "2026.1.9", "arch": "x86"}]}, "several"),
        ({"clients": [{"release": "2026.1.9", "entry": False}]}, "incomplete"),
        ({"clients": [{"release": "2026.1.9", "exe": False}]}, "incomplete"),
        ({"freezer": "deep_freeze"}, "frozen"),
        ({"freezer": "reboot_restore"}, "frozen"),
        ({"freezer": "uwf"}, "frozen"),
    ],
)
def test_what_is_left_as_it_is(make_station: MakeStation, station: dict[str, Any], state: str) -> None:
    pc = make_station(**station)
    before = pc.clients()
    assert _state(pc) == state
    assert (pc.clients(), pc.starts(), pc.tasks(), _asked(pc)) == (before, 0, [], 0)


def test_numbers_are_compared_as_numbers(make_station: MakeStation) -> None:
    """2026.1.10 is no text that comes before 2026.1.9: it is newer, and older than 2026.2.7."""
    pc = make_station(clients=[{"release": "2026.1.10"}])
    assert _state(pc, make_script(pc, "2026.1.9")) == "ahead 2026.1.10"
    assert _state(pc) == "right 2026.2.7 done 0"


def test_a_script_that_is_older_than_the_station_changes_nothing(make_station: MakeStation) -> None:
    pc = make_station(**_RIGHT)
    assert _state(pc, make_script(pc, "2025.2.8")) == "ahead"
    assert _state(pc, make_script(pc, "2026.1.9")) == "ahead 2026.2.7"
    assert (pc.clients(), pc.starts()) == (["2026.2.7 x64 ok"], 0)


def test_last_years_client_stays_beside_the_new_one(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}])
    assert _state(pc) == "right 2026.2.7 done 0"
    assert pc.clients() == ["2025.2.8 x64 ok", "2026.2.7 x64 ok"]


@pytest.mark.parametrize(
    ("station", "found"),
    [
        ({"arch": "x86"}, "2026.2.7 x86 ok"),
        # The 32-bit client of a 64-bit station is a program of its own: the other one would come beside it.
        ({"clients": [{"release": "2026.1.9", "arch": "x86"}]}, "2026.2.7 x86 ok"),
    ],
)
def test_the_architecture(make_station: MakeStation, station: dict[str, Any], found: str) -> None:
    pc = make_station(**station)
    assert _state(pc) == "right 2026.2.7 done 0"
    assert pc.clients() == [found]


def test_an_architecture_that_is_not_published(make_station: MakeStation) -> None:
    pc = make_station(arch="x86")
    digests = {"x64": pc.lock()["2026.2.7"]["x64"]["digest"]}
    assert _state(pc, make_script(pc, digests=digests)) == "no_arch"


def test_where_windows_says_no_version_its_own_memory_does(make_station: MakeStation) -> None:
    pc = make_station(**_MUTE)
    assert _state(pc, make_script(pc, "2026.1.9")) == "right 2026.1.9 done 0"
    assert _state(pc) == "right 2026.2.7 done 0"
    # Another program in its place: what it is nobody knows, and it is left alone.
    pc.time.sleep(300)
    pc.people("update", "2026.1.9")
    assert _state(pc) == "unread"
    assert pc.starts() == 2


@pytest.mark.parametrize(
    ("faults", "state"),
    [
        ({"install.cmd": "corrupt"}, "failed  stage 63"),
        ({"setup.exe": "missing"}, "failed  download 22"),
        ({"setup.exe": "corrupt"}, "failed  digest 0"),
        ({"install.cmd": "unavailable"}, "failed  stage 62"),
        ({"setup.exe": "unavailable"}, "failed  busy 22"),
    ],
)
def test_a_depot_in_trouble_is_told_and_tried_again_at_the_next_start(
    make_station: MakeStation, faults: dict[str, str], state: str
) -> None:
    pc = make_station()
    pc.depot_faults.by_name.update(faults)
    # More often than a setup would be begun, where that costs nothing.
    times = 4 if "digest" in state else 1
    assert [_state(pc) for _ in range(times)] == [state] * times
    assert (pc.clients(), pc.starts(), pc.tasks()) == ([], 0, [])
    pc.heal()
    # No setup was begun: no try was used up.
    assert _state(pc) == "right 2026.2.7 done 0"


def test_without_a_network_it_is_told_and_tried_again(make_station: MakeStation) -> None:
    pc = make_station()
    nowhere = make_script(pc, depot="http://127.0.0.1:9/depot")
    assert _state(pc, nowhere) == "failed  stage 62"
    assert (pc.clients(), pc.tasks()) == ([], [])
    assert _state(pc) == "right 2026.2.7 done 0"


def test_a_network_that_is_late_is_waited_for(make_station: MakeStation) -> None:
    pc = make_station()
    pc.depot_faults.by_name["install.cmd"] = "unavailable"

    async def there() -> None:
        pc.depot_faults.by_name.clear()

    pc.time.later(120, there)
    assert _state(pc) == "right 2026.2.7 done 0"


def test_stations_begin_at_different_moments(make_station: MakeStation) -> None:
    pc = make_station()
    pc.depot_faults.by_name["install.cmd"] = "corrupt"
    waits = []
    for _ in range(3):
        began = pc.time.monotonic()
        start(pc, make_script(pc, spread=200))
        waits.append(pc.time.monotonic() - began)
    assert len({round(each) for each in waits}) > 1
    assert max(waits) < 200 + 30


@pytest.mark.parametrize("seconds", [10, 100])
def test_one_that_is_switched_off_half_way_goes_on_at_its_next_start(make_station: MakeStation, seconds: int) -> None:
    pc = make_station(installer_fault={"kind": "slow", "seconds": 120, "times": 1})
    begin(pc, make_script(pc, spread=0))
    pc.time.sleep(seconds)
    pc.power(False)
    cut = result(pc)
    assert cut is not None
    assert cut.state == "begun"
    pc.power(True)
    assert _state(pc) == "right 2026.2.7 done 0"
    assert (pc.clients(), pc.tasks()) == (["2026.2.7 x64 ok"], [])
    assert _state(pc) == "right 2026.2.7"
    assert pc.folders() == ["no job, but its folder"]


def test_a_setup_that_never_succeeds_is_begun_three_times(make_station: MakeStation) -> None:
    pc = make_station(installer_fault={"kind": "rejected"})
    for _ in range(3):
        assert _state(pc).startswith("failed  done")
    assert _state(pc) == "given_up"
    assert (pc.starts(), pc.clients(), pc.tasks()) == (3, [], [])
    # Another publication is another matter.
    assert _state(pc, make_script(pc, "2026.1.9")).startswith("failed  done")


def test_a_client_that_runs_is_not_set_up_over(make_station: MakeStation) -> None:
    pc = make_station(**OLD, session_open="prof", running_client="2026.1.9")
    assert _state(pc) == "failed 2026.1.9 client_running 0"
    pc.people("close")
    assert _state(pc) == "right 2026.2.7 done 0"


def test_a_second_start_while_its_task_is_at_work_does_nothing(make_station: MakeStation) -> None:
    pc = make_station(installer_fault={"kind": "slow", "seconds": 600})
    begin(pc, make_script(pc, spread=0))
    pc.time.sleep(120)
    assert pc.starts() == 1
    before, registered = told(pc), len(pc.events("task"))
    begin(pc)
    assert (told(pc), len(pc.events("task"))) == (before, registered)
    finish(pc)
    assert (pc.starts(), pc.clients()) == (1, ["2026.2.7 x64 ok"])


def test_a_job_of_a_run_is_left_to_that_run(make_station: MakeStation) -> None:
    pc = make_station(installer_fault={"kind": "slow", "seconds": 600})
    pc.time.kill_in(60)
    pc.killed()
    assert start(pc, None) is not None
    assert told(pc).count("state=job") == 1
    assert pc.starts() == 1
    assert pc.client()["changed"]
    assert pc.starts() == 1
    assert _state(pc) == "right 2026.2.7"


def test_where_somebody_runs_a_setup_nothing_is_done(make_station: MakeStation) -> None:
    """The lock of ``install.cmd``, held by whoever runs a setup of ours."""
    pc = make_station()
    pc.station.files.make_directory(TOP, token=pc.station.system)
    held = pc.station.files.open_write(rf"{TOP}\lock", token=pc.station.system)
    assert _state(pc) == "job"
    assert (pc.starts(), pc.tasks(), _asked(pc)) == (0, [], 0)
    held.close()
    assert _state(pc) == "right 2026.2.7 done 0"
    assert not pc.station.files.is_file(rf"{TOP}\lock")


def test_what_a_run_has_staged_is_used(make_station: MakeStation) -> None:
    pc = make_station()
    assert pc.client(state="staged")["changed"]
    asked = _asked(pc)
    assert _state(pc) == "right 2026.2.7 done 0"
    assert _asked(pc) == asked


def test_a_frozen_station_that_is_thawed_gets_it(make_station: MakeStation) -> None:
    pc = make_station(freezer="deep_freeze", frozen=False)
    assert _state(pc) == "right 2026.2.7 done 0"


def test_nothing_that_runs_as_system_can_be_changed_by_a_pupil(make_station: MakeStation) -> None:
    pc = make_station(installer_fault={"kind": "slow", "seconds": 600}, session_open="eleve")
    begin(pc, make_script(pc, spread=0))
    seen: set[str] = set()
    for _ in range(40):
        pc.time.sleep(15)
        for path, node in pc.station.files.walk(TOP):
            seen.add(path.rpartition("\\")[2])
            what = "create" if node.directory else "write"
            assert not pc.station.could_standard_user(path, what), path
            assert not pc.station.could_standard_user(path, "delete"), path
    finish(pc)
    assert {"startup.cmd", "startup.xml", "startup.result", "install.cmd", "setup.exe", "started"} <= seen


@pytest.mark.parametrize(("station", "state"), [({}, "right 2026.2.7 done 0"), (_RIGHT, "right 2026.2.7")])
def test_a_folder_of_a_pupil_is_taken_from_him_first(
    make_station: MakeStation, station: dict[str, Any], state: str
) -> None:
    pc = make_station(session_open="eleve", **station)
    files, pupil = pc.station.files, pc.station.standard_user()
    files.make_directory(TOP, token=pc.station.system)
    files.change(TOP).owner = pupil.sid
    files.write(rf"{TOP}\startup.cmd", b"@echo calc", token=pc.station.system)
    files.change(rf"{TOP}\startup.cmd").owner = pupil.sid
    assert _state(pc) == state
    assert not pc.station.could_standard_user(TOP, "create")
    for path, _node in files.walk(TOP):
        assert not pc.station.could_standard_user(path, "write"), path
        assert not pc.station.files.allows(path, pupil, rights.READ_DATA), path


def test_it_can_be_told_nothing_else(make_station: MakeStation) -> None:
    pc = make_station(**_RIGHT)
    begin(pc)
    assert b"91" in pc.command(rf'call "{FOLDER}\pronote-startup.cmd" nonsense & call echo %^errorlevel%')


def test_what_comes_after_it_over_winrm_is_as_ever(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    pc.depot_faults.by_name["setup.exe"] = "missing"
    assert _state(pc) == "failed 2026.1.9 download 22"
    pc.heal()
    assert pc.client()["changed"]
    assert pc.starts() == 1


def test_a_release_is_proven_by_a_deployment_and_by_nothing_else(make_station: MakeStation) -> None:
    pc = make_station()
    store = str(pc.work / "store.sqlite3")
    assert start(pc) is not None
    pc.run("audit", {"uai": "0310001A", "release": "2026.2.7", "store": store})
    assert proven(store) == set()
    pc.client("2026.1.9", allow_downgrade=True, store=store)
    assert proven(store) == {"2026.1.9"}
    assert (proven(""), proven(str(pc.work / "none.sqlite3"))) == (set(), set())


def test_an_audit_reads_what_it_has_left(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert pc.run("client_info", {})["startup"] is None
    pc.depot_faults.by_name["setup.exe"] = "missing"
    start(pc)
    audit = {"uai": "0310001A", "release": "2026.2.8"}
    facts = pc.run("audit", audit)["record"]["facts"]
    expected = {"state": "failed", "has": "2026.1.9", "step": "download", "code": 22, "file": "setup.exe"}
    assert facts["startup"] == {"release": "2026.2.7", **expected}


def test_a_result_that_imitates_our_headings_is_noticed(make_station: MakeStation) -> None:
    pc = make_station(**_RIGHT)
    start(pc)
    text = b"release=2026.2.7\r\nstate=right\r\n<<processes>>\r\nx"
    pc.station.files.write(rf"{TOP}\startup.result", text, token=pc.station.system)
    assert "has processes twice" in pc.run("client_info", {})["fact"]
