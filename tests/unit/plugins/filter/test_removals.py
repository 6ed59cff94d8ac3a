from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.plugins.loader import filter_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import parse_removals

_A, _B, _C = "a" * 64, "b" * 64, "c" * 64
_RELEASES: dict[str, Any] = {
    "2024.3.11": {"x64": {"digest": _A, "removable": False}},
    "2025.2.9": {"x64": {"digest": _A, "removable": True}, "x86": {"digest": _B, "removable": True}},
    "2025.10.1": {"x64": {"digest": _B, "removable": True}},
    # Newer, and cannot remove.
    "2025.11.1": {"x64": {"digest": _C, "removable": False}},
    # Of a lock file that says nothing about it.
    "2026.2.7": {"x64": {"digest": _C}},
}


@pytest.fixture(scope="module")
def removals() -> Callable[..., Any]:
    """The filter as Ansible finds it."""
    found: Callable[..., Any] = filter_loader.get("rentree.pronote.removals").j2_function
    return found


def test_the_newest_that_can_remove_of_each_year(removals: Callable[..., Any]) -> None:
    expected = {
        "2025": {"x64": {"release": "2025.10.1", "digest": _B}, "x86": {"release": "2025.2.9", "digest": _B}},
    }
    found = removals(_RELEASES)
    assert found == expected
    parsed = parse_removals(found)
    assert str(parsed[2025]["x64"].release) == "2025.10.1"
    assert parsed[2025]["x86"].arch == "x86"


@pytest.mark.parametrize("releases", [None, {}])
def test_nothing_published(removals: Callable[..., Any], releases: Any) -> None:
    assert removals(releases) == {}


@pytest.mark.parametrize("releases", [{"x": {}}, {"2025.2.9": None}, {"2025.2.9": {"x64": {"removable": True}}}, ["a"]])
def test_a_lock_that_cannot_be_read(removals: Callable[..., Any], releases: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="pronote_releases cannot be read"):
        removals(releases)


@pytest.mark.parametrize(
    "data",
    [
        {"year": {}},
        {"2025": None},
        {"2025": {"x64": {"release": "2025.2.9"}}},
        {"2025": {"x64": {"release": "2025.2.9", "digest": "short"}}},
        {"2025": {"x64": {"release": "last", "digest": _A}}},
    ],
)
def test_removals_made_by_hand(data: Any) -> None:
    with pytest.raises(ValueError, match=r"removals cannot be read|invalid literal|SHA-256|is not a release"):
        parse_removals(data)
