"""What a newcomer writes to add a product, a finding, a technology, a language, an export: docs/extending.md.

A folder each: ``change.patch``, what changes in files that there are (``git apply``); ``fr.po`` and the like, what goes
into the catalogue of a language once ``make generated`` has put the texts there; and files that are new, where they go.
``python -m tests.examples <name> <folder>`` makes a copy of the collection with one of them in it. A patch that no
longer applies is written anew by ``git diff``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po, write_po

__all__ = ["ROOT", "add", "copied", "examples", "generate", "own_files", "told", "translate"]

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = Path(__file__).parent
# What of a clone is no part of it, or is large and of no use here.
_LEFT: Final = shutil.ignore_patterns(
    *(".git", ".venv*", "build", ".hypothesis", ".*_cache", "inventories.*", "*.tar.gz", "examples", "state", "reports")
)
_LOCALE: Final = "plugins/plugin_utils/words/locale"


def examples() -> list[str]:
    """Their names."""
    return sorted(patch.parent.name for patch in _FOLDER.glob("*/change.patch"))


def copied(target: Path) -> Path:
    """A copy of the collection, compiled files too."""
    shutil.copytree(ROOT, target, symlinks=True, ignore=_LEFT)
    return target


def own_files(name: str) -> list[Path]:
    """The files that an example adds, as they lie in the collection."""
    folder = _FOLDER / name
    found = sorted(path.relative_to(folder) for path in folder.rglob("*.*") if path.is_file())
    return [path for path in found if path.suffix not in {".patch", ".po", ".pyc"}]


def add(name: str, tree: Path) -> None:
    """Put an example into a copy. Raises CalledProcessError where its patch does not apply any more."""
    # A folder within a clone would be looked for in that clone.
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.resolve().parent)}
    told(["git", "apply", "--whitespace=nowarn", str(_FOLDER / name / "change.patch")], tree, env=alone)
    for path in own_files(name):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(_FOLDER / name / path, tree / path)


def translate(name: str, tree: Path) -> None:
    """Write what an example says in other languages into the catalogues. Raises KeyError for one that nothing says."""
    for file in sorted((_FOLDER / name).glob("*.po")):
        catalogue_file = tree / _LOCALE / file.stem / "LC_MESSAGES/rentree.po"
        with catalogue_file.open("rb") as opened:
            catalogue = read_po(opened, locale=file.stem)
        with file.open("rb") as opened:
            for message in read_po(opened, locale=file.stem):
                if message.id:
                    if (there := catalogue.get(message.id)) is None:
                        raise KeyError(message.id)
                    there.string = message.string
        with catalogue_file.open("wb") as opened:
            write_po(opened, catalogue, width=120)


def generate(tree: Path, *, only: Sequence[str] = ()) -> Iterator[str]:
    """Do what ``make generated`` does in a copy, as the Makefile says; give what each command says."""
    recipe = re.search(r"^generated:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe, "make generated"
    for module in re.findall(r"-m (\S+)", recipe[1]):
        if not only or module in only:
            yield told([sys.executable, "-m", module], tree, check=False)


def told(command: Sequence[str], tree: Path, *, env: dict[str, str] | None = None, check: bool = True) -> str:
    """What a command in a copy says. Raises CalledProcessError."""
    given = {name: value for name, value in (env or os.environ).items() if not name.startswith(("ANSIBLE_", "PYTEST_"))}
    # Each of a handful of processes would compile what the last one has.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=tree, env=given, capture_output=True, text=True, timeout=240, check=False)
    if check and done.returncode:
        failed = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        failed.add_note(done.stdout + done.stderr)
        raise failed
    return done.stdout + done.stderr
