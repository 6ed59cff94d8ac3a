# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of findings and evidence, by code. Data: what is concluded from a finding stands beside what it says.

``severity``: ``info`` (worth knowing), ``warning`` (to look at), ``error`` (stands in the way). ``state``: what the
finding makes of the operation, empty for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EVIDENCE", "FINDINGS", "Finding", "Phrase"]


@dataclass(frozen=True)
class Finding:
    """One finding: its weight, and its words."""

    severity: str
    state: str
    fr: str
    en: str


@dataclass(frozen=True)
class Phrase:
    """What was seen, in both languages."""

    fr: str
    en: str


def _info(fr: str, en: str) -> Finding:
    return Finding("info", "", fr, en)


def _warning(fr: str, en: str) -> Finding:
    return Finding("warning", "", fr, en)


def _doubt(fr: str, en: str) -> Finding:
    return Finding("warning", "in_doubt", fr, en)


def _unseen(fr: str, en: str) -> Finding:
    return Finding("warning", "not_observable", fr, en)


def _to_do(fr: str, en: str) -> Finding:
    return Finding("error", "to_do", fr, en)


# Any file on the controller.
_FILE = {
    "file_absent": _to_do(
        "{path} n'existe pas. Vérifier le chemin, ou faire l'opération.",
        "{path} does not exist. Check the path, or do the operation.",
    ),
    "file_empty": _to_do(
        "{path} est vide (0 octet). Refaire le fichier : l'enregistrement a été interrompu.",
        "{path} is empty (0 bytes). Make the file again: saving it was interrupted.",
    ),
    "file_is_folder": _to_do(
        "{path} est un dossier, pas un fichier. Donner le chemin du fichier lui-même.",
        "{path} is a folder, not a file. Give the path of the file itself.",
    ),
    "file_not_regular": _unseen(
        "{path} n'est pas un fichier ordinaire (périphérique, tube…) : il n'a pas été ouvert. Vérifier le chemin.",
        "{path} is not a regular file (device, pipe…): it was not opened. Check the path.",
    ),
    "file_no_permission": _unseen(
        "Le compte du contrôleur n'a pas le droit de lire {path}. Donner ce droit au compte qui exécute Ansible.",
        "The controller's account may not read {path}. Give that right to the account that runs Ansible.",
    ),
    "file_unreadable": _unseen(
        "{path} ne peut pas être lu ({reason}). Vérifier le partage ou le disque, puis relancer.",
        "{path} cannot be read ({reason}). Check the share or the disk, then run again.",
    ),
    "file_too_large": _doubt(
        "{path} fait {size} octets, plus que la limite de {limit} : il n'a pas été lu. Vérifier que c'est le bon "
        "fichier, ou relever la limite.",
        "{path} has {size} bytes, more than the limit of {limit}: it was not read. Check that it is the right file, "
        "or raise the limit.",
    ),
    "file_old": _to_do(
        "Le fichier date du {date}, avant le {limit} : c'est celui d'une année ou d'une étape précédente. Refaire "
        "l'opération.",
        "The file is of {date}, before {limit}: it belongs to an earlier year or step. Do the operation again.",
    ),
    "file_from_future": _doubt(
        "Le fichier porte une date à venir ({date}). Vérifier l'horloge du poste qui l'a fait.",
        "The file bears a date to come ({date}). Check the clock of the station that made it.",
    ),
}

