# SPDX-License-Identifier: GPL-3.0-or-later
"""Record a response file on a reference station: probe, plan, (check mode stops here) show the setup, wait, file.

A person answers the dialogs. What he has begun outlives this run: the next one waits on, or fetches what he recorded.
I/O: the station and Ansible.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ansible.utils.display import Display

from ...module_utils.base.digests import sha256
from ...module_utils.base.numbers import natural
from ...module_utils.base.text import lines_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..job.follow import JobTimes, failure_first, patiently
from ..station.errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    StillRunningError,
    UnseenError,
)
from ..station.probe import probe
from ..station.state import StationState
from ..station.uninstall import UninstallError, split_uninstall
from ..station.winrm import WinrmStation
from .findings import Finding, accept, errors
from .folder import ResponseStore
from .names import ResponseName
from .recording import (
    STAGE_CODES,
    FolderState,
    Recording,
    RecordingPlan,
    parse_fetched,
    parse_folder,
    plan_recording,
)
from .response import Mode, ResponseFile
from .validate import validate_bytes

__all__ = ["RecordRequest", "record"]

display = Display()

_WRITING = frozenset({"record", "follow", "fetch"})
# What a recording shows that is not whole yet, or was broken off.
_UNFINISHED = frozenset({"not_response", "no_header", "no_dialog", "no_order", "miscounted", "truncated"})
_INSTRUCTIONS = {
    "install": "{}: the setup is open on the screen of the station. Answer its dialogs there, and untick « Lancer "
    "PRONOTE après installation » in the last one. Waiting for {:.0f} minutes at most.",
    "update": "{}: the setup is open on the screen of the station, over the earlier release. Answer its dialogs there, "
    "and untick « Lancer PRONOTE après installation » in the last one. Waiting for {:.0f} minutes at most.",
    "uninstall": "{}: the removal is open on the screen of the station. Answer yes, and go on to the end. Waiting for "
    "{:.0f} minutes at most.",
}
_LOOKS = 4
"""How often a station is asked again for a file that something holds."""


@dataclass(frozen=True, kw_only=True)
class RecordRequest:
    """What the task asks for. ``times.job`` is how long the person may take, seconds."""

    modes: tuple[Mode, ...]
    release: Release
    arch: str
    product: Product
    store: ResponseStore
    station: str
    times: JobTimes
    language: int
    url: str = ""
    digest: str = ""
    absent: bool = False
    force: bool = False
    accepted: tuple[str, ...] = ()
    fetch_timeout: float = 3600.0
    verify_timeout: float = 60.0


def record(station: WinrmStation, request: RecordRequest, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError, ValueError (the store), OSError (the controller's disk)."""
    before = request.store.names()
    done: list[dict[str, Any]] = []
    warnings: list[str] = []
    for mode in request.modes:
        recorded = ResponseName(product=request.product.key, release=request.release, arch=request.arch, mode=mode)
        try:
            done.append(_record(station, request, recorded, check=check, earlier=done, warnings=warnings))
        except StationError as exc:
            exc.job = {"recordings": done}
            raise
    changing = {each["name"] for each in done if each["action"] in _WRITING}
    return {
        "changed": any(each["action"] != "none" for each in done),
        "recordings": done,
        "diff": [lines_diff(f"{request.store.folder}/", before, sorted({*before, *changing}))],
        "warnings": list(dict.fromkeys(warnings)),
    }


def _record(
    station: WinrmStation,
    request: RecordRequest,
    recorded: ResponseName,
    *,
    check: bool,
    earlier: list[dict[str, Any]],
    warnings: list[str],
) -> dict[str, Any]:
    store = request.store
    stored = not (request.absent or request.force) and store.has(
        recorded, language=request.language, accepted=request.accepted
    )
    state = probe(station, request.product)
    warnings += state.warnings
    recording = Recording(recorded=recorded, program_files=state.program_files)
    decision = plan_recording(
        state,
        recorded,
        _look(station, recording),
        stored=stored,
        absent=request.absent,
        setup_known=bool(request.url and request.digest),
        will_be_installed=check and any(each["action"] in _WRITING for each in earlier),
    )
    display.vv(f"plan: {decision.action} ({decision.reason})")
    if decision.action == "refuse":
        raise StationFactError(decision.reason, remedy=decision.remedy)
    result: dict[str, Any] = {
        "name": recorded.name,
        "mode": recorded.mode,
        "action": decision.action,
        "reason": decision.reason,
        "file": str(store.folder / recorded.name),
        "findings": [],
    }
    if check or not decision.changes:
        return result
    if decision.action in {"tidy", "cancel"}:
        _give_up(station, recording)
        return result
    return {**result, **_carry_out(station, request, decision, state, recording)}


