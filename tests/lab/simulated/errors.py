"""Win32 errors, by number, with the text FormatMessage gives for them in English and in French."""

from __future__ import annotations

__all__ = ["ERRORS", "Win32Error", "error_text"]

# winerror.h; French texts are those of the French language pack.
ERRORS: dict[int, tuple[str, str]] = {
    1: ("Incorrect function.", "Fonction incorrecte."),
    2: ("The system cannot find the file specified.", "Le fichier spécifié est introuvable."),
    3: ("The system cannot find the path specified.", "Le chemin d’accès spécifié est introuvable."),
    5: ("Access is denied.", "Accès refusé."),
    13: ("The data is invalid.", "Les données sont non valides."),
    15: ("The system cannot find the drive specified.", "Le lecteur spécifié est introuvable."),
    32: (
        "The process cannot access the file because it is being used by another process.",
        "Le processus ne peut pas accéder au fichier car ce fichier est utilisé par un autre processus.",
    ),
    80: ("The file exists.", "Le fichier existe."),
    87: ("The parameter is incorrect.", "Paramètre incorrect."),
    112: ("There is not enough space on the disk.", "Espace insuffisant sur le disque."),
    123: (
        "The filename, directory name, or volume label syntax is incorrect.",
        "La syntaxe du nom de fichier, de répertoire ou de volume est incorrecte.",
    ),
    145: ("The directory is not empty.", "Le répertoire n’est pas vide."),
    183: (
        "Cannot create a file when that file already exists.",
        "Impossible de créer un fichier déjà existant.",
    ),
    193: ("%1 is not a valid Win32 application.", "%1 n’est pas une application Win32 valide."),
    206: ("The filename or extension is too long.", "Nom de fichier ou extension trop long."),
    216: (
        "This version of %1 is not compatible with the version of Windows you're running. Check your computer's system "
        "information and then contact the software publisher.",
        "Cette version de %1 n’est pas compatible avec la version de Windows actuellement exécutée. Vérifiez dans les "
        "informations système de votre ordinateur, puis contactez l’éditeur de logiciel.",
    ),
    267: ("The directory name is invalid.", "Nom de répertoire non valide."),
    1115: ("A system shutdown is in progress.", "Un arrêt du système est en cours."),
    1116: (
        "Unable to abort the system shutdown because no shutdown was in progress.",
        "Impossible d’abandonner l’arrêt du système car aucun arrêt n’était en cours.",
    ),
    1190: ("A system shutdown has already been scheduled.", "Un arrêt système a déjà été planifié."),
    1332: (
        "No mapping between account names and security IDs was done.",
        "Le mappage entre les noms de compte et les ID de sécurité n’a pas été effectué.",
    ),
    1155: (
        "No application is associated with the specified file for this operation.",
        "Aucune application n’est associée au fichier spécifié pour cette opération.",
    ),
    4551: (
        "An Application Control policy has blocked this file.",
        "Une stratégie de contrôle d’application a bloqué ce fichier.",
    ),
}


class Win32Error(Exception):
    """A Win32 call failed; ``code`` is GetLastError(), ``path`` the file at fault if there is one."""

    def __init__(self, code: int, path: str = "") -> None:
        super().__init__(f"{ERRORS[code][0]} [{code}] {path}".rstrip())
        self.code = code
        self.path = path


def error_text(code: int, language: str, path: str = "") -> str:
    """The system's message for an error, without line end."""
    return ERRORS[code][1 if language == "fr" else 0].replace("%1", path)
