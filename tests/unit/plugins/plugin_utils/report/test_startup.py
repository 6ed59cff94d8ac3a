"""Stations whose start-up script is older than their server are named."""

from __future__ import annotations

from typing import Any, cast

from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.startup import old_scripts_on


def _record(station: str, script: Any, expected: str | None = "2026.2.7") -> AuditRecord:
    facts = None if script is None else {"startup": script and {"release": script, "state": "right"}}
    return cast("AuditRecord", {"station": station, "facts": facts, "expected": expected})


def test_only_those_that_are_behind() -> None:
    records = [
        _record("pc-02", "2026.1.9"),
        _record("pc-01", "2026.1.9"),
        _record("pc-03", "2026.2.7"),
        _record("pc-04", "2026.10.1"),
        _record("pc-05", ""),
        _record("pc-06", None),
        _record("pc-07", "2026.1.9", None),
        _record("pc-08", "2026.2.6", "2026.2.7.3"),
        _record("pc-09", "<b>"),
    ]
    first, second = old_scripts_on(records, "COMMAND")
    assert "is for 2026.1.9, and their server runs 2026.2.7: pc-01, pc-02. " in first
    assert "(COMMAND)" in first
    assert "is for 2026.2.6, and their server runs 2026.2.7: pc-08. " in second


def test_of_many_some_are_named() -> None:
    (told,) = old_scripts_on([_record(f"pc-{n:02}", "2026.1.9") for n in range(40)], "COMMAND")
    assert "pc-04" in told
    assert "pc-39" not in told
