"""The stations without an answer, as the page lists them."""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import record

_AT = "2026-11-25T04:30:00Z"


def test_those_silent_for_the_longest_come_first() -> None:
    """A station that was on yesterday is no worry."""
    seen = {"hier": "2026-11-24T04:30:00Z", "septembre": "2026-09-02T04:30:00Z", "jamais": None}
    seen["aussi-hier"] = seen["hier"]
    records = [record(name, status="unreachable") for name in seen]
    entries: Any = [
        {**each, "at": _AT, "since": _AT, "last_seen": seen[str(each["station"])], "audited": True} for each in records
    ]
    report = document(entries, at=_AT, outcome=conclude(records), french=catalogue("fr"))
    page = render_html(report, trends={}, commands=Commands(inventories=()), words=catalogue("fr"))
    listed = page[page.index("Postes sans réponse") :]
    order = sorted(seen, key=lambda name: listed.index(f">{name}<"))
    assert order == ["jamais", "septembre", "aussi-hier", "hier"]
