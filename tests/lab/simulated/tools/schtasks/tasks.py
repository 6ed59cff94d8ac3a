"""schtasks /Run, /End, /Delete."""

from __future__ import annotations

from ...codepages import decode
from ...messages import text
from ...processes import Invocation
from .switches import SchtasksUsageError, denied, failed, find_task, parse

__all__ = ["delete", "end", "run_task"]


async def run_task(invocation: Invocation, words: list[str]) -> int:
    """``/Run /TN name [/I]``: success means the request was taken, not that the program ran."""
    task = find_task(invocation, parse(words, {"tn", "s", "u", "p"}, {"i", "hresult"}))
    if task is None or denied(invocation):
        return 1
    if not task.enabled or not task.definition.allow_on_demand:
        return failed(invocation, 5)
    invocation.station.tasks.start(task)
    invocation.out(text("task_run", invocation.language, task.path))
    return 0


async def end(invocation: Invocation, words: list[str]) -> int:
    """``/End /TN name``."""
    task = find_task(invocation, parse(words, {"tn", "s", "u", "p"}, {"hresult"}))
    if task is None or denied(invocation):
        return 1
    invocation.station.tasks.stop(task)
    invocation.out(text("task_ended", invocation.language, task.path))
    return 0


async def delete(invocation: Invocation, words: list[str]) -> int:
    """``/Delete /TN name|* [/F]``: asks without /F."""
    switches = parse(words, {"tn", "s", "u", "p"}, {"f", "hresult"})
    if "tn" not in switches:
        raise SchtasksUsageError
    tasks = invocation.station.tasks
    if switches["tn"] == "*":
        targets = tasks.all()
    else:
        task = find_task(invocation, switches)
        targets = [task] if task else []
    if not targets or denied(invocation):
        return 1
    for each in targets:
        if "f" not in switches:
            invocation.out(text("task_sure", invocation.language, each.path.lstrip("\\")), end="")
            answer = decode(await invocation.stdio.stdin.read_line(), invocation.console.codepage)
            if answer.strip().lower()[:1] != text("yes", invocation.language):
                continue
        tasks.delete(each)
        invocation.out(text("task_deleted", invocation.language, each.path))
    return 0
