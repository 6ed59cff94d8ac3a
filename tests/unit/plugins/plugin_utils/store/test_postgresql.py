"""What only a server does: it asks for a password, is full, goes away in the middle, and comes back."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import engines as _engines
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.address import is_server
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import AddressError, StoreError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.password import give_password
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.url import server_url

from tests.servers.postgresql import Postgresql, postgresql, serving
from tests.unit.forks import at_once
from tests.unit.sql import rows, run

_JOB = JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install")


@pytest.fixture
def stored(postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGPASSWORD", postgresql_server.password)
    return postgresql_server.url(schema=postgresql_server.schema())


@pytest.fixture(autouse=True)
def _nobody_waited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The marks of a run, in a folder of the test's; no password from an earlier one."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    yield
    give_password("")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:secret@db/pronote", "has a password in it"),
        ("postgresql://u@db/pronote?password=secret", "has a password in it"),
        ("mysql://u:secret@db/pronote", "says mysql"),
        ("postgresql://u@db", "names no database"),
        ("postgresql://u:secret@db:port/pronote", "no address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_what_is_in_it(address: str, said: str) -> None:
    assert is_server(address)
    with pytest.raises(AddressError, match=said):
        server_url(address)
    with pytest.raises(StoreError, match=said) as caught:
        Store(address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["state/pronote.sqlite3", "/a/b", "C:/a", "file:name", ""])
def test_a_path_is_no_server(path: str) -> None:
    assert not is_server(path)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("postgresql://u@localhost/a", {}),
        ("postgresql://u@127.0.0.1/a", {}),
        ("postgresql:///a?host=/run/postgresql", {"host": "/run/postgresql"}),
        ("postgresql://u@db/a", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("postgresql://u@db/a?sslrootcert=/etc/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ("postgresql://u@db/a?sslmode=require", {"sslmode": "require"}),
        ("postgresql://u@localhost/a?host=db", {"host": "db", "sslmode": "verify-full", "sslrootcert": "system"}),
    ],
)
def test_another_machine_proves_who_it_is_unless_somebody_says_otherwise(address: str, query: dict[str, str]) -> None:
    assert dict(server_url(address).query) == query


def test_a_wrong_password_is_told_with_where_to_give_it(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("", "wrong-secret"):
        monkeypatch.setenv("PGPASSWORD", wrong)
        with pytest.raises(StoreError, match=r"PGPASSWORD, a pgpass file .* or pronote_state_password") as caught:
            Store(stored)
        assert "wrong-secret" not in str(caught.value)
        # It is nobody's fault who comes next.
        assert not caught.value.passes


def test_the_password_of_a_variable(
    stored: str, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD")
    give_password(postgresql_server.password)
    assert rows(stored, "select * from station") == []


def test_a_pgpass_file(
    stored: str, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PGPASSWORD")
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:owner:{postgresql_server.password}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert rows(stored, "select * from station") == []


def test_a_database_that_is_not_there(stored: str) -> None:
    with pytest.raises(StoreError, match=r"does not exist.*Make the database, or correct its name"):
        Store(stored.replace("/postgres?", "/pronote?"))


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(StoreError, match=r"refused.*Check that the database runs") as caught:
            Store(f"postgresql://u@127.0.0.1:{port}/a")
    assert caught.value.passes


def test_nothing_is_connected_between_two_transactions(stored: str, postgresql_server: Postgresql) -> None:
    open_now = "select count(*) from pg_stat_activity where application_name = 'rentree-pronote'"
    with Store(stored) as store:
        with store.write() as db:
            run(db, "insert into station (name) values ('a')")
            assert postgresql_server.sql(open_now) == "1"
        # The server forgets a connection a moment after it was closed.
        assert _soon(lambda: postgresql_server.sql(open_now) == "0")


def _soon(holds: Callable[[], bool]) -> bool:
    return any(holds() for _ in range(200))


def _writes(address: str, worker: int) -> None:
    memory = Memory(address, station=f"s{worker}", product="pronote_client")
    memory.starting(_JOB)
    memory.close()
    assert memory.warnings == []


def test_more_workers_than_the_server_has_places_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four nodes of 25 forks on a server of 100; here in small, 24 on 10."""
    with postgresql(connections=10) as server:
        monkeypatch.setenv("PGPASSWORD", server.password)
        address = server.url(schema=server.schema())
        Store(address).close()
        assert at_once(_writes, [(address, number) for number in range(24)]) == [0] * 24
        assert len(rows(address, "select * from attempt")) == 24
        # Taken for good: told, with what to do.
        monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.1)
        with ExitStack() as held:
            for _ in range(10):
                held.enter_context(psycopg.connect(server.url(), password=server.password))
            with pytest.raises(StoreError, match=r"Raise max_connections of the server, or run with fewer forks"):
                Store(address)


