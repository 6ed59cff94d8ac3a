# SPDX-License-Identifier: GPL-3.0-or-later
"""The files a job leaves in its folder, read back: what happened, in words. Pure.

In this order: the step that the script stopped at, the setup's exit code, its log. The exe itself is looked at by the
caller (``deploy/deployment.py``), which is told how far these can be believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.numbers import integer
from ...module_utils.base.text import printable
from ...module_utils.product.technologies import TECHNOLOGIES
from ..station.errors import Cause, StationFactError
from ..station.exit_codes import code_text, exit_cause, unsigned
from .commands import UNREAD_REMEDY
from .curl import curl_cause
from .installshield import RECORD_AGAIN, SetupLog, exit_words, read_log, result_words
from .renames import foreign_renames

__all__ = [
    "GONE",
    "NEVER_RAN",
    "JobFiles",
    "JobOutcome",
    "State",
    "lacks_its_log",
    "lingers",
    "parse_exit",
    "read_outcome",
]

# Windows Installer: a restart is needed; one was begun by the installer itself.
_RESTART = frozenset({3010, 1641})


_SHOWN = 100  # characters of what the exit file says
_TAB = "\t"

NEVER_RAN = Message(
    "Check the Task Scheduler's history on the station. A policy may forbid it: AppLocker "
    "(rules for scripts and for programs below Program Files), WDAC or Smart App Control "
    "(Event Viewer > CodeIntegrity), or rules of attack surface reduction (ASR, Windows "
    "Defender){seen}. Let it allow Program Files\\Rentree PRONOTE for SYSTEM."
)
"""The remedy for a task whose script never ran; ``seen``: what the registry has of policies, in words."""

State = Literal["absent", "registered", "started", "ended"]


@dataclass(frozen=True, kw_only=True)
class JobFiles:
    """The state of a job as its files show it. ``exit`` and the logs are None when absent."""

    state: State
    exit: str | None = None
    setup_log: str | None = None
    curl_log: str | None = None
    # The boot under which a restart of Windows was asked for, as WMI told it.
    restart: str | None = None
    # What reg.exe said of files to be replaced at the next start, before the setup and after it.
    renames_before: str | None = None
    renames_after: str | None = None
    # What of the job is at work although its script has ended, in words.
    at_work: str = ""

    def as_log(self) -> str:
        """Everything in one text, for the controller's log file."""
        parts = [("exit", self.exit), ("setup.log", self.setup_log), ("curl.log", self.curl_log)]
        return "".join(f"== {name} ==\n{_indented(text)}" for name, text in parts if text)


@dataclass(frozen=True, kw_only=True)
class JobOutcome:
    """How a job ended, before the exe itself has been looked at.

    ``accepted``: as it should, and the exe is to prove it. ``in_doubt``: it did not, and yet the exe has the last word.
    ``spoilt``: an installation that broke off, which a right exe does not make whole. ``unfit``: its log says that the
    answers were not those to what the setup asks, and ``deploy/cases.py`` knows the remedy.
    """

    accepted: bool
    in_doubt: bool = False
    spoilt: bool = False
    unfit: bool = False
    # A program of it is at work: nothing can be judged, and nothing tidied away.
    at_work: bool = False
    fact: str
    remedy: str = ""
    code: int | None = None
    restart_needed: bool = False
    # Somebody started the program meanwhile: nothing was done yet, so it is no failure of the station.
    client_started: bool = False
    # It had waited for a start of the station, and says itself why it changed nothing there.
    at_start: bool = False
    # The program runs although nobody used it when the job began: it holds its files, and shows its old release.
    client_running: bool = False


def _indented(text: str) -> str:
    """A file of the station: none of its lines looks like one of ours."""
    return "".join(f"  {printable(line, keep=_TAB)}\n" for line in text.rstrip().splitlines())


def parse_exit(text: str) -> dict[str, str]:
    """Read the ``exit`` file (``key=value`` lines). Raises ValueError when it has no step."""
    pairs = (line.strip().split("=", 1) for line in text.splitlines() if "=" in line)
    values = {key.lower(): value for key, value in pairs}
    if not values.get("step"):
        raise ValueError(Message("the job's exit file cannot be read ({text})", text=repr(text.strip()[:80])))
    return values


def _number(text: str) -> int:
    number = integer(text)
    return -1 if number is None else number


GONE = Cause(
    kind=StationFactError,
    fact=Message("the job's files went from the station before it had ended"),
    remedy=Message("Look for an antivirus that removed them, or for another administrator at work, then run again."),
)

