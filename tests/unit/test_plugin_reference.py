"""The reference in docs/plugins is what the plugins' documentation says."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.collection import ROOT
from tests.plugin_reference import FOLDER, KINDS, pages

_PAGES = cache(pages)


def test_every_page_is_what_would_be_made() -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    assert written == _PAGES(), "run python -m tests.plugin_reference and commit docs/plugins"


def test_no_kind_is_forgotten() -> None:
    kinds = {folder.name for folder in (ROOT / "plugins").iterdir() if list(folder.glob("[!_]*.py"))}
    # Actions are documented by their modules; the others are no plugins of their own.
    assert set(KINDS.values()) == kinds - {"action", "doc_fragments", "module_utils", "plugin_utils"}


@pytest.mark.parametrize("word", ["O", "V", "C", "M", "P", "RV"])
def test_no_markup_is_left(word: str) -> None:
    for name, text in _PAGES().items():
        assert not re.search(rf"\b{word}\([\w\"]", text), name


def test_links_lead_to_pages() -> None:
    for name, text in _PAGES().items():
        for target in re.findall(r"\]\(([^)]+)\)", text.partition("## Examples")[0]):
            assert target in _PAGES(), f"{name}: {target}"
