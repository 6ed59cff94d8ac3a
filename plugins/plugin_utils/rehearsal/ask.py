# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal asks of a station, and the evidence as it came: bytes, rows, exit codes. Pure.

One command line for whatever needs no prior knowledge, one that begins with a quote, one for the depot, and some reads
of WMI. Nothing here takes for granted what is in question: of the first reading of a deployment nothing is used, since
it fails as a whole where one of its assumptions does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ..job.curl import curl_said
from ..station.cmdline import CURL, REVOCATION, join, quote, tool, valid_url
from ..station.errors import ControllerError, StationError, UnseenError
from ..station.overview import JOBS_FOLDER
from ..station.questions import CommandResult, Get, Query, Question, Reading, Run
from ..station.sections import digest_command, marker, sections
from .package import Carried

__all__ = [
    "ECHOED",
    "QUOTED",
    "Depot",
    "Evidence",
    "depot_line",
    "parse_depot",
    "quotes_line",
    "rehearsing",
    "tools_line",
]

ECHOED: Final = "Réseau é€"
QUOTED: Final = '"a & b ^ | <c> (d) !OS!"'
"""What comes back as it is, if quotes protect what they are taken to."""

_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_WINDOWS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_CODE_PAGE = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage"
_CODE = "call echo %^ERRORLEVEL%"
# All that a job's download has, but for the file: nothing listens at that port of any station, and nothing leaves it.
_OPTIONS = (
    "-fsS --connect-timeout 5 --max-time 10 --speed-time 60 --speed-limit 1024 --retry 0 --retry-delay 1 -C - "
    '-w "%{http_code}" -o nul http://127.0.0.1:9/'
)
_LONGEST = 500
_FETCHING = 100.0


@dataclass(frozen=True, kw_only=True)
class Depot:
    """What came of asking the depot for a file that is not there: curl's exit code and words.

    ``status``: the HTTP status that it printed, "" for none; ``https``: whether the address is.
    """

    code: int
    status: str
    said: str
    https: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``answers``: to each question by name, as it came; ``problems``: the kind of error where none did.

    ``carried``: what became of the package, or in words why there was none.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    carried: Carried | str = ""

    def part(self, name: str) -> bytes | None:
        """A section of the first command line; None where it did not come."""
        found: Mapping[str, bytes] = self.answers.get("tools", {})
        return found.get(name)

    def text(self, name: str) -> str | None:
        """The same as text: what is looked for in it is ASCII."""
        body = self.part(name)
        return None if body is None else body.decode("latin-1").strip()


def _curl(revocation: str) -> str:
    return f"{CURL} {REVOCATION[revocation]}".rstrip()


def tools_line(revocation: str) -> str:
    """The first command line, in sections."""
    reg, findstr = tool("reg"), tool("findstr")
    return join(
        [
            marker("codepage"),
            "chcp",
            marker("echo"),
            f"echo {ECHOED}",
            marker("quoting"),
            f"echo {QUOTED}",
            marker("environment"),
            *(f"set {name}" for name in ("TEMP", "USERPROFILE", "ProgramFiles", "PROCESSOR_ARCHITE")),
            marker("pages"),
            *(f'{reg} query "{_CODE_PAGE}" /v {value} 2>nul' for value in ("OEMCP", "ACP")),
            marker("windows"),
            *(
                f'{reg} query "{_WINDOWS}" /v {value} 2>nul'
                for value in ("CurrentBuildNumber", "EditionID", "DisplayVersion", "ReleaseId")
            ),
            marker("jobs"),
            f'dir /b /ad "%ProgramFiles%\\{JOBS_FOLDER}" 2>nul',
            marker("absent_key"),
            f'{reg} query "{_WINDOWS}\\Rentree-absent" 2>nul',
            _CODE,
            marker("texts64"),
            f'{reg} query "{_UNINSTALL}" /s /v DisplayName /reg:64 2>nul',
            marker("texts32"),
            f'{reg} query "{_UNINSTALL}" /s /v DisplayName /reg:32 2>nul',
            marker("exes"),
            r'dir /s /b /a-d "%ProgramFiles%\Index Education\*.exe" 2>nul',
            marker("options"),
            f"{_curl(revocation)} {_OPTIONS} 2>nul",
            # Its output, an HTTP status, ends without a line end.
            "call echo ;%^ERRORLEVEL%",
            marker("version"),
            f"{CURL} --version 2>nul",
            marker("digest"),
            digest_command(r'"%SystemRoot%\System32\cmd.exe"'),
            marker("match"),
            f'echo abc| {findstr} /i /x /c:"ABC" >nul',
            _CODE,
            marker("no_match"),
            f'echo abd| {findstr} /i /x /c:"ABC" >nul',
            _CODE,
            marker("absent_task"),
            f'{tool("schtasks")} /Query /TN "Rentree-absent" >nul 2>nul',
            _CODE,
            marker("no_link"),
            r'dir /s /b /al "%SystemRoot%\System32\drivers\etc" >nul 2>nul',
            _CODE,
            marker("msg"),
            # In parentheses: all that follows an else is its own.
            r'(if exist "%SystemRoot%\System32\msg.exe" (echo 1) else (echo 0))',
            marker("processes"),
            f"{tool('tasklist')} /FO CSV /NH",
            marker("end"),
            "exit 0",
        ]
    )


