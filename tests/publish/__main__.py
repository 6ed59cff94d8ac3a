"""Runs all checks, as many at a time as there are cores, and says at the end what ran on which ansible-core."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from .checks import CHECKS
from .sanity import cores, sanity
from .workshop import build

__all__ = ["judge"]


def _timed(check: Callable[[Path], str], tarball: Path) -> tuple[str, float]:
    begun = time.monotonic()
    try:
        return check(tarball), time.monotonic() - begun
    except (OSError, RuntimeError) as exc:
        return f"{type(exc).__name__}: {exc}", time.monotonic() - begun


def judge(tarball: Path) -> int:
    """Print what is wrong, and what ran where; how many checks failed."""
    here = cores()
    # The longest first. The tools of .venv-publish run on our Python, with the ansible-core that is locked for it.
    todo: dict[tuple[str, str], Callable[[Path], str]] = {
        (core.name, "ansible-test sanity"): partial(sanity, core=core) for core in here
    }
    todo |= {(here[-1].name, name): check for name, check in CHECKS.items()}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        told = dict(zip(todo, workers.map(partial(_timed, tarball=tarball), todo.values()), strict=True))
    failed = 0
    for core in here:
        mine = {name: told[place, name] for place, name in told if place == core.name}
        wrong = [name for name, (said, _seconds) in mine.items() if said]
        # tests/summary.py counts by these lines.
        print(f"sanity of {core.name}: what a stranger's machines would say of the collection")
        for name, (said, seconds) in mine.items():
            print(f"{'FAILED' if said else 'ok'}: {name} ({seconds:.0f} s)" + (f"\n{said}" if said else ""))
        print(f"===== {len(mine) - len(wrong)} passed, {len(wrong)} failed =====")
        failed += len(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(1 if judge(build()) else 0)
