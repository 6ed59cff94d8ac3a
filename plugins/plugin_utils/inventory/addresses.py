# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure. Where a station's WinRM is, as the inventory says."""

from __future__ import annotations

import re
from typing import Any

from ...module_utils.base.message import Message

__all__ = ["winrm_address"]


def winrm_address(name: str, variables: Any) -> tuple[str, int]:
    """Where the stock winrm plugin would connect, by the same variables. Raises ValueError."""
    host = str(variables.get("ansible_winrm_host") or variables.get("ansible_host") or name)
    port = str(variables.get("ansible_winrm_port") or variables.get("ansible_port") or 5986)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(Message("its port is {port} (ansible_port, ansible_winrm_port)", port=repr(port)))
    return host, int(port)
