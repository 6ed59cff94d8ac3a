# SPDX-License-Identifier: GPL-3.0-or-later
"""Record or revoke an attestation: the digest of its evidence file, and the store.

Rows of the store are read and added, never changed (the schema's triggers refuse it).
I/O: the store, the network and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, insert, select

from ...module_utils.base.clock import utc_now
from ...module_utils.base.files import sha256_of_file
from ...module_utils.base.message import Message
from ...module_utils.checks.findings import CheckError
from ...module_utils.checks.local_file import local_file
from ..store.schema import attestation
from ..store.store import Store, store_exists
from .attestation import Attestation, AttestationPlan, attest, new_attestation, revoke

__all__ = ["attest_or_revoke", "of_school"]

_MAX_EVIDENCE = 1 << 30
_COLUMNS = tuple(each.name for each in fields(Attestation))
_OF = attestation.c


def attest_or_revoke(
    *,
    store: str,
    school: str,
    operation: int,
    year: int,
    name: str,
    role: str,
    date: str,
    evidence: str | None,
    state: str,
    reason: str,
    check: bool,
) -> AttestationPlan:
    """Do what the options of rentree_attest ask for, or with ``check`` only say what it would do.

    Raises ValueError, StoreError.
    """
    wanted = new_attestation(
        school=school,
        year=year,
        operation=operation,
        name=name,
        role=role,
        done_on=date,
        now=utc_now().astimezone(),
        digest=_digest(evidence) if evidence else "",
        reason=reason,
    )

    def decide(rows: Sequence[Attestation]) -> AttestationPlan:
        return revoke(rows, wanted) if state == "revoked" else attest(rows, wanted, dated=bool(date))

    if check and not store_exists(store):
        # A store that is not there yet is not made by a dry run.
        return decide([])
    # Decided on what is there and added in one transaction: two runs at once cannot both add the same.
    with Store(store) as opened, opened.read() if check else opened.write() as db:
        key = (_OF.school == wanted.school, _OF.year == year, _OF.operation == operation)
        plan = decide(_rows(db, *key))
        for row in () if check else plan.rows:
            # The store itself numbers what is added.
            db.execute(insert(attestation).values({name: each for name, each in row.as_dict().items() if name != "id"}))
        return plan


def _digest(path: str) -> str:
    """The SHA-256 of the evidence file. Neither the file nor its name is kept: they may name pupils."""
    try:
        with local_file(path, max_size=_MAX_EVIDENCE) as file:
            return sha256_of_file(file.content)
    except CheckError as exc:
        raise ValueError(Message("evidence: {reason}", reason=exc.text)) from exc


def of_school(store: Store, school: str, year: int) -> list[Attestation]:
    """Everything that was recorded of a school and year, in the order in which it was. Raises StoreError."""
    with store.read() as db:
        return _rows(db, _OF.school == school, _OF.year == year)


def _rows(db: Connection, *where: ColumnElement[bool]) -> list[Attestation]:
    found = db.execute(select(*(_OF[name] for name in _COLUMNS)).where(*where).order_by(_OF.id)).mappings()
    return [Attestation(**row) for row in found]
