"""Boards of schools at every pace, and names that mean harm.

The checks' own reports are made up here; states, words and what blocks what are the board's. The same arguments always
make the same board.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import Report
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attestation import Attestation
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.board import Facts, board, document
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.own_checks import attested
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import HOSTILE

__all__ = ["PACES", "a_board"]

PACES = {
    "0310001A": ("Lycée Pierre-Paul Riquet", "D D D D D T T T"),
    "0310002B": ("Collège Pierre de Fermat", "D T D T T T T ?"),
    "0310003C": ("Lycée Germaine Tillion", "D D D D D D D D"),
    "0310004D": ("Collège Marie Curie", "T - T T ? - T T"),
}
"""UAI → name, and what the check of each operation found: D done, T to do, ? in doubt, - not observable."""

_SHARE = "/srv/rentree/0310001A/une-longue-arborescence-du-partage/IdPN_To_Kosmos.xml"
_FINDINGS: dict[int, dict[str, tuple[str, dict[str, object]]]] = {
    1: {"T": ("release_other_year", {"release": "2025.2.9", "year": 2026})},
    2: {
        "T": ("archive_none_in_folder", {"path": "/srv/rentree/0310002B/edt"}),
        "-": ("archive_not_configured", {}),
    },
    5: {"T": ("cas_off", {}), "?": ("cas_host_not_configured", {"found": "cas.mon-ent.example.org"})},
    6: {"T": ("export_other_year", {"found": 2025, "expected": 2026}), "-": ("export_not_configured", {})},
    8: {
        "T": ("stations_behind", {"n": 12, "total": 180}),
        "?": ("stations_unseen", {"n": 3, "total": 180}),
    },
}


def _checked(number: int, letter: str, person: str) -> Report:
    if number in {3, 4, 7}:
        row = Attestation(
            school="0310001A",
            year=2026,
            operation=number,
            name=person,
            role="proviseure",
            done_on=f"2026-08-{20 + number}",
            at="2026-08-30T16:00:00Z",
            digest="5f" * 32 if number == 7 else "",
            id=number,
        )
        return attested(number, [row] if letter == "D" else [])[0]
    report = Report(operation=number)
    source = {1: "https://0310001a.index-education.net/pronote/", 6: _SHARE}.get(number, f"poste:{number}")
    date = "2026-08-28T06:12:00Z"
    if number == 1:
        release = "2025.2.9" if letter == "T" else "2026.2.7"
        report.prove("release", release=release, date=date, source=source)
        if letter == "D":
            report.prove("published", release=release, arches="x64, x86", date="", source="pronote_releases")
            report.find("release_no_proof")
    elif letter == "D":
        what: dict[int, tuple[str, dict[str, object]]] = {
            2: ("archive", {"size": 73_400_320}),
            5: ("cas_on", {"host": "cas.mon-ent.example.org"}),
            6: (
                "export_people",
                {
                    "people": "2412 people",
                    "teachers": "96 teachers",
                    "pupils": "1104 pupils",
                    "parents": "1180 guardians",
                    "others": "32 others",
                },
            ),
            8: ("audit", {"n": 180, "total": 180, "release": "2026.2.7"}),
        }
        report.prove(what[number][0], date=date, source=source, **what[number][1])
    if letter in _FINDINGS[number]:
        code, values = _FINDINGS[number][letter]
        report.find(code, **values)
    return report


def a_board(*schools: str, hostile: bool = False, language: str = "fr") -> dict[str, Any]:
    """The board of these schools of ``PACES`` (all by default); ``hostile``: names and sources mean harm."""
    made = []
    for n, uai in enumerate(schools or PACES):
        name, paces = PACES[uai]
        person = HOSTILE[n % len(HOSTILE)] if hostile else "Claude Martin"
        reports = {number: _checked(number, letter, person).as_dict() for number, letter in enumerate(paces.split(), 1)}
        for number, letter in enumerate(paces.split(), 1):
            # A test that names a state gets it.
            assert (
                reports[number]["state"] == {"D": "done", "T": "to_do", "?": "in_doubt", "-": "not_observable"}[letter]
            )
        facts = Facts(year=2026, release=Release.parse("2025.2.9" if paces.startswith("T") else "2026.2.7"))
        operations = board(reports, facts, words=catalogue(language))
        if hostile:
            for each, text in zip(operations, [*HOSTILE, HOSTILE[0]], strict=True):
                each["evidence"].append({"what": text, "date": text, "source": text})
                each["findings"].append({"code": "check_failed", "severity": "warning", "text": text})
        made.append({"school": uai, "name": HOSTILE[n] if hostile else name, "year": 2026, "operations": operations})
    return document(made, at="2026-08-28T18:00:00Z")
