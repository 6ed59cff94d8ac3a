# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role writes under AWX, held against what its container has mounted. I/O: files, Ansible."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from .earlier import EARLIER
from .findings import Finding
from .lasting import PLACES, SAID_BEFORE, mounts_of, remedy_of, thrown
from .setting import Setting, Settings

__all__ = ["passing"]

_MOUNTS: Final = Path("/proc/self/mountinfo")
# Whoever has it writes recordings, into pronote_response_dir unless an earlier name says another folder.
_RECORDS, _STORE = "pronote_record_modes", "pronote_record_store"
# Whoever has it writes reports that somebody waits for.
_REPORTS, _EXPORTS = "pronote_reports_dir", "pronote_audit_exports"


def passing(
    settings: Settings,
    play: Sequence[str],
    options: Collection[str],
    template: Callable[[Any, str], Any],
    folders: Sequence[str],
) -> Iterator[Finding]:
    """Places that end with this job, of those that the role's ``options`` name. None without ``awx_job_id``.

    ``folders``: of the inventory, where things lie when nobody says it. Raises OSError without /proc.
    """
    if not play or settings.value(play[0], "awx_job_id") is None:
        return
    mounts = mounts_of(_MOUNTS.read_text(encoding="utf-8", errors="replace"))
    records = _RECORDS in options
    for of in (name for name in PLACES if name in options and (name != _REPORTS or _EXPORTS in options)):
        by_value: dict[tuple[str, str | None], list[str]] = {}
        for host in play:
            for name in [_STORE] if _is_store(settings, host, of, records) else _said_by(settings, host, of):
                value = settings.value(host, name)
                by_value.setdefault((name, None if value is None else str(value)), []).append(host)
        for (name, value), hosts in by_value.items():
            if value is None and not PLACES[of]:
                continue
            raw = (
                PLACES[of].format(folder=folders[0] if folders else "")
                if value is None
                else _worked(settings.value(hosts[0], name), hosts[0], template)
            )
            if raw is None:
                continue  # it has its own line
            path = os.path.realpath(Path(os.path.expandvars(raw)).expanduser())
            fact = thrown(name, raw, path=path, is_set=value is not None, is_read=not records, mounts=mounts)
            if fact is not None:
                place = _place(settings, name)
                yield Finding(place=place, fact=fact, remedy=remedy_of(name), hosts=frozenset(hosts))


def _is_store(settings: Settings, host: str, name: str, records: bool) -> bool:
    return records and name == "pronote_response_dir" and settings.value(host, _STORE) is not None


def _said_by(settings: Settings, host: str, name: str) -> list[str]:
    """The variables that say a place for a host: its own, or else earlier names; its own where nobody says it."""
    earlier = [each for each in SAID_BEFORE if EARLIER[each] == name and settings.value(host, each) is not None]
    return [name] if settings.value(host, name) is not None or not earlier else earlier


def _worked(value: Any, host: str, template: Callable[[Any, str], Any]) -> str | None:
    try:
        return str(template(value, host))
    except Exception:  # noqa: BLE001  (whatever a template comes to)
        return None


def _place(settings: Settings, name: str) -> str:
    found: Setting | None = next((each for each, _group, _host in settings.each() if each.name == name), None)
    return found.place if found is not None else ""
