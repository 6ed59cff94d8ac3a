"""From 0.1.0 through every format between it and today's, as one chain: the end is what 0.1.0 becomes at once.

What each format's own code made of what the one before left is kept (tests/upgrade/formats.py); today's goes on from
each of them.
"""

from __future__ import annotations

import contextlib
import itertools
import pprint
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import (
    SCRIPT_VERSION,
    script_version,
    script_versions,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.decide import to_move
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.move import move
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import GONE, known
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.renew import renew
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.steps import VERSION
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.station.bench import Bench, bench
from tests.station.depot import Depot
from tests.upgrade.copies import copy_of, kept_state
from tests.upgrade.formats import FORMATS, Format, dumped, overlay, state_of
from tests.upgrade.stations import content_of, load

_LOCK = "inventory/group_vars/all/pronote_releases.lock.yml"
UNDER_WAY, STAGED = "riquet-cdi-02", "riquet-cdi-03"
_EACH = pytest.mark.parametrize("made", FORMATS, ids=lambda made: made.name)


@dataclass(frozen=True)
class Left:
    """What is on a controller, its depot with it."""

    folder: Path

    @property
    def lock(self) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load((self.folder / _LOCK).read_text(encoding="utf-8"))
        return data

    @property
    def entries(self) -> list[dict[str, Any]]:
        released = [self.lock["pronote_releases"], self.lock["pronote_product_releases"]["edt_monoposte"]]
        return [entry for releases in released for arches in releases.values() for entry in arches.values()]

    def upgraded(self) -> Left:
        """The first runs of today's collection: places, store, scripts."""
        assert not move(str(self.folder / "inventory"), to_move(frozenset()), check=False).stayed
        with Store(state_of(self.folder)):
            pass
        done = renew(self.folder / "depot", self.folder / _LOCK, done=(), check=False)
        assert not done.warnings + done.problems
        return self

    def files(self) -> dict[str, bytes]:
        """Everything but the store, by path."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and "sqlite3" not in path.name)
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}

    def store(self) -> dict[str, Any]:
        """What is in it, and what its tables are, whatever was written beside them."""
        with contextlib.closing(sqlite3.connect(state_of(self.folder))) as db:
            made = db.execute(
                "select type, name from sqlite_schema where name not like 'sqlite_%' order by 2"
            ).fetchall()
            found: dict[str, Any] = {"made": made, "version": db.execute("pragma user_version").fetchone()}
            for kind, name in made:
                if kind == "index":
                    found[f"{name} is"] = db.execute(f"pragma index_info({name})").fetchall()
                elif kind == "trigger":
                    (found[f"{name} is"],) = db.execute("select sql from sqlite_schema where name = ?", (name,))
                else:
                    columns = db.execute(f"pragma table_info({name})").fetchall()
                    found[f"{name} is"] = (columns, db.execute(f"pragma foreign_key_list({name})").fetchall())
                    rows = db.execute(f"select * from {name}").fetchall()
                    found[name] = sorted(rows, key=repr)
            return found


def _left(folder: Path, made: Format | None) -> Left:
    copy = copy_of("0.1.0", folder)
    if made:
        overlay(copy, made)
    return Left(copy)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """0.1.0, upgraded to today's at once."""
    return _left(tmp_path_factory.mktemp("upgrade") / "left", None).upgraded()


def _told(left: Left) -> list[str]:
    """What is in a store, whatever the folder."""
    return pprint.pformat(left.store(), width=200).replace(str(left.folder), "<copy>").splitlines()


def test_no_format_is_left_out() -> None:
    """Who adds one adds the one before it (tests/upgrade/README.md)."""
    chain = [(1, 1), *[(made.store, made.script) for made in FORMATS], (VERSION, SCRIPT_VERSION)]
    for (store, script), (next_store, next_script) in itertools.pairwise(chain):
        # One thing at a time: what is new in each is known.
        assert (next_store - store, next_script - script) in {(1, 0), (0, 1)}


@_EACH
def test_each_was_left_by_the_one_before(made: Format, tmp_path: Path) -> None:
    left = _left(tmp_path / "left", made)
    assert dumped(state_of(left.folder)).endswith(f"pragma user_version = {made.store};\n")
    assert (left.folder / "inventory.pronote").exists() is made.beside
    assert {script_version(entry) for entry in left.entries} == {made.script}
    assert set(script_versions(left.lock["pronote_releases"]).values()) == {made.script}
    for script in left.folder.glob("depot/**/install.cmd"):
        assert re.search(rb"^echo script=(\d+)\r$", script.read_bytes(), re.MULTILINE)[1] == b"%d" % made.script  # type: ignore[index]


@_EACH
def test_the_end_is_the_same(made: Format, tmp_path: Path, at_once: Left) -> None:
    left = _left(tmp_path / "left", made)
    with_this_script = left.files() if made.script == SCRIPT_VERSION else {}
    end = left.upgraded()
    assert _told(end) == _told(at_once)
    ours, theirs = end.files(), at_once.files()
    assert ours.keys() == theirs.keys()
    other = {name for name, content in theirs.items() if ours[name] != content}
    # A script of today's version stays as it was published, though its template may say a thing otherwise by now.
    assert {name for name in other if ours[name] != with_this_script.get(name)} == set()
    for ours_, theirs_ in zip(end.entries, at_once.entries, strict=True):
        assert {**ours_, "digest": ""} == {**theirs_, "digest": ""}
    # Nothing is left to do.
    before = end.files(), end.store()
    again = end.upgraded()
    assert (again.files(), again.store()) == before


def test_each_variable_of_then_is_read_or_said_to_be_gone(at_once: Left) -> None:
    """An inventory is nobody's but its people's: no upgrade has changed it, and preflight knows each name of it."""
    files = sorted((at_once.folder / "inventory/group_vars").rglob("*.yml"))
    texts = [file.read_text(encoding="utf-8") for file in files if ".lock." not in file.name]
    written = {name for text in texts for name in re.findall(r"^ *(pronote_\w+):", text, re.MULTILINE)}
    assert len(written) > 40
    assert written - known().keys() - GONE.keys() == set()


@pytest.fixture(params=[None, FORMATS[-1]], ids=["at once", "through each format"])
def end(request: pytest.FixtureRequest, tmp_path: Path) -> Left:
    return _left(tmp_path / "left", request.param).upgraded()


@contextlib.contextmanager
def _station(monkeypatch: pytest.MonkeyPatch, end: Left, state: str) -> Iterator[Bench]:
    """A station as 0.1.0 left it, and whoever has the end deploys on it."""
    setup = content_of(kept_state(end.folder, f"{STAGED}.staged"), "-staged\\setup.exe")
    (end.folder / "depot/2026.2.7/x64/setup.exe").write_bytes(setup)
    depot = Depot(folder=end.folder / "depot", lock_file=end.folder / _LOCK, downloads=end.folder)
    with bench(monkeypatch, end.folder / "work", depot, windows="10-22H2") as made:

        async def past() -> None:
            load(made.station, kept_state(end.folder, state))

        made.time.wait(past())
        yield made


def test_a_job_under_way_is_followed_to_its_end(monkeypatch: pytest.MonkeyPatch, end: Left) -> None:
    with _station(monkeypatch, end, f"{UNDER_WAY}.under-way") as there:

        async def ends() -> None:
            load(there.station, kept_state(end.folder, f"{UNDER_WAY}.ended"))

        planned = there.client(check=True)
        there.time.later(60, ends)
        done = there.client()
        assert planned["action"] == done["action"] == "finish"
        assert done["job"]["followed"]
        assert not there.starts()
        assert not there.tasks()
        assert not there.folders()


def test_what_was_staged_is_used(monkeypatch: pytest.MonkeyPatch, end: Left) -> None:
    with _station(monkeypatch, end, f"{STAGED}.staged") as there:
        assert "staged files: 2026.2.7 x64" in there.client(check=True)["before"]
        done = there.client()
        assert (done["action"], done["job"]["followed"]) == ("install", False)
        assert there.clients() == ["2025.2.9 x64 ok", "2026.2.7 x64 ok"]
        fetched = {event["path"] for event in there.events("web")}
        assert fetched == {"2026.2.7/x64/install.cmd"}
        assert not there.folders()
