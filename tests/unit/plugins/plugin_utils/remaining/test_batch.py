"""What is said of many stations at once: what of each would be, in statements that do not grow with stations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining import batch as _batch
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.audited import Audited
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.batch import Batch
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.confirmation import keep
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory, remember_together
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.frozen import Unconfirmed
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import engines as _engines
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import Engine, event

from tests.unit.plans import client, state_of
from tests.unit.sql import rows

_MOMENTS = {"last_tried", "last_seen", "since", "at"}


def _one(
    station: str, *releases: str, found: str | None = "right", product: str = "pronote_client", **more: Any
) -> Audited:
    record = {
        "station": station,
        "school": "0310001A",
        "room": "CDI",
        "status": "compliant" if found == "right" else "late",
        "expected": "2026.2.7",
        "reason": f"{releases} on it",
        "remedy": "",
        "facts": {"clients": [{"release": each, "arch": "x64", "condition": "ok"} for each in releases]},
        **more,
    }
    return Audited(record=record, product=product, found=found, silent=record["facts"] is None)


def _silent(station: str) -> Audited:
    return _one(station, found=None, status="unreachable", reason="no answer", remedy="Switch it on.", facts=None)


def _rows(address: Path | str, table: str) -> list[dict[str, Any]]:
    return rows(address, f"select * from {table} order by 1, 2")


def _kept(address: Path | str, table: str) -> list[dict[str, Any]]:
    return sorted(({**row, **dict.fromkeys(_MOMENTS & row.keys())} for row in _rows(address, table)), key=repr)


@contextmanager
def _written(kind: str) -> Iterator[list[tuple[str, int]]]:
    """Statements of a kind, each with the number of rows it was sent for."""
    seen: list[tuple[str, int]] = []

    def tell(_db: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        if statement.lstrip().upper().startswith(kind):
            seen.append((statement.split("(", maxsplit=1)[0].strip(), len(parameters) if many else 1))

    event.listen(Engine, "before_cursor_execute", tell)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", tell)


def _write(address: Path | str, *each: Audited) -> None:
    assert remember_together(str(address), each) == []


def test_an_audit_of_many_is_remembered_as_that_of_each(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_batch, "_TOGETHER", 2)
    each = [
        _one("e", "2026.2.7"),
        _one("a", "2026.1.3", found="late"),
        _silent("b"),
        _one("c"),
        _one("d", "2026.2.7", "2025.2.9", status="frozen", reason="brought, not kept"),
    ]
    for one in each:
        memory = Memory(address, station=one.record["station"], product=one.product, school="0310001A", room="CDI")
        memory.audited(one.record, found=one.found, silent=one.silent)
        memory.close()
        assert memory.warnings == []
    together = tmp_path / "together.sqlite3"
    _write(together, *each)
    for table in ("station", "standing", "installed"):
        assert _kept(together, table) == _kept(address, table)
        assert len(_kept(together, table)) == {"station": 5, "standing": 5, "installed": 4}[table]
    assert [row["problem"] for row in _rows(together, "station")].count("no answer") == 1
    assert [row["name"] for row in _rows(together, "station") if row["last_seen"] is None] == ["b"]


def test_a_night_like_the_one_before_writes_the_hour_alone(address: str) -> None:
    night = [*(_one(f"s{n:02}", "2026.2.7") for n in range(40)), *(_silent(f"t{n:02}") for n in range(40))]
    _write(address, *night)
    with _written("INSERT") as inserted, _written("DELETE") as deleted, _written("SELECT") as asked:
        _write(address, *night)
    assert inserted == [("INSERT INTO station", 40), ("INSERT INTO station", 40)]
    assert [each for each in deleted if "installed" in each[0]] == []
    assert len(asked) < 12, asked
    with _written("INSERT") as inserted:
        _write(address, *night[:-1], _one("t39", "2025.2.9", found="late"))
    assert ("INSERT INTO standing", 1) in inserted
    assert ("INSERT INTO installed", 1) in inserted


def test_what_is_installed_follows_what_was_found(address: str) -> None:
    _write(address, _one("s1", "2025.2.9", "2026.1.3", found="late"), _one("s2", "2026.2.7"))
    _write(address, _one("s1", "2026.2.7"), _silent("s2"))
    assert [(row["station"], row["number"], row["release"]) for row in _rows(address, "installed")] == [
        ("s1", 0, "2026.2.7"),
        ("s2", 0, "2026.2.7"),
    ]
    _write(address, _one("s1", found="late"))
    assert [row["station"] for row in _rows(address, "installed")] == ["s2"]
    stands = standings(address, product="pronote_client")
    assert stands["s1"]["standing"].found == "late"
    assert (stands["s2"]["standing"].found, stands["s2"]["standing"].outcome) == ("right", "done")


@dataclass(frozen=True, kw_only=True)
class _Nothing:
    """A deployment that found nothing to do."""

    memory: Memory
    product: str = "pronote_client"

    def tell(self, batch: Batch) -> None:
        result = {"action": "none", "reason": "2026.2.7 is installed"}
        self.memory.tell_deployed(batch, result, wanted=Release.parse("2026.2.7"), absent=False)


def _nothing_to_do(address: str | None, station: str) -> Memory:
    memory = Memory(address, station=station, product="pronote_client", school="0310001A", room="CDI")
    memory.seen(state_of(client("2026.2.7")))
    return memory


def test_a_deployment_of_many_that_had_nothing_to_do_is_remembered_as_that_of_each(
    address: str, tmp_path: Path
) -> None:
    names = [f"s{n:02}" for n in range(20)]
    together = str(tmp_path / "together.sqlite3")
    for path in (address, together):
        # What a killed run left behind on one, and what was brought to another one that was frozen.
        killed = _nothing_to_do(path, "s03")
        killed.starting(JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install"))
        killed.close()
        with Store(path) as store, store.write() as db:
            keep(db, "s03", "pronote_client", Unconfirmed(wanted="2026.2.7", boot="", freezer="uwf"))
    for name in names:
        memory = _nothing_to_do(address, name)
        memory.deployed(
            {"action": "none", "reason": "2026.2.7 is installed"}, wanted=Release.parse("2026.2.7"), absent=False
        )
        memory.close()
    tell = [_Nothing(memory=_nothing_to_do(None, name)) for name in names]
    assert remember_together(together, tell) == []
    for table in ("station", "standing", "installed", "last_deployment", "unconfirmed"):
        assert _kept(together, table) == _kept(address, table), table
    assert [(row["station"], row["result"]) for row in _rows(together, "attempt")] == [("s03", "interrupted")]
    assert [row["outcome"] for row in _rows(together, "last_deployment")] == ["done"] * 20
    assert _rows(together, "unconfirmed") == []


def test_a_night_with_nothing_to_do_writes_the_hour_alone(address: str) -> None:
    tell = [_Nothing(memory=_nothing_to_do(None, f"s{n:02}")) for n in range(40)]
    assert remember_together(address, tell) == []
    with _written("INSERT") as inserted, _written("UPDATE") as updated, _written("SELECT") as asked:
        assert remember_together(address, tell) == []
    assert inserted == [("INSERT INTO station", 40)]
    assert len(updated) == 1, updated
    assert len(asked) < 12, asked


def test_products_are_kept_apart(address: str) -> None:
    _write(address, _one("s1", "2026.2.7"), _one("s1", "2025.0.1", found="late", product="edt_monoposte"))
    assert [(row["product"], row["release"]) for row in _rows(address, "installed")] == [
        ("edt_monoposte", "2025.0.1"),
        ("pronote_client", "2026.2.7"),
    ]
    assert standings(address, product="edt_monoposte")["s1"]["standing"].found == "late"
    assert standings(address, product="pronote_client")["s1"]["standing"].right


def test_what_was_brought_to_a_frozen_station_is_forgotten_once_it_has_stayed(address: str) -> None:
    _write(address, _one("s1", "2026.2.7"), _one("s2", "2026.2.7"))
    with Store(address) as store, store.write() as db:
        for name in ("s1", "s2"):
            keep(db, name, "pronote_client", Unconfirmed(wanted="2026.2.7", boot="", freezer="uwf"))
    _write(address, _one("s1", "2026.2.7"), _one("s2", "2026.2.7", status="frozen"))
    assert [each["station"] for each in _rows(address, "unconfirmed")] == ["s2"]


def test_a_store_that_cannot_be_written_is_one_warning_for_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (warning,) = remember_together(str(tmp_path / "file/state.sqlite3"), [_silent("a"), _silent("b")])
    assert "what happens from here on is not remembered" in warning


def test_others_write_while_many_are_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_batch, "_TOGETHER", 2)
    monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.2)
    others: list[str] = []

    def told() -> Iterator[Audited]:
        for n in range(5):
            if n == 2:
                # A worker at its station, whose installer is about to start.
                memory = _nothing_to_do(address, "s9")
                memory.starting(JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install"))
                memory.close()
                others.extend(memory.warnings)
            yield _one(f"s{n}", "2026.2.7")

    assert (remember_together(address, told()), others) == ([], [])
    assert [row["name"] for row in _rows(address, "station")] == ["s0", "s1", "s2", "s3", "s4", "s9"]
    assert [row["station"] for row in _rows(address, "attempt")] == ["s9"]


def test_what_was_written_before_the_store_failed_is_kept(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_batch, "_TOGETHER", 2)
    each = [_one(f"s{n}", "2026.2.7") for n in range(6)]
    each[3].record["room"] = None  # type: ignore[index]  # it is a dict
    (warning,) = remember_together(address, each)
    assert "not written" in warning
    assert [row["name"] for row in _rows(address, "station")] == ["s0", "s1"]


@pytest.mark.parametrize("typed", ["\0", "\ud800"])
def test_what_no_store_keeps_costs_no_station_its_row(address: str, typed: str) -> None:
    """As it comes of a room's YAML, where it may be typed as an escape."""
    odd = _one("s2", "2026.1.3", found="late", room=f"CDI {typed}2", reason=f"a{typed}b")
    each = [_one("s1", "2026.2.7"), odd, _silent("s3")]
    _write(address, *each)
    assert [(row["name"], row["room"]) for row in _rows(address, "station")] == [
        ("s1", "CDI"),
        ("s2", "CDI \N{REPLACEMENT CHARACTER}2"),
        ("s3", "CDI"),
    ]
    assert standings(address, product="pronote_client")["s2"]["standing"].reason == "a\N{REPLACEMENT CHARACTER}b"
    # By such a name it is found again.
    _write(address, _one(f"s4{typed}", "2026.2.7"))
    _write(address, _one(f"s4{typed}", "2026.1.3", found="late"))
    assert [row["release"] for row in _rows(address, "installed") if row["station"][:2] == "s4"] == ["2026.1.3"]
