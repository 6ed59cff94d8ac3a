# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station's protection makes of an installation: one that is undone at the next start, or one that may not run.

Everything is in the first reading (``overview.py``): processes, and a few values of the registry. Only a station with
Windows' own write filter (UWF) is asked once more, whether it is in force. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = [
    "FREEZER_IMAGES",
    "PROTECTION_VALUES",
    "UWF_NAMESPACE",
    "UWF_QUERY",
    "Freezer",
    "code_integrity",
    "find_freezer",
    "policies",
]

_DEEP_FREEZE = r"HKLM\SOFTWARE\Faronics\Deep Freeze 6"
PROTECTION_VALUES: tuple[tuple[str, str, str], ...] = (
    # Deep Freeze's own word for its state, "Frozen" or "Thawed" (Faronics; scripts of other administrators read it).
    (_DEEP_FREEZE, "DF Status", "/reg:32"),
    (_DEEP_FREEZE, "DF Status", "/reg:64"),
    # The filter's driver: only where the feature is installed.
    (r"HKLM\SYSTEM\CurrentControlSet\Services\uwfvol", "Start", ""),
    # 1 in S mode (the answer file's setting of the same name), and with Smart App Control in force.
    (r"HKLM\SYSTEM\CurrentControlSet\Control\CI\Policy", "SkuPolicyRequired", ""),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\CI\Policy", "VerifiedAndReputablePolicyState", ""),
    # Group policies: AppLocker's rules for scripts, a CodeIntegrity policy, rules of attack surface reduction.
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script", "EnforcementMode", ""),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", "DeployConfigCIPolicy", ""),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR",
        "ExploitGuard_ASR_Rules",
        "",
    ),
)
"""Key, value and view of what the first reading asks for; the names of the values are told apart by nothing else."""

UWF_NAMESPACE = "root/standardcimv2/embedded"
UWF_QUERY = "select CurrentEnabled from UWF_Filter"

# Services of programs that undo changes at each start; what they call themselves in their uninstall entries.
_DF_SERVICES = frozenset({"dfserv.exe", "df5serv.exe"})
_SERVICES = {"shdserv.exe": "Reboot Restore Rx", "shadowdefender.exe": "Shadow Defender"}
FREEZER_IMAGES = _DF_SERVICES | _SERVICES.keys()
"""Processes of what undoes changes at each start, in lower case."""


@dataclass(frozen=True, kw_only=True)
class Freezer:
    """What puts the station back at each start. ``asks_wmi``: WMI says whether it is in force."""

    name: str
    asks_wmi: bool = False


def find_freezer(values: Mapping[str, str], images: Iterable[str]) -> Freezer | None:
    """What is at work on a station; None for nothing, and for a Deep Freeze that says of itself that it is thawed.

    ``values``: of ``PROTECTION_VALUES``, by name. ``images``: names of the processes. One whose state cannot be known
    counts as in force: whether an installation stays shows at the next start.
    """
    running = {image.lower() for image in images}
    status = values.get("DF Status", "").strip().lower()
    if running & _DF_SERVICES or status:
        # The service runs in both states.
        return None if status.startswith("thaw") else Freezer(name="Deep Freeze")
    if found := sorted(name for image, name in _SERVICES.items() if image in running):
        return Freezer(name=found[0])
    if "Start" in values:
        return Freezer(name="UWF", asks_wmi=True)
    return None


def _is_one(value: str) -> bool:
    return re.fullmatch(r"0x0*1", value.strip(), re.IGNORECASE) is not None


def policies(values: Mapping[str, str]) -> list[str]:
    """Group policies that may refuse scripts and programs, by their names."""
    names = {"EnforcementMode": "AppLocker", "DeployConfigCIPolicy": "WDAC", "ExploitGuard_ASR_Rules": "ASR rules"}
    return [name for value, name in names.items() if _is_one(values.get(value, ""))]


def code_integrity(values: Mapping[str, str], edition: str) -> str:
    """What lets run only programs that are listed: ``s_mode``, ``se``, ``smart_app_control``; empty for nothing."""
    if _is_one(values.get("SkuPolicyRequired", "")):
        return "s_mode"
    # Windows 11 SE ("CloudEdition", CloudEditionN): only what its policy lists.
    if edition.lower().startswith("cloudedition"):
        return "se"
    return "smart_app_control" if _is_one(values.get("VerifiedAndReputablePolicyState", "")) else ""
