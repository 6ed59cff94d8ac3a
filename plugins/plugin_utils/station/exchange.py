# SPDX-License-Identifier: GPL-3.0-or-later
"""How a question is put to a station: which requests, in which order, and what is made of their answers. Pure.

An ``Exchange`` is a generator of steps, sent what came of each. Whoever drives it only carries messages, waits and
keeps the shell's number: for one station in a worker (``winrm.py``), or for many in one process. Whatever goes wrong
with a step is thrown in at its yield as a StationError; ``Request.read`` raises what ``causes.from_exception`` knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from xml.sax.saxutils import escape, quoteattr

from ...module_utils.base.message import Message
from .cmdline import whole
from .errors import CommandTimeoutError, ForbiddenAnswerError, StationError, UnreachableError
from .fault_codes import LOST_SHELL, NOT_FOUND, NOTHING_YET
from .questions import TIMEOUT, CommandResult, Get, Query, Question, Reading, Run
from .rules import BreachError, too_many
from .soap import content_of
from .winrs import (
    SHELL_ACTION,
    SHELL_URI,
    command_body,
    command_options,
    create_body,
    create_options,
    parse_command,
    parse_create,
    parse_receive,
    receive_body,
    signal_body,
)
from .wmi import Row, enumerate_body, parse_enumerate, parse_get, pull_body, resource_uri

__all__ = [
    "Allow",
    "Exchange",
    "Note",
    "Pause",
    "Renew",
    "Request",
    "Step",
    "create",
    "delete",
    "exchange",
    "getting",
    "querying",
    "running",
]

T = TypeVar("T")

_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
# What pywinrm declares and sends, and Windows has taken for years (winrm/protocol.py, build_wsman_header): answers of
# 150 KiB at most.
_BEFORE = (
    '<?xml version="1.0" encoding="utf-8"?>\n<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    f'xmlns:n="{_ENUMERATION}" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    f'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="{SHELL_ACTION}"><env:Header>'
    "<a:To>http://windows-host:5985/wsman</a:To>"
    '<a:ReplyTo><a:Address mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous'
    '</a:Address></a:ReplyTo><w:MaxEnvelopeSize mustUnderstand="true">153600</w:MaxEnvelopeSize>'
    '<w:Locale mustUnderstand="false" xml:lang="en-US"/><p:DataLocale mustUnderstand="false" xml:lang="en-US"/>'
)
# Seconds of the longest pause before a Receive: each is twice the one before.
_LONGEST_PAUSE = 0.8


@dataclass
class Shell:
    """What an open shell keeps of a command that is over, until that is acknowledged: its number, empty for none.

    The acknowledgement (Signal) comes before the next command, where the protocol demands it ([MS-WSMV] 2.2.4.38), and
    not at all before the shell's end, which gives back everything.
    """

    over: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. The answer to this step is what ``read`` makes of the station's bytes, a fault's too.

    ``doing``: what for, in error messages. ``in_shell``: it is for the open shell; who has none opens one before.
    ``read`` raises FaultAnswerError, OddAnswerError, BreachError.
    """

    action: str
    resource: str
    body: str
    doing: str
    read: Callable[[bytes], Any]
    in_shell: bool = False
    selectors: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def envelope(self, *, number: str, seconds: int, shell: str = "") -> str:
        """The message. ``number``: a UUID of its own; ``seconds``: of the operation; ``shell``: the open one."""
        selectors = {"ShellId": shell} if self.in_shell else self.selectors
        return (
            f"{_BEFORE}<a:MessageID>uuid:{number}</a:MessageID><w:OperationTimeout>PT{seconds}S</w:OperationTimeout>"
            f'<w:ResourceURI mustUnderstand="true">{escape(self.resource)}</w:ResourceURI>'
            f'<a:Action mustUnderstand="true">{self.action}</a:Action>'
            f"{_named('w:SelectorSet', 'w:Selector', selectors)}{_named('w:OptionSet', 'w:Option', self.options)}"
            f"</env:Header><env:Body>{self.body}</env:Body></env:Envelope>"
        )


