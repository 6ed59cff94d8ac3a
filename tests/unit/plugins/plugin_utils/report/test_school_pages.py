"""An audit of more stations than a page holds is an index and a page per school: what the files are called and when
they go."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base import files
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.report import write
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.school_pages import is_school_page, school_page
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import ReportError, write_reports
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from lxml import html

from tests.browser.sample import HOSTILE, record

_AT = "2026-11-25T04:30:00Z"
_FR = catalogue("fr")


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page holds four stations, so that a test need not make thousands."""
    monkeypatch.setattr(write, "LARGEST", 4)


def _report(*schools: str, each: int = 3) -> dict[str, Any]:
    records = [
        record(f"pc-{n}-{m}", school=school, school_name=f"Lycée {n}", status="late" if m else "compliant")
        for n, school in enumerate(schools)
        for m in range(each)
    ]
    entries: Any = [{**row, "at": _AT, "since": _AT, "last_seen": None, "audited": True} for row in records]
    return document(entries, at=_AT, outcome=conclude(records), french=_FR)


def _write(folder: Path, report: dict[str, Any], name: str = "audit.html") -> dict[str, str]:
    return write_reports({"html": str(folder / name)}, report, trends={}, commands=Commands(inventories=()), words=_FR)


def _names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def _tree(page: bytes) -> Any:
    return html.fromstring(page)


def _links(file: Path) -> list[str]:
    return [a.get("href") for a in _tree(file.read_bytes()).iterfind(".//a") if a.get("href")[0] != "#"]


def test_each_school_has_its_page_and_they_lead_to_each_other(tmp_path: Path) -> None:
    index = tmp_path / "audit.html"
    assert _write(tmp_path, _report("0310001A", "0310002B")) == {"html": str(index)}
    pages = ["audit.etab-0310001a.html", "audit.etab-0310002b.html"]
    assert _names(tmp_path) == {"audit.html", *pages}
    assert _links(index) == pages
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o640}
    tree = _tree(index.read_bytes())
    # The verdict and the figures of all; no station.
    assert [each.text for each in tree.find_class("big")] == ["2 postes sur 6 à jour"]
    assert tree.find_class("plan") == []
    for n, page in enumerate(pages):
        assert _links(tmp_path / page) == ["audit.html"]
        tree = _tree((tmp_path / page).read_bytes())
        assert [each.text for each in tree.find_class("big")] == ["1 poste sur 3 à jour"]
        # The verdict is of the whole audit, and is the index's.
        assert tree.find_class("verdict") == []
        stations = [each.text for each in tree.iterfind(".//strong")]
        assert stations == [f"pc-{n}-{m}" for m in range(3)]
        assert tree.findtext(".//h1") == f"Audit du client PRONOTE\u00a0: Lycée {n}"


@pytest.mark.parametrize(("schools", "each"), [(("0310001A",), 40), (("0310001A", "0310002B"), 2)])
def test_few_stations_or_one_school_are_one_page(tmp_path: Path, schools: tuple[str, ...], each: int) -> None:
    _write(tmp_path, _report(*schools, each=each))
    assert _names(tmp_path) == {"audit.html"}


def test_pages_of_schools_that_are_gone_do_not_stay(tmp_path: Path) -> None:
    # Not ours: a board, another product's audit and its schools, a copy that somebody made, a folder's own file.
    others = {
        "rentree.html",
        "audit-edt_monoposte.html",
        "audit-edt_monoposte.etab-0310001a.html",
        "audit.etab-0310009z (copie).html",
        "audit.etab-.html",
        "audit.etab-0310001a.html.bak",
        "audit.json",
    }
    for name in others:
        (tmp_path / name).touch()
    _write(tmp_path, _report("0310001A", "0310002B", "somebody's"))
    made = {school_page("audit.html", school) for school in ("0310001A", "0310002B", "somebody's")}
    assert _names(tmp_path) == {"audit.html", *made, *others}
    _write(tmp_path, _report("0310001A", "0310003C"))
    made = {school_page("audit.html", school) for school in ("0310001A", "0310003C")}
    assert _names(tmp_path) == {"audit.html", *made, *others}
    # An audit of fewer stations is one page again, and nothing beside it says otherwise.
    _write(tmp_path, _report("0310001A", each=1))
    assert _names(tmp_path) == {"audit.html", *others}


def test_a_page_that_cannot_be_written_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, _report("0310001A", "0310002B"))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = files.write_atomically

    def full(path: Path, content: bytes, *, mode: int) -> None:
        if path.name == "audit.etab-0310003c.html":
            raise OSError(28, "No space left on device")
        kept(path, content, mode=mode)

    monkeypatch.setattr(write, "write_atomically", full)
    with pytest.raises(ReportError, match="No space left on device"):
        _write(tmp_path, _report("0310003C", "0310004D"))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("school", [*HOSTILE, "", ".", "..", "../../etc/passwd", "a/b", "CON", "é" * 300, "\udc80"])
def test_a_name_of_a_file_is_safe_whatever_a_school_is_called(school: str) -> None:
    name = school_page("audit.html", school)
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert name.startswith("audit.etab-")
    assert name.endswith(".html")
    assert len(name) < 80
    assert is_school_page("audit.html", name)


def test_no_two_schools_have_one_file() -> None:
    schools = ["0310001A", "0310001a", "0310001A ", "A B", "A-B", "a b", "À B", "", "x", "é" * 40, "é" * 41]
    assert len({school_page("audit.html", school) for school in schools}) == len(schools)


@pytest.mark.parametrize("index", ["audit.html", "audit", ".audit", "a.b.html", "audit.etab-0310001a.html"])
def test_any_name_of_an_index_has_its_pages(index: str) -> None:
    name = school_page(index, "0310001A")
    assert is_school_page(index, name)
    assert not is_school_page(index, index)
    assert not is_school_page(f"x{index}", name)


def test_a_report_with_a_link_of_a_hostile_school_leads_to_its_own_file(tmp_path: Path) -> None:
    _write(tmp_path, _report(*HOSTILE))
    assert set(_links(tmp_path / "audit.html")) == _names(tmp_path) - {"audit.html"}
    assert len(_names(tmp_path)) == len(HOSTILE) + 1
