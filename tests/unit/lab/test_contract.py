"""One table of commands, run on both back ends: what differs is a mistake of one of them (docs/fidelity.md)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import utc_now
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import look_below

from tests.lab.backend import make_backend
from tests.lab.journal import Journal
from tests.lab.scenario import StationSpec
from tests.lab.station import Account, ShellOptions, Station
from tests.wine import require_wine

ADMIN = Account(name="deploiement", password="secret")
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
REFUSED = -1
"""Any exit code but 0."""

FOLDER = r"C:\Program Files\Contrat é"


@dataclass(frozen=True)
class Expectation:
    """What Windows does with a command line: exit code, and the pattern of its output (None: not looked at)."""

    line: str
    code: int | None = 0
    stdout: str | None = None


# In order: later lines use what earlier ones made. Each is a construct that the product relies on.
TABLE = [
    Expectation("echo ^<^<marker^>^>& echo second", stdout=r"<<marker>>\r\nsecond\r\n"),
    Expectation("(if exist C:\\nowhere exit 5)& echo after", stdout=r"after\r\n"),
    Expectation("if exist C:\\nowhere echo a& echo b", stdout=r""),
    Expectation("exit 1603", code=1603),
    Expectation("set ProgramFiles", stdout=r"(?s)ProgramFiles=C:\\Program Files\r\nProgramFiles\(x86\)=.*"),
    # Refused: 9009 under Wine, 1 in the simulation, as `cmd /c` is said to do (docs/fidelity.md, differences).
    Expectation("nosuchprogram", code=REFUSED),
    Expectation(f'mkdir "{FOLDER}"', stdout=""),
    Expectation(f'mkdir "{FOLDER}" 2>nul', code=1),
    Expectation(f'>"{FOLDER}\\a.txt" echo premier accent é'),
    Expectation(f'type "{FOLDER}\\a.txt"', stdout="premier accent é\r\n"),
    Expectation(f'type "{FOLDER}\\absent.txt" 2>nul', code=1),
    Expectation('dir /s /b /a-d "C:\\Program Files\\a.txt" 2>nul', stdout=re.escape(f"{FOLDER}\\a.txt") + "\r\n"),
    Expectation('dir /b /ad "C:\\Program Files\\nowhere" 2>nul', code=1, stdout=""),
    # A folder that may be looked into, an empty one too, is no shut one. Without an accent: Wine's `for /f` reads what
    # a program wrote in another code page than the console's. A shut one needs access lists, which Wine has not.
    Expectation('mkdir "C:\\Program Files\\Contrat\\vide %TEMP & (x)"'),
    Expectation(look_below(r"C:\Program Files\Contrat"), stdout=""),
    Expectation(look_below(r"C:\Program Files\Contrat\nowhere"), stdout=""),
    Expectation('rmdir /s /q "C:\\Program Files\\Contrat"'),
    # No reparse point below it (dir: attribute L).
    Expectation(f'(dir /s /b /al "{FOLDER}" >nul 2>nul && exit 68)& echo none', code=None, stdout="none\r\n"),
    Expectation(
        f'move /y "{FOLDER}\\absent.txt" "{FOLDER}\\a.txt" >nul 2>nul'
        f' || certutil -hashfile "{FOLDER}\\a.txt" SHA256 | findstr /i /x /c:"{"0" * 64}" >nul || exit 64',
        code=64,
    ),
    Expectation(
        f'move /y "{FOLDER}\\absent.txt" "{FOLDER}\\a.txt" >nul 2>nul'
        f' || certutil -hashfile "{FOLDER}\\a.txt" SHA256 | findstr /r /x "[0-9a-f]*" >nul || exit 64',
    ),
    Expectation(f'certutil -hashfile "{FOLDER}\\a.txt" SHA256 | findstr /r /x "[0-9a-f]*"', stdout=r"[0-9a-f]{64}\r\n"),
    Expectation(f'certutil -hashfile "{FOLDER}\\a.txt" SHA256 | findstr /i /x /c:"{"0" * 64}" >nul', code=1),
    Expectation(f'certutil -f -encode "{FOLDER}\\a.txt" "{FOLDER}\\a.b64" >nul'),
    Expectation(
        f'certutil -f -decode "{FOLDER}\\a.b64" "{FOLDER}\\c.txt" >nul& type "{FOLDER}\\c.txt"',
        stdout="premier accent é\r\n",
    ),
    Expectation(f'>"{FOLDER}\\a.b64" echo w6k='),
    Expectation(f'certutil -f -decode "{FOLDER}\\a.b64" "{FOLDER}\\c.txt" >nul& type "{FOLDER}\\c.txt"', stdout="é"),
    Expectation(f'del /q "{FOLDER}\\c.txt"'),
    Expectation(f'certutil -f -encode "{FOLDER}\\a.txt" "{FOLDER}\\a.b64" >nul'),
    Expectation(
        f'type "{FOLDER}\\a.b64"& del /q "{FOLDER}\\a.b64"',
        stdout="-----BEGIN CERTIFICATE-----\r\ncHJlbWllciBhY2NlbnQgw6kNCg==\r\n-----END CERTIFICATE-----\r\n",
    ),
    Expectation(f'certutil -f -encode "{FOLDER}\\absent" "{FOLDER}\\a.b64" >nul', code=REFUSED),
    Expectation(f'findstr /b /i /c:"PREMIER" "{FOLDER}\\a.txt" >nul', code=0),
    Expectation(f'move /y "{FOLDER}\\a.txt" "{FOLDER}\\b.txt" >nul'),
    Expectation(f'(if not exist "{FOLDER}\\a.txt" exit 7)', code=7),
    Expectation(
        f'icacls "{FOLDER}" /setowner *S-1-5-32-544 /Q >nul && icacls "{FOLDER}" /inheritance:r '
        "/grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /Q >nul"
    ),
    Expectation(f'reg add "{UNINSTALL}\\contrat" /v DisplayName /t REG_SZ /d "Un contrat" /f >nul'),
    Expectation(
        f'reg query "{UNINSTALL}\\contrat" /v DisplayName /reg:64',
        stdout=r"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\contrat\r\n"
        r" {4}DisplayName {4}REG_SZ {4}Un contrat\r\n\r\n",
    ),
    Expectation(
        f'reg query "{UNINSTALL}" /s /v DisplayName /reg:64',
        stdout=r"(?s).* {4}DisplayName {4}REG_SZ {4}Un contrat\r\n.*",
    ),
    Expectation(f'reg query "{UNINSTALL}\\contrat" /reg:32 >nul 2>nul', code=1),
    Expectation(f'reg query "{UNINSTALL}\\absent" >nul 2>nul && echo yes', code=1, stdout=""),
    Expectation("tasklist /FO CSV /NH", stdout=r'(?s)("[^"\r\n]*",){4}"[^"\r\n]*"\r\n.*'),
    Expectation("taskkill /F /IM nosuch.exe 2>nul", code=128),
    Expectation('schtasks /Run /TN "Rentree absent" >nul 2>nul', code=1),
    Expectation('schtasks /Delete /TN "Rentree absent" /F >nul 2>nul', code=1),
    Expectation('schtasks /Query /TN "Rentree absent" /FO CSV /NH >nul 2>nul', code=1),
    Expectation("curl.exe -fsS -o nul http://127.0.0.1:9/x 2>nul", code=7),
    # The options of install.cmd are known: nobody listens, rather than an option refused (2).
    Expectation(
        'curl.exe -q --noproxy "*" --ssl-no-revoke -fsS --connect-timeout 20 --speed-time 60 --speed-limit 1024 -C - '
        '-w "%{http_code}" -o nul http://127.0.0.1:9/x 2>nul',
        code=7,
        stdout="000",
    ),
    Expectation("powershell -Command exit 0 >nul 2>nul", code=REFUSED),
    # People: what is shown to whom, who runs what.
    Expectation('%SystemRoot%\\System32\\msg.exe * /TIME:5 "à tous" 2>nul', code=1),
    Expectation("(if not exist %SystemRoot%\\System32\\nomsg.exe exit 66)& echo after", code=66),
    Expectation("(if not exist %SystemRoot%\\System32\\msg.exe exit 66)& echo after", stdout=r"after\r\n"),
    Expectation(
        '%SystemRoot%\\System32\\tasklist.exe /FO CSV /NH /FI "IMAGENAME eq no such.exe" | '
        '%SystemRoot%\\System32\\findstr.exe /i /l /c:"no such.exe" >nul',
        code=1,
    ),
    Expectation(
        '%SystemRoot%\\System32\\tasklist.exe /FO CSV /NH /FI "IMAGENAME eq services.exe" | '
        '%SystemRoot%\\System32\\findstr.exe /i /l /c:"services.exe" >nul'
    ),
    # What /c takes off a line that begins with a quote (`cmd /?`): nothing when there are just two, around a program
    # with a space in its name and nothing that cmd reads; otherwise the first and the last.
    Expectation(f'>"{FOLDER}\\say it.cmd" echo @echo %1'),
    Expectation(f'"{FOLDER}\\say it.cmd" a', stdout="a\r\n"),
    Expectation(f'"{FOLDER}\\say it.cmd" "a"', code=REFUSED),
    Expectation(f'""{FOLDER}\\say it.cmd" "a""', stdout='"a"\r\n'),
    Expectation(f'cd .& "{FOLDER}\\say it.cmd" "a"', stdout='"a"\r\n'),
    Expectation('"%SystemRoot%\\System32\\findstr.exe" /c:"x" nul', code=REFUSED),
    Expectation(f'del /q "{FOLDER}\\say it.cmd"'),
    # Restarts, called off here.
    Expectation(
        '%SystemRoot%\\System32\\shutdown.exe /r /t 3600 /c "à bientôt" /d p:4:2 >nul 2>nul && '
        "%SystemRoot%\\System32\\shutdown.exe /a >nul 2>nul"
    ),
    Expectation(f'>"{FOLDER}\\restart" echo 2026-11-25T08:00:00.500000+01:00', stdout=""),
    Expectation(f'type "{FOLDER}\\restart"', stdout=r"2026-11-25T08:00:00\.500000\+01:00\r\n"),
    Expectation(f'for %f in ("{FOLDER}\\restart") do @echo %~zf', stdout=r"34\r\n"),
    # Stagings: a folder gets another name, unless that is taken; what is not there is deleted in silence.
    Expectation(f'icacls "{FOLDER}" /reset /Q >nul'),
    Expectation(
        f'(if exist "{FOLDER}\\b.txt" certutil -hashfile "{FOLDER}\\b.txt" SHA256 | findstr /i /x /c:"{"0" * 64}" >nul '
        "&& exit 5)& echo after& exit 0",
        stdout=r"after\r\n",
    ),
    Expectation(
        f'(if exist "{FOLDER}\\b.txt" certutil -hashfile "{FOLDER}\\b.txt" SHA256 | findstr /r /x "[0-9a-f]*" >nul '
        "&& exit 5)& echo after",
        code=5,
    ),
    Expectation(f'mkdir "{FOLDER} 2"& (if not exist "{FOLDER} 2" ren "{FOLDER}" "Contrat é 2" 2>nul)'),
    Expectation(f'(if exist "{FOLDER}\\b.txt" exit 6)', code=6),
    Expectation(f'rmdir "{FOLDER} 2"& (if not exist "{FOLDER} 2" ren "{FOLDER}" "Contrat é 2" 2>nul)'),
    Expectation(
        f'(if not exist "{FOLDER} 2\\b.txt" exit 7)& (if exist "{FOLDER}" exit 8)& ren "{FOLDER} 2" "Contrat é"'
    ),
    Expectation(f'del /q "{FOLDER}\\absent" "{FOLDER}\\restart" 2>nul& (if exist "{FOLDER}\\restart" exit 9)& exit 0'),
    Expectation(
        "curl.exe -fsS --connect-timeout 20 --limit-rate 2M -C - -o nul http://127.0.0.1:9/x 2>nul",
        code=7,
    ),
    # The end of a setup: a program that runs cannot be opened for appending, one that does not is left as it is.
    Expectation(
        f'mkdir "{FOLDER}\\tmp\\{{A}}"& copy %SystemRoot%\\System32\\ping.exe "{FOLDER}\\tmp\\{{A}}\\at work.exe" >nul'
    ),
    Expectation(
        f'for %f in ("{FOLDER}\\tmp\\{{A}}\\at work.exe") do @((>>"%~f" echo off) && echo free)', stdout=r"free\r\n"
    ),
    Expectation(
        f'%SystemRoot%\\System32\\attrib.exe -r "{FOLDER}\\tmp\\*" /s >nul 2>nul& '
        f'for /r "{FOLDER}\\tmp" %f in (*.exe *.tmp) do @(2>nul (>>"%f" echo off) || echo %~nxf)',
        code=None,
        stdout="",
    ),
    Expectation(
        # Its standard error is the command's, which therefore ends when it does: well before _run's patience.
        f'start "" /b "{FOLDER}\\tmp\\{{A}}\\at work.exe" -n 20 127.0.0.1 >nul& '
        # Ended only if it is still the program that it was.
        '%SystemRoot%\\System32\\taskkill.exe /F /IM "at work.exe" /FI "IMAGENAME eq ISBEW64.exe" >nul 2>nul& '
        f'for /r "{FOLDER}\\tmp" %f in (*.exe *.tmp) do @(2>nul (>>"%f" echo off) || echo %~nxf)',
        code=None,
        stdout=r"at work\.exe\r\n",
    ),
    # A file without a line end is told from one with it.
    Expectation(f'>"{FOLDER}\\c.txt" <nul set /p "=ResultCode=0"', code=None),
    Expectation(f'type "{FOLDER}\\c.txt" 2>nul& echo.& echo end', code=None, stdout=r"ResultCode=0\r\nend\r\n"),
    Expectation(f'type "{FOLDER}\\absent" 2>nul& echo.& echo end', code=None, stdout=r"\r\nend\r\n"),
    # A folder that is not empty stays (Wine's exit code is 0 all the same).
    Expectation(f'rmdir "{FOLDER}" 2>nul& (if exist "{FOLDER}\\b.txt" exit 9)', code=9),
    Expectation(f'rmdir /s /q "{FOLDER}"'),
    Expectation(f'(if exist "{FOLDER}" exit 65)& exit 0'),
]


async def _run(station: Station, line: str) -> tuple[int, bytes, bytes]:
    command = await station.start_command(
        line, (), account=ADMIN, options=ShellOptions(codepage=65001), skip_cmd_shell=False
    )
    streams = {"stdout": b"", "stderr": b""}
    async with asyncio.timeout(60):
        async for stream, piece in command.output():
            streams[stream] += piece
        code = await command.wait()
    return code, streams["stdout"], streams["stderr"]


def _outcomes(backend_name: str) -> list[tuple[int, bytes, bytes]]:
    async def main() -> list[tuple[int, bytes, bytes]]:
        backend = make_backend(backend_name, clock=20, journal=Journal(), now=utc_now)
        await backend.open()
        try:
            spec = StationSpec(name="contrat", address="1.1")
            station = await backend.add_station(spec, address="127.0.0.1", accounts=(ADMIN,))
            return [await _run(station, expectation.line) for expectation in TABLE]
        finally:
            await backend.close()

    return asyncio.run(main())


def _assert_met(expectation: Expectation, outcome: tuple[int, bytes, bytes]) -> None:
    code, stdout, stderr = outcome
    if expectation.code == REFUSED:
        assert code != 0
    elif expectation.code is not None:
        assert code == expectation.code, (stdout, stderr)
    if expectation.stdout is not None:
        assert re.fullmatch(expectation.stdout, stdout.decode("utf-8", "replace")), (stdout, stderr)


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[int, bytes, bytes]]:
    return _outcomes("simulated")


@pytest.mark.parametrize("number", range(len(TABLE)), ids=[expectation.line[:50] for expectation in TABLE])
def test_contract(outcomes: list[tuple[int, bytes, bytes]], number: int) -> None:
    _assert_met(TABLE[number], outcomes[number])


@pytest.mark.wine
def test_contract_on_wine() -> None:
    """One test: the table takes half a minute, and would have to be run by each worker that has a line of it."""
    require_wine()
    failures: dict[str, str] = {}
    for expectation, outcome in zip(TABLE, _outcomes("wine"), strict=True):
        try:
            _assert_met(expectation, outcome)
        except AssertionError as exc:
            failures[expectation.line] = str(exc)
    assert failures == {}
