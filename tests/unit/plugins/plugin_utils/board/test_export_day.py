"""Operation 6 is about this year's base: an export of before operation 3 is of last year's."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.server.request import HostedOptions
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attest import attest_or_revoke
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.look import Sources, boards
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.schools import SETTINGS_SPEC, settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.exports import UAI, envelope


def _codes(tmp_path: Path, *, initialised: str) -> list[str]:
    """What is found of an export of the 28th of August."""
    export, store = tmp_path / "export.xml", str(tmp_path / "state.sqlite3")
    export.write_text(envelope(), encoding="utf-8")
    made = dt.datetime(2026, 8, 28, 9, 12, tzinfo=dt.UTC).timestamp()
    os.utime(export, (made, made))
    if initialised:
        request: dict[str, Any] = {"school": UAI, "year": 2026, "operation": 3, "name": "X", "role": "Y"}
        more: dict[str, Any] = {
            "date": initialised,
            "evidence": None,
            "state": "attested",
            "reason": "",
            "store": store,
        }
        attest_or_revoke(**request, **more, check=False)
    school = {"pronote_uai": UAI, "pronote_server_url": "http://127.0.0.1:1/pronote/"}
    variables = {"ansible_play_hosts_all": ["pc"], "hostvars": {"pc": school}}
    options = {"year": 2026, **{name: spec.get("default") for name, spec in SETTINGS_SPEC.items()}}
    sources = Sources(
        store=store,
        inventory=frozenset(),
        depot="",
        releases={},
        server=HostedOptions(cache_dir=str(tmp_path / "cache")),
        words=catalogue("en"),
    )
    (board,) = boards(settings(variables, {**options, "export_path": str(export)}), sources)
    six = board["operations"][5]
    return [finding["code"] for finding in six["findings"]]


@pytest.mark.parametrize(("initialised", "old"), [("2026-08-26", False), ("2026-08-30", True), ("", False)])
def test_an_export_counts_from_the_day_of_operation_3(tmp_path: Path, initialised: str, old: bool) -> None:
    assert ("file_old" in _codes(tmp_path, initialised=initialised)) is old
