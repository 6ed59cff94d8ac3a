"""What proves operations 1 and 8, and the attested ones."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import ServedRelease
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.history import LastWord
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attestation import Attestation
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.own_checks import (
    Depot,
    attested,
    check_audit,
    check_release,
)

from tests.browser.sample import record

_LOCK = {"2026.2.7": {"x64": {"digest": "0" * 64}, "x86": {"digest": "1" * 64}}}


def _server(release: str = "2026.2.7", error: str = "") -> ServedRelease:
    parsed = Release.parse(release) if release else None
    return ServedRelease(server="https://s/", release=parsed, read_at=1_783_296_000.0, error=error, fact=error)


@pytest.mark.parametrize(
    ("server", "releases", "depot", "state", "codes"),
    [
        (_server(), _LOCK, None, "done", ["release_no_proof"]),
        # A hot fix of the server alone has the client of three parts.
        (_server("2026.2.7.4"), _LOCK, Depot(path="/d", files=3), "done", ["release_no_proof"]),
        (_server(), _LOCK, Depot(path="", files=None), "done", ["depot_not_given", "release_no_proof"]),
        (_server(), _LOCK, Depot(path="/d", files=1, problem="x"), "to_do", ["depot_wrong", "release_no_proof"]),
        (_server("2025.2.9"), _LOCK, None, "to_do", ["release_other_year"]),
        (_server("2026.1.3"), _LOCK, None, "to_do", ["release_unpublished", "release_no_proof"]),
        (_server(), None, None, "to_do", ["release_unpublished", "release_no_proof"]),
        (_server(), {"oops": 1, "2026.2.7": "x"}, None, "to_do", ["release_unpublished", "release_no_proof"]),
        (
            _server("2027.1.3"),
            _LOCK,
            None,
            "to_do",
            ["release_later_year", "release_unpublished", "release_no_proof"],
        ),
        (_server("", "no answer"), _LOCK, None, "not_observable", ["server_unreadable"]),
        # The last known release speaks for a year that it reached, not against one that it may have reached since.
        (_server(error="no answer"), _LOCK, None, "done", ["server_stale", "release_no_proof"]),
        (_server("2025.2.9", "no answer"), _LOCK, None, "not_observable", ["server_unreadable"]),
    ],
)
def test_operation_1(server: ServedRelease, releases: Any, depot: Depot | None, state: str, codes: list[str]) -> None:
    report = check_release(server, year=2026, releases=releases, depot=depot)
    assert (report.state, report.codes) == (state, codes)
    assert not [each for each in report.as_dict()["evidence"] if "{" in each["what"]]


_NIGHT, _BEFORE = "2026-09-03T04:30:00Z", "2026-08-30T04:30:00Z"


def _known(*stations: str, at: str = _NIGHT, first: int = 0) -> list[LastWord]:
    """The last word on stations: ``compliant``, or with what it was compared with, ``compliant 2026.1.3 pinned``."""
    found = []
    for n, said in enumerate(stations, first):
        status, expected, pinned = [*said.split(), *["2026.2.7", ""][len(said.split()) - 1 :]]
        audited = record(f"s{n}", status=status, expected=None if expected == "-" else expected, pinned=bool(pinned))
        found.append(LastWord(record=audited, at=at, since=at))
    return found


_RUNS = "2026.2.7.1"  # a hot fix of the server alone


@pytest.mark.parametrize(
    ("known", "release", "state", "codes", "said"),
    [
        (_known("compliant", "compliant"), _RUNS, "done", [], "2 of 2 stations at 2026.2.7"),
        (_known("compliant", "late"), _RUNS, "to_do", ["stations_behind"], "1 of 2 stations at 2026.2.7"),
        (_known("compliant", "unreachable"), _RUNS, "in_doubt", ["stations_unseen"], "1 of 2 stations at 2026.2.7"),
        (
            _known("late", "refused"),
            _RUNS,
            "to_do",
            ["stations_behind", "stations_unseen"],
            "0 of 2 stations at 2026.2.7",
        ),
        (_known("compliant"), _RUNS, "in_doubt", ["stations_left_out"], "1 of 1 stations at 2026.2.7"),
        (
            _known("compliant 2025.2.9", "compliant 2025.2.9"),
            _RUNS,
            "to_do",
            ["audit_other_year"],
            "2 of 2 stations at 2025.2.9",
        ),
        (
            _known("compliant 2026.1.3", "compliant 2026.1.3"),
            _RUNS,
            "to_do",
            ["audit_other_release"],
            "2 of 2 stations at 2026.1.3",
        ),
        (_known("unknown_release -", "unknown_release -"), _RUNS, "not_observable", ["audit_no_release"], ""),
        ([], _RUNS, "not_observable", ["audit_none"], ""),
        # A limited audit: the others are as last known, and said to be; at the same release they are good all the same.
        (
            [*_known("compliant"), *_known("compliant", at=_BEFORE, first=1)],
            _RUNS,
            "done",
            ["audit_partial"],
            "2 of 2 stations at 2026.2.7",
        ),
        # … but not when they were found right by what the server ran then.
        (
            [*_known("compliant"), *_known("compliant 2026.1.3", at=_BEFORE, first=1)],
            _RUNS,
            "to_do",
            ["stations_other_release", "audit_partial"],
            "1 of 2 stations at 2026.2.7",
        ),
        # Off at both audits is not behind at either.
        (
            [*_known("compliant"), *_known("unreachable 2026.1.3", at=_BEFORE, first=1)],
            _RUNS,
            "in_doubt",
            ["stations_unseen", "audit_partial"],
            "1 of 2 stations at 2026.2.7",
        ),
        # A room that tries a newer release does not make the others late.
        (
            _known("compliant", "compliant 2026.3.1 pinned"),
            _RUNS,
            "to_do",
            ["stations_other_release"],
            "1 of 2 stations at 2026.2.7",
        ),
        # What the server runs now goes before anything that it ran, newer or older.
        (
            _known("compliant 2026.2.7 pinned", "compliant 2026.1.3"),
            _RUNS,
            "to_do",
            ["stations_other_release"],
            "1 of 2 stations at 2026.2.7",
        ),
        # What the inventory asks for is not what the server runs, unless it is.
        (
            _known("compliant 2026.1.3 pinned", "compliant 2026.1.3 pinned"),
            _RUNS,
            "to_do",
            ["audit_other_release"],
            "2 of 2 stations at 2026.1.3",
        ),
        (
            _known("compliant 2026.2.7 pinned", "compliant 2026.2.7 pinned"),
            _RUNS,
            "done",
            [],
            "2 of 2 stations at 2026.2.7",
        ),
        (
            _known("compliant 2026.2.7 pinned", "compliant 2026.2.7 pinned"),
            "",
            "in_doubt",
            ["audit_pinned"],
            "2 of 2 stations at 2026.2.7",
        ),
        (
            _known("compliant 2026.3.1 pinned", "compliant"),
            "",
            "to_do",
            ["stations_other_release"],
            "1 of 2 stations at 2026.2.7",
        ),
        (_known("compliant", "compliant"), "", "done", [], "2 of 2 stations at 2026.2.7"),
    ],
)
def test_operation_8(known: list[LastWord], release: str, state: str, codes: list[str], said: str) -> None:
    report = check_audit(
        known,
        stations=["s0", "s1"],
        year=2026,
        release=Release.parse(release) if release else None,
        source="pronote.sqlite3",
    )
    assert (report.state, report.codes) == (state, codes)
    evidence = report.as_dict()["evidence"]
    assert [each["what"] for each in evidence] == ([said] if said else [])
    assert {each["date"] for each in evidence} <= {_NIGHT}
    partial = [finding["text"] for finding in report.as_dict()["findings"] if finding["code"] == "audit_partial"]
    assert all("1 of 2 stations" in text and "2026-08-30" in text for text in partial)


def _row(number: int, **changes: Any) -> Attestation:
    values: dict[str, Any] = {
        "school": "0310001A",
        "year": 2026,
        "operation": 3,
        "name": "Claude Martin",
        "role": "proviseure",
        "done_on": "2026-08-26",
        "at": "2026-08-26T16:00:00Z",
        "id": number,
    }
    return Attestation(**{**values, **changes})


def test_an_attested_operation() -> None:
    report, date = attested(3, [_row(1, digest="0" * 64), _row(2, operation=4, done_on="2026-08-27")])
    assert (report.state, date) == ("done", "2026-08-26")
    what = [each["what"] for each in report.as_dict()["evidence"]]
    assert what == ["attested by Claude Martin, proviseure", f"evidence file of the attestation, SHA-256 {'0' * 64}"]


def test_a_revoked_attestation_is_shown_and_counts_for_nothing() -> None:
    rows = [_row(1), _row(2, revokes=1, name="Dominique Petit", reason="refaite")]
    report, date = attested(3, rows)
    assert (report.state, report.codes, date) == ("to_do", ["attestation_revoked", "not_attested"], "")
    again, date = attested(3, [*rows, _row(3, done_on="2026-09-01")])
    assert (again.state, again.codes, date) == ("done", ["attestation_revoked"], "2026-09-01")
