"""Put each fault of ``known.toml`` into a copy and run the test that is to notice it.

``python -m tests.mutants.known`` prints a line of JSON for each, by its name: "" when its test failed, else what was
the matter. One process imports what the product stands on, and forks for each fault. The first fork, which sees no
fault, leaves the others what it compiled: by the time of a source that is none of the product, by its digest else.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.forking import KeptCode, keep_metadata
from tests.mutants.tree import ROOT, copied_tree

__all__ = ["Known", "known_mutants"]

_SECONDS = 240  # a test that a fault makes wait for ever is ended
# What takes a second to import and is not under test. Of the lab, what stands on nothing of the product.
_HEAVY = (
    *("_hypothesis_pytestplugin", "_pytest.junitxml", "_pytest.unittest", "aiohttp.web", "coverage", "execnet"),
    *("hypothesis", "platformdirs.pytest_plugin", "pytest_cov.plugin", "pytest_rerunfailures", "pytest_timeout"),
    *("time_machine", "trustme", "xdist.looponfail", "xdist.plugin"),
    *("ansible.cli", "ansible.executor.task_queue_manager", "ansible.inventory.manager", "ansible.module_utils.urls"),
    *("ansible.playbook.play_context", "ansible.playbook.role_include", "ansible.playbook.task"),
    *("ansible.plugins.connection", "ansible.plugins.loader", "ansible.vars.manager"),
    *("babel.messages.extract", "babel.messages.mofile", "babel.messages.pofile", "babel.numbers"),
    *("defusedxml.expatreader", "jinja2", "lxml.etree", "lxml.html", "requests_ntlm", "winrm", "yaml"),
    *("sqlalchemy", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite"),
    *("tests.lab.breaks", "tests.lab.simulated.cmd.dispatch", "tests.lab.simulated.from_scenario"),
    *("tests.lab.simulated.station", "tests.lab.wsman", "tests.servers.postgresql"),
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """One fault: what stands for what, and the test that notices."""

    name: str
    find: str
    replace: str
    test: str

    def place(self, top: Path) -> Path:
        """The one file that it fits. Raises ValueError for none, or several."""
        counts = {path: len(re.findall(self.find, path.read_text("utf-8"))) for path in (top / "plugins").rglob("*.py")}
        found = {path: count for path, count in counts.items() if count}
        if list(found.values()) != [1]:
            places = ", ".join(str(path.relative_to(top)) for path in found) or "nothing"
            raise ValueError(f"its pattern fits {places}: it must fit one place")
        return next(iter(found))


def known_mutants() -> list[Known]:
    """Those of ``known.toml``."""
    data = tomllib.loads(Path(__file__).with_name("known.toml").read_text("utf-8"))
    return [Known(**each) for each in data["mutant"]]


class _Compiler:
    """``compile`` for Ansible's loader of collections, which keeps no bytecode: most of a fork's time without it."""

    def __init__(self, folder: Path) -> None:
        self._kept = KeptCode(folder)

    def __call__(self, source: bytes | str, filename: str, *how: Any, **named: Any) -> Any:
        return self._kept.get((filename, source), lambda: compile(source, filename, *how, **named))


def _run(*tests: str, first: bool = False) -> int:
    """Run tests in a process of their own; pytest's exit code, or minus the signal that ended it."""
    child = os.fork()
    if not child:
        # A source that gets a fault is newer than what the first fork kept of it.
        sys.dont_write_bytecode = not first
        signal.alarm(_SECONDS)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        # Nobody reads what an assertion says: without rewriting them.
        options = ["-x", "-q", "-n", "0", "--assert=plain", "-p", "no:cacheprovider", "--rootdir", str(Path.cwd())]
        os._exit(int(pytest.main([*options, *tests])))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _problem(code: int) -> str:
    """Empty when a test that ended so has noticed the fault: one that waits for ever has, too."""
    if code in {1, -signal.SIGALRM}:
        return ""
    return "its test passes all the same" if not code else f"its test cannot be run (exit code {code})"


def _noticed(mutants: list[Known]) -> dict[str, str]:
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, copied_tree(Path(folder) / "tree") as top:
        sys.path[0] = str(top)
        (kept := Path(folder) / "compiled").mkdir()
        loader: Any = import_module("ansible.utils.collection_loader._collection_finder")
        loader.compile = _Compiler(kept)
        keep_metadata()
        # A collection of each fork's, one at pytest's end among them, leaves alone what is there now.
        gc.collect()
        gc.freeze()
        if code := _run(*(each.test for each in mutants), first=True):
            return dict.fromkeys(
                [each.name for each in mutants], f"without any fault tests fail, too (exit code {code})"
            )
        for each in mutants:
            try:
                path = each.place(top)
            except ValueError as exc:
                found[each.name] = str(exc)
                continue
            text = path.read_text("utf-8")
            path.write_text(re.sub(each.find, each.replace, text), "utf-8")
            found[each.name] = _problem(_run(each.test))
            path.write_text(text, "utf-8")
    return found


def _shares(mutants: list[Known], count: int) -> Iterator[list[Known]]:
    for number in range(count):
        yield mutants[number::count]


def main() -> None:
    for name in _HEAVY:
        import_module(name)
    if early := [name for name in sys.modules if name.startswith("ansible_collections.")]:
        raise RuntimeError(f"imported before any fault was put in: {', '.join(early)}")
    sys.dont_write_bytecode = True
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        for found in pool.map(_noticed, _shares(known_mutants(), 2)):
            for name, problem in found.items():
                print(json.dumps({"name": name, "problem": problem}), flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