# Operation 2: the archive of EDT monoposte.
_ARCHIVE = {
    "archive_none_in_folder": _to_do(
        "Aucune archive (.zip ou .archs) dans le dossier {path}. Dans EDT : Fichier > Fabriquer une archive.",
        "No archive (.zip or .archs) in the folder {path}. In EDT: Fichier > Fabriquer une archive.",
    ),
    "archive_unknown_kind": _doubt(
        "{path} n'est ni un .zip ni un .archs. Donner le chemin de l'archive fabriquée par EDT.",
        "{path} is neither a .zip nor an .archs. Give the path of the archive that EDT made.",
    ),
    "archive_not_zip": _to_do(
        "{path} porte l'extension .zip mais n'en est pas un. Fabriquer de nouveau l'archive dans EDT.",
        "{path} is called .zip but is not one. Make the archive again in EDT.",
    ),
    "archive_truncated": _to_do(
        "L'archive est tronquée : sa fin manque. La copier ou la fabriquer de nouveau.",
        "The archive is cut off: its end is missing. Copy it or make it again.",
    ),
    "archive_corrupt": _to_do(
        "L'archive est abîmée : {bad} fichier(s) illisible(s) sur {entries}. La fabriquer de nouveau dans EDT.",
        "The archive is damaged: {bad} file(s) of {entries} cannot be read. Make it again in EDT.",
    ),
    "archive_no_directory": _to_do(
        "Le sommaire de l'archive est abîmé. La copier ou la fabriquer de nouveau.",
        "The archive's table of contents is damaged. Copy it or make it again.",
    ),
    "archive_no_entry": _to_do(
        "L'archive ne contient aucun fichier. La fabriquer de nouveau dans EDT.",
        "The archive holds no file. Make it again in EDT.",
    ),
    "archive_encrypted": _doubt(
        "L'archive .zip est protégée par un mot de passe ({bad} fichier(s) sur {entries}) : son contenu ne peut pas "
        "être vérifié. EDT n'en fabrique pas ainsi, à notre connaissance : vérifier d'où elle vient.",
        "The .zip has a password ({bad} file(s) of {entries}): its content cannot be checked. EDT is not known to "
        "make such ones: find out where it comes from.",
    ),
    "archive_unsafe_names": _doubt(
        "L'archive contient {bad} nom(s) de fichier dangereux (hors du dossier, lien…). Ne pas l'ouvrir ; la fabriquer "
        "de nouveau dans EDT.",
        "The archive holds {bad} dangerous file name(s) (outside the folder, link…). Do not open it; make it again in "
        "EDT.",
    ),
    "archive_bomb": _doubt(
        "L'archive se déploie au-delà des limites ({reason}) : son contenu n'a pas été lu jusqu'au bout. Ne pas "
        "l'ouvrir ; vérifier d'où elle vient.",
        "The archive unfolds beyond the limits ({reason}): its content was not read to the end. Do not open it; find "
        "out where it comes from.",
    ),
    "archive_method": _doubt(
        "L'archive emploie une compression qui n'est pas vérifiée ici ({bad} fichier(s) sur {entries}). La fabriquer "
        "de nouveau dans EDT, sans la recompresser.",
        "The archive uses a compression that is not checked here ({bad} file(s) of {entries}). Make it again in EDT, "
        "without compressing it anew.",
    ),
    "archs_not_encrypted": _doubt(
        "{path} porte l'extension .archs mais son contenu n'est pas chiffré ({reason}). Vérifier que c'est bien "
        "l'archive fabriquée par EDT.",
        "{path} is called .archs but its content is not encrypted ({reason}). Check that it is the archive that EDT "
        "made.",
    ),
    "archs_opaque": _info(
        "Archive chiffrée .archs : son format n'est pas public, son contenu ne peut pas être vérifié. Seul EDT peut la "
        "relire.",
        "Encrypted .archs archive: its format is not public, its content cannot be checked. Only EDT can read it back.",
    ),
    "archive_too_small": _to_do(
        "L'archive ne fait que {size} octets : elle ne peut pas contenir un emploi du temps. La fabriquer de nouveau.",
        "The archive has only {size} bytes: it cannot hold a timetable. Make it again.",
    ),
    "archive_shrunk": _doubt(
        "L'archive fait {size} octets, l'archive précédente {previous} : bien plus petite. Vérifier dans EDT que les "
        "emplois du temps y sont.",
        "The archive has {size} bytes, the previous one {previous}: much smaller. Check in EDT that the timetables are "
        "in it.",
    ),
    "archive_grown": _doubt(
        "L'archive fait {size} octets, l'archive précédente {previous} : bien plus grande. Vérifier que c'est la "
        "bonne.",
        "The archive has {size} bytes, the previous one {previous}: much larger. Check that it is the right one.",
    ),
    "archive_content_unread": _doubt(
        "Sur ce poste seuls la date et la taille de l'archive sont vérifiables. Pour plus de certitude, en vérifier "
        "une copie sur un partage et donner son empreinte (sha256), ou donner la taille de la précédente.",
        "On this station only the archive's date and size can be checked. To be surer, check a copy on a share and "
        "give its digest (sha256), or give the previous archive's size.",
    ),
    "archive_other_digest": _doubt(
        "L'empreinte SHA-256 de l'archive n'est pas celle de la copie vérifiée : ce n'est pas le même fichier. "
        "Vérifier laquelle est la bonne.",
        "The archive's SHA-256 is not that of the checked copy: they are not the same file. Find out which one is "
        "right.",
    ),
    "archive_digest_unread": _doubt(
        "L'empreinte de l'archive n'a pas pu être calculée sur le poste ({reason}).",
        "The archive's digest could not be computed on the station ({reason}).",
    ),
    "archive_no_date": _doubt(
        "La date de l'archive n'a pas pu être lue. Vérifier sur le poste.",
        "The archive's date could not be read. Check on the station.",
    ),
    "station_unreadable": _unseen(
        "Le poste n'a pas pu être lu : {fact}. L'allumer ou corriger l'accès, puis relancer.",
        "The station could not be read: {fact}. Switch it on or correct the access, then run again.",
    ),
    "edt_absent": _doubt(
        "EDT monoposte n'est pas installé sur ce poste. Vérifier que c'est bien le poste où les emplois du temps sont "
        "faits.",
        "EDT monoposte is not installed on this station. Check that it is the one where the timetables are made.",
    ),
    "edt_other_year": _to_do(
        "EDT monoposte {year} n'est pas installé (trouvé : {found}). Installer l'année demandée, y convertir la base, "
        "puis fabriquer l'archive.",
        "EDT monoposte {year} is not installed (found: {found}). Install the year asked for, convert the base with it, "
        "then make the archive.",
    ),
    "edt_not_looked_at": _info(
        "L'année d'EDT monoposte n'a pas été vérifiée.",
        "The year of EDT monoposte was not checked.",
    ),
}

