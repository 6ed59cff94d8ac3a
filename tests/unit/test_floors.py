"""The contract of pure modules (``tests/floors.py``), on trees that break it; ``make lint`` runs it on the house."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collection import ROOT
from tests.floors import marks, outside

_MOST_LINES = 400  # CONTRIBUTING.md


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What a plan is made of. Pure.", ["Pure"]),
        ("What a plan is made of. Pure; ``plan.py`` decides.", ["Pure"]),
        ("Kept audits.\n\nI/O: the store.", ["I/O"]),
        ("Pure words. I/O: files.", ["I/O"]),
        ("Pure. I/O.", ["Pure", "I/O"]),
        ("Impure. Said of purely I/O things.", []),
    ],
)
def test_marks(text: str, expected: list[str]) -> None:
    assert marks(text) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os", ["os"]),
        ("import os.path as p", ["os.path"]),
        ("from urllib import request", ["urllib.request"]),
        ("from urllib.request import urlopen", ["urllib.request.urlopen"]),
        ("from urllib.parse import quote", []),
        ("import ossaudiodev", []),
        ("from .os import name", []),
        ("def read(name):\n    return open(name)", ["open()"]),
        ("def read(file):\n    return file.open()", []),
    ],
)
def test_outside(code: str, expected: list[str]) -> None:
    assert [name for _, name in outside(ast.parse(code), {"os", "urllib.request"})] == expected


def _lint(folder: Path, **modules: str) -> str:
    package = folder / "house"
    package.mkdir()
    for name, text in {"__init__": "", **modules}.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "contracts.toml").write_text(
        "[tool.importlinter]\nroot_package = 'house'\ncontract_types = ['pure: tests.floors.PureContract']\n"
        "[[tool.importlinter.contracts]]\nname = 'pure'\ntype = 'pure'\npackages = ['house']\nforbidden = ['os']\n",
        encoding="utf-8",
    )
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", "--config", "contracts.toml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode == 0) == ("pure KEPT" in run.stdout), run.stdout + run.stderr
    return "" if run.returncode == 0 else run.stdout


def test_a_house_in_order(tmp_path: Path) -> None:
    assert _lint(tmp_path, plan='"""A plan. Pure."""', read='"""I/O: files."""\nimport os\nfrom . import plan') == ""


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ({"plan": '"""A plan."""'}, "house.plan: its docstring must say once 'Pure' or 'I/O', not []"),
        ({"plan": '"""A plan. Pure."""\nimport os'}, "house.plan:2: pure, and uses os"),
        (
            {"plan": '"""A plan. Pure."""\nfrom . import read', "read": '"""I/O: files."""\nimport os'},
            "house.plan: pure, and imports house.read, which does I/O",
        ),
    ],
)
def test_a_house_out_of_order(tmp_path: Path, modules: dict[str, str], expected: str) -> None:
    assert expected in _lint(tmp_path, **modules)


def test_no_file_of_code_is_longer_than_people_read() -> None:
    folders = ("bin", "plugins", "tests", "roles", "playbooks")
    kinds = (".py", ".j2", ".css", ".js", ".yml", ".c", ".h")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    assert len(files) > 1000
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in files}
    assert {name: count for name, count in lines.items() if count > _MOST_LINES} == {}
