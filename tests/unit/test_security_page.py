"""docs/security.md: what it says to be shown by a test is shown by one that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = (_ROOT / "docs/security.md").read_text(encoding="utf-8")
_SHOWN = re.compile(r"`((?:[a-z_0-9]+/)+(?:[a-z_0-9]+\.py)?)?(?:::(test_\w+))?`")


def _rows() -> list[str]:
    """Rows of the tables whose last column is a test."""
    rows, in_table = [], False
    for line in _PAGE.splitlines():
        if line.startswith("|") and line.rstrip("| ").endswith("| test"):
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table and not line.startswith("|---"):
            rows.append(line)
    return rows


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_attack_is_shown_by_a_test() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (_ROOT / "Makefile").read_text(encoding="utf-8")))
    last, missing = Path(), []
    rows = _rows()
    assert len(rows) > 30
    for row in rows:
        proof = row.rstrip("| ").rpartition("|")[2]
        found = [match for match in _SHOWN.finditer(proof) if match[1] or match[2]]
        made = re.findall(r"`make ([a-z-]+)`", proof)
        if not (found or made):
            missing.append(f"no test: {row}")
        missing += [f"make {target}" for target in made if target not in targets]
        for match in found:
            last = _ROOT / "tests" / match[1] if match[1] else last
            if not last.exists():
                missing.append(str(last))
            elif match[2] and match[2] not in _tests(last):
                missing.append(f"{last}::{match[2]}")
    assert missing == []
