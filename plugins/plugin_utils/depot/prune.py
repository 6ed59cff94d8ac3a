# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out what the schools of an inventory need, and remove the rest from a depot folder and the lock file.

I/O: the network, files and Ansible.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError

from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import headed_diff, lines_diff
from ...module_utils.product.release import Release
from ...module_utils.server.release import HostedOptions, served_release
from ..inventory.schools import said, school_of
from .prune_rules import (
    Needs,
    decide,
    locked_releases,
    prune_lock,
    split_place,
)
from .publish import not_a_lock, read_lock

__all__ = ["gather_needs", "prune"]


def gather_needs(hosts: Mapping[str, Mapping[str, Any]], *, keep: Iterable[str], options: HostedOptions) -> Needs:
    """Read the hosted server of every school and the holds of every host. Raises ValueError for a bad release.

    ``hosts`` are the variables of every host of the inventory, whatever the limit.
    """
    running: dict[Release, str] = {}
    last_known: dict[Release, str] = {}
    unknown: list[str] = []
    held: dict[Release, str] = {Release.parse(release): Message("kept on request") for release in keep}
    seen: set[tuple[str, str]] = set()
    for name, variables in hosts.items():
        try:
            uai, url = school_of(variables, strict=True), said(variables, "pronote_server_url", strict=True)
            pinned = [said(variables, f"pronote_{what}_release", strict=True) for what in ("client", "audit")]
            held |= {
                Release.parse(release): Message("{name} is held at it", name=name) for release in pinned if release
            }
        except (AnsibleError, ValueError) as exc:
            unknown.append(Message("{name}: {error}", name=name, error=message_of(exc)))
            continue
        if not uai or (uai, url) in seen:
            continue
        seen.add((uai, url))
        served = served_release(uai, url, options=options)
        if served.client is None:
            unknown.append(served.error)
        elif served.stale:
            last_known[served.client] = served.error
        else:
            running.setdefault(served.client, Message("{uai} runs it", uai=uai))
    return Needs(running=running, held=held, last_known=last_known, unknown=unknown)


def _places(depot: Path) -> list[str]:
    """Folders of the depot that look like a release's architecture; a link is not followed."""
    found = [*depot.glob("*/*"), *depot.glob("*/*/*")]
    return [str(path.relative_to(depot)) for path in found if path.is_dir() and not path.is_symlink()]


def _remove(folder: Path, depot: Path) -> None:
    """Unpublish first, then delete; a folder above that is empty now goes too."""
    (folder / "install.cmd").unlink(missing_ok=True)
    shutil.rmtree(folder)
    for above in folder.parents:
        if above == depot or any(above.iterdir()):
            return
        above.rmdir()


def prune(
    needs: Needs, *, depot: Path, elsewhere: Iterable[str], lock_file: Path | None, check: bool
) -> dict[str, Any]:
    """Remove what nobody needs. ``elsewhere``: folders of a published copy, decided on alike and returned.

    The lock file is first: a release that it does not name any more is offered to no station. Raises ValueError,
    OSError.
    """
    places = {place: found for place in [*_places(depot), *elsewhere] if (found := split_place(place))}
    lock = read_lock(lock_file) or {}
    try:
        published = [*((product, release) for product, release, _other in places.values()), *locked_releases(lock)]
        decisions = decide(published, needs)
        new_lock = prune_lock(lock, decisions)
    except ValueError as exc:
        raise not_a_lock(lock_file or depot, message_of(exc)) from exc
    gone = {(decision.product, decision.release) for decision in decisions if decision.prune}
    folders = sorted(place for place, (product, release, _other) in places.items() if (product, release) in gone)
    there = [place for place in sorted(places) if (depot / place).is_dir()]
    here = [place for place in there if place in folders]
    if not check:
        if lock_file is not None and new_lock != lock:
            _write_lock(lock_file, new_lock)
        for place in here:
            _remove(depot / place, depot)
    diff = [lines_diff(f"{depot}/", there, sorted({*there} - {*here}))]
    if lock_file is not None:
        diff.append(headed_diff(str(lock_file), *(yaml.safe_dump(each, sort_keys=False) for each in (lock, new_lock))))
    return {
        "changed": bool(here) or new_lock != lock,
        "pruned": folders,
        "kept": [
            {"product": each.product, "release": str(each.release), "why": each.why}
            for each in decisions
            if not each.prune
        ],
        "diff": diff,
    }


def _write_lock(lock_file: Path, lock: dict[str, Any]) -> None:
    """Written under the comment that heads the file."""
    lines = lock_file.read_text(encoding="utf-8").splitlines(keepends=True)
    body = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    content = "".join(lines[:body]) + yaml.safe_dump(lock, sort_keys=False)
    write_atomically(lock_file, content.encode(), mode=0o644)
