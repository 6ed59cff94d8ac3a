# SPDX-License-Identifier: GPL-3.0-or-later
"""What people type to name a school, a host and a network card, brought to one form. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .message import Message

__all__ = ["host_of", "parse_mac", "parse_uai"]

_UAI = re.compile(r"\d{7}[A-Z]", re.ASCII | re.IGNORECASE)
_MAC = re.compile(
    r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2}|[0-9A-Fa-f]{12}",
    re.ASCII,
)


def parse_uai(text: str) -> str:
    """Normalise a UAI to seven digits and an upper-case letter. Raises ValueError."""
    stripped = str(text).strip()
    if not _UAI.fullmatch(stripped):
        raise ValueError(
            Message("{given} is not a UAI, which is seven digits and a letter as in 0310001A", given=repr(text))
        )
    return stripped.upper()


def host_of(text: str) -> str:
    """The host of an address, or the host that is given alone; lower case, empty when there is none."""
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return ""
    return (host or "").rstrip(".").lower()


def parse_mac(text: str) -> str:
    """A MAC address as ``00:11:22:aa:bb:cc``. Raises ValueError."""
    given = str(text).strip()
    if not _MAC.fullmatch(given):
        raise ValueError(
            Message("{given} is not a MAC address, which looks like 00:11:22:aa:bb:cc", given=repr(given[:40]))
        )
    digits = re.sub(r"[^0-9a-f]", "", given.lower())
    if digits in {"0" * 12, "f" * 12} or int(digits[1], 16) & 1:
        raise ValueError(
            Message("{given} is not the address of one network card (zero, broadcast or multicast)", given=repr(given))
        )
    return ":".join(re.findall("..", digits))
