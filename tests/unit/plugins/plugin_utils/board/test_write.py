"""The board as a page: one file that loads nothing, whatever names are in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.board import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.write import render_board_page, write_board
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_HOSTILE = "<script>alert(1)</script>\"'\u202e{{ 7*7 }}"


def _board(text: str = "Lycée d'essai") -> dict[str, Any]:
    operation = {
        "operation": 3,
        "title": text,
        "state": "blocked",
        "blocked_by": [2],
        "responsible": text,
        "where": text,
        "next": text,
        "admin": text,
        "evidence": [{"what": text, "date": "2026-08-26", "source": text}],
        "findings": [{"code": "x", "severity": "warning", "text": f"{text}!"}],
    }
    school = {"school": "0310001A", "name": text, "year": 2026, "operations": [operation]}
    return document([school], at="2026-08-27T18:00:00Z")


class _Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_hostile_names_stay_text(language: str) -> None:
    page = render_board_page(_board(_HOSTILE), words=catalogue(language))
    tags = _Tags(page).tags
    plain = _Tags(render_board_page(_board(), words=catalogue(language))).tags
    assert [tag for tag, _ in tags] == [tag for tag, _ in plain]
    assert not [tag for tag, _ in tags if tag in {"script", "img", "iframe", "link", "form"}]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "src"]
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page
    assert dict(tags[0][1])["lang"] == language


def test_the_style_is_the_one_that_the_page_allows() -> None:
    page = render_board_page(_board(), words=catalogue("fr"))
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert found
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in page
    assert " style=" not in page
    # It has no script, and its policy allows none.
    assert "script" not in page


def test_what_a_person_reads() -> None:
    page = render_board_page(_board(), words=catalogue("fr"))
    for text in ("bloqué par 2", "rentrée 2026", "0 opération sur 8 faite", 'data-state="blocked"'):
        assert text in page
    assert "Aucun établissement" in render_board_page(document([], at="2026-08-27T18:00:00Z"), words=catalogue("fr"))


def test_files_are_written_for_those_who_read_reports(tmp_path: Path) -> None:
    places = {"path": str(tmp_path / "new/rentree.json"), "html": str(tmp_path / "new/rentree.html")}
    assert write_board(_board(), path=places["path"], html=places["html"], words=catalogue("fr")) == places
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "new").iterdir()} == {0o640}
    assert json.loads((tmp_path / "new/rentree.json").read_text(encoding="utf-8")) == _board()
    assert write_board(_board(), path="", html=None, words=catalogue("fr")) == {}


def test_the_audit_beside_it_is_linked(tmp_path: Path) -> None:
    page = tmp_path / "rentree.html"
    pages = [("Audit du client PRONOTE", str(tmp_path / "audit.html"))]
    for there in (False, True):
        if there:
            (tmp_path / "audit.html").touch()
        write_board(_board(), path=None, html=str(page), words=catalogue("fr"), pages=pages)
        links = [attributes["href"] for tag, attributes in _Tags(page.read_text(encoding="utf-8")).tags if tag == "a"]
        assert ("audit.html" in links) == there
        assert [link for link in links if not (link or "").startswith("#")] == ["audit.html"] * there
