# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of a job's life on a station. Pure.

Exit codes of our own tell the steps of one line apart; the tools' texts are localized and only quoted, never read.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from ...module_utils.base.message import Message
from ..station.cmdline import CURL, REVOCATION, join, quote, tool, valid_url
from ..station.job_name import JobName
from ..station.overview import JOBS_FOLDER, TOP_FOLDER
from ..station.sections import digest_command, has_digest, marker
from ..station.wmi import escape_wql
from .installshield import HELPER

__all__ = [
    "LOOK_FIRST",
    "SHUT",
    "STAGE_CODES",
    "UNREAD",
    "UNREAD_REMEDY",
    "Job",
    "Wait",
    "check_digest",
    "depot_folder",
    "lock_commands",
    "look_below",
    "valid_rate",
]

_SYSTEM = "*S-1-5-18"
_ADMINISTRATORS = "*S-1-5-32-544"
# What is read of a job's folder, in this order.
_READ = ("exit", "setup.log", "curl.log", "restart", "renames.before", "renames.after")
# curl's own form: bytes a second, with K, M or G.
_RATE = re.compile(r"[1-9][0-9]{0,8}[KMGkmg]?")

UNREAD = 69
"""Exit code of ``Job.stage`` where what was fetched has no digest: nothing can read it yet."""
UNREAD_REMEDY = Message(
    "Most likely an antivirus has it, or has taken it away: look at what it says of Program Files\\Rentree PRONOTE, "
    "and let it leave that folder alone. Then run again."
)
LOOK_FIRST = 70
"""Exit code of a line with ``lock_commands`` where something is below the top folder already: ``look_below`` first."""
SHUT = 71
"""Exit code of ``look_below``: administrators may not look into a folder there, where a link may lie."""
STAGE_CODES = {
    61: Message("cannot create the job folder below Program Files, or lock it"),
    62: Message("cannot fetch install.cmd from the depot"),
    63: Message("install.cmd from the depot does not have the digest the controller knows; nothing was run"),
    64: Message("cannot put install.cmd in its place: something holds another file of that name"),
    UNREAD: Message("install.cmd was fetched, and cannot be read; nothing was run"),
    68: Message("a link (junction or symbolic link) lies below the folder of the jobs; nothing was run"),
    SHUT: Message("a folder below the folder of the jobs denies administrators the look; nothing was run"),
}


def look_below(top: str) -> str:
    """Exit code SHUT when a folder below this one cannot be looked into: ``dir /s`` passes over it without a word.

    A line of its own: Wine's cmd takes all between ``%d`` and a later ``%SystemRoot%`` for one variable. A folder that
    is gone by the time it is looked at counts too, since its name may not be what `dir` wrote. An empty one has two
    entries.
    """
    looks = f"for /f \"delims=\" %d in ('dir /s /b /ad {quote(top)} 2^>nul')"
    return join([f'({looks} do @(dir /a "%d" >nul 2>nul || exit {SHUT}))', "exit 0"])


def lock_commands(top: str, folder: str, *, looked: bool) -> list[str]:
    """Create a folder below a top one of ours, locked to SYSTEM and Administrators before anything is put in it.

    Exit code 61 when that cannot be done, 68 when a link lies below it, LOOK_FIRST when something is below it already
    and nobody has ``looked`` whether all of it can be seen.
    """
    between = quote(folder.rpartition("\\")[0])
    top, folder = quote(top), quote(folder)
    grant = " ".join(f"{sid}:(OI)(CI)F" for sid in (_SYSTEM, _ADMINISTRATORS))
    return [
        f"mkdir {top} 2>nul",
        # The owner of a folder may change its rights back: administrators own it, whoever made it.
        f"{tool('icacls')} {top} /setowner {_ADMINISTRATORS} /Q >nul || exit 61",
        # What was granted to others by hand goes first: /grant:r replaces the rights of those it names only.
        f"{tool('icacls')} {top} /reset /Q >nul || exit 61",
        f"{tool('icacls')} {top} /inheritance:r /grant:r {grant} /Q >nul || exit 61",
        # What somebody could have put below it before keeps its owner and its own entries, and nobody needs rights on
        # the folders above to reach it. A link first: the next commands, and SYSTEM, would go where it leads.
        *([] if looked else [f"(if exist {between} exit {LOOK_FIRST})"]),
        f"(dir /s /b /al {top} >nul 2>nul && exit 68)",
        # Their exit codes say nothing: another administrator's job may delete its temporary files meanwhile.
        f"(if exist {between} {tool('icacls')} {between} /setowner {_ADMINISTRATORS} /T /C /Q >nul 2>nul)",
        f"(if exist {between} {tool('icacls')} {between} /reset /T /C /Q >nul 2>nul)",
        # In brackets: `if` takes the rest of its line, `&` and all.
        f"(if not exist {folder} mkdir {folder}) || exit 61",
    ]


