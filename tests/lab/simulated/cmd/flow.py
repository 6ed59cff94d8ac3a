"""Jumps out of running commands."""

from __future__ import annotations

__all__ = ["ExitScript", "ExitShell", "Goto", "ReplacedScript"]


class ExitShell(Exception):  # noqa: N818  (not an error)
    """EXIT: the interpreter ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class ExitScript(Exception):  # noqa: N818  (not an error)
    """EXIT /B, GOTO :EOF, or a script that cannot go on: the current script or subroutine ends."""


class ReplacedScript(Exception):  # noqa: N818  (not an error)
    """A script started another one without CALL, which has ended: the first one does not go on."""


class Goto(Exception):  # noqa: N818  (not an error)
    """GOTO a label."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label
