# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding and every kind of evidence, by code: the catalogue that reports are made from. Data. Pure."""

from __future__ import annotations

from .catalogue_board import BOARD_EVIDENCE, BOARD_FINDINGS
from .catalogue_ent import CAS_FINDINGS, EXPORT_FINDINGS
from .catalogue_files import ARCHIVE_FINDINGS, FILE_FINDINGS
from .catalogue_words import Finding, Phrase

__all__ = ["EVIDENCE", "FINDINGS"]

FINDINGS: dict[str, Finding] = {
    **FILE_FINDINGS,
    **ARCHIVE_FINDINGS,
    **CAS_FINDINGS,
    **EXPORT_FINDINGS,
    **BOARD_FINDINGS,
}

EVIDENCE: dict[str, Phrase] = {
    **BOARD_EVIDENCE,
    "archive": Phrase("archive EDT de {size} octets", "EDT archive of {size} bytes"),
    "archive_whole": Phrase(
        "archive .zip entière et relue : {entries} fichier(s)", "the .zip is whole and was read: {entries} file(s)"
    ),
    "archive_same_digest": Phrase(
        "même empreinte SHA-256 que la copie vérifiée", "the same SHA-256 as the copy that was checked"
    ),
    "edt_year": Phrase("EDT monoposte {year} installé", "EDT monoposte {year} installed"),
    "cas_on": Phrase("CAS activé vers {host}", "CAS active towards {host}"),
    "cas_redirect": Phrase(
        "PRONOTE renvoie vers {host}, avec retour à {service}", "PRONOTE redirects to {host}, coming back to {service}"
    ),
    "cas_login": Phrase(
        "page de connexion de {host}, certificat valide", "login page of {host}, with a valid certificate"
    ),
    "export": Phrase("export d'identifiants en clair", "export of identifiers, clear"),
    "export_envelope": Phrase("export d'identifiants chiffré", "export of identifiers, encrypted"),
    "export_people": Phrase(
        "{people} personne(s) : {teachers} professeur(s), {pupils} élève(s), {parents} responsable(s), {others} "
        "autre(s)",
        "{people} person(s): {teachers} teacher(s), {pupils} pupil(s), {parents} guardian(s), {others} other(s)",
    ),
    "compared": Phrase(
        "comparé à l'export précédent : {kept} identifiant(s) conservé(s), {gone} parti(s), {new} nouveau(x)",
        "compared with the previous export: {kept} identifier(s) kept, {gone} gone, {new} new",
    ),
}
