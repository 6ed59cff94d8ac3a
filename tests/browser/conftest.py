"""One Chromium for all browser tests; a page's console errors and requests fail its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.board.write import write_board  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages.titles import audit_title, board_title  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html, write_reports  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

from tests.browser.boards import PACES, a_board  # noqa: E402
from tests.browser.checks import SHOTS  # noqa: E402
from tests.browser.chromium import chromium, require_chromium  # noqa: E402
from tests.browser.sample import Sample, sample  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass(frozen=True, kw_only=True)
class Report:
    """A page in a file (a report or a board), and what it was made from."""

    data: dict[str, Any]
    html: Path


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page that is shown. ``said``: every console message and error; ``asked``: every address but the file's own."""

    page: Page
    report: Report
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Opened]


def _report(made: Sample, folder: Path) -> Report:
    path = folder / "audit.html"
    path.write_text(
        render_html(made.report, trends=made.history.trend, commands=made.commands, words=catalogue("fr")),
        encoding="utf-8",
    )
    return Report(data=made.report, html=path)


def _board(folder: Path, *schools: str, hostile: bool = False, language: str = "fr") -> Report:
    data = a_board(*schools, hostile=hostile, language=language)
    written = write_board(data, path=None, html=str(folder / "rentree.html"), words=catalogue(language))
    return Report(data=data, html=Path(written["html"]))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    require_chromium()
    SHOTS.mkdir(parents=True, exist_ok=True)
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Three schools, two hundred stations and seven that mean harm, after three weeks of audits."""
    folder = tmp_path_factory.mktemp("report")
    return _report(sample(folder), folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One school, as most who read it have."""
    folder = tmp_path_factory.mktemp("small")
    return _report(sample(folder, schools=1, rooms=4, stations=15, days=21, done=0.62, hostile=False), folder)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two thousand one hundred stations of twenty-one schools, after two audits: an index and a page per school."""
    folder = tmp_path_factory.mktemp("large")
    made = sample(folder / "work", schools=21, rooms=5, stations=20, days=2, hostile=False)
    html = folder / "audit.html"
    write_reports(
        {"html": str(html)},
        made.report,
        trends=made.history.trend,
        commands=made.commands,
        words=catalogue("fr"),
    )
    return Report(data=made.report, html=html)


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Four schools at four paces."""
    return _board(tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="session", params=list(PACES))
def one_board(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One school, as the head of a school sees it: each of the four."""
    return _board(tmp_path_factory.mktemp("one"), request.param)


@pytest.fixture(scope="session")
def college(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The collège in the middle of its year, for the picture of the documentation."""
    return _board(tmp_path_factory.mktemp("college"), "0310002B")


@pytest.fixture(scope="session")
def hostile_board(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Schools, persons, sources and findings that mean harm."""
    return _board(tmp_path_factory.mktemp("hostile"), hostile=True)


@pytest.fixture(scope="session")
def english_board(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return _board(tmp_path_factory.mktemp("english"), language="en")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """An audit and a board in one folder, written one after the other until each knows the other."""
    folder = tmp_path_factory.mktemp("pair")
    made = sample(folder / "work", schools=1, rooms=2, stations=4, days=2, hostile=False)
    data = a_board("0310001A")
    # A name that a browser would take for a scheme, a folder or a fragment were it not quoted.
    audit, rentree = folder / "audit: 100% #1?.html", folder / "rentrée.html"
    pages = [(audit_title("pronote_client", catalogue("fr")), str(audit)), (board_title(catalogue("fr")), str(rentree))]
    for _ in range(2):
        write_reports(
            {"html": str(audit)},
            made.report,
            trends=made.history.trend,
            commands=made.commands,
            words=catalogue("fr"),
            pages=pages,
        )
        write_board(data, path=None, html=str(rentree), words=catalogue("fr"), pages=pages)
    return Report(data=made.report, html=audit), Report(data=data, html=rentree)


@pytest.fixture
def open_report(browser: Browser) -> Iterator[Open]:
    """Open a report; at the end of the test nothing may have been complained about or asked from anywhere."""
    with ExitStack() as stack:
        opened: list[Opened] = []

        def show(report: Report, *, width: int = 1280, height: int = 900, **options: Any) -> Opened:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR", **options)
            stack.callback(context.close)
            page = context.new_page()
            here = Opened(page=page, report=report)
            page.on("console", lambda message: here.said.append(message.text))
            page.on("pageerror", lambda error: here.said.append(str(error)))
            page.on("dialog", lambda dialog: here.said.append(f"dialog: {dialog.message}"))
            address = report.html.as_uri()
            page.on("request", lambda r: here.asked.append(r.url) if r.url.split("#")[0] != address else None)
            page.goto(address)
            opened.append(here)
            return here

        yield show
        for here in opened:
            assert here.said == []
            assert here.asked == []
