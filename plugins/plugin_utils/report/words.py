# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the HTML and CSV reports, in French and English; statuses have theirs in audit/status.py. Pure."""

from __future__ import annotations

from ..audit.status import STATUSES
from ..pages.words import audit_title, page_words

__all__ = ["percent", "words"]

_FR = {
    "made": "Relevé du",
    "limited": "Audit partiel : {run} postes relevés maintenant, {others} repris de leur dernier relevé (datés).",
    "answer": "{ok} postes sur {total} à jour",
    "answer_one": "{ok} poste sur {total} à jour",
    "nothing": "Aucun poste dans ce relevé",
    "verdict_compliant": "Conforme",
    "verdict_not_compliant": "Non conforme",
    "verdict_incomplete": "Audit incomplet",
    "gaps_compliant": "Tous les postes qui ont pu être relevés sont à la version de leur serveur.",
    "gaps_not_compliant": "{n} postes ne sont pas à la version de leur serveur.",
    "gaps_incomplete": "Trop de postes n'ont pas pu être relevés pour conclure.",
    "also_incomplete": "Par ailleurs, trop de postes n'ont pas pu être relevés pour que le tableau soit complet.",
    "schools": "Établissements",
    "school": "Établissement",
    "server": "Version du serveur",
    "server_short": "Serveur",
    "pinned": "version demandée par l'inventaire",
    "stale": "dernière version connue : le serveur n'a pas pu être lu",
    "since": "depuis le",
    "first_seen": "vue pour la première fois le {date}",
    "unknown": "inconnue",
    "stations": "postes",
    "station": "Poste",
    "compliance": "À jour",
    "todo_count": "À traiter",
    "blind_count": "Sans réponse",
    "statuses": "États",
    "trend": "Évolution",
    "trend_text": "De {first} % à {last} % de postes à jour entre le {from_date} et le {to_date} ({n} jours d'audit).",
    "trend_short": "L'évolution apparaîtra au deuxième jour d'audit.",
    "trend_none": "Pas d'historique : donnez un fichier à pronote_state.",
    "figures": "Les chiffres",
    "date": "Date",
    "group_ok": "à jour",
    "group_todo": "à traiter",
    "group_blind": "sans réponse ou inconnus",
    "changes": "Depuis le relevé précédent",
    "no_changes": "Rien n'a changé.",
    "newly_late": "Nouveaux écarts",
    "fixed": "Remis à jour",
    "by_hand": "Changés sans nous (mise à jour automatique ou intervention)",
    "new": "Nouveaux postes",
    "vanished": "Disparus de l'inventaire",
    "plan": "Plan des salles",
    "plan_help": "Un carré par poste ; cliquez, ou Tab puis Entrée, pour le détail.",
    "no_room": "Sans salle",
    "todo": "Que faire",
    "nothing_todo": "Rien à faire : tous les postes sont à jour.",
    "command": "Commande",
    "whole_room": "toute la salle ({n})",
    "copy_it": "Copier",
    "copied": "Copié",
    "left_out": "{n} poste(s) de cette liste ont un nom qui ne peut pas figurer dans une commande.",
    "silent": "Postes sans réponse",
    "silent_since": "Sans réponse depuis",
    "last_seen": "Vu pour la dernière fois",
    "never": "jamais",
    "room": "Salle",
    "status": "État",
    "found": "Trouvé",
    "detail": "Détail",
    "as_of": "relevé le",
    "search": "Chercher un poste, une salle, un établissement",
    "show_all": "Tous",
    "filter": "Filtrer",
    "shown": "{n} postes affichés",
    "uai": "UAI",
    "expected": "Version attendue",
    "state_code": "Code de l'état",
    "status_since": "État depuis le",
    "audited_at": "Relevé le",
    "audited": "Relevé par ce passage",
    "yes": "oui",
    "no": "non",
    "act_deploy": "Déployer la version {release}",
    "why_deploy": "Clients en retard, absents, ou seulement d'une année précédente. D'abord sans rien changer, "
    "avec --check --diff ; puis :",
    "act_ahead": "Mettre le serveur à jour, ou revenir à sa version",
    "why_ahead": "Ces clients sont plus récents que le serveur. D'ordinaire, c'est le serveur qu'il faut mettre à "
    "jour, depuis la console d'hébergement. Sinon, pour remettre l'ancienne version de la même année :",
    "act_several": "Ne garder qu'un client",
    "why_several": "Plusieurs clients de la même année : un raccourci peut ouvrir le mauvais. Retirez celui de trop "
    "par le Panneau de configuration. Pour voir ce qui est installé et où :",
    "act_refused": "Rétablir l'accès",
    "why_refused": "Ces postes répondent mais refusent le compte ou ses droits (docs/winrm.md). "
    "Pour essayer de nouveau :",
    "act_frozen": "Redémarrer, puis auditer de nouveau",
    "why_frozen": "Installé sur un poste figé, qui revient à son image à chaque démarrage : le prochain audit après un "
    "redémarrage dit si le client est resté.",
    "act_unknown_release": "Trouver la version",
    "why_unknown_release": "La version du serveur ou celle du poste n'a pas pu être lue ; le détail de chaque poste "
    "dit pourquoi. Une fois la cause levée :",
    "act_unreachable": "Allumer, puis relever de nouveau",
    "why_unreachable": "Éteints, débranchés, ou WinRM fermé. Une fois allumés :",
}

