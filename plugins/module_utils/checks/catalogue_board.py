# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of what the board itself finds: operations 1 and 8, attestations, contradictions. Data. Pure."""

from __future__ import annotations

from .catalogue_words import (
    Finding,
    Phrase,
    doubt,
    info,
    to_do,
    unseen,
    warning,
)

__all__ = ["BOARD_EVIDENCE", "BOARD_FINDINGS"]

_RELEASE = {
    "release_no_proof": info(
        "La version seule n'est pas une preuve : une base peut être créée automatiquement fin août. Vérifier dans la "
        "console d'hébergement que la mise à jour vient bien de l'établissement.",
        "The release alone is no proof: a base may be created automatically at the end of August. Check in the hosting "
        "console that the update is the school's doing.",
    ),
    "release_other_year": to_do(
        "Le serveur hébergé est en {release}, pas encore en {year}. Mettre à jour depuis la console d'hébergement.",
        "The hosted server runs {release}, not {year} yet. Update it from the hosting console.",
    ),
    "release_later_year": doubt(
        "Le serveur hébergé est déjà en {release}, après {year}. Vérifier l'année demandée (pronote_rentree_year).",
        "The hosted server already runs {release}, after {year}. Check the year asked for (pronote_rentree_year).",
    ),
    "release_unpublished": to_do(
        "L'installateur {release} n'est pas publié dans le dépôt. Le télécharger et lancer playbooks/publish.yml.",
        "The installer of {release} is not published in the depot. Download it and run playbooks/publish.yml.",
    ),
    "server_unreadable": unseen(
        "La version du serveur hébergé n'a pas pu être lue ({fact}).",
        "The hosted server's release could not be read ({fact}).",
    ),
    "server_stale": warning(
        "Le serveur ne répond pas en ce moment ({fact}) : c'est sa dernière version connue.",
        "The server does not answer now ({fact}): this is its last known release.",
    ),
    "depot_not_read": info(
        "Les fichiers du dépôt n'ont pas été relus : le dossier {path} n'est pas sur ce contrôleur.",
        "The depot's files were not read again: the folder {path} is not on this controller.",
    ),
    "depot_wrong": to_do(
        "Le dépôt ne contient pas ce qui a été publié : {problem}. Relancer playbooks/publish.yml.",
        "The depot does not hold what was published: {problem}. Run playbooks/publish.yml again.",
    ),
}

_AUDIT = {
    "audit_none": unseen(
        "Aucun poste de l'établissement n'a encore été audité ({path}). Lancer playbooks/audit.yml.",
        "No station of the school has been audited yet ({path}). Run playbooks/audit.yml.",
    ),
    "audit_pinned": doubt(
        "Les postes ont été comparés à {release}, version demandée par l'inventaire ; celle du serveur n'est pas "
        "connue. Relancer quand le serveur répond.",
        "The stations were compared with {release}, which the inventory asks for; the server's release is not known. "
        "Run again when the server answers.",
    ),
    "audit_partial": info(
        "{count} poste(s) sur {total} n'étaient pas dans le dernier audit : ils comptent pour ce qu'on en savait, "
        "depuis le {date} pour le plus ancien.",
        "{count} of {total} station(s) were not in the last audit: they count as last known, the oldest on {date}.",
    ),
    "audit_other_release": to_do(
        "Le dernier audit compare les postes à {audited}, pas à {release}. Déployer, puis relancer "
        "playbooks/audit.yml.",
        "The last audit compares the stations with {audited}, not {release}. Deploy, then run playbooks/audit.yml.",
    ),
    "audit_other_year": to_do(
        "Le dernier audit compare les postes à {audited}, pas à l'année {year}. Déployer, puis relancer "
        "playbooks/audit.yml.",
        "The last audit compares the stations with {audited}, not the year {year}. Deploy, then run "
        "playbooks/audit.yml.",
    ),
    "audit_no_release": unseen(
        "Au dernier audit la version du serveur n'était pas connue. Relancer playbooks/audit.yml.",
        "At the last audit the server's release was not known. Run playbooks/audit.yml again.",
    ),
    "stations_behind": to_do(
        "{count} poste(s) sur {total} n'ont pas la version voulue. Lancer playbooks/deploy.yml.",
        "{count} of {total} station(s) do not have the release. Run playbooks/deploy.yml.",
    ),
    "stations_other_release": to_do(
        "{count} poste(s) sur {total} n'ont pas encore été comparés à {release}. Lancer playbooks/audit.yml sans "
        "--limit, puis déployer ce qui est en retard.",
        "{count} of {total} station(s) have not been compared with {release} yet. Run playbooks/audit.yml without "
        "--limit, then deploy what is late.",
    ),
    "stations_unseen": doubt(
        "{count} poste(s) sur {total} n'ont pas pu être lus (éteints, accès refusé…). Relancer quand ils sont allumés.",
        "{count} of {total} station(s) could not be read (off, refused…). Run again when they are on.",
    ),
    "stations_left_out": doubt(
        "{count} poste(s) n'ont jamais été audités. Lancer playbooks/audit.yml sans --limit.",
        "{count} station(s) were never audited. Run playbooks/audit.yml without --limit.",
    ),
}

