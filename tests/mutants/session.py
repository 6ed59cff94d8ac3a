"""One pytest session in which every mutant has its turn: the tests are collected once, and each mutant is a fork.

The first run, without a mutant, tells which functions each test comes by; a mutant is shown to the tests that come by
its function, the quickest first, until one fails.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from mutmut.mutation import trampoline

from tests.mutants.made import Mutant

__all__ = ["Hunt"]

_PATIENCE = 60  # seconds of CPU, and ten times a test's own: what loops for ever is noticed, too
_LIVES, _NOTICED, _BROKEN = 0, 1, 3


@dataclass(eq=False)
class Hunt:
    """A pytest plugin. ``living`` are the mutants that no test has noticed; ``enough`` tests are shown to each."""

    mutants: Sequence[Mutant]
    enough: int
    jobs: int
    living: list[Mutant] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _tests: dict[str, list[pytest.Item]] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)
    _hits: set[str] = field(default_factory=set)
    _child: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A failure: of the suite itself, or of a mutant."""
        if not report.failed:
            return
        if self._child:
            os._exit(_NOTICED)
        self.broken.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own."""
        setattr(trampoline, "record_trampoline_hit", lambda name, **_more: self._hits.add(name))  # noqa: B010
        trampoline.set_mutant_under_test("stats")
        for item, following in zip(session.items, [*session.items[1:], session.items[0]], strict=True):
            self._hits.clear()
            began = time.process_time()
            # The last one leaves what is the whole session's, for the forks.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._seconds[item.nodeid] = time.process_time() - began
            for function in self._hits:
                self._tests.setdefault(function, []).append(item)
        trampoline.set_mutant_under_test("")
        if not self.broken:
            self._hunt()
        return True

    def _hunt(self) -> None:
        at_work: dict[int, Mutant] = {}
        waiting = list(self.mutants)
        while waiting or at_work:
            while waiting and len(at_work) < self.jobs:
                mutant = waiting.pop(0)
                at_work[self._fork(mutant)] = mutant
            child, status = os.wait()
            mutant = at_work.pop(child)
            code = os.waitstatus_to_exitcode(status)
            if code == _BROKEN:
                raise RuntimeError(f"the hunt itself broke at {mutant.where}: {mutant.change}")
            # Noticed by a test, or ended by its limit of CPU.
            if code == _LIVES:
                self.living.append(mutant)
            if not len(waiting) % 20:
                left = len(waiting) + len(at_work)
                print(f"{len(self.mutants) - left} shown, {len(self.living)} live", file=sys.__stderr__, flush=True)

    def shown(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that come by its function: all the quick ones, and of the others some of every file."""
        items = sorted(self._tests.get(mutant.function, []), key=lambda item: self._seconds[item.nodeid])
        if len(items) <= self.enough:
            return items
        quick = [item for item in items if self._seconds[item.nodeid] < 0.02]
        slow = [item for item in items if item not in quick]
        drawn = random.Random(mutant.key).sample(slow, max(0, min(len(slow), self.enough - len(quick))))
        return [*quick, *sorted(drawn, key=lambda item: self._seconds[item.nodeid])]

    def _fork(self, mutant: Mutant) -> int:
        child = os.fork()
        if child:
            return child
        self._child = True
        items = self.shown(mutant)
        patience = int(_PATIENCE + 10 * sum(self._seconds[item.nodeid] for item in items))
        resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
        trampoline.set_mutant_under_test(mutant.key)
        try:
            for number, item in enumerate(items, start=1):
                following = items[number] if number < len(items) else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException:  # noqa: BLE001  (a fork must never go on as its parent)
            traceback.print_exc(file=sys.__stderr__)
            os._exit(_BROKEN)
        os._exit(_LIVES)


def run(hunt: Hunt, tests: Sequence[str]) -> int:
    """Run the session. Returns pytest's exit code."""
    options = [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:xdist",
        "-p",
        "no:timeout",
        "--capture=sys",
        "--assert=plain",
    ]
    return int(pytest.main([*options, "-o", "addopts=--import-mode=importlib", *tests], plugins=[hunt]))
