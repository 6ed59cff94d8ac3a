"""Commands on Wine stations: quoting, encodings, exit codes, job objects, many stations at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.lab.station import CommandRefusedError, Power, ShellOptions
from tests.lab.wine.farm import WineFarm
from tests.lab.wine.installers import build_setup
from tests.lab.wine.options import WineOptions
from tests.lab.wine.station import WineStation
from tests.lab.wine.toolchain import WINE

from .bench import ADMIN, on_station, run, until, within

LINE = r"""cd .& "C:\Salle d'étude 101\où.exe" /s /f1"C:\é à\r.iss" /f2"C:\l.log" "100 %" a^&b"""


def _running(station: WineStation) -> str:
    lines = []
    for pid in station.prefix.pids():
        with contextlib.suppress(OSError):
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return "\n".join(lines)


def test_exit_codes_quotes_and_encodings_come_through() -> None:
    async def scenario(station: WineStation) -> None:
        assert (await run(station, "exit 1603")).code == 1603
        assert (await run(station, "exit -12")).code == 2**32 - 12
        assert (await run(station, "nothing-of-that-name")).code == 9009
        said = await run(station, 'echo "Réseau & é" & echo erreur 1>&2')
        assert said.stdout == '"Réseau & é" \r\n'
        assert said.stderr.startswith("erreur")
        assert "65001" in (await run(station, "chcp")).stdout
        assert "850" in (await run(station, "chcp", codepage=850)).stdout

    on_station(scenario)


def test_code_pages_of_commands_at_the_same_time_and_after_chcp() -> None:
    """They share consoles, one for each code page."""

    async def scenario(station: WineStation) -> None:
        async def said(line: str, codepage: int) -> str:
            return (await run(station, line, codepage=codepage)).stdout

        late = "ping -n 2 127.0.0.1 >nul & chcp"
        first, second, third = await asyncio.gather(said(late, 65001), said(late, 850), said("chcp", 65001))
        assert "65001" in first
        assert "850" in second
        assert "65001" in third
        await said("chcp 1252", 65001)
        assert "65001" in await said("chcp", 65001)

    on_station(scenario)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cmd /c exit 1 && echo yes", ""),
        ("cmd /c exit 1 || echo no", "no"),
        ("echo a&&echo b||echo c", "a\r\nb"),
        ("if not exist C:\\new mkdir C:\\new || echo no", ""),
        ("(echo a)>C:\\file & echo b & type C:\\file", "b \r\na"),
        ("reg query HKLM\\none >nul 2>nul && echo yes", ""),
        ("hostname >nul || exit 61 & echo next", "next"),
        ("echo ^<^<state^>^>", "<<state>>"),
        ('start "" /wait cmd /c exit 44 & call echo %^errorlevel%', "44"),
    ],
)
def test_operators_of_cmd(line: str, said: str) -> None:
    async def scenario(station: WineStation) -> None:
        assert (await run(station, line)).stdout.rstrip() == said

    on_station(scenario)


def test_a_program_with_spaces_and_accents_gets_its_arguments_whole() -> None:
    async def scenario(station: WineStation) -> None:
        folder = station.prefix.drive / "Salle d'étude 101"
        folder.mkdir()
        shutil.copyfile(build_setup("2026.2.7"), folder / "où.exe")
        await run(station, LINE)
        (started, _ended) = station.journal.select(kind="installer")
        assert started.data["arguments"] == ["/s", "/f1C:\\é à\\r.iss", "/f2C:\\l.log", "100 %", "a&b"]

    on_station(scenario)


def test_standard_input_reaches_the_command() -> None:
    async def scenario(station: WineStation) -> None:
        result = await run(station, 'findstr /i "é b"', stdin="un\r\nÉté b\r\ndeux\r\n".encode("cp1252"))
        assert result.stdout.count("\r\n") == 1

    on_station(scenario)


def test_terminate_kills_the_whole_tree() -> None:
    async def scenario(station: WineStation) -> None:
        command = await station.start_command(
            'start "" /b ping -n 600 127.0.0.1 & ping -n 700 127.0.0.1',
            (),
            account=ADMIN,
            options=ShellOptions(),
            skip_cmd_shell=False,
        )
        await until(lambda: "-n 600" in _running(station) and "-n 700" in _running(station))
        await asyncio.wait_for(command.terminate(ctrl_c=True), 10)
        assert await command.wait() == 0xC000013A
        await until(lambda: "ping" not in _running(station))

    on_station(scenario)


def test_a_program_that_wine_forgot_is_ended_by_the_streams_that_it_has() -> None:
    async def scenario(station: WineStation) -> None:
        read, write = os.pipe()
        # As one is seen that was ended before it was a Windows program: Wine's loader, which does nothing.
        with os.fdopen(read), os.fdopen(write, "w"):
            mine, other = [
                await asyncio.create_subprocess_exec(
                    WINE, "600", executable="/bin/sleep", env={"WINEPREFIX": str(station.prefix.path)}, stdout=stdout
                )
                for stdout in (write, asyncio.subprocess.DEVNULL)
            ]
            await until(lambda: _running(station).count(" 600") == 2)
            station.prefix.kill_forgotten({os.fstat(read).st_ino})
            assert await asyncio.wait_for(mine.wait(), 10) == -signal.SIGKILL
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(other.wait(), 0.3)
            other.kill()
            await other.wait()

    on_station(scenario)


def test_what_cannot_start_is_refused() -> None:
    async def scenario(station: WineStation) -> None:
        with pytest.raises(CommandRefusedError) as refused:
            await station.start_command(
                "C:\\no\\such.exe", (), account=ADMIN, options=ShellOptions(), skip_cmd_shell=True
            )
        assert refused.value.code in {2, 3}
        with pytest.raises(CommandRefusedError) as refused:
            await station.start_command(
                "ver", (), account=ADMIN, options=ShellOptions(working_directory="C:\\no"), skip_cmd_shell=False
            )
        assert refused.value.code == 267

    on_station(scenario)


def test_a_silent_stub_of_wine_is_refused_loudly() -> None:
    async def scenario(station: WineStation) -> None:
        for name in ("powershell", "wevtutil", "systeminfo", "setx", "netsh", "where", "cscript"):
            result = await run(station, f"{name} x")
            assert result.code == 120, name
            assert "does not implement" in result.stderr, name

    on_station(scenario)


def test_what_a_start_asks_of_files() -> None:
    """Whether two are the same, and how old one is: tests/unit/lab/simulated/test_starts.py asks the same."""

    async def scenario(station: WineStation) -> None:
        lines = ["cd /d C:\\windows\\temp", "echo a>one", "echo a>two", "echo b>three"]
        await run(station, " & ".join(lines))
        aged = station.prefix.host_path("C:\\windows\\temp\\two")
        os.utime(aged, (time.time() - 14 * 86_400 - 60,) * 2)
        codes = {
            "fc /b one two": 0,
            "fc /b one three": 1,
            "fc /b one none": 2,
            "robocopy . none two /L /NJH /NJS /MINAGE:14": 1,
            "robocopy . none two /L /NJH /NJS /MINAGE:15": 0,
            "robocopy . none one /L /NJH /NJS /MINAGE:14": 0,
            "robocopy . none absent /L /MINAGE:14": 0,
            "robocopy nothing none one /L /MINAGE:14": 16,
        }
        found = {line: (await run(station, f"cd /d C:\\windows\\temp & {line}")).code for line in codes}
        assert found == codes
        assert not station.prefix.host_path("C:\\windows\\temp\\none").exists()

    on_station(scenario)


def test_twelve_stations_at_once() -> None:
    async def scenario(farm: WineFarm) -> None:
        names = [f"salle-101-{number:02d}" for number in range(12)]
        stations = await asyncio.gather(*(farm.add(WineOptions(name=name, accounts=(ADMIN,))) for name in names))
        for turn in range(3):
            results = await asyncio.gather(*(run(station, f"hostname & exit {1600 + turn}") for station in stations))
            assert [result.stdout.strip() for result in results] == [name.upper() for name in names]
            assert {result.code for result in results} == {1600 + turn}

    within(scenario)


def test_power_off_ends_commands_and_keeps_files() -> None:
    async def scenario(station: WineStation) -> None:
        await run(station, "echo gardé>C:\\f.txt")
        assert (await run(station, "reg add HKLM\\Software\\Essai /v V /d été /f")).code == 0
        command = await station.start_command(
            "ping -n 600 127.0.0.1", (), account=ADMIN, options=ShellOptions(), skip_cmd_shell=False
        )
        await asyncio.wait_for(station.set_power(Power.OFF), 20)
        assert await asyncio.wait_for(command.wait(), 5) == 1
        assert station.power is Power.OFF
        assert station.prefix.pids() == []
        with pytest.raises(CommandRefusedError):
            await station.start_command("ver", (), account=ADMIN, options=ShellOptions(), skip_cmd_shell=False)
        await station.set_power(Power.ON)
        assert (await run(station, "type C:\\f.txt")).stdout == "gardé\r\n"
        assert "V    REG_SZ" in (await run(station, "reg query HKLM\\Software\\Essai")).stdout

    on_station(scenario)


def test_snapshot_sees_every_kind_of_change_and_no_other() -> None:
    async def scenario(station: WineStation) -> None:
        before = await station.snapshot()
        await run(station, "dir C:\\ & reg query HKLM\\Software /s /v x & tasklist /FO CSV /NH")
        assert await station.snapshot() == before
        for change in (
            "echo x> C:\\new.txt",
            "mkdir C:\\folder",
            "reg add HKLM\\Software\\Essai /v V /d 1 /f",
            "reg add HKCU\\Software\\Essai /v V /d 1 /f",
            "icacls C:\\folder /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F >nul",
        ):
            assert (await run(station, change)).code == 0, change
            after = await station.snapshot()
            assert after != before, change
            before = after

    on_station(scenario)


def test_language_and_computer_name() -> None:
    async def scenario(farm: WineFarm) -> None:
        french = await farm.add(WineOptions(name="Salle d'étude & co", accounts=(ADMIN,), language="fr"))
        english = await farm.add(WineOptions(name="b", accounts=(ADMIN,), language="en"))
        query = 'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage" /v OEMCP'
        assert "850" in (await run(french, query)).stdout
        assert "437" in (await run(english, query)).stdout
        missing = 'reg query "HKLM\\Software\\None"'
        # Wine's reg says it on stdout; Windows' on stderr.
        assert (await run(french, missing)).stdout != (await run(english, missing)).stdout
        assert (await run(french, "hostname")).stdout.strip() == french.computer

    within(scenario)
