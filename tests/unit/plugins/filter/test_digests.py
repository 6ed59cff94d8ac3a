from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.plugins.loader import filter_loader

_A, _B = "a" * 64, "b" * 64
_RELEASES: dict[str, Any] = {
    "2025.2.9": {"x64": {"digest": _B}},
    "2026.2.7": {"x64": {"digest": _A, "technology": "installscript", "files": {}}, "x86": {"digest": _B}},
}


@pytest.fixture(scope="module")
def digests() -> Callable[..., Any]:
    """The filter as Ansible finds it."""
    found: Callable[..., Any] = filter_loader.get("rentree.pronote.digests").j2_function
    return found


@pytest.mark.parametrize(
    ("releases", "release", "expected"),
    [
        (_RELEASES, "2026.2.7", {"x64": _A, "x86": _B}),
        (_RELEASES, "2025.2.9", {"x64": _B}),
        # A hot fix of the server is the same client, on either side.
        (_RELEASES, "2026.2.7.3", {"x64": _A, "x86": _B}),
        ({"2026.2.7.0": {"x64": {"digest": _A}}}, "2026.2.7", {"x64": _A}),
        # Not published: the station that needs it says so.
        (_RELEASES, "2026.2.8", {}),
        ({}, "2026.2.7", {}),
        (None, "2026.2.7", {}),
    ],
)
def test_digests(digests: Callable[..., Any], releases: Any, release: str, expected: dict[str, str]) -> None:
    assert digests(releases, release) == expected


@pytest.mark.parametrize("release", ["", "latest", "2026.2"])
def test_a_garbage_release_is_named(digests: Callable[..., Any], release: str) -> None:
    with pytest.raises(AnsibleFilterError, match="is not a release") as caught:
        digests(_RELEASES, release)
    assert repr(release) in str(caught.value)
    assert "pronote_releases" not in str(caught.value)


@pytest.mark.parametrize(
    "releases",
    [
        "text",
        [1],
        {"garbage": {}},
        {"2026.2.7": None},
        {"2026.2.7": "text"},
        {"2026.2.7": {"x64": None}},
        {"2026.2.7": {"x64": {"technology": "msi"}}},
    ],
)
def test_a_damaged_lock_file_is_an_error(digests: Callable[..., Any], releases: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="pronote_releases cannot be read"):
        digests(releases, "2026.2.7")
