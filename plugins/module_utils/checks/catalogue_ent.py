# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of findings about the ENT: its connection (operation 5) and the export of identifiers (6). Data. Pure."""

from __future__ import annotations

from .catalogue_words import doubt, info, to_do, unseen, warning

__all__ = ["CAS_FINDINGS", "EXPORT_FINDINGS"]

# Operation 5: CAS.
CAS_FINDINGS = {
    "pronote_unreadable": unseen(
        "Le serveur PRONOTE n'a pas pu être lu : {fact}. Ne pas insister (une adresse trop insistante est suspendue) ; "
        "relancer plus tard.",
        "The PRONOTE server could not be read: {fact}. Do not insist (addresses that ask too often are suspended); run "
        "again later.",
    ),
    "cas_off": to_do(
        "CAS n'est pas activé sur le serveur PRONOTE. L'activer dans la console d'hébergement.",
        "CAS is not active on the PRONOTE server. Activate it in the hosting console.",
    ),
    "cas_address_absent": doubt(
        "CAS est activé, mais le serveur ne donne pas l'adresse de l'ENT. La vérifier dans la console d'hébergement.",
        "CAS is active, but the server does not give the ENT's address. Check it in the hosting console.",
    ),
    "cas_other_host": to_do(
        "CAS pointe vers {found}, et non vers l'ENT {expected}. Corriger l'adresse dans la console d'hébergement.",
        "CAS points to {found}, not to the ENT {expected}. Correct the address in the hosting console.",
    ),
    "cas_host_not_configured": doubt(
        "L'adresse de l'ENT n'est pas configurée : CAS pointe vers {found}, que rien ne permet de confirmer. Donner le "
        "nom d'hôte CAS de l'ENT (ent_cas_host).",
        "The ENT's address is not configured: CAS points to {found}, which nothing confirms. Give the ENT's CAS host "
        "name (ent_cas_host).",
    ),
    "redirect_absent": to_do(
        "La page de PRONOTE ne renvoie pas vers l'ENT. Vérifier le mode d'authentification dans la console "
        "d'hébergement.",
        "The page of PRONOTE does not redirect to the ENT. Check the authentication mode in the hosting console.",
    ),
    "redirect_refused": unseen(
        "La page de PRONOTE n'a pas pu être lue : {fact}. Relancer plus tard, sans insister.",
        "The page of PRONOTE could not be read: {fact}. Run again later, without insisting.",
    ),
    "redirect_loop": to_do(
        "La page de PRONOTE renvoie vers elle-même, sans fin. Vérifier CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to itself, endlessly. Check CAS in the hosting console.",
    ),
    "redirect_malformed": to_do(
        "La page de PRONOTE renvoie vers une adresse illisible. Vérifier CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to an address that cannot be read. Check CAS in the hosting console.",
    ),
    "redirect_other_host": to_do(
        "La page de PRONOTE renvoie vers {found}, et non vers {expected}. Corriger CAS dans la console d'hébergement.",
        "The page of PRONOTE redirects to {found}, not to {expected}. Correct CAS in the hosting console.",
    ),
    "redirect_plain_http": to_do(
        "La page de PRONOTE renvoie vers l'ENT en HTTP non chiffré : les mots de passe passeraient en clair. Donner "
        "l'adresse https dans la console d'hébergement.",
        "The page of PRONOTE redirects to the ENT over plain HTTP: passwords would pass in the clear. Give the https "
        "address in the hosting console.",
    ),
    "redirect_no_service": to_do(
        "Le renvoi vers l'ENT ne dit pas à qui revenir (paramètre service absent). Vérifier CAS dans la console "
        "d'hébergement.",
        "The redirect to the ENT does not say whom to come back to (no service parameter). Check CAS in the hosting "
        "console.",
    ),
    "redirect_other_service": to_do(
        "L'ENT renverrait vers {found}, et non vers le serveur PRONOTE {expected}. Vérifier CAS dans la console "
        "d'hébergement.",
        "The ENT would come back to {found}, not to the PRONOTE server {expected}. Check CAS in the hosting console.",
    ),
    "login_down": unseen(
        "La page de connexion de l'ENT ne répond pas ({reason}). Vérifier l'accès du contrôleur à Internet, puis "
        "l'ENT.",
        "The ENT's login page does not answer ({reason}). Check the controller's way to the Internet, then the ENT.",
    ),
    "login_tls_expired": doubt(
        "Le certificat de l'ENT {host} a expiré (ou n'est pas encore valide). Prévenir l'administrateur de l'ENT.",
        "The certificate of the ENT {host} has expired (or is not valid yet). Tell the ENT's administrator.",
    ),
    "login_tls_name": doubt(
        "Le certificat présenté par {host} est celui d'un autre nom. Vérifier l'adresse CAS ; prévenir "
        "l'administrateur de l'ENT.",
        "The certificate that {host} presents is of another name. Check the CAS address; tell the ENT's administrator.",
    ),
    "login_tls_untrusted": doubt(
        "Le certificat de l'ENT {host} n'est signé par aucune autorité connue du contrôleur. Vérifier qu'aucun proxy "
        "n'intercepte la connexion ; sinon donner l'autorité (cas_ca_path).",
        "The certificate of the ENT {host} is signed by no authority that the controller knows. Check that no proxy "
        "intercepts the connection; else give the authority (cas_ca_path).",
    ),
    "login_tls_other": doubt(
        "La connexion chiffrée avec l'ENT {host} échoue ({reason}). Prévenir l'administrateur de l'ENT.",
        "The encrypted connection to the ENT {host} fails ({reason}). Tell the ENT's administrator.",
    ),
    "login_http": doubt(
        "La page de connexion de l'ENT répond par une erreur (HTTP {status}). Prévenir l'administrateur de l'ENT.",
        "The ENT's login page answers with an error (HTTP {status}). Tell the ENT's administrator.",
    ),
    "login_service_refused": to_do(
        "L'ENT ne connaît pas ce serveur PRONOTE : il refuse le service. Le faire déclarer par l'administrateur de "
        "l'ENT.",
        "The ENT does not know this PRONOTE server: it refuses the service. Have the ENT's administrator declare it.",
    ),
    "login_loop": doubt(
        "La page de connexion de l'ENT renvoie sans fin d'une adresse à l'autre. Prévenir l'administrateur de l'ENT.",
        "The ENT's login page redirects endlessly. Tell the ENT's administrator.",
    ),
    "login_plain_http": doubt(
        "La page de connexion de l'ENT renvoie vers {host} en HTTP non chiffré. Prévenir l'administrateur de l'ENT.",
        "The ENT's login page redirects to {host} over plain HTTP. Tell the ENT's administrator.",
    ),
    "login_elsewhere": info(
        "La page de connexion de l'ENT renvoie vers {host} (guichet d'identité) : non suivi.",
        "The ENT's login page redirects to {host} (an identity provider): not followed.",
    ),
    "login_not_page": doubt(
        "L'adresse de connexion de l'ENT ne répond pas par une page. L'ouvrir dans un navigateur.",
        "The ENT's login address does not answer with a page. Open it in a browser.",
    ),
}

