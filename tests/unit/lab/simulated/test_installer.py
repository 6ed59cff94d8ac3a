"""The stand-in installer: response files, log codes, interruptions, faults, removal."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.lab.simulated import (
    ClientOptions,
    InstallerFault,
    SimulatedStation,
    build_installer,
    build_iss,
    client_path,
)
from tests.lab.simulated.installer.products import product_code
from tests.lab.simulated.installer.response import read_ini
from tests.lab.simulated.streams import Console, Stdio

from .bench import inside, make_station, run, until

RELEASE = "2026.2.7"
UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"


def stage(station: SimulatedStation, *, iss: str | None = None, **options: Any) -> None:
    """Put setup.exe and response.iss in C:\\job."""
    options = {"release": RELEASE, **options}
    station.files.make_directory("C:\\job", token=station.system)
    station.files.write("C:\\job\\setup.exe", build_installer(**options), token=station.system)
    text = build_iss(release=options["release"], arch=options.get("arch", "x64")) if iss is None else iss
    if text:
        station.files.write("C:\\job\\response.iss", text.encode("cp1252"), token=station.system)


async def setup(station: SimulatedStation, response: str = "C:\\job\\response.iss") -> int | None:
    """Run the setup silently and wait for all its work; the ResultCode logged, if any."""
    await run(station, f'start "" /wait C:\\job\\setup.exe /s /f1"{response}" /f2"C:\\job\\setup.log"')
    await station.idle()
    return logged(station)


def logged(station: SimulatedStation) -> int | None:
    node = station.files.find("C:\\job\\setup.log")
    return int(read_ini(node.content.read())["responseresult"]["resultcode"]) if node else None


async def version(station: SimulatedStation) -> str | None:
    path = client_path(station, release=RELEASE)
    if not station.files.is_file(path):
        return None
    value = (await station.wmi_get("root/cimv2", "CIM_DataFile", {"Name": path})).properties["Version"]
    return str(value) if value else ""


def test_silent_install_then_removal() -> None:
    async def go() -> None:
        station = make_station()
        stage(station)
        assert await setup(station) == 0
        assert await version(station) == "2026.2.7.0"
        listed = (await run(station, f'reg query "{UNINSTALL}" /s /v DisplayName /reg:32')).out
        assert "INDEX EDUCATION - Client PRONOTE 2026" in listed
        assert len([e for e in station.journal.select(kind="installer") if e.data["event"] == "started"]) == 1
        code = product_code(2026, "x64")
        command = station.registry.get(f"{UNINSTALL}\\{code}", "UninstallString", view=32)
        assert isinstance(command, str)
        iss = build_iss(release=RELEASE, mode="uninstall").encode()
        station.files.write("C:\\job\\u.iss", iss, token=station.system)
        await run(station, f'start "" /wait {command} /s /f1"C:\\job\\u.iss" /f2"C:\\job\\setup.log"')
        await station.idle()
        assert logged(station) == 0
        assert await version(station) is None
        assert (
            "Client PRONOTE 2026" not in (await run(station, f'reg query "{UNINSTALL}" /s /v DisplayName /reg:32')).out
        )

    inside(go)


@pytest.mark.parametrize(
    ("iss", "response", "code"),
    [
        ("", "C:\\job\\response.iss", -5),
        (None, "response.iss", -8),
        (build_iss(release="2025.2.9"), "C:\\job\\response.iss", -3),
        (build_iss(release=RELEASE, dialogs=("SdWelcome-0", "SdFinish-0")), "C:\\job\\response.iss", -3),
        (build_iss(release=RELEASE).replace("Result=1", "Other=1"), "C:\\job\\response.iss", -3),
        (build_iss(release="2026.1.3"), "C:\\job\\response.iss", 0),
    ],
)
def test_response_file(iss: str | None, response: str, code: int) -> None:
    async def go() -> None:
        station = make_station()
        stage(station, iss=iss)
        assert await setup(station, response) == code
        assert (await version(station) is not None) is (code == 0)

    inside(go)


def test_upgrade_within_the_year_and_locked_exe() -> None:
    async def go() -> None:
        station = make_station(
            clients=(ClientOptions(release="2026.1.3"),), session_open="eleve", running_client="2026.1.3"
        )
        stage(station)
        assert await setup(station) == -52
        assert await version(station) == "2026.1.3.0"
        await run(station, 'taskkill /f /im "Client PRONOTE.exe"')
        assert await setup(station) == 0
        assert await version(station) == "2026.2.7.0"

    inside(go)


@pytest.mark.parametrize(
    ("kind", "code", "left"),
    [("rejected", -3, None), ("no_change", 0, None), ("crash", 0, ""), ("disk_full", -52, "")],
)
def test_faults(kind: Any, code: int | None, left: str | None) -> None:
    async def go() -> None:
        station = make_station(installer_fault=InstallerFault(kind=kind, result_code=-3, times=1))
        stage(station)
        assert await setup(station) == code
        assert await version(station) == left  # "": half a program, without a readable version
        assert await setup(station) == 0  # the fault was for one start

    inside(go)


def test_full_disk_for_real() -> None:
    async def go() -> None:
        station = make_station(free_space=20 << 20)
        stage(station)
        assert await setup(station) == -52

    inside(go)


def test_without_silent_switch_it_hangs_until_killed() -> None:
    async def go() -> None:
        station = make_station()
        stage(station)
        pending = asyncio.create_task(run(station, "C:\\job\\setup.exe"))
        await until(lambda: bool(station.processes.named("setup.exe")))
        await asyncio.sleep(0.05)
        assert not pending.done()
        await run(station, "taskkill /f /im setup.exe")
        assert (await pending).code == 1

    inside(go)


def test_ticked_box_starts_the_client() -> None:
    async def go() -> None:
        station = make_station()
        stage(station, iss=build_iss(release=RELEASE, launch=True))
        assert await setup(station) == 0
        assert [process.session for process in station.processes.named("Client PRONOTE.exe")] == [0]

    inside(go)


def test_standard_user_cannot_install() -> None:
    async def go() -> None:
        station = make_station()
        stage(station)
        pupil = station.standard_user()
        process = station.launch(
            "C:\\job\\setup.exe",
            '/s /f1"C:\\job\\response.iss" /f2"C:\\Users\\eleve\\setup.log"',
            token=pupil,
            session=1,
            environment=station.environment_for(pupil),
            directory="C:\\Users\\eleve",
            stdio=Stdio.null(),
            console=Console(850),
        )
        assert await process.wait() == 0x80042000
        assert await version(station) is None

    inside(go)
