# SPDX-License-Identifier: GPL-3.0-or-later
"""Record a response file on a reference station: probe, plan, (check mode stops here) show the setup, wait, file.

A person answers the dialogs. What he has begun outlives this run: the next one waits on, or fetches what he recorded.
I/O: the station and Ansible.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.digests import sha256
from ...module_utils.base.message import Message, enumerated, message_of
from ...module_utils.base.numbers import natural
from ...module_utils.base.text import lines_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..job.commands import UNREAD, UNREAD_REMEDY
from ..job.follow import JobTimes, failure_first, patiently
from ..job.locked import LOCK_REMEDIES, run_locked
from ..station.errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    StillRunningError,
    UnseenError,
)
from ..station.questions import CommandResult
from ..station.state import StationState
from ..station.telling import telling
from ..station.uninstall import UninstallError, split_uninstall
from ..station.winrm import WinrmStation, probe
from .findings import Finding, accept, errors
from .folder import ResponseStore
from .names import ResponseName
from .recording import (
    INSTRUCTIONS,
    STAGE_CODES,
    WAIT,
    Action,
    FolderState,
    Recording,
    parse_fetched,
    parse_folder,
    plan_recording,
)
from .response import Mode, ResponseFile
from .validate import left_open, validate_bytes

__all__ = ["RecordRequest", "record"]


_REMEDIES = {**LOCK_REMEDIES, UNREAD: UNREAD_REMEDY}
_WRITING = frozenset({"record", "follow", "fetch"})
# What a recording shows that is not whole yet, or was broken off; besides what ``left_open`` finds.
_UNFINISHED = frozenset({"not_response", "no_header", "no_dialog", "no_order", "miscounted", "truncated"})
_NOT_SHOWN = Message(
    "the setup did not appear: the task starts in the session of an administrator only, and none is logged on"
)
_LOG_ON = Message("Log on at the station with an account of its Administrators group, then run again.")
_ANSWER = Message(
    "Answer them on the station and run again: the next run goes on from there. To give up, run with "
    "-e pronote_record_state=absent."
)
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


def record(
    station: WinrmStation, request: RecordRequest, *, check: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Return the task's result; ``tell`` shows a text to whoever runs the playbook. Raises StationError, ValueError
    (the store), OSError (the controller's disk)."""
    before = request.store.names()
    done: list[dict[str, Any]] = []
    warnings: list[str] = []
    for mode in request.modes:
        recorded = ResponseName(product=request.product.key, release=request.release, arch=request.arch, mode=mode)
        try:
            done.append(_record(station, request, recorded, check=check, earlier=done, warnings=warnings, tell=tell))
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
    tell: Callable[[str], None],
) -> dict[str, Any]:
    store = request.store
    stored = not (request.absent or request.force) and store.has(
        recorded, language=request.language, accepted=request.accepted
    )
    state = probe(station, request.product)
    warnings += state.warnings
    recorder = _Recorder(station, request, state, recorded, tell)
    decision = plan_recording(
        state,
        recorded,
        recorder.look(),
        stored=stored,
        absent=request.absent,
        setup_known=bool(request.url and request.digest),
        will_be_installed=check and any(each["action"] in _WRITING for each in earlier),
    )
    telling.vv(f"plan: {decision.action} ({decision.reason})")
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
        recorder.give_up()
        return result
    return {**result, **recorder.carry_out(decision.action)}


