from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.response_choice import (
    choose_response,
    product_code,
    response_name,
)

from tests.lab.simulated.installer.package import build_iss
from tests.lab.simulated.installer.products import product_code as code_of

_NAMES = [
    "pronote_client-2025.2.9-x64.iss",
    "pronote_client-2026.1.3-x64.iss",
    "pronote_client-2026.2.4-x64.iss",
    "pronote_client-2026.2.10-x64.iss",
    "pronote_client-2026.2.4-x86.iss",
    "pronote_client-2026.2.4-x64-uninstall.iss",
    "edt_monoposte-2026.2.4-x64.iss",
    "pronote_client-latest-x64.iss",
    "pronote_client-2026.2.4-x64.iss.bak",
]


@pytest.mark.parametrize(
    ("release", "arch", "uninstall", "expected"),
    [
        ("2026.2.7", "x64", False, "pronote_client-2026.2.4-x64.iss"),
        ("2026.2.10", "x64", False, "pronote_client-2026.2.10-x64.iss"),
        ("2026.3.1", "x64", False, "pronote_client-2026.2.10-x64.iss"),
        ("2026.1.1", "x64", False, None),
        ("2026.2.7", "x86", False, "pronote_client-2026.2.4-x86.iss"),
        ("2026.2.7", "x86", True, None),
        ("2026.2.7", "x64", True, "pronote_client-2026.2.4-x64-uninstall.iss"),
        ("2025.3.1", "x64", False, "pronote_client-2025.2.9-x64.iss"),
        ("2027.1.3", "x64", False, None),
    ],
)
def test_the_newest_of_the_year_that_is_not_newer(
    release: str, arch: str, uninstall: bool, expected: str | None
) -> None:
    chosen = choose_response(
        _NAMES, product="pronote_client", release=Release.parse(release), arch=arch, uninstall=uninstall
    )
    assert chosen == expected


def test_names() -> None:
    release = Release.parse("2026.2.7")
    assert response_name("pronote_client", release, "x86") == "pronote_client-2026.2.7-x86.iss"
    assert response_name("p", release, "x64", uninstall=True) == "p-2026.2.7-x64-uninstall.iss"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_the_product_code_of_a_recording(encoding: str) -> None:
    assert product_code(build_iss(release="2026.2.7").encode(encoding)) == code_of(2026, "x64")


@pytest.mark.parametrize(
    "content", [b"", b"[InstallShield Silent]\r\n", b"\xff\xfe", b"[{calc}-DlgOrder]", bytes(range(256))]
)
def test_a_file_without_product_code(content: bytes) -> None:
    assert product_code(content) == ""
