# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a station in two command lines, and the reading of the answers. Pure.

One line asks for everything that needs no prior knowledge, in sections headed by an ``echo``; a second one reads the
uninstall entries that turned out to matter. Each costs three requests; WMI reads the versions of the exes found.
Nothing localized is parsed: registry data, CSV fields by position, paths, and markers of our own.
"""

from __future__ import annotations

import codecs
import csv
import functools
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ...module_utils.base.text import decoded
from ...module_utils.product.products import Product
from .cmdline import join, quote, tool
from .protection import PROTECTION_VALUES
from .sections import marker, repeated, sections
from .startup import STARTUP_FILE

__all__ = [
    "JOBS_FOLDER",
    "TOP_FOLDER",
    "Entry",
    "Overview",
    "Process",
    "details_command",
    "overview_command",
    "parse_details",
    "parse_overview",
    "parse_reg_query",
    "processes_of",
]

TOP_FOLDER = "Rentree PRONOTE"
"""Below Program Files: all that is ours on a station. Names of tasks begin with it."""

JOBS_FOLDER = rf"{TOP_FOLDER}\jobs"
"""Below %ProgramFiles%: a standard user cannot create a folder there first, unlike below %ProgramData%."""

_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_WINDOWS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_CODE_PAGE = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage"
_SESSION_MANAGER = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
# A key that exists only while Windows waits for a restart (component servicing, Windows Update), by its marker.
_REBOOT_KEYS = {
    "component_servicing": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    "windows_update": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
}
# Files that the next start deletes or replaces (MoveFileEx). Many PCs have some for ever, of printers and updaters.
_RENAMES = ("PendingFileRenameOperations", "PendingFileRenameOperations2")
_SECTIONS = (
    "code_page",
    "environment",
    "windows",
    "uninstall64",
    "uninstall32",
    "exes",
    "reboot",
    "jobs",
    "startup",
    "processes",
)
# What a recording from before there was a start-up script has not.
_LATER = frozenset({"startup"})
_REG_VALUE = re.compile(r" {4}(.+?) {4}REG_[A-Z_]{1,30}(?: {4}(.*))?", re.DOTALL)
_CODE_PAGE_NUMBER = re.compile(r"[0-9]{3,5}")
# Of the job itself: its setup could unpack a file of that name further down.
_ARMED = re.compile(rf"[^\\].*\\{re.escape(JOBS_FOLDER)}\\([^\\]+)\\armed-([0-9]{{8}})", re.IGNORECASE | re.ASCII)
_LONGEST_NAME = 300
_LONGEST_VALUE = 10_000
"""Characters of an uninstall entry's name, and of any value of it, that are kept. Real ones have some 50 and 150; no
command of that length is run (uninstall.py)."""
_MOST_LISTED = 500
"""Programs of the product, and folders of jobs, that a station may show: each of them costs requests."""
_SESSION_SHELL = "explorer.exe"


@dataclass(frozen=True, kw_only=True)
class Process:
    """One line of tasklist."""

    image: str
    pid: int
    session: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One uninstall entry: its view (64 or 32), its key's last part, and the values read so far."""

    view: int
    key: str
    values: dict[str, str]

    @property
    def display_name(self) -> str:
        return self.values.get("DisplayName", "")[:_LONGEST_NAME]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything the first command line says."""

    environment: dict[str, str]
    # Its own values and those of protection.PROTECTION_VALUES, by name.
    windows: dict[str, str]
    entries: list[Entry]
    exes: list[str]
    processes: list[Process]
    pending_reboot: list[str]  # by the markers of its keys
    jobs: list[str]
    # What the start-up script has left, as text.
    startup: str = ""
    # Those that wait for the next start, by name: since which day of the station's, as in 20261130.
    armed: dict[str, str] = field(default_factory=dict)
    # What the next start deletes or replaces: each value as text, path after path.
    renames: list[str] = field(default_factory=list)
    oem: str = "cp850"  # the code page of tools that ignore the shell's
    missing: list[str] = field(default_factory=list)

    @property
    def session_open(self) -> bool:
        """Somebody's session is open: locked and disconnected ones count, services (session 0) do not."""
        return any(p.image.lower() == _SESSION_SHELL and p.session > 0 for p in self.processes)