# Operation 5: CAS.
_CAS = {
    "pronote_unreadable": _unseen(
        "Le serveur PRONOTE n'a pas pu être lu : {fact}. Ne pas insister (une adresse trop insistante est suspendue) ; "
        "relancer plus tard.",
        "The PRONOTE server could not be read: {fact}. Do not insist (addresses that ask too often are suspended); run "
        "again later.",
    ),
    "cas_off": _to_do(
        "CAS n'est pas activé sur le serveur PRONOTE. L'activer dans la console d'hébergement.",
        "CAS is not active on the PRONOTE server. Activate it in the hosting console.",
    ),
    "cas_address_absent": _doubt(
        "CAS est activé, mais le serveur ne donne pas l'adresse de l'ENT. La vérifier dans la console d'hébergement.",
        "CAS is active, but the server does not give the ENT's address. Check it in the hosting console.",
    ),
    "cas_other_host": _to_do(
        "CAS pointe vers {found}, et non vers l'ENT {expected}. Corriger l'adresse dans la console d'hébergement.",
        "CAS points to {found}, not to the ENT {expected}. Correct the address in the hosting console.",
    ),
    "cas_host_not_configured": _doubt(
        "L'adresse de l'ENT n'est pas configurée : CAS pointe vers {found}, que rien ne permet de confirmer. Donner le "
        "nom d'hôte CAS de l'ENT (ent_cas_host).",
        "The ENT's address is not configured: CAS points to {found}, which nothing confirms. Give the ENT's CAS host "
        "name (ent_cas_host).",
    ),
    "redirect_absent": _to_do(
        "La page de PRONOTE ne renvoie pas vers l'ENT. Vérifier le mode d'authentification dans la console "
        "d'hébergement.",
        "The page of PRONOTE does not redirect to the ENT. Check the authentication mode in the hosting console.",
    ),
    "redirect_refused": _unseen(
        "La page de PRONOTE n'a pas pu être lue : {fact}. Relancer plus tard, sans insister.",
        "The page of PRONOTE could not be read: {fact}. Run again later, without insisting.",
    ),
    "redirect_loop": _to_do(
        "La page de PRONOTE renvoie vers elle-même, sans fin. Vérifier CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to itself, endlessly. Check CAS in the hosting console.",
    ),
    "redirect_malformed": _to_do(
        "La page de PRONOTE renvoie vers une adresse illisible. Vérifier CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to an address that cannot be read. Check CAS in the hosting console.",
    ),
    "redirect_other_host": _to_do(
        "La page de PRONOTE renvoie vers {found}, et non vers {expected}. Corriger CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to {found}, not to {expected}. Correct CAS in the hosting console.",
    ),
    "redirect_plain_http": _to_do(
        "La page de PRONOTE renvoie vers l'ENT en HTTP non chiffré : les mots de passe passeraient en clair. Donner "
        "l'adresse https dans la console d'hébergement.",
        "The page of PRONOTE redirects to the ENT over plain HTTP: passwords would pass in the clear. Give the https "
        "address in the hosting console.",
    ),
    "redirect_no_service": _to_do(
        "Le renvoi vers l'ENT ne dit pas à qui revenir (paramètre service absent). Vérifier CAS dans la console "
        "d'hébergement.",
        "The redirect to the ENT does not say whom to come back to (no service parameter). Check CAS in the hosting "
        "console.",
    ),
    "redirect_other_service": _to_do(
        "L'ENT renverrait vers {found}, et non vers le serveur PRONOTE {expected}. Vérifier CAS dans la console "
        "d'hébergement.",
        "The ENT would come back to {found}, not to the PRONOTE server {expected}. Check CAS in the hosting console.",
    ),
    "login_down": _unseen(
        "La page de connexion de l'ENT ne répond pas ({reason}). Vérifier l'accès du contrôleur à Internet, puis "
        "l'ENT.",
        "The ENT's login page does not answer ({reason}). Check the controller's way to the Internet, then the ENT.",
    ),
    "login_tls_expired": _doubt(
        "Le certificat de l'ENT {host} a expiré (ou n'est pas encore valide). Prévenir l'administrateur de l'ENT.",
        "The certificate of the ENT {host} has expired (or is not valid yet). Tell the ENT's administrator.",
    ),
    "login_tls_name": _doubt(
        "Le certificat présenté par {host} est celui d'un autre nom. Vérifier l'adresse CAS ; prévenir "
        "l'administrateur de l'ENT.",
        "The certificate that {host} presents is of another name. Check the CAS address; tell the ENT's administrator.",
    ),
    "login_tls_untrusted": _doubt(
        "Le certificat de l'ENT {host} n'est signé par aucune autorité connue du contrôleur. Vérifier qu'aucun proxy "
        "n'intercepte la connexion ; sinon donner l'autorité (cas_ca_path).",
        "The certificate of the ENT {host} is signed by no authority that the controller knows. Check that no proxy "
        "intercepts the connection; else give the authority (cas_ca_path).",
    ),
    "login_tls_other": _doubt(
        "La connexion chiffrée avec l'ENT {host} échoue ({reason}). Prévenir l'administrateur de l'ENT.",
        "The encrypted connection to the ENT {host} fails ({reason}). Tell the ENT's administrator.",
    ),
    "login_http": _doubt(
        "La page de connexion de l'ENT répond par une erreur (HTTP {status}). Prévenir l'administrateur de l'ENT.",
        "The ENT's login page answers with an error (HTTP {status}). Tell the ENT's administrator.",
    ),
    "login_service_refused": _to_do(
        "L'ENT ne connaît pas ce serveur PRONOTE : il refuse le service. Le faire déclarer par l'administrateur de "
        "l'ENT.",
        "The ENT does not know this PRONOTE server: it refuses the service. Have the ENT's administrator declare it.",
    ),
    "login_loop": _doubt(
        "La page de connexion de l'ENT renvoie sans fin d'une adresse à l'autre. Prévenir l'administrateur de l'ENT.",
        "The ENT's login page redirects endlessly. Tell the ENT's administrator.",
    ),
    "login_plain_http": _doubt(
        "La page de connexion de l'ENT renvoie vers {host} en HTTP non chiffré. Prévenir l'administrateur de l'ENT.",
        "The ENT's login page redirects to {host} over plain HTTP. Tell the ENT's administrator.",
    ),
    "login_elsewhere": _info(
        "La page de connexion de l'ENT renvoie vers {host} (guichet d'identité) : non suivi.",
        "The ENT's login page redirects to {host} (an identity provider): not followed.",
    ),
    "login_not_page": _doubt(
        "L'adresse de connexion de l'ENT ne répond pas par une page. L'ouvrir dans un navigateur.",
        "The ENT's login address does not answer with a page. Open it in a browser.",
    ),
}

