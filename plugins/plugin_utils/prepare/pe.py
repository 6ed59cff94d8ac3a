# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a PE file says of itself: its machine, and the strings of its version resource. I/O: files and Ansible."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, message_of
from ..words.early import said_early

try:
    import pefile
except ImportError as exc:
    _LACKING = Message("programs cannot be read here; pip install -r requirements.txt in the environment")
    raise AnsibleError(said_early(_LACKING)) from exc

__all__ = ["promised_size", "read_facts"]


@contextmanager
def _opened(path: Path) -> Iterator[pefile.PE]:
    """A program's headers. Raises ValueError when it is no PE file.

    Not closed by the library, whose ``close`` collects the garbage of the whole process: a tenth of a second.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield pefile.PE(data=content, fast_load=True)
    except pefile.PEFormatError as exc:
        raise ValueError(Message("it is not a whole Windows program ({error})", error=message_of(exc))) from exc


def promised_size(path: Path) -> int:
    """How many bytes the headers say that there are: sections, and the signatures after them.

    Raises ValueError when it is no PE file.
    """
    with _opened(path) as program:
        ends = [section.PointerToRawData + section.SizeOfRawData for section in program.sections]
        directories = program.OPTIONAL_HEADER.DATA_DIRECTORY
        number = pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_SECURITY"]
        if len(directories) > number:
            # Its address is an offset in the file (PE format, "The Attribute Certificate Table").
            ends.append(directories[number].VirtualAddress + directories[number].Size)
        return int(max(ends, default=0))


def read_facts(path: Path) -> tuple[int, dict[str, str]]:
    """The machine of the PE header, and the version strings by name (none without such a resource).

    Raises ValueError when it is no PE file.
    """
    with _opened(path) as program:
        program.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
        tables = [
            table
            for info in getattr(program, "FileInfo", [])
            for block in info
            for table in getattr(block, "StringTable", [])
        ]
        strings = {_text(key): _text(value) for table in tables for key, value in table.entries.items()}
        return int(program.FILE_HEADER.Machine), strings


def _text(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").replace("\0", " ").split())
