"""The store: made once, migrated once, written by many at a time, never half. The same on both engines."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import engines as _engines
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import schema as _schema
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import steps as _steps
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import store as _store
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import StoreError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store, store_exists
from sqlalchemy import Connection, Inspector, create_engine, inspect, text

from tests.unit.forks import at_once
from tests.unit.sql import rows, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/pronote.sqlite3"


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store(address) as opened:
        yield opened


def _names(address: str | Path) -> list[str]:
    return [row["name"] for row in rows(address, "select name from station order by name")]


def _add(db: Connection, name: str) -> None:
    run(db, "insert into station (name) values (:name)", name=name)


def test_only_its_owner_reads_it(path: Path) -> None:
    with Store(path) as store, store.write() as db:
        _add(db, "a")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [path.parent, *path.parent.iterdir()]}
    assert set(modes.values()) == {0o600, 0o700}, modes
    assert modes["state"] == 0o700


def test_asking_whether_it_is_there_makes_none(address: str) -> None:
    assert not store_exists(address)
    assert not store_exists(address)
    with Store(address):
        pass
    assert store_exists(address)


def test_what_was_committed_is_there_for_the_next(store: Store, address: str) -> None:
    with store.write() as db:
        _add(db, "salle <b> é")
    assert _names(address) == ["salle <b> é"]


def test_an_exception_leaves_nothing(store: Store, address: str) -> None:
    def fail() -> None:
        with store.write() as db:
            _add(db, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _names(address) == []
    # And the store is usable again.
    with store.write() as db:
        _add(db, "b")
    assert _names(address) == ["b"]


def test_a_reader_writes_nothing(address: str) -> None:
    with Store(address) as store:
        if store_exists(address) and "://" in address:
            with pytest.raises(StoreError, match="read-only"), store.read() as db:
                _add(db, "a")
    assert _names(address) == []


def test_one_view_however_many_statements(address: str) -> None:
    """Somebody writes between two of them."""
    with Store(address) as store, Store(address) as other, store.read() as db:
        assert run(db, "select name from station") == []
        with other.write() as written:
            _add(written, "a")
        assert run(db, "select name from station") == []
    assert _names(address) == ["a"]


def test_a_wrong_type_is_refused_when_it_is_written(store: Store) -> None:
    with pytest.raises(StoreError, match=r"BLOB|bytea|integer"), store.write() as db:
        run(db, "insert into ring (school, release, done, at) values ('a', 'b', :done, 'c')", done=b"a")


def _insert(address: str, worker: int) -> None:
    for number in range(25):
        with Store(address) as store, store.write() as db:
            _add(db, f"{worker}-{number}")


def test_many_writers_at_once_lose_nothing(address: str) -> None:
    """The first of them all meet on a store that does not exist yet."""
    assert at_once(_insert, [(address, worker) for worker in range(6)]) == [0] * 6
    assert len(_names(address)) == 150


def _of(db: Connection, found: Inspector, name: str) -> list[tuple[list[str], str, str]]:
    """Foreign keys, and what becomes of a row whose own is deleted."""
    if db.dialect.name == "sqlite":
        # SQLAlchemy reads that of SQL in capitals only.
        keys = run(db, f"pragma foreign_key_list({name})")
        return [([k["from"]], k["table"], k["on_delete"].lower().replace("no action", "")) for k in keys]
    return [
        (k["constrained_columns"], k["referred_table"], k["options"].get("ondelete", "").lower())
        for k in found.get_foreign_keys(name)
    ]


def _made(address: str) -> dict[str, object]:
    """Tables, columns, keys and indexes of a store, as SQLAlchemy reads them of its database.

    SQLite's own numbers may be null where they are written, and never are.
    """
    with Store(address) as store, store.read() as db:
        found = inspect(db)
        return {
            name: {
                "columns": {
                    c["name"]: (
                        bool(c["nullable"] and c["name"] != "id"),
                        str(c["type"]).partition("(")[0].split(" ")[0],
                    )
                    for c in found.get_columns(name)
                },
                "key": found.get_pk_constraint(name)["constrained_columns"],
                "of": _of(db, found, name),
                "unique": [each["column_names"] for each in found.get_unique_constraints(name)],
                "indexes": sorted(
                    (each["name"], tuple(each["column_names"]))
                    for each in found.get_indexes(name)
                    if not each.get("duplicates_constraint")
                ),
            }
            for name in sorted(found.get_table_names())
            if name != "store_version" and not name.startswith("sqlite_")
        }


def test_the_steps_of_a_file_and_the_tables_of_a_server_are_one_schema(path: Path, address: str) -> None:
    """A file's are made by SQL that was released; a server's by the definitions."""
    defined = create_engine("sqlite://")
    _schema.metadata.create_all(defined)
    with defined.connect() as db:
        names = set(inspect(db).get_table_names())
    kinds = {"BIGINT": "INTEGER"}
    made = _made(address)
    assert set(made) == names
    for each in made.values():
        assert isinstance(each, dict)
        each["columns"] = {name: (null, kinds.get(kind, kind)) for name, (null, kind) in each["columns"].items()}
    assert made == _made(str(path))


def _another_step(db: Connection) -> None:
    for name in ("one", "two"):
        db.execute(text(f"create table {name} (a text)"))


def _a_broken_step(db: Connection) -> None:
    for name in ("one", "one"):
        db.execute(text(f"create table {name} (a text)"))


def _steps_are(monkeypatch: pytest.MonkeyPatch, *steps: _steps.Step) -> None:
    for module in (_engines, _store):
        monkeypatch.setattr(module, "VERSION", len(steps))
    monkeypatch.setattr(_engines, "STEPS", steps)


def test_an_older_schema_is_brought_up_to_date(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(address) as store, store.write() as db:
        _add(db, "kept")
    _steps_are(monkeypatch, *_steps.STEPS, _another_step)
    with Store(address) as store, store.write() as db:
        run(db, "insert into two values ('x')")
    assert _names(address) == ["kept"]


def test_a_migration_that_fails_changes_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(address).close()
    _steps_are(monkeypatch, *_steps.STEPS, _a_broken_step)
    with pytest.raises(StoreError, match="already exists"):
        Store(address)
    monkeypatch.undo()
    monkeypatch.setenv("PGPASSWORD", _password(address))
    assert "one" not in _made(address)


_passwords: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _password_of(request: pytest.FixtureRequest) -> None:
    """``monkeypatch.undo`` takes the password of the environment back too."""
    if "address" in request.fixturenames and "://" in (address := request.getfixturevalue("address")):
        _passwords[address] = request.getfixturevalue("postgresql_server").password


def _password(address: str) -> str:
    return _passwords.get(address, "")


def test_a_newer_schema_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        _steps_are(newer, *_steps.STEPS, _another_step)
        Store(address).close()
    with pytest.raises(StoreError, match=r"knows \d+\. Use the newer release") as caught:
        Store(address)
    assert address in str(caught.value)


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
            pages = run(db, "pragma page_count")[0]["page_count"]
            run(db, f"pragma max_page_count = {pages + 2}")
        full = r"database or disk is full\. Check that its folder .* has space"
        big = {"name": "big", "room": "x" * 1_000_000}
        with pytest.raises(StoreError, match=full), store.write() as db:
            run(db, "insert into station (name, room) values (:name, :room)", **big)
        with store.write() as db:
            _add(db, "small")
    assert _names(path) == ["small"]


def test_a_sound_store_is_never_said_to_be_moved_away(store: Store) -> None:
    """It holds attestations that exist nowhere else."""
    with pytest.raises(StoreError, match=r"not written .*Report it") as caught, store.write() as db:
        run(db, "insert into station (name) values (null)")
    assert "Move it away" not in str(caught.value)


def test_a_text_that_a_server_cannot_keep_is_told_as_such(address: str) -> None:
    if "://" not in address:
        with Store(address) as store, store.write() as db:
            _add(db, "a\x00b")
        return
    with (
        Store(address) as store,
        pytest.raises(StoreError, match=r"NUL .* Find it among the names"),
        store.write() as db,
    ):
        _add(db, "a\x00b")


def test_half_of_a_character_is_an_error_of_the_store(store: Store, address: str) -> None:
    with pytest.raises(StoreError, match="half of a character"), store.write() as db:
        _add(db, "a\ud800")
    assert _names(address) == []


def test_a_folder_in_its_place_is_a_clear_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="unable to open database file"):
        Store(path)


def test_a_place_that_cannot_be_written_is_a_clear_error() -> None:
    with pytest.raises(StoreError, match="Set pronote_state"):
        Store(Path("/proc/nothing/pronote.sqlite3"))


def _patience(path: Path) -> int:
    with Store(path) as store, store.read() as db:
        return int(run(db, "pragma busy_timeout")[0]["timeout"])


def test_a_store_that_is_held_costs_one_wait_of_a_run_and_not_one_of_each_worker(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty seconds for each worker: a stopped process in the middle of a transaction."""
    Store(path).close()
    assert _patience(path) == 10_000
    with sqlite3.connect(path, isolation_level=None) as stopped:
        stopped.execute("begin immediate")
        monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.05)
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
        _add(db, "a")
    assert _patience(path) == 10_000


def test_a_held_store_is_told_as_such_whatever_sqlite_calls_it(path: Path) -> None:
    """Extended codes too (SQLITE_BUSY_SNAPSHOT): another run wrote between two statements of ours."""

    def meet(store: Store) -> None:
        with store.read() as db:
            run(db, "select * from station")
            with Store(path) as other, other.write() as written:
                _add(written, "a")
            _add(db, "b")

    with Store(path) as store, pytest.raises(StoreError, match="Another run holds it"):
        meet(store)
