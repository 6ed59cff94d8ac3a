# SPDX-License-Identifier: GPL-3.0-or-later
"""Recording a response file on a reference station: what to do, and the command lines. Pure.

The setup is shown to whoever is logged on, by a scheduled task whose principal is the group Administrators: such a
task runs in the interactive session of a member (TASK_LOGON_GROUP, learn.microsoft.com/windows/win32/taskschd), with
the full rights that the setup needs (RunLevel HighestAvailable, which Windows requires with that group), without a
password and without a name that would have to be quoted. In the session of a pupil it does not start at all.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from ...module_utils.base.message import Message, enumerated, message_of
from ..job.commands import SHUT, UNREAD, check_digest, lock_commands
from ..station.cmdline import CURL, echo, join, quote, tool
from ..station.overview import TOP_FOLDER
from ..station.sections import digest_command, digest_in, has_digest
from ..station.state import Installation, StationState
from ..station.wmi import escape_wql
from .names import ResponseName
from .response import Mode

__all__ = [
    "INSTRUCTIONS",
    "STAGE_CODES",
    "WAIT",
    "Action",
    "FolderState",
    "Recording",
    "RecordingPlan",
    "parse_fetched",
    "parse_folder",
    "plan_recording",
]

# Beside the jobs' folder, not in it: a deployment tidies leftover jobs away, and a recording is not its business.
_FOLDER = rf"{TOP_FOLDER}\recordings"
_ADMINISTRATORS = "S-1-5-32-544"
_BEGIN = re.compile(rb"-----BEGIN [A-Z ]+-----")
_END = re.compile(rb"-----END [A-Z ]+-----")

STAGE_CODES = {
    61: Message("cannot create the folder of the recording below Program Files, or lock it"),
    62: Message("cannot fetch the setup"),
    63: Message("the setup does not have the digest that was asked for; nothing was run"),
    64: Message("cannot put the setup in its place"),
    UNREAD: Message("the setup was fetched, and cannot be read; nothing was run"),
    68: Message("a link (junction or symbolic link) lies below the folder of the recording; nothing was run"),
    SHUT: Message("a folder below the folder of the recording denies administrators the look; nothing was run"),
}

INSTRUCTIONS: dict[Mode, Message] = {
    "install": Message(
        "{station}: the setup is open on the screen of the station. Answer its dialogs there, and untick « Lancer "
        "PRONOTE après installation » in the last one. {wait}",
        station="",
        wait="",
    ),
    "update": Message(
        "{station}: the setup is open on the screen of the station, over the earlier release. Answer its dialogs "
        "there, and untick « Lancer PRONOTE après installation » in the last one. {wait}",
        station="",
        wait="",
    ),
    "uninstall": Message(
        "{station}: the removal is open on the screen of the station. Answer yes, and go on to the end. {wait}",
        station="",
        wait="",
    ),
}
"""What is told while the setup waits for a person, by what is recorded. ``wait``: for how long, of ``WAIT``."""

WAIT = Message.plural("Waiting for {n} minute at most.", "Waiting for {n} minutes at most.")

Action = Literal["none", "tidy", "record", "follow", "fetch", "cancel", "refuse"]


@dataclass(frozen=True, kw_only=True)
class FolderState:
    """What is on the station: the recording's folder, the recorded file, and whether the setup is at work."""

    folder: bool = False
    recorded: bool = False
    running: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordingPlan:
    """The decision, with its reason; a refusal has a remedy."""

    action: Action
    reason: str
    remedy: str = ""

    @property
    def changes(self) -> bool:
        return self.action not in {"none", "refuse"}


def plan_recording(
    state: StationState,
    wanted: ResponseName,
    found: FolderState,
    *,
    stored: bool,
    absent: bool = False,
    setup_known: bool = True,
    will_be_installed: bool = False,
) -> RecordingPlan:
    """Decide. ``stored``: the store has this recording already; ``absent``: give up what was begun on the station;
    ``setup_known``: an address and a digest of the setup were given; ``will_be_installed``: a dry run has just said
    that the installation would be recorded, which leaves the client on the station.

    What was begun is finished first: a person's answers are not asked for twice.
    """
    if absent:
        begun = found.folder or found.running
        reason = Message("a recording was begun on the station") if begun else Message("no recording on the station")
        return RecordingPlan(action="cancel" if begun else "none", reason=reason)
    if found.running:
        return RecordingPlan(action="follow", reason=Message("the setup of an earlier run is open on the station"))
    if found.recorded:
        return RecordingPlan(action="fetch", reason=Message("an earlier run recorded it on the station"))
    if stored:
        reason = Message("{name} is in the store", name=wanted.name)
        return RecordingPlan(action="tidy" if found.folder else "none", reason=reason)
    if wanted.mode != "uninstall" and not setup_known:
        return RecordingPlan(
            action="refuse",
            reason=Message("the setup's address or its SHA-256 is not known"),
            remedy=Message("Give pronote_record_setup, url and sha256, or publish the release."),
        )
    return _refusal(state, wanted, will_be_installed=will_be_installed) or RecordingPlan(
        action="record", reason=Message("{name} is not in the store", name=wanted.name)
    )


