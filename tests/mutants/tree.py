"""A copy of what is under test, with the collection's link, in which sources may be changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["COLLECTION", "ROOT", "copied_tree"]

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.rentree.pronote"
_LINK = Path(".ansible/collections/ansible_collections/rentree/pronote")


@contextmanager
def copied_tree(top: Path) -> Iterator[Path]:
    """Copy plugins and tests below ``top`` (a new folder); it is the working directory until the block ends."""
    ignored = shutil.ignore_patterns("__pycache__", "e2e", "golden", "benchmarks")
    for name in ("plugins", "tests", "roles", "changelogs", "docs"):
        shutil.copytree(ROOT / name, top / name, ignore=ignored)
    for name in ("pyproject.toml", "galaxy.yml", "ansible.cfg"):
        shutil.copy(ROOT / name, top / name)
    (top / _LINK).parent.mkdir(parents=True)
    (top / _LINK).symlink_to(Path("../../../.."), target_is_directory=True)
    before = Path.cwd()
    os.chdir(top)
    try:
        yield top
    finally:
        os.chdir(before)
