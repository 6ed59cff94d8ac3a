"""What a pupil can try on a station while, before and after SYSTEM works there for us: each attempt must fail.

The product's own command lines run on a simulated station, whose access lists, search path and processes are Windows'
(docs/security.md, "A pupil at a station"). The pupil is a standard user who knows every name in advance.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import LOOK_FIRST, SHUT, look_below

from tests.lab.simulated import SimulatedStation
from tests.lab.simulated import security as rights
from tests.lab.simulated.errors import Win32Error
from tests.lab.simulated.security import ADMINISTRATORS, USERS, Ace, Acl
from tests.unit.lab.simulated.bench import inside, run
from tests.unit.pupil import (
    TOP,
    assert_out_of_reach,
    depot_of,
    job_for,
    put_job,
    release_files,
    station_with_pupil,
    work_of_system,
)


def test_nothing_of_ours_can_be_written_swapped_or_read_at_any_moment() -> None:
    inside(lambda: work_of_system(station_with_pupil(), assert_out_of_reach, seconds=60.0))


def test_the_folder_cannot_be_there_first() -> None:
    async def go() -> None:
        station = station_with_pupil()
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
        station = station_with_pupil()
        before(station)
        assert station.could_standard_user(TOP, "create")
        files, digest = release_files()
        async with depot_of(files) as url:
            await put_job(station, job_for("install"), url, digest)
        await assert_out_of_reach(station)

    inside(go)


def test_what_he_put_below_such_a_folder_is_taken_from_him_too() -> None:
    """He made the job's folder while he could, with the right script in it and rights of his own: he could change both
    between the last look and the start.
    """

    async def go() -> None:
        station, job = station_with_pupil(), job_for("install")
        pupil = station.standard_user()
        _granted_by_hand(station)
        files, digest = release_files()
        # Administrators may look into it: one that shuts them out is refused.
        look = Ace(ADMINISTRATORS, rights.READ, objects=True, containers=True)
        his = Acl((Ace(pupil.sid, rights.FULL, objects=True, containers=True), look), protected=True)
        station.files.make_directory(rf"{TOP}\jobs", token=pupil, acl=his)
        station.files.make_directory(job.folder, token=pupil, acl=his)
        for name in ("install.cmd", "setup.exe"):
            station.files.write(rf"{job.folder}\{name}", files[name], token=pupil)
            station.files.change(rf"{job.folder}\{name}").acl = his
        async with depot_of(files) as url:
            await put_job(station, job, url, digest)
        await assert_out_of_reach(station)

    inside(go)


def test_a_link_below_such_a_folder_is_not_followed() -> None:
    async def go() -> None:
        station, job = station_with_pupil(), job_for("install")
        pupil = station.standard_user()
        _granted_by_hand(station)
        station.files.make_directory(rf"{TOP}\jobs", token=pupil)
        station.files.make_directory(job.folder, token=pupil).attributes = "L"
        _files, digest = release_files()
        staged = await run(station, job.stage("http://127.0.0.1:9/install.cmd", digest, "install.cmd.0a1b"))
        assert staged.code == LOOK_FIRST
        assert (await run(station, look_below(TOP))).code == 0
        line = job.stage("http://127.0.0.1:9/install.cmd", digest, "install.cmd.0a1b", looked=True)
        assert (await run(station, line)).code == 68
        assert station.files.require(job.folder).owner == pupil.sid
        assert not station.could_standard_user(TOP, "create")

    inside(go)


def test_a_link_below_a_folder_that_denies_administrators_is_not_followed() -> None:
    """`dir` passes over such a folder, and `icacls` would make it open, and go on to where the link leads."""

    async def go() -> None:
        station, job = station_with_pupil(), job_for("install")
        pupil = station.standard_user()
        _granted_by_hand(station)
        his = (
            Ace(ADMINISTRATORS, rights.READ_DATA, deny=True),
            Ace(pupil.sid, rights.FULL, objects=True, containers=True),
        )
        hidden, link = rf"{TOP}\jobs\%TEMP% & (x)", rf"{TOP}\jobs\%TEMP% & (x)\link"
        station.files.make_directory(rf"{TOP}\jobs", token=pupil)
        station.files.make_directory(hidden, token=pupil, acl=Acl(his, protected=True))
        station.files.make_directory(link, token=pupil).attributes = "L"
        _files, digest = release_files()
        line = job.stage("http://127.0.0.1:9/install.cmd", digest, "install.cmd.0a1b")
        assert [(await run(station, each)).code for each in (line, look_below(TOP))] == [LOOK_FIRST, SHUT]
        assert {station.files.require(path).owner for path in (hidden, link)} == {pupil.sid}
        # A folder of his that can be looked into is taken from him, and an empty one is none that is shut.
        station.files.change(hidden).acl = Acl((Ace(pupil.sid, rights.FULL), Ace(ADMINISTRATORS, rights.FULL)))
        station.files.change(link).attributes = ""
        assert (await run(station, look_below(TOP))).code == 0

    inside(go)
