# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of an uninstall entry (``UninstallString``): the program, its switches, and what is never run. Pure.

Shapes of InstallScript engines, by values quoted in public repositories (docs/fidelity.md, S16): program in quotes or
not, one or two spaces before ``-removeonly``, words without a dash (``UNINSTALL``), ``-l0x0009anything``; engines
before 11 go through RunDll32. Whoever writes below HKEY_LOCAL_MACHINE is an administrator, but not one of ours: what
``cmd`` would read as its own is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...module_utils.base.message import Message
from ...module_utils.product.technologies import TECHNOLOGIES

__all__ = ["UninstallCommand", "UninstallError", "parse_uninstall", "split_uninstall", "why_not_removable"]

_LONGEST = 1000
"""Characters. Real values have about 150; what is longer was not written by a setup."""

# Between quotes cmd leaves most of these alone, but quotes can be ended by the value itself.
_CMD = re.compile(r"[&|<>^%]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RUNDLL = re.compile(r'"?(?:[^"]*\\)?rundll32(?:\.exe)?"?(?:\s|,|$)', re.IGNORECASE)
_COMMAND = re.compile(
    r"""(?:"(?P<quoted>[A-Z]:\\[^"/:*?]+\.exe)"|(?P<bare>[A-Z]:\\[^"/:*?]+?\.exe)(?=\s|$))(?P<switches>(?:\s.*)?)""",
    re.IGNORECASE,
)
_SHIELD = re.compile(
    r"[A-Z]:\\(?:Program Files(?: \(x86\))?|PROGRA~[12])\\(?:InstallShield Installation Information|INSTAL~\d)"
    r"\\(?:InstallShield_)?\{[0-9A-F-]{36}\}\\[\w.-]+\.exe",
    re.IGNORECASE,
)
# Switches that are the silent run's own: with two of them nobody knows which one counts.
_SILENT = re.compile(r"""(?:^|\s)[-/](?:[rs](?=\s|$)|f[12])""", re.IGNORECASE)
_BY_HAND = Message("Remove this client by hand (Windows' list of programs)")


class UninstallError(ValueError):
    """A command that is not run. The text is the fact; ``remedy`` is what to do."""

    def __init__(self, fact: str, *, remedy: str) -> None:
        super().__init__(fact)
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class UninstallCommand:
    """``program`` is an absolute path without quotes; ``switches`` are as they were, spaces within included."""

    program: str
    switches: str


def parse_uninstall(value: str) -> UninstallCommand:
    """Read an ``UninstallString`` that starts a program. Raises UninstallError for any other."""
    command = _plain(value)
    if _RUNDLL.match(command):
        raise UninstallError(
            Message(
                "the uninstall entry's command {command} goes through RunDll32, as InstallShield wrote it before "
                "version 11: it ends before the removal does and takes no answers",
                command=_shown(value),
            ),
            remedy=Message(
                "{by_hand}, or install a release of that year over it, whose entry starts setup.exe itself.",
                by_hand=_BY_HAND,
            ),
        )
    match = _COMMAND.fullmatch(command)
    program = (match["quoted"] or match["bare"]) if match else ""
    if match is None or ".." in program.split("\\") or match["switches"].count('"') % 2:
        raise UninstallError(
            Message(
                "the uninstall entry's command {command} is not an .exe with its full path and its switches",
                command=_shown(value),
            ),
            remedy=Message(
                "{by_hand}; if the program came as an MSI package, publish its release with technology: msi.",
                by_hand=_BY_HAND,
            ),
        )
    return UninstallCommand(program=program, switches=match["switches"].strip())


def why_not_removable(value: str, technology: str) -> UninstallError | None:
    """Why a published removal of this technology cannot run an entry's command; None when it can.

    Windows Installer removes by the product code and does not read it. A custom installer's may be of any shape.
    """
    known = TECHNOLOGIES.get(technology)
    try:
        if known is None or known.uninstaller == "any":
            _plain(value)
        elif known.uninstaller == "exe":
            parse_uninstall(value)
    except UninstallError as exc:
        return exc
    return None


def split_uninstall(uninstall_string: str) -> tuple[str, str]:
    """Program and switches of an InstallScript ``UninstallString``, to be shown to somebody with full rights.

    Raises UninstallError for any other: what is started with an administrator's rights lies where only administrators
    write.
    """
    command = parse_uninstall(uninstall_string)
    if not _SHIELD.fullmatch(command.program):
        raise UninstallError(
            Message(
                "the uninstall entry's command {command} is not that of an InstallShield setup below Program Files",
                command=_shown(uninstall_string),
            ),
            remedy=Message("Record the removal by hand (docs/responses.md)."),
        )
    if _SILENT.search(command.switches):
        raise UninstallError(
            Message(
                "the uninstall entry's command {command} has switches of a silent run already",
                command=_shown(uninstall_string),
            ),
            remedy=Message("Record the removal by hand (docs/responses.md), without its /s, /r, /f1 and /f2."),
        )
    return command.program, command.switches


def _plain(value: str) -> str:
    """The value without spaces around it. Raises UninstallError when it is no command that can stand in a script."""
    remedy = Message("{by_hand}, and find out what wrote this entry.", by_hand=_BY_HAND)
    if len(value) > _LONGEST:
        fact = Message("the uninstall entry's command has {number} characters", number=len(value))
        raise UninstallError(fact, remedy=remedy)
    if bad := _CONTROL.search(value.strip(" ")) or _CMD.search(value):
        raise UninstallError(
            Message(
                "the uninstall entry's command {command} holds {bad}, which cmd.exe reads as its own",
                command=_shown(value),
                bad=repr(bad[0]),
            ),
            remedy=remedy,
        )
    return value.strip(" ")


def _shown(value: str) -> str:
    return repr(value if len(value) <= 200 else f"{value[:200]}…")
