"""What the start-up script has left on a station, read as hostile."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.startup import (
    StartupResult,
    parse_startup,
    startup_of,
)

_TEXT = "script=1\r\nrelease=2026.2.7\r\nstate=failed\r\nhas=2026.1.9\r\nstep=download\r\ncode=7\r\nfile=setup.exe\r\n"


def test_it_is_read_and_kept() -> None:
    found = parse_startup(_TEXT + "SEEN=41943040 30/11/2026 08:00\r\n")
    assert found == StartupResult(
        release=Release.parse("2026.2.7"), state="failed", has="2026.1.9", step="download", code=7, file="setup.exe"
    )
    assert startup_of(found.as_dict()) == found


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "release=2026.2.7", "state=right", "release=../..\nstate=right", "release=2026.2.7\nstate=<b>"],
)
def test_what_says_nothing_is_nothing(text: str) -> None:
    assert parse_startup(text) is None


@pytest.mark.parametrize("value", ["<script>", "\x1b[31m", "a" * 61, "é", "..\\.. x"])
def test_words_that_are_none_are_left_out(value: str) -> None:
    text = _TEXT.replace("setup.exe", value).replace("=download", f"={value}").replace("2026.1.9", value)
    found = parse_startup(text.replace("code=7", f"code={value}"))
    assert found is not None
    assert (found.file, found.step, found.has, found.code) == ("", "", "", None)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({}, "start-up script for 2026.2.7: it failed (download 7 setup.exe)"),
        ({"code": None}, "start-up script for 2026.2.7: it failed (download setup.exe)"),
        ({"step": ""}, "start-up script for 2026.2.7: it failed"),
        # Of what was not begun there is no step to tell.
        ({"state": "frozen"}, "start-up script for 2026.2.7: nothing done: the station is frozen"),
    ],
)
def test_one_line_says_how_it_went(said: dict[str, Any], line: str) -> None:
    found = parse_startup(_TEXT)
    assert found is not None
    told = startup_of({**found.as_dict(), **said})
    assert told is not None
    assert str(told.describe()) == line
