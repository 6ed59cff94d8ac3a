"""What all pages share: one place for colours, a policy by digests, and links to what is really beside them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages.page import neighbours, part
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages.titles import audit_title, board_title
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.make import audit_pages
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.collection import ROOT

_ROOMS = ROOT / "plugins/plugin_utils"
_COMMON = _ROOMS / "pages/templates/page.css"
_SHEETS = (_ROOMS / "report/templates/audit.css", _ROOMS / "board/templates/board.css")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)


@pytest.mark.parametrize("sheet", _SHEETS, ids=lambda sheet: sheet.name)
def test_every_colour_is_in_the_sheet_of_all_pages(sheet: Path) -> None:
    # An id (#hatch) is no colour: it stands before a brace, not after a colon.
    values = re.findall(r":([^;{}]+)[;}]", part(sheet))
    assert [value for value in values if _COLOUR.search(value) and "url(#" not in value] == []
    used = set(re.findall(r"var\((--[\w-]+)\)", part(sheet) + part(_COMMON)))
    defined = set(re.findall(r"(--[\w-]+):", part(sheet) + part(_COMMON)))
    assert used <= defined


def test_every_colour_is_used() -> None:
    root, _, rest = part(_COMMON).partition("}")
    everything = rest + "".join(part(sheet) for sheet in _SHEETS)
    names = re.findall(r"(--[\w-]+):", root)
    assert len(names) > 30
    assert [name for name in names if f"var({name})" not in everything] == []


def test_every_status_has_its_square_and_its_share_of_a_bar() -> None:
    sheet = part(_SHEETS[0])
    assert [name for name in STATUSES if f"\n.{name}{{background:" not in sheet] == []
    assert [name for name in STATUSES if not re.search(rf"svg \.f-{name}[{{,]", sheet)] == []


@pytest.mark.parametrize("sheet", _SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_is_written_twice(sheet: Path) -> None:
    def rules(text: str) -> set[str]:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        return {f"{name.strip()}{{{body}}}" for name, body in re.findall(r"([^{}@]+)\{([^{}]+)\}", text)}

    assert rules(part(sheet)) & rules(part(_COMMON)) == set()


def test_only_what_is_beside_a_page_is_linked(tmp_path: Path) -> None:
    page, folder = tmp_path / "reports/audit.html", tmp_path / "reports"
    folder.mkdir()
    names = ["javascript:alert(1).html", "//evil.example.org", "a b#c?d%20.html", "é.html"]
    wanted = [("self", str(page)), ("none", ""), ("not given", None), ("not there", str(folder / "gone.html"))]
    wanted += [("a folder", str(folder)), ("elsewhere", str(tmp_path / "rentree.html"))]
    for file in (page, tmp_path / "rentree.html", *(folder / name for name in names if "/" not in name)):
        file.touch()
    (folder / "sub").mkdir()
    wanted += [("sub", str(folder / "sub"))]
    wanted += [(name, str(folder / name)) for name in names if "/" not in name]
    found = neighbours(str(page), wanted)
    assert [title for title, _ in found] == [name for name in names if "/" not in name]
    for title, address in found:
        there = urlsplit(urljoin("https://schools.example.org/reports/audit.html", address))
        assert (there.scheme, there.netloc, there.query, there.fragment) == ("https", "schools.example.org", "", "")
        assert unquote(there.path) == f"/reports/{title}"


def test_a_page_that_is_given_relative_to_home_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rentree.html").touch()
    for page in ("audit.html", "~/audit.html", str(tmp_path / "audit.html")):
        for other in ("rentree.html", "~/rentree.html"):
            assert neighbours(page, [("x", other)]) == [("x", "rentree.html")]


def test_each_product_has_its_audit() -> None:
    pages = audit_pages("reports/audit.html", catalogue("fr"))
    assert pages[0] == ("Audit du client PRONOTE", "reports/audit.html")
    assert ("Audit\u00a0: EDT monoposte", "reports/audit-edt_monoposte.html") in pages
    assert len(pages) == len(PRODUCTS)
    assert {file for _, file in audit_pages(None, catalogue("en"))} == {""}


def test_titles_in_both_languages() -> None:
    assert audit_title("edt_monoposte", catalogue("en")) == "Audit: EDT monoposte"
    assert board_title(catalogue("fr")) == "Opérations de rentrée"
