# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure. Where a station's WinRM is, as the inventory says."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["winrm_address"]


def winrm_address(name: str, variables: Any) -> tuple[str, int]:
    """Where the stock winrm plugin would connect, by the same variables. Raises ValueError."""
    host = str(variables.get("ansible_winrm_host") or variables.get("ansible_host") or name)
    port = str(variables.get("ansible_winrm_port") or variables.get("ansible_port") or 5986)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"its port is {port!r} (ansible_port, ansible_winrm_port)")
    return host, int(port)
