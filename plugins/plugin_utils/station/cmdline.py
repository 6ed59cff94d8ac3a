# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines for ``cmd.exe``: quoting, and refusal of what cannot be quoted.

``cmd`` has no escape that works in every place: inside double quotes only ``"`` and ``%`` keep a meaning, and neither
can be escaped on a command line (``%%`` works in batch files only). So a value that holds one of them is refused
rather than passed on: facts read from a station are hostile input until they are quoted. Pure.
"""

from __future__ import annotations

import re

from ...module_utils.base.message import Message

__all__ = ["CURL", "MAX_COMMAND_LINE", "REVOCATION", "echo", "join", "quote", "tool", "valid_url", "whole"]

MAX_COMMAND_LINE = 8191
"""Characters cmd.exe accepts on one line (Microsoft support article 830473)."""

_UNQUOTABLE = re.compile(r'["%\x00-\x1f\x7f]')
# No user, query, percent or other character that cmd.exe or XML reads: such an address needs no escaping anywhere.
_ADDRESS = Message("the address")
_URL = re.compile(r"https?://[A-Za-z0-9._~-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")


def quote(value: str) -> str:
    """Put a path, key or name in double quotes.

    Raises ValueError when the value holds a character that quotes do not protect in cmd.exe.
    """
    if bad := sorted(set(_UNQUOTABLE.findall(value))):
        raise ValueError(
            Message(
                "{value} holds {characters}, which cannot be passed to cmd.exe safely",
                value=repr(value),
                characters=", ".join(map(repr, bad)),
            )
        )
    # A backslash before the closing quote would escape it for programs that use the C runtime's argument rules.
    return f'"{value}\\"' if value.endswith("\\") and not value.endswith(":\\") else f'"{value}"'


def echo(text: str, target: str) -> str:
    """Append a line of text to a file, whose name is quoted already.

    What cmd.exe reads as its own outside double quotes gets a caret. Raises ValueError for what a caret does not help
    with: a percent sign, a control character, a quote without its pair.
    """
    if "%" in text or text.count('"') % 2 or any(ord(char) < 32 for char in text):
        raise ValueError(Message("{text} cannot be written by a command line", text=repr(text[:80])))
    # Between quotes a caret would be a caret.
    line = re.sub(r'("[^"]*")|([\^&<>|()])', lambda match: match[1] or f"^{match[2]}", text)
    # The redirection first: a digit before it would name a stream.
    return f">>{target} echo {line}"


def join(commands: list[str]) -> str:
    """Chain commands so that each runs whatever the one before returned.

    Raises ValueError when the line is longer than cmd.exe accepts.
    """
    line = "& ".join(commands)
    if len(line) > MAX_COMMAND_LINE:
        raise ValueError(
            Message(
                "the command line has {length} characters, cmd.exe accepts {most}",
                length=len(line),
                most=MAX_COMMAND_LINE,
            )
        )
    return line


def tool(name: str) -> str:
    """A program of Windows by its full path: nothing found through PATH or the current folder runs for us.

    Not in quotes, for lines begin with it (``whole``). No edition of Windows lies in a folder with a space.
    """
    return f"%SystemRoot%\\System32\\{name}.exe"


CURL = f'{tool("curl")} -q --noproxy "*"'
"""The station's curl, which takes nothing from around it.

``-q``, which has to come first, leaves out .curlrc, and ``--noproxy`` what machine-wide variables (http_proxy,
all_proxy…) say: a depot is in the school's own network ("-q, --disable", "--noproxy", curl manual).
"""

REVOCATION = {"require": "", "best_effort": "--ssl-revoke-best-effort", "skip": "--ssl-no-revoke"}
"""Switches of Windows' curl: what it does when the revocation of the depot's certificate cannot be checked.

``--ssl-no-revoke`` is of curl 7.44, ``--ssl-revoke-best-effort`` of 7.70; Windows 10 before 2022 has 7.55.
"""


def whole(line: str) -> str:
    """A line as WinRS takes it. Raises ValueError when ``cmd`` would read another one.

    WinRS runs ``%COMSPEC% /c <line>`` without quotes around it, and of a line that begins with a quote ``cmd`` takes
    the first and the last one off (``cmd /?``; docs/fidelity.md, W23): ``"C:\\Program Files\\x.exe" "y"`` runs
    ``C:\\Program``.
    """
    if line.lstrip().startswith('"'):
        raise ValueError(
            Message("a command line begins with a quote, which cmd.exe would take off: {line}", line=line[:80])
        )
    return line


def valid_url(url: str, what: str = _ADDRESS) -> str:
    """Return an address that needs no quoting anywhere. Raises ValueError for any other."""
    if not _URL.fullmatch(url):
        raise ValueError(
            Message(
                "{what} {url} is not an http:// or https:// address of letters, digits and ._~- only, without user "
                "name, query or percent sign",
                what=what,
                url=repr(url),
            )
        )
    return url
