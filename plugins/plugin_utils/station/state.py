# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one product on one station, put together from what was read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...module_utils.base.message import Message, enumerated
from ...module_utils.base.numbers import natural
from ...module_utils.product.products import UPDATER_NAME, Product
from ...module_utils.product.release import Release
from .job_name import Arch
from .judgement import Judgement, judged
from .overview import Entry, Overview, Process
from .pairing import entry_arch, entry_year, paired, path_arch, path_year, stated_exe
from .protection import code_integrity, policies
from .startup import StartupResult, parse_startup

__all__ = [
    "FILE_RENAMES",
    "Arch",
    "ExeFacts",
    "Installation",
    "StationState",
    "build_state",
    "exe_candidates",
    "relevant_entries",
]


FILE_RENAMES = "file_renames"
"""Among ``pending_reboot``: files to be renamed at the next start, none of them the product's."""

_ARCHITECTURES: dict[str, str] = {"AMD64": "x64", "X86": "x86", "ARM64": "arm64"}
_SHIELD = "InstallShield_"
_HOUSE = re.compile(r"index.?[eé]ducation|pronote", re.IGNORECASE)


_CONDITIONS = {
    "entry_without_exe": Message("uninstall entry without program"),
    "exe_without_entry": Message("program without uninstall entry"),
    "version_unreadable": Message("version of the program unreadable"),
    "unfinished": Message("its installation broke off"),
}


@dataclass(frozen=True, kw_only=True)
class ExeFacts:
    """What WMI says of an exe: its version resource as text (None: it has none) and its size in bytes."""

    version: str | None
    size: int


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One installed client of one year, or what is left of it."""

    year: int | None
    release: Release | None  # of the exe itself; None when there is no exe or it has no readable version
    arch: Arch | None
    # "unfinished" is never read, but known from the job that broke off (deploy/client.py).
    condition: Literal["ok", "entry_without_exe", "exe_without_entry", "version_unreadable", "unfinished"]
    name: str
    path: str | None
    product_code: str | None
    uninstall_string: str | None
    view: int | None

    def describe(self) -> Message:
        """One line for a diff or a report."""
        what, arch = str(self.release or self.year or "?"), self.arch or Message("unknown architecture")
        if self.condition == "ok":
            return Message("{what} {arch}", what=what, arch=arch)
        return Message("{what} {arch} ({note})", what=what, arch=arch, note=_CONDITIONS[self.condition])

    def as_dict(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "release": None if self.release is None else str(self.release),
            "arch": self.arch,
            "condition": self.condition,
            "name": self.name,
            "path": self.path,
            "product_code": self.product_code,
            "uninstall_string": self.uninstall_string,
            "registry_view": self.view,
        }


@dataclass(frozen=True, kw_only=True)
class StationState:
    """Everything a plan or an audit needs to know of a station."""

    installations: list[Installation]
    updater: str | None
    foreign: list[str]
    running: list[Process]
    session_open: bool
    pending_reboot: list[str]
    free_bytes: int | None
    system_drive: str
    program_files: str
    arch: str
    windows: dict[str, str]
    jobs: list[str]
    # Of these, the ones that wait for the next start: since which day of the station's, as in 20261130.
    armed: dict[str, str] = field(default_factory=dict)
    # Who is at work could not be read: neither what runs nor whether a session is open means anything.
    blind: bool = False
    # What puts the station back at each start (Deep Freeze…), in force now; and when it has started, read then alone.
    frozen: str = ""
    boot: str = ""
    edition: str = ""  # EditionID: Professional, Education, Core…
    # What lets run only listed programs (protection.code_integrity), and policies that may refuse some.
    code_integrity: str = ""
    policies: list[str] = field(default_factory=list)
    # What the start-up script has left, where there is one.
    startup: StartupResult | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def restart_due(self) -> list[str]:
        """Why Windows waits for a restart. Files of others to be renamed are none: many PCs have some for ever."""
        return [reason for reason in self.pending_reboot if reason != FILE_RENAMES]

    def of_year(self, year: int) -> list[Installation]:
        """Installations of this year, half-removed ones included."""
        return [i for i in self.installations if i.year == year]

    def judged(self, release: Release) -> Judgement:
        """What is installed of the year of a release, against it: audits, plans, proofs and memory all ask this."""
        return judged([(i.year, i.release, i.condition) for i in self.installations], release)

    def instead_of(self, release: Release, *, absent: bool = False) -> str | None:
        """What the station shows instead of this release's client (or, ``absent``, of none of its year); None: nothing.

        Plans and the verification after a job both ask this, so that they cannot disagree.
        """
        wanted = release.client
        same_year = self.of_year(wanted.year)
        found = enumerated([i.describe() for i in same_year])
        if absent:
            return Message("this is left: {found}", found=found) if same_year else None
        if self.judged(release).right:
            return None
        found = found or Message("no client of that year")
        return Message("the station has {found} instead of {wanted}", found=found, wanted=str(wanted))

    def unfinished(self, release: Release) -> StationState:
        """The same, with this release's client known to be there in part only."""
        wanted = release.client
        broken = [i.release is not None and i.release.client == wanted for i in self.installations]
        return replace(
            self,
            installations=[
                replace(i, condition="unfinished") if so else i
                for i, so in zip(self.installations, broken, strict=True)
            ],
        )

    def as_dict(self) -> dict[str, Any]:
        """What client_info returns."""
        return {
            "clients": [i.as_dict() for i in self.installations],
            "updater": self.updater,
            "foreign": self.foreign,
            "running": [{"image": p.image, "pid": p.pid, "session": p.session} for p in self.running],
            "session_open": self.session_open,
            "pending_reboot": self.pending_reboot,
            "free_bytes": self.free_bytes,
            "system_drive": self.system_drive,
            "arch": self.arch,
            "windows": self.windows,
            "edition": self.edition,
            "frozen": self.frozen,
            "boot": self.boot,
            "code_integrity": self.code_integrity,
            "jobs": self.jobs,
            "startup": self.startup.as_dict() if self.startup else None,
        }


