# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight of this run has found, for the tasks that come after it: whom they leave alone, and why.

In the folder that Ansible makes for a run, and clears away: no other run has it. I/O: Ansible and files.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ansible import constants

from ..station.errors import InventoryError
from .findings import Finding, finding_of, held_by

__all__ = ["Kept", "held", "keep", "kept"]

_NAME = "rentree_pronote_preflight.json"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """``looked_at``: the hosts, each with the role that it was looked at for; ``said``: lines that were shown."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


def _file() -> Path:
    # Made before the first fork.
    folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
    return Path(folder) / _NAME


def keep(findings: Sequence[Finding], *, looked_at: Iterable[str], said: Iterable[str]) -> None:
    """Raises OSError."""
    data = {"findings": [f.as_dict() for f in findings], "looked_at": sorted(looked_at), "said": sorted(said)}
    _file().write_text(json.dumps(data), encoding="utf-8")


def kept() -> Kept:
    """What was kept; nothing in a run without a preflight. Raises OSError, ValueError."""
    try:
        return _read(_file())
    except FileNotFoundError:
        return Kept()


def held(name: str) -> InventoryError | None:
    """Why a station is left alone; None for one that is in order."""
    file = _file()
    try:
        key = file, file.stat().st_mtime_ns
    except OSError:
        return None
    found = _held(key).get(name)
    return None if found is None else InventoryError(found.said, remedy=found.remedy)


@functools.lru_cache(maxsize=1)
def _held(key: tuple[Path, int]) -> dict[str, Finding]:
    """By a file as it was written then."""
    return held_by(_read(key[0]).findings)


def _read(file: Path) -> Kept:
    data = json.loads(file.read_text(encoding="utf-8"))
    return Kept(
        findings=[finding_of(each) for each in data["findings"]],
        looked_at=frozenset(data["looked_at"]),
        said=frozenset(data["said"]),
    )
