"""Real installers on Wine stations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lab.simulated.installer.products import product_code
from tests.lab.simulated.options import InstallerFault
from tests.lab.station import WmiError
from tests.lab.wine.installers import build_iss, build_msi, build_nsis, build_setup
from tests.lab.wine.station import WineStation

from .bench import on_station, run, until

EXE = r"C:\Program Files\Index Education\Pronote {}\Réseau\Client\Client PRONOTE.exe"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
REFUSED = 0x80042000
JOB = r"C:\Program Files\Travail d'été"


def _put(station: WineStation, setup: Path, **files: str) -> None:
    folder = station.prefix.host_path(JOB)
    folder.mkdir(exist_ok=True)
    (folder / setup.name).write_bytes(setup.read_bytes())
    for name, text in files.items():
        (folder / f"{name}.iss").write_bytes(text.encode("cp1252"))


async def _setup(station: WineStation, arguments: str = "/s") -> int:
    result = await run(
        station, rf'start "" /wait "{JOB}\setup.exe" {arguments} /f1"{JOB}\response.iss" /f2"{JOB}\setup.log"'
    )
    assert result.stderr == ""
    return result.code


async def _log(station: WineStation) -> int:
    """The log's result, once a setup has written it."""
    path = station.prefix.host_path(rf"{JOB}\setup.log")

    def text() -> str:
        return path.read_text(encoding="cp1252") if path.exists() else ""

    await until(lambda: bool(re.search(r"ResultCode=-?\d+\n", text())))
    return int(text().partition("ResultCode=")[2].split()[0])


async def _version(station: WineStation, year: int) -> object:
    instance = await station.wmi_get("root/cimv2", "CIM_DataFile", {"Name": EXE.format(year)})
    return instance.properties["Version"]


def test_install_and_remove_with_response_files() -> None:
    async def scenario(station: WineStation) -> None:
        response = build_iss(release="2026.2.7")
        _put(
            station, build_setup("2026.2.7"), response=response, removal=build_iss(release="2026.2.7", mode="uninstall")
        )
        assert await _setup(station) == 0
        assert await _log(station) == 0
        assert await _version(station, 2026) == "2026.2.7.0"
        entries = (await run(station, rf'reg query "{UNINSTALL}" /s /v DisplayName /reg:32', codepage=1252)).stdout
        assert "INDEX EDUCATION - Client PRONOTE 2026" in entries
        assert "jour automatique - Index Education -" in entries
        services = await station.wmi_instances("root/cimv2", "Win32_Service")
        assert [s.properties["State"] for s in services if s.properties["Name"] == "IndexEducationMiseAJour"] == [
            "Running"
        ]
        events = [event.data for event in station.journal.select(kind="installer")]
        assert [(e["event"], e["release"], e.get("result_code")) for e in events] == [
            ("started", "2026.2.7", None),
            ("ended", "2026.2.7", 0),
        ]
        code = product_code(2026, "x64")
        query = rf'reg query "{UNINSTALL}\{code}" /v UninstallString /reg:32'
        uninstall = (await run(station, query)).stdout.partition("REG_SZ")[2].strip()
        assert uninstall.endswith("-runfromtemp -l0x040c  -removeonly")
        gone = await run(station, rf'start "" /wait {uninstall} /s /f1"{JOB}\removal.iss" /f2"{JOB}\setup.log"')
        # The clone goes on.
        assert gone.code == 0
        await until(lambda: not station.prefix.host_path(EXE.format(2026)).exists())
        with pytest.raises(WmiError):
            await _version(station, 2026)
        assert (
            "Client PRONOTE" not in (await run(station, rf'reg query "{UNINSTALL}" /s /v DisplayName /reg:32')).stdout
        )

    on_station(scenario)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (build_iss(release="2025.2.9"), -3),
        (build_iss(release="2026.2.7", dialogs=("SdWelcome-0",)), -3),
        (build_iss(release="2026.2.7").replace("Result=1", "Result=oui", 1), -1),
        ("", -8),
    ],
    ids=["another year", "other dialogs", "no number", "empty"],
)
def test_a_bad_response_file_is_refused_and_changes_nothing(response: str, code: int) -> None:
    async def scenario(station: WineStation) -> None:
        _put(station, build_setup("2026.2.7"), response=response)
        assert await _setup(station) == REFUSED
        assert await _log(station) == code
        with pytest.raises(WmiError):
            await _version(station, 2026)

    on_station(scenario)


