"""One school's audit of many: it reads what the store has of that school, and leaves the rest to the conclusion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import (
    Audit,
    History,
    conclude_audits,
    read_history,
    save_audit,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import rows as _rows
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import Connection

from tests.browser.sample import record
from tests.unit.sql import run, statements

OURS, OTHERS = "0310001A", "0310002B"
EVERYONE = ("a-1", "a-2", "a-3", "b-1", "b-2")
INVENTORY = Identity(key="awx 3", may_be_cut=True)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store(address) as opened:
        for day in (1, 2):
            _save(opened, _audit(day, *_school("a", OURS, 3)))
            _save(opened, _audit(day, *_school("b", OTHERS, 2)))
        with opened.write() as db:
            for station in EVERYONE:
                _deployed(db, station)
        yield opened


def _deployed(db: Connection, station: str) -> None:
    run(db, "insert into station (name) values (:station)", station=station)
    attempt = (
        "insert into attempt (station, product, verb, job, release, begun, ended, controller)"
        " values (:station, 'pronote_client', 'install', 'j', '2026.2.7', :time, :time, 'c')"
    )
    for day in (1, 2):
        run(db, attempt, station=station, time=f"2026-11-{day:02}T20:00:00Z")


def _school(name: str, school: str, stations: int, **fields: Any) -> list[AuditRecord]:
    return [record(f"{name}-{n}", school=school, **fields) for n in range(1, stations + 1)]


def _audit(day: int, *records: AuditRecord, later: bool = True, stations: tuple[str, ...] = EVERYONE) -> Audit:
    return Audit(
        at=f"2026-11-{day:02}T04:30:00Z",
        records=records,
        stations=stations,
        inventory=INVENTORY,
        verdict="compliant",
        later=later,
    )


def _save(store: Store, audit: Audit, keep_days: int = 180) -> History:
    return save_audit(store, audit, keep_days=keep_days)


def _told(history: History) -> dict[str, list[str]]:
    assert history.changes is not None
    return {kind: [change.station for change in each] for kind, each in vars(history.changes).items() if each}


@pytest.mark.parametrize("later", [True, False])
def test_no_row_of_another_school_is_read(store: Store, later: bool) -> None:
    with statements() as asked:
        _save(store, _audit(3, *_school("a", OURS, 3), later=later))
    selects = [(text, values) for text, values in asked if text.lower().startswith("select ")]
    with store.read() as db:
        rows = [
            [str(value) for value in row]
            for text, values in selects
            if " from " in text.lower().replace("\n", " ") and "pg_" not in text
            for row in db.exec_driver_sql(text, values)
        ]
    assert any("a-1" in row for row in rows), "what is asked is seen"
    read = [row for row in rows if any(value.startswith("b-") or value == OTHERS for value in row)]
    assert bool(read) is not later, read


def test_no_statement_goes_through_what_others_nights_have_left(store: Store) -> None:
    """SQLite says how it would carry out each."""
    with statements() as asked:
        _save(store, _audit(3, *_school("a", OURS, 3)))
    with store.read() as db:
        if db.dialect.name != "sqlite":
            pytest.skip("how a server goes about it depends on how much there is")
        plans = [
            row[3]
            for text, values in asked
            if text.lower().startswith(("select", "delete", "update"))
            for row in db.exec_driver_sql(f"explain query plan {text}", values)
        ]
    assert [plan for plan in plans if "audit_station_school" in plan]
    # Which product's stations are remembered at all, and whether there was any deployment, is one row.
    assert [plan for plan in plans if plan.startswith("SCAN")] == []


def test_it_finds_what_the_audit_of_all_would(store: Store) -> None:
    moved = record("b-2", school=OURS, status="late")
    records = [record("a-1", school=OURS, status="late"), moved, record("a-new", school=OURS)]
    # a-2 and a-3 are in a room that the run leaves out.
    audit = _audit(3, *records, stations=(*EVERYONE, "a-new"))
    own, of_all = read_history(store, audit), read_history(store, replace(audit, later=False))
    assert _told(own) == _told(of_all) == {"newly_late": ["a-1", "b-2"], "new": ["a-new"]}
    assert [row["station"] for row in own.picture] == ["a-1", "b-2", "a-new", "a-2", "a-3"]
    assert [row["station"] for row in of_all.picture] == [*(row["station"] for row in own.picture), "b-1"]
    assert own.trend == {OURS: of_all.trend[OURS]}
    assert own.releases == {OURS: of_all.releases[OURS]}
    assert (own.cut, of_all.cut) == ({}, {})


def test_it_says_who_has_vanished_from_its_school_and_of_no_other(store: Store) -> None:
    records = _school("a", OURS, 3)
    _save(store, _audit(3, *records, *_school("a", OURS, 6)[3:], stations=(*EVERYONE, "a-4", "a-5", "a-6")))
    stations = ("a-1", "a-2", "a-3", "a-4", "a-5")
    assert _told(_save(store, _audit(4, *_school("a", OURS, 5), stations=stations))) == {"vanished": ["a-6"]}
    concluded = conclude_audits(
        store,
        replace(_audit(5, later=False, stations=stations), concludes=True),
        judge=lambda _rows: "compliant",
        keep_days=180,
        check=False,
    )
    assert _told(concluded) == {"new": ["a-4", "a-5"], "vanished": ["a-6", "b-1", "b-2"]}


def test_a_slice_of_a_school_is_seen(store: Store) -> None:
    history = _save(store, _audit(3, *_school("a", OURS, 2), stations=("a-1", "a-2", "b-1")))
    assert (history.cut, _told(history)) == ({OURS: 1}, {})


def test_the_stations_of_a_school_that_comes_later_are_new(store: Store) -> None:
    assert _told(_save(store, _audit(3, record("c-1", school="0310003C"), stations=(*EVERYONE, "c-1")))) == {
        "new": ["c-1"]
    }


def test_nothing_is_new_in_the_first_audit_of_all(address: str) -> None:
    with Store(address) as store:
        assert _told(_save(store, _audit(1, *_school("a", OURS, 3)))) == {}


def test_a_deployment_elsewhere_says_that_deployments_are_remembered(store: Store) -> None:
    _save(store, _audit(3, *_school("c", "0310003C", 1), stations=(*EVERYONE, "c-1")))
    changed = _school("c", "0310003C", 1, status="late")
    assert _told(_save(store, _audit(4, *changed, stations=(*EVERYONE, "c-1")))) == {
        "newly_late": ["c-1"],
        "by_hand": ["c-1"],
    }


def test_it_forgets_its_own_stations_alone(store: Store) -> None:
    """The conclusion forgets those of a school that no job audits any more."""
    _save(store, _audit(9, record("a-1", school=OURS), later=True), keep_days=2)
    with store.read() as db:
        words = [row["station"] for row in run(db, "select station from audit_station order by station")]
        audits = run(db, "select count(*) as number from audit")
    assert (words, audits) == (["a-1", "b-1", "b-2"], [{"number": 1}])


def test_an_inventory_that_gets_an_id_is_taken_over_school_by_school(store: Store) -> None:
    named = Identity(key="id academie", formerly=INVENTORY.key, in_parts=True)
    audit = replace(_audit(3, *_school("a", OURS, 2), stations=("a-1", "a-2")), inventory=named)
    assert _told(_save(store, audit)) == {"vanished": ["a-3"]}
    with store.read() as db:
        found = run(db, "select distinct school, inventory from audit_station order by school")
    assert found == [{"school": OURS, "inventory": named.key}, {"school": OTHERS, "inventory": INVENTORY.key}]
    concluded = replace(_audit(4, later=False, stations=("a-1", "a-2")), inventory=named, concludes=True)
    history = conclude_audits(store, concluded, judge=lambda _rows: "compliant", keep_days=180, check=False)
    assert _told(history) == {"vanished": ["a-3", "b-1", "b-2"]}


def test_more_schools_and_stations_than_one_statement_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rows, "_AT_ONCE", 2)
    audit = _audit(3, *_school("a", OURS, 3), *_school("b", OTHERS, 2))
    history = _save(store, audit)
    assert [row["station"] for row in history.picture] == list(EVERYONE)
    assert {school: len(points) for school, points in history.trend.items()} == {OURS: 3, OTHERS: 3}
