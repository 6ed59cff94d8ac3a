from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.progress import Board, clean, end_of, summary
from ansible_collections.rentree.pronote.plugins.module_utils.progress_view import HEIGHT, render
from rich.text import Text

HOSTILE = "s1\x1b[2J\x1b]0;owned\x07\r\n[bold red]x[/]\u202e\u200b\x9b31m"
"""Erases the screen, names the window, writes over the line, rich markup, right-to-left, and an 8-bit escape."""


def _board(**rooms: str) -> Board:
    board = Board()
    board.play(rooms or {"a": "101", "b": "101", "c": "102", "d": "102"}, now=0, check=False)
    return board


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("salle d'étude-é", "salle d'étude-é"),
        ("a\x1b[31mb", "a\N{REPLACEMENT CHARACTER}[31mb"),
        ("two\r\nlines\t.", "two lines ."),
        ("\u202eabc\x9b", "\N{REPLACEMENT CHARACTER}abc\N{REPLACEMENT CHARACTER}"),
        ("x" * 300, "x" * 199 + "…"),
        (None, "None"),
    ],
)
def test_text_is_made_harmless(text: Any, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("result", "end"),
    [
        ({"action": "install", "changed": True}, "done"),
        ({"action": "none", "changed": False}, "right"),
        ({"action": "skip", "changed": False}, "left"),
        ({"changed": False}, "right"),
    ],
)
def test_ends(result: dict[str, Any], end: str) -> None:
    assert end_of(result) == end


def test_a_run_event_by_event() -> None:
    board = _board()
    assert summary(board, now=0, language="fr") == "PRONOTE: postes 0/4"
    board.begin("a", now=1)
    board.begin("b", now=1)
    board.stage("a", "installing", now=2)
    board.stage("a", "no such stage", now=3)
    assert board.at_work["a"].stage == "installing"
    board.stage("a", "installing", now=5, bytes=50 * 2**20, total=100 * 2**20)
    # The same stage goes on: since when it does is kept.
    assert board.at_work["a"].since == 2
    board.end("b", "unreachable", "off\x1b[2J")
    board.end("b", "right")
    # What a dying worker still said changes nothing.
    board.stage("b", "reading", now=6)
    board.begin("b", now=6)
    board.begin("c", now=6)
    board.leave("c")
    assert board.by_room() == [("101", 1, 1, 2), ("102", 0, 0, 2)]
    assert list(board.failures) == [("b", "off\N{REPLACEMENT CHARACTER}[2J")]
    assert summary(board, now=7, language="en") == "PRONOTE: stations 1/4, unreachable 1, at work 1"
    board.check = True
    assert summary(board, now=7, language="fr").startswith("PRONOTE (simulation): ")


@pytest.mark.parametrize(
    ("ended", "now", "minutes"),
    [(2, 600, None), (3, 600, 23), (5, 600, 10), (9, 600, 1), (10, 600, None), (3, 0, None)],
)
def test_the_time_left_is_that_of_the_ring(ended: int, now: float, minutes: int | None) -> None:
    board = _board(**{f"s{n}": "101" for n in range(300)})
    board.step(2, 3, [f"s{n}" for n in range(10)], now=0)
    for n in range(ended):
        board.end(f"s{n}", "done")
    assert board.minutes_left(now) == minutes
    assert ("anneau 2/3" in summary(board, now=now, language="fr")) is True
    assert ("fin de l'anneau dans" in summary(board, now=now, language="fr")) is (minutes is not None)


def _shown(board: Board, *, width: int = 100, height: int = HEIGHT, color: bool = False, now: float = 30) -> list[str]:
    lines = render(board, now=now, width=width, height=height, language="fr", color=color)
    assert len(lines) == height
    for line in lines:
        assert Text.from_ansi(line).cell_len <= width
    return lines


def test_the_view() -> None:
    board = _board()
    board.begin("a", now=0)
    board.stage("a", "fetching", now=10, bytes=50 * 2**20, total=100 * 2**20)
    board.begin("c", now=20)
    board.end("b", "failed", "the setup answered -12")
    text = "\n".join(_shown(board))
    assert "postes 1/4, en échec 1, en cours 2" in text
    assert "a  téléchargement 50 % (50/100 MiB), 20 s" in text
    assert "101" in text
    assert "✗ b the setup answered -12" in text
    assert "\x1b" not in text
    assert "\x1b[" in "\n".join(_shown(board, color=True))


@pytest.mark.parametrize(("width", "height"), [(40, 1), (40, 3), (41, 5), (80, 8), (250, 11)])
def test_any_size_of_terminal(width: int, height: int) -> None:
    board = _board(**{f"a-very-long-name-of-a-station-{n:04}": f"Salle très longue {n % 30}" for n in range(1000)})
    for n in range(1000):
        board.begin(f"a-very-long-name-of-a-station-{n:04}", now=0)
    board.end("a-very-long-name-of-a-station-0003", "failed", "why " * 100)
    _shown(board, width=width, height=height)


def test_hostile_names_stay_text() -> None:
    board = _board(**{HOSTILE: HOSTILE})
    board.begin(HOSTILE, now=0)
    board.stage(HOSTILE, "reading", now=0)
    board.begin("other", now=0)
    board.end("other", "failed", HOSTILE)
    for color in (False, True):
        text = "\n".join(_shown(board, color=color))
        assert "[bold red]x[/]" in text
        for character in ("\x1b]", "\x1b[2J", "\x07", "\r", "\u202e", "\u200b", "\x9b"):
            assert character not in text
    assert "\x1b" not in summary(board, now=0, language="fr")


def test_a_new_play_begins_anew() -> None:
    board = _board()
    board.end("a", "done")
    board.play({"z": ""}, now=9, check=True)
    assert (board.rooms, board.ends, board.check) == ({"z": ""}, {}, True)