def depot_folder(depot: str, release: str, arch: str, *, below: str = "") -> str:
    """The folder of one release and architecture, ``below`` a product's own folder or at the top.

    Raises ValueError for an address that is not plain HTTP(S).
    """
    valid_url(depot, Message("the depot"))
    return "/".join(part for part in (depot.rstrip("/"), below, release, arch) if part)


def valid_rate(rate: str) -> str:
    """Return a rate for curl's ``--limit-rate``, or "" for none. Raises ValueError."""
    if rate and not _RATE.fullmatch(rate):
        raise ValueError(Message("{rate} is not a rate such as 500K or 2M (bytes a second)", rate=repr(rate)))
    return rate


def _readable(path: str) -> list[str]:
    """Commands each of which succeeds when a file can be read: at once, after five seconds, after twenty more."""
    look = f"{digest_command(path)} >nul 2>nul"
    return [look, *(f"({tool('ping')} -n {seconds + 1} 127.0.0.1 >nul & {look})" for seconds in (5, 20))]


def check_digest(path: str, digest: str, *, otherwise: str) -> str:
    """Go on when the file (its path quoted already) has this digest, else do something.

    Exit code UNREAD when it has none at all, since a scanner has what was just written for itself: that accuses nobody.
    """
    has = has_digest(path, digest)
    return f"{has} || ({' || '.join(_readable(path))} || exit {UNREAD}) && {has} || {otherwise}"


def _curl(revocation: str) -> str:
    return f"{CURL} {REVOCATION[revocation]}".rstrip()


LOCK = "lock"
"""Below the top folder: held open by whoever runs a setup of ours (templates/install.cmd.j2)."""

