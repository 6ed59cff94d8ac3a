from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.facts import contradictions, not_a_program

_I386, _AMD64, _ARM64 = 0x14C, 0x8664, 0xAA64


@pytest.mark.parametrize(
    ("machine", "strings", "arch", "expected"),
    [
        # An InstallShield launcher is a 32-bit program whatever it installs.
        (_I386, {}, "x64", []),
        (_I386, {}, "x86", []),
        (_AMD64, {}, "x64", []),
        (_AMD64, {}, "x86", ["its PE header is for machine 0x8664, which no x86 Windows runs"]),
        (_ARM64, {}, "x64", ["its PE header is for machine 0xaa64, which no x64 Windows runs"]),
        (_I386, {"ProductName": "Client PRONOTE 2026 - 64bit"}, "x64", []),
        (
            _I386,
            {"ProductName": "Client PRONOTE 2026 - 64bit"},
            "x86",
            ["its ProductName is 'Client PRONOTE 2026 - 64bit'"],
        ),
        (
            _I386,
            {"ProductName": "Client PRONOTE 2026 - 32bit"},
            "x64",
            ["its ProductName is 'Client PRONOTE 2026 - 32bit'"],
        ),
        (_I386, {"OriginalFilename": "PRNclient_win32.exe"}, "x64", ["its OriginalFilename is 'PRNclient_win32.exe'"]),
        (_I386, {"OriginalFilename": "darwin32.exe"}, "x64", []),  # part of a word
        (_I386, {"FileDescription": "Setup Launcher Unicode (32/64 bit)"}, "x64", []),
        (_I386, {"FileDescription": "Windows 64 rooms"}, "x86", []),  # a number alone says nothing
        (_I386, {"ProductName": "Client PRONOTE 2025"}, "x64", ["its ProductName is 'Client PRONOTE 2025'"]),
        (_I386, {"ProductVersion": "2026.2.7.0"}, "x64", []),
        (_I386, {"ProductVersion": "2026, 2, 5, 0"}, "x64", ["its ProductVersion is 2026.2.5"]),
        (_I386, {"FileVersion": "25.0.0.764", "ProductVersion": "25.0.0.764"}, "x64", []),
        (_I386, {"FileVersion": "", "ProductVersion": "unknown"}, "x64", []),
    ],
)
def test_what_contradicts(machine: int, strings: dict[str, str], arch: str, expected: list[str]) -> None:
    release = Release.parse("2026.2.7")
    assert contradictions(machine, strings, product="pronote_client", release=release, arch=arch) == expected


@pytest.mark.parametrize(
    ("product", "name", "sound"),
    [
        ("edt_monoposte", "EDT Monoposte 2026 - 64bit", True),
        ("edt_monoposte", "EDT Monoposte 2025 - 64bit", False),
        ("edt_monoposte", "Client PRONOTE 2026 - 64bit", False),
        ("edt_monoposte", "InstallShield", True),
        ("pronote_client", "EDT Monoposte 2026 - 64bit", False),
    ],
)
def test_another_product_contradicts_too(product: str, name: str, sound: bool) -> None:
    found = contradictions(_I386, {"ProductName": name}, product=product, release=Release.parse("2026.2.7"), arch="x64")
    assert found == ([] if sound else [f"its ProductName is {name!r}"])


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"MZ\x90\x00", ""),
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>", "it is an HTML page"),
        (b"\xef\xbb\xbf\r\n  <HTML lang=fr>", "it is an HTML page"),
        (b"PK\x03\x04", "it is not a Windows program"),
    ],
)
def test_what_is_no_program(head: bytes, says: str) -> None:
    assert not_a_program(head).startswith(says)
    assert bool(not_a_program(head)) is bool(says)
