"""Switches of schtasks, and its errors."""

from __future__ import annotations

from ...errors import error_text
from ...messages import text
from ...processes import Invocation
from ...tasks import Task

__all__ = ["SchtasksUsageError", "denied", "failed", "find_task", "parse"]


class SchtasksUsageError(Exception):
    """The command line is refused."""


def parse(words: list[str], valued: set[str], flags: set[str]) -> dict[str, str]:
    """Switches by lower-case name without ``/``; one without value is "". Raises SchtasksUsageError."""
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name = word.lower().removeprefix("/")
        if not word.startswith("/") or name in found:
            raise SchtasksUsageError
        if name in valued:
            value = next(rest, None)
            if value is None:
                raise SchtasksUsageError
            found[name] = value
        elif name in flags:
            found[name] = ""
        else:
            raise SchtasksUsageError
    return found


def failed(invocation: Invocation, code: int) -> int:
    """``ERROR: <system message>`` on standard error; 1."""
    invocation.err(text("error", invocation.language, error_text(code, invocation.language)))
    return 1


def denied(invocation: Invocation) -> bool:
    """Whether the caller is no administrator; says so."""
    if invocation.token.elevated:
        return False
    failed(invocation, 5)
    return True


def find_task(invocation: Invocation, switches: dict[str, str]) -> Task | None:
    """The task of /TN; None after an error was printed. Raises SchtasksUsageError without /TN."""
    if "tn" not in switches:
        raise SchtasksUsageError
    task = invocation.station.tasks.find(switches["tn"])
    if task is None:
        failed(invocation, 2)
    return task
