from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.state import PlayProgress, end_of, summary
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.view import HEIGHT, render
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from rich.text import Text

HOSTILE = "s1\x1b[2J\x1b]0;owned\x07\r\n[bold red]x[/]\u202e\u200b\x9b31m"
"""Erases the screen, names the window, writes over the line, rich markup, right-to-left, and an 8-bit escape."""


def _progress(**rooms: str) -> PlayProgress:
    return PlayProgress.of_play(rooms or {"a": "101", "b": "101", "c": "102", "d": "102"}, now=0, check=False)


@pytest.mark.parametrize(
    ("result", "end"),
    [
        ({"action": "install", "changed": True}, "done"),
        ({"action": "none", "changed": False}, "right"),
        ({"action": "skip", "changed": False}, "skipped"),
        ({"changed": False}, "right"),
    ],
)
def test_ends(result: dict[str, Any], end: str) -> None:
    assert end_of(result) == end


def test_a_run_event_by_event() -> None:
    progress = _progress()
    assert summary(progress, now=0, words=catalogue("fr")) == "PRONOTE: postes 0/4"
    progress.begin("a", now=1)
    progress.begin("b", now=1)
    progress.stage("a", "installing", now=2)
    progress.stage("a", "no such stage", now=3)
    assert progress.at_work["a"].stage == "installing"
    progress.stage("a", "installing", now=5, bytes=50 * 2**20, total=100 * 2**20)
    # The same stage goes on: since when it does is kept.
    assert progress.at_work["a"].since == 2
    progress.end("b", "unreachable", "off\x1b[2J")
    progress.end("b", "right")
    # What a dying worker still said changes nothing.
    progress.stage("b", "reading", now=6)
    progress.begin("b", now=6)
    progress.begin("c", now=6)
    progress.leave("c")
    assert progress.by_room() == [("101", 1, 1, 2), ("102", 0, 0, 2)]
    assert list(progress.failures) == [("b", "off\N{REPLACEMENT CHARACTER}[2J")]
    assert summary(progress, now=7, words=catalogue("en")) == "PRONOTE: stations 1/4, unreachable 1, at work 1"
    progress.check = True
    assert summary(progress, now=7, words=catalogue("fr")).startswith("PRONOTE (simulation): ")


@pytest.mark.parametrize(
    ("ended", "now", "minutes"),
    [(2, 600, None), (3, 600, 23), (5, 600, 10), (9, 600, 1), (10, 600, None), (3, 0, None)],
)
def test_the_time_left_is_that_of_the_ring(ended: int, now: float, minutes: int | None) -> None:
    progress = _progress(**{f"s{n}": "101" for n in range(300)})
    progress.step(2, 3, [f"s{n}" for n in range(10)], now=0)
    for n in range(ended):
        progress.end(f"s{n}", "done")
    assert progress.minutes_left(now) == minutes
    assert ("anneau 2/3" in summary(progress, now=now, words=catalogue("fr"))) is True
    assert ("fin de l'anneau dans" in summary(progress, now=now, words=catalogue("fr"))) is (minutes is not None)


def _shown(
    progress: PlayProgress, *, width: int = 100, height: int = HEIGHT, color: bool = False, now: float = 30
) -> list[str]:
    lines = render(progress, now=now, width=width, height=height, words=catalogue("fr"), color=color)
    assert len(lines) == height
    for line in lines:
        assert Text.from_ansi(line).cell_len <= width
    return lines


def test_the_view() -> None:
    progress = _progress()
    progress.begin("a", now=0)
    progress.stage("a", "fetching", now=10, bytes=40 * 2**20, total=100 * 2**20)
    progress.stage("a", "fetching", now=20, bytes=50 * 2**20, total=100 * 2**20)
    progress.begin("c", now=20)
    progress.end("b", "failed", "the setup answered -12")
    text = "\n".join(_shown(progress))
    assert "postes 1/4, en échec 1, en cours 2" in text
    assert "a  téléchargement 50 % (50/100 MiB), 1.0 MiB/s, encore 0:50" in text
    assert "101" in text
    assert "✗ b the setup answered -12" in text
    assert "\x1b" not in text
    assert "\x1b[" in "\n".join(_shown(progress, color=True))


