"""What a pupil can try on a station while, before and after SYSTEM works there for us: each attempt must fail.

The product's own command lines run on a simulated station, whose access lists, search path and processes are Windows'
(docs/security.md, "What SYSTEM runs on a station"). The pupil is a standard user who knows every name in advance.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import message_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import abort_command, shutdown_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import render_script
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import (
    Entry,
    details_command,
    overview_command,
)

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated import ClientOptions, SimulatedStation
from tests.lab.simulated import security as rights
from tests.lab.simulated.errors import Win32Error
from tests.lab.simulated.from_scenario import build_release
from tests.lab.simulated.images import build_image
from tests.lab.simulated.security import ADMINISTRATORS, USERS, Ace, Acl
from tests.lab.simulated.tools.names import FORBIDDEN_TOOLS, SYSTEM_TOOLS, file_name
from tests.lab.station import Account
from tests.lab.wsman.wql import parse_wql
from tests.unit.lab.simulated.bench import inside, make_station, run, until

SECRET = "Mot-de-passe-du-lycee-1!"
ADMIN = Account(name="admin", password=SECRET)
TOP = r"C:\Program Files\Rentree PRONOTE"
NAME = "pronote-client-2026.2.7-x64-0123456789ab"
PLANTED = r"C:\Outils"

Attempt = Callable[[SimulatedStation], Awaitable[None]]


def _release(**options: Any) -> tuple[dict[str, bytes], str]:
    """The files of a depot folder, install.cmd among them, and that one's digest."""
    spec = ReleaseSpec(release="2026.2.7", options={"size": 4096, "exe_size": 8192, **options})
    files, code = build_release(spec)
    package = Package(
        product=PRONOTE_CLIENT,
        release="2026.2.7",
        arch="x64",
        technology=TECHNOLOGIES["installscript"],
        digests={name: sha256(content).hexdigest() for name, content in files.items()},
        product_code=code,
        processes=PRONOTE_CLIENT.processes,
    )
    script = render_script(package)
    return {**files, "install.cmd": script}, sha256(script).hexdigest()


@asynccontextmanager
async def _depot(files: dict[str, bytes]) -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["name"]])

    app = web.Application()
    app.add_routes([web.get("/d/{name}", serve)])
    async with TestServer(app, shutdown_timeout=0.1) as server:
        yield str(server.make_url("/d"))


def _station(**options: Any) -> SimulatedStation:
    return make_station(scale=400, accounts=(ADMIN,), session_open="eleve", **options)


def _job(verb: str) -> Job:
    return Job(name=JobName.parse(f"{NAME}-{verb}"), program_files=r"C:\Program Files")


