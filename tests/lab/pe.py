"""A small, well-formed PE file around any content: headers, a version resource, the content in a section of its own.

Enough of Microsoft's "PE Format" for what reads files without running them: Authenticode tools, version resources, and
the simulated stations, which look for the section.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["MACHINES", "find_section", "make_pe"]

MACHINES = {"x86": 0x14C, "x64": 0x8664, "arm64": 0xAA64}
_FILE_ALIGNMENT, _SECTION_ALIGNMENT = 0x200, 0x1000
_PE_OFFSET = 0x80
_RT_VERSION, _LANGUAGE = 16, 0x040C


def _padded(content: bytes, to: int) -> bytes:
    return content + bytes(-len(content) % to)


def _node(key: str, value: bytes, *, text: bool, children: bytes = b"", length: int | None = None) -> bytes:
    """One node of a version resource (VS_VERSIONINFO, StringFileInfo, StringTable, String)."""
    head = struct.pack("<HHH", 0, len(value) if length is None else length, int(text)) + (key + "\0").encode(
        "utf-16-le"
    )
    body = _padded(head, 4) + value
    if children:
        body = _padded(body, 4) + children
    return struct.pack("<H", len(body)) + body[2:]


def _version_info(strings: Mapping[str, str], version: tuple[int, int, int, int]) -> bytes:
    high, low = (version[0] << 16) | version[1], (version[2] << 16) | version[3]
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, high, low, high, low, 0x3F, 0, 0x40004, 1, 0, 0, 0)
    table = b""
    for key, value in strings.items():
        encoded = (value + "\0").encode("utf-16-le")
        table += _padded(_node(key, encoded, text=True, length=len(encoded) // 2), 4)
    block = _node(f"{_LANGUAGE:04x}04b0", b"", text=True, children=table)
    return _node("VS_VERSION_INFO", fixed, text=False, children=_node("StringFileInfo", b"", text=True, children=block))


def _resources(info: bytes, at: int) -> bytes:
    """A resource directory with one leaf: type, name, language, data."""
    tree = b""
    for level, number in enumerate((_RT_VERSION, 1, _LANGUAGE)):
        following = (level + 1) * 24
        tree += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1) + struct.pack(
            "<II", number, following | (0x80000000 if level < 2 else 0)
        )
    return tree + struct.pack("<IIII", at + len(tree) + 16, len(info), 0, 0) + info


def make_pe(
    content: bytes,
    *,
    arch: str = "x86",
    strings: Mapping[str, str] | None = None,
    version: tuple[int, int, int, int] = (1, 0, 0, 0),
    section: str = ".lab",
) -> bytes:
    """A PE file for a machine; ``strings`` None: without a version resource."""
    wide = arch != "x86"
    sections: list[tuple[str, bytes]] = [(".text", b"\xc3")]
    if strings is not None:
        sections.append((".rsrc", b""))
    sections.append((section, content))
    optional_size = 240 if wide else 224
    headers_size = len(_padded(bytes(_PE_OFFSET + 24 + optional_size + 40 * len(sections)), _FILE_ALIGNMENT))
    table, raw, resources = b"", b"", (0, 0)
    address, offset = _SECTION_ALIGNMENT, headers_size
    for name, given in sections:
        data = _resources(_version_info(strings or {}, version), address) if name == ".rsrc" else given
        if name == ".rsrc":
            resources = (address, len(data))
        stored = _padded(data, _FILE_ALIGNMENT)
        flags = 0x60000020 if name == ".text" else 0x40000040
        table += struct.pack("<8sIIIIIIHHI", name.encode(), len(data), address, len(stored), offset, 0, 0, 0, 0, flags)
        raw += stored
        offset += len(stored)
        address += len(_padded(bytes(len(data) % _SECTION_ALIGNMENT), _SECTION_ALIGNMENT))
        address += len(data) // _SECTION_ALIGNMENT * _SECTION_ALIGNMENT
    dos = struct.pack("<2s58xI", b"MZ", _PE_OFFSET) + bytes(_PE_OFFSET - 64)
    coff = struct.pack("<HHIIIHH", MACHINES[arch], len(sections), 0, 0, 0, optional_size, 0x22 if wide else 0x102)
    optional = struct.pack(
        "<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, _FILE_ALIGNMENT, 0, 0, _SECTION_ALIGNMENT, 0x1000
    )
    optional += struct.pack("<Q", 0x140000000) if wide else struct.pack("<II", 0x2000, 0x400000)
    optional += struct.pack(
        "<IIHHHHHHIIIIHH", _SECTION_ALIGNMENT, _FILE_ALIGNMENT, 6, 0, 0, 0, 6, 0, 0, address, headers_size, 0, 2, 0
    )
    optional += struct.pack("<QQQQ" if wide else "<IIII", 0x100000, 0x1000, 0x100000, 0x1000) + struct.pack(
        "<II", 0, 16
    )
    directories = bytearray(128)
    struct.pack_into("<II", directories, 2 * 8, *resources)
    return _padded(dos + b"PE\0\0" + coff + optional + bytes(directories) + table, headers_size) + raw


def find_section(head: bytes, section: str = ".lab") -> int | None:
    """The file offset of a section, from the first bytes of a PE file; None when it has none, or is no PE file."""
    try:
        if head[:2] != b"MZ":
            return None
        (pe,) = struct.unpack_from("<I", head, 60)
        if head[pe : pe + 4] != b"PE\0\0":
            return None
        (count,) = struct.unpack_from("<H", head, pe + 6)
        (optional_size,) = struct.unpack_from("<H", head, pe + 20)
        for index in range(count):
            name, _size, _address, _stored, offset = struct.unpack_from(
                "<8sIIII", head, pe + 24 + optional_size + 40 * index
            )
            if name.rstrip(b"\0").decode("latin-1") == section:
                return int(offset)
    except struct.error:
        return None
    return None
