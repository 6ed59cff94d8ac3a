# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. The files of ``kosmos_export_info``: the export, the previous one, and the two that are written on request."""

from __future__ import annotations

import csv
import datetime as dt
import io
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..base.clock import utc_now
from ..base.files import write_atomically
from ..base.message import Message, message_of
from ..base.text import cell
from ..base.times import iso
from .export import Export, read_export
from .export_compare import (
    Difference,
    Fingerprint,
    compare,
    fingerprint_key,
)
from .export_judge import (
    ExportRequirements,
    describe,
    export_date,
    export_uai,
    judge,
    judge_comparison,
)
from .export_people import Detail
from .findings import CheckError, Report
from .local_file import local_file

__all__ = ["ExportRequest", "check_export"]

_MAX_DETAILS = 10_000


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """Which files, and what is wanted of them. Sizes are bytes."""

    path: str
    wanted: ExportRequirements
    max_size: int
    previous: str = ""
    previous_fingerprint: str = ""
    fingerprint_dest: str = ""
    fingerprint_key: str = ""
    details_dest: str = ""


def check_export(request: ExportRequest, *, check: bool) -> dict[str, Any]:
    """Read, judge, compare; write what was asked for unless ``check``. The result has no personal data.

    Raises ValueError for a key that is too short, OSError when a file that was asked for cannot be written.
    """
    # Without a key of its user's the hashes serve this run alone.
    key = fingerprint_key(request.fingerprint_key) if request.fingerprint_key else secrets.token_bytes(32)
    report = Report(operation=6)
    details: list[Detail] = []
    described, difference = None, None
    try:
        export, modified = _read(request.path, key, request.max_size, _collector(request, details))
        judge(report, export, request.wanted, path=request.path, modified=modified, now=utc_now())
        described = describe(export, modified=modified)
        if not export.encrypted:
            difference = _compare(report, request, export, key)
            if not check:
                _write(request, export, described["date"], key)
    except CheckError as exc:
        report.find(exc.code, **exc.values)
        # What was met before the file turned out to be broken is of no use to anybody.
        details.clear()
    if request.details_dest and not check:
        write_atomically(Path(request.details_dest), _table(details), mode=0o600)
    return {
        **report.as_dict(),
        "export": described,
        "comparison": asdict(difference) if difference else None,
    }


def _collector(request: ExportRequest, details: list[Detail]) -> Callable[[Detail], None] | None:
    def tell(detail: Detail) -> None:
        if len(details) < _MAX_DETAILS:
            details.append(detail)

    return tell if request.details_dest else None


def _read(
    path: str, key: bytes, max_size: int, tell: Callable[[Detail], None] | None = None
) -> tuple[Export, dt.datetime]:
    with local_file(path, max_size=max_size) as file:
        return read_export(file.content, path=path, key=key, tell=tell), file.modified


def _compare(report: Report, request: ExportRequest, export: Export, key: bytes) -> Difference | None:
    source = request.previous or request.previous_fingerprint
    if not source:
        return None
    try:
        before = _previous(request, key, uai=export_uai(export))
    except (CheckError, ValueError) as exc:
        # The same sentence as for the export itself, about the other file.
        report.find(
            "previous_unusable", path=source, reason=exc.text if isinstance(exc, CheckError) else message_of(exc)
        )
        return None
    difference = compare(before.pairs, export.people.pairs())
    judge_comparison(report, difference, date=before.date, source=source)
    return difference


def _previous(request: ExportRequest, key: bytes, *, uai: str) -> Fingerprint:
    """What is kept of the previous export of this school. Raises CheckError, ValueError."""
    if request.previous:
        export, modified = _read(request.previous, key, request.max_size)
        if export.encrypted:
            raise ValueError(Message("an encrypted export cannot be compared"))
        before = _fingerprint(export, iso(export_date(export) or modified))
    else:
        with local_file(request.previous_fingerprint, max_size=request.max_size) as file:
            before = Fingerprint.load(file.content.read(), key)
    if before.uai and uai and before.uai != uai:
        raise ValueError(f"{before.uai} ≠ {uai}")
    return before


def _fingerprint(export: Export, date: str) -> Fingerprint:
    return Fingerprint(uai=export_uai(export), date=date, pairs=export.people.pairs())


def _write(request: ExportRequest, export: Export, date: str, key: bytes) -> None:
    if request.fingerprint_dest:
        write_atomically(Path(request.fingerprint_dest), _fingerprint(export, date).dump(key), mode=0o600)


def _table(details: list[Detail]) -> bytes:
    """For a spreadsheet: semicolons and a byte order mark, as a French Excel reads them."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerow(["ligne", "anomalie", "genre", "identifiant", "nom", "prenom"])
    for detail in sorted(details, key=lambda each: each.line):
        texts = (detail.problem, detail.kind, detail.identifier, detail.last_name, detail.first_name)
        writer.writerow([detail.line, *map(cell, texts)])
    return b"\xef\xbb\xbf" + table.getvalue().encode("utf-8", "replace")