def _refusal(state: StationState, wanted: ResponseName, *, will_be_installed: bool) -> RecordingPlan | None:
    year = wanted.release.year
    same_year = state.of_year(year)
    if wanted.mode == "install" and same_year:
        return RecordingPlan(
            action="refuse",
            reason=Message(
                "the station has {clients}: an installed client of {year} makes the setup show other dialogs",
                clients=enumerated([i.describe() for i in same_year]),
                year=year,
            ),
            remedy=Message(
                "Remove it from the reference station first (playbooks/deploy.yml, pronote_client_state: absent)."
            ),
        )
    if wanted.mode == "update" and (no := _not_updated(same_year, wanted)) is not None:
        return no
    if wanted.mode == "uninstall" and not will_be_installed and not any(i.uninstall_string for i in same_year):
        return RecordingPlan(
            action="refuse",
            reason=Message("the station has no client of {year} to remove", year=year),
            remedy=Message(
                "Install it first: with playbooks/deploy.yml, or by recording the installation (again, with "
                "pronote_record_force)."
            ),
        )
    if not state.session_open:
        return RecordingPlan(
            action="refuse",
            reason=Message("nobody is logged on at the station, and somebody must answer the setup's dialogs"),
            remedy=Message("Log on at the station with an administrator's account, then run again."),
        )
    return None


def _not_updated(same_year: list[Installation], wanted: ResponseName) -> RecordingPlan | None:
    """Why the setup would not begin as an update."""
    here = [i for i in same_year if i.arch in {wanted.arch, None}]
    if here and all(i.uninstall_string and i.release and i.release.client < wanted.release.client for i in here):
        return None
    none = Message("no {arch} client of {year}", arch=wanted.arch, year=wanted.release.year)
    return RecordingPlan(
        action="refuse",
        reason=Message(
            "the station has {clients}, and an update is recorded over an earlier release of that year",
            clients=enumerated([i.describe() for i in here]) or none,
        ),
        remedy=Message(
            "Bring it to an earlier release first (playbooks/deploy.yml, pronote_client_state: absent, then "
            "pronote_client_release with the earlier one)."
        ),
    )


def parse_folder(output: str, *, running: bool) -> FolderState:
    """Read the answer to ``Recording.look``."""
    words = output.split()
    return FolderState(folder="folder" in words, recorded="response" in words, running=running)