def test_a_recorded_response_file_is_accepted() -> None:
    async def scenario(station: WineStation) -> None:
        _put(station, build_setup("2026.2.7"))
        assert await _setup(station, "/r") == 0
        assert await _setup(station) == 0
        assert await _log(station) == 0

    on_station(scenario)


def test_a_running_client_locks_its_file() -> None:
    async def scenario(station: WineStation) -> None:
        _put(station, build_setup("2026.1.3"), response=build_iss(release="2026.1.3"))
        assert await _setup(station) == 0
        await station.start_process(f'"{EXE.format(2026)}"', interactive=True)
        listed = (await run(station, "tasklist /FO CSV /NH")).stdout
        assert [line.split(",")[3] for line in listed.splitlines() if "Client PRONOTE.exe" in line] == ['"1"']
        _put(station, build_setup("2026.2.7"), response=build_iss(release="2026.2.7"))
        assert await _setup(station) == REFUSED
        assert await _log(station) == -52
        assert await _version(station, 2026) == "2026.1.3.0"
        assert (await run(station, 'taskkill /F /T /IM "Client PRONOTE.exe"')).code == 0
        assert await _setup(station) == 0
        assert await _version(station, 2026) == "2026.2.7.0"

    on_station(scenario)


@pytest.mark.parametrize(("kind", "code"), [("rejected", -3), ("no_change", 0), ("disk_full", -52)])
def test_faults_of_a_station(kind: str, code: int) -> None:
    async def scenario(station: WineStation) -> None:
        _put(station, build_setup("2026.2.7"), response=build_iss(release="2026.2.7"))
        await _setup(station)
        assert await _log(station) == code
        # times=1: the next start is an ordinary one.
        assert await _setup(station) == 0
        assert await _version(station, 2026) == "2026.2.7.0"

    on_station(scenario, installer_fault=InstallerFault(kind=kind, times=1))  # type: ignore[arg-type]  # one of its words


def test_msi_and_nsis_install_and_remove() -> None:
    async def scenario(station: WineStation) -> None:
        _put(station, build_msi("2026.2.7"))
        assert (await run(station, rf'msiexec /i "{JOB}\setup.msi" /qn /norestart /l*v "{JOB}\msi.log"')).code == 0
        assert await _version(station, 2026) == "2026.2.7.0"
        names = (await run(station, rf'reg query "{UNINSTALL}" /s /v DisplayName /reg:64')).stdout
        assert "Client PRONOTE 2026 - MSI" in names
        assert (await run(station, rf'msiexec /x "{JOB}\setup.msi" /qn /norestart')).code == 0
        with pytest.raises(WmiError):
            await _version(station, 2026)
        _put(station, build_nsis("2026.2.7"))
        assert (await run(station, rf'start "" /wait "{JOB}\setup.exe" /S')).code == 0
        assert await _version(station, 2026) == "2026.2.7.0"
        query = rf'reg query "{UNINSTALL}" /s /v UninstallString /reg:64'
        uninstall = (await run(station, query)).stdout.partition("REG_SZ")[2].strip().splitlines()[0]
        assert (await run(station, rf'start "" /wait {uninstall} /S')).code == 0
        await until(lambda: not station.prefix.host_path(EXE.format(2026)).exists())

    on_station(scenario)


def test_32_bit_setups_are_refused_when_built() -> None:
    with pytest.raises(ValueError, match="64-bit"):
        build_setup("2026.2.7", arch="x86")
