"""Pages and tables in a language that nobody speaks: no word of ours is without marks; in French, none is English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.table import render_board
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.write import render_board_page
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.table import render_table
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import Words

from tests import pseudo
from tests.browser import boards
from tests.browser.boards import PACES, a_board
from tests.browser.sample import sample

_LANGUAGES = {"nobody's": pseudo.words(), "fr": catalogue("fr")}


def _board(words: Words, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    # What is made with the words of French is made with these.
    monkeypatch.setattr(boards, "catalogue", lambda _language: words)
    return a_board()


def _foreign(texts: Sequence[str], language: str, data: set[str]) -> list[str]:
    """What is not of the language: words without marks, or texts of the sources that French has another text for."""
    assert any("⟦" in text for text in texts) == (language != "fr")
    if language != "fr":
        return [each for text in texts for each in pseudo.unmarked(text, data)]
    shown = [" ".join(line.split()) for text in texts for line in text.splitlines()]
    return sorted(text for text in pseudo.said("en") - pseudo.said("fr") if any(text in line for line in shown))


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_board(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = _LANGUAGES[language]
    board = _board(words, monkeypatch)
    page = pseudo.page_text(render_board_page(board, words=words).encode())
    table = render_board(board["schools"], words=words, width=4000, color=False)
    counted = {"people", "teachers", "pupils", "guardians", "others"}
    data = {"PRONOTE", *counted, "Claude Martin", "proviseure", *PACES, *(name for name, _ in PACES.values())}
    assert _foreign([page, table], language, data) == []


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_report(language: str, tmp_path: Path) -> None:
    words = _LANGUAGES[language]
    made = sample(tmp_path, schools=2, rooms=2, stations=6, days=4, hostile=False)
    page = render_html(made.report, trends=made.history.trend, commands=made.commands, words=words)
    table = render_table(made.report["stations"], words=words, width=4000, color=False)
    # The sample's stations have reasons of an earlier release, which are shown as they are.
    kept = ("station", "room", "school", "school_name", "reason", "reason_fr", "remedy")
    names = {r[name] for r in made.report["stations"] for name in kept if r.get(name)}
    # As the sample's stations say themselves.
    names |= {"Windows 11 Pro 23H2", "C:"}
    assert _foreign([pseudo.page_text(page.encode()), table], language, {"PRONOTE", *names}) == []
