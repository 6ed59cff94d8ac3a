"""What an error says of an account and of a check; what the lock file has of a release."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.checks import CHECKS, Finding, Place, verdict
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.judge import (
    of_error,
    of_release,
    published,
    standing_of,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    AccessDeniedError,
    AnswerError,
    CommandTimeoutError,
    ControllerError,
    CredentialsRefusedError,
    InventoryError,
    PasswordRefusedError,
    QuotaError,
    RedirectedError,
    StationError,
    StationFactError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.plain_causes import METHOD, PASSWORD

_PLACE = Place(school="0310001A")
_LOCK: dict[str, Any] = {
    "2026.1.9": {"x64": {"digest": "a" * 64}},
    "2026.2.7": {"x64": {"digest": "b" * 64}, "x86": {"digest": "c" * 64}},
}


@pytest.mark.parametrize(
    ("kind", "standing", "check"),
    [
        (UnreachableError, "off", "port"),
        (AnswerError, "other", "winrm"),
        (RedirectedError, "other", "winrm"),
        (CredentialsRefusedError, "refused", "account"),
        (PasswordRefusedError, "refused", "account"),
        (AccessDeniedError, "let_in", "shell"),
        (QuotaError, "let_in", "shell"),
        (StationFactError, "let_in", "shell"),
        (CommandTimeoutError, "other", "winrm"),
        (ControllerError, "other", "controller"),
        (InventoryError, "other", "inventory"),
    ],
)
def test_an_error_is_a_check_and_says_something_of_the_account(
    kind: type[StationError], standing: str, check: str
) -> None:
    error = kind("a fact", remedy="a remedy")
    assert standing_of(error) == standing
    (finding,) = of_error(_PLACE, error)
    assert (finding.check, finding.outcome, finding.fact, finding.remedy) == (check, "fails", "a fact", "a remedy")
    assert check in CHECKS


def test_where_the_way_to_authenticate_is_not_offered_no_password_was_sent() -> None:
    assert standing_of(METHOD.error(text="ntlm; it offers Basic")) == "other"
    assert standing_of(PASSWORD.error()) == "refused"


@pytest.mark.parametrize(
    ("wanted", "outcome", "fact", "digests"),
    [
        ("2026.2.7", "holds", "2026.2.7 is published (x64, x86)", {"x64": "b" * 64, "x86": "c" * 64}),
        ("2026.1.9", "holds", "2026.1.9 is published (x64)", {"x64": "a" * 64}),
        # The depot is tried with the newest that there is.
        ("2026.3.0", "fails", "2026.3.0 is not in the lock file", {"x64": "b" * 64, "x86": "c" * 64}),
        ("", "unknown", "nobody knows which release the school wants", {"x64": "b" * 64, "x86": "c" * 64}),
    ],
)
def test_a_release(wanted: str, outcome: str, fact: str, digests: dict[str, str]) -> None:
    release = Release.parse(wanted) if wanted else None
    found = published(_LOCK, release)
    assert found.digests == digests
    told = of_release(_PLACE, release, found)
    assert (told.outcome, told.fact) == (outcome, fact)


def test_nothing_published() -> None:
    release = Release.parse("2026.2.7")
    found = published({}, release)
    assert found.digests == {}
    assert of_release(_PLACE, release, found).outcome == "fails"


@pytest.mark.parametrize("lock", [{"2026.2.7": 1}, {"2026.2.7": {"x64": {"digest": "none"}}}, {"x": {}}])
def test_a_lock_that_cannot_be_read(lock: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (whichever words it has)
        published(lock, Release.parse("2026.2.7"))


@pytest.mark.parametrize(
    ("outcomes", "dark", "said"),
    [
        (["holds"], False, "sound"),
        (["holds", "unknown"], False, "sound"),
        (["holds"], True, "incomplete"),
        (["unknown"], True, "incomplete"),
        (["holds", "fails"], True, "not_sound"),
        (["fails"], False, "not_sound"),
    ],
)
def test_a_verdict(outcomes: list[Any], dark: bool, said: str) -> None:
    findings = [Finding(place=_PLACE, check="space", outcome=outcome) for outcome in outcomes]
    assert verdict(findings, dark=dark) == said
