# SPDX-License-Identifier: GPL-3.0-or-later
"""The eight yearly operations in words: what, in which application, who, and what to do next. Data.

The table is that of the *opérations de rentrée* in hosted mode, as published (docs/fidelity.md, O). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils.checks.findings import DONE, IN_DOUBT, NOT_OBSERVABLE, TO_DO

__all__ = ["BLOCKED", "LABELS", "OPERATIONS", "STATES", "Operation", "State"]

BLOCKED = "blocked"


@dataclass(frozen=True)
class State:
    """How a state is shown: ``mark`` is its sign, for who cannot tell colours apart, and for paper; ``tone`` the colour
    of page.css, ``style`` that of a terminal.
    """

    mark: str
    tone: str
    style: str


STATES = {
    DONE: State("✓", "good", "green"),
    # Not red on the page: in June that is how things are, and no fault.
    TO_DO: State("→", "go", "red"),
    BLOCKED: State("‖", "wait", "magenta"),
    IN_DOUBT: State("?", "doubt", "yellow"),
    NOT_OBSERVABLE: State("–", "blind", "blue"),
}
"""Every state of an operation, in the order in which they are counted."""


@dataclass(frozen=True)
class Operation:
    """One operation in one language.

    ``short`` is its title in a word or two, ``todo`` what to do, ``look`` how to see it when it could not be looked at.
    """

    title: str
    short: str
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
            "Mise à jour",
            "console d'hébergement",
            _CHEF,
            "Mettre à jour PRONOTE depuis la console d'hébergement, puis publier l'installateur "
            "(playbooks/publish.yml).",
            "Regarder la version dans la console d'hébergement.",
        ),
        2: Operation(
            "Préparer les emplois du temps et enregistrer l'archive",
            "Archive EDT",
            "EDT monoposte",
            _CHEF,
            "Construire les emplois du temps, puis Fichier > Fabriquer une archive.",
            "Regarder l'archive sur le poste où les emplois du temps sont faits.",
        ),
        3: Operation(
            "Initialiser la base PRONOTE avec les données d'EDT",
            "Base",
            "EDT vers PRONOTE",
            _CHEF,
            f"Transférer les données d'EDT vers PRONOTE, puis attester ({_ATTEST}).",
            "Demander au chef d'établissement.",
        ),
        4: Operation(
            "Récupérer les données de l'an dernier",
            "Reprise",
            "client PRONOTE",
            _CHEF,
            f"Compléter la base avec les données de l'an dernier, puis attester ({_ATTEST}).",
            "Demander au chef d'établissement.",
        ),
        5: Operation(
            "Activer l'interconnexion PRONOTE-ENT (CAS)",
            "Lien ENT",
            "console d'hébergement",
            _CHEF,
            "Activer CAS dans la console d'hébergement, vers l'adresse que donne l'ENT.",
            "Regarder l'interconnexion dans la console d'hébergement.",
        ),
        6: Operation(
            "Exporter les identifiants PRONOTE vers l'ENT",
            "Export",
            "client PRONOTE",
            f"{_ENT} / {_CHEF}",
            "Imports/Exports > Socles ENT > Exporter les identifiants PRONOTE.",
            "Donner l'emplacement du fichier exporté (pronote_rentree_export_path).",
        ),
        7: Operation(
            "Importer les identifiants dans l'ENT",
            "Import",
            "ENT",
            _ENT,
            f"Importer le fichier dans l'ENT, puis attester ({_ATTEST}).",
            "Demander à l'administrateur ENT.",
        ),
        8: Operation(
            "Installer le client sur les postes du réseau pédagogique",
            "Postes",
            "rentree.pronote",
            "administrateur réseau",
            "Lancer playbooks/deploy.yml, puis playbooks/audit.yml.",
            "Lancer playbooks/audit.yml.",
        ),
    },
    "en": {
        1: Operation(
            "Update the applications, install the year's client",
            "Update",
            "hosting console",
            _HEAD,
            "Update PRONOTE from the hosting console, then publish the installer (playbooks/publish.yml).",
            "Look at the release in the hosting console.",
        ),
        2: Operation(
            "Prepare the timetables and save the archive",
            "EDT archive",
            "EDT monoposte",
            _HEAD,
            "Build the timetables, then Fichier > Fabriquer une archive.",
            "Look at the archive on the workstation where the timetables are made.",
        ),
        3: Operation(
            "Initialise the PRONOTE base with EDT's data",
            "Base",
            "EDT to PRONOTE",
            _HEAD,
            f"Transfer EDT's data to PRONOTE, then attest ({_ATTEST}).",
            "Ask the head of school.",
        ),
        4: Operation(
            "Recover last year's data",
            "Recovery",
            "PRONOTE client",
            _HEAD,
            f"Complete the base with last year's data, then attest ({_ATTEST}).",
            "Ask the head of school.",
        ),
        5: Operation(
            "Connect PRONOTE and the ENT (CAS)",
            "ENT link",
            "hosting console",
            _HEAD,
            "Activate CAS in the hosting console, towards the address that the ENT gives.",
            "Look at the connection in the hosting console.",
        ),
        6: Operation(
            "Export the PRONOTE identifiers to the ENT",
            "Export",
            "PRONOTE client",
            f"{_ENT_EN} / {_HEAD}",
            "Imports/Exports > Socles ENT > Exporter les identifiants PRONOTE.",
            "Say where the exported file is (pronote_rentree_export_path).",
        ),
        7: Operation(
            "Import the identifiers in the ENT",
            "Import",
            "ENT",
            _ENT_EN,
            f"Import the file in the ENT, then attest ({_ATTEST}).",
            "Ask the ENT's administrator.",
        ),
        8: Operation(
            "Install the client on the stations of the pedagogical network",
            "Stations",
            "rentree.pronote",
            "network administrator",
            "Run playbooks/deploy.yml, then playbooks/audit.yml.",
            "Run playbooks/audit.yml.",
        ),
    },
}

LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "state_done": "fait",
        "state_to_do": "à faire",
        "state_blocked": "bloqué par {by}",
        "state_done_short": "fait",
        "state_to_do_short": "à faire",
        "state_blocked_short": "bloqué",
        "state_in_doubt_short": "douteux",
        "state_not_observable_short": "non observable",
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
        "year": "rentrée {year}",
        "progress": "{done} opération(s) sur 8 faites",
        "nothing": "aucune preuve",
        "empty": "Aucun établissement : aucun poste de ce jeu n'a de pronote_uai.",
        "made": "Établi le",
        "private": "Les attestations nomment leurs auteurs : ne pas publier cette page.",
        "verdict_finished": "Terminé",
        "verdict_under_way": "En cours",
        "verdict_to_check": "À vérifier",
        "answer": "{n} opérations sur 8 faites",
        "answer_one": "{n} opération sur 8 faite",
        "answer_schools": "{n} établissements sur {total} ont terminé",
        "answer_schools_one": "{n} établissement sur {total} a terminé",
        "all_done": "Tout est fait : rien n'est attendu de personne.",
        "waited_one": "1 établissement attend que quelqu'un agisse.",
        "waited": "{n} établissements attendent que quelqu'un agisse.",
        "turns": "Qui agit maintenant",
        "one": "opération {numbers}",
        "several": "opérations {numbers}",
        "operations_one": "1 opération",
        "operations": "{n} opérations",
        "in_schools_one": "dans 1 établissement",
        "in_schools": "dans {n} établissements",
        "and": "et",
        "now": "À faire maintenant",
        "later": "Ensuite",
        "nothing_now": "Rien : les huit opérations sont faites.",
        "nothing_later": "Rien n'attend une autre opération.",
        "unlocks": "Débloque : {operations}",
        "steps": "Les huit opérations",
        "schools": "Établissements",
        "school": "Établissement",
        "done_of": "Faites",
        "who": "Au tour de",
        "nobody": "personne",
        "counts": "États",
        "stations": "Voir les postes",
    },
    "en": {
        "state_done": "done",
        "state_to_do": "to do",
        "state_blocked": "blocked by {by}",
        "state_done_short": "done",
        "state_to_do_short": "to do",
        "state_blocked_short": "blocked",
        "state_in_doubt_short": "in doubt",
        "state_not_observable_short": "not observable",
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
        "year": "school year of {year}",
        "progress": "{done} operation(s) of 8 done",
        "nothing": "no evidence",
        "empty": "No school: no station of this play has a pronote_uai.",
        "made": "Made on",
        "private": "Attestations name who made them: do not publish this page.",
        "verdict_finished": "Finished",
        "verdict_under_way": "Under way",
        "verdict_to_check": "To check",
        "answer": "{n} of 8 operations done",
        "answer_one": "{n} of 8 operations done",
        "answer_schools": "{n} of {total} schools have finished",
        "answer_schools_one": "{n} of {total} schools has finished",
        "all_done": "Everything is done: nothing is expected of anybody.",
        "waited_one": "1 school waits for somebody to act.",
        "waited": "{n} schools wait for somebody to act.",
        "turns": "Whose turn it is",
        "one": "operation {numbers}",
        "several": "operations {numbers}",
        "operations_one": "1 operation",
        "operations": "{n} operations",
        "in_schools_one": "in 1 school",
        "in_schools": "in {n} schools",
        "and": "and",
        "now": "To do now",
        "later": "After that",
        "nothing_now": "Nothing: the eight operations are done.",
        "nothing_later": "Nothing waits for another operation.",
        "unlocks": "Unblocks: {operations}",
        "steps": "The eight operations",
        "schools": "Schools",
        "school": "School",
        "done_of": "Done",
        "who": "Turn of",
        "nobody": "nobody",
        "counts": "States",
        "stations": "See the stations",
    },
}
