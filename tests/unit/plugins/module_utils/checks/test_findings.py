from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.checks.catalogue import FINDINGS
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import Report

_ROOT = Path(__file__).resolve().parents[5]
_STATES = {"": "done", "to_do": "to_do", "in_doubt": "in_doubt", "not_observable": "not_observable"}


@pytest.mark.parametrize("code", FINDINGS)
def test_a_finding_is_whole(code: str) -> None:
    finding = FINDINGS[code]
    assert finding.state in _STATES
    assert finding.severity in {"info", "warning", "error"}
    # What stands in the way is an error, and nothing else is.
    assert (finding.severity == "error") is (finding.state == "to_do")
    assert (finding.severity == "info") <= (finding.state == "")
    for text in filter(None, finding.text.source[:2]):
        assert re.search(r"[.})]$", text), text
        assert text[0].isupper() or text[0] == "{"
        assert "  " not in text


def test_every_finding_can_be_met_and_is_explained() -> None:
    explained = (_ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    assert [code for code in FINDINGS if f"`{code}`" not in explained] == []
    used = "".join(path.read_text(encoding="utf-8") for path in (_ROOT / "plugins").rglob("*.py"))
    # Some are put together from a prefix and what was found.
    composed = re.compile(
        r"ids_(absent|malformed|repeating|shared|lost|changed|reassigned)|login_tls_(expired|name|untrusted)"
    )
    once = [code for code in FINDINGS if used.count(f'"{code}"') < 2 and not composed.fullmatch(code)]
    assert once == []


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ([], "done"),
        (["export_bom"], "done"),
        (["ids_repeating"], "done"),
        (["file_no_permission"], "not_observable"),
        (["file_no_permission", "export_utf16"], "in_doubt"),
        (["export_utf16", "file_no_permission", "cas_off"], "to_do"),
    ],
)
def test_the_state_follows_from_the_findings(codes: list[str], state: str) -> None:
    report = Report(operation=5)
    for code in codes:
        report.find(code, path="/x", found="a", expected="b", n=1, lines="1")
    assert report.state == state
    shown = report.as_dict()
    assert set(shown) == {"operation", "state", "findings", "evidence"}
    assert [set(finding) for finding in shown["findings"]] == [{"code", "severity", "text"}] * len(codes)


def test_evidence_has_its_date_and_source() -> None:
    report = Report(operation=5)
    report.prove("cas_on", date="2026-08-28T09:12:00Z", source="https://x\x1b/", host="cas\n.example.org")
    assert report.as_dict()["evidence"] == [
        {
            "what": "CAS active towards cas\ufffd.example.org",
            "date": "2026-08-28T09:12:00Z",
            "source": "https://x\ufffd/",
        }
    ]


def test_values_are_no_templates() -> None:
    report = Report(operation=2)
    report.find("file_absent", path="{path.__class__}")
    assert "{path.__class__}" in report.as_dict()["findings"][0]["text"]


def test_long_values_are_cut() -> None:
    report = Report(operation=2)
    report.find("file_absent", path="x" * 10_000)
    assert len(report.findings[0][1]) < 700
