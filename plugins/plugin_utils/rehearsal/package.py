# SPDX-License-Identifier: GPL-3.0-or-later
"""The harmless package of a rehearsal: what a job carries to the station and runs there, and what came of it. Pure.

It goes the way of a release, by the same ``install.cmd``; in a setup's place stands a script that installs nothing. It
looks around, writes what it saw into the job's own folder, and ends with a code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.digests import sha256
from ...module_utils.product.products import HARMLESS
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import Technology
from ..depot.package import Package
from ..job.outcome import State
from ..station.job_name import JobName

__all__ = ["ENDS_WITH", "PINGED", "UNKNOWN_PRODUCT", "Carried", "harmless", "job_name", "parse_told", "script"]

ENDS_WITH: Final = 7
"""Exit code of the package, which has to come back through ``call``, ``install.cmd`` and the job's files."""
UNKNOWN_PRODUCT: Final = 1605
"""What msiexec, a window program, ends with when it is told to remove what was never installed ([D] "Error codes")."""
PINGED: Final = 5
"""Seconds that ``ping -n 6`` is taken to wait."""

_RELEASE: Final = Release.parse("2099.0.0")
_FILE: Final = "rehearsal.cmd"
_SEEN: Final = "setup.log"
_TECHNOLOGY: Final = Technology(
    key="rehearsal", installer=_FILE, install=f'call "%JOB%{_FILE}"', uninstall="", success_codes=frozenset({ENDS_WITH})
)
_SCRIPT: Final = f"""\
@echo off
rem A rehearsal of rentree.pronote: nothing is installed, and nothing written outside this folder.
>{_SEEN} echo release={_RELEASE}
"%SYS%\\whoami.exe" /user /fo csv /nh | "%SYS%\\findstr.exe" /c:"S-1-5-18" >nul && >>{_SEEN} echo account=system
if /i "%TEMP%"=="%JOB%tmp" >>{_SEEN} echo temp=own
>>{_SEEN} echo before=%TIME%
"%SYS%\\ping.exe" -n {PINGED + 1} 127.0.0.1 >nul
>>{_SEEN} echo after=%TIME%
start "" /wait "%SYS%\\msiexec.exe" /x {{00000000-0000-0000-0000-000000000000}} /qn
>>{_SEEN} echo waited=%ERRORLEVEL%
exit /b {ENDS_WITH}
"""
_LINE = re.compile(r"(release|account|temp|before|after|waited)=([0-9A-Za-z .,:-]{1,20})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What became of the package. ``told``: what it wrote, by name; ``code``: what it ended with, as the job has it."""

    state: State
    code: int | None = None
    told: Mapping[str, str]
    # Whether the task's own process was seen by what tells a job's processes from others; None: it was over too soon.
    script_seen: bool | None
    # Names of jobs that an earlier rehearsal had left there.
    cleared: tuple[str, ...] = ()


def script() -> bytes:
    """The file in a setup's place: ASCII with CRLF, as cmd.exe wants it."""
    return _SCRIPT.replace("\n", "\r\n").encode("ascii")


def harmless() -> Package:
    """As a release is published: it is the same on every controller, so its job has one name."""
    return Package(
        release=str(_RELEASE),
        arch="x64",
        technology=_TECHNOLOGY,
        digests={_FILE: sha256(script())},
        product=HARMLESS,
    )


def job_name(digest: str) -> JobName:
    """Of its job; ``digest``: of its ``install.cmd``. The architecture says nothing here."""
    return JobName.of(HARMLESS, "install", _RELEASE, "x64", digest)


def parse_told(text: str) -> dict[str, str]:
    """What the package wrote, by name; a line that it never writes is passed over."""
    lines = (_LINE.fullmatch(line.strip()) for line in text.splitlines()[:50])
    return {found[1]: found[2] for found in lines if found}
