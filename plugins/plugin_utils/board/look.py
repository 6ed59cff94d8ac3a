# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the eight operations of schools: hosted server, depot, files, ENT, store; stations are not asked.

The one exception is the workstation with the EDT archive, when a school names it. Schools are looked at side by side: a
hosted server or a workstation that does not answer costs its own school a timeout, not the others.
I/O: the station, the store, the network and files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import message_of
from ...module_utils.base.times import moment
from ...module_utils.checks.cas_ask import CasRequest, check_cas
from ...module_utils.checks.export_judge import ExportRequirements
from ...module_utils.checks.export_read import ExportRequest, check_export
from ...module_utils.product.release import Release
from ...module_utils.server.description import ServedRelease
from ...module_utils.server.release import HostedOptions, served_release
from ..archive.read import archive_on_controller
from ..archive.zip_check import ZipLimits
from ..depot.lock import arches_of
from ..words.words import Words
from .board import Facts, board
from .kept import StoredFacts, read_stored
from .own_checks import (
    Depot,
    check_release,
    only_finding,
)
from .schools import School
from .workstations import asked_of, on_workstations

__all__ = ["Sources", "boards"]

_AT_ONCE = 16
_MAX_ARCHIVE, _MAX_UNPACKED = 4 << 30, 4 << 30
_MAX_EXPORT = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What all schools share. ``releases`` is the lock file's contents, ``server`` how hosted servers are asked; empty
    paths: there is none.

    ``inventory`` is every station that there is, whatever the limit.
    """

    store: str
    inventory: Collection[str]
    depot: str
    releases: Any
    server: HostedOptions
    words: Words


def boards(schools: list[School], sources: Sources) -> list[dict[str, Any]]:
    """The board of every school, in the order of UAIs."""
    kept = read_stored(sources.store, schools, inventory=sources.inventory)
    # One more than look at schools: the one that hands them out.
    with ThreadPoolExecutor(max_workers=_AT_ONCE + 1) as pool:
        looking = pool.submit(_look, pool, schools, kept, sources)
        # In this thread, which hears signals (survey/ending.py).
        archives = on_workstations(schools)
        looks = looking.result()
    return [
        _board(school, look, archives.get(school.uai), sources) for school, look in zip(schools, looks, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What was seen of a school, its workstation apart. ``dates``: those of its attestations."""

    server: ServedRelease
    reports: dict[int, Mapping[str, Any]]
    dates: dict[int, str]


def _look(pool: ThreadPoolExecutor, schools: list[School], kept: StoredFacts, sources: Sources) -> list[_Look]:
    options = sources.server
    read = list(pool.map(lambda each: served_release(each.uai, each.server_url, options=options), schools))
    # Hundreds of schools share a few releases, and an installer has 150 MB.
    depots = {release: _depot(sources, release) for release in {each.release.client for each in read if each.release}}
    return list(pool.map(lambda school, server: _look_at(school, server, depots, kept, sources), schools, read))


def _look_at(
    school: School, server: ServedRelease, depots: Mapping[Release, Depot | None], kept: StoredFacts, sources: Sources
) -> _Look:
    depot = depots.get(server.release.client) if server.release else None
    reports: dict[int, Mapping[str, Any]] = {
        1: check_release(server, year=school.year, releases=sources.releases, depot=depot).as_dict(),
        8: kept.audit(school, server).as_dict(),
    }
    dates = {}
    for number, (report, date) in kept.attested(school).items():
        reports[number], dates[number] = report.as_dict(), date
    for number, check in ((2, _archive), (5, _cas), (6, _export)):
        try:
            if (found := check(school, sources, dates.get(3, ""))) is not None:
                reports[number] = found
        except (ValueError, OSError) as exc:
            # A variable of this school that is not what it must be, say: the other schools have their boards.
            reports[number] = only_finding(number, "check_failed", fact=message_of(exc)).as_dict()
    return _Look(server=server, reports=reports, dates=dates)


def _board(school: School, look: _Look, archive: dict[str, Any] | None, sources: Sources) -> dict[str, Any]:
    reports = look.reports if archive is None else {**look.reports, 2: archive}
    facts = Facts(
        year=school.year,
        release=look.server.release,
        archive=str((reports[2].get("archive") or {}).get("modified") or ""),
        export=str((reports[6].get("export") or {}).get("date") or ""),
        attested=look.dates,
    )
    return {
        "school": school.uai,
        "name": school.name,
        "year": school.year,
        "operations": board(reports, facts, words=sources.words),
    }


def _depot(sources: Sources, release: Release) -> Depot | None:
    """Read the depot's files of a release again, against the digests of the lock file."""
    entries = arches_of(sources.releases, release)
    if not entries:
        return None
    folder = Path(sources.depot).expanduser()
    if not sources.depot or not folder.is_dir():
        return Depot(path=sources.depot, files=None)
    read = 0
    for arch, entry in sorted(entries.items()):
        wanted = {"install.cmd": entry.get("digest"), **(entry.get("files") or {})}
        for name, digest in sorted(wanted.items()):
            path = folder / str(release) / str(arch) / str(name)
            try:
                if sha256_of(path) != str(digest).lower():
                    return Depot(path=str(folder), files=read, problem=f"{path} ≠ SHA-256 {digest}")
            except OSError as exc:
                return Depot(path=str(folder), files=read, problem=f"{path}: {exc.strerror or exc}")
            read += 1
    return Depot(path=str(folder), files=read)


def _archive(school: School, _sources: Sources, _initialised: str) -> dict[str, Any] | None:
    """None for one that is on a workstation."""
    if school.workstation is not None:
        return None
    if not school.edt_path:
        return only_finding(2, "archive_not_configured").as_dict()
    limits = ZipLimits(unpacked=_MAX_UNPACKED)
    asked = asked_of(school)
    return archive_on_controller(school.edt_path, max_size=_MAX_ARCHIVE, limits=limits, **asked)


def _cas(school: School, sources: Sources, _initialised: str) -> dict[str, Any]:
    request = CasRequest(
        uai=school.uai,
        url=school.server_url,
        ent_host=school.ent_cas_host,
        options=sources.server,
        cas_ca_path=school.ent_ca_path or None,
    )
    return check_cas(request)


def _export(school: School, _sources: Sources, initialised: str) -> dict[str, Any]:
    """The export counts from the day of operation 3 on: what was exported from last year's base is not it."""
    if not school.export_path:
        return only_finding(6, "export_not_configured").as_dict()
    wanted = ExportRequirements(
        uai=school.uai,
        year=school.year,
        partner=school.export_partner,
        newer_than=moment(initialised or school.since),
    )
    request = ExportRequest(
        path=school.export_path,
        wanted=wanted,
        max_size=_MAX_EXPORT,
        previous=school.export_previous or "",
    )
    # Nothing is written: no fingerprint and no details are asked for.
    return check_export(request, check=True)