def quotes_line() -> str:
    """A line that begins with a quote, which no other one of ours does: cmd is taken to make nonsense of it."""
    return r'"%SystemRoot%\System32\where.exe" "cmd.exe"'


def depot_line(depot: str, revocation: str, name: str) -> str:
    """Ask the depot for a file that it has not, with all that a job asks with. Raises ValueError for its address."""
    address = quote(valid_url(f"{depot.rstrip('/')}/{name}"))
    return join(
        [
            f'{_curl(revocation)} -fsS --connect-timeout 20 --max-time 60 -w "%{{http_code}}" -o nul {address}',
            "call echo ;%^ERRORLEVEL%",
            "exit 0",
        ]
    )


_ANSWER = re.compile(rb"([0-9]{3})?;([0-9]{1,10})\s*")


def parse_depot(result: CommandResult, *, https: bool) -> Depot:
    """Read what that printed. Raises ValueError for anything else."""
    found = _ANSWER.fullmatch(result.stdout.strip())
    if found is None:
        raise ValueError(Message("the answer to a question for the depot makes no sense"))
    _code, said = curl_said(result.stderr.decode("utf-8", "replace"))
    status = (found[1] or b"").decode()
    return Depot(
        code=natural(found[2].decode()) or 0,
        status="" if status == "000" else status,
        said=said[:_LONGEST],
        https=https,
    )


_QUESTIONS: Final[tuple[tuple[str, Question], ...]] = (
    ("known", Get(class_name="CIM_DataFile", selectors={"Name": r"C:\Windows\System32\cmd.exe"})),
    ("absent", Get(class_name="CIM_DataFile", selectors={"Name": r"C:\Windows\rentree-absent-é.exe"})),
    ("like", Query(wql="select ProcessId from Win32_Process where Name like '%SVCHOST.EX%'")),
    ("processes", Query(wql="select Name, ProcessId, SessionId from Win32_Process")),
    ("console", Query(wql="select UserName from Win32_ComputerSystem")),
    ("networks", Query(wql="select NetworkCategory from MSFT_NetConnectionProfile", namespace="root/standardcimv2")),
)


def rehearsing(depot: str, revocation: str, name: Callable[[], str]) -> Reading[Evidence]:
    """Ask everything. ``depot``: its address, empty for none; ``name``: of a file that no depot has.

    Raises StationError of a station that cannot be asked anything, or not any more.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    result = yield Run(line=tools_line(revocation), doing=Message("rehearsing with Windows' own tools"), pause=1.0)
    answers["tools"] = sections(result.stdout)
    commands = [("quotes", quotes_line())]
    if depot:
        commands.append(("depot", depot_line(depot, revocation, name())))
    for key, line in commands:
        try:
            result = yield Run(
                line=line, doing=Message("rehearsing a command line"), timeout=_FETCHING, as_it_is=key == "quotes"
            )
            https = depot.lower().startswith("https:")
            answers[key] = parse_depot(result, https=https) if key == "depot" else result
        except ValueError:
            problems[key] = "answer"
        except StationError as exc:
            problems[key] = _told(exc)
    accent = _accented(answers["tools"].get("exes", b""))
    further = [("accent", Get(class_name="CIM_DataFile", selectors={"Name": accent}))] if accent else []
    for key, question in (*_QUESTIONS, *further):
        try:
            answers[key] = yield question
        except StationError as exc:
            problems[key] = _told(exc)
    return Evidence(answers=answers, problems=problems)


def _accented(listed: bytes) -> str:
    """The path of one program whose letters are not ASCII alone, as text for WMI; empty for none."""
    for line in listed.splitlines():
        if line.isascii() or len(line) > _LONGEST:
            continue
        try:
            return line.decode().strip()
        except UnicodeDecodeError:
            continue
    return ""


def _told(exc: StationError) -> str:
    """Raises the error of a station that does not answer any more, and of this machine."""
    if isinstance(exc, UnseenError | ControllerError):
        raise exc
    return exc.kind
