# SPDX-License-Identifier: GPL-3.0-or-later
"""What a silent InstallShield InstallScript setup leaves: its log (``/f2``) and its exit code, in words. Pure.

Seen on real engines (docs/fidelity.md, S): the log says 0 before the first file, and is written anew when something
goes wrong later, if it still can be. So it is evidence, read once everything has ended, and never the end itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...module_utils.base.message import Message
from ..station.exit_codes import code_text, exit_cause, unsigned

__all__ = ["HELPER", "RECORD_AGAIN", "RESULT_CODES", "SetupLog", "exit_words", "read_log", "result_words"]

HELPER = "ISBEW64.exe"
"""The engine's 64-bit helper, unpacked into ``%TEMP%``: a setup that is killed leaves it behind, for ever."""

RECORD_AGAIN = frozenset({-3, -8, -12})
"""Codes of a log that say: these are not the answers to what the setup asks here (docs/fidelity.md, S5, R8)."""

RESULT_CODES: dict[int, str] = {
    0: Message("the setup accepted every answer of the response file"),
    -1: Message("general error"),
    -2: Message("invalid mode"),
    -3: Message("the response file lacks an answer that the setup wants: record it again for this release"),
    -4: Message("not enough memory"),
    -5: Message("a file does not exist"),
    -6: Message("cannot write to the response file"),
    -7: Message("cannot write to the log file"),
    -8: Message("the response file cannot be read as one: record it again for this release"),
    -9: Message("not a valid list type (string or number)"),
    -10: Message("the data type is invalid"),
    -11: Message("unknown error during setup"),
    -12: Message("the dialogs are out of order: record the response file again for this release"),
    -51: Message("cannot create the folder"),
    -52: Message("cannot access the file or folder"),
    -53: Message("an invalid option was selected"),
}
"""``ResultCode`` of ``[ResponseResult]`` (InstallShield help, "Setup.log"). -12 was never seen on a real engine."""

_REFUSED = 0x80042000
"""What a real installation ends with whenever its log says -1, -3, -5 or -8."""


@dataclass(frozen=True, kw_only=True)
class SetupLog:
    """What the log says. ``result`` is None when it has no ResultCode: empty, cut short, another program's."""

    result: int | None = None
    # [Application] is written once there are files; 0 without it was seen only where nothing had been done.
    application: bool = False


def read_log(text: str | None, *, ended: bool = False) -> SetupLog:
    """Read a log, however much of it there is. A last line without its end is one that is still being written, unless
    whoever writes it has ``ended``.
    """
    section, result, application = "", None, False
    # UTF-16 without its mark comes as ASCII with NULs in between.
    for line in (text or "").replace("\0", "").splitlines(keepends=True):
        if not (ended or line.endswith(("\n", "\r"))):
            break
        if match := re.match(r".{0,4}\[([^\]]*)\]\s*$", line):
            section = match[1].strip().lower()
            application |= section == "application"
        elif section == "responseresult" and (match := re.match(r"\s*ResultCode\s*=\s*(-?\d{1,10})\s*$", line, re.I)):
            result = int(match[1])
    return SetupLog(result=result, application=application)


def result_words(code: int) -> str:
    """The log's code, and its meaning."""
    return Message(
        "{meaning} ({code})",
        meaning=RESULT_CODES.get(code, Message("a code that InstallShield does not document")),
        code=code,
    )


def exit_words(code: int) -> str:
    """An exit code other than 0, with what is known of it."""
    if unsigned(code) == _REFUSED:
        return Message("{code} (0x80042000, the engine gave up)", code=code)
    cause = exit_cause(code)
    text = code_text(code)
    return text if cause is None else Message("{code}, {words}", code=text, words=cause.words)
