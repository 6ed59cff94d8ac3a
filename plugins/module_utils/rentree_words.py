# SPDX-License-Identifier: GPL-3.0-or-later
"""The eight yearly operations in words: what, in which application, who, and what to do next. Data.

The table is that of the *opérations de rentrée* in hosted mode (facts-pronote.md).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LABELS", "OPERATIONS", "Operation"]


@dataclass(frozen=True)
class Operation:
    """One operation in one language. ``todo`` is what to do, ``look`` how to see it when it could not be looked at."""

    title: str
    application: str
    responsible: str
    todo: str
    look: str


_CHEF, _HEAD = "chef d'établissement", "head of school"
_ENT, _ENT_EN = "administrateur ENT", "ENT administrator"
_ATTEST = "playbooks/attest.yml"

OPERATIONS: dict[str, dict[int, Operation]] = {
    "fr": {
        1: Operation(
            "Mettre à jour les applications, installer le client de l'année",
            "console d'hébergement",
            _CHEF,
            "Mettre à jour PRONOTE depuis la console d'hébergement, puis publier l'installateur "
            "(playbooks/publish.yml).",
            "Regarder la version dans la console d'hébergement.",
        ),
        2: Operation(
            "Préparer les emplois du temps et enregistrer l'archive",
            "EDT monoposte",
            _CHEF,
            "Construire les emplois du temps, puis Fichier > Fabriquer une archive.",
            "Regarder l'archive sur le poste où les emplois du temps sont faits.",
        ),
        3: Operation(
            "Initialiser la base PRONOTE avec les données d'EDT",
            "EDT vers PRONOTE",
            _CHEF,
            f"Transférer les données d'EDT vers PRONOTE, puis attester ({_ATTEST}).",
            "Demander au chef d'établissement.",
        ),
        4: Operation(
            "Récupérer les données de l'an dernier",
            "client PRONOTE",
            _CHEF,
            f"Compléter la base avec les données de l'an dernier, puis attester ({_ATTEST}).",
            "Demander au chef d'établissement.",
        ),
        5: Operation(
            "Activer l'interconnexion PRONOTE-ENT (CAS)",
            "console d'hébergement",
            _CHEF,
            "Activer CAS dans la console d'hébergement, vers l'adresse que donne l'ENT.",
            "Regarder l'interconnexion dans la console d'hébergement.",
        ),
        6: Operation(
            "Exporter les identifiants PRONOTE vers l'ENT",
            "client PRONOTE",
            f"{_ENT} / {_CHEF}",
            "Imports/Exports > Socles ENT > Exporter les identifiants PRONOTE.",
            "Donner l'emplacement du fichier exporté (pronote_rentree_export_path).",
        ),
        7: Operation(
            "Importer les identifiants dans l'ENT",
            "ENT",
            _ENT,
            f"Importer le fichier dans l'ENT, puis attester ({_ATTEST}).",
            "Demander à l'administrateur ENT.",
        ),
        8: Operation(
            "Installer le client sur les postes du réseau pédagogique",
            "rentree.pronote",
            "administrateur réseau",
            "Lancer playbooks/deploy.yml, puis playbooks/audit.yml.",
            "Lancer playbooks/audit.yml.",
        ),
    },
    "en": {
        1: Operation(
            "Update the applications, install the year's client",
            "hosting console",
            _HEAD,
            "Update PRONOTE from the hosting console, then publish the installer (playbooks/publish.yml).",
            "Look at the release in the hosting console.",
        ),
        2: Operation(
            "Prepare the timetables and save the archive",
            "EDT monoposte",
            _HEAD,
            "Build the timetables, then Fichier > Fabriquer une archive.",
            "Look at the archive on the workstation where the timetables are made.",
        ),
        3: Operation(
            "Initialise the PRONOTE base with EDT's data",
            "EDT to PRONOTE",
            _HEAD,
            f"Transfer EDT's data to PRONOTE, then attest ({_ATTEST}).",
            "Ask the head of school.",
        ),
        4: Operation(
            "Recover last year's data",
            "PRONOTE client",
            _HEAD,
            f"Complete the base with last year's data, then attest ({_ATTEST}).",
            "Ask the head of school.",
        ),
        5: Operation(
            "Connect PRONOTE and the ENT (CAS)",
            "hosting console",
            _HEAD,
            "Activate CAS in the hosting console, towards the address that the ENT gives.",
            "Look at the connection in the hosting console.",
        ),
        6: Operation(
            "Export the PRONOTE identifiers to the ENT",
            "PRONOTE client",
            f"{_ENT_EN} / {_HEAD}",
            "Imports/Exports > Socles ENT > Exporter les identifiants PRONOTE.",
            "Say where the exported file is (pronote_rentree_export_path).",
        ),
        7: Operation(
            "Import the identifiers in the ENT",
            "ENT",
            _ENT_EN,
            f"Import the file in the ENT, then attest ({_ATTEST}).",
            "Ask the ENT's administrator.",
        ),
        8: Operation(
            "Install the client on the stations of the pedagogical network",
            "rentree.pronote",
            "network administrator",
            "Run playbooks/deploy.yml, then playbooks/audit.yml.",
            "Run playbooks/audit.yml.",
        ),
    },
}

LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "lang": "fr",
        "title": "Opérations de rentrée",
        "state_done": "fait",
        "state_to_do": "à faire",
        "state_blocked": "bloqué par {by}",
        "state_in_doubt": "douteux",
        "state_not_observable": "non observable",
        "wait": "Attendre l'opération {by} : {who} ({where}).",
        "check": "Vérifier.",
        "operation": "Opération",
        "state": "État",
        "evidence": "Preuve",
        "responsible": "Responsable",
        "next": "À faire ensuite",
        "where": "Où",
        "findings": "Constats",
        "year": "rentrée {year}",
        "progress": "{done} opération(s) sur 8 faites",
        "nothing": "aucune preuve",
        "empty": "Aucun établissement : aucun poste de ce jeu n'a de pronote_uai.",
        "made": "Établi le",
        "skip": "Aller au contenu",
        "private": "Les attestations nomment leurs auteurs : ne pas publier cette page.",
    },
    "en": {
        "lang": "en",
        "title": "Yearly operations",
        "state_done": "done",
        "state_to_do": "to do",
        "state_blocked": "blocked by {by}",
        "state_in_doubt": "in doubt",
        "state_not_observable": "not observable",
        "wait": "Wait for operation {by}: {who} ({where}).",
        "check": "Check.",
        "operation": "Operation",
        "state": "State",
        "evidence": "Evidence",
        "responsible": "Responsible",
        "next": "What next",
        "where": "Where",
        "findings": "Findings",
        "year": "school year of {year}",
        "progress": "{done} operation(s) of 8 done",
        "nothing": "no evidence",
        "empty": "No school: no station of this play has a pronote_uai.",
        "made": "Made on",
        "skip": "Skip to the content",
        "private": "Attestations name who made them: do not publish this page.",
    },
}
