# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store keeps of schools for the board: attestations, and the last word of audits on each station.

I/O: the store and files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ...module_utils.base.message import message_of
from ...module_utils.checks.findings import Report
from ...module_utils.server.description import ServedRelease
from ..audit.history import LastWord
from ..audit.kept import last_words
from ..store.errors import StoreError
from ..store.store import Store, store_exists
from .attest import of_school
from .attestation import ATTESTED, Attestation
from .own_checks import attested, check_audit, only_finding
from .schools import School

__all__ = ["StoredFacts", "read_stored"]


@dataclass(frozen=True, kw_only=True)
class StoredFacts:
    """What was read of the store, once for all schools. ``problem``: why it could not be."""

    path: str
    problem: str = ""
    attestations: dict[str, Sequence[Attestation]] = field(default_factory=dict)
    audited: dict[str, list[LastWord]] = field(default_factory=dict)

    def attested(self, school: School) -> dict[int, tuple[Report, str]]:
        """Operations 3, 4 and 7, each with the newest date in force."""
        if self.problem:
            return {number: (only_finding(number, "store_unreadable", fact=self.problem), "") for number in ATTESTED}
        rows = self.attestations.get(school.uai, ())
        return {number: attested(number, rows) for number in ATTESTED}

    def audit(self, school: School, server: ServedRelease) -> Report:
        """Operation 8."""
        if self.problem:
            return only_finding(8, "store_unreadable", fact=self.problem)
        return check_audit(
            self.audited.get(school.uai, ()),
            stations=school.stations,
            year=school.year,
            release=server.release,
            source=self.path or "pronote_state",
        )


def read_stored(path: str, schools: Sequence[School], *, inventory: Collection[str]) -> StoredFacts:
    """Read the store. A board is read-only: it does not make the one that it finds missing.

    ``inventory``: every station that there is, whatever the limit. One that has left it counts no more, nor one that is
    another school's now.
    """
    if not store_exists(path):
        return StoredFacts(path=path)
    now = {station: school.uai for school in schools for station in school.stations}
    audited: dict[str, list[LastWord]] = {}
    try:
        with Store(path) as store:
            attestations = {school.uai: of_school(store, school.uai, school.year) for school in schools}
            for known in last_words(store):
                station, uai = known.record["station"], known.record["school"].upper()
                if station in inventory and now.get(station, uai) == uai:
                    audited.setdefault(uai, []).append(known)
    except StoreError as exc:
        return StoredFacts(path=path, problem=message_of(exc))
    return StoredFacts(path=path, attestations=dict(attestations), audited=audited)