def relevant_entries(overview: Overview, product: Product) -> list[Entry]:
    """Entries worth reading whole: the product's, the updater's and others of the house."""
    return [
        e
        for e in overview.entries
        if product.display_name.search(e.display_name)
        or UPDATER_NAME.search(e.display_name)
        or _HOUSE.search(e.display_name)
    ]


def _genuine(entry: Entry, product: Product) -> bool:
    publisher = entry.values.get("Publisher", "")
    return bool(product.display_name.search(entry.display_name) and product.publisher.search(publisher))


def exe_candidates(overview: Overview, entries: list[Entry], product: Product) -> list[str]:
    """Paths of exes to read the version of: those found on disk and those named by genuine entries."""
    stated = [stated_exe(entry, product, overview) for entry in entries if _genuine(entry, product)]
    # The first spelling of a path counts: Windows does not tell case apart.
    paths: dict[str, str] = {}
    for path in [*overview.exes, *filter(None, stated)]:
        paths.setdefault(path.lower(), path)
    return list(paths.values())


def _release(facts: ExeFacts | None) -> Release | None:
    return Release.from_file_version(facts.version) if facts and facts.version else None


def _code(entry: Entry) -> str:
    return entry.key[len(_SHIELD) :] if entry.key.lower().startswith(_SHIELD.lower()) else entry.key


def _without_twins(entries: list[Entry], product: Product) -> list[Entry]:
    """InstallShield around an MSI leaves two entries of one program: its own, and Windows Installer's hidden one.

    Of two, the first that can remove the program stands for both.
    """
    found: dict[tuple[int, str, int | None], Entry] = {}
    for entry in entries:
        known = found.get(place := (entry.view, _code(entry).lower(), entry_year(entry, product)))
        if known is None or (not known.values.get("UninstallString") and entry.values.get("UninstallString")):
            found[place] = entry
    return list(found.values())


