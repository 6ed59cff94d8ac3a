"""Audits in the store: kept whole or not at all, compared, pruned, and never dented by a limited run."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.history import Changes
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import (
    Audit,
    History,
    conclude_audits,
    read_history,
    save_audit,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import Connection

from tests.browser.sample import record
from tests.unit.sql import run

EVERYONE = ("a", "b", "c")


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store(address) as opened:
        yield opened


def _audit(day: int, *records: AuditRecord, stations: tuple[str, ...] = EVERYONE, hour: int = 4) -> Audit:
    return Audit(
        at=f"2026-11-{day:02}T{hour:02}:30:00Z",
        records=records,
        stations=stations,
        inventory=Identity(key="inventories/my_schools"),
        verdict="compliant",
    )


def _save(store: Store, audit: Audit, keep_days: int = 180, **options: Any) -> History:
    return save_audit(store, audit, keep_days=keep_days, **options)


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.read() as db:
        return [tuple(row.values()) for row in run(db, query)]


def _whole(status: str = "compliant", **fields: Any) -> list[AuditRecord]:
    return [record(name, status=status, **fields) for name in EVERYONE]


def test_each_result_is_kept(store: Store) -> None:
    _save(store, _audit(1, *_whole("late")))
    _save(store, _audit(2, *_whole()))
    assert _rows(store, "select audit, station, status, clients from audit_result order by 1, 2") == [
        *[(1, name, "late", "2026.1.3 x64") for name in EVERYONE],
        *[(2, name, "compliant", "2026.2.7 x64") for name in EVERYONE],
    ]
    assert _rows(store, "select at, limited, verdict from audit")[1] == ("2026-11-02T04:30:00Z", 0, "compliant")


def test_a_limited_audit_leaves_no_dent_in_the_trend(store: Store) -> None:
    _save(store, _audit(1, *_whole("late")))
    history = _save(store, _audit(2, record("a")))
    assert history.trend["0310001A"] == [
        ("2026-11-01T04:30:00Z", {"late": 3}),
        ("2026-11-02T04:30:00Z", {"compliant": 1, "late": 2}),
    ]
    assert [entry["audited"] for entry in history.picture] == [True, False, False]
    assert _rows(store, "select limited from audit") == [(0,), (1,)]
    assert history.changes is not None
    assert not history.changes.vanished


def test_a_school_that_was_not_audited_has_no_point_that_day(store: Store) -> None:
    other = record("z", school="0310002B")
    _save(store, _audit(1, record("a"), other, stations=("a", "z")))
    history = _save(store, _audit(2, record("a"), stations=("a", "z")))
    assert {school: len(points) for school, points in history.trend.items()} == {"0310001A": 2, "0310002B": 1}


def test_several_audits_of_one_evening_are_one_point(store: Store) -> None:
    _save(store, _audit(1, *_whole("late"), hour=20))
    history = _save(store, _audit(1, *_whole(), hour=22))
    assert history.trend["0310001A"] == [("2026-11-01T22:30:00Z", {"compliant": 3})]


def test_two_audits_in_the_same_second_are_two(store: Store) -> None:
    _save(store, _audit(1, *_whole("late")))
    history = _save(store, _audit(1, *_whole()))
    assert history.trend["0310001A"] == [("2026-11-01T04:30:00Z", {"compliant": 3})]


def test_vanished_is_said_once_and_a_return_is_new(store: Store) -> None:
    _save(store, _audit(1, *_whole()))
    gone = _save(store, _audit(2, record("a"), record("b"), stations=("a", "b")))
    assert gone.changes is not None
    assert [change.station for change in gone.changes.vanished] == ["c"]
    assert [entry["station"] for entry in gone.picture] == ["a", "b"]
    assert _rows(store, "select station, status from audit_result where audit = 2 and station = 'c'") == [
        ("c", "vanished")
    ]
    again = _save(store, _audit(3, record("a"), record("b"), stations=("a", "b")))
    assert again.changes is not None
    assert not again.changes.vanished
    back = _save(store, _audit(4, *_whole()))
    assert back.changes is not None
    assert [change.station for change in back.changes.new] == ["c"]


def _vanished(history: History) -> list[str]:
    assert history.changes is not None
    return [change.station for change in history.changes.vanished]


def test_an_inventory_that_gets_an_id_keeps_its_stations(store: Store) -> None:
    _save(store, _audit(1, *_whole()))
    named = Identity(key="id academie", formerly="inventories/my_schools", in_parts=True)
    audit = replace(_audit(2, record("a"), record("b"), stations=("a", "b")), inventory=named)
    assert _vanished(read_history(store, audit)) == ["c"]
    assert _vanished(_save(store, audit)) == ["c"]
    assert _rows(store, "select distinct inventory from audit_station union select inventory from audit") == [
        ("id academie",)
    ]


def test_a_limited_audit_does_not_say_who_has_vanished(store: Store) -> None:
    _save(store, _audit(1, *_whole()))
    assert _vanished(_save(store, _audit(2, record("a"), stations=("a", "b")))) == []
    # Still remembered, for the audit that sees the whole school.
    assert _vanished(_save(store, _audit(3, record("a"), record("b"), stations=("a", "b")))) == ["c"]


def test_a_slice_of_awx_neither_drops_nor_judges_the_rest(store: Store) -> None:
    inventory = Identity(key="awx 3", may_be_cut=True)
    _save(store, replace(_audit(1, *_whole("late")), inventory=inventory))
    history = _save(store, replace(_audit(2, record("a"), record("b"), stations=("a", "b")), inventory=inventory))
    assert (_vanished(history), history.cut) == ([], {"0310001A": 1})
    assert [(row["station"], row["status"], row["audited"]) for row in history.picture] == [
        ("a", "compliant", True),
        ("b", "compliant", True),
        ("c", "late", False),
    ]
    assert history.trend["0310001A"][-1][1] == {"compliant": 2, "late": 1}
    # And nobody has vanished for the one after it.
    after = _save(store, replace(_audit(3, *_whole()), inventory=inventory))
    assert (_vanished(after), after.cut) == ([], {})


def _concluded(store: Store, audit: Audit, *, check: bool = False) -> History:
    return conclude_audits(
        store, replace(audit, concludes=True), judge=lambda rows: rows[0]["status"], keep_days=180, check=check
    )


def test_a_conclusion_tells_what_every_audit_since_the_last_one_found(store: Store) -> None:
    first, second = record("a", status="late"), record("z", school="0310002B")
    _save(store, _audit(1, first, stations=("a", "z")))
    _save(store, _audit(1, second, stations=("a", "z"), hour=5))
    _concluded(store, _audit(2, stations=("a", "z")))
    _save(store, _audit(3, record("a"), stations=("a", "z", "new")))
    _save(store, _audit(3, {**second, "status": "late"}, record("new", school="0310002B"), stations=("a", "z", "new")))
    for check in (True, False):
        history = _concluded(store, _audit(4, stations=("a", "new")), check=check)
        found = history.changes
        assert found is not None
        told = {kind: [change.station for change in each] for kind, each in vars(found).items() if each}
        assert told == {"fixed": ["a"], "newly_late": ["z"], "new": ["new"], "vanished": ["z"]}
        assert [(row["station"], row["audited"]) for row in history.picture] == [("a", False), ("new", False)]
    after = _concluded(store, _audit(5, stations=("a", "new")))
    assert after.changes == Changes()
    assert _rows(store, "select verdict, concludes from audit order by id desc limit 2") == [("compliant", 1)] * 2
    # It has read nobody: no point in any trend.
    assert history.trend.keys() == {"0310001A", "0310002B"}
    assert [at for at, _counts in history.trend["0310001A"]] == ["2026-11-01T04:30:00Z", "2026-11-03T04:30:00Z"]


def test_old_audits_are_forgotten_and_since_is_not(store: Store) -> None:
    for day in range(1, 6):
        history = _save(store, _audit(day, *_whole("unreachable" if day > 1 else "late")), keep_days=2)
    assert _rows(store, "select distinct audit from audit_result order by 1") == [(3,), (4,), (5,)]
    assert _rows(store, "select distinct audit from audit_count order by 1") == [(3,), (4,), (5,)]
    assert history.picture[0]["since"] == "2026-11-02T04:30:00Z"
    assert history.picture[0]["last_seen"] == "2026-11-01T04:30:00Z"


@pytest.mark.parametrize("days", [999_999, 10**9])
def test_kept_for_ever(store: Store, days: int) -> None:
    _save(store, _audit(1, *_whole("late")), keep_days=days)
    _save(store, _audit(2, *_whole()), keep_days=days)
    assert _rows(store, "select distinct audit from audit_result order by 1") == [(1,), (2,)]


def test_half_of_a_character_in_a_servers_answer_costs_nobody_the_history(store: Store) -> None:
    """json.loads takes a lone surrogate, SQLite does not."""
    _save(store, _audit(1, record("a", school_name="Lyc\ud800e"), record("b")))
    assert _rows(store, "select station, status from audit_result") == [("a", "compliant"), ("b", "compliant")]
    assert _save(store, _audit(2, record("b"))).picture[1]["school_name"] == "Lyc\ud800e"


def test_a_day_of_the_trend_is_that_of_the_controller(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nightly audits at 0:30 in Paris are of the day before in UTC; one by hand in the afternoon is not."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        _save(store, _audit(1, *_whole("late"), hour=23))  # 2 November, 0:30
        _save(store, _audit(2, *_whole(), hour=14))  # 2 November, 15:30
        history = _save(store, _audit(2, *_whole("late"), hour=23))  # 3 November, 0:30
    finally:
        monkeypatch.undo()
        time.tzset()
    assert history.trend["0310001A"] == [
        ("2026-11-02T14:30:00Z", {"compliant": 3}),
        ("2026-11-02T23:30:00Z", {"late": 3}),
    ]


def test_a_station_that_is_no_longer_audited_is_forgotten_in_the_end(store: Store) -> None:
    _save(store, _audit(1, *_whole()), keep_days=2)
    history = _save(store, _audit(9, record("a")), keep_days=2)
    assert _rows(store, "select station from audit_station") == [("a",)]
    assert [entry["station"] for entry in history.picture] == ["a", "b", "c"]


def test_since_when_a_server_runs_its_release(store: Store) -> None:
    _save(store, _audit(1, *_whole(expected="2026.1.3")))
    _save(store, _audit(2, *_whole()))
    history = _save(store, _audit(3, *_whole()))
    assert history.releases == {"0310001A": ("2026.2.7", "2026-11-02T04:30:00Z")}
    # A release that was pinned, or is the last known one, says nothing of the server today.
    _save(store, _audit(4, *_whole(expected="2026.3.1", pinned=True)))
    _save(store, _audit(5, *_whole(expected="2026.3.1", stale=True)))
    history = _save(store, _audit(6, *_whole("unknown_release", expected=None)))
    assert history.releases == {"0310001A": ("2026.2.7", "2026-11-02T04:30:00Z")}
    history = _save(store, _audit(7, *_whole(expected="2026.1.3")))
    assert history.releases == {"0310001A": ("2026.1.3", "2026-11-07T04:30:00Z")}


def test_a_check_says_the_same_and_writes_nothing(store: Store) -> None:
    _save(store, _audit(1, *_whole("late")))
    before = _rows(store, "select * from audit_station") + _rows(store, "select * from audit_result")
    audit = _audit(2, *_whole())
    checked = read_history(store, audit)
    assert _rows(store, "select * from audit_station") + _rows(store, "select * from audit_result") == before
    saved = _save(store, audit)
    assert checked.changes == saved.changes
    assert checked.picture == saved.picture


def test_jobs_of_ours_are_asked_from_the_same_store(store: Store) -> None:
    def jobs(db: Connection, product: str, stations: Collection[str]) -> list[tuple[str, str]]:
        assert (db.in_transaction(), product, stations) == (True, "pronote_client", {*EVERYONE})
        return [("a", "2026-11-01T20:00:00Z")]

    _save(store, _audit(1, *_whole("late")))
    history = _save(store, _audit(2, *_whole()), jobs=jobs)
    assert history.changes is not None
    assert [change.station for change in history.changes.by_hand] == ["b", "c"]


@pytest.mark.parametrize(
    ("ended", "by_hand"),
    [("2026-11-01T20:00:00Z", False), ("2026-10-31T20:00:00Z", True), (None, False)],
)
def test_a_deployment_is_not_by_hand(store: Store, ended: str | None, by_hand: bool) -> None:
    _save(store, _audit(1, record("a", status="late")))
    with store.write() as db:
        # As plugin_utils/remaining/memory.py writes it.
        run(db, "insert into station (name) values ('a')")
        run(
            db,
            "insert into attempt (station, product, verb, job, release, begun, ended, controller)"
            " values ('a', 'pronote_client', 'install', 'j', '2026.2.7', '2026-10-31T19:00:00Z', :ended, 'c')",
            ended=ended,
        )
    history = _save(store, _audit(2, record("a")))
    assert history.changes is not None
    assert bool(history.changes.by_hand) is by_hand


def test_another_product_of_the_same_stations_has_a_history_of_its_own(store: Store) -> None:
    _save(store, _audit(1, *_whole()))
    other = _save(store, replace(_audit(1, *_whole("late", expected="2026.1.3"), hour=5), product="edt_monoposte"))
    assert other.changes == Changes()
    assert other.trend == {"0310001A": [("2026-11-01T05:30:00Z", {"late": 3})]}
    assert other.releases == {"0310001A": ("2026.1.3", "2026-11-01T05:30:00Z")}
    again = _save(store, _audit(2, *_whole()))
    assert again.changes == Changes()
    assert again.trend["0310001A"][0] == ("2026-11-01T04:30:00Z", {"compliant": 3})
    assert again.releases == {"0310001A": ("2026.2.7", "2026-11-01T04:30:00Z")}


def test_an_audit_is_kept_whole_or_not_at_all(store: Store) -> None:
    bad = record("b", status="late", school_name=object())
    with pytest.raises(TypeError):
        _save(store, _audit(1, record("a"), bad))
    assert _rows(store, "select count(*) from audit") == [(0,)]
    assert _rows(store, "select count(*) from audit_result") == [(0,)]


def test_hostile_names_are_only_text(store: Store) -> None:
    names = ["'; drop table audit; --", "<script>", "=cmd|' /C calc'!A0", "%s %(name)s :name"]
    history = _save(store, _audit(1, *[record(name) for name in names], stations=tuple(names)))
    assert [entry["station"] for entry in history.picture] == names
    assert _rows(store, "select count(*) from audit_result") == [(4,)]
