"""The dashboard for Grafana asks for what the metrics have, and for all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import VERDICTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.labels import LAST
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.prometheus import render_prometheus

from tests.collection import ROOT
from tests.golden import FOLDER

_PAGE = ROOT / "docs/grafana/rentree_pronote.json"
_METRIC = re.compile(r"\b(rentree_pronote_\w+)(?:\{([^}]*)\})?")


def _written() -> dict[str, set[str]]:
    """Every metric that the product writes, with its labels."""
    report = json.loads((FOLDER / "audit.json").read_text(encoding="utf-8"))
    # A school whose server was seen at its release, as most are.
    report["schools"][0] |= {"release": "2026.2.7", "release_since": report["at"]}
    found: dict[str, set[str]] = {}
    for line in render_prometheus(report).splitlines():
        if metric := _METRIC.match(line):
            found.setdefault(metric[1], set()).update(re.findall(r'(\w+)="', metric[2]))
    return found


def _queries() -> Iterator[tuple[str, str]]:
    """Every query of the dashboard, with its legend."""
    board = json.loads(_PAGE.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"], target["legendFormat"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"], ""


def _panel(title: str) -> dict[str, Any]:
    board = json.loads(_PAGE.read_text(encoding="utf-8"))
    (found,) = [panel for panel in board["panels"] if panel["title"] == title]
    return dict(found)


def test_each_metric_and_label_that_it_asks_for_is_written() -> None:
    written = _written()
    for query, legend in _queries():
        metrics = _METRIC.findall(query)
        assert metrics, query
        for name, matchers in metrics:
            assert name in written, query
            assert set(re.findall(r"(\w+)\s*[=!]", matchers)) <= written[name], query
            assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= written[name], query
            grouped = {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(", ")}
            assert grouped <= written[name], query
        if asked := re.match(r"label_values\(.*, (\w+)\)$", query):
            assert asked[1] in written[metrics[0][0]], query


def test_each_metric_is_shown() -> None:
    shown = {name for query, _ in _queries() for name, _ in _METRIC.findall(query)}
    assert shown == set(_written())


def test_each_query_is_of_the_product_that_was_chosen() -> None:
    for query, _ in _queries():
        for name, matchers in _METRIC.findall(query):
            assert 'product="$product"' in matchers or query.endswith(", product)"), (query, name)


def test_values_are_named_and_all_of_them() -> None:
    values = (
        ("Verdict", set(VERDICTS)),
        ("Postes par état", set(STATUSES)),
        ("Dernier déploiement", set(LAST)),
    )
    for title, wanted in values:
        overrides = _panel(title)["fieldConfig"]["overrides"]
        assert {each["matcher"]["options"] for each in overrides} == wanted, title
    for query, _ in _queries():
        assert set(re.findall(r'status="(\w+)"', query)) <= set(STATUSES)


def test_what_the_table_shows_are_labels_of_its_metric() -> None:
    panel = _panel("Établissements")
    (names,) = [
        each["options"]["include"]["names"] for each in panel["transformations"] if each["id"] == "filterFieldsByName"
    ]
    labels = {name for name in names if not name.startswith("Value #")}
    assert labels <= _written()["rentree_pronote_server_release_info"]
    assert {name[-1] for name in set(names) - labels} <= {target["refId"] for target in panel["targets"]}
