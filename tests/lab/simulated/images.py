"""Executable images: what a simulated ``.exe`` holds.

An ``MZ`` header, a marker, a JSON manifest, then filler. What runs is decided by the file's bytes alone, so a copy, a
download or a truncated file behaves as it would on Windows: a truncated image does not start and has no version.

What a vendor publishes is a real PE file, so that controllers can check its signature and its headers; the image is
then in a section of it (``LAB_SECTION``), and a signature at the file's end is no part of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..pe import find_section
from .content import UNREAD, Content

__all__ = ["LAB_SECTION", "Image", "build_image", "parse_image"]

LAB_SECTION = ".lab"
_MARKER = b"MZ\x90\x00lab-image-1\n"
_HEAD_LIMIT = 1 << 20
_PE_HEADERS = 4096


@dataclass(frozen=True, kw_only=True)
class Image:
    """What the file says about itself."""

    kind: str  # "tool", "setup", "client", "idle"
    name: str
    arch: str  # "x64", "x86"
    # Four-part file and product version of the version resource; None: no version resource.
    version: str | None = None
    company: str = ""
    size: int = 0
    manifest: dict[str, Any] = field(default_factory=dict)


def build_image(
    *,
    kind: str,
    name: str,
    arch: str = "x64",
    version: str | None = None,
    company: str = "",
    size: int = 0,
    manifest: dict[str, Any] | None = None,
) -> Content:
    """An image file of at least ``size`` bytes."""
    fields = {"kind": kind, "name": name, "arch": arch, "version": version, "company": company, "size": size}
    body = json.dumps({**fields, "manifest": manifest or {}}, ensure_ascii=True, sort_keys=True).encode()
    head = _MARKER + f"{len(body):08d}\n".encode() + body + b"\n"
    if len(head) > _HEAD_LIMIT:
        raise ValueError(f"the manifest of {name} is too large: {len(head)} bytes")
    return Content.padded(head, size)


def parse_image(content: Content) -> Image | None:
    """The image a file holds; None when it is not one, or is incomplete."""
    if content.image is UNREAD:
        content.image = _parsed(content)
    return content.image if isinstance(content.image, Image) else None


def _parsed(content: Content) -> Image | None:
    head = content.read(0, _PE_HEADERS)
    begin = 0 if head.startswith(_MARKER) else find_section(head, LAB_SECTION)
    if begin is None or content.read(begin, begin + len(_MARKER)) != _MARKER:
        return None
    start = begin + len(_MARKER)
    try:
        length = int(content.read(start, start + 8))
        fields = json.loads(content.read(start + 9, start + 9 + length))
    except ValueError:
        return None
    image = Image(**fields)
    return image if content.size - begin >= image.size else None
