# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a station to know its state: two command lines and a few WMI reads. Pure.

At most nine requests with Basic, shell included. Whoever asks drives it (``questions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.numbers import natural
from ...module_utils.product.products import Product
from .boot import boot_time
from .errors import ControllerError, QuotaError, StationError, StationFactError, UnseenError
from .overview import (
    Entry,
    Overview,
    Process,
    details_command,
    overview_command,
    parse_details,
    parse_overview,
    processes_of,
)
from .protection import UWF_NAMESPACE, UWF_QUERY, find_freezer
from .questions import Get, Query, Reading, Run
from .state import (
    ExeFacts,
    StationState,
    build_state,
    exe_candidates,
    relevant_entries,
)

__all__ = ["probing", "read_exe", "read_free_bytes", "read_frozen", "read_overview"]

# It starts some twenty programs, tasklist among them.
_OVERVIEW_PAUSE = 0.4
_MOST_ENTRIES = 200
"""Uninstall entries that are read whole: forty for three requests. A station of a school has five."""


def probing(product: Product) -> Reading[StationState]:
    """Read the whole state of one product. Raises StationError."""
    overview = yield from read_overview(product)
    entries, warnings = yield from _details(overview, product)
    exes: dict[str, ExeFacts] = {}
    for path in exe_candidates(overview, entries, product):
        facts = yield from read_exe(path)
        if facts is None and path in overview.exes:
            # Listed by `dir`, so it is there: never reported as missing because WMI, or we, misread its name.
            warnings.append(Message("{path} is on the disk, but WMI finds no such file", path=path))
            facts = ExeFacts(version=None, size=0)
        if facts is not None:
            exes[path] = facts
    frozen = yield from read_frozen(overview)
    state = build_state(
        overview,
        entries,
        exes,
        product,
        free_bytes=(yield from read_free_bytes(overview)),
        frozen=frozen,
        boot=(yield from _boot()) if frozen else "",
    )
    state.warnings.extend(warnings)
    return state


def read_overview(product: Product) -> Reading[Overview]:
    """The first command line: whatever needs no prior knowledge. Raises StationError."""
    result = yield Run(
        line=overview_command(product), doing=Message("reading the registry and the processes"), pause=_OVERVIEW_PAUSE
    )
    try:
        overview = parse_overview(result.stdout)
    except ValueError as exc:
        raise StationFactError(
            Message(
                "the station's answer makes no sense: {error} ({said})", error=message_of(exc), said=result.describe()
            ),
            remedy=Message("Run `reg query` and `tasklist` by hand on the station with the same account."),
        ) from exc
    if "processes" in overview.missing and (processes := (yield from _processes())):
        return replace(overview, processes=processes, missing=[])
    return overview


def _details(overview: Overview, product: Product) -> Reading[tuple[list[Entry], list[str]]]:
    quotable: list[Entry] = []
    warnings: list[str] = []
    for entry in relevant_entries(overview, product):
        try:
            details_command([entry])
        except ValueError as exc:
            warnings.append(Message("uninstall entry left unread: {error}", error=message_of(exc)))
        else:
            quotable.append(entry)
    if not quotable:
        return [], warnings
    if len(quotable) > _MOST_ENTRIES:
        raise StationFactError(
            Message(
                "the station has {number} uninstall entries that name PRONOTE, EDT or their publisher, and {most} at "
                "most are read",
                number=len(quotable),
                most=_MOST_ENTRIES,
            ),
            remedy=Message(
                "Look at them in Windows' list of programs: somebody or something writes them. Delete what is none."
            ),
        )
    completed: list[Entry] = []
    for group in _groups(quotable):
        result = yield Run(line=details_command(group), doing=Message("reading the uninstall entries"))
        try:
            completed += parse_details(result.stdout, group, overview.oem)
        except ValueError as exc:
            raise StationFactError(
                Message("the station's uninstall entries make no sense: {error}", error=message_of(exc)),
                remedy=Message(
                    "Look at them in Windows' list of programs and in the registry: one imitates our question."
                ),
            ) from exc
    return completed, warnings


def _groups(entries: list[Entry]) -> Iterator[list[Entry]]:
    """As many entries together as one command line holds (about forty)."""
    group: list[Entry] = []
    for entry in entries:
        try:
            details_command([*group, entry])
        except ValueError:
            yield group
            group = []
        group.append(entry)
    yield group


def read_exe(path: str) -> Reading[ExeFacts | None]:
    """Version and size of an exe, from its own version resource; None when there is no such file. One request."""
    row = yield Get(class_name="CIM_DataFile", selectors={"Name": path})
    if row is None:
        return None
    version, size = row.get("Version"), row.get("FileSize")
    return ExeFacts(
        version=version if isinstance(version, str) and version else None,
        size=natural(size) or 0,
    )


def _processes() -> Reading[list[Process]]:
    """Who is at work, from WMI, when tasklist says nothing: without it nobody would be asked before an installation.

    Empty when that cannot be read either: a plan then begins nothing. Raises StationError.
    """
    try:
        rows = yield Query(wql="select Name, ProcessId, SessionId from Win32_Process")
    except StationError as exc:
        if isinstance(exc, UnseenError | QuotaError | ControllerError):
            raise
        return []
    told = [[str(row.get(key) or "") for key in ("Name", "ProcessId", "SessionId")] for row in rows]
    return processes_of((image, pid, session) for image, pid, session in told)


def read_frozen(overview: Overview) -> Reading[str]:
    """What undoes changes at the next start; empty for nothing. One request where UWF is installed."""
    found = find_freezer(overview.windows, (process.image for process in overview.processes))
    if found is None or not found.asks_wmi:
        return found.name if found else ""
    try:
        rows = yield Query(wql=UWF_QUERY, namespace=UWF_NAMESPACE)
    except StationError as exc:
        if isinstance(exc, UnseenError | QuotaError | ControllerError):
            raise
        # Its driver is there, and the feature that would put it in force is not.
        return ""
    on = any(str(row.get("CurrentEnabled")).lower() == "true" for row in rows)
    return found.name if on else ""


def _boot() -> Reading[str]:
    """When it has started; empty when that cannot be read. One request."""
    row = yield Get(class_name="Win32_OperatingSystem")
    text = str((row or {}).get("LastBootUpTime") or "")
    try:
        boot_time(text)
    except ValueError:
        return ""
    return text


def read_free_bytes(overview: Overview) -> Reading[int | None]:
    """Bytes free on the drive of Windows; None when that cannot be read. One request."""
    drive = overview.environment.get("SYSTEMDRIVE", "C:")
    row = yield Get(class_name="Win32_LogicalDisk", selectors={"DeviceID": drive})
    return natural(row.get("FreeSpace")) if row else None
