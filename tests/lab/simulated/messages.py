"""Messages of cmd.exe and the tools, in English and in French (texts of the language packs)."""

from __future__ import annotations

from .errors import ERRORS

__all__ = ["MESSAGES", "text"]

MESSAGES: dict[str, tuple[str, str]] = {
    "not_recognized": (
        "'{0}' is not recognized as an internal or external command,\r\noperable program or batch file.",
        "'{0}' n’est pas reconnu en tant que commande interne\r\nou externe, un programme exécutable ou un fichier de "
        "commandes.",
    ),
    "unexpected": ("{0} was unexpected at this time.", "{0} était inattendu."),
    "syntax": ("The syntax of the command is incorrect.", "La syntaxe de la commande n’est pas correcte."),
    "too_long": ("The command line is too long.", "La ligne de commande est trop longue."),
    "input_too_long": ("The input line is too long.", "La ligne entrée est trop longue."),
    "no_label": (
        "The system cannot find the batch label specified - {0}",
        "Le système ne trouve pas le nom de fichier de commandes spécifié - {0}",
    ),
    "no_batch": ("The batch file cannot be found.", "Le fichier de commandes est introuvable."),
    "echo_on": ("ECHO is on.", "Commande ECHO activée."),
    "echo_off": ("ECHO is off.", "Commande ECHO désactivée."),
    "not_defined": ("Environment variable {0} not defined", "La variable d’environnement {0} n’est pas définie"),
    "exists_folder": (
        "A subdirectory or file {0} already exists.",
        "Un sous-répertoire ou un fichier {0} existe déjà.",
    ),
    "file_not_found": ("File Not Found", "Fichier introuvable"),
    "could_not_find": ("Could Not Find {0}", "Impossible de trouver {0}"),
    "copied": ("        {0} file(s) copied.", "        {0} fichier(s) copié(s)."),
    "moved": ("        {0} file(s) moved.", "        {0} fichier(s) déplacé(s)."),
    "moved_folder": ("        {0} dir(s) moved.", "        {0} répertoire(s) déplacé(s)."),
    "duplicate": (
        "A duplicate file name exists, or the file\r\ncannot be found.",
        "Ce nom de fichier existe déjà, ou le fichier\r\nest introuvable.",
    ),
    "copy_itself": (
        "The file cannot be copied onto itself.",
        "Le fichier ne peut être copié sur lui-même.",
    ),
    "overwrite": ("Overwrite {0}? (Yes/No/All): ", "Remplacer {0} (Oui/Non/Tous) : "),
    "sure": ("{0}, Are you sure (Y/N)? ", "{0}, êtes-vous sûr (O/N) ? "),
    "yes": ("y", "o"),
    "codepage": ("Active code page: {0}", "Page de codes active : {0}"),
    "bad_codepage": ("Invalid code page", "Page de codes non valide"),
    "missing_operand": ("Missing operand.", "Opérande manquante."),
    "missing_operator": ("Missing operator.", "Opérateur manquant."),
    "unbalanced": ("Unbalanced parenthesis.", "Parenthèses dissymétriques."),
    "bad_number": (
        "Invalid number.  Numeric constants are either decimal (17),\r\nhexadecimal (0x11), or octal (021).",
        "Nombre incorrect. Les constantes numériques sont soit décimales (17),\r\nsoit hexadécimales (0x11) ou octales "
        "(021).",
    ),
    "divide_by_zero": ("Divide by zero error.", "Erreur : division par zéro."),
    "only_in_batch": (
        "Invalid attempt to call batch label outside of batch script.",
        "Tentative incorrecte d’appeler un nom de fichier de commandes en dehors du fichier de commandes.",
    ),
    "invalid_switch": ("Invalid switch - {0}", "Commutateur non valide - {0}"),
    "press_any_key": ("Press any key to continue . . . ", "Appuyez sur une touche pour continuer... "),
    "start_not_found": (
        "The system cannot find the file {0}.",
        "Le fichier {0} est introuvable.",
    ),
    "volume": (" Volume in drive {0} has no label.", " Le volume dans le lecteur {0} n’a pas de nom."),
    "serial": (" Volume Serial Number is {0}", " Le numéro de série du volume est {0}"),
    "directory_of": (" Directory of {0}", " Répertoire de {0}"),
    "files_bytes": ("{0:>16} File(s) {1:>14} bytes", "{0:>16} fichier(s) {1:>14} octets"),
    "dirs_free": ("{0:>16} Dir(s)  {1:>14} bytes free", "{0:>16} Rép(s)  {1:>14} octets libres"),
    "total_listed": ("     Total Files Listed:", "     Total des fichiers listés :"),
    "no_association": (
        "File association not found for extension {0}",
        "Aucune association de fichiers trouvée pour l’extension {0}",
    ),
    "success": ("The operation completed successfully.", "L’opération a réussi."),
    "reg_not_found": (
        "ERROR: The system was unable to find the specified registry key or value.",
        "Erreur : Le système n’a pas trouvé la clé ou la valeur de Registre spécifiée.",
    ),
    "reg_denied": ("ERROR: Access is denied.", "Erreur : Accès refusé."),
    "reg_key_name": ("ERROR: Invalid key name.", "Erreur : Nom de clé non valide."),
    "reg_syntax": (
        'ERROR: Invalid syntax.\r\nType "REG {0} /?" for usage.',
        'Erreur : Syntaxe non valide.\r\nEntrez "REG {0} /?" pour afficher la syntaxe.',
    ),
    "reg_end_of_search": (
        "End of search: {0} match(es) found.",
        "Fin de la recherche : {0} correspondance(s) trouvée(s).",
    ),
    "reg_default": ("(Default)", "(par défaut)"),
    "reg_no_data": (
        "ERROR: The parameter is incorrect.",
        "Erreur : Paramètre incorrect.",
    ),
    "no_tasks_match": (
        "INFO: No tasks are running which match the specified criteria.",
        "Information : aucune tâche en service ne correspond aux critères spécifiés.",
    ),
    "process_not_found": ('ERROR: The process "{0}" not found.', 'Erreur : le processus "{0}" est introuvable.'),
    "process_terminated": (
        'SUCCESS: The process "{0}" with PID {1} has been terminated.',
        'Opération réussie : le processus "{0}" de PID {1} a été terminé.',
    ),
    "process_child_terminated": (
        "SUCCESS: The process with PID {0} (child process of PID {1}) has been terminated.",
        "Opération réussie : le processus avec PID {0} (processus enfant de PID {1}) a été terminé.",
    ),
    "process_forcefully": (
        "ERROR: The process with PID {0} could not be terminated.\r\n"
        "Reason: This process can only be terminated forcefully (with /F option).",
        "Erreur : le processus avec PID {0} n’a pas pu être terminé.\r\n"
        "Raison : ce processus peut seulement être terminé de force (avec l’option /F).",
    ),
    "process_denied": (
        "ERROR: The process with PID {0} could not be terminated.\r\nReason: Access is denied.",
        "Erreur : le processus avec PID {0} n’a pas pu être terminé.\r\nRaison : Accès refusé.",
    ),
    "tool_syntax": (
        'ERROR: Invalid syntax.\r\nType "{0} /?" for usage.',
        'Erreur : syntaxe incorrecte.\r\nEntrez "{0} /?" pour afficher la syntaxe.',
    ),
    "error": ("ERROR: {0}", "ERREUR : {0}"),
    "task_created": (
        'SUCCESS: The scheduled task "{0}" has successfully been created.',
        'Opération réussie : la tâche planifiée "{0}" a été créée.',
    ),
    "task_exists": (
        'WARNING: The task name "{0}" already exists. Do you want to replace it (Y/N)? ',
        'AVERTISSEMENT : le nom de tâche "{0}" existe déjà. Voulez-vous la remplacer (O/N) ? ',
    ),
    "task_run": (
        'SUCCESS: Attempted to run the scheduled task "{0}".',
        'Opération réussie : tentative d’exécution de la tâche planifiée "{0}".',
    ),
    "task_ended": (
        'SUCCESS: The scheduled task "{0}" has been terminated successfully.',
        'Opération réussie : la tâche planifiée "{0}" a été arrêtée.',
    ),
    "task_deleted": (
        'SUCCESS: The scheduled task "{0}" was successfully deleted.',
        'Opération réussie : la tâche planifiée "{0}" a été supprimée.',
    ),
    "task_sure": (
        'WARNING: Are you sure you want to remove the task "{0}" (Y/N)? ',
        'AVERTISSEMENT : voulez-vous vraiment supprimer la tâche "{0}" (O/N) ? ',
    ),
    "task_malformed": (
        "ERROR: The task XML is malformed.\r\n({1},{2})::ERROR: {0}",
        "ERREUR : le fichier XML de la tâche est incorrect.\r\n({1},{2})::ERREUR : {0}",
    ),
    "task_value": (
        "ERROR: The task XML contains a value which is incorrectly formatted or out of range.\r\n({1},{2}):{0}:",
        "ERREUR : le fichier XML de la tâche contient une valeur mal mise en forme ou hors limites.\r\n({1},{2}):{0}:",
    ),
    "task_ready": ("Ready", "Prêt"),
    "task_running": ("Running", "En cours"),
    "task_disabled": ("Disabled", "Désactivé"),
    "encoding": ("unable to switch the encoding", "impossible de changer de codage"),
    "icacls_processed": ("processed file: {0}", "fichier traité : {0}"),
    "icacls_summary": (
        "Successfully processed {0} files; Failed processing {1} files",
        "{0} fichiers correctement traités ; échec du traitement de {1} fichiers",
    ),
    "icacls_parameter": ('Invalid parameter "{0}"', 'Paramètre non valide "{0}"'),
    "hash_of": ("{0} hash of {1}:", "{0} hachage de {1} :"),
    "certutil_done": (
        "CertUtil: -hashfile command completed successfully.",
        "CertUtil: -hashfile La commande s’est terminée correctement.",
    ),
    "certutil_failed": (
        "CertUtil: -hashfile command FAILED: {0}",
        "CertUtil: -hashfile ÉCHEC de la commande : {0}",
    ),
    "findstr_cannot_open": ("FINDSTR: Cannot open {0}", "FINDSTR : impossible d’ouvrir {0}"),
    "where_not_found": (
        "INFO: Could not find files for the given pattern(s).",
        "Information : impossible de trouver des fichiers pour le(s) modèle(s) spécifié(s).",
    ),
    "timeout_redirect": (
        "ERROR: Input redirection is not supported, exiting the process immediately.",
        "Erreur : la redirection de l’entrée n’est pas prise en charge. Arrêt immédiat du processus.",
    ),
    "fc_comparing": ("Comparing files {0} and {1}", "Comparaison des fichiers {0} et {1}"),
    "fc_same": ("FC: no differences encountered\r\n", "FC : aucune différence trouvée\r\n"),
    "ping_unknown": (
        "Ping request could not find host {0}. Please check the name and try again.",
        "La requête Ping n’a pas pu trouver l’hôte {0}. Vérifiez le nom et essayez à nouveau.",
    ),
    "takeown_done": (
        'SUCCESS: The file (or folder): "{0}" now owned by the administrators group.',
        'Opération réussie : le fichier (ou dossier) "{0}" est maintenant la propriété du groupe Administrateurs.',
    ),
    "not_valid_app": (
        "The system cannot execute the specified program.",
        "Le système ne peut exécuter le programme spécifié.",
    ),
}


def text(name: str, language: str, *values: object) -> str:
    """A message without its line end; numbers up to the table of Win32 errors are its messages."""
    pair = ERRORS[int(name)] if name.isdigit() else MESSAGES[name]
    return pair[1 if language == "fr" else 0].format(*values) if values else pair[1 if language == "fr" else 0]
