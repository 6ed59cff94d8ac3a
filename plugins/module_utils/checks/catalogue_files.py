# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of findings about files, and about the archive of operation 2. Data. Pure."""

from __future__ import annotations

from .catalogue_words import doubt, info, to_do, unseen

__all__ = ["ARCHIVE_FINDINGS", "FILE_FINDINGS"]

# Any file on the controller.
FILE_FINDINGS = {
    "file_absent": to_do(
        "{path} n'existe pas. Vérifier le chemin, ou faire l'opération.",
        "{path} does not exist. Check the path, or do the operation.",
    ),
    "file_empty": to_do(
        "{path} est vide (0 octet). Refaire le fichier : l'enregistrement a été interrompu.",
        "{path} is empty (0 bytes). Make the file again: saving it was interrupted.",
    ),
    "file_is_folder": to_do(
        "{path} est un dossier, pas un fichier. Donner le chemin du fichier lui-même.",
        "{path} is a folder, not a file. Give the path of the file itself.",
    ),
    "file_not_regular": unseen(
        "{path} n'est pas un fichier ordinaire (périphérique, tube…) : il n'a pas été ouvert. Vérifier le chemin.",
        "{path} is not a regular file (device, pipe…): it was not opened. Check the path.",
    ),
    "file_no_permission": unseen(
        "Le compte du contrôleur n'a pas le droit de lire {path}. Donner ce droit au compte qui exécute Ansible.",
        "The controller's account may not read {path}. Give that right to the account that runs Ansible.",
    ),
    "file_unreadable": unseen(
        "{path} ne peut pas être lu ({reason}). Vérifier le partage ou le disque, puis relancer.",
        "{path} cannot be read ({reason}). Check the share or the disk, then run again.",
    ),
    "file_too_large": doubt(
        "{path} fait {size} octets, plus que la limite de {limit} : il n'a pas été lu. Vérifier que c'est le bon "
        "fichier, ou relever la limite.",
        "{path} has {size} bytes, more than the limit of {limit}: it was not read. Check that it is the right file, "
        "or raise the limit.",
    ),
    "file_old": to_do(
        "Le fichier date du {date}, avant le {limit} : c'est celui d'une année ou d'une étape précédente. Refaire "
        "l'opération.",
        "The file is of {date}, before {limit}: it belongs to an earlier year or step. Do the operation again.",
    ),
    "file_from_future": doubt(
        "Le fichier porte une date à venir ({date}). Vérifier l'horloge du poste qui l'a fait.",
        "The file bears a date to come ({date}). Check the clock of the station that made it.",
    ),
}