def test_one_writer_at_a_time_and_the_next_waits(stored: str) -> None:
    """What is read in a transaction that writes is as it is until its end: so decisions of two runs do not cross."""

    def count(_: int) -> None:
        with Store(stored) as store, store.write() as db:
            (found,) = run(db, "select count(*) as n from station")
            run(db, "insert into station (name) values (:name)", name=str(found["n"]))

    Store(stored).close()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(30)))
    assert len(rows(stored, "select * from station")) == 30


def test_a_writer_that_stands_still_is_waited_for_once(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.2)
    with Store(stored) as still, still.write() as db:
        run(db, "insert into station (name) values ('a')")
        with pytest.raises(StoreError, match="Another run holds it") as caught, Store(stored) as other, other.write():
            pass
        assert caught.value.passes
        # Readers do not wait.
        assert rows(stored, "select * from station") == []
        assert _engines.PostgresqlServer(stored).patience == _engines._HELD_SECONDS
    # Somebody was let in: whoever comes next waits as ever.
    assert _engines.PostgresqlServer(stored).patience == 0.2


def test_a_server_that_goes_away_and_comes_back_while_a_setup_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost: what could not be written is written with what comes next."""
    with postgresql() as server:
        monkeypatch.setenv("PGPASSWORD", server.password)
        address = server.url(schema=server.schema())
        memory = Memory(address, station="s1", product="pronote_client", school="0310001A")
        memory.held(wanted="2026.2.7", seen=True, reason="x", remedy="")
        _stopped(server)
        memory.starting(_JOB)
        (warning,) = memory.warnings
        assert "Check that the database runs" in warning
        assert "is not remembered" in warning
        with serving(server):
            memory.set_woken(None)
            assert memory.warnings == []
            (attempt,) = rows(address, "select * from attempt")
            assert (attempt["station"], attempt["result"], attempt["ended"]) == ("s1", "", None)
            memory.close()


def _stopped(server: Postgresql) -> None:
    """The server's own way to stop at once; whoever started it finds it gone."""
    pid = int((server.folder / "data/postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGINT)
    while (server.folder / "data/postmaster.pid").exists():
        pass


def test_a_connection_that_is_cut_in_the_middle_keeps_nothing_of_the_transaction(
    stored: str, postgresql_server: Postgresql
) -> None:
    def meet() -> None:
        with Store(stored) as store, store.write() as db:
            run(db, "insert into station (name) values ('a')")
            postgresql_server.sql(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rentree-pronote'"
            )
            run(db, "insert into station (name) values ('b')")

    Store(stored).close()
    with pytest.raises(StoreError, match="Check that the database runs"):
        meet()
    assert rows(stored, "select * from station") == []


def test_who_answers_without_a_word_is_given_up_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setattr(_engines, "_CONNECT", 2)
        with pytest.raises(StoreError, match="Check that the database runs"):
            Store(f"postgresql://u@127.0.0.1:{mute.getsockname()[1]}/a?sslmode=disable")
