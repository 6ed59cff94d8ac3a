"""The steps for many schools in one store, each on a database of before, on both engines."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import schema, steps
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import inspect, select

from tests.unit.sql import run


@pytest.mark.parametrize("table", [schema.lease, schema.audit_change])
def test_a_store_of_before_gets_them(address: str, table: object) -> None:
    with Store(address) as store, store.write() as db:
        for made in (schema.lease, schema.audit_change):
            made.drop(db)
        db.exec_driver_sql("alter table audit drop column concludes")
        steps.STEPS[4](db)  # type: ignore[operator]
        assert db.execute(select(table)).all() == []  # type: ignore[call-overload]
        assert db.execute(select(schema.audit.c.concludes)).all() == []


def test_what_is_remembered_of_before_has_its_school(address: str) -> None:
    with Store(address) as store:
        with store.write() as db:
            for index in ("audit_station_school", "audit_count_school", "attempt_by_product"):
                db.exec_driver_sql(f"drop index {index}")
            db.exec_driver_sql("alter table audit_station drop column school")
            for station, record in (("a", '{"school": "0310001A"}'), ("b", "{}")):
                run(
                    db,
                    "insert into audit_station (product, station, inventory, at, since, judged, record)"
                    " values ('p', :station, '', '', '', '', :record)",
                    station=station,
                    record=record,
                )
            steps.STEPS[5](db)  # type: ignore[operator]
        with store.read() as db:
            found = {row["station"]: row["school"] for row in run(db, "select * from audit_station")}
            (column,) = (each for each in inspect(db).get_columns("audit_station") if each["name"] == "school")
            indexes = {each["name"] for each in inspect(db).get_indexes("audit_station")}
    assert found == {"a": "0310001A", "b": ""}
    # Compared as bytes, as all texts of the store are.
    assert getattr(column["type"], "collation", None) == ("C" if address.startswith("postgresql") else None)
    assert "audit_station_school" in indexes