# What a step other than "done" means: the fact and the remedy, with the exit file's {file} and {code}.
_STEPS: dict[str, tuple[Message, Message]] = {
    "download": (
        Message("the station could not fetch {file}: {words} (curl {code})"),
        Message("{remedy}"),
    ),
    "busy": (
        Message("the depot had no place for {file} for longer than a station waits (it answered HTTP 503)"),
        Message("Run again; let the depot serve more stations at once, or deploy to fewer."),
    ),
    "digest": (
        Message("{file} from the depot does not have the digest that was published; nothing was run"),
        Message("Publish the release again (playbooks/publish.yml) and find out who changed the depot."),
    ),
    "unread": (
        Message("{file} was fetched, and cannot be read (certutil {code}); nothing was run"),
        UNREAD_REMEDY,
    ),
    "client_running": (
        Message("somebody started the program before the setup began; nothing was changed"),
        Message("Run again later, or set pronote_client_when_running to close."),
    ),
    "locked": (
        Message("another setup of ours was at work on the station (an armed job, or its start-up script)"),
        Message("It goes on by itself: run again once it has ended."),
    ),
    "session": (
        Message("somebody was logged on already when the station had started; nothing was changed"),
        Message("Shorten pronote_timeouts.armed, or have the station started before anybody comes."),
    ),
    "changed": (
        Message("the client had changed since the job was armed; nothing was changed"),
        Message("Run again: what is there now is looked at first."),
    ),
    "tries": (
        Message("the station cut the job off at two starts; it is not tried a third time"),
        Message("Look for what restarts the station, then run again."),
    ),
    "blind": (
        Message("tasklist did not say which programs run at the start; nothing was changed"),
        Message("Check the station's service winmgmt and the repository (winmgmt /verifyrepository)."),
    ),
    "age": (
        Message("robocopy did not say how long the job had waited for a start ({code}); nothing was changed"),
        Message("Check that System32\\robocopy.exe may run on the station, or install without next_start."),
    ),
    "no_log": (
        Message("the setup ended (code {code}) but wrote no result into its log"),
        Message("Run the setup by hand on one station with this response file and look for a dialog."),
    ),
    "no_update": (
        Message("this release was published without the answers of an update"),
        Message("Publish it again with update_response, then run again."),
    ),
    "no_uninstall": (
        Message("this release was published without what removing it needs"),
        Message("Publish it again with uninstall_response and product_code."),
    ),
    "uninstall_command": (
        Message(
            "the uninstall entry's command is not one that can be run: no program with its full "
            "path, RunDll32, or characters that cmd.exe reads as its own"
        ),
        Message("See uninstall_string in what client_info shows of the station, and remove this client by hand."),
    ),
    "uninstaller_gone": (
        Message("the station has the uninstall entry, and the uninstaller that it names is gone"),
        Message("Install a release of that year over it, then remove it; or delete the entry by hand after a look."),
    ),
    "uninstall_entry": (
        Message("the station has no uninstall entry with the product code that was published"),
        Message("Compare product_code with what client_info shows on the station."),
    ),
}


_ELSEWHERE = (Message("the job stopped at {step} (code {code})"), Message("Look at the job's logs."))

# Of these steps the exe tells more than the script could: what it was to remove is gone, perhaps.
_IN_DOUBT = frozenset({"uninstaller_gone", "uninstall_entry"})

_AT_START = frozenset({"locked", "session", "changed", "tries", "count", "blind", "age"})

# Windows Installer: this product is not installed; it is removed already.
_ABSENT = frozenset({1605, 1614})
_LOG = Message("Read its log, which is on the controller, then run the setup by hand on this station.")
_BY_HAND = Message("Run again; if it stays, run the setup by hand on this station.")
_LOOK_FOR_A_DIALOG = Message("Run the setup by hand on one station with this response file and look for a dialog.")
_HANGS = Message(
    "It may show a window that nobody sees (a missing file asks for a disk, say). Look at "
    "the station; if it does not end by itself, end it there or restart the station, then "
    "run again: what it has left is judged then."
)


def lingers(files: JobFiles) -> bool:
    """Whether the script has ended with a program of the setup still at work."""
    return (_values(files) or {}).get("step") == "at_work"


def lacks_its_log(files: JobFiles) -> bool:
    """Whether a log should be there and has no result: it may be held for a moment."""
    values = _values(files) or {}
    return values.get("step") == "done" and _is_installscript(values) and read_log(files.setup_log).result is None


def _values(files: JobFiles) -> dict[str, str] | None:
    try:
        return parse_exit(files.exit or "")
    except ValueError:
        return None


def _is_installscript(values: Mapping[str, str]) -> bool:
    known = TECHNOLOGIES.get(values.get("technology", ""))
    return known is not None and known.log == "installscript"


