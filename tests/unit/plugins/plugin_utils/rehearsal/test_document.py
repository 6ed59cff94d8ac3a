"""``rehearsal.json`` of a station that would like to be in it."""

from __future__ import annotations

import json

import jsonschema
import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.ask import Depot, Evidence
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.assumptions import judge
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.document import document, windows_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.made import valid_verdicts
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.collection import ROOT

_SCHEMA = json.loads((ROOT / "docs/rehearsal.schema.json").read_text(encoding="utf-8"))
_NAME = "Dupont"


def _evidence() -> Evidence:
    """Everything that a station can say has a name in it."""
    text = f"curl {_NAME} REG_SZ {_NAME}\r\n".encode()
    names = ("codepage", "echo", "quoting", "pages", "texts64", "texts32", "options", "version", "digest", "processes")
    tools = dict.fromkeys((*names, "match", "no_match", "absent_key", "absent_task", "no_link", "msg", "end"), text)
    values = ("CurrentBuildNumber", "EditionID", "DisplayVersion", "ReleaseId")
    tools["windows"] = "".join(f"    {name}    REG_SZ    {_NAME}\r\n" for name in values).encode()
    tools["environment"] = "".join(
        f"{name}={_NAME}\r\n" for name in ("TEMP", "USERPROFILE", "ProgramFiles", "PROCESSOR_ARCHITECTURE")
    ).encode()
    row = dict.fromkeys(("Version", "UserName", "Name", "ProcessId", "SessionId", "NetworkCategory"), _NAME)
    rows = {name: [row] for name in ("like", "processes", "console", "networks")}
    depot = Depot(code=60, status="", said=f"curl: (60) {_NAME}", https=True)
    return Evidence(answers={"tools": tools, "known": row, "absent": row, "accent": row, "depot": depot, **rows})


def test_what_a_station_says_is_not_in_it() -> None:
    evidence = _evidence()
    made = document(judge(evidence), evidence, at="2026-11-29T18:00:00Z", french=catalogue("fr"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(made)
    assert _NAME.lower() not in json.dumps(made).lower()
    assert made["kind"] == "0-other-other"


@pytest.mark.parametrize(
    ("windows", "environment", "kind"),
    [
        ((b"22631", b"EducationN"), b"PROCESSOR_ARCHITECTURE=AMD64", "22631-EducationN-x64"),
        ((b"19045", b"Core"), b"PROCESSOR_ARCHITECTURE=x86", "19045-Core-x86"),
        ((b"19045", b"Core"), b"PROCESSOR_ARCHITECTURE=x86\r\nPROCESSOR_ARCHITEW6432=ARM64", "19045-Core-arm64"),
        ((b"1" * 40, b"../../etc"), b"PROCESSOR_ARCHITECTURE=..", "0-other-other"),
    ],
)
def test_a_kind_is_fit_for_the_name_of_a_folder(windows: tuple[bytes, bytes], environment: bytes, kind: str) -> None:
    text = b"    CurrentBuildNumber    REG_SZ    %s\r\n    EditionID    REG_SZ    %s\r\n" % windows
    assert windows_of(Evidence(answers={"tools": {"windows": text, "environment": environment}}))["kind"] == kind


def test_a_verdict_that_is_none_is_refused() -> None:
    assert valid_verdicts(["contradicted"]) == ["contradicted"]
    with pytest.raises(ValueError, match="the verdicts are held, contradicted, incomplete"):
        valid_verdicts(["bad"])