class _Recorder:
    """One recording on one station. Every method raises StationError."""

    def __init__(
        self,
        station: WinrmStation,
        request: RecordRequest,
        state: StationState,
        recorded: ResponseName,
        tell: Callable[[str], None],
    ) -> None:
        self._station = station
        self._request = request
        self._state = state
        self._recorded = recorded
        self._tell = tell
        self._recording = Recording(recorded=recorded, program_files=state.program_files)

    def look(self) -> FolderState:
        """What there is of it."""
        running = bool(self._station.query(self._recording.running_query()))
        output = self._station.run(self._recording.look(), doing=Message("looking for a recording")).stdout
        return parse_folder(output.decode("utf-8", "replace"), running=running)

    def carry_out(self, action: Action) -> dict[str, Any]:
        """Record, or go on with what was begun; what the task's result says of it."""
        try:
            if action == "record":
                self._show()
            data = self._whole(started=action != "record")
            self._judge(data, "")
            product_code = self._proven() or self._product_code(self._state)
            response, findings = self._judge(data, product_code)
        except (UnseenError, CommandTimeoutError):
            # Out of sight, or the person is not done: the next run finds the recording and goes on with it.
            raise
        except StationError:
            with failure_first(self._recording.name):
                self.give_up()
            raise
        path = self._request.store.file(self._recorded, response, station=self._request.station, findings=findings)
        telling.vv(f"recorded: {path}")
        self.give_up()
        return {
            "product_code": response.product_code,
            "dialogs": response.dialogs,
            "findings": [finding.told for finding in findings],
        }

    def _show(self) -> None:
        """Put the setup in its place and show it to whoever is logged on."""
        recording, request = self._recording, self._request
        if self._recorded.mode != "uninstall":
            telling.vv("recording: fetching the setup")

            def stage(looked: bool) -> str:
                return recording.stage(request.url, request.digest, looked=looked)

            result = run_locked(
                self._station, recording.top, stage, timeout=request.fetch_timeout, doing=Message("fetching the setup")
            )
            _check(
                result,
                Message("the setup could not be fetched"),
                Message(
                    "Check url and sha256 (pronote_record_setup), and from the station that the "
                    "address answers; run again."
                ),
            )
            program, switches = recording.setup, ""
        else:
            program, switches = self._uninstaller()

        def start(looked: bool) -> str:
            return recording.start(program, switches, looked=looked)

        result = run_locked(self._station, recording.top, start, timeout=120, doing=Message("starting the setup"))
        _check(
            result,
            Message("the scheduled task that shows the setup could not be created or started"),
            Message("Check that the Task Scheduler service (Schedule) runs on the station."),
        )

    def _uninstaller(self) -> tuple[str, str]:
        here = self._state.of_year(self._request.release.year)
        command = next(i.uninstall_string for i in here if i.uninstall_string)
        try:
            return split_uninstall(command or "")
        except UninstallError as exc:
            raise StationFactError(message_of(exc), remedy=exc.remedy) from exc

    def _wait(self, *, started: bool) -> None:
        """Wait until the setup has been seen at work and has ended."""
        times, name = self._request.times, self._request.station
        deadline = time.monotonic() + times.job
        start_deadline = time.monotonic() + times.start
        shown = False
        while True:
            found = patiently(self._station, times, self.look)
            if found.running:
                started = True
                if not shown:
                    # Half an hour of silence would look like a run that hangs.
                    told = INSTRUCTIONS[self._recorded.mode]
                    self._tell(told.given(station=name, wait=WAIT.given(n=round(times.job / 60))))
                    shown = True
            elif found.recorded or started:
                return
            elif time.monotonic() > start_deadline:
                raise StationFactError(_NOT_SHOWN, remedy=_LOG_ON)
            if time.monotonic() > deadline:
                told = Message(
                    "the setup still waits for its dialogs to be answered after {job} s", job=f"{times.job:.0f}"
                )
                raise StillRunningError(told, remedy=_ANSWER)
            time.sleep(times.poll)

    def _whole(self, *, started: bool) -> bytes:
        """The recorded file, once the setup has ended and the file is whole.

        The setup writes it dialog by dialog (docs/fidelity.md, R5), so at every moment it looks like a short one that
        is sound; and for a moment nothing may be seen at work, as where one process hands over to the next.
        """
        deadline: float | None = None
        while True:
            if deadline is None or self.look().running:
                self._wait(started=started)
                started, deadline = True, time.monotonic() + self._request.verify_timeout
            data = self._fetch()
            response, found = validate_bytes(data, mode=self._recorded.mode)
            unfinished = {finding.code for finding in found} & _UNFINISHED
            if not unfinished and not (response and left_open(response)):
                return data
            if time.monotonic() > deadline:
                return data
            time.sleep(self._request.times.poll)

    def _fetch(self) -> bytes:
        """The recorded file. Its digest on the station tells that it came whole."""
        for attempt in range(_LOOKS):
            if not self.look().recorded:
                raise StationFactError(
                    Message("the setup ended without recording anything: it was cancelled, or closed"),
                    remedy=Message("Run again, and answer the dialogs to the end."),
                )
            result = self._station.run(self._recording.fetch(), doing=Message("fetching the recorded file"))
            try:
                data, digest = parse_fetched(result.stdout)
                if sha256(data) == digest:
                    return data
                fact: str = Message("the recorded file changed while it was fetched")
            except ValueError as exc:
                fact = Message("{fact} ({answer})", fact=message_of(exc), answer=result.describe())
            telling.vv(f"{fact}: looking again")
            time.sleep(min(self._request.times.poll, attempt + 1))
        raise CommandTimeoutError(
            fact, remedy=Message("Wait until the setup has closed on the station, then run again.")
        )

    def _proven(self) -> str:
        """What the recorded dialogs did to the station is the proof that they are the right ones.

        Returns the product code that an installation has left.
        """
        request, absent = self._request, self._recorded.mode == "uninstall"
        deadline = time.monotonic() + request.verify_timeout
        while instead := (state := probe(self._station, request.product)).instead_of(request.release, absent=absent):
            if time.monotonic() > deadline:
                raise StationFactError(
                    Message("the dialogs were answered, but {instead}", instead=instead),
                    remedy=Message(
                        "Check that url is the setup of this release and architecture, and answer the dialogs "
                        "to their end."
                    ),
                )
            time.sleep(request.times.poll)
        others = {i.arch for i in state.of_year(request.release.year) if i.arch} - {request.arch}
        if others:
            named = ", ".join(sorted(others))
            raise StationFactError(
                Message("the setup installed the {others} client, not the {arch} one", others=named, arch=request.arch),
                remedy=Message("Remove it, and give the address of the {arch} setup.", arch=request.arch),
            )
        return self._product_code(state)

    def _product_code(self, state: StationState) -> str:
        codes = [i.product_code for i in state.of_year(self._request.release.year) if i.product_code]
        return codes[0] if len(codes) == 1 else ""

    def _judge(self, data: bytes, product_code: str) -> tuple[ResponseFile, list[Finding]]:
        request, recorded = self._request, self._recorded
        response, found = validate_bytes(
            data,
            mode=recorded.mode,
            product_code=product_code,
            language=request.language,
            year=request.release.year,
        )
        findings = accept([*found, *self._left_open(response)], request.accepted)
        wrong = errors(findings)
        if response is None or wrong:
            path = request.store.reject(recorded, data)
            raise StationFactError(
                Message(
                    "the recording cannot be used: {wrong} (kept as {path})",
                    wrong=enumerated([finding.fact for finding in wrong]),
                    path=path,
                ),
                remedy=(wrong or findings)[0].remedy,
            )
        return response, findings

    def _left_open(self, response: ResponseFile | None) -> list[Finding]:
        """What the setup had still to write when it ended."""
        found = left_open(response) if response else []
        # A removal that lacks its last answer removes all the same (docs/fidelity.md, S17).
        return accept(found, ["no_end"]) if self._recorded.mode == "uninstall" else found

    def give_up(self) -> None:
        """End what is at work and delete the task and the folder; an error when something of it stays."""
        recording, station = self._recording, self._station
        numbers = (natural(row.get("ProcessId")) for row in station.query(recording.running_query()))
        pids = [number for number in numbers if number]
        for attempt in range(_LOOKS):
            if pids:
                station.run(recording.end(pids), doing=Message("ending the setup"))
            result = station.run(recording.remove(), doing=Message("cleaning up the recording"))
            if not result.code:
                return
            time.sleep(attempt + 1)
        result.check(
            Message("the folder {folder} could not be deleted", folder=recording.folder),
            remedy=Message("Something still holds a file of it: run again after a restart of the station."),
        )


def _check(result: CommandResult, fact: Message, remedy: Message) -> None:
    """Raise StationFactError for a code that is not 0: what it means, or this fact."""
    code = result.code
    result.check(STAGE_CODES.get(code, fact), remedy=_REMEDIES.get(code, remedy))
