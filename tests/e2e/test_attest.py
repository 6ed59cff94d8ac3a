"""An attestation is for good: whoever is at a terminal reads it and agrees, and any other run says what it recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import in_language
from tests.e2e.playbook import ROOT, playbook_command, playbook_environment, run_playbook
from tests.e2e.typist import typed

_LINE = "0310001A, 2026: operation 3 (Base), attested by Claude Martin (proviseure), done on 2026-08-27"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """One school, of which no station is asked anything."""
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "hosts.yml").write_text(
        "pronote_stations: {hosts: {pc-01: {}}, vars: {pronote_uai: 0310001A}}\n", encoding="utf-8"
    )
    in_language(folder)
    return folder


def _variables(tmp_path: Path, **more: Any) -> tuple[str, str]:
    values = {"operation": 3, "year": 2026, "name": "Claude Martin", "role": "proviseure", "date": "2026-08-27", **more}
    given = {f"pronote_attest_{name}": value for name, value in values.items()}
    return "-e", json.dumps({**given, "pronote_state": str(tmp_path / "state.sqlite3")})


def _typed(inventory: Path, tmp_path: Path, *answers: tuple[str, str], **more: Any) -> str:
    command = playbook_command("attest", "-i", str(inventory), *_variables(tmp_path, **more))
    environment = {**playbook_environment(tmp_path / "results.jsonl"), "TERM": "xterm"}
    code, told = typed(command, answers, cwd=ROOT, env=environment)
    assert code == 0, told
    return " ".join(told.split())


def test_whoever_is_at_a_terminal_agrees_first(inventory: Path, tmp_path: Path) -> None:
    told = _typed(inventory, tmp_path, ("Record this? yes or no", "perhaps"), ("Record this?", "no"))
    assert told.index(_LINE) < told.index("Record this?")
    assert "neither yes nor no" in told
    assert "Nothing was recorded." in told
    assert not (tmp_path / "state.sqlite3").exists()

    told = _typed(inventory, tmp_path, ("Record this? yes or no", "yes"))
    assert "changed=1" in told
    # The same again adds nothing, and nobody is asked.
    assert "changed=0" in _typed(inventory, tmp_path)
    told = _typed(inventory, tmp_path, state="revoked", reason="mauvais fichier", confirmed=True)
    assert "what was attested is revoked by Claude Martin (proviseure): mauvais fichier" in told


def test_without_a_terminal_it_is_said(inventory: Path, tmp_path: Path) -> None:
    def played(*arguments: str) -> str:
        run = run_playbook("attest", *_variables(tmp_path), *arguments, inventory=inventory, work=tmp_path / "runs")
        return run.assert_code(0).output

    told = played("--check", "--diff")
    assert f"Would be recorded for good: {_LINE}" in told.splitlines()
    assert "+0310001A 2026 operation 3: Claude Martin (proviseure), 2026-08-27" in told
    assert not (tmp_path / "state.sqlite3").exists()
    assert f"Recorded for good: {_LINE}" in played().splitlines()
    assert "for good" not in played()
