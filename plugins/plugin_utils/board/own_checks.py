# SPDX-License-Identifier: GPL-3.0-or-later
"""What proves operations 1 and 8, and the attested ones. Pure; the reading is in ``plugin_utils/board/look.py``.

The gate of a deployment asks the same function about operation 1 as the board.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.times import iso_of
from ...module_utils.checks.findings import Report
from ...module_utils.product.release import Release
from ...module_utils.server.description import ServedRelease
from ..audit.history import LastWord
from ..audit.status import JUDGED
from ..depot.lock import published_arches
from .attestation import Attestation, current

__all__ = ["Depot", "attested", "check_audit", "check_release", "only_finding"]


@dataclass(frozen=True, kw_only=True)
class Depot:
    """What was found of a release in the depot's folder. ``files`` None: the folder is not on this controller."""

    path: str
    files: int | None
    problem: str = ""


def only_finding(operation: int, code: str, **values: object) -> Report:
    """The report of an operation about which there is one thing to say."""
    report = Report(operation=operation)
    report.find(code, **values)
    return report


def check_release(server: ServedRelease, *, year: int, releases: Any, depot: Depot | None = None) -> Report:
    """Operation 1: the server's release belongs to the year, and the depot holds that release's installer.

    ``releases`` is the contents of the lock file; ``depot`` None: the depot's files were not asked for.
    """
    report = Report(operation=1)
    if server.release is None:
        return only_finding(1, "server_unreadable", fact=server.fact)
    release = server.release.client
    report.prove("release", release=server.release, date=iso_of(server.read_at), source=server.server)
    if release.year < year and server.error:
        # It may have moved on since: last year's release of last month proves nothing.
        report.find("server_unreadable", fact=server.error)
        return report
    if server.error:
        report.find("server_stale", fact=server.error)
    if release.year < year:
        report.find("release_other_year", release=release, year=year)
        return report
    if release.year > year:
        report.find("release_later_year", release=release, year=year)
    _depot(report, release, releases, depot)
    report.find("release_no_proof")
    return report


def _depot(report: Report, release: Release, releases: Any, depot: Depot | None) -> None:
    arches = published_arches(releases, release)
    if not arches:
        report.find("release_unpublished", release=release)
        return
    report.prove("published", release=release, arches=", ".join(arches), date="", source="pronote_releases")
    if depot is None:
        return
    if depot.problem:
        report.find("depot_wrong", problem=depot.problem)
    elif depot.files is None:
        if depot.path:
            report.find("depot_not_read", path=depot.path)
        else:
            report.find("depot_not_given")
    else:
        report.prove("depot_verified", n=depot.files, date="", source=depot.path)


def check_audit(
    known: Collection[LastWord], *, stations: Collection[str], year: int, release: Release | None, source: str
) -> Report:
    """Operation 8, from the last word on each of the school's stations. ``release``: what its server runs now.

    Each station was last audited at a moment of its own and compared with the release of that moment, or with one that
    the inventory asked for: only those that were compared with *one* release can be counted together.
    """
    if not known:
        return only_finding(8, "audit_none", path=source)
    total, client = len(known), release.client if release is not None else None
    audited = client if client in {_expected(each) for each in known} else _newest(known)
    if audited is None:
        return only_finding(8, "audit_no_release")
    read = [each for each in known if each.record["status"] in JUDGED]
    same = [each for each in read if _expected(each) == audited]
    good = sum(each.record["status"] == "compliant" for each in same)
    last = max(each.at for each in known)
    report = Report(operation=8)
    report.prove("audit", n=good, total=total, release=audited, date=last, source=source)
    if audited.year != year:
        report.find("audit_other_year", audited=audited, year=year)
    elif client is not None and audited != client:
        report.find("audit_other_release", audited=audited, release=client)
    for code, number in (
        ("stations_behind", len(same) - good),
        ("stations_other_release", len(read) - len(same)),
        ("stations_unseen", total - len(read)),
    ):
        if number:
            report.find(code, n=number, total=total, release=audited)
    if client is None and any(each.record["pinned"] for each in same):
        report.find("audit_pinned", release=audited)
    if earlier := [each.at for each in known if each.at < last]:
        report.find("audit_partial", n=len(earlier), total=total, date=min(earlier)[:10])
    if left_out := set(stations) - {each.record["station"] for each in known}:
        report.find("stations_left_out", n=len(left_out))
    return report


def _expected(known: LastWord) -> Release | None:
    """The release that a station was last compared with."""
    try:
        return Release.parse(known.record["expected"] or "")
    except ValueError:
        return None


def _newest(known: Collection[LastWord]) -> Release | None:
    """The newest that a server was read to run; one that the inventory asked for only where there is no other."""
    read = [each for each in known if not each.record["pinned"] and _expected(each) is not None]
    return max((release for each in read or known if (release := _expected(each)) is not None), default=None)


def attested(operation: int, rows: Sequence[Attestation]) -> tuple[Report, str]:
    """An attested operation, and the newest date in force (empty for none)."""
    report = Report(operation=operation)
    of_operation = [row for row in rows if row.operation == operation]
    in_force = current(of_operation)
    by_id = {row.id: row for row in of_operation}
    for row in in_force:
        source = f"attestation {row.id}, {row.at[:10]}"
        report.prove("attested", name=row.name, role=row.role, date=row.done_on, source=source)
        if row.digest:
            report.prove("attested_file", digest=row.digest, date=row.done_on, source=source)
    for row in of_operation:
        if row.revokes is not None and (was := by_id.get(row.revokes)):
            report.find(
                "attestation_revoked", name=was.name, date=was.done_on, by=row.name, at=row.at[:10], reason=row.reason
            )
    if not in_force:
        report.find("not_attested")
    return report, max((row.done_on for row in in_force), default="")
