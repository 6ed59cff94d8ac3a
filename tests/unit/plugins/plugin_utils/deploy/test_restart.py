"""A restart as the controller sees it, with the station's answers played back."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restart import restart
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import Restarts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import CredentialsRefusedError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation


class _Station:
    """It restarts between two looks, so quickly that no look ever fails; its shell is gone all the same."""

    def __init__(self) -> None:
        self.boots = ["2026-11-25T08:00:00Z", "2026-11-25T20:00:00Z"]
        self.shell = True

    def get(self, _class_name: str) -> dict[str, str]:
        if len(self.boots) == 1 and self.refusals:
            self.refusals -= 1
            raise CredentialsRefusedError("refused", remedy="Check.")
        return {"LastBootUpTime": self.boots.pop(0) if len(self.boots) > 1 else self.boots[0]}

    refusals = 0

    def query(self, _wql: str) -> list[Any]:
        return []

    def run(self, _command: str, **_more: Any) -> CommandResult:
        self.shell = False
        return CommandResult(code=0, stdout=b"", stderr=b"")

    def close(self) -> None:
        self.shell = True


def test_a_station_that_was_quick_gets_a_new_shell() -> None:
    station = _Station()
    assert restart(cast(WinrmStation, station), Restarts(delay=0), poll=0) is None
    assert station.shell


def test_a_station_that_knows_nobody_yet_is_waited_for() -> None:
    station = _Station()
    station.refusals = 3
    assert restart(cast(WinrmStation, station), Restarts(delay=0), poll=0) is None
    station = _Station()
    station.refusals = 100
    with pytest.raises(CredentialsRefusedError):
        restart(cast(WinrmStation, station), Restarts(delay=0), poll=0)
    assert station.refusals > 90
