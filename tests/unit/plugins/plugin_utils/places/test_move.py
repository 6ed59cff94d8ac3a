"""Old places are moved once, so that nothing is lost, whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.places import move as _move
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.decide import STORE, to_move
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.look import place
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.move import Moves, move
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.woken import mark_woken
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.unit.sql import run
from tests.upgrade.copies import copy_of

EVERYTHING = to_move(set())
LINKS = [pytest.param(True, id="links"), pytest.param(False, id="another-file-system")]
PEOPLES = ["hosts.yml", "logs/hosts.yml", "reports/notes.txt", "responses/x.iss"]
OURS = ["logs/a.log", "reports/audit.html", STORE]


def _remember(store: Path, *stations: str) -> Path:
    assert mark_woken(str(store), list(stations), woken=True) == []
    return store


def _stations(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as db:
        return [name for (name,) in db.execute("select name from station order by name")]


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """What 0.1.0 left in an inventory's folder, and what people put beside it."""
    folder = tmp_path / "inv"
    _remember(folder / STORE, "a")
    for name in (*PEOPLES, "logs/a.log", "reports/audit.html"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _beside(inventory: Path) -> Path:
    return inventory.with_name(f"{inventory.name}.pronote")


def _run(folder: Path, *, check: bool = False) -> Moves:
    return move(str(folder), EVERYTHING, check=check)


def _no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.parametrize("links", LINKS)
def test_everything_of_ours_is_moved_once(inventory: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:
        _no_links(monkeypatch)
    before, mode = _tree(inventory), (inventory / STORE).stat().st_mode
    check = _run(inventory, check=True)
    assert (_tree(inventory), check.stayed) == (before, {})
    assert not _beside(inventory).exists()
    assert place(str(inventory), STORE) == str(inventory / STORE)
    # A check and a run say the same.
    assert _run(inventory) == check
    assert sorted(_tree(inventory)) == PEOPLES
    assert sorted(_tree(_beside(inventory))) == OURS
    new = _beside(inventory) / STORE
    assert (_stations(new), new.stat().st_mode, new.parent.stat().st_mode & 0o777) == (["a"], mode, 0o700)
    assert place(str(inventory), STORE) == str(new)
    after = _tree(inventory.parent)
    assert _run(inventory) == Moves()
    assert _tree(inventory.parent) == after


def test_what_0_1_0_left(tmp_path: Path) -> None:
    folder = copy_of("0.1.0", tmp_path / "p") / "inventory"
    rest = {name: data for name, data in _tree(folder).items() if not name.startswith(("state/", "logs/"))}
    done = _run(folder)
    assert (len(done.done), done.stayed) == (6, {})
    assert _tree(folder) == rest
    assert not (folder / "state").exists()
    with Store(_beside(folder) / STORE) as store, store.read() as db:
        counted = [run(db, f"select count(*) as n from {name}")[0]["n"] for name in ("audit", "attestation", "attempt")]
    assert counted[0] == 4
    assert all(counted)


def test_what_somebody_has_set_stays(inventory: Path) -> None:
    before = _tree(inventory)
    explicit = {"pronote_state", "pronote_client_log_dir", "pronote_reports_dir"}
    assert move(str(inventory), to_move(explicit), check=False) == Moves()
    assert _tree(inventory) == before
    assert not _beside(inventory).exists()


@contextmanager
def _open(store: Path, statement: str) -> Iterator[None]:
    with closing(sqlite3.connect(store, isolation_level=None)) as db:
        db.execute(statement).fetchall()
        yield


@pytest.mark.parametrize("statement", ["select * from station", "begin immediate", "begin exclusive"])
@pytest.mark.parametrize("links", LINKS)
def test_a_store_that_another_run_has_open_stays_and_is_used(
    inventory: Path, statement: str, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        _no_links(monkeypatch)
    with _open(inventory / STORE, statement):
        assert _run(inventory).stayed == {"state": "another run holds it"}
        assert place(str(inventory), STORE) == str(inventory / STORE)
    assert _stations(inventory / STORE) == ["a"]
    assert not (_beside(inventory) / STORE).exists()
    # What did not depend on it was moved, and the store is by the next run.
    assert (_beside(inventory) / "logs/a.log").exists()
    assert [new.name for _old, new in _run(inventory).done] == ["pronote.sqlite3"]


def test_two_runs_at_once(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_move, "_PATIENCE", 0.1)
    with _move._one_at_a_time(str(inventory)):
        moves = _run(inventory)
    assert moves == Moves(stayed=dict.fromkeys(("state", "logs", "reports"), "another run is moving it"))
    assert len(_run(inventory).done) == 3


class _CutError(BaseException):
    """As if the controller were killed."""


@pytest.mark.parametrize("links", LINKS)
def test_a_move_that_was_cut_off_anywhere_is_gone_on_with(
    inventory: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controller is killed before the n-th change to the disk, for every n, and the next run goes on."""
    if not links:
        _no_links(monkeypatch)
    _remember(inventory / STORE, "b")
    left = [0]
    cuts = 0
    for owner, name in ((Path, "unlink"), (Path, "rename"), (Path, "mkdir"), (Path, "rmdir"), (Path, "write_text")):
        monkeypatch.setattr(owner, name, _cutting(getattr(owner, name), left))
    while True:
        left[0] = cuts
        try:
            _run(inventory)
            break
        except _CutError:
            cuts += 1
        left[0] = 10**6
        assert _stations(Path(place(str(inventory), STORE))) == ["a", "b"]
    assert cuts > 2
    assert _stations(_beside(inventory) / STORE) == ["a", "b"]
    assert sorted(_tree(_beside(inventory))) == OURS
    assert sorted(_tree(inventory)) == PEOPLES


def _cutting(method: Any, left: list[int]) -> Any:
    def cut(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise _CutError
        return method(*args, **kwargs)

    return cut


@pytest.mark.parametrize("links", LINKS)
def test_a_move_that_was_cut_off_and_written_to_since(
    inventory: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both names are there, and the new store, which is used, knows more already."""
    if not links:
        _no_links(monkeypatch)
    unlink = Path.unlink

    def cut(path: Path, **kwargs: Any) -> None:
        if path == inventory / STORE:
            raise _CutError
        unlink(path, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", cut)
        with pytest.raises(_CutError):
            _run(inventory)
    new = Path(place(str(inventory), STORE))
    assert new == _beside(inventory) / STORE
    _remember(new, "b")
    assert (inventory / STORE).exists()
    assert _run(inventory).stayed == {}
    assert not (inventory / "state").exists()
    assert _stations(new) == ["a", "b"]
    assert sorted(path.name for path in new.parent.iterdir()) == ["pronote.sqlite3"]


def test_a_new_store_without_a_row_never_hides_the_old_one(inventory: Path) -> None:
    new = _beside(inventory) / STORE
    with Store(new):
        pass
    check = _run(inventory, check=True)
    assert _run(inventory) == check
    assert check.stayed == {}
    assert _stations(new) == ["a"]
    assert not (inventory / "state").exists()


def test_an_old_store_without_a_row_goes(inventory: Path) -> None:
    new = _remember(_beside(inventory) / STORE, "b")
    (inventory / STORE).unlink()
    with Store(inventory / STORE):
        pass
    assert _run(inventory).stayed == {}
    assert _stations(new) == ["b"]
    assert not (inventory / "state").exists()


def test_of_two_stores_that_remember_something_none_is_touched(inventory: Path) -> None:
    new = _remember(_beside(inventory) / STORE, "b")
    for check in (True, False):
        why = _run(inventory, check=check).stayed["state"]
        assert why.startswith(f"{new} is there too, and is the one that is used. Keep one")
    assert (_stations(inventory / STORE), _stations(new)) == (["a"], ["b"])


def test_a_store_that_was_deleted_to_begin_again_begins_beside_the_inventory(inventory: Path) -> None:
    """And leaves its log of writes, when the last run was killed."""
    (inventory / STORE).unlink()
    (inventory / f"{STORE}-wal").write_bytes(b"x")
    assert place(str(inventory), STORE) == str(_beside(inventory) / STORE)
    assert "state" not in _run(inventory).stayed
    assert place(str(inventory), STORE) == str(_beside(inventory) / STORE)


def test_what_is_in_the_log_of_writes_goes_with_it(inventory: Path) -> None:
    """A controller that was killed leaves it: copied here while the store is open, as a power cut would."""
    with closing(sqlite3.connect(inventory / STORE)) as db, db:
        db.execute("insert into station (name) values ('b')")
        db.commit()
        log = inventory / f"{STORE}-wal"
        content = log.read_bytes()
        whole = (inventory / STORE).read_bytes()
    (inventory / STORE).write_bytes(whole)
    log.write_bytes(content)
    assert _run(inventory).stayed == {}
    assert _stations(_beside(inventory) / STORE) == ["a", "b"]
    assert [path.name for path in (_beside(inventory) / "state").iterdir()] == ["pronote.sqlite3"]


def test_a_file_that_is_no_store_stays(inventory: Path) -> None:
    (inventory / STORE).write_text("liste des postes\n" * 200, encoding="utf-8")
    assert _run(inventory).stayed == {"state": "it is no store (file is not a database)"}
    assert (inventory / STORE).exists()


def test_logs_and_reports_that_were_written_since_are_both_kept(inventory: Path) -> None:
    new = _beside(inventory) / "logs/a.log"
    new.parent.mkdir(parents=True)
    new.write_text("since", encoding="utf-8")
    check = _run(inventory, check=True)
    assert _run(inventory) == check
    assert new.read_text(encoding="utf-8") == "since"
    assert new.with_name("a.before-1.log").read_text(encoding="utf-8") == "logs/a.log"


def test_a_folder_that_people_keep_elsewhere_stays_there(inventory: Path) -> None:
    elsewhere = inventory.parent / "disk"
    (inventory / "state").rename(elsewhere)
    (inventory / "state").symlink_to("../disk")
    assert _run(inventory).stayed == {}
    assert not (inventory / "state").is_symlink()
    assert _stations(_beside(inventory) / STORE) == ["a"]
    assert (elsewhere / "pronote.sqlite3").exists()


def test_a_store_that_is_a_link(inventory: Path) -> None:
    (inventory / STORE).rename(inventory.parent / "elsewhere.sqlite3")
    (inventory / STORE).symlink_to("../../elsewhere.sqlite3")
    assert _run(inventory).stayed == {}
    assert _stations(_beside(inventory) / STORE) == ["a"]
    assert (inventory.parent / "elsewhere.sqlite3").exists()


def test_one_inventory_has_one_place_however_it_is_named(inventory: Path) -> None:
    current = inventory.with_name("current")
    current.symlink_to("inv")
    assert place(str(current), "logs") == place(str(inventory), "logs") == str(inventory / "logs")
    _run(inventory)
    assert place(str(current), "logs") == str(_beside(inventory) / "logs")


@pytest.mark.parametrize("what", ["folder above", "old place", "full disk", "a file is in the way"])
def test_what_cannot_be_moved_is_used_where_it_is(inventory: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> Any:
        def refused(path: Any, *_: Any, **__: Any) -> None:
            raise OSError(number, os.strerror(number), str(path))

        return refused

    before = _tree(inventory)
    if what == "folder above":
        monkeypatch.setattr(Path, "mkdir", refuse(errno.EROFS))
    elif what == "old place":
        monkeypatch.setattr(os, "access", lambda *_: False)
    elif what == "full disk":
        _no_links(monkeypatch)
        monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
    else:
        _beside(inventory).write_text("", encoding="utf-8")
    moves = _run(inventory)
    assert moves.done == []
    assert set(moves.stayed) == {"state", "logs", "reports"}
    assert all(moves.stayed.values())
    assert _tree(inventory).keys() == before.keys()
    assert place(str(inventory), STORE) == str(inventory / STORE)
    assert _stations(inventory / STORE) == ["a"]
    assert not _beside(inventory).is_dir() or _tree(_beside(inventory)) == {}
