"""Each assumption judged by itself, and the table against the page that it is of."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.ask import (
    ECHOED,
    QUOTED,
    Depot,
    Evidence,
    depot_line,
    parse_depot,
    quotes_line,
    tools_line,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.assumptions import ASSUMPTIONS, judge, verdict
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult

from tests.collection import ROOT

_PAGE = (ROOT / "docs/fidelity.md").read_text(encoding="utf-8")


def _outcome(key: str, **answers: Any) -> str:
    problems = answers.pop("problems", {})
    found = judge(Evidence(answers=answers, problems=problems))
    (outcome,) = [each.outcome for each in found if each.assumption.key == key]
    return outcome


def _tools(**parts: bytes) -> dict[str, Any]:
    return {"tools": parts}


def _depot(code: int, status: str = "", said: str = "", *, https: bool = False) -> dict[str, Any]:
    return {"depot": Depot(code=code, status=status, said=said, https=https)}


def test_the_page_names_for_each_row_what_asks_it() -> None:
    rows = dict(re.findall(r"^\| ([A-Z]\d+) \|(.*)", _PAGE, re.MULTILINE))
    keys = [each.key for each in ASSUMPTIONS]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(rows)
    settled = _PAGE.partition("## Settled")[2]
    of_open = {key for key in keys if f"\n| {key} |" not in settled}
    assert {key for key, row in rows.items() if "`rehearse.yml`" in row} == of_open
    (told,) = re.findall(r"Of the settled ones it looks at (.*?) too\.", _PAGE)
    assert set(re.findall(r"[A-Z]\d+", told)) == set(keys) - of_open


def test_a_station_that_said_nothing_settles_nothing() -> None:
    evidence = Evidence()
    assert {each.outcome for each in judge(evidence)} == {"not_settled"}
    assert verdict(judge(evidence), evidence) == "incomplete"


@pytest.mark.parametrize(
    ("key", "answers", "outcome"),
    [
        ("E2", _tools(echo=f"{ECHOED}\r\n".encode(), codepage=b"Page de codes active : 65001\r\n"), "held"),
        ("E2", _tools(echo=b"R\x82seau \x82?\r\n", codepage=b"Active code page: 850\r\n"), "contradicted"),
        ("E4", _tools(windows=b"HKEY_X\r\n    A    REG_SZ    b\r\n"), "held"),
        ("E4", _tools(windows=b"HKEY_X\r\n\tA\tREG_SZ\tb\r\n"), "contradicted"),
        ("E4", _tools(windows=b"ERROR: access is denied\r\n"), "not_settled"),
        ("E5", _tools(absent_key=b"1\r\n"), "held"),
        ("E5", _tools(absent_key=b"0\r\n"), "contradicted"),
        ("E6", _tools(environment=b"ProgramFiles=C:\\P\r\n", texts64=b"a", texts32=b"a"), "held"),
        ("E6", _tools(environment=b"ProgramFiles=C:\\P\r\n", texts64=b"a", texts32=b"b"), "contradicted"),
        ("E10", _tools(quoting=QUOTED.encode()), "held"),
        ("E10", _tools(quoting=QUOTED.replace("!OS!", "Windows_NT").encode()), "contradicted"),
        ("E11", _tools(environment=b"ProgramFiles=C:\\P\r\nProgramFiles(x86)=C:\\Q\r\n"), "held"),
        ("E11", _tools(environment=b"ProgramFiles=C:\\Q\r\nPROCESSOR_ARCHITEW6432=AMD64\r\n"), "contradicted"),
        ("W41", _tools(environment=b"TEMP=C:\\Users\\a\\T\r\nUSERPROFILE=C:\\Users\\a\r\n"), "held"),
        ("W41", _tools(environment=b"TEMP=D:\\A~1\\AppData\\Local\\Temp\r\nUSERPROFILE=C:\\Users\\a\r\n"), "held"),
        ("W41", _tools(environment=b"TEMP=C:\\Windows\\Temp\r\nUSERPROFILE=C:\\Users\\a\r\n"), "contradicted"),
        ("J10", _tools(options=b"000;7\r\n", version=b"curl 8.4.0 (Windows)"), "held"),
        ("J10", _tools(options=b";2\r\n", version=b"curl 7.55.1 (Windows)"), "contradicted"),
        ("J10", _tools(options=b";9009\r\n"), "contradicted"),
        ("J10", _tools(options=b"200;0\r\n"), "not_settled"),
        ("J12", _tools(digest=b"SHA256:\r\n" + b"ab" * 32 + b"\r\nOK\r\n"), "held"),
        ("J12", _tools(digest=b"SHA256: " + b"ab" * 32 + b"\r\n"), "contradicted"),
        ("J13", _tools(match=b"0\r\n", no_match=b"1\r\n"), "held"),
        ("J13", _tools(match=b"0\r\n", no_match=b"0\r\n"), "contradicted"),
        ("L3", _tools(msg=b"0\r\n", windows=b"    EditionID    REG_SZ    Core\r\n"), "held"),
        ("L3", _tools(msg=b"0\r\n", windows=b"    EditionID    REG_SZ    Education\r\n"), "contradicted"),
        ("W5", {"known": None}, "contradicted"),
        ("W6", {"accent": None}, "contradicted"),
        ("W7", {"problems": {"absent": "fault"}}, "contradicted"),
        ("W7", {"problems": {"absent": "refused"}}, "not_settled"),
        ("W8", {"known": {"Version": "10.0.19041.1"}}, "held"),
        ("W8", {"known": {"Version": "10.0.19041.1 (WinBuild)"}}, "contradicted"),
        ("W11", {"like": []}, "contradicted"),
        ("W14", {"console": [{"UserName": "a"}], "processes": []}, "contradicted"),
        ("W14", {"console": [], "processes": [{"Name": "Explorer.EXE", "SessionId": "2"}]}, "not_settled"),
        ("W40", {"networks": []}, "contradicted"),
        ("W40", {"networks": [{"NetworkCategory": "7"}]}, "contradicted"),
        ("E8", {"problems": {"processes": "refused"}, **_tools(processes=b"")}, "held"),
        ("E8", {"problems": {"processes": "refused"}, **_tools(processes=b"ERREUR")}, "contradicted"),
        ("J11", _depot(22, "404"), "held"),
        ("J11", _depot(0, "404"), "contradicted"),
        ("J11", _depot(22, ""), "contradicted"),
        ("J11", _depot(60, "", "curl: (60) schannel: CertGetCertificateChain 0x800B0109"), "held"),
        ("J11", _depot(35, "", "curl: (35) nothing"), "contradicted"),
        ("J20", _depot(22, ""), "contradicted"),
        ("N1", _depot(0, "200"), "contradicted"),
        ("N1", _depot(22, "407"), "contradicted"),
        ("N1", _depot(7), "contradicted"),
        ("N2", _depot(35, "", "curl: (35) schannel: (0x80092013) - hors connexion", https=True), "contradicted"),
        ("N2", _depot(60, "", "curl: (60) 0x800B0109", https=True), "not_settled"),
        ("N2", _depot(22, "404", https=True), "held"),
    ],
)  # fmt: skip
def test_an_assumption(key: str, answers: dict[str, Any], outcome: str) -> None:
    assert _outcome(key, **answers) == outcome


@pytest.mark.parametrize("output", [b"", b"404", b";x", b"40;22", b"404;22 x", b"404;22\r\n404;22"])
def test_an_answer_for_the_depot_that_is_none(output: bytes) -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        parse_depot(CommandResult(code=0, stdout=output, stderr=b""), https=False)


def test_lines_leave_nothing_behind() -> None:
    """Nothing is redirected to a file, made or deleted."""
    for line in (tools_line("require"), quotes_line(), depot_line("http://depot/p", "skip", "x.tmp")):
        quoted = re.sub(r'"[^"]*"', "", re.sub(r"\^.", "", line))
        assert set(re.findall(r"\d?>\s*(\w+)", quoted)) <= {"nul"}
        assert not re.search(r"\b(del|md|mkdir|rd|rmdir|copy|move|ren|add|create|delete|run)\b", quoted, re.IGNORECASE)


@pytest.mark.parametrize("depot", ["http://depot/a b", 'http://depot/"&calc', "http://u:p@depot/a"])
def test_an_address_that_needs_quoting_is_refused(depot: str) -> None:
    with pytest.raises(ValueError, match="is not an http:// or https:// address"):
        depot_line(depot, "require", "x.tmp")