@pytest.mark.parametrize(("width", "height"), [(40, 1), (40, 3), (41, 5), (80, 8), (250, 11)])
def test_any_size_of_terminal(width: int, height: int) -> None:
    progress = _progress(
        **{f"a-very-long-name-of-a-station-{n:04}": f"Salle très longue {n % 30}" for n in range(1000)}
    )
    for n in range(1000):
        progress.begin(f"a-very-long-name-of-a-station-{n:04}", now=0)
    progress.end("a-very-long-name-of-a-station-0003", "failed", "why " * 100)
    _shown(progress, width=width, height=height)


def test_hostile_names_stay_text() -> None:
    progress = _progress(**{HOSTILE: HOSTILE})
    progress.begin(HOSTILE, now=0)
    progress.stage(HOSTILE, "reading", now=0)
    progress.begin("other", now=0)
    progress.end("other", "failed", HOSTILE)
    for color in (False, True):
        text = "\n".join(_shown(progress, color=color))
        assert "[bold red]x[/]" in text
        for character in ("\x1b]", "\x1b[2J", "\x07", "\r", "\u202e", "\u200b", "\x9b"):
            assert character not in text
    assert "\x1b" not in summary(progress, now=0, words=catalogue("fr"))


@pytest.mark.parametrize(
    ("told", "total", "shown"),
    [
        # One number has no pace; an earlier try's bytes are none of this one's.
        ([(10, 50)], 100, "50 % (50/100 MiB)"),
        ([(10, 50), (15, 60)], 100, "60 % (60/100 MiB), 2.0 MiB/s, encore 0:20"),
        ([(10, 0), (11, 0.25), (13, 0.75)], 1, "75 % (0.8/1.0 MiB), 0.2 MiB/s, encore 0:01"),
        # The depot could not resume: it began again.
        ([(10, 50), (20, 20), (22, 40)], 100, "40 % (40/100 MiB), 10 MiB/s, encore 0:06"),
        ([(10, 90), (20, 100)], 100, "100 % (100/100 MiB), 1.0 MiB/s"),
        # It stands still.
        ([(10, 50), (10, 50)], 100, "50 % (50/100 MiB)"),
        ([(10, 50), (20, 50)], 100, "50 % (50/100 MiB)"),
        ([(10, 0)], 100, "0:20"),
        # Nobody knows how much there is, or the lock file knows another file.
        ([(10, 50), (20, 150)], 0, "150 MiB, 10 MiB/s"),
        ([(10, 50), (20, 150)], 100, "150 MiB, 10 MiB/s"),
        ([(10, -5)], -1, "0:20"),
    ],
)
def test_bytes_pace_and_time_left(told: list[tuple[float, float]], total: int, shown: str) -> None:
    progress = _progress()
    for now, mib in told:
        progress.stage("a", "fetching", now=now, bytes=int(mib * 2**20), total=total * 2**20)
    (line,) = [line.rstrip() for line in _shown(progress) if line.startswith("  a  ")]
    assert line == f"  a  téléchargement {shown}"
    progress.stage("a", "installing", now=25)
    (line,) = [line.rstrip() for line in _shown(progress) if line.startswith("  a  ")]
    assert line == "  a  tâche en cours 0:05"


@pytest.mark.parametrize(
    ("product", "check", "line"),
    [
        ("", False, "PRONOTE: postes 0/4"),
        ("pronote_client", False, "PRONOTE: postes 0/4"),
        ("edt_monoposte", False, "EDT monoposte: postes 0/4"),
        ("edt_monoposte", True, "EDT monoposte (simulation): postes 0/4"),
        ("\x1b[2J", False, "PRONOTE: postes 0/4"),
    ],
)
def test_a_line_names_its_product(product: str, check: bool, line: str) -> None:
    progress = PlayProgress.of_play(_progress().stations, now=0, check=check)
    progress.product = product
    assert summary(progress, now=0, words=catalogue("fr")) == line


def test_a_play_that_is_over_foretells_nothing() -> None:
    progress = _progress()
    for name in "abc":
        progress.end(name, "done")
    assert "fin dans 1 min environ" in summary(progress, now=30, words=catalogue("fr"))
    assert summary(progress, now=None, words=catalogue("fr")) == "PRONOTE: postes 3/4, faits 3"