def _look(station: WinrmStation, recording: Recording) -> FolderState:
    running = bool(station.query(recording.running_query()))
    output = station.run(recording.look(), doing="looking for a recording").stdout
    return parse_folder(output.decode("utf-8", "replace"), running=running)


def _carry_out(
    station: WinrmStation, request: RecordRequest, decision: RecordingPlan, state: StationState, recording: Recording
) -> dict[str, Any]:
    try:
        if decision.action == "record":
            _show(station, request, state, recording)
        if decision.action in {"record", "follow"}:
            _wait(station, request, recording, started=decision.action == "follow")
        data = _whole(station, request, recording)
        _judge(request, recording.recorded, data, "")
        product_code = _proven(station, request, recording) or _product_code(state, request)
        response, findings = _judge(request, recording.recorded, data, product_code)
    except (UnseenError, CommandTimeoutError):
        # Out of sight, or the person is not done: the next run finds the recording and goes on with it.
        raise
    except StationError:
        with failure_first(recording.name):
            _give_up(station, recording)
        raise
    path = request.store.file(recording.recorded, response, station=request.station, findings=findings)
    display.vv(f"recorded: {path}")
    _give_up(station, recording)
    return {
        "product_code": response.product_code,
        "dialogs": response.dialogs,
        "findings": [str(finding) for finding in findings],
    }


def _show(station: WinrmStation, request: RecordRequest, state: StationState, recording: Recording) -> None:
    """Put the setup in its place and show it to whoever is logged on."""
    if recording.recorded.mode != "uninstall":
        display.vv("recording: fetching the setup")
        command = recording.stage(request.url, request.digest)
        result = station.run(command, timeout=request.fetch_timeout, doing="fetching the setup")
        result.check(
            STAGE_CODES.get(result.code, "the setup could not be fetched"),
            remedy="Check url and sha256 (pronote_record_url, pronote_record_sha256), and from the station that "
            "the address answers; run again.",
        )
        program, switches = recording.setup, ""
    else:
        program, switches = _uninstaller(state, request)
    station.run(recording.start(program, switches), timeout=120, doing="starting the setup").check(
        "the scheduled task that shows the setup could not be created or started",
        remedy="Check that the Task Scheduler service (Schedule) runs on the station.",
    )


def _uninstaller(state: StationState, request: RecordRequest) -> tuple[str, str]:
    command = next(i.uninstall_string for i in state.of_year(request.release.year) if i.uninstall_string)
    try:
        return split_uninstall(command or "")
    except UninstallError as exc:
        raise StationFactError(str(exc), remedy=exc.remedy) from exc


def _wait(station: WinrmStation, request: RecordRequest, recording: Recording, *, started: bool) -> None:
    """Wait until the setup has been seen at work and has ended. Raises StationError."""
    deadline = time.monotonic() + request.times.job
    start_deadline = time.monotonic() + request.times.start
    told = False
    while True:
        found = patiently(station, request.times, lambda: _look(station, recording))
        if found.running:
            started = True
            if not told:
                # Half an hour of silence would look like a run that hangs.
                display.display(_INSTRUCTIONS[recording.recorded.mode].format(request.station, request.times.job / 60))
                told = True
        elif found.recorded or started:
            return
        elif time.monotonic() > start_deadline:
            raise StationFactError(
                "the setup did not appear: the task starts in the session of an administrator only, and none is "
                "logged on",
                remedy="Log on at the station with an account of its Administrators group, then run again.",
            )
        if time.monotonic() > deadline:
            raise StillRunningError(
                f"the setup still waits for its dialogs to be answered after {request.times.job:.0f} s",
                remedy="Answer them on the station and run again: the next run goes on from there. To give up, run "
                "with -e pronote_record_state=absent.",
            )
        time.sleep(request.times.poll)