# Operation 2: the archive of EDT monoposte.
ARCHIVE_FINDINGS = {
    "archive_none_in_folder": to_do(
        "Aucune archive (.zip ou .archs) dans le dossier {path}. Dans EDT : Fichier > Fabriquer une archive.",
        "No archive (.zip or .archs) in the folder {path}. In EDT: Fichier > Fabriquer une archive.",
    ),
    "archive_unknown_kind": doubt(
        "{path} n'est ni un .zip ni un .archs. Donner le chemin de l'archive fabriquée par EDT.",
        "{path} is neither a .zip nor an .archs. Give the path of the archive that EDT made.",
    ),
    "archive_not_zip": to_do(
        "{path} porte l'extension .zip mais n'en est pas un. Fabriquer de nouveau l'archive dans EDT.",
        "{path} is called .zip but is not one. Make the archive again in EDT.",
    ),
    "archive_truncated": to_do(
        "L'archive est tronquée : sa fin manque. La copier ou la fabriquer de nouveau.",
        "The archive is cut off: its end is missing. Copy it or make it again.",
    ),
    "archive_corrupt": to_do(
        "L'archive est abîmée : {bad} fichier(s) illisible(s) sur {entries}. La fabriquer de nouveau dans EDT.",
        "The archive is damaged: {bad} file(s) of {entries} cannot be read. Make it again in EDT.",
    ),
    "archive_no_directory": to_do(
        "Le sommaire de l'archive est abîmé. La copier ou la fabriquer de nouveau.",
        "The archive's table of contents is damaged. Copy it or make it again.",
    ),
    "archive_no_entry": to_do(
        "L'archive ne contient aucun fichier. La fabriquer de nouveau dans EDT.",
        "The archive holds no file. Make it again in EDT.",
    ),
    "archive_encrypted": doubt(
        "L'archive .zip est protégée par un mot de passe ({bad} fichier(s) sur {entries}) : son contenu ne peut pas "
        "être vérifié. EDT n'en fabrique pas ainsi, à notre connaissance : vérifier d'où elle vient.",
        "The .zip has a password ({bad} file(s) of {entries}): its content cannot be checked. EDT is not known to "
        "make such ones: find out where it comes from.",
    ),
    "archive_unsafe_names": doubt(
        "L'archive contient {bad} nom(s) de fichier dangereux (hors du dossier, lien…). Ne pas l'ouvrir ; la fabriquer "
        "de nouveau dans EDT.",
        "The archive holds {bad} dangerous file name(s) (outside the folder, link…). Do not open it; make it again in "
        "EDT.",
    ),
    "archive_bomb": doubt(
        "L'archive se déploie au-delà des limites ({reason}) : son contenu n'a pas été lu jusqu'au bout. Ne pas "
        "l'ouvrir ; vérifier d'où elle vient.",
        "The archive unfolds beyond the limits ({reason}): its content was not read to the end. Do not open it; find "
        "out where it comes from.",
    ),
    "archive_method": doubt(
        "L'archive emploie une compression qui n'est pas vérifiée ici ({bad} fichier(s) sur {entries}). La fabriquer "
        "de nouveau dans EDT, sans la recompresser.",
        "The archive uses a compression that is not checked here ({bad} file(s) of {entries}). Make it again in EDT, "
        "without compressing it anew.",
    ),
    "archs_not_encrypted": doubt(
        "{path} porte l'extension .archs mais son contenu n'est pas chiffré ({reason}). Vérifier que c'est bien "
        "l'archive fabriquée par EDT.",
        "{path} is called .archs but its content is not encrypted ({reason}). Check that it is the archive that EDT "
        "made.",
    ),
    "archs_opaque": info(
        "Archive chiffrée .archs : son format n'est pas public, son contenu ne peut pas être vérifié. Seul EDT peut la "
        "relire.",
        "Encrypted .archs archive: its format is not public, its content cannot be checked. Only EDT can read it back.",
    ),
    "archive_too_small": to_do(
        "L'archive ne fait que {size} octets : elle ne peut pas contenir un emploi du temps. La fabriquer de nouveau.",
        "The archive has only {size} bytes: it cannot hold a timetable. Make it again.",
    ),
    "archive_shrunk": doubt(
        "L'archive fait {size} octets, l'archive précédente {previous} : bien plus petite. Vérifier dans EDT que les "
        "emplois du temps y sont.",
        "The archive has {size} bytes, the previous one {previous}: much smaller. Check in EDT that the timetables are "
        "in it.",
    ),
    "archive_grown": doubt(
        "L'archive fait {size} octets, l'archive précédente {previous} : bien plus grande. Vérifier que c'est la "
        "bonne.",
        "The archive has {size} bytes, the previous one {previous}: much larger. Check that it is the right one.",
    ),
    "archive_content_unread": doubt(
        "Sur ce poste seuls la date et la taille de l'archive sont vérifiables. Pour plus de certitude, en vérifier "
        "une copie sur un partage et donner son empreinte (sha256), ou donner la taille de la précédente.",
        "On this station only the archive's date and size can be checked. To be surer, check a copy on a share and "
        "give its digest (sha256), or give the previous archive's size.",
    ),
    "archive_other_digest": doubt(
        "L'empreinte SHA-256 de l'archive n'est pas celle de la copie vérifiée : ce n'est pas le même fichier. "
        "Vérifier laquelle est la bonne.",
        "The archive's SHA-256 is not that of the checked copy: they are not the same file. Find out which one is "
        "right.",
    ),
    "archive_digest_unread": doubt(
        "L'empreinte de l'archive n'a pas pu être calculée sur le poste ({reason}).",
        "The archive's digest could not be computed on the station ({reason}).",
    ),
    "archive_no_date": doubt(
        "La date de l'archive n'a pas pu être lue. Vérifier sur le poste.",
        "The archive's date could not be read. Check on the station.",
    ),
    "station_unreadable": unseen(
        "Le poste n'a pas pu être lu : {fact}. L'allumer ou corriger l'accès, puis relancer.",
        "The station could not be read: {fact}. Switch it on or correct the access, then run again.",
    ),
    "edt_absent": doubt(
        "EDT monoposte n'est pas installé sur ce poste. Vérifier que c'est bien le poste où les emplois du temps sont "
        "faits.",
        "EDT monoposte is not installed on this station. Check that it is the one where the timetables are made.",
    ),
    "edt_other_year": to_do(
        "EDT monoposte {year} n'est pas installé (trouvé : {found}). Installer l'année demandée, y convertir la base, "
        "puis fabriquer l'archive.",
        "EDT monoposte {year} is not installed (found: {found}). Install the year asked for, convert the base with it, "
        "then make the archive.",
    ),
    "edt_not_looked_at": info(
        "L'année d'EDT monoposte n'a pas été vérifiée.",
        "The year of EDT monoposte was not checked.",
    ),
}
