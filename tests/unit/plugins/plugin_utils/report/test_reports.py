"""The reports for programs and spreadsheets: to the byte, and as their real readers read them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import EXIT_CODES, VERDICTS, conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.charts import percent
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.prometheus import render_prometheus
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families

from tests.browser.sample import HOSTILE
from tests.collection import ROOT
from tests.golden import FOLDER, reports

_MADE = reports()
_SCHEMA = json.loads((ROOT / "docs/audit.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(_MADE))
def test_to_the_byte(name: str) -> None:
    kept = (FOLDER / name).read_bytes()
    assert _MADE[name] == kept, f"if this change is wanted: python -m tests.golden, then look at git diff {name}"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir() if not path.name.startswith(".")} == {*_MADE, "ends"}


def _json() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(_MADE["audit.json"])
    return report


def test_the_json_follows_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
    assert [error.message for error in jsonschema.Draft202012Validator(_SCHEMA).iter_errors(_json())] == []


def test_the_schema_names_every_key_and_status() -> None:
    report = _json()
    for data, schema in (
        (report, _SCHEMA),
        (report["run"], _SCHEMA["properties"]["run"]),
        (report["changes"], _SCHEMA["properties"]["changes"]["oneOf"][1]),
        (report["schools"][0], _SCHEMA["$defs"]["school"]),
        (report["stations"][0], _SCHEMA["$defs"]["station"]),
    ):
        assert set(data) == set(schema["properties"]) == set(schema["required"])
    assert _SCHEMA["$defs"]["status"]["enum"] == list(STATUSES)
    assert _SCHEMA["properties"]["verdict"]["enum"] == list(VERDICTS)
    assert _SCHEMA["properties"]["exit_code"]["enum"] == list(EXIT_CODES.values())


@pytest.mark.parametrize(
    ("key", "value"),
    [("schema", 3), ("at", "yesterday"), ("verdict", "fine"), ("counts", {}), ("changes", {}), ("exit_code", 2)],
)
def test_the_schema_refuses(key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_SCHEMA).validate({**_json(), key: value})


def test_the_json_of_an_audit_without_store_or_stations_follows_it_too() -> None:
    report = document([], at="2026-11-25T04:30:00Z", outcome=conclude([]), french=catalogue("fr"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(report)
    assert report["changes"] is None


def test_a_limited_audit_says_so_and_counts_both() -> None:
    report = _json()
    assert report["limited"] is True
    assert report["run"]["stations"] == sum(report["run"]["counts"].values()) == len(report["stations"]) - 2
    assert sum(report["counts"].values()) == len(report["stations"])
    assert [station["station"] for station in report["stations"] if not station["audited"]] == ["cdi-01", "s102-01"]
    # One as it was last known, and one that no audit has looked at: the oldest reading is a reading.
    assert report["oldest"] == "2026-11-24T04:30:00Z"
    assert [change["station"] for change in report["changes"]["vanished"]] == ["gone-01"]


def _csv(name: str = "audit.csv") -> list[list[str]]:
    assert _MADE[name].startswith(b"\xef\xbb\xbf")
    text = _MADE[name].decode("utf-8-sig")
    # Every line ends in CRLF, and none is inside a cell.
    assert text.count("\n") == text.count("\r\n") == len(_json()["stations"]) + 1
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


@pytest.mark.parametrize("name", ["audit.csv", "audit-en.csv"])
def test_the_csv_holds_every_station_and_no_formula(name: str) -> None:
    head, *rows = _csv(name)
    assert {len(row) for row in rows} == {len(head)}
    assert [row[5] for row in rows].count("late") == _json()["counts"]["late"]
    assert not [value for row in (head, *rows) for value in row if value.lstrip()[:1] in set("=+-@")]
    assert "'=cmd|' /C calc'!A0" in [row[3] for row in rows]


def test_the_metrics_are_what_prometheus_reads() -> None:
    text = _MADE["audit.prom"].decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    report = _json()
    stations = {(s.labels["school"], s.labels["status"]): s.value for s in families["rentree_pronote_stations"].samples}
    assert stations == {
        (school["school"], status): number
        for school in report["schools"]
        for status, number in school["counts"].items()
    }
    info = families["rentree_pronote_server_release_info"].samples
    assert [sample.labels["name"] for sample in info] == [school["name"] for school in report["schools"]]
    assert {family.type for family in families.values()} == {"gauge"}
    assert all(family.documentation for family in families.values())
    # Names of stations stay out of the monitoring.
    assert not any(name in text for name in (*HOSTILE, "s101-01"))
    verdicts = {s.labels["verdict"]: s.value for s in families["rentree_pronote_audit_verdict"].samples}
    assert verdicts == {"compliant": 0, "not_compliant": 1, "incomplete": 0}


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", 'x"} 1\nevil{a="', "a\\", "é"])
def test_no_label_gets_out_of_its_quotes(name: str) -> None:
    school = {**_json()["schools"][0], "name": name}
    families = list(text_string_to_metric_families(render_prometheus({**_json(), "schools": [school]})))
    names = {s.labels["name"] for f in families for s in f.samples if "name" in s.labels}
    assert names == {name}
    assert "evil" not in {family.name for family in families}


def test_the_junit_is_xml_with_one_case_per_station_of_the_run() -> None:
    root: Any = etree.fromstring(_MADE["audit.xml"])
    cases = root.findall("testsuite/testcase")
    run = [s for s in _json()["stations"] if s["audited"]]
    assert len(cases) == len(run) == int(root.get("tests"))
    assert {"<script>alert(1)</script>", "=cmd|' /C calc'!A0"} <= {case.get("name") for case in cases}
    for name, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        total = len(root.findall(f"testsuite/testcase/{name}"))
        assert total == int(root.get(attribute)) == sum(int(suite.get(attribute)) for suite in root)
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped")
    }


def test_every_status_has_a_sign_and_words_of_its_own() -> None:
    assert len({status.mark for status in STATUSES.values() if status.mark}) == len(STATUSES)
    for language in ("fr", "en"):
        assert len({catalogue(language).of(status.label) for status in STATUSES.values()}) == len(STATUSES)


@pytest.mark.parametrize(
    ("part", "total", "expected"), [(0, 0, 0), (0, 9, 0), (9, 9, 100), (1, 999, 1), (998, 999, 99), (1, 2, 50)]
)
def test_no_percentage_rounds_a_station_away(part: int, total: int, expected: int) -> None:
    assert percent(part, total) == expected
