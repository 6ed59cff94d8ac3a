"""The station as a whole: registry views, ACLs, tasks, power, WMI, snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.simulated import ClientOptions, RegistryWrite, client_path
from tests.lab.simulated.registry import ValueType
from tests.lab.station import CommandRefusedError, Power, ShellOptions, WmiError

from .bench import ADMIN, inside, make_station, run, script, until

UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
TASK = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Principals><Principal id="A"><UserId>S-1-5-18</UserId></Principal></Principals>
<Settings>%s</Settings>
<Actions Context="A"><Exec><Command>%%SystemRoot%%\\System32\\cmd.exe</Command>
<Arguments>/c %s</Arguments></Exec></Actions>
</Task>"""
ON_BATTERY = "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"


def test_reg_query_sees_one_view_at_a_time() -> None:
    async def go() -> None:
        station = make_station(clients=(ClientOptions(release="2025.2.9", arch="x86", updater=False),))
        wide = await run(station, f'reg query "{UNINSTALL}" /s /v DisplayName /reg:64')
        narrow = await run(station, f'reg query "{UNINSTALL}" /s /v DisplayName /reg:32')
        assert "Client PRONOTE 2025" not in wide.out
        assert "    DisplayName    REG_SZ    Client PRONOTE 2025 - 32bit\r\n" in narrow.out
        # The 32-bit view is printed under the name it was asked for.
        assert "WOW6432Node" not in narrow.out
        direct = await run(
            station, 'reg query "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall" /s'
        )
        assert "Client PRONOTE 2025 - 32bit" in direct.out

    inside(go)


def test_reg_add_query_delete() -> None:
    async def go() -> None:
        station = make_station()
        assert (await run(station, "reg add HKLM\\SOFTWARE\\Lab /v N /t REG_DWORD /d 0x10 /f")).code == 0
        shown = await run(station, "reg query HKLM\\SOFTWARE\\Lab /v N")
        assert shown.out == "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Lab\r\n    N    REG_DWORD    0x10\r\n\r\n"
        assert (await run(station, "reg delete HKLM\\SOFTWARE\\Lab /f")).code == 0
        gone = await run(station, "reg query HKLM\\SOFTWARE\\Lab")
        assert gone.code == 1
        assert "unable to find the specified registry key" in gone.err

    inside(go)


@pytest.mark.parametrize(("output", "encoding"), [("console", "utf-8"), ("oem", "cp850")])
def test_reg_output_code_page(output: str, encoding: str) -> None:
    async def go() -> bytes:
        station = make_station(
            reg_output=output, registry=(RegistryWrite(key="HKLM\\SOFTWARE\\Lab", name="é", data="à"),)
        )
        return (await run(station, "reg query HKLM\\SOFTWARE\\Lab")).raw

    assert "    é    REG_SZ    à\r\n".encode(encoding) in inside(go)


def test_folder_is_locked_by_icacls() -> None:
    async def go() -> None:
        station = make_station()
        assert station.could_standard_user("C:\\ProgramData", "create")
        assert not station.could_standard_user("C:\\Program Files", "create")
        await run(station, "mkdir C:\\ProgramData\\Job")
        assert station.could_standard_user("C:\\ProgramData\\Job", "create")
        locked = await run(
            station, "icacls C:\\ProgramData\\Job /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F"
        )
        assert locked.code == 0
        await run(station, "echo x>C:\\ProgramData\\Job\\f")
        for path, what in (("C:\\ProgramData\\Job", "create"), ("C:\\ProgramData\\Job\\f", "write")):
            assert not station.could_standard_user(path, what)

    inside(go)


def test_folder_a_pupil_made_first_stays_his() -> None:
    async def go() -> None:
        station = make_station()
        path = "C:\\ProgramData\\Job"
        station.files.make_directory(path, token=station.standard_user())
        await run(station, f"icacls {path} /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F")
        assert station.could_standard_user(path, "create")  # the owner may change the ACL back
        await run(station, f"icacls {path} /setowner *S-1-5-32-544")
        assert not station.could_standard_user(path, "create")

    inside(go)


def test_running_image_is_locked() -> None:
    async def go() -> None:
        station = make_station(
            clients=(ClientOptions(release="2025.2.9"),), session_open="eleve", running_client="2025.2.9"
        )
        path = client_path(station, release="2025.2.9")
        failed = await run(station, f'del /f /q "{path}"')
        assert (failed.code, "Access is denied." in failed.err) == (0, True)
        assert station.files.is_file(path)
        assert (await run(station, 'taskkill /IM "Client PRONOTE.exe"')).code == 1
        assert (await run(station, 'taskkill /F /IM "Client PRONOTE.exe"')).code == 0
        assert (await run(station, 'taskkill /F /IM "Client PRONOTE.exe"')).code == 128
        await run(station, f'del /f /q "{path}"')
        assert not station.files.is_file(path)

    inside(go)


