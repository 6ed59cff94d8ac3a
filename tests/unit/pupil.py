"""A simulated station with a pupil on it, his attempts, and the work that SYSTEM does there for us."""

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
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import render_script
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated import SimulatedStation
from tests.lab.simulated import security as rights
from tests.lab.simulated.errors import Win32Error
from tests.lab.simulated.from_scenario import build_release
from tests.lab.station import Account
from tests.unit.lab.simulated.bench import make_station, run, until

__all__ = [
    "ADMIN",
    "NAME",
    "SECRET",
    "TOP",
    "Attempt",
    "assert_out_of_reach",
    "depot_of",
    "job_for",
    "nothing",
    "paths_of_ours",
    "put_job",
    "release_files",
    "station_with_pupil",
    "until_ended",
    "work_of_system",
]

SECRET = "Mot-de-passe-du-lycee-1!"
ADMIN = Account(name="admin", password=SECRET)
TOP = r"C:\Program Files\Rentree PRONOTE"
NAME = "pronote-client-2026.2.7-x64-0123456789ab"

Attempt = Callable[[SimulatedStation], Awaitable[None]]


def release_files(**options: Any) -> tuple[dict[str, bytes], str]:
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
async def depot_of(files: dict[str, bytes]) -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["name"]])

    app = web.Application()
    app.add_routes([web.get("/d/{name}", serve)])
    async with TestServer(app, shutdown_timeout=0.1) as server:
        yield str(server.make_url("/d"))


def station_with_pupil(**options: Any) -> SimulatedStation:
    return make_station(scale=400, accounts=(ADMIN,), session_open="eleve", **options)


def job_for(verb: str) -> Job:
    return Job(name=JobName.parse(f"{NAME}-{verb}"), program_files=r"C:\Program Files")


async def put_job(station: SimulatedStation, job: Job, url: str, digest: str) -> None:
    staged = await run(station, job.stage(f"{url}/install.cmd", digest, "install.cmd.0a1b", looked=True))
    assert staged.code == 0, staged


async def until_ended(station: SimulatedStation, job: Job) -> None:
    await until(lambda: station.files.is_file(f"{job.folder}\\exit"))
    await station.idle()


async def work_of_system(station: SimulatedStation, at_each_moment: Attempt, **options: Any) -> None:
    """The whole life of a staging and of the installation that takes it over, with the pupil at every moment of it."""
    files, digest = release_files(**options)
    async with depot_of(files) as url:
        stage, install, rest = job_for("stage"), job_for("install"), job_for("staged")
        await put_job(station, stage, url, digest)
        await at_each_moment(station)
        assert (await run(station, stage.start(url, "2M"))).code == 0
        await until_ended(station, stage)
        await at_each_moment(station)
        assert (await run(station, stage.settle())).code == 0
        await at_each_moment(station)
        await run(station, install.adopt([rest]))
        await at_each_moment(station)
        await put_job(station, install, url, digest)
        assert (await run(station, install.start(url))).code == 0
        await until(lambda: bool(station.processes.named("setup.exe")))
        await at_each_moment(station)
        await until_ended(station, install)
        await at_each_moment(station)
        ended = await run(station, install.read())
        assert "step=done" in ended.out, ended
        assert "ResultCode=0" in ended.out, ended
        assert (await run(station, install.remove())).code == 0
    assert not station.files.is_directory(TOP)


def paths_of_ours(station: SimulatedStation) -> list[str]:
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


async def assert_out_of_reach(station: SimulatedStation) -> None:
    """Write into, swap, delete, read, and plant beside every file and folder of ours."""
    pupil = station.standard_user()
    ours = paths_of_ours(station)
    assert len(ours) >= 3
    for path in ours:
        what = "create" if station.files.require(path).directory else "write"
        assert not station.could_standard_user(path, what), path
        assert not station.could_standard_user(path, "delete"), path
        assert not station.files.allows(path, pupil, rights.READ_DATA), path
        for attempt in _attempts(station, path):
            with pytest.raises(Win32Error):
                attempt()


async def nothing(station_with_pupil: SimulatedStation) -> None:
    return None
