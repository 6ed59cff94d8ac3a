"""taskkill.exe."""

from __future__ import annotations

from ..messages import text
from ..paths import match_wildcard
from ..processes import Invocation, Process
from .tasklist import FilterError, matching

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``taskkill [/F] [/T] (/IM name | /PID id)… [/FI filter]``: 128 when nothing matches, 1 when one cannot be ended.

    Without /F it asks a window to close; a process of another session has none for us, so it is refused.
    """
    flags: set[str] = set()
    names: list[str] = []
    pids: list[str] = []
    filters: list[str] = []
    words = iter(invocation.arguments)
    for word in words:
        flag = word.lower()
        if flag in ("/f", "/t"):
            flags.add(flag)
        elif flag == "/im":
            names.append(next(words, ""))
        elif flag == "/pid":
            pids.append(next(words, ""))
        elif flag == "/fi":
            filters.append(next(words, ""))
        else:
            names = pids = filters = []
            break
    if not (names or pids or filters) or "" in names + pids:
        invocation.err(text("tool_syntax", invocation.language, "TASKKILL"))
        return 1
    processes = list(invocation.station.processes)
    targets: list[Process] = []
    code = 0
    for name in names or (["*"] if filters and not pids else []):
        found = [each for each in processes if match_wildcard(each.name, name)]
        if not found:
            invocation.err(text("process_not_found", invocation.language, name))
            code = 128
        targets += found
    for pid in pids:
        process = invocation.station.processes.get(int(pid)) if pid.isdecimal() else None
        if process is None:
            invocation.err(text("process_not_found", invocation.language, pid))
            code = 128
        else:
            targets.append(process)
    try:
        targets = [each for each in targets if all(matching(each, rule) for rule in filters)]
    except FilterError:
        invocation.err(text("error", invocation.language, "The search filter cannot be recognized."))
        return 1
    if not targets and not code:
        invocation.out(text("no_tasks_match", invocation.language))
    for process in targets:
        code = _end(invocation, process, flags) or code
    return code


def _end(invocation: Invocation, process: Process, flags: set[str]) -> int:
    table = invocation.station.processes
    if process.exit_code is not None:
        return 0
    if process.host:
        invocation.err(text("process_denied", invocation.language, process.pid))
        return 1
    if "/f" not in flags:
        invocation.err(text("process_forcefully", invocation.language, process.pid))
        return 1
    if "/t" in flags:
        for each in table.kill_tree(process):
            invocation.out(text("process_child_terminated", invocation.language, each.pid, each.parent))
        return 0
    table.kill(process)
    invocation.out(text("process_terminated", invocation.language, process.name, process.pid))
    return 0