@dataclass(frozen=True, kw_only=True)
class Pause:
    """So many seconds in which nothing is asked."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Allow:
    """Answered by so many seconds, or by those that are left for all that is asked; an error when none are."""

    seconds: float
    doing: str


@dataclass(frozen=True, kw_only=True)
class Renew:
    """The shell runs nothing any more: delete it, and open another for the next request that is for one."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A line for whoever looks; ``text`` is filled with ``values`` (``%``). ``raw``: what the station wrote itself."""

    text: str
    values: tuple[object, ...] = ()
    raw: bool = False

    def __str__(self) -> str:
        return self.text % self.values


Step = Request | Pause | Allow | Renew | Note
Exchange = Generator[Step, Any, T]
Now = Callable[[], float]
"""A clock in seconds that never goes back."""


def _named(around: str, each: str, values: Mapping[str, str]) -> str:
    if not values:
        return ""
    inside = "".join(f"<{each} Name={quoteattr(name)}>{escape(value)}</{each}>" for name, value in values.items())
    return f"<{around}>{inside}</{around}>"


def create() -> Request:
    """Opens a shell. -> its number."""
    return Request(
        action=f"{_TRANSFER}/Create",
        resource=SHELL_URI,
        body=create_body(),
        options=create_options(),
        doing=Message("opening a shell"),
        read=parse_create,
    )


def delete() -> Request:
    """Closes the shell, and ends what still runs in it."""
    return Request(
        action=f"{_TRANSFER}/Delete",
        resource=SHELL_URI,
        body="",
        doing=Message("closing the shell"),
        read=bytes,
        in_shell=True,
    )


def _in_shell(
    verb: str, body: str, run: Run, read: Callable[[bytes], Any], options: Mapping[str, str] | None = None
) -> Request:
    return Request(
        action=f"{SHELL_ACTION}/{verb}",
        resource=SHELL_URI,
        body=body,
        doing=run.doing,
        read=read,
        in_shell=True,
        options=options or {},
    )


def exchange(reading: Reading[T], now: Now, shell: Shell | None = None) -> Exchange[T]:
    """A whole reading, each of its questions put to the station in turn. ``shell``: the open one, if one is."""
    shell = shell or Shell()
    try:
        question = next(reading)
        while True:
            try:
                answer = yield from _asking(question, now, shell)
            except StationError as exc:
                question = reading.throw(exc)
            else:
                question = reading.send(answer)
    except StopIteration as done:
        read: T = done.value
        return read


def _asking(question: Question, now: Now, shell: Shell) -> Exchange[Any]:
    match question:
        case Run():
            return running(question, now, shell)
        case Get():
            return getting(question)
        case Query():
            return querying(question, now)


def running(run: Run, now: Now, shell: Shell) -> Exchange[CommandResult]:
    """One command, started and waited for. Whatever happens, no slot of the shell is lost to it."""
    yield Note(text="WINRS %s", values=(run.line,))
    command = yield from _started(run, shell)
    try:
        seconds = yield Allow(seconds=run.timeout, doing=run.doing)
        result = yield from _received(run, command, now, until=now() + seconds)
    except (ForbiddenAnswerError, GeneratorExit):
        # Nothing more is asked of whoever answers so; and whoever drives this may give up.
        raise
    except BaseException:
        with contextlib.suppress(UnreachableError):
            yield from _ended(run, command)
        raise
    if result is None:
        yield from _ended(run, command)
        yield Allow(seconds=0, doing=run.doing)
        raise CommandTimeoutError(
            Message(
                "{doing} took more than {seconds} s on the station and was stopped",
                doing=run.doing,
                seconds=round(seconds),
            ),
            remedy=Message("Look for a dialog or an antivirus that holds the command, then run again."),
        )
    shell.over = command
    yield Note(text="WINRS exit code %d", values=(result.code,))
    yield Note(text="WINRS stdout %r stderr %r", values=(result.stdout, result.stderr), raw=True)
    return result


