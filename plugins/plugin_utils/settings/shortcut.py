# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows shortcut (``.lnk``), as bytes. Pure.

Written by the controller: making one on the station takes a script host, which policies forbid. Layout: [MS-SHLLINK]
2.1 header, 2.3 LinkInfo, 2.4 StringData, 2.5.4 EnvironmentVariableDataBlock; no LinkTargetIDList, which is optional.
"""

from __future__ import annotations

import itertools
import struct
import uuid

from ...module_utils.base.message import Message

__all__ = ["shortcut"]

_CLASS = uuid.UUID("00021401-0000-0000-c000-000000000046")
# HasLinkInfo, HasName, HasWorkingDir, HasArguments, HasIconLocation, IsUnicode, HasExpString.
_FLAGS = 0x2 | 0x4 | 0x10 | 0x20 | 0x40 | 0x80 | 0x200
_ARCHIVE, _NORMAL_WINDOW, _FIXED_DRIVE = 0x20, 1, 3
_LONGEST = 259  # characters of a path in the environment block


def shortcut(target: str, *, arguments: str, description: str) -> bytes:
    """A shortcut to a program on a fixed drive, in a normal window, with the program's own icon.

    The same arguments always give the same bytes. Raises ValueError for a target that is no such path.
    """
    if target[1:3] != ":\\" or len(target) > _LONGEST or "\0" in target + arguments + description:
        raise ValueError(Message("{target} is not a path that a shortcut can lead to", target=repr(target)))
    header = struct.pack(
        "<I16sIIQQQIIIHHII", 0x4C, _CLASS.bytes_le, _FLAGS, _ARCHIVE, 0, 0, 0, 0, 0, _NORMAL_WINDOW, 0, 0, 0, 0
    )
    strings = (description, target.rpartition("\\")[0], arguments, target)
    return header + _link_info(target) + b"".join(_string(text) for text in strings) + _environment(target) + bytes(4)


def _ansi(text: str) -> bytes:
    """What programs of before Unicode see; the Unicode fields are beside it."""
    return text.encode("cp1252", "replace") + b"\0"


def _string(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<H", len(data) // 2) + data


def _link_info(target: str) -> bytes:
    volume = struct.pack("<IIII", 0x11, _FIXED_DRIVE, 0, 0x10) + b"\0"
    ansi, wide = _ansi(target), target.encode("utf-16-le") + b"\0\0"
    # Behind the header: volume, path, empty suffix, and the last two once more in Unicode.
    parts, size = (volume, ansi, b"\0", wide, b"\0\0"), 0x24
    _other, at_ansi, at_suffix, at_wide, at_wide_suffix, total = itertools.accumulate(map(len, parts), initial=size)
    fields = (total, size, 1, size, at_ansi, 0, at_suffix, at_wide, at_wide_suffix)
    return struct.pack("<9I", *fields) + b"".join(parts)


def _environment(target: str) -> bytes:
    wide = target.encode("utf-16-le")
    return struct.pack("<II", 0x314, 0xA0000001) + _ansi(target).ljust(260, b"\0") + wide.ljust(520, b"\0")
