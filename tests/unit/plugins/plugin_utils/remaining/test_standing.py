from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.standing import (
    GROUPS,
    MAX_FAILURES,
    Standing,
    after,
    found_in,
    groups_of,
    outcome_of,
    reaimed,
)

FIRST, SECOND = "2026-11-23T18:00:00Z", "2026-11-24T18:00:00Z"


def _client(release: str | None, year: int = 2026, condition: str = "ok") -> dict[str, Any]:
    return {"year": year, "release": release, "condition": condition}


@pytest.mark.parametrize(
    ("clients", "absent", "found"),
    [
        ([], False, "late"),
        ([_client("2026.2.7")], False, "right"),
        ([_client("2026.1.3")], False, "late"),
        ([_client("2026.3.1")], False, "ahead"),
        ([_client("2026.1.3"), _client("2026.2.7")], False, "right"),
        ([_client("2025.2.9", 2025)], False, "late"),
        ([_client("2027.0.1", 2027)], False, "late"),
        ([_client("2026.2.7", condition="exe_without_entry")], False, "late"),
        ([_client(None, condition="entry_without_exe")], False, "late"),
        ([_client("2025.2.9", 2025)], True, "right"),
        ([_client("2026.1.3")], True, "late"),
    ],
)
def test_what_is_found(clients: list[dict[str, Any]], absent: bool, found: str) -> None:
    assert found_in(clients, Release.parse("2026.2.7.1"), absent=absent) == found


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("unreachable", "unreachable"),
        ("refused", "refused"),
        ("running", "running"),
        ("timeout", "failed"),
        ("fact", "failed"),
    ],
)
def test_outcomes(kind: str, outcome: str) -> None:
    assert outcome_of(kind) == outcome


def _fail(before: Standing, now: str = FIRST, *, kind: str = "fact") -> Standing:
    return after(before, now=now, found="late", outcome="failed", reason="no", remedy="do", kind=kind)


def test_since_is_the_first_evening() -> None:
    stands = _fail(_fail(Standing()), SECOND)
    assert (stands.since, stands.reason, stands.remedy, stands.failures) == (FIRST, "no", "do", 2)


def test_right_forgets_everything() -> None:
    stands = after(_fail(Standing()), now=SECOND, found="right", outcome="done", reason="installed")
    assert stands == Standing(found="right", outcome="done")
    assert stands.right
    # And the next failure begins a new row of evenings.
    assert _fail(stands, SECOND).since == SECOND


def test_a_station_that_is_off_keeps_what_was_found() -> None:
    right = Standing(found="right", outcome="done")
    off = after(right, now=SECOND, found=None, outcome="unreachable", reason="off", kind="unreachable")
    assert off.right
    late = after(Standing(found="late"), now=SECOND, found=None, outcome="unreachable", reason="off")
    assert (late.found, late.right, late.reason) == ("late", False, "off")


def test_an_audit_finds_right_what_a_deployment_could_not_do() -> None:
    assert after(_fail(Standing()), now=SECOND, found="right", outcome=None, reason="2026.2.7").right


def test_an_audit_that_finds_it_still_late_keeps_why_it_failed() -> None:
    stands = after(_fail(Standing()), now=SECOND, found="late", outcome=None, reason="2026.1.3 instead of 2026.2.7")
    assert (stands.outcome, stands.reason, stands.remedy, stands.failures) == ("failed", "no", "do", 1)


def test_a_job_that_goes_on_is_not_right_yet() -> None:
    assert not after(Standing(), now=FIRST, found="right", outcome="running", reason="…").right


def test_another_release_is_wanted() -> None:
    assert reaimed(Standing(found="right", outcome="done")).found == "late"
    tried = reaimed(Standing(found="late", outcome="failed", since=FIRST, failures=3))
    assert (tried.failures, tried.since) == (0, FIRST)


def test_only_lasting_failures_count() -> None:
    stands = Standing()
    for kind in ("fault", "quota", "fact", "configuration"):
        stands = _fail(stands, kind=kind)
    assert stands.failures == 2


@pytest.mark.parametrize(
    ("standing", "seen", "groups"),
    [
        (None, False, ["pronote_pending", "pronote_never_seen"]),
        (None, True, ["pronote_pending"]),
        (Standing(found="right", outcome="done"), True, []),
        (Standing(found="right", outcome="unreachable"), True, []),
        (Standing(found="right", outcome="failed"), True, ["pronote_pending", "pronote_failed"]),
        (Standing(found="right", outcome="running"), True, ["pronote_pending"]),
        (Standing(found="late", outcome="skipped"), True, ["pronote_late", "pronote_pending"]),
        (Standing(found="late", outcome="failed", failures=2), True, [*GROUPS[:3]]),
        (Standing(found="late", outcome="failed", failures=MAX_FAILURES), True, ["pronote_late", "pronote_failed"]),
        (Standing(found="", outcome="unreachable"), False, ["pronote_pending", "pronote_never_seen"]),
        (Standing(found="ahead", outcome="failed"), True, ["pronote_failed"]),
        (Standing(found="unknown"), True, ["pronote_pending"]),
    ],
)
def test_groups(standing: Standing | None, seen: bool, groups: list[str]) -> None:
    assert groups_of(standing, seen=seen) == groups


def test_a_held_station_is_told_so_unless_it_failed_itself() -> None:
    told: dict[str, Any] = {"now": "2026-11-29T20:00:00Z", "found": None, "outcome": "held", "reason": "rings stopped"}
    held = after(Standing(found="late", outcome="skipped", reason="in use"), remedy="Mend a.", **told)
    assert (held.outcome, held.reason, held.remedy, held.failures) == ("held", "rings stopped", "Mend a.", 0)
    assert groups_of(held, seen=True) == ["pronote_late", "pronote_pending"]
    failed = Standing(found="late", outcome="failed", reason="disk full", failures=1)
    assert after(failed, **told) == failed
    # What an audit finds later says less.
    audited = after(held, now="2026-11-30T08:00:00Z", found="late", outcome=None, reason="2026.1.3 instead of 2026.2.7")
    assert (audited.outcome, audited.reason) == ("held", "rings stopped")
