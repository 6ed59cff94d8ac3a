"""What a station is told from ``pronote_releases``: digests, what can be removed, installers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import (
    InstallerRecord,
    Removal,
    asks_for_update,
    published_digests,
    published_installers,
    published_removals,
    published_technologies,
    published_updates,
    recorded_for,
)

_A, _B, _C = "a" * 64, "b" * 64, "c" * 64
_RELEASES: dict[str, Any] = {
    "2025.2.9": {"x64": {"digest": _B}},
    "2026.2.7": {"x64": {"digest": _A, "technology": "installscript", "files": {}}, "x86": {"digest": _B}},
}
_REMOVABLE: dict[str, Any] = {
    "2024.3.11": {"x64": {"digest": _A, "removable": False}},
    "2025.2.9": {"x64": {"digest": _A, "removable": True}, "x86": {"digest": _B, "removable": True}},
    "2025.10.1": {"x64": {"digest": _B.upper(), "removable": True}},
    # Newer, and cannot remove.
    "2025.11.1": {"x64": {"digest": _C, "removable": False}},
    # Of a lock file that says nothing about it.
    "2026.2.7": {"x64": {"digest": _C}},
}


@pytest.mark.parametrize(
    ("releases", "release", "expected"),
    [
        (_RELEASES, "2026.2.7", {"x64": _A, "x86": _B}),
        (_RELEASES, "2025.2.9", {"x64": _B}),
        # A hot fix of the server is the same client, on either side.
        (_RELEASES, "2026.2.7.3", {"x64": _A, "x86": _B}),
        ({"2026.2.7.0": {"x64": {"digest": _A.upper()}}}, "2026.2.7", {"x64": _A}),
        # Not published: the station that needs it says so.
        (_RELEASES, "2026.2.8", {}),
        ({}, "2026.2.7", {}),
    ],
)
def test_digests(releases: Any, release: str, expected: dict[str, str]) -> None:
    assert published_digests(releases, Release.parse(release)) == expected


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
def test_a_damaged_lock_file_has_no_digests(releases: Any) -> None:
    with pytest.raises(ValueError, match="pronote_releases cannot be read"):
        published_digests(releases, Release.parse("2026.2.7"))


def test_the_newest_that_can_remove_of_each_year() -> None:
    newest = Removal(release=Release.parse("2025.10.1"), arch="x64", digest=_B)
    older = Removal(release=Release.parse("2025.2.9"), arch="x86", digest=_B)
    for releases in (_REMOVABLE, dict(reversed(_REMOVABLE.items()))):
        assert published_removals(releases) == {2025: {"x64": newest, "x86": older}}


def test_nothing_can_be_removed_when_nothing_is_published() -> None:
    assert published_removals({}) == {}


@pytest.mark.parametrize("releases", [{"x": {}}, {"2025.2.9": None}, {"2025.2.9": {"x64": {"removable": True}}}, ["a"]])
def test_a_damaged_lock_file_removes_nothing(releases: Any) -> None:
    with pytest.raises(ValueError, match="pronote_releases cannot be read"):
        published_removals(releases)


@pytest.mark.parametrize("digest", ["short", "", _A[:-1], f"{_A}a", "g" * 64])
def test_a_digest_edited_by_hand(digest: str) -> None:
    releases = {"2025.2.9": {"x64": {"digest": digest, "removable": True}}}
    with pytest.raises(ValueError, match=f"^'{digest}' is not a SHA-256 digest"):
        published_digests(releases, Release.parse("2025.2.9"))
    with pytest.raises(ValueError, match=f"^'{digest}' is not a SHA-256 digest"):
        published_removals(releases)


def _recorded(**change: Any) -> dict[str, Any]:
    record = InstallerRecord(name="n.exe", url="", sha256=_A, size=7, signer="", date="2026-08-25")
    return {"x64": {"digest": _B, "files": {"setup.exe": _A}, "installer": {**record.as_dict(), **change}}}


def test_names_and_sizes_of_installers() -> None:
    by_hand = {"digest": _B, "files": {"setup.msi": _A, "uninstall.iss": _A}}
    arches = {"x86": by_hand, "x64": {**by_hand, "size": 8}}
    assert published_installers({"2026.2.7": _recorded(), "2025.2.9.1": arches}) == {
        ("2026.2.7", "x64"): ("setup.exe", 7),
        ("2025.2.9", "x86"): ("setup.msi", 0),
        ("2025.2.9", "x64"): ("setup.msi", 8),
    }


@pytest.mark.parametrize(
    "arches",
    [
        None,
        [],
        "text",
        {"x64": None},
        {"x64": {}},
        {"x64": {"files": {}}},
        {"x64": {"files": {"setup.exe": "", "setup.msi": ""}}},
        {"x64": {"files": {"setup.exe": _A}, "size": "7"}},
        _recorded(size="7"),
    ],
)
def test_what_cannot_be_read_is_left_out_of_the_sizes(arches: Any) -> None:
    whole = {"2025.2.9": {"x64": {"files": {"setup.exe": _A}, "size": 7}}}
    assert published_installers({"2026.2.7": arches, "no release": {}, **whole}) == {
        ("2025.2.9", "x64"): ("setup.exe", 7)
    }


@pytest.mark.parametrize(
    ("entries", "recorded"),
    [
        ({"2026.2.7": {"x64": {"digest": "a"}}}, ""),
        ({"2026.2.7": {"x64": {"response_release": ""}}}, ""),
        ({"2026.2.7": {"x64": {"response_release": "2026.2.7"}}}, ""),
        ({"2026.2.7": {"x64": {"response_release": "2026.2.7.1"}}}, ""),
        ({"2026.2.7": {"x64": {"response_release": "2026.1.3"}}}, "2026.1.3"),
        ({"2026.2.7": {"x64": {}, "x86": {"response_release": "2026.1.3"}}}, "2026.1.3"),
        ({"2026.2.7": {"x64": {"response_release": "2026.2.7", "update_release": "2026.1.3"}}}, "2026.1.3"),
        ({"2026.2.7.2": {"x64": {"response_release": "2026.1.3"}}}, "2026.1.3"),
        ({"2026.1.3": {"x64": {"response_release": "2026.1.1"}}}, ""),
        # A lock file edited by hand: what cannot be read proves nothing, and another release's entry hides nothing.
        ({"2026.2.7": {"x64": {"response_release": "2026"}}}, "2026"),
        ({"rentrée": {}, "2026.2.7": {"x64": {"response_release": "2026.1.3"}}}, "2026.1.3"),
        ({"2026.2.7": "nothing"}, ""),
        (None, ""),
    ],
)
def test_what_a_response_file_was_recorded_for(entries: Any, recorded: str) -> None:
    assert recorded_for(entries, "2026.2.7") == recorded


_SHIELD: dict[str, Any] = {"technology": "installscript", "files": {"setup.exe": "a" * 64, "response.iss": "b" * 64}}
_UPDATES: dict[str, Any] = {**_SHIELD, "files": {**_SHIELD["files"], "update.iss": "c" * 64}}


@pytest.mark.parametrize(
    ("entries", "updates", "asks"),
    [
        ({"x64": _SHIELD}, set(), True),
        ({"x64": _UPDATES}, {"x64"}, False),
        ({"x64": _UPDATES, "x86": _SHIELD}, {"x64"}, True),
        # Setups that take no recorded answers have no cases.
        ({"x64": {**_SHIELD, "technology": "msi"}}, set(), False),
        ({"x64": {"digest": "a" * 64}}, set(), False),
        ({"x64": {"technology": "installscript"}}, set(), True),
        ({"x64": "nonsense"}, set(), False),
    ],
)
def test_for_which_architectures_answers_of_an_update_are_published(entries: Any, updates: Any, asks: bool) -> None:
    assert published_updates({"2026.2.7": entries}, Release.parse("2026.2.7")) == updates
    assert asks_for_update({"2026.2.7": entries}, "2026.2.7.1") is asks
    assert published_updates({"2026.1.3": entries}, Release.parse("2026.2.7")) == frozenset()
    assert not asks_for_update(None, "2026.2.7")
    assert not asks_for_update({"2026.2.7": entries}, "")


def test_the_technology_of_a_release_and_of_a_removal_is_told() -> None:
    entry = {"digest": "a" * 64, "removable": True}
    releases = {"2026.2.7": {"x64": {**entry, "technology": "nsis"}, "x86": entry}}
    assert published_technologies(releases, Release.parse("2026.2.7")) == {"x64": "nsis"}
    found = published_removals(releases)[2026]
    assert (found["x64"].technology, found["x86"].technology) == ("nsis", "")
