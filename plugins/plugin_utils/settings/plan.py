# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's connection settings for all users of a station: what is wanted, what to do, command lines. Pure.

A ``.pcprn`` file below Program Files, which users can read and only administrators can write, and a shortcut on the
public desktop that opens it with the client of the right year. (The file's registered type belongs to the client that
was installed last, whatever its year.)
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...module_utils.base.digests import sha256
from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message
from ...module_utils.base.text import decoded
from ..station.cmdline import join, quote, tool
from ..station.sections import digest_command, digest_in, has_digest, marker, sections
from .shortcut import shortcut

__all__ = [
    "ConnectionSettings",
    "SettingsFile",
    "SettingsPlan",
    "StationFiles",
    "check_address",
    "check_label",
    "check_port",
    "delete_command",
    "look_command",
    "parse_found",
    "places",
    "plan_settings",
    "wanted_files",
    "write_command",
]

PORT = 49300
_FOLDER = "Parametres PRONOTE"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
# A shortcut to a client of a year, whoever made it; nothing that cmd.exe or a path would read as its own.
_SHORTCUT = re.compile(r"[\w .()-]{1,251}\.lnk", re.IGNORECASE)
_PRONOTE = re.compile("pronote", re.IGNORECASE)
_YEAR = re.compile(r"\b20\d\d\b", re.ASCII)
_DESKTOP = "%PUBLIC%\\Desktop"


def check_label(label: str) -> str:
    """A server's label, without spaces around it. Raises ValueError."""
    if not label.strip() or len(label) > 100 or ":" in label or not label.isprintable():
        raise ValueError(
            Message(
                "{label} cannot be a server's label: up to 100 characters, no colon, no line break", label=repr(label)
            )
        )
    return label.strip()


def check_address(address: str) -> str:
    """A server's name or address. Raises ValueError."""
    if not _HOST.fullmatch(address):
        raise ValueError(Message("{address} is not the name or address of a server", address=repr(address)))
    return address


def check_port(port: int) -> int:
    """A TCP port. Raises ValueError."""
    if not 0 < port < 65536:
        raise ValueError(Message("{port} is not a TCP port", port=port))
    return port


@dataclass(frozen=True, kw_only=True)
class ConnectionSettings:
    """The hosted server as the client is told it."""

    uai: str
    label: str
    address: str
    port: int = PORT

    def text(self) -> str:
        """The line of ``ParamClient.pcprn``: ``Serveur=<label>:<address>:<port>``. Raises ValueError."""
        return f"Serveur={check_label(self.label)}:{check_address(self.address)}:{check_port(self.port)}\r\n"


@dataclass(frozen=True, kw_only=True)
class SettingsFile:
    """A file of ours on the station. ``path`` is for cmd.exe, quoted; ``shown`` is what a diff says it is."""

    key: str
    path: str
    content: bytes
    shown: str

    @property
    def digest(self) -> str:
        return sha256(self.content)

    def line(self, *, same: bool = True) -> str:
        """Its line in a diff."""
        return Message(
            "{path}: {shown}", path=self.path.strip('"'), shown=self.shown if same else Message("something else")
        )


def _settings_path(uai: str, program_files: str) -> str:
    return f"{program_files}\\{_FOLDER}\\{parse_uai(uai)}.pcprn"


def _shortcut_path(year: int) -> str:
    # PUBLIC is replaced by cmd.exe on the station.
    return f'"{_DESKTOP}\\PRONOTE {year}.lnk"'


def places(uai: str, *, year: int, program_files: str) -> list[SettingsFile]:
    """Where the files of a school are, for who wants them gone: whatever is in them. Raises ValueError."""
    return [
        SettingsFile(key="settings", path=quote(_settings_path(uai, program_files)), content=b"", shown=""),
        SettingsFile(key="shortcut", path=_shortcut_path(year), content=b"", shown=""),
    ]


def wanted_files(
    settings: ConnectionSettings, *, year: int, exe: str, program_files: str, with_shortcut: bool
) -> list[SettingsFile]:
    """The files for a station whose client of this year is at ``exe``. Raises ValueError."""
    text = settings.text()
    path = _settings_path(settings.uai, program_files)
    files = [SettingsFile(key="settings", path=quote(path), content=text.encode(), shown=text.strip())]
    if with_shortcut:
        arguments = quote(path)
        content = shortcut(exe, arguments=arguments, description=f"PRONOTE {year} - {settings.label.strip()}")
        shown = f"{quote(exe)} {arguments}"
        files.append(SettingsFile(key="shortcut", path=_shortcut_path(year), content=content, shown=shown))
    return files