def read_outcome(files: JobFiles) -> JobOutcome:
    """Say how an ended job ended."""
    try:
        values = parse_exit(files.exit or "")
    except ValueError as exc:
        return JobOutcome(
            accepted=False, fact=message_of(exc), remedy=Message("Run again; the disk of the station may be full.")
        )
    step, code = values["step"], _number(values.get("code", ""))
    if step == "at_work" and files.at_work:
        return JobOutcome(
            accepted=False,
            at_work=True,
            fact=Message(
                "the setup's first process ended (code {code}), and this was still at work {waited} s later: {at_work}",
                code=code,
                waited=_number(values.get("waited", "")),
                at_work=files.at_work,
            ),
            remedy=_HANGS,
        )
    if step in {"done", "at_work"}:
        # At work when the script gave it up, and ended since.
        return _meanwhile(values, files, _setup_outcome(values, code, files.setup_log))
    if step == "staged":
        return JobOutcome(accepted=True, fact=Message("the files are on the station"))
    fact, remedy = _STEPS.get(step, _ELSEWHERE)
    words, curl_remedy = curl_cause(code, files.curl_log or "")
    file = values.get("file", "").removesuffix(".part")[:_SHOWN]
    return JobOutcome(
        accepted=False,
        in_doubt=step in _IN_DOUBT or (step == "no_log" and not _broke_off(values, code)),
        spoilt=step == "no_log" and _broke_off(values, code),
        fact=fact.given(step=repr(step[:_SHOWN]), file=file, code=code, words=words),
        remedy=remedy.given(remedy=curl_remedy),
        code=code,
        client_started=step == "client_running",
        at_start=step in _AT_START,
    )


def _meanwhile(values: Mapping[str, str], files: JobFiles, outcome: JobOutcome) -> JobOutcome:
    """Add what happened on the station during the setup: a client that was started, renames left for a restart."""
    running = values.get("running") == "yes"
    renames = values.get("restart") == "renames" and foreign_renames(files.renames_before, files.renames_after)
    outcome = replace(
        outcome,
        client_running=running,
        restart_needed=outcome.restart_needed or renames,
    )
    if outcome.accepted or not running:
        return outcome
    return replace(
        outcome,
        fact=Message("{fact}; somebody started the program meanwhile, which locks its files", fact=outcome.fact),
        remedy=Message("Close it (or set pronote_client_when_running to close), then run again."),
    )


def _succeeded(values: Mapping[str, str]) -> set[int]:
    """Exit codes of success. What the release was published with: the script says it, so that they never part."""
    return {_number(word) for word in values.get("success", "").split()} or {0}


def _broke_off(values: Mapping[str, str], code: int) -> bool:
    """Whether the code of an InstallScript setup tells of an installation that broke off; a removal's is always 0."""
    return values.get("file") != "uninstall" and code not in {0, *_succeeded(values)}


def _setup_outcome(values: Mapping[str, str], code: int, log: str | None) -> JobOutcome:
    if _is_installscript(values):
        return _installscript_outcome(values, code, read_log(log, ended=True), (log or "").strip()[:80])
    if code in _succeeded(values):
        return JobOutcome(
            accepted=True,
            fact=Message("the installer ended with {code}", code=code),
            code=code,
            restart_needed=code in _RESTART,
        )
    cause = exit_cause(code, technology=values.get("technology", ""))
    fact = Message("the installer ended with {code}, a code of its own", code=code_text(code))
    if cause is not None:
        fact = Message("the installer ended with {code}: {words}", code=code_text(code), words=cause.words)
    return JobOutcome(
        accepted=False,
        # What was to be removed is gone, perhaps, or what was to be there is: the exe has the last word.
        in_doubt=unsigned(code) in (_RESTART | _ABSENT if values.get("file") == "uninstall" else _RESTART),
        restart_needed=unsigned(code) in _RESTART,
        fact=fact,
        remedy=_LOG if cause is None else cause.remedy,
        code=code,
    )


def _installscript_outcome(values: Mapping[str, str], code: int, log: SetupLog, excerpt: str) -> JobOutcome:
    result, removal = log.result, values.get("file") == "uninstall"
    unfit = result in RECORD_AGAIN
    answered = "" if result is None else Message("the setup answered: {answer}", answer=result_words(result))
    if _broke_off(values, code):
        fact = Message("the setup ended with {code}", code=exit_words(code))
        if result:
            fact = Message("{answered}; it ended with {code}", answered=answered, code=exit_words(code))
        elif result == 0:
            fact = Message(
                "{fact} although its log says 0: something ended it, or its own script gave up half-way", fact=fact
            )
        else:
            fact = Message("{fact} and wrote no result into its log ({excerpt})", fact=fact, excerpt=repr(excerpt))
        cause = exit_cause(code)
        remedy = _BY_HAND if cause is None else cause.remedy
        return JobOutcome(accepted=False, spoilt=True, unfit=unfit, fact=fact, remedy=remedy, code=result or code)
    if result is None:
        fact = Message("the setup ended, with no ResultCode in its log ({excerpt})", excerpt=repr(excerpt))
        return JobOutcome(accepted=False, in_doubt=True, fact=fact, remedy=_LOOK_FOR_A_DIALOG)
    if result:
        # A removal that lacks its last answer says so when everything is gone.
        return JobOutcome(accepted=False, in_doubt=removal, unfit=unfit, fact=answered, remedy=_BY_HAND, code=result)
    if not log.application:
        fact = Message("the setup's log says 0 and names no program, as when it was told to do nothing")
        return JobOutcome(accepted=False, in_doubt=True, fact=fact, remedy=_LOOK_FOR_A_DIALOG, code=0)
    return JobOutcome(accepted=True, fact=result_words(0), code=0, restart_needed=not removal and code in _RESTART)
