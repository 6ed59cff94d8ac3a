from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.history import (
    Changes,
    LastWord,
    changes,
    clients_of,
    picture,
    remember,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation

from tests.browser.sample import record
from tests.unit.states import station_state

INVENTORY = "inventories/my_schools"
FIRST, SECOND, THIRD = "2026-11-23T04:30:00Z", "2026-11-24T04:30:00Z", "2026-11-25T04:30:00Z"


def _known(*audits: list[AuditRecord]) -> dict[str, LastWord]:
    known: dict[str, LastWord] = {}
    for at, records in zip((FIRST, SECOND, THIRD), audits, strict=False):
        known |= {r["station"]: remember(known.get(r["station"]), r, at=at, inventory=INVENTORY) for r in records}
    return known


def _changes(known: dict[str, LastWord], *records: AuditRecord, **options: Any) -> Changes:
    stations = options.pop("stations", set(known))
    options = {"inventory": INVENTORY, "ours": [("elsewhere", FIRST)], **options}
    return changes(known, records, stations=stations, **options)


def _names(found: Changes) -> dict[str, list[str]]:
    return {kind: [c["station"] for c in each] for kind, each in found.as_dict().items() if each}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (["compliant"], "late", {"newly_late", "by_hand"}),
        (["compliant"], "compliant", set()),
        (["late"], "compliant", {"fixed", "by_hand"}),
        (["late"], "late", set()),
        (["late"], "unreachable", set()),
        (["compliant"], "unreachable", set()),
        # What a station was before it was switched off still counts once it is on again.
        (["late", "unreachable"], "late", set()),
        (["compliant", "unreachable"], "late", {"newly_late", "by_hand"}),
        (["late", "refused"], "compliant", {"fixed", "by_hand"}),
        (["unreachable"], "late", {"newly_late"}),
        (["unreachable"], "compliant", set()),
        (["absent"], "older_year_only", {"by_hand"}),
    ],
)
def test_a_station_is_compared_with_its_own_last_word(before: list[str], after: str, kinds: set[str]) -> None:
    known = _known(*[[record("a", status=status)] for status in before])
    assert set(_names(_changes(known, record("a", status=after)))) == kinds


def test_the_servers_new_release_makes_late_without_any_hand() -> None:
    known = _known([record("a", expected="2026.1.3")])
    assert _names(_changes(known, record("a", status="late"))) == {"newly_late": ["a"]}


@pytest.mark.parametrize(
    ("ours", "by_hand"),
    [([], False), ([("a", FIRST)], True), ([("b", THIRD)], True), ([("a", THIRD)], False), ([("a", SECOND)], False)],
)
def test_what_a_job_of_ours_changed_was_not_changed_by_hand(ours: list[tuple[str, str]], by_hand: bool) -> None:
    known = _known([record("a", status="late")], [record("a", status="late")])
    found = _changes(known, record("a"), ours=ours)
    assert ("by_hand" in _names(found)) is by_hand
    if by_hand:
        assert (found.by_hand[0].before, found.by_hand[0].after) == ("2026.1.3 x64", "2026.2.7 x64")


def test_a_store_that_knows_of_no_deployment_calls_nothing_changed_by_hand() -> None:
    """That of a nightly audit under an account of its own: each deployment of the admin's would be a visit."""
    found = _changes(_known([record("a", status="late")]), record("a"), ours=[])
    assert _names(found) == {"fixed": ["a"]}


def test_a_job_that_ends_between_a_reading_and_the_report_of_that_audit_is_ours() -> None:
    """An audit of ten thousand stations takes a while: its time is the end, a station was read long before."""
    read = "2026-11-23T04:10:00Z"
    known = _known([record("a", status="late", read_at=read), record("b", status="late")])
    assert (known["a"].seen, known["b"].seen) == (read, FIRST)
    ended = "2026-11-23T04:20:00Z"
    found = _changes(known, record("a"), record("b"), ours=[("a", ended), ("b", ended)])
    assert _names(found)["by_hand"] == ["b"]


def test_nothing_is_new_in_a_first_audit_and_a_station_is_later() -> None:
    assert _names(_changes({}, record("a"), record("b"))) == {}
    known = _known([record("a")])
    assert _names(_changes(known, record("a"), record("b", status="late"))) == {"new": ["b"]}


def test_an_audit_of_one_room_makes_no_other_station_vanish() -> None:
    known = _known([record("a"), record("b"), record("c")])
    assert _names(_changes(known, record("a"), stations={"a", "b", "c"})) == {}
    assert _names(_changes(known, record("a"), stations={"a", "b"})) == {"vanished": ["c"]}


def test_a_station_of_another_inventory_file_has_not_vanished() -> None:
    known = _known([record("a")])
    assert _names(_changes(known, stations=set(), inventory="another")) == {}
    assert _names(_changes(known, stations=set())) == {"vanished": ["a"]}


def test_since_goes_back_to_the_first_audit_that_said_so() -> None:
    known = _known(
        [record("a", status="late")], [record("a", status="unreachable")], [record("a", status="unreachable")]
    )
    assert (known["a"].since, known["a"].seen, known["a"].judged) == (SECOND, FIRST, "late")
    assert known["a"].clients == "2026.1.3 x64"


def _facts(*clients: tuple[str | None, int | None, Any]) -> dict[str, Any]:
    """As client_info and the audit give them."""
    installations = [
        Installation(
            year=year,
            release=Release.parse(release) if release else None,
            arch=arch,
            condition="ok",
            name="",
            path=None,
            product_code=None,
            uninstall_string=None,
            view=None,
        )
        for release, year, arch in clients
    ]
    return station_state(
        installations,
        program_files="",
    ).as_dict()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (None, None),
        ({}, None),
        (_facts(), ""),
        (_facts(("2026.2.7", 2026, "x64"), (None, 2025, None)), "2025 ? + 2026.2.7 x64"),
        (_facts((None, None, None)), "? ?"),
    ],
)
def test_clients_as_text(facts: dict[str, Any] | None, expected: str | None) -> None:
    assert clients_of(record("a", facts=facts)) == expected


def test_the_picture_of_a_limited_audit_is_whole_and_dated() -> None:
    known = _known([record("a"), record("b", status="late"), record("gone")])
    now = record("a", status="unreachable")
    known |= {"a": remember(known["a"], now, at=SECOND, inventory=INVENTORY)}
    shown = picture(known, [now], stations={"a", "b", "never-audited"}, at=SECOND)
    assert [(s["station"], s["status"], s["audited"], s["at"], s["since"], s["last_seen"]) for s in shown] == [
        ("a", "unreachable", True, SECOND, SECOND, FIRST),
        ("b", "late", False, FIRST, FIRST, FIRST),
    ]
    assert shown[1]["facts"] is None
    assert set(shown[0]) == set(shown[1])