def _started(run: Run, shell: Shell) -> Exchange[str]:
    line = run.line if run.as_it_is else whole(run.line)
    request = _in_shell("Command", command_body(line), run, parse_command, command_options())
    if shell.over:
        over, shell.over = shell.over, ""
        yield from _ended(run, over)
    try:
        command: str = yield request
    except StationError as exc:
        if not exc.codes & LOST_SHELL:
            raise
        yield Note(text="the shell runs nothing any more, opening a new one: %s", values=(exc.fact,))
        yield Renew()
        command = yield request
    return command


class _Output:
    """What a command has written so far, in as many answers as it takes; ``code`` is None while it runs."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._written = 0
        self._stdout: list[bytes] = []
        self._stderr: list[bytes] = []
        self.code: int | None = None

    def read(self, answer: bytes) -> None:
        received = parse_receive(answer, self._command)
        self._stdout.append(received.stdout)
        self._stderr.append(received.stderr)
        self._written += len(received.stdout) + len(received.stderr)
        too_many(size=self._written)
        self.code = received.code

    def result(self, code: int) -> CommandResult:
        return CommandResult(code=code, stdout=b"".join(self._stdout), stderr=b"".join(self._stderr))


def _received(run: Run, command: str, now: Now, *, until: float) -> Exchange[CommandResult | None]:
    """What it left; None when its time is over before it ends."""
    output, pause = _Output(command), run.pause
    request = _in_shell("Receive", receive_body(command), run, output.read)
    while True:
        pause = min(pause, _LONGEST_PAUSE)
        yield Pause(seconds=pause)
        pause *= 2
        try:
            yield request
        except StationError as exc:
            # Nothing was written during one operation timeout: not an error, ask again.
            if NOTHING_YET not in exc.codes:
                raise
        if output.code is not None:
            return output.result(output.code)
        if now() > until:
            return None


def _ended(run: Run, command: str) -> Exchange[None]:
    """Without it the station keeps the command's slot in the shell, and one that runs goes on."""
    try:
        yield _in_shell("Signal", signal_body(command), run, content_of)
    except (ForbiddenAnswerError, UnreachableError):
        raise
    except StationError as exc:
        yield Note(text="the command may go on: %s", values=(exc.fact,))


def getting(get: Get) -> Exchange[Row | None]:
    """One instance. One request."""
    yield Note(text="WMI Get %s %s", values=(get.class_name, dict(get.selectors)))
    try:
        row: Row = yield Request(
            action=f"{_TRANSFER}/Get",
            resource=resource_uri(get.class_name),
            body="",
            selectors=get.selectors,
            doing=get.doing,
            read=parse_get,
        )
    except StationError as exc:
        if not exc.codes & NOT_FOUND:
            raise
        return None
    return row


class _Rows:
    """The rows of a query, page by page; ``context`` is None once there are no more."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._until = now() + TIMEOUT
        self._size = 0
        self.rows: list[Row] = []
        self.context: str | None = None

    def read(self, answer: bytes) -> None:
        page = parse_enumerate(answer)
        self.rows += page.rows
        self._size += len(answer)
        too_many(rows=len(self.rows), size=self._size)
        self.context = page.context
        if self.context is not None and self._now() >= self._until:
            raise BreachError("endless", Message("its rows came for {seconds} s", seconds=format(TIMEOUT, ".0f")))


def querying(query: Query, now: Now) -> Exchange[list[Row]]:
    """Every row of a query. One request, and one for each further 200 rows."""
    yield Note(text="WMI %s", values=(query.wql,))
    rows, uri = _Rows(now), resource_uri("*", query.namespace)
    action, body = "Enumerate", enumerate_body(query.wql)
    while True:
        yield Request(action=f"{_ENUMERATION}/{action}", resource=uri, body=body, doing=query.doing, read=rows.read)
        if rows.context is None:
            return rows.rows
        action, body = "Pull", pull_body(rows.context)