def _whole(station: WinrmStation, request: RecordRequest, recording: Recording) -> bytes:
    """The recorded file, once it is whole: what the setup started may still be writing. Raises StationError."""
    deadline = time.monotonic() + request.verify_timeout
    while True:
        data = _fetch(station, request, recording)
        _response, found = validate_bytes(data, mode=recording.recorded.mode)
        if not _UNFINISHED & {finding.code for finding in found} or time.monotonic() > deadline:
            return data
        time.sleep(request.times.poll)


def _fetch(station: WinrmStation, request: RecordRequest, recording: Recording) -> bytes:
    """The recorded file. Its digest on the station tells that it came whole. Raises StationError."""
    for attempt in range(_LOOKS):
        if not _look(station, recording).recorded:
            raise StationFactError(
                "the setup ended without recording anything: it was cancelled, or closed",
                remedy="Run again, and answer the dialogs to the end.",
            )
        result = station.run(recording.fetch(), doing="fetching the recorded file")
        try:
            data, digest = parse_fetched(result.stdout)
            if sha256(data) == digest:
                return data
            fact = "the recorded file changed while it was fetched"
        except ValueError as exc:
            fact = f"{exc} ({result.describe()})"
        display.vv(f"{fact}: looking again")
        time.sleep(min(request.times.poll, attempt + 1))
    raise CommandTimeoutError(fact, remedy="Wait until the setup has closed on the station, then run again.")


def _proven(station: WinrmStation, request: RecordRequest, recording: Recording) -> str:
    """What the recorded dialogs did to the station is the proof that they are the right ones.

    Returns the product code that an installation has left. Raises StationError.
    """
    absent = recording.recorded.mode == "uninstall"
    deadline = time.monotonic() + request.verify_timeout
    while instead := (state := probe(station, request.product)).instead_of(request.release, absent=absent):
        if time.monotonic() > deadline:
            raise StationFactError(
                f"the dialogs were answered, but {instead}",
                remedy="Check that url is the setup of this release and architecture, and answer the dialogs to their "
                "end.",
            )
        time.sleep(request.times.poll)
    others = {i.arch for i in state.of_year(request.release.year) if i.arch} - {request.arch}
    if others:
        raise StationFactError(
            f"the setup installed the {', '.join(sorted(others))} client, not the {request.arch} one",
            remedy=f"Remove it, and give the address of the {request.arch} setup.",
        )
    return _product_code(state, request)


def _product_code(state: StationState, request: RecordRequest) -> str:
    codes = [i.product_code for i in state.of_year(request.release.year) if i.product_code]
    return codes[0] if len(codes) == 1 else ""


def _judge(
    request: RecordRequest, recorded: ResponseName, data: bytes, product_code: str
) -> tuple[ResponseFile, list[Finding]]:
    response, found = validate_bytes(
        data,
        mode=recorded.mode,
        product_code=product_code,
        language=request.language,
        year=request.release.year,
    )
    findings = accept(found, request.accepted)
    wrong = errors(findings)
    if response is None or wrong:
        path = request.store.reject(recorded, data)
        raise StationFactError(
            f"the recording cannot be used: {'; '.join(finding.fact for finding in wrong)} (kept as {path})",
            remedy=(wrong or findings)[0].remedy,
        )
    return response, findings


def _give_up(station: WinrmStation, recording: Recording) -> None:
    """End what is at work and delete the task and the folder. Raises StationError when something of it stays."""
    numbers = (natural(row.get("ProcessId")) for row in station.query(recording.running_query()))
    pids = [number for number in numbers if number]
    for attempt in range(_LOOKS):
        if pids:
            station.run(recording.end(pids), doing="ending the setup")
        result = station.run(recording.remove(), doing="cleaning up the recording")
        if not result.code:
            return
        time.sleep(attempt + 1)
    result.check(
        f"the folder {recording.folder} could not be deleted",
        remedy="Something still holds a file of it: run again after a restart of the station.",
    )
