"""The tools supplied to Wine stations: what the product asks of them, and what they refuse."""

from __future__ import annotations

import datetime as dt
import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.lab.station import Power
from tests.lab.wine.station import WineStation

from .bench import on_station, run, until

BODY = bytes(range(256)) * 4000

TASK = """<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Triggers />
<Principals><Principal id="System"><UserId>S-1-5-18</UserId>
<RunLevel>HighestAvailable</RunLevel></Principal></Principals>
<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy></Settings>
<Actions Context="System"><Exec><Command>C:\\windows\\System32\\cmd.exe</Command>
<Arguments>/d /c ""C:\\Program Files\\Job\\run.cmd" go"</Arguments></Exec></Actions>
</Task>
"""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/file":
            self.send_error(404)
            return
        first = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if "Range" in self.headers else 0
        if first >= len(BODY):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(BODY)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(BODY) - first))
        self.end_headers()
        self.wfile.write(BODY[first:])

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the test's output."""


@contextmanager
def _depot() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_curl_fetches_resumes_and_says_why_not() -> None:
    async def scenario(station: WineStation) -> None:
        with _depot() as depot:
            assert (await run(station, f"curl.exe -fsS -o C:\\a {depot}/file")).code == 0
            target = station.prefix.drive / "a"
            assert target.read_bytes() == BODY
            target.write_bytes(BODY[:100_000])
            assert (await run(station, f"curl.exe -fsS -C - -o C:\\a {depot}/file")).code == 0
            assert target.read_bytes() == BODY
            missing = await run(station, f"curl.exe -fsS -o C:\\b {depot}/none")
            assert (missing.code, missing.stderr) == (22, "curl: (22) The requested URL returned error: 404\r\n")
            assert not (station.prefix.drive / "b").exists()
            # A file that is whole: curl before 8.5 fails with -f, as 7.88 of Debian was seen to.
            whole = await run(station, f"curl.exe -fsS -C - -o C:\\a {depot}/file")
            assert (whole.code, target.read_bytes() == BODY) == (22, True)
            # A proxy out of the environment, unless it is told to go straight.
            proxied = f'set "http_proxy=http://127.0.0.1:9"& curl.exe -q -fsS -o C:\\c {depot}/file'
            assert (await run(station, proxied)).code == 7
            assert (await run(station, proxied.replace(" -q ", ' -q --noproxy "*" '))).code == 0
            assert (await run(station, proxied.replace("& ", '& set "NO_PROXY=127.0.0.1"& '))).code == 0
            told = await run(station, f'curl.exe -fsS -w "%{{http_code}}" -o C:\\b {depot}/none')
            assert (told.code, told.stdout) == (22, "404")
        assert (await run(station, f"curl.exe -fsS --connect-timeout 5 -o C:\\b {depot}/file")).code == 7
        assert (await run(station, f"curl.exe --upload-file x {depot}/file")).code == 120

    on_station(scenario)


def test_digest_and_findstr_agree() -> None:
    async def scenario(station: WineStation) -> None:
        (station.prefix.drive / "été.bin").write_bytes(BODY)
        digest = hashlib.sha256(BODY).hexdigest().upper()
        check = 'certutil -hashfile "C:\\été.bin" SHA256 | findstr /i /x /c:"{}"'
        assert (await run(station, check.format(digest))).code == 0
        assert (await run(station, check.format("0" * 64))).code == 1
        missing = await run(station, "certutil -hashfile C:\\none SHA256")
        assert missing.code == 0x80070002

    on_station(scenario)


def test_a_task_runs_as_system_outlives_the_shell_and_is_started_once() -> None:
    async def scenario(station: WineStation) -> None:
        folder = station.prefix.drive / "Program Files/Job"
        folder.mkdir()
        (station.prefix.drive / "task.xml").write_text(TASK, encoding="ascii")
        (folder / "run.cmd").write_bytes(
            b"@echo off\r\necho %1 %USERNAME%>>C:\\out.txt\r\nping -n 3 127.0.0.1 >nul\r\necho end>>C:\\out.txt\r\n"
        )
        created = await run(station, 'schtasks /Create /TN "Rentree été" /XML C:\\task.xml /F')
        assert created.code == 0, created
        for _ in range(2):
            assert (await run(station, 'schtasks /Run /TN "Rentree été"')).code == 0
        running = await station.wmi_instances("root/cimv2", "Win32_Process")
        assert any("run.cmd" in str(process.properties["CommandLine"]) for process in running)
        assert '"En cours"' in (await run(station, 'schtasks /Query /TN "Rentree été" /FO CSV /NH')).stdout
        await until(lambda: b"end" in (station.prefix.drive / "out.txt").read_bytes())
        assert (station.prefix.drive / "out.txt").read_text().splitlines() == ["go PC-1$", "end"]
        assert "<Command>" in (await run(station, 'schtasks /Query /TN "Rentree été" /XML')).stdout
        assert (await run(station, 'schtasks /Delete /TN "Rentree été" /F')).code == 0
        assert (await run(station, 'schtasks /Query /TN "Rentree été" /XML')).code == 1

    on_station(scenario)


_ADMINISTRATORS = TASK.replace("<UserId>S-1-5-18</UserId>", "<GroupId>S-1-5-32-544</GroupId>")


