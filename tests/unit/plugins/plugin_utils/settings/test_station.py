"""The client that a shortcut leads to, on a station that has several."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings import proposal as _proposal
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import ConnectionSettings
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.proposal import SettingsRequest, proposing
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult, Reading, drive
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState

from tests.unit.states import station_state

_X86, _X64 = r"C:\Program Files (x86)\P\Client PRONOTE.exe", r"C:\Program Files\P\Client PRONOTE.exe"


def _client(release: str | None, path: str, condition: Any = "ok") -> Installation:
    return Installation(
        year=2026,
        release=Release.parse(release) if release else None,
        arch=None,
        condition=condition,
        name="Client PRONOTE 2026",
        path=path,
        product_code=None,
        uninstall_string=None,
        view=None,
    )


_NONE_THERE = CommandResult(code=0, stdout=b"<<settings>>\r\n<<shortcut>>\r\n<<desktop>>\r\n", stderr=b"")


@pytest.mark.parametrize(
    "clients",
    [
        [_client("2026.1.3", _X86), _client("2026.2.7", _X64)],
        [_client(None, _X86, "version_unreadable"), _client("2026.2.7", _X64)],
        [_client("2026.2.7", _X64), _client("2026.3.1", _X86)],
        [_client("2026.1.3", _X64)],
        [_client(None, _X64, "version_unreadable")],
    ],
)
def test_a_shortcut_leads_to_the_release_of_the_server(
    monkeypatch: pytest.MonkeyPatch, clients: list[Installation]
) -> None:
    def probing(_product: object) -> Reading[StationState]:
        return station_state(clients)
        yield

    monkeypatch.setattr(_proposal, "probing", probing)
    request = SettingsRequest(
        product=PRONOTE_CLIENT,
        release=Release.parse("2026.2.7"),
        uai="0310001A",
        settings=ConnectionSettings(uai="0310001A", label="Lycée", address="a.invalid"),
    )
    result = drive(proposing(request), lambda _question: _NONE_THERE).result
    assert f'"{_X64}"' in result["diff"][0]["after"]