_ATTESTED = {
    "not_attested": to_do(
        "Personne n'a attesté cette opération, qui ne laisse pas de trace à lire. Une fois faite : "
        "playbooks/attest.yml.",
        "Nobody has attested this operation, which leaves no trace to look at. Once it is done: playbooks/attest.yml.",
    ),
    "attestation_revoked": info(
        "L'attestation de {name} ({date}) a été révoquée par {by} le {at} ({reason}).",
        "The attestation of {name} ({date}) was revoked by {by} on {at} ({reason}).",
    ),
    "store_unreadable": unseen(
        "Ce qui est gardé (audits et attestations) ne peut pas être lu ({fact}).",
        "What is kept (audits and attestations) cannot be read ({fact}).",
    ),
    "attested_other_year": doubt(
        "Attesté le {date}, mais le serveur hébergé est en {release} : la base {year} n'y est pas encore. Vérifier, "
        "puis attester de nouveau ou révoquer.",
        "Attested on {date}, but the hosted server runs {release}: the base of {year} is not there yet. Check, then "
        "attest again or revoke.",
    ),
    "attested_before_archive": doubt(
        "Attesté le {date}, mais l'archive EDT est plus récente ({later}). Si les emplois du temps ont changé, "
        "initialiser de nouveau la base, puis attester de nouveau.",
        "Attested on {date}, but the EDT archive is newer ({later}). If the timetables changed, initialise the base "
        "again, then attest again.",
    ),
    "attested_before_operation": doubt(
        "Attesté le {date}, avant l'opération {other} ({later}) dont elle dépend : ce qui a été fait est peut-être "
        "perdu. Vérifier, puis attester de nouveau.",
        "Attested on {date}, before operation {other} ({later}) which it depends on: what was done may be lost. Check, "
        "then attest again.",
    ),
    "attested_before_export": doubt(
        "Attesté le {date}, mais un export plus récent existe ({later}). L'importer dans l'ENT, puis attester de "
        "nouveau.",
        "Attested on {date}, but there is a newer export ({later}). Import it in the ENT, then attest again.",
    ),
}

_ORDER = {
    "prerequisite_undone": doubt(
        "Semble faite, mais l'opération {other} dont elle dépend ne l'est pas. Vérifier l'opération {other}.",
        "It seems done, but operation {other}, which it depends on, is not. Check operation {other}.",
    ),
    "archive_not_configured": unseen(
        "L'emplacement de l'archive EDT n'est pas donné (pronote_rentree_edt_path).",
        "The place of the EDT archive is not given (pronote_rentree_edt_path).",
    ),
    "export_not_configured": unseen(
        "L'emplacement de l'export des identifiants n'est pas donné (pronote_rentree_export_path).",
        "The place of the export of identifiers is not given (pronote_rentree_export_path).",
    ),
    "check_failed": unseen(
        "La vérification n'a pas pu être faite ({fact}).",
        "The check could not be made ({fact}).",
    ),
}

BOARD_FINDINGS: dict[str, Finding] = {**_RELEASE, **_AUDIT, **_ATTESTED, **_ORDER}

BOARD_EVIDENCE: dict[str, Phrase] = {
    "release": Phrase(
        "serveur hébergé en version {release} (un indice, pas une preuve)",
        "hosted server runs {release} (evidence, not proof)",
    ),
    "published": Phrase("installateur {release} publié ({arches})", "installer of {release} published ({arches})"),
    "depot_verified": Phrase(
        "{files} fichier(s) du dépôt relus, empreintes conformes", "{files} file(s) of the depot read, digests right"
    ),
    "attested": Phrase("attesté par {name}, {role}", "attested by {name}, {role}"),
    "attested_file": Phrase(
        "pièce jointe à l'attestation, SHA-256 {digest}", "evidence file of the attestation, SHA-256 {digest}"
    ),
    "audit": Phrase("{good} poste(s) sur {total} en {release}", "{good} of {total} station(s) at {release}"),
}
