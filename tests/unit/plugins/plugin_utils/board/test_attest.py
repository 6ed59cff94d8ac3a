"""Attestations: only ever added, whoever asks, and the same one once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attest import attest_or_revoke, of_school
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attestation import (
    attest,
    current,
    new_attestation,
    revoke,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import StoreError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store, store_exists

from tests.unit.forks import at_once
from tests.unit.sql import run

_NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
_WHO: dict[str, Any] = {
    "school": "0310001a",
    "year": 2026,
    "operation": 3,
    "name": "Claude Martin",
    "role": "proviseure",
}


@pytest.fixture
def path(address: str) -> str:
    return address


def _request(path: str, **changes: Any) -> dict[str, Any]:
    values = {**_WHO, "date": "2026-08-26", "evidence": None, "state": "attested", "reason": "", "store": path}
    return {**values, **changes}


@pytest.fixture
def store(path: str) -> Iterator[Store]:
    attest_or_revoke(**_request(path), check=False)
    with Store(path) as opened:
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "update attestation set name = 'X'",
        "update attestation set done_on = '2026-01-01' where id = 1",
        "delete from attestation",
        "insert into attestation (id, school, year, operation, name, role, done_on, at)"
        " values (1, 'x', 2026, 3, 'x', 'x', 'x', 'x') on conflict (id) do update set name = excluded.name",
    ],
)
def test_the_store_itself_refuses_every_change(store: Store, statement: str) -> None:
    with pytest.raises(StoreError, match=r"an attestation is never .*: revoke it"), store.write() as db:
        run(db, statement)
    assert [row.name for row in of_school(store, "0310001A", 2026)] == ["Claude Martin"]


def test_an_attestation_is_not_replaced_in_a_file(tmp_path: Path) -> None:
    """SQLite's ``insert or replace`` deletes without asking the trigger of deletions."""
    path = str(tmp_path / "state/pronote.sqlite3")
    attest_or_revoke(**_request(path), check=False)
    statement = (
        "insert or replace into attestation (id, school, year, operation, name, role, done_on, at)"
        " values (1, 'x', 2026, 3, 'x', 'x', 'x', 'x')"
    )
    with Store(path) as store:
        with pytest.raises(StoreError, match=r"never replaced: revoke it"), store.write() as db:
            run(db, statement)
        assert [row.name for row in of_school(store, "0310001A", 2026)] == ["Claude Martin"]


def test_an_attestation_is_revoked_once(store: Store) -> None:
    columns = "school, year, operation, name, role, done_on, at, revokes"
    values = "'0310001A', 2026, 3, 'x', 'x', 'x', 'x', 1"
    with store.write() as db:
        run(db, f"insert into attestation ({columns}) values ({values})")
    with pytest.raises(StoreError, match=r"UNIQUE|unique"), store.write() as db:
        run(db, f"insert into attestation ({columns}) values ({values})")


def test_the_same_again_changes_nothing_and_a_dry_run_adds_nothing(path: str) -> None:
    assert attest_or_revoke(**_request(path), check=True).rows
    assert not store_exists(path)
    runs = [attest_or_revoke(**_request(path), check=check) for check in (False, True, False)]
    assert [len(run.rows) for run in runs] == [1, 0, 0]
    # Without a date it is not another one of today's.
    assert not attest_or_revoke(**_request(path, date=""), check=False).rows
    # Another date, person or role is.
    for changes in ({"date": "2026-08-27"}, {"name": "X"}, {"role": "X"}):
        assert attest_or_revoke(**_request(path, **changes), check=False).rows, changes
    # And so is another school's, year's or operation's.
    elsewhere: list[dict[str, Any]] = [{"school": "0310002B"}, {"year": 2025}, {"operation": 4}]
    for other in elsewhere:
        assert attest_or_revoke(**_request(path, **other), check=False).rows, other
    with Store(path) as store:
        assert len(of_school(store, "0310001A", 2026)) == 5


