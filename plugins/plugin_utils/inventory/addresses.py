# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure. The addresses of a station as the inventory gives them: of its network card, and of its WinRM."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["parse_mac", "winrm_address"]

_SHAPES = re.compile(
    r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2}|[0-9A-Fa-f]{12}",
    re.ASCII,
)


def parse_mac(text: str) -> str:
    """A MAC address as ``00:11:22:aa:bb:cc``. Raises ValueError."""
    given = str(text).strip()
    if not _SHAPES.fullmatch(given):
        raise ValueError(f"{given[:40]!r} is not a MAC address, which looks like 00:11:22:aa:bb:cc")
    digits = re.sub(r"[^0-9a-f]", "", given.lower())
    if digits in {"0" * 12, "f" * 12} or int(digits[1], 16) & 1:
        raise ValueError(f"{given!r} is not the address of one network card (zero, broadcast or multicast)")
    return ":".join(re.findall("..", digits))


def winrm_address(name: str, variables: Any) -> tuple[str, int]:
    """Where the stock winrm plugin would connect, by the same variables. Raises ValueError."""
    host = str(variables.get("ansible_winrm_host") or variables.get("ansible_host") or name)
    port = str(variables.get("ansible_winrm_port") or variables.get("ansible_port") or 5986)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"its port is {port!r} (ansible_port, ansible_winrm_port)")
    return host, int(port)
