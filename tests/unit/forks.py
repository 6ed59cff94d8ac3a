"""Several processes at the same moment, forked as Ansible's workers are."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["at_once"]


def at_once(work: Callable[..., None], each: Iterable[tuple[Any, ...]]) -> list[int | None]:
    """Do the work in a process for each of these arguments, all begun before any is waited for; their exit codes."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=arguments) for arguments in each]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.exitcode for worker in workers]
