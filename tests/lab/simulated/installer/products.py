"""What the programs are called and where they go, by year and architecture (docs/fidelity.md, S)."""

from __future__ import annotations

import uuid
from typing import Literal

__all__ = [
    "CLIENT",
    "EDT",
    "NAMES",
    "UNINSTALL_STRING",
    "UPDATER_NAME",
    "display_name",
    "engine_path",
    "exe_name",
    "file_version",
    "folder",
    "product_code",
    "program_files",
    "uninstall_string",
    "updater_code",
    "year_of",
]

Arch = Literal["x64", "x86"]
CLIENT = "Client PRONOTE"
EDT = "EDT Monoposte"
# By our keys: the vendor's name, and the folder of a year.
PROGRAMS = {
    "pronote_client": (CLIENT, "Pronote {year}\\Réseau\\Client"),
    "edt_monoposte": (EDT, "EDT {year}\\Monoposte"),
}
NAMES = {key: name for key, (name, _folder) in PROGRAMS.items()}
_FOLDERS = dict(PROGRAMS.values())
UPDATER_NAME = "Mise à jour automatique - Index Education -"

# Seen on real stations; the other years' codes are derived, since they are not public.
_KNOWN_CODES = {
    (2023, "x64"): "{02871376-45F6-4642-9D84-C7681ABE361F}",
    (2023, "x86"): "{6675F0E8-C34B-4FB8-9E61-35EE4C20136F}",
}
_NAMESPACE = uuid.UUID("5f0e6f0a-6c52-4d9c-9a3e-3f7d2f1b8f10")


def year_of(release: str) -> int:
    """The product's year: the first part of a release."""
    return int(release.partition(".")[0])


def product_code(year: int, arch: str, product: str = CLIENT) -> str:
    """The product code, in braces: one a year and architecture."""
    known = _KNOWN_CODES.get((year, arch)) if product == CLIENT else None
    return known or "{" + str(uuid.uuid5(_NAMESPACE, f"{product} {year} {arch}")).upper() + "}"


def updater_code() -> str:
    """The updater's product code: one for all years."""
    return "{" + str(uuid.uuid5(_NAMESPACE, UPDATER_NAME)).upper() + "}"


def display_name(year: int, arch: str, product: str = CLIENT) -> str:
    """The name in the list of programs; it changed its form in 2026."""
    if year >= 2026:
        return f"INDEX EDUCATION - {product} {year}"
    return f"{product} {year} - {'64' if arch == 'x64' else '32'}bit"


def program_files(arch: str, *, x64_windows: bool) -> str:
    return "C:\\Program Files (x86)" if arch == "x86" and x64_windows else "C:\\Program Files"


def exe_name(product: str = CLIENT) -> str:
    return f"{product}.exe"


def folder(year: int, arch: str, *, x64_windows: bool, product: str = CLIENT) -> str:
    """The folder of the exe; up to 2018 there was no ``Client`` below ``Réseau``."""
    place = _FOLDERS[product].format(year=year)
    if product == CLIENT and year <= 2018:
        place = place.removesuffix("\\Client")
    return f"{program_files(arch, x64_windows=x64_windows)}\\Index Education\\{place}"


UNINSTALL_STRING = '"{setup}" -runfromtemp -l0x040c  -removeonly'


def uninstall_string(code: str, *, x64_windows: bool, form: str = UNINSTALL_STRING) -> str:
    """The ARP command line; the engine is a 32-bit program, so its folder is that of 32-bit programs."""
    return form.replace("{setup}", engine_path(code, x64_windows=x64_windows))


def engine_path(code: str, *, x64_windows: bool) -> str:
    """The copy of the setup that an installation leaves, for its removal."""
    home = program_files("x86", x64_windows=x64_windows)
    return f"{home}\\InstallShield Installation Information\\{code}\\setup.exe"


def file_version(release: str) -> str:
    """The four-part version of the exe: ``2024.3.11`` is ``2024.3.11.0``."""
    parts = release.split(".")
    return ".".join([*parts, "0", "0", "0"][:4])