async def _stage(station: SimulatedStation, job: Job, url: str, digest: str) -> None:
    staged = await run(station, job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b"))
    assert staged.code == 0, staged


async def _ended(station: SimulatedStation, job: Job) -> None:
    await until(lambda: station.files.is_file(f"{job.folder}\\exit"))
    await station.idle()


async def _work(station: SimulatedStation, at_each_moment: Attempt, **options: Any) -> None:
    """The whole life of a staging and of the installation that takes it over, with the pupil at every moment of it."""
    files, digest = _release(**options)
    async with _depot(files) as url:
        stage, install, rest = _job("stage"), _job("install"), _job("staged")
        await _stage(station, stage, url, digest)
        await at_each_moment(station)
        assert (await run(station, stage.start(url, "2M"))).code == 0
        await _ended(station, stage)
        await at_each_moment(station)
        assert (await run(station, stage.settle())).code == 0
        await at_each_moment(station)
        await run(station, install.adopt([rest]))
        await at_each_moment(station)
        await _stage(station, install, url, digest)
        assert (await run(station, install.start(url))).code == 0
        await until(lambda: bool(station.processes.named("setup.exe")))
        await at_each_moment(station)
        await _ended(station, install)
        await at_each_moment(station)
        ended = await run(station, install.read())
        assert "step=done" in ended.out, ended
        assert "ResultCode=0" in ended.out, ended
        assert (await run(station, install.remove())).code == 0
    assert not station.files.is_directory(TOP)


def _ours(station: SimulatedStation) -> list[str]:
    return [TOP, *(path for path, _node in station.files.walk(TOP))]


def _attempts(station: SimulatedStation, path: str) -> list[Callable[[], object]]:
    """What he can do to something whose name he knows."""
    files, pupil = station.files, station.standard_user()
    attempts: list[Callable[[], object]] = [
        lambda: files.rename(path, f"{path}.old", token=pupil),
        lambda: files.rename(path, r"C:\Users\eleve\Desktop\x", token=pupil),
    ]
    if files.require(path).directory:
        return [
            *attempts,
            lambda: files.write(f"{path}\\version.dll", b"MZ", token=pupil),
            lambda: files.make_directory(f"{path}\\tmp2", token=pupil),
            lambda: files.remove_directory(path, token=pupil),
        ]
    return [
        *attempts,
        lambda: files.write(path, b"calc", token=pupil),
        lambda: files.delete(path, token=pupil),
        lambda: files.read(path, token=pupil),
    ]


async def _touch_everything(station: SimulatedStation) -> None:
    """Write into, swap, delete, read, and plant beside every file and folder of ours."""
    pupil = station.standard_user()
    ours = _ours(station)
    assert len(ours) >= 3
    for path in ours:
        what = "create" if station.files.require(path).directory else "write"
        assert not station.could_standard_user(path, what), path
        assert not station.could_standard_user(path, "delete"), path
        assert not station.files.allows(path, pupil, rights.READ_DATA), path
        for attempt in _attempts(station, path):
            with pytest.raises(Win32Error):
                attempt()


def test_nothing_of_ours_can_be_written_swapped_or_read_at_any_moment() -> None:
    inside(lambda: _work(_station(), _touch_everything, seconds=60.0))


def test_the_folder_cannot_be_there_first() -> None:
    async def go() -> None:
        station = _station()
        pupil = station.standard_user()
        with pytest.raises(Win32Error):
            station.files.make_directory(TOP, token=pupil)
        # What Windows would try first for a path with a space that was not quoted.
        for path in (f"{TOP}.exe", r"C:\Program Files\Rentree.exe", r"C:\Program.exe"):
            with pytest.raises(Win32Error):
                station.files.write(path, b"MZ", token=pupil)

    inside(go)


def _his_own(station: SimulatedStation) -> None:
    station.files.make_directory(TOP, token=station.system)
    station.files.change(TOP).owner = station.standard_user().sid


def _granted_by_hand(station: SimulatedStation) -> None:
    acl = Acl((Ace(USERS, rights.MODIFY, objects=True, containers=True), Ace(ADMINISTRATORS, rights.FULL)))
    station.files.make_directory(TOP, token=station.system, acl=acl)


@pytest.mark.parametrize("before", [_his_own, _granted_by_hand])
def test_a_folder_that_is_his_all_the_same_is_taken_from_him(before: Callable[[SimulatedStation], None]) -> None:
    async def go() -> None:
        station = _station()
        before(station)
        assert station.could_standard_user(TOP, "create")
        files, digest = _release()
        async with _depot(files) as url:
            await _stage(station, _job("install"), url, digest)
        await _touch_everything(station)

    inside(go)


def test_what_he_put_below_such_a_folder_is_taken_from_him_too() -> None:
    """He made the job's folder while he could, with the right script in it and rights of his own: he could change both
    between the last look and the start.
    """

    async def go() -> None:
        station, job = _station(), _job("install")
        pupil = station.standard_user()
        _granted_by_hand(station)
        files, digest = _release()
        his = Acl((Ace(pupil.sid, rights.FULL, objects=True, containers=True),), protected=True)
        station.files.make_directory(rf"{TOP}\jobs", token=pupil, acl=his)
        station.files.make_directory(job.folder, token=pupil, acl=his)
        for name in ("install.cmd", "setup.exe"):
            station.files.write(rf"{job.folder}\{name}", files[name], token=pupil)
            station.files.change(rf"{job.folder}\{name}").acl = his
        async with _depot(files) as url:
            await _stage(station, job, url, digest)
        await _touch_everything(station)

    inside(go)


def test_a_link_below_such_a_folder_is_not_followed() -> None:
    async def go() -> None:
        station, job = _station(), _job("install")
        pupil = station.standard_user()
        _granted_by_hand(station)
        station.files.make_directory(rf"{TOP}\jobs", token=pupil)
        station.files.make_directory(job.folder, token=pupil).attributes = "L"
        _files, digest = _release()
        staged = await run(station, job.stage("http://127.0.0.1:9/install.cmd", digest, "install.cmd.0a1b"))
        assert staged.code == 68
        assert station.files.require(job.folder).owner == pupil.sid
        assert not station.could_standard_user(TOP, "create")

    inside(go)


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
        station = _station(clients=(ClientOptions(release="2026.1.3"),))
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
            shutdown_command("Bonjour", 3600),
            abort_command(),
        ):
            await run(station, line)
        await _work(station, _nothing)
        paths = [str(event.data.get("path", "")) for event in list(station.journal.select(kind="process"))[began:]]
        assert len(paths) > 40
        return {path.rpartition("\\")[0] for path in paths if path}

    folders = inside(go)
    assert folders
    allowed = (r"C:\Windows\System32", TOP)
    assert {folder for folder in folders if not folder.startswith(allowed)} == set()


