# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installer's file says of itself, against what was asked for. Pure.

An InstallShield setup is a 32-bit launcher whatever it installs, so the machine in its PE header can refuse a 64-bit
file for 32-bit Windows, and nothing else. Its version resource is the project's to fill in: what is there and clear
must agree, and what is not there proves nothing (docs/fidelity.md, "The download site").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release

__all__ = ["contradictions", "not_a_program"]

I386, AMD64, ARM64 = 0x14C, 0x8664, 0xAA64
"""IMAGE_FILE_HEADER.Machine (Microsoft PE format, "Machine Types")."""

_NAMES = ("ProductName", "FileDescription", "InternalName", "OriginalFilename")
_VERSIONS = ("ProductVersion", "FileVersion")
_BITS = re.compile(r"(?<![A-Za-z0-9])(?:win|x)?(32|64|86)(?:[ -]?bits?)?(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
_MARKED = re.compile(r"(?:win|x)\d\d|\d\d[ -]?bits?", re.ASCII | re.IGNORECASE)
_ARCHES = {"64": "x64", "32": "x86", "86": "x86"}


def not_a_program(head: bytes) -> str:
    """Why a file that begins with ``head`` is no Windows program; empty when it may be one."""
    if head.startswith(b"MZ"):
        return ""
    if not head:
        return Message("it is empty")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
        return Message(
            "it is an HTML page: the site answered with a page (an error, a login, a proxy) instead of the file"
        )
    return Message("it is not a Windows program")


def contradictions(machine: int, strings: Mapping[str, str], *, product: str, release: Release, arch: str) -> list[str]:
    """What in the file says that it is another one than was asked for, in words; empty when nothing does."""
    found: list[str] = []
    if machine == ARM64 or (arch == "x86" and machine == AMD64):
        kind = format(machine, "#x")
        found.append(Message("its PE header is for machine {kind}, which no {arch} Windows runs", kind=kind, arch=arch))
    for name in _NAMES:
        value = strings.get(name, "")
        said = {_ARCHES[m[1]] for m in _BITS.finditer(value) if _MARKED.fullmatch(m[0])}
        if said and arch not in said:
            found.append(Message("its {name} is {value}", name=name, value=repr(value)))
        years = {key: year for key, each in PRODUCTS.items() if (year := each.display_name.search(value))}
        if years and (product not in years or int(years[product][1]) != release.year):
            found.append(Message("its {name} is {value}", name=name, value=repr(value)))
    for name in _VERSIONS:
        # None for the launcher's own version (25.0.0.764), and for none at all.
        stated = Release.from_file_version(strings.get(name, ""))
        if stated is not None and stated != release:
            found.append(Message("its {name} is {value}", name=name, value=stated))
    return list(dict.fromkeys(found))
