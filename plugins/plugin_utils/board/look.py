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
from ...module_utils.base.times import moment
from ...module_utils.checks.cas_ask import CasRequest, check_cas
from ...module_utils.checks.export_judge import ExportRequirements
from ...module_utils.checks.export_read import ExportRequest, check_export
from ...module_utils.product.release import Release
from ...module_utils.server.description import ServedRelease
from ...module_utils.server.release import HostedOptions, served_release
from ..archive.judge import WantedArchive
from ..archive.read import (
    archive_on_controller,
    archive_on_station,
)
from ..archive.zip_check import ZipLimits
from ..depot.lock import arches_of
from ..station.errors import StationError
from ..station.winrm import WinrmStation
from .board import Facts, board
from .kept import StoredFacts, read_stored
from .own_checks import (
    Depot,
    check_release,
    only_finding,
)
from .schools import School

__all__ = ["Sources", "boards"]

_AT_ONCE = 16
_MAX_ARCHIVE, _MAX_UNPACKED, _MIN_ARCHIVE = 4 << 30, 4 << 30, 1024
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
    language: str


def boards(schools: list[School], sources: Sources) -> list[dict[str, Any]]:
    """The board of every school, in the order of UAIs."""
    options = sources.server
    kept = read_stored(sources.store, schools, inventory=sources.inventory)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        read = list(pool.map(lambda each: served_release(each.uai, each.server_url, options=options), schools))
        # Hundreds of schools share a few releases, and an installer has 150 MB.
        depots = {
            release: _depot(sources, release) for release in {each.release.client for each in read if each.release}
        }
        return list(
            pool.map(lambda each: _board(each[0], each[1], depots, kept, sources), zip(schools, read, strict=True))
        )


def _board(
    school: School, server: ServedRelease, depots: Mapping[Release, Depot | None], kept: StoredFacts, sources: Sources
) -> dict[str, Any]:
    language = sources.language
    depot = depots.get(server.release.client) if server.release else None
    reports: dict[int, Mapping[str, Any]] = {
        1: check_release(server, year=school.year, releases=sources.releases, depot=depot).as_dict(language),
        8: kept.audit(school, server).as_dict(language),
    }
    dates = {}
    for number, (report, date) in kept.attested(school).items():
        reports[number], dates[number] = report.as_dict(language), date
    for number, check in ((2, _archive), (5, _cas), (6, _export)):
        try:
            reports[number] = check(school, sources, dates.get(3, ""))
        except (ValueError, OSError) as exc:
            # A variable of this school that is not what it must be, say: the other schools have their boards.
            reports[number] = only_finding(number, "check_failed", fact=exc).as_dict(language)
    facts = Facts(
        year=school.year,
        release=server.release,
        archive=str((reports[2].get("archive") or {}).get("modified") or ""),
        export=str((reports[6].get("export") or {}).get("date") or ""),
        attested=dates,
    )
    return {
        "school": school.uai,
        "name": school.name,
        "year": school.year,
        "operations": board(reports, facts, language=language),
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


def _archive(school: School, sources: Sources, _initialised: str) -> dict[str, Any]:
    if not school.edt_path:
        return only_finding(2, "archive_not_configured").as_dict(sources.language)
    wanted = WantedArchive(
        newer_than=moment(school.edt_newer_than or school.since),
        previous_size=school.edt_previous_size,
        smallest_ratio=0.5,
        largest_ratio=3.0,
        min_size=_MIN_ARCHIVE,
        sha256=school.edt_sha256,
    )
    common: dict[str, Any] = {"wanted": wanted, "year": school.year, "installed": None, "language": sources.language}
    if not school.edt_station:
        limits = ZipLimits(unpacked=_MAX_UNPACKED)
        return archive_on_controller(school.edt_path, max_size=_MAX_ARCHIVE, limits=limits, **common)
    try:
        station = WinrmStation(school.connection)
        return archive_on_station(station, school.edt_path, name=school.edt_station, **common)
    except StationError as exc:
        # No way to it is even configured.
        fact = exc.fact_fr if sources.language == "fr" else exc.fact
        return only_finding(2, "check_failed", fact=fact).as_dict(sources.language)


def _cas(school: School, sources: Sources, _initialised: str) -> dict[str, Any]:
    request = CasRequest(
        uai=school.uai,
        url=school.server_url,
        ent_host=school.ent_cas_host,
        options=sources.server,
        cas_ca_path=school.ent_ca_path or None,
    )
    return check_cas(request, language=sources.language)


def _export(school: School, sources: Sources, initialised: str) -> dict[str, Any]:
    """The export counts from the day of operation 3 on: what was exported from last year's base is not it."""
    if not school.export_path:
        return only_finding(6, "export_not_configured").as_dict(sources.language)
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
        language=sources.language,
        previous=school.export_previous or "",
    )
    # Nothing is written: no fingerprint and no details are asked for.
    return check_export(request, check=True)
