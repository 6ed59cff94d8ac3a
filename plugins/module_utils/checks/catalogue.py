# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding and every kind of evidence, by code: the texts that reports are made of. Data. Pure.

A counted text has ``n``, which is given with the other values.
"""

from __future__ import annotations

from ..base.message import Message
from .catalogue_board import BOARD_EVIDENCE, BOARD_FINDINGS
from .catalogue_ent import CAS_FINDINGS, EXPORT_FINDINGS
from .catalogue_files import ARCHIVE_FINDINGS, FILE_FINDINGS
from .catalogue_words import Finding

__all__ = ["EVIDENCE", "FINDINGS"]

FINDINGS: dict[str, Finding] = {
    **FILE_FINDINGS,
    **ARCHIVE_FINDINGS,
    **CAS_FINDINGS,
    **EXPORT_FINDINGS,
    **BOARD_FINDINGS,
}

EVIDENCE: dict[str, Message] = {
    **BOARD_EVIDENCE,
    "archive": Message("EDT archive of {size} bytes"),
    "archive_whole": Message.plural(
        "the .zip is whole and was read: {n} file", "the .zip is whole and was read: {n} files"
    ),
    "archive_same_digest": Message("the same SHA-256 as the copy that was checked"),
    "edt_year": Message("EDT monoposte {year} installed"),
    "cas_on": Message("CAS active towards {host}"),
    "cas_redirect": Message("PRONOTE redirects to {host}, coming back to {service}"),
    "cas_login": Message("login page of {host}, with a valid certificate"),
    "export": Message("export of identifiers, clear"),
    "export_envelope": Message("export of identifiers, encrypted"),
    "export_people": Message("{people}: {teachers}, {pupils}, {parents}, {others}"),
    "compared": Message("compared with the previous export: {kept}, {gone}, {new}"),
}