def parse_fetched(output: bytes) -> tuple[bytes, str]:
    """Read the answer to ``Recording.fetch``: the file and the SHA-256 the station says it has.

    Raises ValueError when one of them is missing (the file was in use).
    """
    begin, digest = _BEGIN.search(output), digest_in(output)
    end = _END.search(output, begin.end()) if begin else None
    if begin is None or end is None or not digest:
        raise ValueError(Message("the station did not hand the recorded file over"))
    try:
        data = base64.b64decode(b"".join(output[begin.end() : end.start()].split()), validate=True)
    except binascii.Error as exc:
        raise ValueError(
            Message("the station's copy of the recorded file is damaged ({error})", error=message_of(exc))
        ) from exc
    return data, digest


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One recording: what is recorded, and where it lives on this station."""

    recorded: ResponseName
    program_files: str

    @property
    def name(self) -> str:
        """The same recording always has the same name, so that it is found again and never begun twice."""
        recorded = self.recorded
        product = recorded.product.replace("_", "-")
        return f"record-{product}-{recorded.release.client}-{recorded.arch}-{recorded.mode}"

    @property
    def top(self) -> str:
        return f"{self.program_files}\\{TOP_FOLDER}"

    @property
    def folder(self) -> str:
        return f"{self.program_files}\\{_FOLDER}\\{self.name}"

    @property
    def task(self) -> str:
        return f"{TOP_FOLDER} {self.name}"

    @property
    def setup(self) -> str:
        """The setup's path on the station, for a recording of an installation."""
        return f"{self.folder}\\setup.exe"

    @property
    def response(self) -> str:
        """The recorded file's path on the station."""
        return f"{self.folder}\\response.iss"

    def stage(self, url: str, digest: str, *, looked: bool = False) -> str:
        """Create and lock the folder, fetch the setup and check it; what an earlier run fetched is gone on with.

        ``looked``: as in ``lock_commands``.
        """
        setup, part = quote(self.setup), quote(f"{self.setup}.part")
        return join(
            [
                *lock_commands(self.top, self.folder, looked=looked),
                # Whole already, and cut off before it had its name: curl would end with 22 (HTTP 416).
                f"(if not exist {setup} if exist {part} {has_digest(part, digest)} && move /y {part} {setup} >nul)",
                # After an HTTP error there is nothing to go on with: it may be that 416, of a part that is too long.
                f"(if not exist {setup} {CURL} -fsS --connect-timeout 20 --speed-time 60 --speed-limit 1024 -C - "
                f"-o {part} {quote(url)} || ((if errorlevel 22 if not errorlevel 23 del /q {part} 2>nul)& exit 62))",
                f"(if not exist {setup} move /y {part} {setup} >nul || exit 64)",
                check_digest(setup, digest, otherwise=f"(del /q {setup}& exit 63)"),
                "exit 0",
            ]
        )

    def start(self, program: str, switches: str, *, looked: bool = False) -> str:
        """Register the task that shows the setup to whoever is logged on, and run it.

        Exit code 92 when the task is refused. ``program`` and ``switches`` are ours or of ``split_uninstall``.
        ``looked``: as in ``lock_commands``.
        """
        xml, task = quote(f"{self.folder}\\task.xml"), quote(self.task)
        arguments = f'{switches} /r /f1"{self.response}"'.strip()
        lines = [
            '<?xml version="1.0"?>',
            '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
            "<Triggers />",
            f'<Principals><Principal id="Person"><GroupId>{_ADMINISTRATORS}</GroupId>'
            "<RunLevel>HighestAvailable</RunLevel></Principal></Principals>",
            "<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
            "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
            "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
            # 5 is normal; a task's default, 7, would make the setup crawl under the person's eyes.
            "<AllowStartOnDemand>true</AllowStartOnDemand><ExecutionTimeLimit>PT8H</ExecutionTimeLimit>",
            "<Priority>5</Priority></Settings>",
            f'<Actions Context="Person"><Exec><Command>{escape(program)}</Command>',
            f"<Arguments>{escape(arguments)}</Arguments></Exec></Actions>",
            "</Task>",
        ]
        return join(
            [
                *lock_commands(self.top, self.folder, looked=looked),
                f"del /q {xml} 2>nul",
                *(echo(line, xml) for line in lines),
                f"{tool('schtasks')} /Create /TN {task} /XML {xml} /F >nul || exit 92",
                f"{tool('schtasks')} /Run /TN {task}",
            ]
        )

    def running_query(self) -> str:
        """WQL for the setup at work: the recorded file's path is in its command line."""
        name = escape_wql(self.name)
        return (
            "select ProcessId from Win32_Process where "  # noqa: S608  (made of a release and fixed words)
            f"CommandLine like '%{name}%' or ExecutablePath like '%{name}%'"
        )

    def look(self) -> str:
        """Print what there is of the recording."""
        return join(
            [
                f"(if exist {quote(self.folder)} echo folder)",
                f"(if exist {quote(self.response)} echo response)",
                "exit 0",
            ]
        )

    def fetch(self) -> str:
        """Print the recorded file, byte for byte whatever its encoding, and its digest."""
        encoded = quote(f"{self.folder}\\response.b64")
        return join(
            [
                f"{tool('certutil')} -f -encode {quote(self.response)} {encoded} >nul || exit 66",
                f"type {encoded}",
                digest_command(quote(self.response)),
                f"del /q {encoded}",
            ]
        )

    def end(self, pids: list[int]) -> str:
        """End the setup with all it started."""
        commands = [f"{tool('schtasks')} /End /TN {quote(self.task)} >nul 2>nul"]
        commands += [f"{tool('taskkill')} /F /T /PID {pid} >nul 2>nul" for pid in pids]
        return join([*commands, "exit 0"])

    def remove(self) -> str:
        """Delete the task and the folder, and the folders above once they are empty; exit code 65 when it stays."""
        return join(
            [
                f"{tool('schtasks')} /Delete /TN {quote(self.task)} /F >nul 2>nul",
                f"rmdir /s /q {quote(self.folder)} 2>nul",
                f"rmdir {quote(self.folder.rpartition(chr(92))[0])} 2>nul",
                f"rmdir {quote(self.top)} 2>nul",
                f"(if exist {quote(self.folder)} exit 65)",
                "exit 0",
            ]
        )
