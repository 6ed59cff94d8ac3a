"""What a scenario says about a simulated station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..station import Account
from .freezing import FreezerKind
from .installer.products import UNINSTALL_STRING
from .registry import Data, ValueType, View

__all__ = [
    "ClientOptions",
    "Contradiction",
    "FaultKind",
    "FileOptions",
    "InstallerFault",
    "Person",
    "RegistryWrite",
    "SimulatedOptions",
]

Arch = Literal["x64", "x86", "arm64"]
Contradiction = Literal[
    "reg_ansi",  # reg.exe writes to a pipe in the ANSI page (E1)
    "reg_tabs",  # reg.exe parts its columns by tabs (E4)
    "tasklist_columns",  # tasklist has the session before the process number (E7)
    "whole_quotes",  # WinRS hands the line to cmd in quotes of its own (W23)
    "own_lines_only",  # WMI shows an administrator the command lines of his own processes alone (J5)
    "start_at_once",  # start /wait waits for programs of the console only (J14)
    "short_ping",  # ping does not wait where there is no console (J15)
]
"""What a station does otherwise than docs/fidelity.md has it: for who says that he would notice."""
Person = Literal["answers", "cancels", "launches", "away"]
"""Accepts every dialog and unticks "Lancer PRONOTE"; closes the setup half-way; leaves the box ticked; is not there."""


@dataclass(frozen=True, kw_only=True)
class ClientOptions:
    """A PRONOTE client, or another product, found on the station. Half-removed ones lack ``entry`` or ``exe``."""

    release: str
    product: str = "pronote_client"  # a key of installer/products.py
    arch: Literal["x64", "x86"] = "x64"
    entry: bool = True
    exe: bool = True
    updater: bool = True
    # What the uninstall entry pretends; not to be trusted (docs/fidelity.md, S).
    display_version: str = "1.0.0"
    # Whether the program that the entry's UninstallString names is there.
    uninstaller: bool = True
    # The entry's display name when it is not the year's usual one.
    display_name: str | None = None
    # The entry's UninstallString; {setup} is the path of the engine's copy.
    uninstall_string: str = UNINSTALL_STRING


FaultKind = Literal[
    "rejected",  # the response file is refused with `result_code`, nothing changes
    "late",  # the same once all is done: an installation is rolled back, what is removed is gone
    "aborts",  # the script ends with the exit code `result_code`, nothing changes, and the log says 0
    "no_change",  # reports 0 and changes nothing
    "crash",  # dies half-way (0xC0000005), leaving half a program and a log that says 0
    "killed",  # the same, with the exit code `result_code`, as an antivirus or a person ends it
    "disk_full",  # the disk fills up half-way
    "slow",  # takes `seconds` more before it changes anything
    "hang",  # never gets to its files; the log says 0
    "insert_disk",  # the same, its log whole: a cabinet is missing, and it asks for the disk
    "lingers",  # all is done, and its last process stays for `seconds` more
    "never_ends",  # the same, for ever
    "held",  # something holds a file of the program: it is left to the next start of Windows
    "log_empty",  # the log holds nothing
    "log_cut",  # the log ends before its ResultCode
    "log_unfinished",  # the log ends with its ResultCode, without a line end
    "log_utf16",  # the log is UTF-16 with its mark
]

_CODES: dict[str, int] = {"aborts": 118, "crash": 0xC0000005, "killed": 1}


@dataclass(frozen=True, kw_only=True)
class InstallerFault:
    """How an installer started on this station goes wrong."""

    kind: FaultKind
    # A ResultCode (-3 by default), for "aborts" and "killed" an exit code (118, 1).
    result_code: int | None = None
    seconds: float = 600.0  # station seconds
    # How many starts it applies to (0: all), and which.
    times: int = 0
    when: Literal["any", "install", "remove"] = "any"
    # Whether an installation that dies leaves its helper running, as it does ([E]).
    orphan: bool = True

    @property
    def code(self) -> int:
        """``result_code``, or the kind's own."""
        return _CODES.get(self.kind, -3) if self.result_code is None else self.result_code


@dataclass(frozen=True, kw_only=True)
class RegistryWrite:
    """A value set when the station is built; ``type`` follows the data when not given."""

    key: str
    name: str = ""
    data: Data = ""
    type: ValueType | None = None
    view: View = 64


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """A file somebody has on the station: ``text``, then zero bytes up to ``size``. ``modified`` is ISO 8601."""

    path: str
    text: str = ""
    size: int = 0
    modified: str = ""


