# SPDX-License-Identifier: GPL-3.0-or-later
"""``install.cmd`` as the lock file remembers it: which version of the script, and what it was rendered with. Pure.

A published script keeps its digest, so a depot goes on with the script of the day on which it was published. Where it
is older than what this collection renders, ``prepare`` renders it anew (prepare/renew.py); until then it is used as is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.technologies import TECHNOLOGIES, Technology

__all__ = [
    "SCRIPT_VERSION",
    "ScriptSettings",
    "lacks_verb",
    "old_scripts",
    "old_scripts_words",
    "script_record",
    "script_version",
    "script_versions",
    "technology_of",
]

SCRIPT_VERSION = 4
"""Of ``install.cmd.j2``: raised when what was published before must be rendered anew. The script writes it into its
``exit`` file (``script=4``). Those of version 1 (up to 0.1.0) write none, and take the setup's log for its end; those
of version 2 take a file that they cannot read for one that was tampered with; those of version 3 can do nothing at a
start of Windows, and hold no lock."""

_UNARMED = frozenset({"install", "update", "remove", "stage"})
_VERBS: dict[int, frozenset[str]] = {1: _UNARMED - {"update"}, 2: _UNARMED, 3: _UNARMED}
"""What the ``install.cmd`` of an earlier version can be told to do; the current one can do all."""


@dataclass(frozen=True, kw_only=True)
class ScriptSettings:
    """What a script is rendered with, besides its files, its technology and its product."""

    product_code: str = ""
    arguments: str = ""
    uninstall_arguments: str = ""
    # Exit codes that mean success instead of the technology's own.
    success_codes: tuple[int, ...] = ()
    log_timeout: int = 1800  # seconds the setup may work on after its first process ended
    busy_timeout: int = 3600  # seconds a station waits while the depot says that it is full
    tries: int = 5  # downloads of each file

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> ScriptSettings | None:
        """What a lock entry says; None for one of before the lock file kept it. Raises ValueError."""
        record = entry.get("script")
        if record is None:
            return None
        defaults = {field.name: field.default for field in fields(cls)}
        given: dict[str, Any] = {}
        for name, value in record.items():
            if name == "version":
                continue
            plain = tuple(value) if isinstance(value, list) and all(type(each) is int for each in value) else value
            # type() and not isinstance: True is an int.
            if name not in defaults or type(plain) is not type(defaults[name]):
                raise ValueError(Message("script has no usable {name} ({value})", name=name, value=repr(value)))
            given[name] = plain
        return cls(**given)

    @classmethod
    def of_script(cls, script: bytes, technology: Technology) -> ScriptSettings:
        """What a script of version 1 was rendered with, from the script itself. Raises ValueError for another text."""
        lines = script.decode("ascii").splitlines()
        removes = any(line.startswith('set "PRODUCT=') for line in lines)
        found: dict[str, Any] = {}
        for name, pattern in _LINES.items():
            wanted = (
                removes if name in _REMOVAL else technology.log == "installscript" if name == "log_timeout" else True
            )
            values = [match[1] for line in lines if (match := pattern.fullmatch(line))]
            if len(values) != wanted:
                raise ValueError(
                    Message(
                        "install.cmd is none that was published with {key}: it has no one {name}",
                        key=technology.key,
                        name=name,
                    )
                )
            if values:
                found[name] = int(values[0]) if name in _NUMBERS else values[0]
        codes = tuple(int(word) for word in found.pop("success_codes").split())
        return cls(success_codes=() if codes == tuple(sorted(technology.success_codes)) else codes, **found)


_REMOVAL = {"product_code", "uninstall_arguments"}
_NUMBERS = {"log_timeout", "busy_timeout", "tries"}
# The lines of version 1 (templates/install.cmd.j2 as commit 0eaf3a8 had it).
_LINES = {
    "product_code": re.compile(r'set "PRODUCT=(.+)"'),
    "arguments": re.compile(r'set "ARGUMENTS=(.*)"'),
    "uninstall_arguments": re.compile(r'set "UNINSTALL_ARGUMENTS=(.*)"'),
    "success_codes": re.compile(r"echo success=([0-9 -]*)"),
    "log_timeout": re.compile(r"if %WAITED% geq (\d{1,9}) goto no_log"),
    "busy_timeout": re.compile(r"if %WAITED% geq (\d{1,9}) exit /b 1"),
    "tries": re.compile(r"if %TRY% geq (\d{1,9}) exit /b 1"),
}


def script_record(settings: ScriptSettings) -> dict[str, Any]:
    """What the lock file keeps of a script of this version, so that a later one is rendered without a look at it."""
    kept = {field.name: _plain(getattr(settings, field.name)) for field in fields(settings)}
    return {"version": SCRIPT_VERSION, **{name: value for name, value in kept.items() if value not in ("", [])}}


def _plain(value: str | int | tuple[int, ...]) -> str | int | list[int]:
    """ansible-core tags what comes from its variables with its origin, and YAML does not write that."""
    if isinstance(value, tuple):
        return [int(each) for each in value]
    return str(value) if isinstance(value, str) else int(value)


def technology_of(entry: Mapping[str, Any]) -> Technology:
    """The technology of an entry. Raises ValueError for one that nobody knows."""
    try:
        return TECHNOLOGIES[str(entry.get("technology"))]
    except KeyError as exc:
        raise ValueError(Message("the technology {error} is none that is known", error=message_of(exc))) from exc


def script_version(entry: Mapping[str, Any]) -> int:
    """The version of an entry's script: 1 where the lock file says none. Raises ValueError."""
    record = entry.get("script")
    if record is None:
        return 1
    version = record.get("version") if isinstance(record, Mapping) else None
    # Not by type(): a variable of Ansible's is an int of its own kind.
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(Message("script has no usable version ({record})", record=repr(record)))
    return int(version)


def script_versions(releases: Mapping[str, Any]) -> dict[str, int]:
    """The version of each script of ``pronote_releases``, or of a product's part of the lock, by its digest.

    Raises ValueError for a version that is none.
    """
    return {str(entry.get("digest")): script_version(entry) for _release, _arch, entry in _entries(releases)}


def lacks_verb(version: int, verb: str) -> bool:
    """Whether a script of this version cannot be told to do that."""
    return verb not in _VERBS.get(version, {verb})


def old_scripts(releases: Any) -> list[str]:
    """Releases with their architectures, in words, whose script is older than this collection's.

    ``releases`` is ``pronote_releases`` or a product's part of the lock. What cannot be read is left out: it is told
    by those who decide.
    """
    return sorted(f"{release} {arch}" for release, arch, entry in _entries(releases) if _is_old(entry))


def old_scripts_words(named: Sequence[str], command: str) -> Message:
    """What is said of them once in a run. ``command`` renders them anew."""
    return Message(
        "{releases}: published by an earlier version of this collection, whose script may take a setup for ended while "
        "it still works. It is used as it is; rendered anew, without a download, by: {command}",
        releases=", ".join(named),
        command=command,
    )


def _entries(releases: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for release, arches in releases.items() if isinstance(releases, Mapping) else ():
        for arch, entry in arches.items() if isinstance(arches, Mapping) else ():
            if isinstance(entry, Mapping):
                yield str(release), str(arch), entry


def _is_old(entry: Mapping[str, Any]) -> bool:
    try:
        return script_version(entry) < SCRIPT_VERSION
    except ValueError:
        return False