# Operation 6: the export of identifiers.
EXPORT_FINDINGS = {
    "export_not_xml": to_do(
        "{path} n'est pas un fichier XML. Donner le fichier exporté par PRONOTE (Imports/Exports > Socles ENT).",
        "{path} is not an XML file. Give the file that PRONOTE exported (Imports/Exports > Socles ENT).",
    ),
    "export_truncated": to_do(
        "Le fichier s'arrête avant sa fin (ligne {line}) : l'export ou la copie a été interrompu. Exporter de nouveau.",
        "The file stops before its end (line {line}): the export or the copy was interrupted. Export again.",
    ),
    "export_malformed": to_do(
        "Le fichier n'est pas un XML correct (ligne {line} : {reason}). Exporter de nouveau, sans le retoucher.",
        "The file is not correct XML (line {line}: {reason}). Export again, without editing it.",
    ),
    "export_encoding": to_do(
        "L'encodage annoncé n'est pas celui du fichier (ligne {line}) : il a été réenregistré par un autre programme. "
        "Exporter de nouveau.",
        "The encoding stated is not the file's own (line {line}): another program has saved it again. Export again.",
    ),
    "export_dtd": doubt(
        "Le fichier déclare des entités ou une DTD (ligne {line}), ce qu'aucun export ne fait et qui sert à saturer "
        "ou à espionner le lecteur : refusé sans être lu. Vérifier d'où il vient.",
        "The file declares entities or a DTD (line {line}), which no export does and which serves to overwhelm or to "
        "spy on its reader: refused unread. Find out where it comes from.",
    ),
    "export_beyond_limits": doubt(
        "Le fichier dépasse ce qu'un export peut contenir ({reason}) : lecture arrêtée. Vérifier d'où il vient.",
        "The file goes beyond what an export can hold ({reason}): reading was stopped. Find out where it comes from.",
    ),
    "export_other_root": to_do(
        "Le fichier est un XML, mais pas un export d'identifiants de PRONOTE : ni personnes, ni contenu chiffré.",
        "The file is XML, but not an export of PRONOTE identifiers: neither people nor encrypted content.",
    ),
    "export_utf16": doubt(
        "Le fichier est en UTF-16 : un autre programme l'a sans doute réenregistré, et l'ENT peut le refuser. Exporter "
        "de nouveau.",
        "The file is in UTF-16: another program has probably saved it again, and the ENT may refuse it. Export again.",
    ),
    "export_bom": info(
        "Le fichier commence par une marque d'encodage (BOM UTF-8) ; il a été lu normalement.",
        "The file begins with a byte order mark (UTF-8); it was read all the same.",
    ),
    "export_other_school": to_do(
        "Le fichier est celui de l'établissement {found}, et non {expected}. Exporter depuis la base du bon "
        "établissement.",
        "The file is that of the school {found}, not {expected}. Export from the right school's base.",
    ),
    "export_school_unknown": warning(
        "Le fichier ne dit pas de quel établissement il est (UAI).",
        "The file does not say which school it is of (UAI).",
    ),
    "export_other_year": to_do(
        "Le fichier est de l'année {found} de PRONOTE, et non {expected}. Exporter depuis la base de la nouvelle "
        "année.",
        "The file is of PRONOTE's year {found}, not {expected}. Export from the new year's base.",
    ),
    "export_year_unknown": warning(
        "Le fichier ne dit pas de quelle année de PRONOTE il vient.",
        "The file does not say which year of PRONOTE it comes from.",
    ),
    "export_other_partner": to_do(
        "Le fichier est destiné à {found}, et non à {expected}. Refaire l'export pour le bon ENT.",
        "The file is meant for {found}, not for {expected}. Export again for the right ENT.",
    ),
    "export_partner_unknown": warning(
        "Le fichier ne dit pas à quel ENT il est destiné.",
        "The file does not say which ENT it is meant for.",
    ),
    "export_date_of_file": info(
        "Le fichier ne porte pas de date lisible : celle du fichier lui-même est utilisée.",
        "The file bears no readable date: that of the file itself is used.",
    ),
    "export_encrypted": info(
        "Export chiffré pour l'ENT : seule l'enveloppe (établissement, année, date) est vérifiable, pas les "
        "identifiants.",
        "Export encrypted for the ENT: only the envelope (school, year, date) can be checked, not the identifiers.",
    ),
    "envelope_other_namespace": warning(
        "L'enveloppe n'a pas l'espace de noms connu : le format a peut-être changé.",
        "The envelope has not the known namespace: the format may have changed.",
    ),
    "envelope_no_content": to_do(
        "L'enveloppe chiffrée n'a pas de contenu. Exporter de nouveau.",
        "The encrypted envelope has no content. Export again.",
    ),
    "envelope_bad_content": to_do(
        "Le contenu chiffré de l'enveloppe est abîmé (ce n'est pas du base64). Exporter de nouveau.",
        "The envelope's encrypted content is damaged (it is not base64). Export again.",
    ),
    "export_no_people": to_do(
        "Le fichier ne contient personne. Vérifier que la base est initialisée (étape 3), puis exporter de nouveau.",
        "The file holds nobody. Check that the base is initialised (step 3), then export again.",
    ),
    "export_kind_missing": doubt(
        "Le fichier ne contient aucun élément {kind}. Vérifier la base et les options de l'export.",
        "The file holds no {kind} element. Check the base and the options of the export.",
    ),
    "export_unknown_elements": info(
        "{count} élément(s) d'un genre inconnu, comptés sans plus : le format n'est pas public.",
        "{count} element(s) of an unknown kind, merely counted: the format is not public.",
    ),
    "ids_absent": doubt(
        "{count} personne(s) sans identifiant (lignes {lines}). Dans PRONOTE, générer les identifiants manquants.",
        "{count} person(s) without an identifier (lines {lines}). In PRONOTE, generate the missing ones.",
    ),
    "ids_malformed": doubt(
        "{count} identifiant(s) mal formé(s) (lignes {lines}). Exporter de nouveau, sans retoucher le fichier.",
        "{count} malformed identifier(s) (lines {lines}). Export again, without editing the file.",
    ),
    "ids_repeating": warning(
        "{count} identifiant(s) où un caractère revient (lignes {lines}), ce que la seule description publique exclut.",
        "{count} identifier(s) in which a character comes back (lines {lines}), which the one public description rules "
        "out.",
    ),
    "ids_shared": doubt(
        "{count} identifiant(s) partagé(s) par des personnes différentes (lignes {lines}). Corriger dans PRONOTE avant "
        "l'import.",
        "{count} identifier(s) shared by different people (lines {lines}). Correct this in PRONOTE before the import.",
    ),
    "ids_lost": doubt(
        "{count} personne(s) toujours là n'ont plus d'identifiant depuis l'export précédent.",
        "{count} person(s) still there have no identifier any more since the previous export.",
    ),
    "ids_changed": doubt(
        "{count} personne(s) ont un autre identifiant qu'à l'export précédent : l'ENT leur créerait un second compte. "
        "Vérifier la récupération de l'année précédente (étape 4).",
        "{count} person(s) have another identifier than in the previous export: the ENT would give them a second "
        "account. Check the recovery of last year's data (step 4).",
    ),
    "ids_reassigned": warning(
        "{count} identifiant(s) désignent aujourd'hui un autre nom qu'à l'export précédent (nom corrigé, ou "
        "identifiant réattribué).",
        "{count} identifier(s) now stand for another name than in the previous export (a name corrected, or an "
        "identifier given to somebody else).",
    ),
    "previous_unusable": warning(
        "La comparaison avec l'export précédent n'a pas pu être faite : {reason}.",
        "The comparison with the previous export could not be made: {reason}.",
    ),
}