def test_disk_full() -> None:
    async def go() -> None:
        station = make_station(free_space=100)
        result = await script(station, "@echo off\necho " + "x" * 200 + ">f\n", name="t.cmd")
        assert station.files.free_space >= 0
        assert "not enough space" in result.err or result.code != 0

    # The script itself does not fit on the disk.
    with pytest.raises(Exception, match="not enough space"):
        inside(go)


def test_task_survives_its_shell_and_runs_as_system() -> None:
    async def go() -> None:
        station = make_station()
        xml = (
            TASK % (ON_BATTERY, '"whoami &gt;C:\\who &amp; ping -n 30 127.0.0.1 &gt;nul &amp; echo x&gt;C:\\done"')
        ).encode()
        station.files.write("C:\\t.xml", xml, token=station.system)
        created = await run(
            station, 'schtasks /Create /TN "\\Lab\\t" /XML C:\\t.xml /F && schtasks /Run /TN "\\Lab\\t"'
        )
        assert created.code == 0
        assert station.tasks.find("Lab\\t").running  # type: ignore[union-attr]  # None would fail the test too
        await station.idle()
        assert station.files.read("C:\\who", token=station.system).read() == b"nt authority\\system\r\n"
        assert station.files.is_file("C:\\done")

    inside(go)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("", 0),
        ('<?xml version="1.0"?>', 0),
        ('<?xml version="1.0" encoding="UTF-16"?>', 0),
        ('<?xml version="1.0" encoding="UTF-8"?>', 1),
    ],
)
def test_task_xml_encoding(head: str, code: int) -> None:
    async def go() -> None:
        station = make_station()
        station.files.write("C:\\t.xml", (head + TASK % ("", "exit")).encode(), token=station.system)
        result = await run(station, "schtasks /Create /TN t /XML C:\\t.xml")
        assert result.code == code
        assert ("unable to switch the encoding" in result.err) is bool(code)

    inside(go)


def test_task_does_not_start_on_battery_by_default() -> None:
    async def go() -> list[str]:
        station = make_station(on_battery=True)
        await run(station, 'schtasks /Create /TN t /TR "cmd /c echo x>C:\\ran" /SC ONCE /ST 00:00 /RU SYSTEM /F')
        assert (await run(station, "schtasks /Run /TN t")).code == 0
        await station.idle()
        assert not station.files.is_file("C:\\ran")
        return [event.data["reason"] for event in station.journal.select(kind="task") if "reason" in event.data]

    assert inside(go) == ["battery"]


def test_second_start_is_ignored_while_it_runs() -> None:
    async def go() -> None:
        station = make_station()
        station.files.write(
            "C:\\t.xml",
            (TASK % (ON_BATTERY, '"echo x&gt;&gt;C:\\n &amp; ping -n 60 127.0.0.1"')).encode(),
            token=station.system,
        )
        await run(station, "schtasks /Create /TN t /XML C:\\t.xml & schtasks /Run /TN t & schtasks /Run /TN t")
        await station.idle()
        assert station.files.read("C:\\n", token=station.system).read() == b"x \r\n"

    inside(go)


def test_power_cut_kills_and_keeps() -> None:
    async def go() -> None:
        station = make_station(scale=50, boot_seconds=1)
        station.files.write(
            "C:\\t.xml",
            (
                TASK % (ON_BATTERY, '"echo x&gt;C:\\began &amp; ping -n 600 127.0.0.1 &amp; echo x&gt;C:\\done"')
            ).encode(),
            token=station.system,
        )
        await run(station, "schtasks /Create /TN t /XML C:\\t.xml & schtasks /Run /TN t")
        await until(lambda: station.files.is_file("C:\\began"))
        booted = station.switch.booted_at
        await station.restart()
        assert station.power is Power.BOOTING
        with pytest.raises(CommandRefusedError):
            await station.start_command("ver", (), account=ADMIN, options=ShellOptions(), skip_cmd_shell=False)
        await until(lambda: station.processes.get(4) is not None)
        task = station.tasks.find("t")
        assert task is not None
        assert not task.running
        assert not station.processes.named("ping.exe")
        assert not station.files.is_file("C:\\done")
        assert station.switch.booted_at > booted

    inside(go)


def test_shutdown_can_be_aborted() -> None:
    async def go() -> None:
        station = make_station()
        assert (await run(station, "shutdown /a")).code == 1116
        assert (await run(station, "shutdown /r /t 300")).code == 0
        assert (await run(station, "shutdown /r /t 300")).code == 1190
        assert (await run(station, "shutdown /a")).code == 0
        assert station.power is Power.ON

    inside(go)


def test_reads_leave_the_snapshot_alone_and_writes_do_not() -> None:
    async def go() -> None:
        station = make_station(clients=(ClientOptions(release="2025.2.9"),))
        before = await station.snapshot()
        await run(
            station, "dir /s /b C:\\ & reg query HKLM\\SOFTWARE /s & tasklist & schtasks /query & icacls C:\\Users"
        )
        await station.wmi_instances("root/cimv2", "Win32_Process")
        assert await station.snapshot() == before
        for change, back in (
            ("mkdir C:\\x", "rmdir C:\\x"),
            ("reg add HKLM\\SOFTWARE\\Lab /f", "reg delete HKLM\\SOFTWARE\\Lab /f"),
            ("attrib +h C:\\Windows\\explorer.exe", "attrib -h C:\\Windows\\explorer.exe"),
        ):
            await run(station, change)
            assert await station.snapshot() != before
            await run(station, back)
            assert await station.snapshot() == before
        await run(station, "echo x>C:\\f")
        assert await station.snapshot() != before

    inside(go)


