# SPDX-License-Identifier: GPL-3.0-or-later
"""Which script each school gets: its release, its depot, and what the lock file has published. I/O: Ansible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, enumerated, message_of
from ...module_utils.product.products import PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ..depot.lock import locked_entry
from ..depot.script import technology_of
from ..inventory.schools import said, school_of
from .script import StartupScript

__all__ = ["SchoolScripts", "scripts_of"]

_ARCHS: Final = ("x64", "x86")
# It names a folder.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", re.ASCII)
# The name of today, and as they are read: the client's own depot was there beside that of everything.
_DEPOT: Final = ("pronote_depot_url", ("pronote_client_depot", "pronote_depot_url"))
_REVOCATION: Final = ("pronote_depot_revocation", ("pronote_depot_revocation", "pronote_client_depot_revocation"))


@dataclass
class SchoolScripts:
    """``scripts`` by school; ``held``: those that keep the script that they have, and why; ``problems`` in words."""

    scripts: dict[str, StartupScript] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def scripts_of(
    hostvars: Mapping[str, Mapping[str, Any]],
    hosts: Iterable[str],
    *,
    wanted: Mapping[Release, Iterable[str]],
    lock: Mapping[str, Any],
    spread: int,
    rate: str,
    hold: Callable[[Release], str],
) -> SchoolScripts:
    """``wanted``: the schools that need each release. ``hold``: why nobody gets one yet, empty for no reason.

    A school that cannot have one does not keep another from it. Raises ValueError for a lock file that is none.
    """
    found = SchoolScripts()
    of_school: dict[str, list[str]] = {}
    for host in hosts:
        of_school.setdefault(school_of(hostvars[host]) or host, []).append(host)
    for release, schools in wanted.items():
        for school in schools:
            if why := hold(release) or _unpublished(lock, release):
                found.held[school] = why
                continue
            try:
                found.scripts[school] = _script(
                    hostvars,
                    of_school.get(school, []),
                    school=school,
                    release=release,
                    lock=lock,
                    spread=spread,
                    rate=rate,
                )
            except (ValueError, AnsibleError) as exc:
                found.problems.append(Message("{name}: {error}", name=school, error=message_of(exc)))
    return found


def _script(
    hostvars: Mapping[str, Mapping[str, Any]],
    hosts: Iterable[str],
    *,
    school: str,
    release: Release,
    lock: Mapping[str, Any],
    spread: int,
    rate: str,
) -> StartupScript:
    """Raises ValueError, AnsibleError."""
    if not _NAME.fullmatch(school):
        raise ValueError(Message("{name} cannot name a folder", name=repr(school)))
    published = _published(lock, release)
    return StartupScript(
        release=release,
        depot=_only(hostvars, hosts, *_DEPOT),
        digests={arch: str(entry["digest"]) for arch, entry in published.items()},
        updates=frozenset(
            arch for arch, entry in published.items() if (technology_of(entry).update_response or "") in entry["files"]
        ),
        spread=spread,
        rate=rate,
        revocation=_only(hostvars, hosts, *_REVOCATION) or "require",
    )


def _published(lock: Mapping[str, Any], release: Release) -> dict[str, Mapping[str, Any]]:
    """By architecture. Raises ValueError."""
    entries = {arch: locked_entry(lock, release, arch, product=PRONOTE_CLIENT) for arch in _ARCHS}
    return {arch: entry for arch, entry in entries.items() if entry is not None}


def _unpublished(lock: Mapping[str, Any], release: Release) -> str:
    if _published(lock, release):
        return ""
    told: str = Message("release {release} is not published yet (playbooks/prepare.yml)", release=release)
    return told


def _only(hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str], told: str, names: Sequence[str]) -> str:
    """What the stations of a school all say of the first of these variables that is set. Raises ValueError."""
    values = {
        next((value for name in names if (value := said(hostvars[host], name, strict=True))), "") for host in hosts
    }
    if len(values) > 1:
        raise ValueError(
            Message(
                "its stations do not agree about {name} ({values}), and there is one script for them all: write it for "
                "each part of the school by itself (--limit, and another folder)",
                name=told,
                values=enumerated(sorted(values)),
            )
        )
    return next(iter(values), "")
