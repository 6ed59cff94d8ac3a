"""The store: made once, migrated once, written by many at a time, never half."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import schema as store_schema
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import store as _store
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store, StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/pronote.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def _names(path: Path) -> list[str]:
    with Store(path) as store, store.read() as db:
        return [row["name"] for row in db.execute("select name from station order by name")]


def test_only_its_owner_reads_it(store: Store, path: Path) -> None:
    with store.write() as db:
        db.execute("insert into station (name) values ('a')")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [path.parent, *path.parent.iterdir()]}
    assert set(modes.values()) == {0o600, 0o700}, modes
    assert modes["state"] == 0o700


def test_what_was_committed_is_there_for_the_next(store: Store, path: Path) -> None:
    with store.write() as db:
        db.execute("insert into station (name) values ('salle <b> é')")
    assert _names(path) == ["salle <b> é"]


def test_an_exception_leaves_nothing(store: Store, path: Path) -> None:
    def fail() -> None:
        with store.write() as db:
            db.execute("insert into station (name) values ('a')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _names(path) == []
    # And the store is usable again.
    with store.write() as db:
        db.execute("insert into station (name) values ('b')")
    assert _names(path) == ["b"]


def test_a_wrong_type_is_refused_when_it_is_written(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot store BLOB"), store.write() as db:
        db.execute("insert into station (name) values (?)", (b"a",))


def _insert(path: Path, worker: int) -> None:
    for number in range(25):
        with Store(path) as store, store.write() as db:
            db.execute("insert into station (name) values (?)", (f"{worker}-{number}",))


def test_many_writers_at_once_lose_nothing(path: Path) -> None:
    """The first of them all meet on a file that does not exist yet."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_insert, args=(path, worker)) for worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 6
    assert len(_names(path)) == 150


def test_an_older_schema_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path) as store, store.write() as db:
        db.execute("insert into station (name) values ('kept')")
    more = (*store_schema.STEPS, "create table one (a text) strict;\ncreate table two (b text) strict;\n")
    monkeypatch.setattr(_store, "STEPS", more)
    monkeypatch.setattr(_store, "VERSION", len(more))
    with Store(path) as store, store.write() as db:
        db.execute("insert into two values ('x')")
    assert _names(path) == ["kept"]


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(path).__exit__()
    broken = (*store_schema.STEPS, "create table one (a text) strict;\ncreate table one (a text) strict;\n")
    monkeypatch.setattr(_store, "STEPS", broken)
    monkeypatch.setattr(_store, "VERSION", len(broken))
    with pytest.raises(StoreError, match="already exists"):
        Store(path)
    monkeypatch.undo()
    with Store(path) as store, store.read() as db:
        assert db.execute("select count(*) from sqlite_master where name = 'one'").fetchone()[0] == 0


def test_a_newer_schema_is_refused(path: Path) -> None:
    Store(path).__exit__()
    with sqlite3.connect(path) as db:
        db.execute(f"pragma user_version = {store_schema.VERSION + 1}")
    with pytest.raises(StoreError, match=r"knows \d+\. Use the newer release") as caught:
        Store(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_store_is_refused_and_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("liste des postes\n" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"not usable .* Move it away"):
        Store(path)
    assert path.read_text(encoding="utf-8").startswith("liste")


def test_a_full_disk_is_said_as_such(path: Path) -> None:
    """SQLite ends the transaction by itself then, and a rollback of ours would be the error that is told."""
    with Store(path) as store:
        with store.read() as db:
            pages = db.execute("pragma page_count").fetchone()[0]
            db.execute(f"pragma max_page_count = {pages + 2}")
        rows = [(str(number), "x" * 1000) for number in range(1000)]
        full = r"database or disk is full\. Check that its folder .* has space"
        with pytest.raises(StoreError, match=full), store.write() as db:
            db.executemany("insert into station (name, room) values (?, ?)", rows)
        with store.write() as db:
            db.execute("insert into station (name) values ('small')")
    assert _names(path) == ["small"]


def test_a_sound_store_is_never_said_to_be_moved_away(store: Store) -> None:
    """It holds attestations that exist nowhere else."""
    with pytest.raises(StoreError, match=r"not written .*Report it") as caught, store.write() as db:
        db.execute("insert into station (name) values (null)")
    assert "Move it away" not in str(caught.value)


def test_half_of_a_character_is_an_error_of_the_store(store: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="half of a character"), store.write() as db:
        db.execute("insert into station (name) values (?)", ("a\ud800",))
    assert _names(path) == []


def test_a_folder_in_its_place_is_a_clear_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="unable to open database file"):
        Store(path)


def test_a_place_that_cannot_be_written_is_a_clear_error() -> None:
    with pytest.raises(StoreError, match="Set pronote_state"):
        Store(Path("/proc/nothing/pronote.sqlite3"))


def _patience(path: Path) -> int:
    with Store(path) as store:
        return int(store._db.execute("pragma busy_timeout").fetchone()[0])


def test_a_store_that_is_held_costs_one_wait_of_a_run_and_not_one_of_each_worker(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty seconds for each worker: a stopped process in the middle of a transaction."""
    Store(path).__exit__()
    assert _patience(path) == 10_000
    with sqlite3.connect(path, isolation_level=None) as stopped:
        stopped.execute("begin immediate")
        monkeypatch.setattr(_store, "_BUSY_SECONDS", 0.05)
        with pytest.raises(StoreError, match="Another run holds it"), Store(path) as store, store.write():
            pass
        monkeypatch.undo()
        # Workers to come. That they can read says nothing.
        assert _names(path) == []
        assert _patience(path) == 250
        # Another store is another matter.
        assert _patience(path.with_name("other.sqlite3")) == 10_000
        stopped.execute("rollback")
    with Store(path) as store, store.write() as db:
        db.execute("insert into station (name) values ('a')")
    assert _patience(path) == 10_000


def test_a_held_store_is_told_as_such_whatever_sqlite_calls_it(path: Path) -> None:
    """Extended codes too (SQLITE_BUSY_SNAPSHOT): another run wrote between two statements of ours."""

    def meet(store: Store) -> None:
        with store.read() as db:
            db.execute("select * from station").fetchall()
            with Store(path) as other, other.write() as written:
                written.execute("insert into station (name) values ('a')")
            db.execute("insert into station (name) values ('b')")

    with Store(path) as store, pytest.raises(StoreError, match="Another run holds it"):
        meet(store)
