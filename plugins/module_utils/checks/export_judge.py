# SPDX-License-Identifier: GPL-3.0-or-later
"""What an export of identifiers proves about operation 6. Pure."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from ..base.message import Message
from ..base.times import iso, moment
from .export import NAMESPACE, Export
from .export_compare import Difference
from .export_people import KINDS, PROBLEMS
from .findings import CheckError, Report

__all__ = ["ExportRequirements", "describe", "export_date", "export_uai", "judge", "judge_comparison"]

_UAI = re.compile(r"\d{7}[A-Z]", re.ASCII)
# "PRONOTE … 2013 - 0.5.14" is known; the shape since 2024 is not (2024.3.9 is the guess).
_SOFTWARE = re.compile(r"\b(20\d\d)\b(?:\s*-\s*|\.)?([\d.]*)", re.ASCII)
_YEAR = re.compile(r"20\d\d", re.ASCII)
_PARTNER = re.compile(r"[\w .'()-]{1,60}")
_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y", "%Y%m%d%H%M%S", "%Y%m%d")


@dataclass(frozen=True, kw_only=True)
class ExportRequirements:
    """What the export should be; empty for what is not checked."""

    uai: str = ""
    year: int = 0
    partner: str = ""
    newer_than: dt.datetime | None = None


def export_uai(export: Export) -> str:
    """The school that the file names, or nothing."""
    text = (export.facts.get("uai") or export.facts.get("rne") or "").strip().upper()
    return text if _UAI.fullmatch(text) else ""


def _software(export: Export) -> tuple[int, str]:
    match = _SOFTWARE.search(export.facts.get("logiciel", ""))
    if not match:
        return 0, ""
    rest = match[2].strip(".")
    return int(match[1]), f"PRONOTE {match[1]}" + (f".{rest}" if rest else "")


def _years(export: Export) -> list[int]:
    """The years that the file names: the school year's, as in PRONOTE's releases, and the software's."""
    begins = _YEAR.search(export.facts.get("anneescolaire", ""))
    years = [int(begins[0]) if begins else 0, _software(export)[0]]
    return [year for year in years if year]


def _partners(export: Export) -> list[str]:
    return [partner for partner in export.partners if _PARTNER.fullmatch(partner)]


def export_date(export: Export) -> dt.datetime | None:
    """When the file says that it was made. Its shape is not public: ISO 8601 and French shapes are read."""
    text = export.facts.get("dateheure", "").strip()
    if not text:
        return None
    for shape in _DATES:
        with contextlib.suppress(ValueError, OverflowError):
            return dt.datetime.strptime(text, shape).astimezone()
    with contextlib.suppress(ValueError):
        return moment(text)
    return None


def describe(export: Export, *, modified: dt.datetime) -> dict[str, Any]:
    """What the file is, for the result: no name and no identifier."""
    made = export_date(export)
    years, (_other, software) = _years(export), _software(export)
    return {
        "form": "encrypted" if export.encrypted else "clear",
        "encoding": export.encoding,
        "uai": export_uai(export),
        "software": software,
        "year": years[0] if years else None,
        "partners": _partners(export),
        "date": iso(made or modified),
        "counts": export.people.counts(),
        "unknown_elements": export.unknown,
        "problems": {
            problem: {"count": lines.count, "lines": sorted(lines.first)}
            for problem, lines in export.people.problems.items()
        },
    }


def judge(
    report: Report, export: Export, wanted: ExportRequirements, *, path: str, modified: dt.datetime, now: dt.datetime
) -> None:
    """Add what this export proves, and what stands against it. Raises CheckError for what is no export at all."""
    if not export.recognised:
        raise CheckError("export_other_root")
    if export.encoding == "utf-16":
        report.find("export_utf16")
    elif export.encoding == "utf-8-sig":
        report.find("export_bom")
    _origin(report, export, wanted)
    _date(report, export, wanted, modified=modified, now=now)
    date = iso(export_date(export) or modified)
    if export.encrypted:
        report.prove("export_envelope", date=date, source=path)
        _envelope(report, export)
    else:
        report.prove("export", date=date, source=path)
        _people(report, export, date=date, path=path)


def _origin(report: Report, export: Export, wanted: ExportRequirements) -> None:
    uai, years, partners = export_uai(export), _years(export), _partners(export)
    if not uai:
        report.find("export_school_unknown")
    elif wanted.uai and uai != wanted.uai:
        report.find("export_other_school", found=uai, expected=wanted.uai)
    others = [year for year in years if year != wanted.year]
    if not years:
        report.find("export_year_unknown")
    elif wanted.year and others:
        report.find("export_other_year", found=others[0], expected=wanted.year)
    if wanted.partner and not partners:
        report.find("export_partner_unknown")
    elif wanted.partner and wanted.partner.casefold() not in {partner.casefold() for partner in partners}:
        report.find("export_other_partner", found=", ".join(partners), expected=wanted.partner)


def _date(
    report: Report, export: Export, wanted: ExportRequirements, *, modified: dt.datetime, now: dt.datetime
) -> None:
    made = export_date(export)
    if made is None:
        report.find("export_date_of_file")
    report.find_age(made or modified, newer_than=wanted.newer_than, now=now)


def _envelope(report: Report, export: Export) -> None:
    if export.namespace != NAMESPACE:
        report.find("envelope_other_namespace")
    if not export.content:
        report.find("envelope_no_content")
    elif not export.content_sound:
        report.find("envelope_bad_content")
    else:
        report.find("export_encrypted")
    if export.unknown:
        report.find("export_unknown_elements", n=export.unknown)


def _people(report: Report, export: Export, *, date: str, path: str) -> None:
    counts = {kind: count["people"] for kind, count in export.people.counts().items()}
    if export.unknown:
        report.find("export_unknown_elements", n=export.unknown)
    if not len(export.people):
        report.find("export_no_people")
        return
    report.prove(
        "export_people",
        date=date,
        source=path,
        people=Message.plural("{n} person", "{n} people", len(export.people)),
        teachers=Message.plural("{n} teacher", "{n} teachers", counts["Professeur"]),
        pupils=Message.plural("{n} pupil", "{n} pupils", counts["Eleve"]),
        parents=Message.plural("{n} guardian", "{n} guardians", counts["Responsable"]),
        others=Message.plural("{n} other", "{n} others", counts["other"]),
    )
    for kind in KINDS:
        if not counts[kind]:
            report.find("export_kind_missing", kind=kind)
    for problem in PROBLEMS:
        lines = export.people.problems[problem]
        if lines.count:
            report.find(f"ids_{problem}", n=lines.count, lines=lines)


def judge_comparison(report: Report, difference: Difference, *, date: str, source: str) -> None:
    """Add what became of the identifiers of the previous export."""
    report.prove(
        "compared",
        date=date,
        source=source,
        kept=Message.plural("{n} identifier kept", "{n} identifiers kept", difference.kept),
        gone=Message.plural("{n} gone", "{n} gone", difference.gone),
        new=Message.plural("{n} new", "{n} new", difference.new),
    )
    for code in ("lost", "changed", "reassigned"):
        count = getattr(difference, code)
        if count:
            report.find(f"ids_{code}", n=count)
