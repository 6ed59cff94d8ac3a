from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rentree.pronote.plugins.modules import kosmos_export_info

from tests.unit.exports import SECRETS, UAI, Somebody, clear_export, identifier, school

_KEY = "a key of the vault, long enough"


def _run(capsys: pytest.CaptureFixture[str], **arguments: Any) -> tuple[int, dict[str, Any]]:
    """Exit code and result of the module's entry point; nobody is named in anything it prints."""
    with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
        kosmos_export_info.main()
    shown = capsys.readouterr()
    printed = (shown.out + shown.err).lower()
    assert not [secret for secret in SECRETS if secret in printed]
    assert _KEY not in printed
    result: dict[str, Any] = json.loads(shown.out)
    return int(ended.value.code or 0), result


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "IdPN_To_Kosmos.xml"
    shared = Somebody("Eleve", "TARNEAU", "Ardoisie", identifier(0), "2013-01-01")
    path.write_text(clear_export([*school(), shared]), encoding="utf-8")
    return path


def test_every_documented_value_is_returned(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documented = set(re.findall(r"(?m)^(\w+):$", kosmos_export_info.RETURN))
    assert documented == {"operation", "state", "findings", "evidence", "export", "comparison"}
    code, result = _run(capsys, path=str(export), uai=UAI.lower(), year=2026)
    assert documented <= set(result)
    assert (code, result["changed"], result["state"]) == (0, False, "in_doubt")
    assert [finding["code"] for finding in result["findings"]] == ["ids_shared"]


def test_check_mode_says_the_same_and_writes_nothing(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = export.parent
    asked = {"fingerprint_dest": f"{folder}/f.json", "details_dest": f"{folder}/d.csv", "fingerprint_key": _KEY}
    _, planned = _run(capsys, path=str(export), _ansible_check_mode=True, **asked)
    assert list(folder.iterdir()) == [export]
    _, done = _run(capsys, path=str(export), **asked)
    assert {**planned, "invocation": None} == {**done, "invocation": None}
    assert sorted(path.name for path in folder.iterdir()) == ["IdPN_To_Kosmos.xml", "d.csv", "f.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"uai": "garbage"}, "'garbage' is not a UAI"),
        ({"newer_than": "hier"}, "'hier' is not a date"),
        ({"fingerprint_key": "short"}, "16 characters at least"),
        ({"previous_fingerprint": "/x"}, "fingerprint_key"),
        ({"previous": "/x", "previous_fingerprint": "/y", "fingerprint_key": _KEY}, "mutually exclusive"),
        ({"details_dest": "/nowhere/d.csv"}, "/nowhere"),
    ],
)
def test_what_the_admin_got_wrong_is_an_error(
    export: Path, capsys: pytest.CaptureFixture[str], arguments: dict[str, str], words: str
) -> None:
    code, result = _run(capsys, path=str(export), **arguments)
    assert (code, result["failed"]) == (1, True)
    assert words in result["msg"]


def test_without_defusedxml_it_says_so(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kosmos_export_info, "HAS_DEFUSEDXML", False)
    code, result = _run(capsys, path=str(export))
    assert code == 1
    assert "defusedxml" in result["msg"]
