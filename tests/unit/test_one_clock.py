"""One clock dates what is dated (module_utils/base/clock), so that a story may move it; who reads another says why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PLUGINS = _ROOT / "plugins"

_CLOCK = "module_utils/base/clock.py"
_HANDED_ON = "handed from one process of a run to the next, and compared there"
_TICKETS = "tickets live as long as the domain's servers say"
_MACHINES = {
    _CLOCK: "the clock",
    "module_utils/base/locks.py": "how long a file has been held, by its own time",
    "plugin_utils/deploy/survey.py": _HANDED_ON,
    "plugin_utils/depot/server.py": "a program that stands alone, on a server of its own",
    "plugin_utils/doors/turn.py": _HANDED_ON,
    "plugin_utils/station/tickets.py": _TICKETS,
    "plugin_utils/survey/session.py": _TICKETS,
    "plugin_utils/survey/settings.py": _HANDED_ON,
    "plugin_utils/survey/trust.py": _TICKETS,
}
"""Modules that read the machine's clock."""

# Of the module time, of datetime's classes, and of SQLAlchemy's functions.
_OF_TIME = {"time", "time_ns", "strftime", "gmtime", "localtime", "ctime", "asctime"}
_OF_DATE = {"now", "utcnow", "today", "current_timestamp"}
# Ansible's own, in templates and facts.
_IN_YAML = re.compile(r"\bnow\(|\bansible_date_time\b|\bto_datetime\b|\bstrftime\b")


def reads(source: str) -> Iterator[int]:
    """Lines of a module's source that read the machine's clock, or take the functions that do."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            of = ast.unparse(node.value)
            times = of == "time" and node.attr in _OF_TIME
            if times or (re.fullmatch(r"(dt\.|datetime\.)?(datetime|date)|func", of) and node.attr in _OF_DATE):
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "time" and not node.level:
            yield from (node.lineno for each in node.names if each.name in _OF_TIME)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("at = dt.datetime.now(dt.UTC)", True),
        ("at = datetime.now().astimezone()", True),
        ("day = dt.date.today()", True),
        ("at = time.time()", True),
        ("at = time.strftime('%Y')", True),
        ("clock: Clock = time.time", True),
        ("from time import time", True),
        ("insert(audit).values(at=func.now())", True),
        ("at = now()", False),
        ("at = self.clock.now()", False),
        ("until = time.monotonic() + seconds", False),
        ("from time import monotonic, sleep", False),
        ("dt.datetime.fromtimestamp(at, dt.UTC).time()", False),
    ],
)
def test_what_reads_the_machines_clock(line: str, *, found: bool) -> None:
    assert bool(list(reads(line))) == found


def test_plugins_read_one_clock() -> None:
    files = sorted(_PLUGINS.rglob("*.py"))
    assert len(files) > 300
    found = {file.relative_to(_PLUGINS).as_posix() for file in files if list(reads(file.read_text(encoding="utf-8")))}
    assert found == set(_MACHINES)


def test_roles_and_playbooks_read_none() -> None:
    files = [file for top in ("roles", "playbooks", "awx") for file in (_ROOT / top).rglob("*.yml")]
    assert len(files) > 100
    wrong = [file for file in files if _IN_YAML.search(file.read_text(encoding="utf-8"))]
    assert not wrong, "lookup('rentree.pronote.rentree_year') tells the year that is prepared"