def test_a_revocation_is_a_row_and_lets_attest_again(path: str) -> None:
    attest_or_revoke(**_request(path), check=False)
    taken_back = _request(path, state="revoked", name="Dominique Petit", reason="à refaire")
    runs = [attest_or_revoke(**taken_back, check=check) for check in (True, False, False)]
    assert [len(run.rows) for run in runs] == [1, 1, 0]
    assert runs[0].diff["before"].startswith("0310001A 2026 operation 3: Claude Martin (proviseure), 2026-08-26")
    assert runs[0].diff["after"] == ""
    assert attest_or_revoke(**_request(path), check=False).rows
    with Store(path) as store:
        rows = of_school(store, "0310001A", 2026)
    assert [(row.id, row.revokes, row.reason) for row in rows] == [(1, None, ""), (2, 1, "à refaire"), (3, None, "")]
    assert [row.id for row in current(rows)] == [3]
    with pytest.raises(ValueError, match="reason is empty"):
        attest_or_revoke(**_request(path, state="revoked"), check=False)


def test_of_an_evidence_file_only_the_digest_is_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "state/pronote.sqlite3")
    proof = tmp_path / "import de Basaltine Garonnette.txt"
    proof.write_text("Basaltine GARONNETTE", encoding="utf-8")
    plan = attest_or_revoke(**_request(path, evidence=str(proof)), check=False)
    assert len(plan.rows[0].digest) == 64
    content = b"".join(file.read_bytes() for file in Path(path).parent.iterdir()).lower()
    assert b"garonnette" not in content
    proof.write_text("another", encoding="utf-8")
    assert attest_or_revoke(**_request(path, evidence=str(proof)), check=False).rows
    with pytest.raises(ValueError, match=r"evidence: .*none\.txt does not exist"):
        attest_or_revoke(**_request(path, evidence=str(tmp_path / "none.txt")), check=False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"operation": 5}, "operation 5 is looked at, not attested; those attested are 3, 4, 7"),
        ({"year": 26}, "year 26 is not a year"),
        ({"done_on": "2026-09-02"}, "is to come"),
        ({"done_on": "hier"}, "is not a date"),
        ({"school": "lycée"}, "is not a UAI"),
        ({"name": " \n"}, "name is empty"),
        ({"role": ""}, "role is empty"),
        ({"name": "x" * 121}, "name must be one line"),
        ({"name": "a\x1b[31m"}, "without control characters"),
    ],
)
def test_what_nobody_can_attest(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        new_attestation(**{**_WHO, "done_on": "2026-08-26", "now": _NOW, **changes})


def test_a_plan_depends_on_what_is_there_alone() -> None:
    wanted = new_attestation(**_WHO, done_on="", now=_NOW)
    assert (wanted.school, wanted.done_on) == ("0310001A", "2026-09-01")
    assert attest([], wanted, dated=False).rows == (wanted,)
    assert revoke([], wanted).rows == ()


def _attest(path: str) -> None:
    attest_or_revoke(**_request(path), check=False)


def test_two_runs_at_once_attest_once(path: str) -> None:
    Store(path).__exit__()
    assert at_once(_attest, [(path,)] * 6) == [0] * 6
    with Store(path) as store:
        assert len(of_school(store, "0310001A", 2026)) == 1


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2026-08-25", "2026-08-25"),
        ("2026-01-15", "2026-01-15"),
        ("2026-08-25T00:30:00+02:00", "2026-08-25"),
        ("2026-08-24T23:30:00Z", "2026-08-25"),
    ],
)
def test_a_day_of_summer_that_is_attested_in_winter_stays_that_day(
    date: str, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The offset of now is not that of then: 25 August, 0:00 in summer time, is 24 August, 23:00 in winter time."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        for now in (dt.datetime(2026, 11, 25, 12).astimezone(), dt.datetime(2026, 9, 1, 12).astimezone()):
            assert new_attestation(**_WHO, done_on=date, now=now).done_on == day
    finally:
        monkeypatch.undo()
        time.tzset()
