"""Pages at night: dark on a screen whose system is, light on paper all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.checks import keep_picture, violations
from tests.browser.conftest import Open, Report
from tests.browser.sample import record

_GROUND = "getComputedStyle(document.body).backgroundColor"


def _light(page: Any) -> float:
    """Of the page's ground: 0 black, 255 white."""
    red, green, blue = (int(part) for part in page.evaluate(_GROUND)[4:-1].split(","))
    return (red + green + blue) / 3


@pytest.mark.parametrize("kind", ["small", "board"])
def test_a_page_is_as_dark_as_its_readers_system_and_paper_is_light(
    request: pytest.FixtureRequest, open_report: Open, kind: str
) -> None:
    report: Report = request.getfixturevalue(kind)
    assert _light(open_report(report, color_scheme="light").page) > 200
    page = open_report(report, color_scheme="dark").page
    assert _light(page) < 60
    keep_picture(page, f"{kind}-dark", whole=True)
    page.emulate_media(media="print")
    assert _light(page) > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_status_can_be_read_in_both(open_report: Open, tmp_path: Path, scheme: str) -> None:
    records = [record(f"pc-{n:02}", status=status) for n, status in enumerate(STATUSES)]
    at = "2026-11-25T04:30:00Z"
    entries: Any = [{**each, "at": at, "since": at, "last_seen": None, "audited": True} for each in records]
    data = document(entries, at=at, outcome=conclude(records), french=catalogue("fr"))
    path = tmp_path / "audit.html"
    path.write_text(
        render_html(data, trends={}, commands=Commands(inventories=()), words=catalogue("fr")), encoding="utf-8"
    )
    page = open_report(Report(data=data, html=path), color_scheme=scheme, bypass_csp=True).page
    page.add_style_tag(content=".room{content-visibility:visible!important}")
    # Each has a ground of its own, or a line around it, and axe measures what is written on it.
    looks = page.eval_on_selector_all(
        ".plan summary",
        "all => all.map(e => (s => [s.backgroundColor, s.borderStyle, s.color].join())(getComputedStyle(e)))",
    )
    assert len(set(looks)) == len(STATUSES)
    assert violations(page) == []
    keep_picture(page, f"statuses-{scheme}", whole=True)