@functools.cache
def overview_command(product: Product) -> str:
    """The first command line."""
    exe = f"{product.vendor_folder}\\{product.exe}"
    reg = tool("reg")
    return join(
        [
            marker("code_page"),
            f'{reg} query "{_CODE_PAGE}" /v OEMCP 2>nul',
            marker("environment"),
            "set ProgramFiles",
            "set SystemDrive",
            "set PROCESSOR_ARCHITE",
            marker("windows"),
            *(
                f'{reg} query "{_WINDOWS}" /v {value} 2>nul'
                for value in ("ProductName", "EditionID", "CurrentBuildNumber", "UBR", "DisplayVersion", "ReleaseId")
            ),
            *(f'{reg} query "{key}" /v "{value}" {view} 2>nul' for key, value, view in PROTECTION_VALUES),
            marker("uninstall64"),
            f'{reg} query "{_UNINSTALL}" /s /v DisplayName /reg:64 2>nul',
            marker("uninstall32"),
            f'{reg} query "{_UNINSTALL}" /s /v DisplayName /reg:32 2>nul',
            marker("exes"),
            f'dir /s /b /a-d "%ProgramFiles%\\{exe}" 2>nul',
            f'dir /s /b /a-d "%ProgramFiles(x86)%\\{exe}" 2>nul',
            marker("reboot"),
            *(f'{reg} query "{key}" >nul 2>nul && echo {name}' for name, key in _REBOOT_KEYS.items()),
            *(f'{reg} query "{_SESSION_MANAGER}" /v {value} 2>nul' for value in _RENAMES),
            marker("jobs"),
            f'dir /b /ad "%ProgramFiles%\\{JOBS_FOLDER}" 2>nul',
            # Whole paths, of the marks of jobs that wait for a start.
            f'dir /s /b /a-d "%ProgramFiles%\\{JOBS_FOLDER}\\armed-*" 2>nul',
            marker("startup"),
            f'type "%ProgramFiles%\\{TOP_FOLDER}\\{STARTUP_FILE}" 2>nul',
            # A file that was cut off ends without a line end, and would swallow the next heading.
            "echo.",
            marker("processes"),
            f"{tool('tasklist')} /FO CSV /NH",
        ]
    )


def details_command(entries: list[Entry]) -> str:
    """The second command line: every value of these entries. Raises ValueError for a key that cannot be quoted."""
    commands = []
    for number, entry in enumerate(entries):
        key = quote(f"{_UNINSTALL}\\{entry.key}")
        commands += [marker(f"entry{number}"), f"{tool('reg')} query {key} /reg:{entry.view} 2>nul"]
    return join(commands)


