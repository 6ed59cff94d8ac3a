from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.names import (
    ResponseName,
    newest,
    parse_name,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import Mode


def _recorded(release: str, arch: str = "x64", mode: Mode = "install", product: str = "pronote_client") -> ResponseName:
    return ResponseName(product=product, release=Release.parse(release), arch=arch, mode=mode)


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        (_recorded("2026.2.7"), "pronote_client-2026.2.7-x64.iss"),
        (_recorded("2023.0.2.7", "x86"), "pronote_client-2023.0.2.7-x86.iss"),
        (_recorded("2026.2.7", mode="uninstall"), "pronote_client-2026.2.7-x64-uninstall.iss"),
        (_recorded("2026.2.7", mode="update"), "pronote_client-2026.2.7-x64-update.iss"),
        # A hot fix of the server is the same client.
        (_recorded("2026.2.7.1"), "pronote_client-2026.2.7-x64.iss"),
    ],
)
def test_names(recorded: ResponseName, name: str) -> None:
    assert recorded.name == name
    assert recorded.metadata_name == name.removesuffix(".iss") + ".yml"
    parsed = parse_name(name)
    assert parsed is not None
    assert parsed == recorded


@pytest.mark.parametrize(
    "name",
    [
        "pronote_client-2026.2.7-x64.yml",
        "pronote_client-2026.2.7-x64.rejected.iss",
        "pronote_client-2026.2.7-arm64.iss",
        "pronote_client-2026-x64.iss",
        "pronote_client-2023.0.2-x64.iss",
        "../pronote_client-2026.2.7-x64.iss",
        "pronote_client-2026.2.7-x64.iss.part",
        "client-2026-x64.iss",
        "pronote_client-2026.2.7-x64-install.iss",
        "pronote_client-2026.2.7-x64-remove.iss",
    ],
)
def test_other_files_are_none(name: str) -> None:
    assert parse_name(name) is None


_STORE = [
    "pronote_client-2025.2.9-x64.iss",
    "pronote_client-2026.1.3-x64.iss",
    "pronote_client-2026.2.7-x64.iss",
    "pronote_client-2026.2.10-x64.iss",
    "pronote_client-2026.2.7-x86.iss",
    "pronote_client-2026.1.3-x64-uninstall.iss",
    "edt_monoposte-2026.2.8-x64.iss",
    "notes.txt",
]


@pytest.mark.parametrize(
    ("wanted", "release"),
    [
        (_recorded("2026.2.7"), "2026.2.7"),
        (_recorded("2026.2.9"), "2026.2.7"),
        (_recorded("2026.3.1"), "2026.2.10"),
        (_recorded("2026.1.2"), None),
        (_recorded("2027.1.1"), None),
        (_recorded("2026.2.9", "x86"), "2026.2.7"),
        (_recorded("2026.2.9", mode="uninstall"), "2026.1.3"),
        (_recorded("2026.2.9", product="edt_monoposte"), "2026.2.8"),
    ],
)
def test_the_newest_of_the_same_year_not_newer_than_the_release(wanted: ResponseName, release: str | None) -> None:
    found = newest(_STORE, wanted)
    assert (found and str(found.release)) == release
    # Whatever the order a folder lists them in.
    assert newest(reversed(_STORE), wanted) == found


def test_metadata_has_what_prepare_needs() -> None:
    data = _recorded("2026.2.7", mode="uninstall").metadata(
        product_code="{A}", language=0x40C, station="ref", at="2026-07-02T10:00:00+02:00", sha256="ab", findings=[]
    )
    assert data == {
        "product": "pronote_client",
        "release": "2026.2.7",
        "arch": "x64",
        "mode": "uninstall",
        "language": "0x040c",
        "product_code": "{A}",
        "recorded_on": "ref",
        "recorded_at": "2026-07-02T10:00:00+02:00",
        "sha256": "ab",
        "findings": [],
    }
