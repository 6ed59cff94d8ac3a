# SPDX-License-Identifier: GPL-3.0-or-later
"""How installers of each technology are run silently: arguments, success codes, log, uninstall. Data, not code.

Command lines are batch text for ``templates/install.cmd.j2``: ``%JOB%`` is the job folder with its final backslash,
``%SYS%`` is System32, ``%UNINSTALL%`` the station's own UninstallString. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["TECHNOLOGIES", "Technology"]


@dataclass(frozen=True, kw_only=True)
class Technology:
    """One installer technology."""

    key: str
    installer: str  # its file name in the depot
    install: str
    uninstall: str
    # Files besides the installer that the depot must hold, for installing and for removing.
    response: str | None = None
    # Over an earlier release of the year, a setup may ask other dialogs than on a station without any.
    update: str = ""
    update_response: str | None = None
    uninstall_response: str | None = None
    # Exit codes of the installer that mean success; empty: the exit code says nothing, the log does.
    success_codes: frozenset[int] = frozenset()
    log: Literal["installscript", "text"] = "text"
    # What the station's UninstallString must be to be run: an .exe with its full path, or anything that cmd reads as
    # one command. "unread": Windows removes by the product code.
    uninstaller: Literal["exe", "any", "unread"] = "exe"


TECHNOLOGIES: dict[str, Technology] = {
    t.key: t
    for t in (
        # setup.exe may end before its work does: the log's ResultCode is what tells (docs/fidelity.md, S3).
        Technology(
            key="installscript",
            installer="setup.exe",
            install='start "" /wait "%JOB%setup.exe" /s /f1"%JOB%response.iss" /f2"%JOB%setup.log"',
            uninstall='start "" /wait %UNINSTALL% /s /f1"%JOB%uninstall.iss" /f2"%JOB%setup.log"',
            response="response.iss",
            update='start "" /wait "%JOB%setup.exe" /s /f1"%JOB%update.iss" /f2"%JOB%setup.log"',
            update_response="update.iss",
            uninstall_response="uninstall.iss",
            log="installscript",
        ),
        # 3010: success, restart needed; 1641: success, restart begun; 1605 on removal: already gone (Windows Installer
        # error codes, learn.microsoft.com/windows/win32/msi/error-codes).
        Technology(
            key="msi",
            installer="setup.msi",
            install='"%SYS%\\msiexec.exe" /i "%JOB%setup.msi" /qn /norestart /l*v "%JOB%setup.log"',
            uninstall='"%SYS%\\msiexec.exe" /x %PRODUCT% /qn /norestart /l*v "%JOB%setup.log"',
            success_codes=frozenset({0, 3010, 1641}),
            uninstaller="unread",
        ),
        # NSIS manual, 3.2: /S is silent; the uninstaller copies itself away and returns at once.
        Technology(
            key="nsis",
            installer="setup.exe",
            install='start "" /wait "%JOB%setup.exe" /S',
            uninstall='start "" /wait %UNINSTALL% /S',
            success_codes=frozenset({0}),
        ),
        # Arguments come with the package (depot_release, options arguments and uninstall_arguments).
        Technology(
            key="custom",
            installer="setup.exe",
            install='start "" /wait "%JOB%setup.exe" %ARGUMENTS%',
            uninstall='start "" /wait %UNINSTALL% %UNINSTALL_ARGUMENTS%',
            success_codes=frozenset({0}),
            uninstaller="any",
        ),
    )
}
