"""Executable images: what a simulated ``.exe`` holds.

An ``MZ`` header, a marker, a JSON manifest, then filler. What runs is decided by the file's bytes alone, so a copy, a
download or a truncated file behaves as it would on Windows: a truncated image does not start and has no version.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .content import Content

__all__ = ["Image", "build_image", "parse_image"]

_MARKER = b"MZ\x90\x00lab-image-1\n"
_HEAD_LIMIT = 1 << 20


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
    start = len(_MARKER)
    if content.read(0, start) != _MARKER:
        return None
    try:
        length = int(content.read(start, start + 8))
        fields = json.loads(content.read(start + 9, start + 9 + length))
    except ValueError:
        return None
    image = Image(**fields)
    return image if content.size >= image.size else None
