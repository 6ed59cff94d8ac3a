# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal as JSON that may be attached to a report: of which Windows, and what each assumption came to. Pure.

Nobody and nothing is named in it: no person, station, address, domain, school or folder. That follows from what it is
made of: our own texts, numbers, and words of closed lists. Its schema is docs/rehearsal.schema.json; a change of
meaning is a new version.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from ...module_utils.base.message import with_sources
from ...module_utils.base.numbers import natural
from ..words.words import Words
from .ask import Evidence
from .assumptions import VERDICTS, Found, verdict
from .judge_tools import pages
from .judged import OUTCOMES

__all__ = ["SCHEMA", "document", "kind_of", "windows_of"]

SCHEMA: Final = 1

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
_SZ = re.compile(r"^ *(\w+) +REG_SZ +(\S+)", re.MULTILINE)


def windows_of(evidence: Evidence) -> dict[str, Any]:
    """Which Windows it is; what is none of a closed list is ``other``, and what is no number of a build 0."""
    told = dict(_SZ.findall(evidence.text("windows") or ""))
    shell = dict(
        line.strip().upper().split("=", 1) for line in (evidence.text("environment") or "").split("\n") if "=" in line
    )
    machine = shell.get("PROCESSOR_ARCHITEW6432") or shell.get("PROCESSOR_ARCHITECTURE", "")
    release = told.get("DisplayVersion") or told.get("ReleaseId", "")
    build = told.get("CurrentBuildNumber", "")
    oem, ansi = pages(evidence)
    return {
        "build": (natural(build) or 0) if len(build) <= 6 else 0,
        "release": release if re.fullmatch(r"[0-9]{2}(H[12]|[0-9]{2})", release) else "other",
        "edition": told.get("EditionID", "") if told.get("EditionID") in _EDITIONS else "other",
        "arch": _ARCHES.get(machine, "other"),
        "oem": oem,
        "ansi": ansi,
    }


def kind_of(windows: dict[str, Any]) -> str:
    """What a rehearsal stands for: ``19045-Professional-x64``. Fit for a folder's name."""
    return f"{windows['build']}-{windows['edition']}-{windows['arch']}"


def document(found: Sequence[Found], evidence: Evidence, *, at: str, french: Words) -> dict[str, Any]:
    """The whole as plain data, its texts in English and, as ``…_fr``, in French."""
    concluded = verdict(found, evidence)
    counts = Counter(each.outcome for each in found)
    windows = windows_of(evidence)
    return {
        "schema": SCHEMA,
        "at": at,
        "verdict": concluded,
        "exit_code": VERDICTS[concluded],
        "kind": kind_of(windows),
        "windows": windows,
        "counts": {outcome: counts[outcome] for outcome in OUTCOMES},
        "assumptions": [_row(each, french) for each in found],
    }


def _row(found: Found, french: Words) -> dict[str, Any]:
    texts = {"says": found.assumption.says, "seen": found.seen}
    told = with_sources(texts)
    return {
        "id": found.assumption.key,
        "outcome": found.outcome,
        **{name: told[name] for name in texts},
        **{f"{name}_fr": french.of(text) for name, text in texts.items()},
    }