def _installations(
    entries: list[Entry], exes: dict[str, ExeFacts], product: Product, overview: Overview
) -> list[Installation]:
    releases = {path: _release(facts) for path, facts in exes.items()}
    pairs = paired(entries, releases, product, overview)
    found = []
    for number, entry in enumerate(entries):
        path = pairs.get(number)
        release = releases.get(path or "")
        code = _code(entry)
        found.append(
            Installation(
                year=entry_year(entry, product),
                release=release,
                arch=entry_arch(entry) or (path_arch(path, overview) if path else None),
                condition="ok" if release else ("version_unreadable" if path else "entry_without_exe"),
                name=entry.display_name,
                path=path,
                product_code=code if code.startswith("{") else None,
                uninstall_string=entry.values.get("UninstallString"),
                view=entry.view,
            )
        )
    for path, release in releases.items():
        if path in pairs.values():
            continue
        found.append(
            Installation(
                # What it says itself, whatever folder somebody has put it into.
                year=release.year if release else path_year(path, product),
                release=release,
                arch=path_arch(path, overview),
                condition="exe_without_entry" if release else "version_unreadable",
                name=product.title,
                path=path,
                product_code=None,
                uninstall_string=None,
                view=None,
            )
        )
    return sorted(found, key=lambda i: (i.year or 0, i.release.parts if i.release else (), i.arch or "", i.path or ""))


def build_state(
    overview: Overview,
    entries: list[Entry],
    exes: dict[str, ExeFacts],
    product: Product,
    *,
    free_bytes: int | None,
    frozen: str = "",
    boot: str = "",
) -> StationState:
    """Put the readings together.

    ``exes`` holds the exes that exist, by path. An entry of the same name by another publisher is foreign, and so is
    anything else of the house: reported by name, never touched.
    """
    mine = _without_twins([e for e in entries if _genuine(e, product)], product)

    images = {image.lower() for image in product.processes}
    machine = overview.environment.get("PROCESSOR_ARCHITEW6432") or overview.environment.get("PROCESSOR_ARCHITECTURE")
    return StationState(
        installations=_installations(mine, exes, product, overview),
        updater=next((e.display_name for e in entries if UPDATER_NAME.search(e.display_name)), None),
        foreign=sorted(
            e.display_name for e in entries if not _genuine(e, product) and not UPDATER_NAME.search(e.display_name)
        ),
        running=[p for p in overview.processes if p.image.lower() in images],
        session_open=overview.session_open,
        pending_reboot=[*overview.pending_reboot, *_renames(overview, product)],
        free_bytes=free_bytes,
        system_drive=overview.environment.get("SYSTEMDRIVE", "C:"),
        program_files=overview.environment.get("PROGRAMFILES", r"C:\Program Files"),
        arch=_ARCHITECTURES.get((machine or "").upper(), (machine or "unknown").lower()),
        windows=_windows(overview.windows),
        frozen=frozen,
        boot=boot,
        edition=overview.windows.get("EditionID", ""),
        code_integrity=code_integrity(overview.windows, overview.windows.get("EditionID", "")),
        policies=policies(overview.windows),
        jobs=overview.jobs,
        startup=parse_startup(overview.startup),
        armed=overview.armed,
        blind="processes" in overview.missing,
        warnings=[Message("could not read: {name}", name=name) for name in overview.missing],
    )


def _renames(overview: Overview, product: Product) -> list[str]:
    """Files that the next start renames: a reason to restart where they are the product's, else only told."""
    if not overview.renames:
        return []
    own = f"\\{product.vendor_folder}\\".lower()
    return ["product_renames" if any(own in text.lower() for text in overview.renames) else FILE_RENAMES]


def _windows(values: dict[str, str]) -> dict[str, str]:
    build = values.get("CurrentBuildNumber", "")
    name = values.get("ProductName", "")
    # The registry of Windows 11 still says "Windows 10" (build 22000 and later is 11, Microsoft's own rule).
    if (natural(build) or 0) >= 22000:
        name = name.replace("Windows 10", "Windows 11")
    return {"name": name, "build": build, "release": values.get("DisplayVersion") or values.get("ReleaseId", "")}