_EN = {
    "made": "Taken on",
    "limited": "Partial audit: {run} stations read now, {others} shown as last known (with their date).",
    "answer": "{ok} of {total} stations up to date",
    "answer_one": "{ok} of {total} stations up to date",
    "nothing": "No station in this audit",
    "verdict_compliant": "Compliant",
    "verdict_not_compliant": "Not compliant",
    "verdict_incomplete": "Audit incomplete",
    "gaps_compliant": "Every station that could be read is at its server's release.",
    "gaps_not_compliant": "{n} stations are not at their server's release.",
    "gaps_incomplete": "Too many stations could not be read to conclude.",
    "also_incomplete": "Besides, too many stations could not be read for the picture to be complete.",
    "schools": "Schools",
    "school": "School",
    "server": "Server release",
    "server_short": "Server",
    "pinned": "release set in the inventory",
    "stale": "last known release: the server could not be read",
    "since": "since",
    "first_seen": "first seen on {date}",
    "unknown": "unknown",
    "stations": "stations",
    "station": "Station",
    "compliance": "Up to date",
    "todo_count": "To do",
    "blind_count": "No answer",
    "statuses": "Statuses",
    "trend": "Trend",
    "trend_text": "From {first} % to {last} % of stations up to date between {from_date} and {to_date} "
    "({n} days of audits).",
    "trend_short": "The trend appears on the second day of audits.",
    "trend_none": "No history: give pronote_state a file.",
    "figures": "The figures",
    "date": "Date",
    "group_ok": "up to date",
    "group_todo": "to do",
    "group_blind": "no answer or unknown",
    "changes": "Since the previous audit",
    "no_changes": "Nothing has changed.",
    "newly_late": "Newly wrong",
    "fixed": "Fixed",
    "by_hand": "Changed without us (self-update, or a visit)",
    "new": "New stations",
    "vanished": "Gone from the inventory",
    "plan": "Rooms",
    "plan_help": "One square a station; click, or Tab then Enter, for details.",
    "no_room": "No room",
    "todo": "What to do",
    "nothing_todo": "Nothing to do: every station is up to date.",
    "command": "Command",
    "whole_room": "the whole room ({n})",
    "copy_it": "Copy",
    "copied": "Copied",
    "left_out": "{n} station(s) of this list have a name that cannot stand in a command.",
    "silent": "Stations without an answer",
    "silent_since": "No answer since",
    "last_seen": "Last seen",
    "never": "never",
    "room": "Room",
    "status": "Status",
    "found": "Found",
    "detail": "Detail",
    "as_of": "as of",
    "search": "Find a station, a room, a school",
    "show_all": "All",
    "filter": "Filter",
    "shown": "{n} stations shown",
    "uai": "UAI",
    "expected": "Expected release",
    "state_code": "Status code",
    "status_since": "Status since",
    "audited_at": "Read at",
    "audited": "Read in this run",
    "yes": "yes",
    "no": "no",
    "act_deploy": "Deploy release {release}",
    "why_deploy": "Clients that are late, absent, or of an earlier year only. First without changing anything, with "
    "--check --diff; then:",
    "act_ahead": "Update the server, or go back to its release",
    "why_ahead": "These clients are newer than the server. Usually the server is to be updated, from the hosting "
    "console. Otherwise, to put the older release of the same year back:",
    "act_several": "Keep one client only",
    "why_several": "Several clients of the same year: a shortcut may open the wrong one. Remove the odd one from the "
    "Control Panel. To see what is installed, and where:",
    "act_refused": "Get access back",
    "why_refused": "These stations answer but refuse the account or its rights (docs/winrm.md). To try again:",
    "act_frozen": "Restart, then audit again",
    "why_frozen": "Installed on a frozen station, which is put back to its image at each start: the next audit after a "
    "restart says whether the client has stayed.",
    "act_unknown_release": "Find the release out",
    "why_unknown_release": "The server's or the station's release could not be read; each station's details say why. "
    "Once the cause is gone:",
    "act_unreachable": "Switch on, then audit again",
    "why_unreachable": "Off, unplugged, or WinRM closed. Once they are on:",
}


def words(language: str, product: str = "pronote_client") -> dict[str, str]:
    """Every word in a language, with the statuses as ``status_<status>``. Unknown languages are shown in English."""
    shared = page_words(language)
    statuses = {f"status_{name}": status.label(language) for name, status in STATUSES.items()}
    own = _FR if language == "fr" else _EN
    return {**shared, **own, **statuses, "title": audit_title(product, language)}


def percent(part: int, total: int) -> int:
    """A share in whole percents, which is 0 or 100 only when it is exactly that."""
    if not total:
        return 0
    share = round(100 * part / total)
    return min(99, max(1, share)) if 0 < part < total else share
