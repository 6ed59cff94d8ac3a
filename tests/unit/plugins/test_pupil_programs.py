"""What SYSTEM runs on a station, and what of it a pupil can reach: each attempt must fail (test_pupil.py)."""

from __future__ import annotations

from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import message_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import (
    Entry,
    details_command,
    overview_command,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.shutdown import abort_command, restart_command

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated import ClientOptions, SimulatedStation
from tests.lab.simulated.from_scenario import build_release
from tests.lab.simulated.images import build_image
from tests.lab.simulated.tools.names import FORBIDDEN_TOOLS, SYSTEM_TOOLS, file_name
from tests.lab.wsman.wql import parse_wql
from tests.unit.lab.simulated.bench import inside, run, until
from tests.unit.pupil import (
    NAME,
    SECRET,
    TOP,
    assert_out_of_reach,
    depot_of,
    job_for,
    nothing,
    paths_of_ours,
    put_job,
    release_files,
    station_with_pupil,
    until_ended,
    work_of_system,
)

PLANTED = r"C:\Outils"


def _plant(station: SimulatedStation) -> None:
    """A folder of the pupil's stands first in the machine's PATH, with programs called as Windows' own are."""
    files = station.files
    files.make_directory(PLANTED, token=station.standard_user())
    # A program that ends at once, whatever it is called.
    image = build_image(kind="tool", name="whoami", version="1.0.0.0")
    for tool in (*SYSTEM_TOOLS, *FORBIDDEN_TOOLS, "setup", "install"):
        for name in {file_name(tool), f"{tool}.cmd", f"{tool}.exe", f"{tool}.com"}:
            files.write(f"{PLANTED}\\{name}", image, token=station.standard_user())
    key = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
    path = station.registry.get(key, "Path")
    assert isinstance(path, str)
    station.registry.set(key, "Path", f"{PLANTED};{path}")


def _started(station: SimulatedStation) -> set[str]:
    """Folders of every program that ran."""
    events = [event.data for event in station.journal.select(kind="process")]
    return {str(event["path"]).rpartition("\\")[0] for event in events if event.get("path")}


def test_nothing_is_looked_up_in_the_search_path() -> None:
    async def go() -> set[str]:
        station = station_with_pupil(clients=(ClientOptions(release="2026.1.3"),))
        _plant(station)
        # The trap works: a bare name does run the pupil's program.
        await run(station, "whoami")
        assert PLANTED in _started(station)
        began = len(list(station.journal.select(kind="process")))
        entry = Entry(view=64, key="{02871376-45F6-4642-9D84-C7681ABE361F}", values={})
        for line in (
            overview_command(PRONOTE_CLIENT),
            details_command([entry]),
            message_command("Bonjour", 5),
            restart_command("Bonjour", 3600),
            abort_command(),
        ):
            await run(station, line)
        await work_of_system(station, nothing)
        paths = [str(event.data.get("path", "")) for event in list(station.journal.select(kind="process"))[began:]]
        assert len(paths) > 40
        return {path.rpartition("\\")[0] for path in paths if path}

    folders = inside(go)
    assert folders
    allowed = (r"C:\Windows\System32", TOP)
    assert {folder for folder in folders if not folder.startswith(allowed)} == set()


def test_the_variables_of_a_shell_do_not_reach_the_task() -> None:
    async def go() -> None:
        station = station_with_pupil()
        _plant(station)
        files, digest = release_files(seconds=60.0)
        theirs = {"Path": PLANTED, "TEMP": PLANTED, "TMP": PLANTED, "PATHEXT": ".CMD", "JOB": PLANTED, "SYS": PLANTED}
        async with depot_of(files) as url:
            job = job_for("install")
            for line in (job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b", looked=True), job.start(url)):
                assert (await run(station, line, environment=theirs)).code == 0
            await until(lambda: bool(station.processes.named("setup.exe")))
            (setup,) = station.processes.named("setup.exe")
            assert setup.path.startswith(TOP)
            task = station.tasks.find(job.task)
            assert task is not None
            (action,) = task.definition.actions
            assert action.command == r"C:\Windows\System32\cmd.exe"
            assert action.arguments == f'/d /c ""{job.folder}\\install.cmd" run install"'
            await until_ended(station, job)
            assert "ResultCode=0" in (await run(station, job.read())).out

    inside(go)


def test_what_the_setup_unpacks_does_not_lie_where_he_can_write() -> None:
    async def go() -> None:
        station = station_with_pupil()
        files, digest = release_files(seconds=60.0)
        # He knows where this setup unpacks itself, by default, and is there first.
        trap = r"C:\Windows\Temp\{02871376-45F6-4642-9D84-C7681ABE361F}"
        codes = [
            trap,
            *(rf"C:\Windows\Temp\{code}" for code in ("tmp", build_release(ReleaseSpec(release="2026.2.7"))[1])),
        ]
        for path in codes:
            station.files.make_directory(path, token=station.standard_user())
            trojan = build_image(kind="idle", name="trojan", version="1.0.0.0")
            station.files.write(f"{path}\\setup.exe", trojan, token=station.standard_user())
        async with depot_of(files) as url:
            job = job_for("install")
            await put_job(station, job, url, digest)
            assert (await run(station, job.start(url))).code == 0
            await until_ended(station, job)
            assert "ResultCode=0" in (await run(station, job.read())).out
        assert not any(folder.startswith(r"C:\Windows\Temp") for folder in _started(station))
        unpacked = [folder for folder in _started(station) if "\\tmp\\{" in folder]
        assert unpacked
        assert unpacked[0].startswith(TOP)

    inside(go)


def test_nothing_is_ever_put_where_he_could_have_planted_a_link() -> None:
    """Junctions, symbolic and hard links need a name in the folder: no folder of ours lets him have one."""

    async def go() -> None:
        station = station_with_pupil()
        before = {path for path, _node in station.files.changes()}

        async def look(station: SimulatedStation) -> None:
            for key, node in station.files.changes():
                if node is None or key in before:
                    continue
                folder = key.rpartition("\\")[0]
                assert not station.could_standard_user(folder, "create"), key

        await work_of_system(station, look, seconds=60.0)
        assert len(station.files.changes()) > len(before)

    inside(go)


def test_no_secret_is_in_a_command_a_task_or_a_file() -> None:
    async def go() -> None:
        station = station_with_pupil()

        async def look(station: SimulatedStation) -> None:
            for path in paths_of_ours(station):
                node = station.files.require(path)
                if not node.directory and node.content.size < 1 << 20:
                    assert SECRET.encode() not in node.content.read(), path

        await work_of_system(station, look)
        events = [str(event.data) for event in station.journal.select()]
        assert len(events) > 40
        assert not any(SECRET in event for event in events)

    inside(go)


def test_the_uninstaller_that_system_starts_is_not_his_to_change() -> None:
    async def go() -> None:
        station = station_with_pupil(clients=(ClientOptions(release="2026.2.7"),))
        shown = await run(
            station,
            r"reg query HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall /s /v UninstallString /reg:32",
        )
        lines = [line for line in shown.out.splitlines() if "InstallShield Installation Information" in line]
        assert lines
        for line in lines:
            path = line.split('"')[1]
            if not station.files.is_file(path):
                continue
            assert not station.could_standard_user(path, "write")
            assert not station.could_standard_user(path.rpartition("\\")[0], "create")
        files, digest = release_files()
        async with depot_of(files) as url:
            job = job_for("remove")
            await put_job(station, job, url, digest)
            assert (await run(station, job.start(url))).code == 0
            await until_ended(station, job)
            await assert_out_of_reach(station)
            assert "ResultCode=0" in (await run(station, job.read())).out

    inside(go)


def test_another_depot_cannot_have_its_script_run() -> None:
    """Somebody on the network answers in the depot's place: what comes does not have the digest, and nothing runs."""

    async def go() -> None:
        station = station_with_pupil()
        _files, digest = release_files()
        async with depot_of({"install.cmd": b"@echo off\r\ncalc\r\n"}) as url:
            staged = await run(station, job_for("install").stage(f"{url}/install.cmd", digest, "install.cmd.0a1b"))
        assert staged.code == 63
        assert not station.files.is_file(rf"{TOP}\jobs\{NAME}-install\install.cmd")

    inside(go)


def test_a_script_that_is_there_already_is_looked_at_all_the_same() -> None:
    async def go() -> None:
        station = station_with_pupil()
        job = job_for("install")
        files, digest = release_files()
        async with depot_of(files) as url:
            await put_job(station, job, url, digest)
            script = rf"{job.folder}\install.cmd"
            station.files.write(script, b"@echo off\r\n", token=station.system)
            await put_job(station, job, url, digest)
            assert station.files.read(script, token=station.system).read() == files["install.cmd"]

    inside(go)


def test_a_script_that_somebody_holds_is_never_run_unseen() -> None:
    """The one just fetched cannot take its place: what is there instead must have the digest."""

    async def go() -> None:
        station, job = station_with_pupil(), job_for("install")
        files, digest = release_files()
        async with depot_of(files) as url:
            await put_job(station, job, url, digest)
            script = rf"{job.folder}\install.cmd"
            station.files.write(script, b"@echo off\r\n", token=station.system)
            handle = station.files.open_write(script, token=station.system, append=True)
            line = job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b", looked=True)
            staged = await run(station, line)
            handle.close()
        assert staged.code == 64

    inside(go)


async def _at_work(station: SimulatedStation, job: Job) -> int:
    query = parse_wql(job.running_query())
    return len(query.select(await station.wmi_instances("root/cimv2", query.class_name)))


def test_his_own_programs_do_not_pass_for_the_job() -> None:
    """He knows its name. With a program that has it in its command line he would keep every run waiting for an hour."""

    async def go() -> None:
        station, job = station_with_pupil(), job_for("install")
        pupil = station.standard_user()
        ping = r"C:\Windows\System32\ping.exe"
        line = f"ping -n 99999 127.0.0.1 {job.name}"
        station.processes.add_resident(ping, token=pupil, session=1, command_line=line)
        assert await _at_work(station, job) == 0
        station.processes.add_resident(ping, token=station.system, session=0, command_line=line)
        assert await _at_work(station, job) == 1

    inside(go)