@pytest.mark.parametrize("session_open", [True, False])
def test_a_task_for_administrators_runs_in_the_session_that_is_open(session_open: bool) -> None:
    async def scenario(station: WineStation) -> None:
        assert "GroupId" in _ADMINISTRATORS
        folder = station.prefix.drive / "Program Files/Job"
        folder.mkdir()
        (station.prefix.drive / "task.xml").write_text(_ADMINISTRATORS, encoding="ascii")
        (folder / "run.cmd").write_bytes(b"@ping -n 30 127.0.0.1 >nul\r\n")
        created = await run(station, "schtasks /Create /TN t /XML C:\\task.xml /F && schtasks /Run /TN t")
        assert created.code == 0, created
        processes = (await run(station, "tasklist /FO CSV /NH")).stdout
        pings = [line.split('","') for line in processes.splitlines() if "ping" in line.lower()]
        assert [fields[3] for fields in pings] == (["1"] if session_open else [])
        assert (await run(station, "schtasks /End /TN t")).code == 0
        assert "ping" not in (await run(station, "tasklist /FO CSV /NH")).stdout.lower()
        # Ending the task has ended nothing else of the session.
        shells = (await run(station, "tasklist /FO CSV /NH")).stdout.lower().count("explorer.exe")
        assert bool(shells) is session_open

    on_station(scenario, session_open=session_open)


def test_schtasks_refuses_what_windows_or_the_lab_refuses() -> None:
    async def scenario(station: WineStation) -> None:
        drive = station.prefix.drive
        cases = {
            TASK.replace('"1.0"?', '"1.0" encoding="UTF-8"?'): 1,
            TASK.replace("</Task>", ""): 1,
            TASK.replace("<Settings>", "<Settings><Nope/>"): 1,
            TASK.replace("S-1-5-18", "eleve"): 120,
            TASK.replace("IgnoreNew", "Parallel"): 120,
            _ADMINISTRATORS.replace("S-1-5-32-544", "S-1-5-4"): 120,
            _ADMINISTRATORS.replace("HighestAvailable", "LeastPrivilege"): 120,
        }
        for xml, code in cases.items():
            (drive / "task.xml").write_text(xml, encoding="ascii")
            assert (await run(station, "schtasks /Create /TN t /XML C:\\task.xml /F")).code == code, xml

    on_station(scenario, language="en")


def test_icacls_keeps_what_it_was_told() -> None:
    async def scenario(station: WineStation) -> None:
        await run(station, 'mkdir "C:\\Program Files\\Job"')
        locked = await run(
            station,
            'icacls "C:\\Program Files\\Job" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F >nul',
        )
        assert (locked.code, locked.stdout) == (0, "")
        assert station.acl("C:\\Program Files\\Job") == "S-1-5-32-544 1 S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F"
        shown = (await run(station, 'icacls "C:\\Program Files\\Job"')).stdout
        assert "AUTORITE NT\\Système:(OI)(CI)(F)" in shown
        assert "Utilisateurs" not in shown
        # A folder made again in its place has the default list.
        await run(
            station,
            'rmdir "C:\\Program Files\\Job" & mkdir "C:\\Program Files\\Other" & mkdir "C:\\Program Files\\Job"',
        )
        assert "BUILTIN\\Utilisateurs:(I)(OI)(CI)(RX)" in (await run(station, 'icacls "C:\\Program Files\\Job"')).stdout
        assert (await run(station, "icacls C:\\none")).code == 2
        assert (await run(station, "icacls C:\\windows /grant nobody-here:F")).code == 1332

    on_station(scenario)


def test_shutdown_restarts_the_station() -> None:
    async def scenario(station: WineStation) -> None:
        assert (await run(station, "shutdown /r /t 0")).code == 0
        await until(lambda: station.power is not Power.ON)
        await until(lambda: station.power is Power.ON)
        assert (await run(station, "ver")).code == 0

    on_station(scenario)


def test_a_message_reaches_an_open_session_and_a_restart_shows() -> None:
    async def scenario(station: WineStation) -> None:
        line = '%SystemRoot%\\System32\\msg.exe * /TIME:5 "Réunion à 17 h"'
        assert (await run(station, line)).code == 0
        station.sync_journal()
        (told,) = station.journal.select(kind="message")
        assert (told.data["text"], told.data["seconds"]) == ("Réunion à 17 h", 5)
        assert (await run(station, "msg eleve bonjour")).code == 120
        before = (await station.wmi_get("root/cimv2", "Win32_OperatingSystem", {})).properties["LastBootUpTime"]
        await station.reboot()
        after = (await station.wmi_get("root/cimv2", "Win32_OperatingSystem", {})).properties["LastBootUpTime"]
        assert isinstance(before, dt.datetime)
        assert isinstance(after, dt.datetime)
        assert after > before

    on_station(scenario, session_open=True)


def test_wmi_answers_from_the_prefix() -> None:
    async def scenario(station: WineStation) -> None:
        system = await station.wmi_get("root/cimv2", "Win32_OperatingSystem", {})
        assert str(system.properties["Version"]) == "10.0.19045"
        disk = await station.wmi_get("root/cimv2", "Win32_LogicalDisk", {"DeviceID": "C:"})
        assert disk.properties["FreeSpace"] == 5_000_000
        await run(station, 'reg add "HKLM\\Software\\Été" /v Né /d où /f')
        keys = await station.wmi_invoke(
            "root/default", "StdRegProv", "EnumKey", {}, {"hDefKey": "2147483650", "sSubKeyName": "Software"}
        )
        assert keys["ReturnValue"] == 0
        assert "Été" in keys["sNames"]  # type: ignore[operator]  # a list of names

    on_station(scenario, free_space=5_000_000)
