"""What proves operations 1 and 8, and the attested ones."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.attestation import Attestation
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.rentree_checks import (
    Depot,
    Server,
    attested,
    check_audit,
    check_release,
)

_LOCK = {"2026.2.7": {"x64": {"digest": "0" * 64}, "x86": {"digest": "1" * 64}}}


def _server(release: str = "2026.2.7", error: str = "") -> Server:
    return Server(
        address="https://s/", release=Release.parse(release) if release else None, read_at="2026-07-06", error=error
    )


@pytest.mark.parametrize(
    ("server", "releases", "depot", "state", "codes"),
    [
        (_server(), _LOCK, None, "done", ["release_no_proof"]),
        # A hot fix of the server alone has the client of three parts.
        (_server("2026.2.7.4"), _LOCK, Depot(path="/d", files=3), "done", ["release_no_proof"]),
        (_server(), _LOCK, Depot(path="", files=None), "done", ["depot_not_read", "release_no_proof"]),
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
def test_operation_1(server: Server, releases: Any, depot: Depot | None, state: str, codes: list[str]) -> None:
    report = check_release(server, year=2026, releases=releases, depot=depot)
    assert (report.state, report.codes) == (state, codes)
    assert not [each for each in report.as_dict("fr")["evidence"] if "{" in each["what"]]


def _audit(*statuses: str, expected: str | None = "2026.2.7", school: str = "0310001A") -> dict[str, Any]:
    stations = [
        {"station": f"s{n}", "school": school, "status": status, "expected": expected}
        for n, status in enumerate(statuses)
    ]
    return {"schema": 1, "at": "2026-09-03T04:30:00+00:00", "stations": stations}


@pytest.mark.parametrize(
    ("audit", "state", "codes"),
    [
        (_audit("compliant", "compliant"), "done", []),
        (_audit("compliant", "compliant", school="0310001a"), "done", []),
        (_audit("compliant", "late"), "to_do", ["stations_behind"]),
        (_audit("compliant", "unreachable"), "in_doubt", ["stations_unseen"]),
        (_audit("late", "refused"), "to_do", ["stations_behind", "stations_unseen"]),
        (_audit("compliant"), "in_doubt", ["stations_left_out"]),
        (_audit("compliant", "compliant", expected="2025.2.9"), "to_do", ["audit_other_year"]),
        (_audit("compliant", "compliant", expected="2026.1.3"), "to_do", ["audit_other_release"]),
        (_audit("unknown_release", "unknown_release", expected=None), "not_observable", ["audit_no_release"]),
        (_audit("compliant", "compliant", school="0310002B"), "not_observable", ["audit_without_school"]),
        (_audit(), "not_observable", ["audit_without_school"]),
        ({"stations": "s0"}, "not_observable", ["audit_unreadable"]),
        ({"stations": [{"station": "s0"}]}, "not_observable", ["audit_unreadable"]),
        ([], "not_observable", ["audit_unreadable"]),
    ],
)
def test_operation_8(audit: Any, state: str, codes: list[str]) -> None:
    report = check_audit(
        audit, school="0310001A", stations=["s0", "s1"], year=2026, release=Release.parse("2026.2.7.1"), path="a.json"
    )
    assert (report.state, report.codes) == (state, codes)


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
    assert what == ["attesté par Claude Martin, proviseure", f"pièce jointe à l'attestation, SHA-256 {'0' * 64}"]


def test_a_revoked_attestation_is_shown_and_counts_for_nothing() -> None:
    rows = [_row(1), _row(2, revokes=1, name="Dominique Petit", reason="refaite")]
    report, date = attested(3, rows)
    assert (report.state, report.codes, date) == ("to_do", ["attestation_revoked", "not_attested"], "")
    again, date = attested(3, [*rows, _row(3, done_on="2026-09-01")])
    assert (again.state, again.codes, date) == ("done", ["attestation_revoked"], "2026-09-01")
