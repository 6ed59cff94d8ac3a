# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store keeps of schools for the board: attestations, and the last word of audits on each station."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...module_utils.checks.findings import Report
from ...module_utils.server.description import ServedRelease
from ..audit.history import Known
from ..audit.kept import last_words
from ..store.store import Store, StoreError
from .attestation import ATTESTED, Attestation
from .attestations_kept import of_school
from .own_checks import attested, check_audit
from .schools import School

__all__ = ["Kept", "read_kept"]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was read of the store, once for all schools. ``problem``: why it could not be."""

    path: str
    problem: str = ""
    attestations: dict[str, Sequence[Attestation]] = field(default_factory=dict)
    audited: dict[str, list[Known]] = field(default_factory=dict)

    def attested(self, school: School) -> dict[int, tuple[Report, str]]:
        """Operations 3, 4 and 7, each with the newest date in force."""
        if self.problem:
            return {number: (self._unreadable(number), "") for number in ATTESTED}
        rows = self.attestations.get(school.uai, ())
        return {number: attested(number, rows) for number in ATTESTED}

    def audit(self, school: School, server: ServedRelease) -> Report:
        """Operation 8."""
        if self.problem:
            return self._unreadable(8)
        return check_audit(
            self.audited.get(school.uai, ()),
            stations=school.stations,
            year=school.year,
            release=server.release,
            source=self.path or "pronote_state",
        )

    def _unreadable(self, operation: int) -> Report:
        report = Report(operation=operation)
        report.find("store_unreadable", fact=self.problem)
        return report


def read_kept(path: str, schools: Sequence[School], *, inventory: Collection[str]) -> Kept:
    """Read the store. A board is read-only: it does not make the one that it finds missing.

    ``inventory``: every station that there is, whatever the limit. One that has left it counts no more, nor one that is
    another school's now.
    """
    if not path or not Path(path).expanduser().exists():
        return Kept(path=path)
    now = {station: school.uai for school in schools for station in school.stations}
    audited: dict[str, list[Known]] = {}
    try:
        with Store(Path(path)) as store:
            attestations = {school.uai: of_school(store, school.uai, school.year) for school in schools}
            for known in last_words(store):
                station, uai = str(known.record["station"]), str(known.record["school"]).upper()
                if station in inventory and now.get(station, uai) == uai:
                    audited.setdefault(uai, []).append(known)
    except StoreError as exc:
        return Kept(path=path, problem=str(exc))
    return Kept(path=path, attestations=dict(attestations), audited=audited)