async def _nothing(_station: SimulatedStation) -> None:
    return None


def test_the_variables_of_a_shell_do_not_reach_the_task() -> None:
    async def go() -> None:
        station = _station()
        _plant(station)
        files, digest = _release(seconds=60.0)
        theirs = {"Path": PLANTED, "TEMP": PLANTED, "TMP": PLANTED, "PATHEXT": ".CMD", "JOB": PLANTED, "SYS": PLANTED}
        async with _depot(files) as url:
            job = _job("install")
            for line in (job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b"), job.start(url)):
                assert (await run(station, line, environment=theirs)).code == 0
            await until(lambda: bool(station.processes.named("setup.exe")))
            (setup,) = station.processes.named("setup.exe")
            assert setup.path.startswith(TOP)
            task = station.tasks.find(job.task)
            assert task is not None
            (action,) = task.definition.actions
            assert action.command == r"C:\Windows\System32\cmd.exe"
            assert action.arguments == f'/d /c ""{job.folder}\\install.cmd" run install"'
            await _ended(station, job)
            assert "ResultCode=0" in (await run(station, job.read())).out

    inside(go)


def test_what_the_setup_unpacks_does_not_lie_where_he_can_write() -> None:
    async def go() -> None:
        station = _station()
        files, digest = _release(early_parent=True, seconds=60.0)
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
        async with _depot(files) as url:
            job = _job("install")
            await _stage(station, job, url, digest)
            assert (await run(station, job.start(url))).code == 0
            await _ended(station, job)
            assert "ResultCode=0" in (await run(station, job.read())).out
        assert not any(folder.startswith(r"C:\Windows\Temp") for folder in _started(station))
        unpacked = [folder for folder in _started(station) if "\\tmp\\{" in folder]
        assert unpacked
        assert unpacked[0].startswith(TOP)

    inside(go)


def test_nothing_is_ever_put_where_he_could_have_planted_a_link() -> None:
    """Junctions, symbolic and hard links need a name in the folder: no folder of ours lets him have one."""

    async def go() -> None:
        station = _station()
        before = {path for path, _node in station.files.changes()}

        async def look(station: SimulatedStation) -> None:
            for key, node in station.files.changes():
                if node is None or key in before:
                    continue
                folder = key.rpartition("\\")[0]
                assert not station.could_standard_user(folder, "create"), key

        await _work(station, look, seconds=60.0)
        assert len(station.files.changes()) > len(before)

    inside(go)


def test_no_secret_is_in_a_command_a_task_or_a_file() -> None:
    async def go() -> None:
        station = _station()

        async def look(station: SimulatedStation) -> None:
            for path in _ours(station):
                node = station.files.require(path)
                if not node.directory and node.content.size < 1 << 20:
                    assert SECRET.encode() not in node.content.read(), path

        await _work(station, look)
        events = [str(event.data) for event in station.journal.select()]
        assert len(events) > 40
        assert not any(SECRET in event for event in events)

    inside(go)


def test_the_uninstaller_that_system_starts_is_not_his_to_change() -> None:
    async def go() -> None:
        station = _station(clients=(ClientOptions(release="2026.2.7"),))
        shown = await run(
            station,
            r"reg query HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall /s /v UninstallString /reg:64",
        )
        lines = [line for line in shown.out.splitlines() if "InstallShield Installation Information" in line]
        assert lines
        for line in lines:
            path = line.split('"')[1]
            if not station.files.is_file(path):
                continue
            assert not station.could_standard_user(path, "write")
            assert not station.could_standard_user(path.rpartition("\\")[0], "create")
        files, digest = _release()
        async with _depot(files) as url:
            job = _job("remove")
            await _stage(station, job, url, digest)
            assert (await run(station, job.start(url))).code == 0
            await _ended(station, job)
            await _touch_everything(station)
            assert "ResultCode=0" in (await run(station, job.read())).out

    inside(go)


def test_another_depot_cannot_have_its_script_run() -> None:
    """Somebody on the network answers in the depot's place: what comes does not have the digest, and nothing runs."""

    async def go() -> None:
        station = _station()
        _files, digest = _release()
        async with _depot({"install.cmd": b"@echo off\r\ncalc\r\n"}) as url:
            staged = await run(station, _job("install").stage(f"{url}/install.cmd", digest, "install.cmd.0a1b"))
        assert staged.code == 63
        assert not station.files.is_file(rf"{TOP}\jobs\{NAME}-install\install.cmd")

    inside(go)


def test_a_script_that_is_there_already_is_looked_at_all_the_same() -> None:
    async def go() -> None:
        station = _station()
        job = _job("install")
        files, digest = _release()
        async with _depot(files) as url:
            await _stage(station, job, url, digest)
            script = rf"{job.folder}\install.cmd"
            station.files.write(script, b"@echo off\r\n", token=station.system)
            await _stage(station, job, url, digest)
            assert station.files.read(script, token=station.system).read() == files["install.cmd"]

    inside(go)


def test_a_script_that_somebody_holds_is_never_run_unseen() -> None:
    """The one just fetched cannot take its place: what is there instead must have the digest."""

    async def go() -> None:
        station, job = _station(), _job("install")
        files, digest = _release()
        async with _depot(files) as url:
            await _stage(station, job, url, digest)
            script = rf"{job.folder}\install.cmd"
            station.files.write(script, b"@echo off\r\n", token=station.system)
            handle = station.files.open_write(script, token=station.system, append=True)
            staged = await run(station, job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b"))
            handle.close()
        assert staged.code == 64

    inside(go)


async def _at_work(station: SimulatedStation, job: Job) -> int:
    query = parse_wql(job.running_query())
    return len(query.select(await station.wmi_instances("root/cimv2", query.class_name)))


def test_his_own_programs_do_not_pass_for_the_job() -> None:
    """He knows its name. With a program that has it in its command line he would keep every run waiting for an hour."""

    async def go() -> None:
        station, job = _station(), _job("install")
        pupil = station.standard_user()
        ping = r"C:\Windows\System32\ping.exe"
        line = f"ping -n 99999 127.0.0.1 {job.name}"
        station.processes.add_resident(ping, token=pupil, session=1, command_line=line)
        assert await _at_work(station, job) == 0
        station.processes.add_resident(ping, token=station.system, session=0, command_line=line)
        assert await _at_work(station, job) == 1

    inside(go)
