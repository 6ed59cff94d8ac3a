from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.arguments import KINDS, asked, named


def _args(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(KINDS), "exports": [], **given}


def test_an_export_is_what_its_name_ends_in() -> None:
    found = named(_args(html="/a.html", exports=["/a.CSV", "/b/node.prom", "/junit.xml"]))
    assert found == {
        "path": None,
        "csv": "/a.CSV",
        "html": "/a.html",
        "prometheus": "/b/node.prom",
        "junit": "/junit.xml",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"exports": ["/audit.xlsx"]}, r"/audit\.xlsx ends neither in \.csv"),
        ({"exports": ["/csv"]}, "/csv ends neither"),
        ({"exports": ["/a.csv", "/b.csv"]}, r"/b\.csv and /a\.csv are of one kind"),
        ({"csv": "/a.csv", "exports": ["/b.csv"]}, r"/b\.csv and /a\.csv are of one kind"),
    ],
)
def test_an_export_that_cannot_be_written_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        named(_args(**given))


def test_what_reports_are_made_of_names_no_file() -> None:
    spec: dict[str, Any] = {
        "product": "pronote_client",
        "board": None,
        "outcome": None,
        "keep_days": 1,
        "fail_on": [],
        "store": "/s",
    }
    made = asked(_args(**spec, max_unreachable=50, max_unknown=5))
    assert made.keys() == {*spec, "max_unreachable", "max_unknown"}