_DELETED_AFTER = dt.timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long an armed job waits for a start, by the station's own clock; as the script and Windows read it."""

    today: str
    days: int
    delay: str
    end: str
    last: str

    @classmethod
    def of(cls, clock: str, *, days: int, delay: float) -> Wait:
        """From the station's clock (``LocalDateTime``), days, and the seconds after a start. Raises ValueError."""
        now = dt.datetime.fromisoformat(clock).replace(tzinfo=None)
        end = now + dt.timedelta(days=days)
        return cls(
            today=f"{now:%Y%m%d}",
            days=days,
            delay=f"PT{round(delay)}S",
            end=f"{end:%Y-%m-%dT%H:%M:%S}",
            last=f"{end + _DELETED_AFTER:%Y-%m-%dT%H:%M:%S}",
        )


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job: its name, and where it lives on this station."""

    name: JobName
    program_files: str

    @property
    def top(self) -> str:
        return f"{self.program_files}\\{TOP_FOLDER}"

    @property
    def folder(self) -> str:
        return f"{self.program_files}\\{JOBS_FOLDER}\\{self.name}"

    @property
    def task(self) -> str:
        return f"{TOP_FOLDER} {self.name}"

    @property
    def at_rest(self) -> Job:
        """Where its files lie once they are staged."""
        return replace(self, name=self.name.at_rest)

    def _path(self, name: str) -> str:
        return quote(f"{self.folder}\\{name}")

    def stage(self, url: str, digest: str, part_name: str, revocation: str = "require", *, looked: bool = False) -> str:
        """Create the folder, lock it before anything is put in it, fetch install.cmd and check it.

        ``part_name`` is this run's own, so that two administrators never write to one file. ``revocation``: a key of
        ``REVOCATION``. ``looked``: as in ``lock_commands``.
        """
        part, script = self._path(part_name), self._path("install.cmd")
        return join(
            [
                *lock_commands(self.top, self.folder, looked=looked),
                # There already: another administrator, or an earlier run, put it there. Same digest, same file.
                f"(if exist {script} {has_digest(script, digest)} && exit 0)",
                f"{_curl(revocation)} -fsS --retry 4 --retry-delay 5 --connect-timeout 20 --max-time 120"
                f" -o {part} {quote(url)} || exit 62",
                check_digest(part, digest, otherwise="exit 63"),
                # It may be held: by another administrator's job, which runs it, and then it has this digest.
                f"move /y {part} {script} >nul 2>nul || {has_digest(script, digest)} || exit 64",
                f"del /q {part} 2>nul",
                "exit 0",
            ]
        )

    def start(self, folder_url: str, rate: str = "", revocation: str = "require") -> str:
        """Register the task and run it; IgnoreNew in its settings makes a second start harmless."""
        register = f"call {self._path('install.cmd')} register {self.name.verb} {quote(self.task)} {quote(folder_url)}"
        switch = REVOCATION[revocation]
        more = f" {valid_rate(rate) or quote('')} {switch}".rstrip() if rate or switch else ""
        return f"{register}{more} && {tool('schtasks')} /Run /TN {quote(self.task)}"

    def arm(self, wait: Wait) -> str:
        """Register the task for the next start of Windows: what it needs is in its folder, and nothing runs now."""
        words = " ".join([wait.today, str(wait.days), wait.delay, wait.end, wait.last])
        return f"call {self._path('install.cmd')} arm {self.name.verb} {quote(self.task)} {words}"

    def running_query(self) -> str:
        """WQL for every process of the job: empty once it has ended, whatever ended it.

        The task's cmd.exe has the folder in its command line, and so has what the setup unpacks and starts: TEMP is
        in the folder too, so a setup whose first process ends early is still seen at work. Session 0 alone, where
        tasks of SYSTEM run: a pupil can have the name in a command line of his own, and would hold every run up.
        """
        name = escape_wql(str(self.name))
        return (
            "select ProcessId, Name, CommandLine, CreationDate from Win32_Process where "  # noqa: S608  (the name is checked above)
            f"SessionId = 0 and (CommandLine like '%{name}%' or ExecutablePath like '%{name}%')"
        )

    def read(self) -> str:
        """Print the job's state and files, in sections."""
        commands = [marker("state")]
        commands += [f"(if exist {self._path(name)} echo {name})" for name in ("install.cmd", "started", "exit")]
        for name in _READ:
            # The line end after each, without which a file that has none would swallow the next heading.
            commands += [marker(name.replace(".", "_")), f"type {self._path(name)} 2>nul", "echo."]
        return join(commands)

    def end_helper(self, pid: int) -> str:
        """End what is left of an engine whose setup is gone: this process, if it still is that helper's."""
        return f"{tool('taskkill')} /F /PID {pid} /FI {quote(f'IMAGENAME eq {HELPER}')} >nul 2>nul"

    @staticmethod
    def headings() -> tuple[str, ...]:
        """The sections of what that prints, in their order."""
        return ("state", *(name.replace(".", "_") for name in _READ))

    @property
    def restart_mark(self) -> str:
        """Path of the note that a restart was asked for, and under which boot."""
        return f"{self.folder}\\restart"

    def _at_rest(self, target: Job) -> list[str]:
        """End what runs of this job, forget that it ran, and give its folder the target's name unless that exists."""
        marks = " ".join(self._path(name) for name in ("started", "exit", "tries", "armed-*"))
        return [
            f"{tool('schtasks')} /End /TN {quote(self.task)} >nul 2>nul",
            f"{tool('schtasks')} /Delete /TN {quote(self.task)} /F >nul 2>nul",
            f"del /q {marks} 2>nul",
            *([] if target.name == self.name else self._renamed(target)),
        ]

    def _renamed(self, target: Job) -> list[str]:
        folder = quote(self.folder)
        rename = f"(if not exist {quote(target.folder)} ren {folder} {quote(str(target.name))} 2>nul)"
        return [
            rename,
            # A download that was just ended, or a scanner, holds a file for a moment.
            f"(if exist {folder} {tool('ping')} -n 3 127.0.0.1 >nul)",
            rename,
        ]

    def adopt(self, staged: list[Job]) -> str:
        """Take over the folder of an earlier staging, at rest or under way, with what it has fetched so far.

        Every file in it is checked again before it is used. When it cannot be taken over, nothing is: the job fetches
        for itself, and the staging is tidied away by a later run.
        """
        return join([*(line for one in staged for line in one._at_rest(self)), "exit 0"])

    def settle(self) -> str:
        """Leave the files of this job on the station, at rest, under the name of a staging."""
        staged = self.at_rest
        return join([*self._at_rest(staged), f"(if not exist {quote(staged.folder)} exit 67)", "exit 0"])

    def remove(self) -> str:
        """Delete the task and the folder, and the folders above once they are empty. Succeeds when all is gone.

        The task first: as long as it is there the folder stays, by which the next run finds the job.
        """
        lock = f"{self.top}\\{LOCK}"
        jobs = quote(f"{self.program_files}\\{JOBS_FOLDER}")
        return join(
            [
                f"{tool('schtasks')} /End /TN {quote(self.task)} >nul 2>nul",
                f"{tool('schtasks')} /Delete /TN {quote(self.task)} /F >nul 2>nul",
                f"({tool('schtasks')} /Query /TN {quote(self.task)} /FO CSV /NH >nul 2>nul && exit 66)",
                f"rmdir /s /q {quote(self.folder)} 2>nul",
                # Of a power cut; one that somebody holds stays, and so does the folder.
                f"del /q {quote(lock)} 2>nul",
                f"rmdir {jobs} 2>nul",
                f"rmdir {quote(self.top)} 2>nul",
                f"(if exist {quote(self.folder)} exit 65)",
                "exit 0",
            ]
        )
