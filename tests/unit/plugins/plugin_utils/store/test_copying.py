"""A store goes from one place to another, of either engine, and nothing is lost or overwritten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attest import attest_or_revoke, of_school
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.copying import copy_store, counted, prepare_store
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import StoreError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.servers.postgresql import Postgresql
from tests.unit.sql import rows, run
from tests.upgrade.copies import copy_of

_TABLES = ("station", "installed", "standing", "attempt", "audit", "audit_result", "audit_station", "attestation")


@pytest.fixture
def past(tmp_path: Path) -> str:
    """The store that release 0.1.0 has left: everything is in it."""
    return str(copy_of("0.1.0", tmp_path / "past") / "inventory/state/pronote.sqlite3")


@pytest.fixture
def server_store(postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGPASSWORD", postgresql_server.password)
    return postgresql_server.url(schema=postgresql_server.schema())


def _everything(address: str) -> dict[str, list[dict[str, object]]]:
    return {table: sorted(rows(address, f"select * from {table}"), key=repr) for table in _TABLES}


def test_a_file_goes_to_a_server_and_back(past: str, server_store: str, tmp_path: Path) -> None:
    before = counted(past)
    assert all(before[table] for table in _TABLES)
    assert copy_store(past, server_store) == before
    back = str(tmp_path / "back.sqlite3")
    assert copy_store(server_store, back) == before
    assert _everything(server_store) == _everything(past) == _everything(back)


def test_what_is_numbered_goes_on_behind_what_was_copied(past: str, server_store: str) -> None:
    copy_store(past, server_store)
    known = {row["id"] for row in rows(server_store, "select id from attestation")}
    who = {"school": "0310001A", "operation": 4, "year": 2026, "name": "X", "role": "proviseure", "date": "2026-08-26"}
    rest = {"evidence": None, "state": "attested", "reason": ""}
    attest_or_revoke(store=server_store, **who, **rest, check=False)  # type: ignore[arg-type]
    with Store(server_store) as store:
        added = {row.id for row in of_school(store, "0310001A", 2026)} - known
    assert added == {max(known) + 1}


def test_a_store_that_holds_anything_is_never_overwritten(past: str, address: str) -> None:
    with Store(address) as store, store.write() as db:
        run(db, "insert into station (name) values ('kept')")
    with pytest.raises(ValueError, match="is not empty"):
        copy_store(past, address)
    assert [row["name"] for row in rows(address, "select name from station")] == ["kept"]


def test_what_is_not_there_or_the_same_is_not_copied(past: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no store"):
        copy_store(str(tmp_path / "none"), past)
    assert not (tmp_path / "none").exists()
    with pytest.raises(ValueError, match="same store"):
        copy_store(past, past)


def test_a_copy_that_is_cut_leaves_nothing(past: str, server_store: str) -> None:
    """A row that the target cannot keep, in the last table."""
    Store(past).close()
    with sqlite3.connect(past) as db:
        db.execute(
            "insert into last_deployment (station, product, at, wanted, outcome) "
            "values ('a station that has no row', '', '', '', '')"
        )
    with pytest.raises(StoreError, match="foreign key"):
        copy_store(past, server_store)
    assert not any(counted(server_store).values())


def test_a_user_has_what_runs_need_and_no_more(postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = postgresql_server.schema()
    postgresql_server.sql(
        f"create role run_{schema} login password '{postgresql_server.password}'; "
        f"grant usage on schema {schema} to run_{schema}"
    )
    monkeypatch.setenv("PGPASSWORD", postgresql_server.password)
    own = postgresql_server.url(schema=schema, user=f"run_{schema}")
    with pytest.raises(StoreError, match=r"permission denied.*rights that docs/plusieurs-noeuds\.md lists"):
        Store(own)
    prepare_store(postgresql_server.url(schema=schema), user=f"run_{schema}")
    with Store(own) as store:
        with store.write() as db:
            run(db, "insert into station (name) values ('a')")
            run(
                db,
                "insert into attestation (school, year, operation, name, role, done_on, at)"
                " values ('x', 2026, 3, 'x', 'x', 'x', 'x')",
            )
        for statement in ("drop table station", "delete from attestation", "update store_version set version = 1"):
            with pytest.raises(StoreError, match=r"must be owner|permission denied"), store.write() as db:
                run(db, statement)
    # Again: nothing changes, and nothing is lost.
    prepare_store(postgresql_server.url(schema=schema), user=f"run_{schema}")
    assert len(rows(own, "select * from station")) == 1