def parse_reg_query(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read ``reg query`` output: (key, values) in order. Unknown lines (summaries are localized) are passed over.

    Values keep their text whatever their type; a line break inside a value is not a new value.
    """
    keys: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if line.startswith("HKEY_"):
            keys.append((line.strip(), {}))
        elif keys and (match := _REG_VALUE.fullmatch(line)):
            keys[-1][1][match[1]] = (match[2] or "").strip()
    return keys


def _entries(text: str, view: int) -> list[Entry]:
    found = [(key.partition("\\Uninstall\\")[2], values) for key, values in parse_reg_query(text)]
    # The Uninstall key itself, and sub-keys of an entry, are not entries.
    return [Entry(view=view, key=name, values=_cut(values)) for name, values in found if name and "\\" not in name]


def _cut(values: dict[str, str]) -> dict[str, str]:
    return {name: value[:_LONGEST_VALUE] for name, value in values.items()}


def _processes(text: str) -> list[Process]:
    # "image","pid","session name","session number","memory"
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if len(row) >= 5]
    except csv.Error:
        # Not what tasklist writes: as good as no answer, and WMI is asked (probe.py).
        return []
    return processes_of((row[0], row[1], row[3]) for row in rows)


def processes_of(rows: Iterable[tuple[str, str, str]]) -> list[Process]:
    """Processes from texts: image, number, session. One without a number is left out."""
    return [
        Process(image=image, pid=number, session=natural(session) or 0)
        for image, pid, session in rows
        if image and (number := natural(pid)) is not None
    ]


_LETTERS = b"ABCXYZabcxyz0189"
# Numbers of code pages that Python has under another name.
_CODECS = {
    "708": "iso8859_6",
    "20127": "ascii",
    "20866": "koi8_r",
    "20932": "euc_jp",
    "20936": "gb2312",
    "21866": "koi8_u",
    "28591": "iso8859_1",
    "28605": "iso8859_15",
    "51932": "euc_jp",
    "51949": "euc_kr",
    "54936": "gb18030",
}


def _code_page(number: str) -> str:
    """The codec of a code page; the one of Western Europe for a number that has none."""
    if not _CODE_PAGE_NUMBER.fullmatch(number):
        return "cp850"
    try:
        codec = codecs.lookup(_CODECS.get(number, f"cp{number}")).name
        # No OEM page of Windows has other letters there; EBCDIC (37, 500) has.
        return codec if _LETTERS.decode(codec) == _LETTERS.decode("ascii") else "cp850"
    except (LookupError, ValueError):
        return "cp850"


def _listed(body: str, too_many: Message) -> list[str]:
    """The lines of a list. Raises ValueError for one that no station has."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if len(lines) > _MOST_LISTED:
        raise ValueError(too_many.given(n=len(lines), most=_MOST_LISTED))
    return lines


def parse_overview(output: bytes) -> Overview:
    """Read the first command line's output. Raises ValueError when it is cut short, or cannot be a station's."""
    if twice := repeated(output, _SECTIONS):
        raise ValueError(
            Message(
                "the answer to the first reading has {names} twice: something in the registry or on the disk looks "
                "like our heading",
                names=", ".join(twice),
            )
        )
    parts = sections(output, _SECTIONS)
    if "processes" not in parts:
        raise ValueError(
            Message("the answer to the first reading stops early, after {parts}", parts=", ".join(sorted(parts)) or "-")
        )
    if lost := [name for name in _SECTIONS if name not in parts and name not in _LATER]:
        raise ValueError(Message("the answer to the first reading lacks {lost}", lost=", ".join(lost)))
    code_page = parse_reg_query(decoded(parts["code_page"], "cp850"))
    oem = _code_page(code_page[0][1].get("OEMCP", "") if code_page else "")
    # UTF-8 as the shell asked, or the OEM page of tools that ignore it.
    text = {name: decoded(body, oem) for name, body in parts.items()}
    environment = dict(line.split("=", 1) for line in text["environment"].splitlines() if "=" in line)

    windows = {name: value for _other, values in parse_reg_query(text["windows"]) for name, value in values.items()}
    entries = _entries(text["uninstall64"], 64)
    # 32-bit Windows has one view only: the second reading shows the same keys again.
    if "PROGRAMFILES(X86)" in {name.upper() for name in environment}:
        entries += _entries(text["uninstall32"], 32)
    if not (windows or entries):
        # A policy may forbid reg.exe (DisableRegistryTools): no Windows is without a name.
        raise ValueError(Message("nothing of the registry could be read"))
    processes = _processes(text["processes"])
    jobs = _listed(text["jobs"], Message("{n} folders of jobs, and {most} at most are looked at"))
    return Overview(
        environment={name.upper(): value.strip() for name, value in environment.items()},
        windows=windows,
        entries=entries,
        exes=_listed(text["exes"], Message("{n} programs of that name, and {most} at most are looked at")),
        processes=processes,
        pending_reboot=[line.strip() for line in text["reboot"].splitlines() if line.strip() in _REBOOT_KEYS],
        renames=[data for _other, values in parse_reg_query(text["reboot"]) for data in values.values() if data],
        startup=text.get("startup", ""),
        jobs=[line for line in jobs if "\\" not in line],
        armed={match[1]: match[2] for line in jobs if (match := _ARMED.fullmatch(line))},
        oem=oem,
        # tasklist asks WMI itself: an empty list means it was refused, not that nothing runs.
        missing=[] if processes else ["processes"],
    )


def parse_details(output: bytes, entries: list[Entry], oem: str = "cp850") -> list[Entry]:
    """Complete these entries with the values of the second command line; one that vanished since is left out.

    Raises ValueError for an answer in which a value looks like our heading.
    """
    names = [f"entry{number}" for number in range(len(entries))]
    if twice := repeated(output, names):
        raise ValueError(Message("the answer has the heading {names} twice", names=", ".join(twice)))
    parts = sections(output, names)
    read = [parse_reg_query(decoded(parts.get(f"entry{number}", b""), oem)) for number in range(len(entries))]
    return [replace(entry, values=_cut(keys[0][1])) for entry, keys in zip(entries, read, strict=True) if keys]
