from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.prune_rules import (
    Needs,
    decide,
    locked_releases,
    prune_lock,
    split_place,
)


def _r(text: str) -> Release:
    return Release.parse(text)


_PUBLISHED = [("pronote_client", _r(each)) for each in ("2025.1.3", "2025.2.9", "2026.1.3", "2026.2.7", "2026.2.8")]


@pytest.mark.parametrize(
    ("needs", "pruned"),
    [
        # Nobody was read: nothing is certain.
        ({}, set()),
        ({"running": {"2026.2.7": "A"}}, {"2025.1.3", "2025.2.9", "2026.1.3"}),
        ({"running": {"2026.2.7": "A", "2025.2.9": "B"}}, {"2025.1.3", "2026.1.3"}),
        # Of the server's hot fix the client is the same.
        ({"running": {"2026.2.7.2": "A"}}, {"2025.1.3", "2025.2.9", "2026.1.3"}),
        # The release in use is not in the depot yet.
        ({"running": {"2026.3.1": "A"}}, {"2025.1.3", "2025.2.9", "2026.1.3", "2026.2.7", "2026.2.8"}),
        ({"running": {"2025.2.9": "A"}}, {"2025.1.3"}),
        ({"running": {"2025.1.3": "A"}}, set()),
        ({"running": {"2026.2.7": "A"}, "held": {"2025.2.9": "B"}}, {"2025.1.3", "2026.1.3"}),
        # Held alone says nothing of what schools run.
        ({"held": {"2026.2.7": "B"}}, set()),
        ({"running": {"2026.2.7": "A"}, "last_known": {"2026.1.3": "B"}}, {"2025.1.3", "2025.2.9"}),
        ({"running": {"2026.2.7": "A"}, "last_known": {"2025.2.9": "B"}}, set()),
        ({"last_known": {"2026.1.3": "B"}}, {"2025.1.3", "2025.2.9"}),
        ({"running": {"2026.2.7": "A"}, "unknown": ["C"]}, set()),
    ],
)
def test_decisions(needs: dict[str, Any], pruned: set[str]) -> None:
    given: dict[str, Any] = {
        name: {_r(release): why for release, why in value.items()} if isinstance(value, dict) else value
        for name, value in needs.items()
    }
    decisions = decide(_PUBLISHED, Needs(**given))
    assert {str(decision.release) for decision in decisions if decision.prune} == pruned
    # Whatever stays has its reason.
    assert all(bool(decision.why) is not decision.prune for decision in decisions)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("2026.2.7/x64", ("pronote_client", _r("2026.2.7"), "x64")),
        ("2023.0.2.7/x86", ("pronote_client", _r("2023.0.2.7"), "x86")),
        ("edt_monoposte/2026.2.7/x64", ("edt_monoposte", _r("2026.2.7"), "x64")),
        ("pronote_client/2026.2.7/x64", None),
        ("other/2026.2.7/x64", None),
        ("/2026.2.7/x64", None),
        ("../2026.2.7/x64", None),
        ("2026.2.7/arm64", None),
        ("2026.2.7", None),
        ("notes/x64", None),
        ("2026.02.07/x64 ", None),
        (" 2026.2.7/x64", None),
        ("a/b/2026.2.7/x64", None),
        ("", None),
    ],
)
def test_places(place: str, expected: tuple[str, Release, str] | None) -> None:
    assert split_place(place) == expected


def test_a_lock_file_without_what_goes() -> None:
    lock = {
        "note": 1,
        "pronote_releases": {"2025.1.3": {"x64": {}}, "2026.2.7": {"x64": {}}},
        "pronote_product_releases": {"edt_monoposte": {"2025.1.3": {}}},
    }
    decisions = decide(locked_releases(lock), Needs(running={_r("2026.2.7"): "A"}))
    assert prune_lock(lock, decisions) == {
        "note": 1,
        "pronote_releases": {"2026.2.7": {"x64": {}}},
        "pronote_product_releases": {"edt_monoposte": {}},
    }
    assert prune_lock({}, decisions) == {}


@pytest.mark.parametrize(
    "lock",
    [
        {"pronote_releases": [1]},
        {"pronote_product_releases": [1]},
        {"pronote_product_releases": {"edt_monoposte": [1]}},
    ],
)
def test_spoilt_lock_files(lock: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a mapping"):
        locked_releases(lock)
