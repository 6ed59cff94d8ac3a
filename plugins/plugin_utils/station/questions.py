# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of a station, whoever asks it: a command line, an instance of WMI, a query. Pure.

A ``Reading`` yields questions and is sent their answers, so that the same one serves a worker, which asks one station
(``winrm.py``), and a process that asks hundreds at a time. How a question is put to a station: ``exchange.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from ...module_utils.base.message import Message
from .errors import StationFactError
from .exit_codes import code_text, exit_cause

__all__ = ["PAUSE", "TIMEOUT", "CommandResult", "Get", "Query", "Question", "Reading", "Run", "drive"]

S = TypeVar("S")
T = TypeVar("T")

TIMEOUT: Final = 120.0
"""Seconds of a command, and of all the pages of a query."""
PAUSE: Final = 0.2
"""Seconds before a command's output is asked for. A station answers as soon as anything was written: without a pause a
line of twenty commands costs up to twenty requests."""


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """What a command left: exit code (32-bit unsigned) and raw output."""

    code: int
    stdout: bytes
    stderr: bytes

    def describe(self) -> str:
        """Its code and the end of what it said, for an error message."""
        said = (self.stderr or self.stdout).decode("utf-8", "replace").strip()
        if not said:
            cause = exit_cause(self.code)
            if cause is not None:
                return Message("exit code {code}: {said}", code=code_text(self.code), said=cause.words)
            return Message("exit code {code}", code=code_text(self.code))
        return Message("exit code {code}: {said}", code=self.code, said=" ".join(said.split())[-300:])

    def check(self, fact: str, *, remedy: str) -> None:
        """Raise StationFactError with this fact, and what the command said, unless it ended well."""
        if self.code:
            raise StationFactError(Message("{fact} ({answer})", fact=fact, answer=self.describe()), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A cmd.exe command line, waited for ``timeout`` seconds at most (then it is terminated). -> CommandResult.

    ``doing`` says what for, in error messages: "reading the registry". ``pause``: seconds before it can be over.
    ``as_it_is``: the line may begin with a quote, which is refused otherwise (``cmdline.whole``).
    """

    line: str
    doing: str
    timeout: float = TIMEOUT
    pause: float = PAUSE
    as_it_is: bool = False


@dataclass(frozen=True, kw_only=True)
class Get:
    """One WMI instance by its keys. -> Row, None when there is none."""

    class_name: str
    selectors: Mapping[str, str] = field(default_factory=dict)

    @property
    def doing(self) -> str:
        """What for, in error messages."""
        return Message("reading {name} over WMI", name=self.class_name)


@dataclass(frozen=True, kw_only=True)
class Query:
    """A WQL query. -> every row, in a list."""

    wql: str
    namespace: str = "root/cimv2"

    @property
    def doing(self) -> str:
        """What for, in error messages."""
        name = self.wql.rsplit(" from ", maxsplit=1)[-1].split(maxsplit=1)[0]
        return Message("reading {name} over WMI", name=name)


Question = Run | Get | Query
Reading = Generator[Question, Any, T]
"""Is sent the answer of each question; a StationError of one is thrown into it at its yield. Returns what was read."""


def drive(steps: Generator[S, Any, T], do: Callable[[S], Any]) -> T:
    """Do each step in turn, tell the generator what came of it, and return what it returns.

    Whatever ``do`` raises is thrown in, an interrupt too: what was begun on a station is ended there.
    """
    try:
        step = next(steps)
        while True:
            try:
                came = do(step)
            except BaseException as exc:  # noqa: BLE001  (it comes out again, unless the generator knows better)
                step = steps.throw(exc)
            else:
                step = steps.send(came)
    except StopIteration as end:
        result: T = end.value
        return result
