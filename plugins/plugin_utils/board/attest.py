# SPDX-License-Identifier: GPL-3.0-or-later
"""Record or revoke an attestation: the digest of its evidence file, and the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...module_utils.base.files import sha256_of_file
from ...module_utils.checks.catalogue import FINDINGS
from ...module_utils.checks.findings import CheckError
from ...module_utils.checks.local_file import local_file
from ..store.store import Store
from .attestation import (
    Attestation,
    Plan,
    attest,
    made,
    revoke,
)
from .attestations_kept import carry_out, of_operation

__all__ = ["AttestRequest", "attest_or_revoke"]

_MAX_EVIDENCE = 1 << 30


@dataclass(frozen=True, kw_only=True)
class AttestRequest:
    """Who says what of which operation; see the options of rentree_attest."""

    store: str
    school: str
    operation: int
    year: int
    name: str
    role: str
    date: str
    evidence: str | None
    state: str
    reason: str


def attest_or_revoke(request: AttestRequest, *, check: bool) -> Plan:
    """Carry out the request, or with ``check`` only say what it would do. Raises ValueError, StoreError."""
    wanted = made(
        school=request.school,
        year=request.year,
        operation=request.operation,
        name=request.name,
        role=request.role,
        done_on=request.date,
        now=dt.datetime.now().astimezone(),
        digest=_digest(request.evidence) if request.evidence else "",
        reason=request.reason,
    )

    def decide(rows: Sequence[Attestation]) -> Plan:
        return revoke(rows, wanted) if request.state == "revoked" else attest(rows, wanted, dated=bool(request.date))

    store = Path(request.store)
    if check:
        # A store that is not there yet is not made by a dry run.
        if not store.expanduser().exists():
            return decide([])
        with Store(store) as opened:
            return decide(of_operation(opened, wanted))
    with Store(store) as opened:
        return carry_out(opened, wanted, decide)


def _digest(path: str) -> str:
    """The SHA-256 of the evidence file. Neither the file nor its name is kept: they may name pupils."""
    try:
        with local_file(path, max_size=_MAX_EVIDENCE) as file:
            return sha256_of_file(file.content)
    except CheckError as exc:
        raise ValueError(f"evidence: {FINDINGS[exc.code].en.format(**exc.values)}") from exc
