# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of a silent InstallShield InstallScript setup (``/f2``): its result code, in words. Pure."""

from __future__ import annotations

import configparser

__all__ = ["RESULT_CODES", "parse_log", "result_words"]

RESULT_CODES: dict[int, str] = {
    0: "the setup accepted every answer of the response file",
    -1: "general error",
    -2: "invalid mode",
    -3: "required data is missing from the response file: record it again for this release",
    -4: "not enough memory",
    -5: "a file does not exist",
    -6: "cannot write to the response file",
    -7: "cannot write to the log file",
    -8: "the path to the response file is invalid",
    -9: "not a valid list type (string or number)",
    -10: "the data type is invalid",
    -11: "unknown error during setup",
    -12: "the dialogs are out of order: record the response file again for this release",
    -51: "cannot create the folder",
    -52: "cannot access the file or folder",
    -53: "an invalid option was selected",
}
"""``ResultCode`` of ``[ResponseResult]`` (InstallShield help, "Setup.log")."""


def parse_log(text: str) -> int:
    """Return the ResultCode. Raises ValueError when the log has none (empty, cut short, another program's)."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(text.lstrip("\ufeff"))
        return int(parser.get("ResponseResult", "ResultCode"))
    except (configparser.Error, ValueError) as exc:
        raise ValueError(f"no ResultCode in the setup's log ({text.strip()[:80]!r})") from exc


def result_words(code: int) -> str:
    """The code's meaning, with the code."""
    return f"{RESULT_CODES.get(code, 'a code that InstallShield does not document')} ({code})"