@dataclass(frozen=True, kw_only=True)
class SettingsPlan:
    """What to write and what to delete, and the lines of the diff."""

    write: list[SettingsFile] = field(default_factory=list)
    delete: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.write or self.delete)


@dataclass(frozen=True, kw_only=True)
class StationFiles:
    """What is on the station: digests of our files that are there, and the names on the public desktop."""

    digests: Mapping[str, str]
    desktop: list[str]


def plan_settings(
    files: list[SettingsFile], found: StationFiles, *, year: int, absent: bool = False, remove_older: bool = False
) -> SettingsPlan:
    """Decide. ``remove_older``: shortcuts to clients of earlier years go, whoever made them."""
    there = [file for file in files if file.key in found.digests]
    right = [file for file in there if found.digests[file.key] == file.digest]
    lines = [f"{_DESKTOP}\\{name}" for name in found.desktop if remove_older and _older(name, year)]
    deleted = [f'"{line}"' for line in lines]
    if absent:
        gone = [file.path for file in there]
        return SettingsPlan(delete=[*gone, *deleted], before=[*(path.strip('"') for path in gone), *lines])
    before = [file.line(same=file in right) for file in there] + lines
    return SettingsPlan(
        write=[file for file in files if file not in right],
        delete=deleted,
        before=before,
        after=[file.line() for file in files],
    )


def _older(name: str, year: int) -> bool:
    ours = _PRONOTE.search(name) if _SHORTCUT.fullmatch(name) else None
    years = [int(each) for each in _YEAR.findall(name, ours.end())] if ours else []
    # Of two years the later one, so that a doubt leaves the shortcut.
    return bool(years) and max(years) < year


def look_command(files: list[SettingsFile]) -> str:
    """Print the digest of each file that is there, and the names on the public desktop."""
    commands = []
    for file in files:
        commands += [marker(file.key), f"(if exist {file.path} {digest_command(file.path)})"]
    return join([*commands, marker("desktop"), f'dir /b /a-d "{_DESKTOP}\\*.lnk" 2>nul', "exit 0"])


def parse_found(output: bytes) -> StationFiles:
    """Read the answer to ``look_command``. Raises ValueError when it stops early."""
    parts = sections(output)
    if "desktop" not in parts:
        raise ValueError(Message("the station's answer stops early"))
    desktop = [line.strip() for line in decoded(parts.pop("desktop"), "cp850").splitlines() if line.strip()]
    digests = {key: digest for key, body in parts.items() if (digest := digest_in(body))}
    return StationFiles(digests=digests, desktop=desktop)


def write_command(file: SettingsFile, program_files: str) -> str:
    """Put a file in its place whole: exit codes 71 the folder, 72 the content, 73 its digest, 74 its place.

    It comes over the authenticated channel as base64 and is put together where only administrators can write.
    """
    folder = f"{program_files}\\{_FOLDER}"
    encoded, part = quote(f"{folder}\\{file.key}.b64"), quote(f"{folder}\\{file.key}.part")
    return join(
        [
            f"(if not exist {quote(folder)} mkdir {quote(folder)}) || exit 71",
            f">{encoded} echo {base64.b64encode(file.content).decode()}",
            f"{tool('certutil')} -f -decode {encoded} {part} >nul || exit 72",
            f"del /q {encoded}",
            f"{has_digest(part, file.digest)} || exit 73",
            f"move /y {part} {file.path} >nul || exit 74",
            "exit 0",
        ]
    )


def delete_command(paths: list[str], program_files: str) -> str:
    """Delete files, and the folder of the settings when it is empty; exit code 75 when one stays."""
    delete = [f"del /q {path} 2>nul" for path in paths]
    folder = quote(f"{program_files}\\{_FOLDER}")
    return join([*delete, f"rmdir {folder} 2>nul", *(f"(if exist {path} exit 75)" for path in paths), "exit 0"])
