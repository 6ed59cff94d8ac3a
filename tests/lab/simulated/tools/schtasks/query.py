"""schtasks /Query."""

from __future__ import annotations

from ...messages import text
from ...processes import Invocation
from ...tasks import Task
from .switches import SchtasksUsageError, find_task, parse

__all__ = ["query"]

_COLUMNS = {
    "en": ("TaskName", "Next Run Time", "Status"),
    "fr": ("Nom de la tâche", "Prochaine exécution", "Statut"),
}
_VERBOSE = {
    "en": ("HostName", *_COLUMNS["en"], "Last Run Time", "Last Result", "Task To Run", "Run As User"),
    "fr": (
        "Nom de l’hôte",
        *_COLUMNS["fr"],
        "Heure de la dernière exécution",
        "Dernier résultat",
        "Tâche à exécuter",
        "Exécuter en tant qu’utilisateur",
    ),
}


def _status(task: Task, language: str) -> str:
    name = "task_running" if task.running else "task_ready" if task.enabled else "task_disabled"
    return text(name, language)


def _row(invocation: Invocation, task: Task, verbose: bool) -> list[str]:
    next_run = "N/A"
    for trigger in task.definition.triggers:
        if trigger.kind == "time" and trigger.at is not None:
            at = trigger.at if trigger.at.tzinfo else trigger.at.replace(tzinfo=invocation.station.clock.zone)
            if at > invocation.station.clock.now():
                next_run = f"{at:%d/%m/%Y %H:%M:%S}" if invocation.language == "fr" else f"{at:%m/%d/%Y %I:%M:%S %p}"
    row = [task.path, next_run, _status(task, invocation.language)]
    if not verbose:
        return row
    action = task.definition.actions[0]
    last = f"{task.last_run:%d/%m/%Y %H:%M:%S}" if task.last_run else "30/11/1999 00:00:00"
    result = task.last_result - (1 << 32) if task.last_result >= 1 << 31 else task.last_result
    command = f"{action.command} {action.arguments}".rstrip()
    return [
        invocation.station.computer_name,
        *row,
        last,
        str(result),
        command,
        task.definition.user or task.definition.group,
    ]


async def query(invocation: Invocation, words: list[str]) -> int:
    """``/Query [/TN name] [/FO TABLE|LIST|CSV] [/NH] [/V] | /XML``: 1 when the task does not exist."""
    switches = parse(words, {"tn", "fo", "s", "u", "p", "xml"} - {"xml"}, {"nh", "v", "xml", "hresult"})
    style = switches.get("fo", "table").lower()
    if style not in ("table", "list", "csv"):
        raise SchtasksUsageError
    if "tn" in switches:
        task = find_task(invocation, switches)
        if task is None:
            return 1
        found = [task]
    else:
        found = invocation.station.tasks.all()
    if "xml" in switches:
        for each in found:
            invocation.out(each.definition.xml)
            invocation.out()
        return 0
    verbose = "v" in switches
    columns = (_VERBOSE if verbose else _COLUMNS)[invocation.language]
    rows = [_row(invocation, each, verbose) for each in found]
    if style == "csv":
        for row in ([list(columns)] if "nh" not in switches else []) + rows:
            invocation.out(",".join(f'"{value}"' for value in row))
    elif style == "list":
        for row in rows:
            invocation.out()
            for name, value in zip(columns, row, strict=True):
                invocation.out(f"{name + ':':<40} {value}")
    else:
        folder = ""
        for row in rows:
            home, _, name = row[-3 if not verbose else 1].rpartition("\\")
            if home != folder or row is rows[0]:
                folder = home
                label = "Dossier" if invocation.language == "fr" else "Folder"
                invocation.out(f"\r\n{label}: {home or chr(92)}")
                if "nh" not in switches:
                    invocation.out(
                        f"{columns[-3 if not verbose else 1]:<40} {columns[1 if not verbose else 2]:<22} "
                        f"{columns[2 if not verbose else 3]:<15}"
                    )
                    invocation.out(f"{'=' * 40} {'=' * 22} {'=' * 15}")
            values = row if not verbose else row[1:4]
            invocation.out(f"{name[:40]:<40} {values[1]:<22} {values[2]:<15}")
    return 0
