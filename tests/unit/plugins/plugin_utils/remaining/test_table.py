from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.standing import Standing
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.table import (
    STATES,
    remaining,
    render_remaining,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

SINCE = "2026-11-23T18:04:11Z"


def _known(room: str, **standing: Any) -> dict[str, Any]:
    told = Standing(**{"since": SINCE, **standing})
    return {"school": "0310001A", "room": room, "last_seen": None, "last_tried": SINCE, "standing": told}


STATIONS = {
    "off": _known("CDI", outcome="unreachable", reason=Message("no client"), remedy=Message("Remove all but one.")),
    "right": _known("CDI", found="right", outcome="done"),
    "broken": _known("Atelier", found="late", outcome="failed", reason="no", remedy="Ask.", failures=3),
}


def _text(language: str = "fr") -> str:
    rows = remaining(STATIONS, ["off", "right", "broken", "new"])
    return render_remaining(rows, total=4, words=catalogue(language), width=200, color=False)


@pytest.fixture(autouse=True)
def in_paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_rows_are_sorted_and_say_who_since_when_why() -> None:
    rows = remaining(STATIONS, ["off", "right", "broken", "new"])
    assert [(row["station"], row["state"], row["since"], row["given_up"]) for row in rows] == [
        ("new", "untried", None, False),
        ("broken", "failed", SINCE, True),
        ("off", "unreachable", SINCE, False),
    ]


def test_french_and_english_name_everything() -> None:
    assert all(catalogue(language).of(state) for state in STATES.values() for language in ("fr", "en"))
    for word in (
        "Reste à faire : 3 postes sur 4",
        "2026-11-23 19:04",
        "jamais essayé",
        "3 échecs",
        "aucun client",
        "sauf un",
    ):
        assert word in _text()
    assert "Remaining: 3 of 4 stations" in _text("en")
    assert "Remove all but one." in _text("en")


def test_nothing_remains() -> None:
    assert render_remaining([], total=4, words=catalogue("fr"), width=80, color=False) == (
        "Reste à faire\u00a0: rien, les 4 postes sont à jour\n"
    )


def test_what_stations_said_moves_no_cursor() -> None:
    stations = {"a": _known("[bold]CDI", outcome="failed", reason="\x1b[2Jgone", remedy="[link=x]")}
    text = render_remaining(remaining(stations, ["a"]), total=1, words=catalogue("fr"), width=200, color=False)
    assert "\x1b" not in text
    assert "[bold]CDI" in text
    assert "[link=x]" in text


def test_a_frozen_station_remains_until_a_restart_has_shown_it() -> None:
    stations = {"a": _known("CDI", found="right", outcome="frozen", reason="x", remedy="Run again after a restart.")}
    (row,) = remaining(stations, ["a"])
    assert (row["state"], row["given_up"]) == ("frozen", False)
    assert "installé, à confirmer" in " ".join(
        render_remaining([row], total=1, words=catalogue("fr"), width=250, color=False).split()
    )
