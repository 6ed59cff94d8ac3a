"""Installers that wait for a recording: in the lock file beside what is published, and gone with it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import InstallerRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.prune_rules import (
    Decision,
    locked_releases,
    prune_lock,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.waiting import (
    waiting_installer,
    waiting_releases,
    with_installer,
    without_installer,
)

CLIENT, EDT = PRODUCTS["pronote_client"], PRODUCTS["edt_monoposte"]
OLD, NEW = Release.parse("2026.1.3"), Release.parse("2026.2.7")
RECORD = InstallerRecord(
    name="Install_PRNclient_FR_2026.2.7_win64.exe",
    url="https://example.org/x.exe",
    sha256="a" * 64,
    size=7,
    signer="INDEX EDUCATION",
    date="2026-07-01",
)


def test_it_is_beside_what_is_published_and_leaves_no_trace() -> None:
    lock: dict[str, Any] = {"pronote_releases": {"2026.1.3": {"x64": {"digest": "d"}}}, "of_somebody": 1}
    kept = with_installer(with_installer(lock, CLIENT, NEW, "x64", RECORD), CLIENT, NEW, "x86", RECORD)
    assert waiting_installer(kept, CLIENT, NEW, "x64") == RECORD
    # A hot fix has the client of its release.
    assert waiting_installer(kept, CLIENT, Release.parse("2026.2.7.1"), "x86") == RECORD
    assert waiting_installer(kept, EDT, NEW, "x64") is None
    assert waiting_installer(lock, CLIENT, NEW, "x64") is None
    one = without_installer(kept, "pronote_client", NEW, "x64")
    assert (waiting_installer(one, CLIENT, NEW, "x64"), waiting_installer(one, CLIENT, NEW, "x86")) == (None, RECORD)
    assert without_installer(one, "pronote_client", NEW) == without_installer(lock, "pronote_client", NEW) == lock


def test_it_goes_with_a_release_that_nobody_needs() -> None:
    lock = with_installer(with_installer({}, CLIENT, OLD, "x64", RECORD), CLIENT, NEW, "x64", RECORD)
    assert locked_releases(lock) == waiting_releases(lock) == [("pronote_client", OLD), ("pronote_client", NEW)]
    pruned = prune_lock(lock, [Decision(product="pronote_client", release=OLD, prune=True, why="")])
    assert waiting_releases(pruned) == [("pronote_client", NEW)]


@pytest.mark.parametrize(
    ("waits", "says"),
    [
        ("x", "pronote_installers is not a mapping of products"),
        ({"pronote_client": ["2026.2.7"]}, "pronote_installers is not a mapping of releases to architectures"),
        ({"pronote_client": {"2026.2.7": "x64"}}, "pronote_installers is not a mapping of releases to architectures"),
        ({"pronote_client": {"2026.2.7": {"x64": {"sha256": "b"}}}}, "installer has no usable name"),
    ],
)
def test_what_somebody_made_of_it_is_told(waits: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        waiting_installer({"pronote_installers": waits}, CLIENT, NEW, "x64")
