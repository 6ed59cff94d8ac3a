"""The links of the documentation lead to files and headings that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.collection import ROOT

_PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - {ROOT / "CHANGELOG.md"})
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them: lower case, hyphens, letters of every language."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    made = {re.sub(r"[^\w\- ]", "", _LINK.sub("", heading).lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)">', text))


def _broken(page: Path) -> list[str]:
    found = []
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert _broken(page) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text(
        "# Où c'est (été)\n[x](#où-cest-été) [y](#ou) [z](b.md)\n```\n[w](nowhere)\n```\n", encoding="utf-8"
    )
    assert _broken(page) == ["#ou", "b.md"]
