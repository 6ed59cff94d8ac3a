# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of Windows a station has, in words of closed lists: what a rehearsal on one stands for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...module_utils.base.numbers import natural

__all__ = ["REHEARSAL", "arch_of", "build_of", "edition_of", "kind_of"]

REHEARSAL: Final = "rehearsal.json"
"""What a rehearsal writes, in a folder of its kind."""

_EDITIONS: Final = frozenset(
    f"{name}{suffix}"
    for name in (
        *("Core", "CoreSingleLanguage", "CoreCountrySpecific", "Professional", "ProfessionalWorkstation"),
        *("ProfessionalEducation", "Education", "Enterprise", "EnterpriseS", "IoTEnterprise", "IoTEnterpriseS"),
        *("CloudEdition", "ServerStandard", "ServerDatacenter"),
    )
    for suffix in ("", "N")
)
_ARCHES: Final = {"AMD64": "x64", "X86": "x86", "ARM64": "arm64"}


def build_of(windows: Mapping[str, str]) -> int:
    """Of the registry's values; 0 for what is no number of a build."""
    told = windows.get("CurrentBuildNumber", "")
    return (natural(told) or 0) if len(told) <= 6 else 0


def edition_of(windows: Mapping[str, str]) -> str:
    """EditionID of the registry; ``other`` for one that is not in our list."""
    told = windows.get("EditionID", "")
    return told if told in _EDITIONS else "other"


def arch_of(environment: Mapping[str, str]) -> str:
    """Of Windows, not of the cmd that was asked. ``environment``: names in capitals."""
    told = environment.get("PROCESSOR_ARCHITEW6432") or environment.get("PROCESSOR_ARCHITECTURE", "")
    return _ARCHES.get(told.upper(), "other")


def kind_of(windows: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """``19045-Professional-x64``, fit for a folder's name."""
    return f"{build_of(windows)}-{edition_of(windows)}-{arch_of(environment)}"
