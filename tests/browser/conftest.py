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

from ansible_collections.rentree.pronote.plugins.plugin_utils._report import render_html  # noqa: E402

from tests.browser.chromium import chromium, require_chromium  # noqa: E402
from tests.browser.sample import Sample, sample  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report in a file, and what it was made from."""

    data: dict[str, Any]
    html: Path


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A report in a page. ``said``: every console message and error; ``asked``: every address but the file's own."""

    page: Page
    report: Report
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Opened]


def _report(made: Sample, folder: Path) -> Report:
    path = folder / "audit.html"
    path.write_text(render_html(made.report, trends=made.history.trend, commands=made.commands), encoding="utf-8")
    return Report(data=made.report, html=path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    require_chromium()
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
    """Ten thousand stations of fifty schools, after two audits."""
    folder = tmp_path_factory.mktemp("large")
    return _report(sample(folder, schools=50, rooms=10, stations=20, days=2), folder)


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
