# SPDX-License-Identifier: GPL-3.0-or-later
"""Who says that an operation was done that leaves no trace to look at: what may be said, and what changes. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...module_utils.base.digests import valid_digest
from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message
from ...module_utils.base.times import iso, moment
from .operations import OPERATIONS

__all__ = ["ATTESTED", "Attestation", "AttestationPlan", "attest", "current", "new_attestation", "revoke"]

ATTESTED = (3, 4, 7)
"""The operations that only the people who did them can vouch for."""

_LONGEST = 120


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """One row. ``done_on`` is the date that is attested, ``at`` when it was recorded; ``revokes`` the row it ends."""

    school: str
    year: int
    operation: int
    name: str
    role: str
    done_on: str
    at: str
    digest: str = ""
    revokes: int | None = None
    reason: str = ""
    id: int = 0  # given by the store

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def says(self) -> tuple[str, ...]:
        """What it says, whenever it was recorded: the same again is no news."""
        return (self.name, self.role, self.done_on, self.digest)

    def line(self) -> str:
        """For a diff."""
        file = f", evidence sha256 {self.digest}" if self.digest else ""
        return f"{self.school} {self.year} operation {self.operation}: {self.name} ({self.role}), {self.done_on}{file}"


_TOLD = Message("{school}, {year}: operation {operation} ({title}), attested by {name} ({role}), done on {done_on}")
_TOLD_REVOKED = Message(
    "{school}, {year}: operation {operation} ({title}), what was attested is revoked by {name} ({role}): {reason}"
)


@dataclass(frozen=True, kw_only=True)
class AttestationPlan:
    """What a run adds to the store, and the attestations in force before and after."""

    rows: tuple[Attestation, ...]
    before: tuple[Attestation, ...]
    after: tuple[Attestation, ...]

    @property
    def told(self) -> Message | None:
        """What is added, for whoever is to answer for it; None for nothing."""
        if not self.rows:
            return None
        row = self.rows[0]
        told: Message = _TOLD if row.revokes is None else _TOLD_REVOKED
        named = {name: getattr(row, name) for name in ("school", "year", "operation", "name", "role")}
        return told.given(**named, title=OPERATIONS[row.operation].short, done_on=row.done_on, reason=row.reason)

    @property
    def diff(self) -> dict[str, str]:
        return {
            name: "".join(f"{each.line()}\n" for each in rows)
            for name, rows in (("before", self.before), ("after", self.after))
        }


def current(rows: Sequence[Attestation]) -> tuple[Attestation, ...]:
    """The attestations in force, in the order in which they were recorded: those that no row revokes."""
    revoked = {row.revokes for row in rows}
    return tuple(row for row in rows if row.revokes is None and row.id not in revoked)


def new_attestation(
    *,
    school: str,
    year: int,
    operation: int,
    name: str,
    role: str,
    done_on: str,
    now: dt.datetime,
    digest: str = "",
    reason: str = "",
) -> Attestation:
    """A row to be, checked. Raises ValueError for what nobody can attest, in words for the admin."""
    if operation not in ATTESTED:
        known = ", ".join(map(str, ATTESTED))
        raise ValueError(
            Message(
                "operation {operation} is looked at, not attested; those attested are {known}",
                operation=operation,
                known=known,
            )
        )
    if not 2000 <= year < 2100:
        raise ValueError(
            Message("year {year} is not a year of PRONOTE, as in 2026 for the school year 2026-2027", year=year)
        )
    when = moment(done_on) if done_on else now
    if when > now:
        raise ValueError(
            Message("date {done_on} is to come: attest what was done, once it is done", done_on=repr(done_on))
        )
    return Attestation(
        school=parse_uai(school),
        year=year,
        operation=operation,
        name=_said("name", name, required=True),
        role=_said("role", role, required=True),
        # A day: who attests knows the day, and the same attestation given twice in a day is the same. The controller's
        # own zone, not the offset that it has now: in winter that would make the day before of a day of summer.
        done_on=when.astimezone().date().isoformat(),
        at=iso(now),
        digest=digest and valid_digest(digest),
        reason=_said("reason", reason),
    )


def _said(option: str, text: str, *, required: bool = False) -> str:
    """Text that a person gave: shown on boards, so one printable line."""
    said = " ".join(str(text).split())
    if required and not said:
        raise ValueError(Message("{option} is empty: an attestation is somebody's word, so say whose", option=option))
    if len(said) > _LONGEST or not said.isprintable():
        raise ValueError(
            Message(
                "{option} must be one line of at most {longest} characters, without control characters",
                option=option,
                longest=_LONGEST,
            )
        )
    return said


def attest(rows: Sequence[Attestation], wanted: Attestation, *, dated: bool) -> AttestationPlan:
    """Add this attestation, unless the same is in force. ``dated``: its date was given, not today's by default."""
    before = current(rows)
    if wanted.says in {row.says if dated else replace(row, done_on=wanted.done_on).says for row in before}:
        return AttestationPlan(rows=(), before=before, after=before)
    return AttestationPlan(rows=(wanted,), before=before, after=(*before, wanted))


def revoke(rows: Sequence[Attestation], by: Attestation) -> AttestationPlan:
    """Revoke every attestation in force of an operation: one row each, with who revoked and why."""
    before = current(rows)
    if before and not by.reason:
        raise ValueError(Message("reason is empty: say why the attestation is revoked"))
    ends = tuple(replace(by, revokes=row.id, digest="") for row in before)
    return AttestationPlan(rows=ends, before=before, after=())
