"""The audit's verdict on one station: the status, the reason in both languages, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.verdict import Verdict, of_frozen, verdict
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.frozen import Unconfirmed
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.plans import LAST_MONTH, NEWER, OLD, RIGHT, client, state_of

_WANTED = Release.parse("2026.2.7")
_DEPLOY = "Deploy (playbooks/deploy.yml)."


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (state_of(RIGHT), "compliant"),
        (state_of(OLD, RIGHT), "compliant"),
        (state_of(client("2026.2.7", condition="exe_without_entry")), "late"),
        (state_of(client("2026.3.1", condition="exe_without_entry")), "late"),
        (state_of(RIGHT, client("2026.1.3", condition="exe_without_entry")), "compliant"),
        (state_of(LAST_MONTH), "late"),
        (state_of(NEWER), "ahead"),
        (state_of(client("2027.1.3")), "ahead"),
        (state_of(OLD), "older_year_only"),
        (state_of(OLD, client("2024.3.11")), "older_year_only"),
        (state_of(RIGHT, client("2026.1.3", arch="x86")), "several"),
        (state_of(), "absent"),
        (state_of(client(None, year=2026, condition="entry_without_exe")), "absent"),
        (state_of(client(None, year=2026, condition="version_unreadable")), "unknown_release"),
        (state_of(client(None, year=2025, condition="version_unreadable")), "unknown_release"),
        # What an old year's program is does not matter when the newer ones say what the station has.
        (state_of(client(None, year=2019, condition="version_unreadable"), OLD), "older_year_only"),
        (state_of(client(None, year=2026, condition="version_unreadable"), OLD), "unknown_release"),
        (state_of(client(None, condition="version_unreadable"), OLD), "unknown_release"),
    ],
)
def test_verdict(state: StationState, status: str) -> None:
    judged = verdict(state, _WANTED)
    assert judged.status == status
    assert judged.reason
    assert judged.remedy or status == "compliant"


def test_without_a_release_to_compare_with_the_verdict_says_why() -> None:
    judged = verdict(state_of(RIGHT), None, why_unknown="the server is suspended")
    assert (judged.status, judged.reason) == ("unknown_release", "the server is suspended")


def _french(judged: Verdict) -> str:
    return catalogue("fr").of(judged.reason)


def test_reasons_are_told_in_french_for_reports() -> None:
    judged = verdict(state_of(client("2026.1.3", condition="exe_without_entry")), _WANTED)
    assert _french(judged) == "2026.1.3 au lieu de 2026.2.7 (2026.1.3 x64 (programme sans entrée de désinstallation))"
    unknown = verdict(state_of(), None, why_unknown="the server is suspended")
    assert _french(unknown) == "the server is suspended"


@pytest.mark.parametrize(
    ("state", "expected", "french"),
    [
        (state_of(RIGHT), Verdict(status="compliant", reason="2026.2.7"), "2026.2.7"),
        (
            state_of(LAST_MONTH),
            Verdict(
                status="late",
                reason="2026.1.3 instead of 2026.2.7",
                remedy=_DEPLOY,
            ),
            "2026.1.3 au lieu de 2026.2.7",
        ),
        (
            state_of(client("2026.2.7", condition="exe_without_entry")),
            Verdict(
                status="late",
                reason="2026.2.7 is there, and not installed (2026.2.7 x64 (program without uninstall entry))",
                remedy=_DEPLOY,
            ),
            "2026.2.7 est là, sans être installé (2026.2.7 x64 (programme sans entrée de désinstallation))",
        ),
        (
            state_of(NEWER),
            Verdict(
                status="ahead",
                reason="2026.3.1, newer than the server's 2026.2.7",
                remedy="Update the server from the hosting console, or deploy with pronote_client_when_newer: over.",
            ),
            "2026.3.1, plus récent que le serveur (2026.2.7)",
        ),
        (
            state_of(client("2027.1.3"), OLD),
            Verdict(
                status="ahead",
                reason="2027.1.3, newer than the server's 2026.2.7",
                remedy="Is the year's base open on the server? Check the hosting console.",
            ),
            "2027.1.3, plus récent que le serveur (2026.2.7)",
        ),
        (
            state_of(client("2024.3.11"), OLD),
            Verdict(
                status="older_year_only",
                reason="2025.2.9 only, no client of 2026",
                remedy=_DEPLOY,
            ),
            "2025.2.9 seulement, pas de client 2026",
        ),
        (state_of(), Verdict(status="absent", reason="no client", remedy=_DEPLOY), "aucun client"),
        (
            state_of(client(None, year=2026, condition="entry_without_exe")),
            Verdict(
                status="absent",
                reason="no client (2026 x64 (uninstall entry without program))",
                remedy=_DEPLOY,
            ),
            "aucun client (2026 x64 (entrée de désinstallation sans programme))",
        ),
        (
            state_of(RIGHT, client("2026.1.3", arch="x86")),
            Verdict(
                status="several",
                reason="several clients of 2026: 2026.2.7 x64; 2026.1.3 x86",
                remedy="Remove all but one.",
            ),
            "plusieurs clients 2026\u00a0: 2026.2.7 x64\u00a0; 2026.1.3 x86",
        ),
        (
            state_of(client(None, year=2026, condition="version_unreadable")),
            Verdict(
                status="unknown_release",
                reason=r"C:\x\Client PRONOTE.exe has no readable version",
                remedy="Install the client again.",
            ),
            "version illisible\u00a0: C:\\x\\Client PRONOTE.exe",
        ),
    ],
)
def test_word_for_word(state: StationState, expected: Verdict, french: str) -> None:
    judged = verdict(state, _WANTED)
    assert (judged, _french(judged)) == (expected, french)


def test_without_a_release_and_without_a_reason() -> None:
    judged = verdict(state_of(RIGHT), None)
    assert _french(judged) == "la version du serveur de l'établissement n'est pas connue"
    assert judged == Verdict(
        status="unknown_release",
        reason="the release of the school's server is not known",
        remedy="Make the server readable, or pin pronote_client_release in the inventory.",
    )


def test_a_hot_fix_of_the_server_is_the_same_client() -> None:
    assert verdict(state_of(RIGHT), Release.parse("2026.2.7.3")).status == "compliant"


def test_two_of_which_one_only_is_sound() -> None:
    """What is left of another architecture starts nothing."""
    left = client(None, year=2026, arch="x86", condition="entry_without_exe")
    assert verdict(state_of(RIGHT, left), _WANTED).status == "compliant"


_FIRST, _SAME, _LATER = "2026-11-25T08:00:00+01:00", "2026-11-25T08:00:05+01:00", "2026-11-26T08:00:00+01:00"


@pytest.mark.parametrize(
    ("installed", "wanted", "boot", "status"),
    [
        (RIGHT, "2026.2.7", _FIRST, "frozen"),
        (RIGHT, "2026.2.7", _SAME, "frozen"),
        # A boot that cannot be read is no later one.
        (RIGHT, "2026.2.7", "", "frozen"),
        (RIGHT, "2026.2.7", _LATER, "compliant"),
        (RIGHT, "2026.1.3", _FIRST, "compliant"),
        (RIGHT, None, _FIRST, "compliant"),
        (LAST_MONTH, "2026.2.7", _LATER, "late"),
        (NEWER, "2026.2.7", _LATER, "ahead"),
    ],
)
def test_a_frozen_station_is_settled_by_a_later_start(
    installed: Any, wanted: str | None, boot: str, status: str
) -> None:
    state = state_of(installed, frozen="Deep Freeze", boot=boot)
    kept = Unconfirmed(wanted=wanted, boot=_FIRST, freezer="Deep Freeze") if wanted else None
    judged = of_frozen(verdict(state, _WANTED), state, _WANTED, kept)
    assert judged.status == status
    assert ("Deep Freeze" in _french(judged)) is (status in {"frozen", "late"})
    assert judged.remedy.startswith("Thaw") is (status == "late")
    assert of_frozen(judged, state, None, kept) is judged
