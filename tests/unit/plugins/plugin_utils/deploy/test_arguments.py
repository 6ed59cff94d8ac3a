"""What the arguments of the action become: until when a station may be restarted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import arguments as _client_arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.arguments import ARGUMENT_SPEC, request_from
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.hours import Hours

# A Wednesday, 19:00 in Paris.
_NOW = dt.datetime(2026, 11, 25, 18, 0, tzinfo=dt.UTC)
_EVENINGS = [{"days": ["mon", "tue", "wed"], "from": "18:00", "to": "22:00"}]
_MORNINGS = [{"days": ["wed"], "from": "06:00", "to": "07:00"}]


def _until(monkeypatch: pytest.MonkeyPatch, **given: Any) -> dt.datetime | None:
    class AtSeven(Hours):
        @classmethod
        def read(cls, windows: Any, *, timezone: str, seconds: float) -> Hours:
            return replace(Hours.read(windows, timezone=timezone, seconds=seconds), now=lambda: _NOW)

    monkeypatch.setattr(_client_arguments, "Hours", AtSeven)
    defaults = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    needed = {"release": "2026.2.7", "depot": "http://depot/", "releases": {}}
    arguments = {**defaults, **needed, "timezone": "Europe/Paris", "reboot": "in_window", **given}
    return request_from(arguments, "poste").goal.restarts.until


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"windows": _EVENINGS}, "2026-11-25T21:00:00+00:00"),
        ({"windows": _MORNINGS}, None),
        ({"windows": []}, None),
    ],
)
def test_a_restart_keeps_to_the_window_that_is_open(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], until: str | None
) -> None:
    found = _until(monkeypatch, **given)
    assert found == (None if until is None else dt.datetime.fromisoformat(until))
