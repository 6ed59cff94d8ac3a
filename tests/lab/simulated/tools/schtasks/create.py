"""schtasks /Create."""

from __future__ import annotations

import datetime as dt
import re

from ...codepages import codec, decode
from ...environment import split_arguments
from ...errors import Win32Error
from ...messages import text
from ...paths import absolute
from ...processes import Invocation
from ...security import SYSTEM
from ...tasks import TaskDefinition, TaskXmlError, parse_task
from ...tasks.definition import build_xml, decode_xml
from .switches import SchtasksUsageError, denied, failed, parse

__all__ = ["create"]

_VALUED = {"tn", "xml", "tr", "sc", "st", "sd", "ru", "rp", "rl", "delay", "mo", "d", "s", "u", "p"}
_FLAGS = {"f", "it", "np", "z", "v1", "hresult"}
_SCHEDULES = ("once", "onstart", "onlogon", "onidle", "daily", "weekly", "monthly", "minute", "hourly", "onevent")


async def create(invocation: Invocation, words: list[str]) -> int:
    """``/Create /TN name (/XML file | /TR command /SC schedule [/ST] [/SD] [/RL] [/RU]) [/F]``."""
    switches = parse(words, _VALUED, _FLAGS)
    if "tn" not in switches or not re.search(r"[^\\]", switches["tn"]):
        raise SchtasksUsageError
    if denied(invocation):
        return 1
    definition = _from_file(invocation, switches["xml"]) if "xml" in switches else _from_switches(invocation, switches)
    if definition is None:
        return 1
    station = invocation.station
    if station.tasks.find(switches["tn"]) is not None and "f" not in switches:
        invocation.out(text("task_exists", invocation.language, switches["tn"]), end="")
        answer = decode(await invocation.stdio.stdin.read_line(), invocation.console.codepage)
        if answer.strip().lower()[:1] != text("yes", invocation.language):
            return 0
    station.tasks.register(switches["tn"], definition)
    invocation.out(text("task_created", invocation.language, switches["tn"]))
    return 0


def _from_file(invocation: Invocation, name: str) -> TaskDefinition | None:
    station = invocation.station
    try:
        path = absolute(name, invocation.directory)
        data = station.files.read(path, token=invocation.token).read()
    except Win32Error as error:
        failed(invocation, error.code)
        return None
    try:
        return parse_task(decode_xml(data, codec(station.options.ansi_codepage)))
    except TaskXmlError as error:
        what = text("encoding", invocation.language) if error.what == "encoding" else error.what
        kind = "task_malformed" if error.kind == "malformed" else "task_value"
        invocation.err(text(kind, invocation.language, what, error.line, error.column))
        return None


def _start_time(invocation: Invocation, switches: dict[str, str]) -> dt.datetime:
    """/ST and /SD (in the station's date format). Raises SchtasksUsageError."""
    try:
        time = dt.datetime.strptime(switches["st"], "%H:%M").time()
        day = invocation.station.clock.now().date()
        if "sd" in switches:
            form = "%d/%m/%Y" if invocation.language == "fr" else "%m/%d/%Y"
            day = dt.datetime.strptime(switches["sd"], form).date()
    except (KeyError, ValueError) as exc:
        raise SchtasksUsageError from exc
    return dt.datetime.combine(day, time)


def _from_switches(invocation: Invocation, switches: dict[str, str]) -> TaskDefinition | None:
    schedule = switches.get("sc", "").lower()
    if "tr" not in switches or schedule not in _SCHEDULES or len(switches["tr"]) > 261:
        raise SchtasksUsageError
    level = switches.get("rl", "LIMITED").upper()
    if level not in ("LIMITED", "HIGHEST"):
        raise SchtasksUsageError
    start = _start_time(invocation, switches) if schedule == "once" else None
    user = switches.get("ru", invocation.token.sid)
    bare = user.rpartition("\\")[2].lower()
    if bare in ("system", "système", "") or user == SYSTEM:
        user = SYSTEM
    elif not user.startswith("S-1-") and invocation.station.token_named(bare) is None:
        failed(invocation, 1332)
        return None
    arguments = split_arguments(switches["tr"])
    rest = re.sub(r'\A\s*(?:"[^"]*"|\S+)\s*', "", switches["tr"])
    return parse_task(
        build_xml(
            path=invocation.station.tasks.normal(switches["tn"]),
            command=arguments[0],
            arguments=rest,
            user=user,
            highest=level == "HIGHEST",
            start=start,
            author=invocation.token.name,
        )
    )
