"""What a station's details say of it besides its clients: what is known, and nothing of what is not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.facts import about
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

FR = catalogue("fr")
_GIB = 2**30
_WHOLE: dict[str, Any] = {
    "clients": [],
    "windows": {"name": "Windows 11 Pro", "build": "22631", "release": "23H2"},
    "free_bytes": 1234 * _GIB,
    "system_drive": "C:",
    "running": [],
    "session_open": False,
}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (None, ""),
        ({}, ""),
        ({"clients": []}, ""),
        (_WHOLE, "Windows 11 Pro 23H2, 1 234 Gio libres sur C:"),
        ({**_WHOLE, "session_open": True}, "Windows 11 Pro 23H2, 1 234 Gio libres sur C:, session ouverte"),
        # Who has the client open has a session, too.
        (
            {**_WHOLE, "session_open": True, "running": [{"image": "Client PRONOTE.exe", "pid": 4, "session": 1}]},
            "Windows 11 Pro 23H2, 1 234 Gio libres sur C:, client ouvert",
        ),
        ({"free_bytes": 2 * _GIB - 1, "system_drive": "D:"}, "2 047 Mio libres sur D:"),
        ({"free_bytes": 0, "system_drive": "D:"}, "0 Mio libres sur D:"),
        ({"free_bytes": None, "system_drive": "C:"}, ""),
        ({"free_bytes": _GIB, "system_drive": ""}, ""),
        ({"windows": {"name": "", "build": "", "release": ""}}, ""),
        ({"windows": {"name": "Windows 10", "build": "1", "release": ""}}, "Windows 10"),
    ],
)
def test_what_is_known_is_said(facts: dict[str, Any] | None, said: str) -> None:
    assert about(facts, FR).replace("\u202f", " ").replace("\u00a0", " ") == said


def test_what_a_station_says_is_bounded_and_printable() -> None:
    said = about({"windows": {"name": "W\x1b[31m\u202e" * 500, "release": "\n"}}, FR)
    assert len(said) <= 60
    assert said.isprintable()


def test_what_the_start_up_script_has_left_is_said() -> None:
    startup = {"release": "2026.2.7", "state": "failed", "step": "download", "code": 7, "file": "setup.exe", "has": ""}
    said = about({"startup": startup}, catalogue("en"))
    assert said == "start-up script for 2026.2.7: it failed (download 7 setup.exe)"
    assert about({"startup": {**startup, "state": "right"}}, catalogue("en")).endswith("the client is right")
    assert about({"startup": {**startup, "release": "<b>"}}, FR) == ""
    assert about({"startup": None}, FR) == ""
