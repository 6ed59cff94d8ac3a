"""The step that brought leases and what audits found changed: on a database of before, on both engines."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import schema, steps
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import select


@pytest.mark.parametrize("table", [schema.lease, schema.audit_change])
def test_a_store_of_before_gets_them(address: str, table: object) -> None:
    with Store(address) as store, store.write() as db:
        for made in (schema.lease, schema.audit_change):
            made.drop(db)
        db.exec_driver_sql("alter table audit drop column concludes")
        steps.STEPS[4](db)  # type: ignore[operator]
        assert db.execute(select(table)).all() == []  # type: ignore[call-overload]
        assert db.execute(select(schema.audit.c.concludes)).all() == []