@dataclass(frozen=True, kw_only=True)
class SimulatedOptions:
    """One station. Sizes are bytes, durations station seconds."""

    name: str
    accounts: tuple[Account, ...] = ()
    # A key of ``baseline.WINDOWS``: "10-22H2", "11-23H2", "11-24H2"…
    windows: str = "10-22H2"
    arch: Arch = "x64"
    language: Literal["en", "fr"] = "fr"
    domain: str | None = None
    capacity: int = 250_000_000_000
    free_space: int = 80_000_000_000
    clients: tuple[ClientOptions, ...] = ()
    # A release: its exe, which ``clients`` must hold, runs in the session of ``session_open``.
    running_client: str | None = None
    # Who is logged on at the console: one of the accounts (an administrator), else a standard user (None: nobody).
    session_open: str | None = None
    # What that person does with the dialogs of a setup that records.
    person: Person = "answers"
    # Home has no msg.exe; SE is Windows 11 SE, whose CodeIntegrity policy runs listed programs only.
    edition: Literal["pro", "home", "education", "se"] = "pro"
    # Standard users with a profile on the station.
    users: tuple[str, ...] = ("eleve",)
    # rename: of somebody else's file, and product_rename of one of the client's, both at every start.
    pending_reboot: tuple[Literal["cbs", "windows_update", "rename", "product_rename"], ...] = ()
    # Foreign uninstall entries, in both views.
    uninstall_entries: int = 10
    registry: tuple[RegistryWrite, ...] = ()
    files: tuple[FileOptions, ...] = ()
    # Keys nobody may read (error 5).
    denied_keys: tuple[str, ...] = ()
    installer_fault: InstallerFault | None = None
    # How reg.exe encodes what it writes to a pipe: the console's code page, or the OEM one whatever `chcp` says.
    reg_output: Literal["console", "oem"] = "console"
    oem_codepage: int = 850
    ansi_codepage: int = 1252
    contradicts: tuple[Contradiction, ...] = ()
    on_battery: bool = False
    # Seconds from restart to answering again.
    boot_seconds: float = 40.0
    # Windows' fast startup: a shutdown from the menu is none for what runs in session 0. A restart is one.
    fast_startup: bool = False
    # The account may connect but WMI, or shells, are refused to it: rights differ (docs/fidelity.md, W).
    deny_wmi: bool = False
    deny_shells: bool = False
    # Source address of the station's own connections (curl), so that a depot tells stations apart.
    address: str | None = None
    # What Windows takes its network for; by default the domain's where it is in one, else private.
    network_profile: Literal["", "public", "private", "domain"] = ""
    # Minutes that its clock is ahead of the world's.
    clock_ahead: float = 0.0
    # The hosts file: (name, address) pairs; the lab has no DNS.
    hosts: tuple[tuple[str, str], ...] = ()
    # Certification authorities (PEM) in the station's root store.
    trusted_ca: str | None = None
    # A program that puts the station back to an image at each start, and whether it is in force.
    freezer: FreezerKind | None = None
    frozen: bool = True
    # Windows in S mode: nothing but what the Store or Microsoft signed runs (SkuPolicyRequired).
    s_mode: bool = False
    # The version of curl.exe: 7.55.1 came with Windows 10 1803, 8.x with updates of 2022 and later.
    curl: str = "8.4.0"
    # What Windows learns when it asks whether a certificate of the depot was revoked: its authority publishes no list,
    # the list cannot be fetched, or all is well.
    revocation: Literal["no_list", "offline", "fetched"] = "no_list"
    # How many reads of a file that was just written a scanner turns away (error 32), by patterns of its path.
    scanner_holds: tuple[tuple[str, int], ...] = ()
    # How much faster than real time curl's own time limits pass; the network itself is real.
    network_scale: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 63:
            raise ValueError(f"a station's name has 1 to 63 characters, not {self.name!r}")
        if self.running_client and self.session_open is None:
            raise ValueError(f"{self.name}: a running client needs an open session")
        if self.running_client and self.running_client not in {c.release for c in self.clients if c.exe}:
            raise ValueError(f"{self.name}: running_client {self.running_client} is not one of its clients")
