# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a PE file says of itself: its machine, and the strings of its version resource."""

from __future__ import annotations

from pathlib import Path

from ansible.errors import AnsibleError

try:
    import pefile
except ImportError as exc:
    raise AnsibleError("programs cannot be read here; pip install -r requirements.txt in the environment") from exc

__all__ = ["promised_size", "read_facts"]


def promised_size(path: Path) -> int:
    """How many bytes the headers say that there are: sections, and the signatures after them.

    Raises ValueError when it is no PE file.
    """
    try:
        with pefile.PE(str(path), fast_load=True) as program:
            ends = [section.PointerToRawData + section.SizeOfRawData for section in program.sections]
            directories = program.OPTIONAL_HEADER.DATA_DIRECTORY
            number = pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_SECURITY"]
            if len(directories) > number:
                # Its address is an offset in the file (PE format, "The Attribute Certificate Table").
                ends.append(directories[number].VirtualAddress + directories[number].Size)
            return int(max(ends, default=0))
    except pefile.PEFormatError as exc:
        raise ValueError(f"it is not a whole Windows program ({exc})") from exc


def read_facts(path: Path) -> tuple[int, dict[str, str]]:
    """The machine of the PE header, and the version strings by name (none without such a resource).

    Raises ValueError when it is no PE file.
    """
    try:
        with pefile.PE(str(path), fast_load=True) as program:
            program.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
            strings: dict[str, str] = {}
            for info in getattr(program, "FileInfo", []):
                for block in info:
                    for table in getattr(block, "StringTable", []):
                        for key, value in table.entries.items():
                            strings[_text(key)] = _text(value)
            return int(program.FILE_HEADER.Machine), strings
    except pefile.PEFormatError as exc:
        raise ValueError(f"it is not a whole Windows program ({exc})") from exc


def _text(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").replace("\0", " ").split())
