# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a whole zip of somebody else's without believing it: sizes, names, passwords, checksums. Nothing is unpacked to
disk.

What a hostile zip can do to its reader, and what stops it here: a directory of entries larger than memory (its size is
read first), entries that unfold without end (bytes are counted as they come), compressions that take gigabytes for a
dictionary (only the two that EDT may use), names outside the folder (counted, never used or shown). Pure.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from ...module_utils.checks.findings import CheckError

__all__ = ["ZipLimits", "check_zip"]

_CHUNK = 1 << 16
_END = b"PK\x05\x06"
_END_SIZE = 22
_END64_LOCATOR = b"PK\x06\x07"
_LONGEST_COMMENT = (1 << 16) - 1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, kw_only=True)
class ZipLimits:
    """Beyond them reading stops. ``unpacked`` is in bytes; a ratio matters only above ``free`` bytes."""

    unpacked: int = 4 << 30
    entries: int = 10_000
    directory: int = 16 << 20
    ratio: int = 200
    free: int = 64 << 20


def check_zip(file: IO[bytes], *, path: str, size: int, limits: ZipLimits) -> int:
    """Read every entry to its end; returns how many there are. Raises CheckError with the first thing that is wrong."""
    _check_end(file, path=path, size=size, limits=limits)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_directory(entries, limits)
            _read_all(archive, entries, packed=size, limits=limits)
            return len(entries)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, ValueError, EOFError) as exc:
        raise CheckError("archive_no_directory") from exc


def _check_end(file: IO[bytes], *, path: str, size: int, limits: ZipLimits) -> None:
    """Look at the end record before zipfile reads all that it announces into memory."""
    file.seek(0)
    start = file.read(4)
    file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - 20))
    tail = file.read()
    at = tail.rfind(_END, 0, len(tail) - _END_SIZE + len(_END))
    if at < 0 or len(tail) - at < _END_SIZE:
        # The end is what a broken copy lacks.
        raise CheckError("archive_truncated" if start == b"PK\x03\x04" else "archive_not_zip", path=path)
    entries, directory = struct.unpack("<HL", tail[at + 10 : at + 16])
    for bomb, reason in (
        # Written for 65,535 files or 4 GB only, and its figures would beat the ones just read.
        (tail[max(0, at - 20) : at].startswith(_END64_LOCATOR), "zip64"),
        (entries > limits.entries, f"{entries} > {limits.entries}"),
        (directory > limits.directory, f"{directory} > {limits.directory}"),
    ):
        if bomb:
            raise CheckError("archive_bomb", reason=reason)


def _check_directory(entries: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    # Not is_dir(), which on Python 3.11 and 3.12 looks at the last character of a name that may have none.
    if all(entry.filename.endswith("/") for entry in entries):
        raise CheckError("archive_no_entry")
    if len(entries) > limits.entries:
        raise CheckError("archive_bomb", reason=f"{len(entries)} > {limits.entries}")
    for code, bad in (
        ("archive_unsafe_names", sum(map(_is_unsafe, entries))),
        ("archive_encrypted", sum(bool(entry.flag_bits & 1) for entry in entries)),
        ("archive_method", sum(entry.compress_type not in _METHODS for entry in entries)),
    ):
        if bad:
            raise CheckError(code, n=bad, entries=len(entries))


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    # orig_filename: zipfile cuts names at a zero byte and turns the separators of its own platform.
    name = entry.orig_filename.replace("\\", "/")
    parts = name.split("/")
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return link or not name or name.startswith("/") or ".." in parts or ":" in name or not name.isprintable()


def _read_all(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, packed: int, limits: ZipLimits) -> None:
    unpacked = bad = 0
    for entry in entries:
        try:
            with archive.open(entry) as content:
                while chunk := content.read(_CHUNK):
                    unpacked += len(chunk)
                    if unpacked > limits.unpacked:
                        raise CheckError("archive_bomb", reason=f"> {limits.unpacked}")
                    if unpacked > limits.free and unpacked > packed * limits.ratio:
                        raise CheckError("archive_bomb", reason=f"1 : {limits.ratio}")
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
            bad += 1
    if bad:
        raise CheckError("archive_corrupt", n=bad, entries=len(entries))
