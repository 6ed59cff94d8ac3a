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
from ..station.kind import arch_of, build_of, edition_of, kind_of
from ..words.words import Words
from .ask import Evidence
from .assumptions import VERDICTS, Found, verdict
from .judge_tools import pages
from .judged import OUTCOMES

__all__ = ["SCHEMA", "document", "windows_of"]

SCHEMA: Final = 1

_SZ = re.compile(r"^ *(\w+) +REG_SZ +(\S+)", re.MULTILINE)


def windows_of(evidence: Evidence) -> dict[str, Any]:
    """Which Windows it is; what is none of a closed list is ``other``, and what is no number of a build 0."""
    told = dict(_SZ.findall(evidence.text("windows") or ""))
    shell = dict(
        line.strip().upper().split("=", 1) for line in (evidence.text("environment") or "").split("\n") if "=" in line
    )
    release = told.get("DisplayVersion") or told.get("ReleaseId", "")
    oem, ansi = pages(evidence)
    return {
        "kind": kind_of(told, shell),
        "build": build_of(told),
        "release": release if re.fullmatch(r"[0-9]{2}(H[12]|[0-9]{2})", release) else "other",
        "edition": edition_of(told),
        "arch": arch_of(shell),
        "oem": oem,
        "ansi": ansi,
    }


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
        "kind": windows.pop("kind"),
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
