"""The formats between 0.1.0 and today's, as users have them who upgraded at each: what the one before left, and each
format's own code upon it.

    python -m tests.upgrade.formats

makes ``tests/upgrade/formats`` anew from ``tests/upgrade/0.1.0``: the last commit of each format, checked out, runs its
``prepare`` (without servers; places and scripts) and opens the store. It needs the history of git, and no network.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.playbook import ROOT
from tests.upgrade.copies import MADE_IN, copy_of

__all__ = ["FORMATS", "Format", "dumped", "overlay", "state_of"]

HERE = Path(__file__).parent / "formats"
_STATE = "state/pronote.sqlite3"


@dataclass(frozen=True, kw_only=True)
class Format:
    """Versions of the store's schema (store/steps.py) and of the depot's scripts (depot/script.py).

    ``commit``: the last one that had both. ``beside``: what runs write lies beside the inventory.
    """

    store: int
    script: int
    commit: str
    beside: bool = True

    @property
    def name(self) -> str:
        return f"store-{self.store}-script-{self.script}"


FORMATS = (
    Format(store=1, script=2, commit="1bbbb770", beside=False),
    Format(store=2, script=2, commit="0becb416"),
    Format(store=2, script=3, commit="cf4aaa81"),
    Format(store=3, script=3, commit="dafe566a"),
    Format(store=4, script=3, commit="84081b07"),
    Format(store=4, script=4, commit="41fcd9dc"),
    Format(store=5, script=4, commit="9fed42f3"),
)
"""In the order in which they came; before them is 0.1.0, after them today's."""


def state_of(folder: Path) -> Path:
    """The store of a copy, wherever it lies."""
    beside = folder / "inventory.pronote" / _STATE
    return beside if beside.exists() else folder / "inventory" / _STATE


def overlay(folder: Path, last: Format) -> None:
    """Bring a copy of 0.1.0 to a format: what its commit, and those before it, made other than it was."""
    for each in FORMATS[: FORMATS.index(last) + 1]:
        if each.beside:
            _move(folder)
        if (files := HERE / each.name / "files").exists():
            shutil.copytree(files, folder, dirs_exist_ok=True)
        if (dump := HERE / each.name / "store.sql").exists():
            state = state_of(folder)
            state.unlink()
            with contextlib.closing(sqlite3.connect(state)) as db:
                db.executescript(dump.read_text(encoding="utf-8").replace(str(MADE_IN), str(folder)))


def _move(folder: Path) -> None:
    for kind in ("state", "logs"):
        if (old := folder / "inventory" / kind).exists():
            (folder / "inventory.pronote").mkdir(exist_ok=True)
            old.rename(folder / "inventory.pronote" / kind)


def dumped(state: Path) -> str:
    """All of a store, as SQL; ``store.sql`` of a format is the same."""
    with contextlib.closing(sqlite3.connect(state)) as db:
        (version,) = db.execute("pragma user_version").fetchone()
        return "\n".join([*db.iterdump(), f"pragma user_version = {version};", ""])


def _files(folder: Path) -> dict[str, bytes]:
    """By path: what users have. Of a store what is in it, since its pages are as SQLite likes."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] not in {"cache", "downloads", "runs"}:
            found[name] = dumped(path).encode() if name.endswith(_STATE) else path.read_bytes()
    return found


_OPEN = """
import sys
from pathlib import Path
from tests.collection import use_collection
use_collection()
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
with Store(Path(sys.argv[1])):
    pass
"""


# What every playbook on stations begins with.
_BEGIN = """
- hosts: pronote_stations
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {name: rentree.pronote.pronote_store}
"""


def _play(tree: Path, playbook: str, *, code: int) -> None:
    variables = {
        "pronote_depot_path": str(MADE_IN / "depot"),
        "pronote_cache_dir": str(MADE_IN / "cache"),
        "pronote_prepare_download_dir": str(MADE_IN / "downloads"),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), f"playbooks/{playbook}.yml"]
    done = subprocess.run(
        [*command, "-i", str(MADE_IN / "inventory"), "-e", json.dumps(variables)],
        cwd=tree,
        env={**os.environ, "ANSIBLE_CONFIG": str(tree / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr


def _upgrade(tree: Path, made: Format) -> None:
    """What a user does who has just got a commit's collection: a run, and prepare.yml; and whatever opens the store."""
    if made.beside:
        (tree / "playbooks/begin.yml").write_text(_BEGIN, encoding="utf-8")
        _play(tree, "begin", code=0)
    # No server of a school answers; scripts are rendered anew all the same.
    _play(tree, "prepare", code=2)
    subprocess.run([sys.executable, "-c", _OPEN, str(state_of(MADE_IN))], cwd=tree, check=True)


def _keep(made: Format, before: dict[str, bytes]) -> dict[str, bytes]:
    """Write what a format made of what there was before."""
    after = _files(MADE_IN)
    home = HERE / made.name
    for name, content in after.items():
        if name.endswith(_STATE):
            if content != next(text for was, text in before.items() if was.endswith(_STATE)):
                home.mkdir(parents=True, exist_ok=True)
                (home / "store.sql").write_bytes(content)
        elif before.get(name) != content and content not in before.values():
            (home / "files" / name).parent.mkdir(parents=True, exist_ok=True)
            (home / "files" / name).write_bytes(content)
    return after


def main() -> None:
    """Make the folder anew."""
    for folder in (HERE, MADE_IN):
        shutil.rmtree(folder, ignore_errors=True)
    before = _files(copy_of("0.1.0", MADE_IN))
    for made in FORMATS:
        tree = ROOT / "build/formats" / made.commit
        subprocess.run(["git", "worktree", "add", "--detach", "--force", tree, made.commit], cwd=ROOT, check=True)
        try:
            _upgrade(tree, made)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)
        before = _keep(made, before)
        # What is kept is what there is.
        with tempfile.TemporaryDirectory() as work:
            folder = copy_of("0.1.0", Path(work) / "copy")
            overlay(folder, made)
            paths = str(folder).encode(), str(MADE_IN).encode()
            there = {name: content.replace(*paths) for name, content in _files(folder).items()}
        assert there == before, sorted(name for name in there | before if there.get(name) != before.get(name))
        print(f"{made.name}: {sum(path.is_file() for path in (HERE / made.name).rglob('*'))} files")


if __name__ == "__main__":
    main()