def test_stations_do_not_share_changes() -> None:
    async def go() -> None:
        one, two = make_station(), make_station()
        await run(one, "reg add HKLM\\SOFTWARE\\Lab /f & mkdir C:\\only")
        assert not two.files.is_directory("C:\\only")
        assert (await run(two, "reg query HKLM\\SOFTWARE\\Lab")).code == 1

    inside(go)


def test_wmi() -> None:
    async def go() -> None:
        station = make_station(clients=(ClientOptions(release="2025.2.9"),), session_open="eleve", language="fr")
        system = (await station.wmi_get("root/cimv2", "win32_operatingsystem", {})).properties
        assert (system["Version"], system["OSArchitecture"]) == ("10.0.19045", "64 bits")
        computer = (await station.wmi_instances("root/cimv2", "Win32_ComputerSystem"))[0].properties
        assert computer["UserName"] == "SALLE-101\\eleve"
        path = client_path(station, release="2025.2.9")
        file = await station.wmi_get("root/cimv2", "CIM_DataFile", {"Name": path})
        assert (file.class_name, file.properties["Version"]) == ("CIM_DataFile", "2025.2.9.0")
        for class_name, selectors, code in (
            ("CIM_DataFile", {"Name": "C:\\none"}, 0x80041002),
            ("Win32_Nothing", {}, 0x80041010),
            ("Win32_LogicalDisk", {"Nom": "C:"}, 0x80041008),
        ):
            with pytest.raises(WmiError) as caught:
                await station.wmi_get("root/cimv2", class_name, selectors)
            assert caught.value.code == code
        with pytest.raises(WmiError):
            await station.wmi_instances("root/cimv2", "CIM_DataFile")

    inside(go)


@pytest.mark.parametrize(
    ("method", "name", "expected"),
    [
        ("GetStringValue", "CurrentBuild", {"ReturnValue": 0, "sValue": "19045"}),
        ("GetDWORDValue", "UBR", {"ReturnValue": 0, "uValue": 4529}),
        ("GetStringValue", "UBR", {"ReturnValue": 0x80041005, "sValue": None}),
        ("GetStringValue", "None", {"ReturnValue": 1, "sValue": None}),
    ],
)
def test_stdregprov(method: str, name: str, expected: dict[str, object]) -> None:
    async def go() -> dict[str, object]:
        arguments = {
            "hDefKey": "2147483650",
            "sSubKeyName": "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
            "sValueName": name,
        }
        return dict(await make_station().wmi_invoke("root/default", "StdRegProv", method, {}, arguments))

    assert inside(go) == expected


def test_registry_value_of_another_type() -> None:
    async def go() -> str:
        write = RegistryWrite(key=f"{UNINSTALL}\\7-Zip", name="DisplayName", data=7, type=ValueType.REG_DWORD)
        return (await run(make_station(registry=(write,)), f'reg query "{UNINSTALL}\\7-Zip" /v DisplayName')).out

    assert "    DisplayName    REG_DWORD    0x7\r\n" in inside(go)


def test_powershell_is_refused_and_recorded() -> None:
    async def go() -> None:
        station = make_station()
        assert (await run(station, "powershell -NoProfile -Command 1")).code != 0
        assert [e.data["path"] for e in station.journal.select(kind="process") if e.data.get("forbidden")] == [
            "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
        ]

    inside(go)


@pytest.mark.parametrize(
    ("windows", "tool", "code"), [("11-24H2", "wmic", 1), ("10-1709", "curl", 1), ("10-22H2", "where /q curl.exe", 0)]
)
def test_tools_by_release(windows: str, tool: str, code: int) -> None:
    async def go() -> int:
        return (await run(make_station(windows=windows), tool)).code

    assert inside(go) == code


@pytest.mark.parametrize(
    ("options", "category"),
    [({}, 1), ({"domain": "LYCEE"}, 2), ({"network_profile": "public"}, 0)],
)
def test_wmi_tells_what_windows_takes_its_network_for(options: dict[str, Any], category: int) -> None:
    async def go() -> None:
        station = make_station(**options)
        (found,) = await station.wmi_instances("root/StandardCimv2", "msft_netconnectionprofile")
        assert found.properties["NetworkCategory"] == category
        with pytest.raises(WmiError, match="Invalid class"):
            await station.wmi_instances("root/standardcimv2", "Win32_Process")
        # No class of that namespace is in another.
        with pytest.raises(WmiError, match="Invalid class"):
            await station.wmi_instances("root/cimv2", "MSFT_NetConnectionProfile")

    inside(go)