# Operation 6: the export of identifiers.
_EXPORT = {
    "export_not_xml": _to_do(
        "{path} n'est pas un fichier XML. Donner le fichier exporté par PRONOTE (Imports/Exports > Socles ENT).",
        "{path} is not an XML file. Give the file that PRONOTE exported (Imports/Exports > Socles ENT).",
    ),
    "export_truncated": _to_do(
        "Le fichier s'arrête avant sa fin (ligne {line}) : l'export ou la copie a été interrompu. Exporter de nouveau.",
        "The file stops before its end (line {line}): the export or the copy was interrupted. Export again.",
    ),
    "export_malformed": _to_do(
        "Le fichier n'est pas un XML correct (ligne {line} : {reason}). Exporter de nouveau, sans le retoucher.",
        "The file is not correct XML (line {line}: {reason}). Export again, without editing it.",
    ),
    "export_encoding": _to_do(
        "L'encodage annoncé n'est pas celui du fichier (ligne {line}) : il a été réenregistré par un autre programme. "
        "Exporter de nouveau.",
        "The encoding stated is not the file's own (line {line}): another program has saved it again. Export again.",
    ),
    "export_dtd": _doubt(
        "Le fichier déclare des entités ou une DTD (ligne {line}), ce qu'aucun export ne fait et qui sert à saturer "
        "ou à espionner le lecteur : refusé sans être lu. Vérifier d'où il vient.",
        "The file declares entities or a DTD (line {line}), which no export does and which serves to overwhelm or to "
        "spy on its reader: refused unread. Find out where it comes from.",
    ),
    "export_beyond_limits": _doubt(
        "Le fichier dépasse ce qu'un export peut contenir ({reason}) : lecture arrêtée. Vérifier d'où il vient.",
        "The file goes beyond what an export can hold ({reason}): reading was stopped. Find out where it comes from.",
    ),
    "export_other_root": _to_do(
        "Le fichier est un XML, mais pas un export d'identifiants de PRONOTE : ni personnes, ni contenu chiffré.",
        "The file is XML, but not an export of PRONOTE identifiers: neither people nor encrypted content.",
    ),
    "export_utf16": _doubt(
        "Le fichier est en UTF-16 : un autre programme l'a sans doute réenregistré, et l'ENT peut le refuser. Exporter "
        "de nouveau.",
        "The file is in UTF-16: another program has probably saved it again, and the ENT may refuse it. Export again.",
    ),
    "export_bom": _info(
        "Le fichier commence par une marque d'encodage (BOM UTF-8) ; il a été lu normalement.",
        "The file begins with a byte order mark (UTF-8); it was read all the same.",
    ),
    "export_other_school": _to_do(
        "Le fichier est celui de l'établissement {found}, et non {expected}. Exporter depuis la base du bon "
        "établissement.",
        "The file is that of the school {found}, not {expected}. Export from the right school's base.",
    ),
    "export_school_unknown": _warning(
        "Le fichier ne dit pas de quel établissement il est (UAI).",
        "The file does not say which school it is of (UAI).",
    ),
    "export_other_year": _to_do(
        "Le fichier est de l'année {found} de PRONOTE, et non {expected}. Exporter depuis la base de la nouvelle "
        "année.",
        "The file is of PRONOTE's year {found}, not {expected}. Export from the new year's base.",
    ),
    "export_year_unknown": _warning(
        "Le fichier ne dit pas de quelle année de PRONOTE il vient.",
        "The file does not say which year of PRONOTE it comes from.",
    ),
    "export_other_partner": _to_do(
        "Le fichier est destiné à {found}, et non à {expected}. Refaire l'export pour le bon ENT.",
        "The file is meant for {found}, not for {expected}. Export again for the right ENT.",
    ),
    "export_partner_unknown": _warning(
        "Le fichier ne dit pas à quel ENT il est destiné.",
        "The file does not say which ENT it is meant for.",
    ),
    "export_date_of_file": _info(
        "Le fichier ne porte pas de date lisible : celle du fichier lui-même est utilisée.",
        "The file bears no readable date: that of the file itself is used.",
    ),
    "export_encrypted": _info(
        "Export chiffré pour l'ENT : seule l'enveloppe (établissement, année, date) est vérifiable, pas les "
        "identifiants.",
        "Export encrypted for the ENT: only the envelope (school, year, date) can be checked, not the identifiers.",
    ),
    "envelope_other_namespace": _warning(
        "L'enveloppe n'a pas l'espace de noms connu : le format a peut-être changé.",
        "The envelope has not the known namespace: the format may have changed.",
    ),
    "envelope_no_content": _to_do(
        "L'enveloppe chiffrée n'a pas de contenu. Exporter de nouveau.",
        "The encrypted envelope has no content. Export again.",
    ),
    "envelope_bad_content": _to_do(
        "Le contenu chiffré de l'enveloppe est abîmé (ce n'est pas du base64). Exporter de nouveau.",
        "The envelope's encrypted content is damaged (it is not base64). Export again.",
    ),
    "export_no_people": _to_do(
        "Le fichier ne contient personne. Vérifier que la base est initialisée (étape 3), puis exporter de nouveau.",
        "The file holds nobody. Check that the base is initialised (step 3), then export again.",
    ),
    "export_kind_missing": _doubt(
        "Le fichier ne contient aucun élément {kind}. Vérifier la base et les options de l'export.",
        "The file holds no {kind} element. Check the base and the options of the export.",
    ),
    "export_unknown_elements": _info(
        "{count} élément(s) d'un genre inconnu, comptés sans plus : le format n'est pas public.",
        "{count} element(s) of an unknown kind, merely counted: the format is not public.",
    ),
    "ids_absent": _doubt(
        "{count} personne(s) sans identifiant (lignes {lines}). Dans PRONOTE, générer les identifiants manquants.",
        "{count} person(s) without an identifier (lines {lines}). In PRONOTE, generate the missing ones.",
    ),
    "ids_malformed": _doubt(
        "{count} identifiant(s) mal formé(s) (lignes {lines}). Exporter de nouveau, sans retoucher le fichier.",
        "{count} malformed identifier(s) (lines {lines}). Export again, without editing the file.",
    ),
    "ids_repeating": _warning(
        "{count} identifiant(s) où un caractère revient (lignes {lines}), ce que la seule description publique exclut.",
        "{count} identifier(s) in which a character comes back (lines {lines}), which the one public description rules "
        "out.",
    ),
    "ids_shared": _doubt(
        "{count} identifiant(s) partagé(s) par des personnes différentes (lignes {lines}). Corriger dans PRONOTE avant "
        "l'import.",
        "{count} identifier(s) shared by different people (lines {lines}). Correct this in PRONOTE before the import.",
    ),
    "ids_lost": _doubt(
        "{count} personne(s) toujours là n'ont plus d'identifiant depuis l'export précédent.",
        "{count} person(s) still there have no identifier any more since the previous export.",
    ),
    "ids_changed": _doubt(
        "{count} personne(s) ont un autre identifiant qu'à l'export précédent : l'ENT leur créerait un second compte. "
        "Vérifier la récupération de l'année précédente (étape 4).",
        "{count} person(s) have another identifier than in the previous export: the ENT would give them a second "
        "account. Check the recovery of last year's data (step 4).",
    ),
    "ids_reassigned": _warning(
        "{count} identifiant(s) désignent aujourd'hui un autre nom qu'à l'export précédent (nom corrigé, ou "
        "identifiant réattribué).",
        "{count} identifier(s) now stand for another name than in the previous export (a name corrected, or an "
        "identifier given to somebody else).",
    ),
    "previous_unusable": _warning(
        "La comparaison avec l'export précédent n'a pas pu être faite : {reason}.",
        "The comparison with the previous export could not be made: {reason}.",
    ),
}

FINDINGS: dict[str, Finding] = {**_FILE, **_ARCHIVE, **_CAS, **_EXPORT}

EVIDENCE: dict[str, Phrase] = {
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
