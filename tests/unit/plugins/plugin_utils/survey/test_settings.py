"""The client's settings of many stations: whom a server is asked for, who has a turn, what is said of the others."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import ConnectionSettings
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import settings as _settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved, checking
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.settings import ARGUMENT_SPEC, SettingsSurvey
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.turns import AGAIN, handed_over

_OFF = UnreachableError("it is off", remedy="Switch it on.").as_result()
_RIGHT = {"changed": False, "action": "none", "reason": "as they are to be", "warnings": []}


def _resolved(name: str, uai: str = "0310001A", **own: Any) -> Resolved:
    return Resolved(name=name, arguments=checking(ARGUMENT_SPEC)({"release": "2026.2.7", "uai": uai, **own}))


def test_a_server_is_asked_once_and_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2, timeout=20)
    asked: list[str] = []

    def ask(uai: str, *_args: Any, **_kwargs: Any) -> ConnectionSettings:
        asked.append(uai)
        together.wait()
        if uai == "0310002B":
            raise HostedServerError("https://b/", "it is suspended", remedy="Look.")
        return ConnectionSettings(uai=uai, label="Lycée", address="a.invalid")

    monkeypatch.setattr(_settings, "settings_of_school", ask)
    stations = [_resolved(f"{uai}-{n}", uai) for n in range(3) for uai in ("0310001A", "0310002B")]
    gone = _resolved("gone", "0310003C", state="absent")
    survey = SettingsSurvey([*stations, gone, Resolved(name="unread", arguments={}, error="uai: nothing")])
    # To take the settings away, nobody is asked.
    assert sorted(asked) == ["0310001A", "0310002B"]
    refused = survey.errand(stations[1])
    assert isinstance(refused, dict)
    assert (refused["kind"], refused["server"], refused["failed"]) == ("server", "https://b/", True)
    for station in (stations[0], gone):
        errand = survey.errand(station)
        assert not isinstance(errand, dict)
        assert errand.group == station.arguments["uai"]
        assert errand.result(UnreachableError("it is off", remedy="Switch it on.")) == _OFF


def test_what_is_wrong_with_one_schools_arguments_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_settings, "settings_of_school", lambda *_args, **_kwargs: None)
    survey = SettingsSurvey([_resolved("odd", release="newest")])
    with pytest.raises(ValueError, match="newest"):
        survey.errand(_resolved("odd", release="newest"))


def test_who_has_a_turn_and_what_is_said_of_the_others() -> None:
    survey = SettingsSurvey([Resolved(name="unread", arguments={}, error="uai: nothing")] * 20)
    turns = {
        name: (told["turn"], told["acts"])
        for name, result in {
            "off": _OFF,
            "failed": {"failed": True, "msg": "no"},
            "lacking": {**_RIGHT, "changed": True, "action": "write"},
            "right": {**_RIGHT, "warnings": ["an entry was left unread"]},
            **{f"empty-{n}": {**_RIGHT, "action": "skip", "reason": "it has no client of 2026"} for n in range(12)},
        }.items()
        for told in [survey.foreseen(name, result)]
    }
    assert {name: turn for name, turn in turns.items() if turn[0]} == {
        "off": (True, False),
        "failed": (True, False),
        "lacking": (True, True),
    }
    assert survey.idle == 13
    named = ", ".join(f"empty-{n}" for n in range(10))
    assert survey.lines() == [
        "1 of 20: the settings are as they are to be",
        f"{named} and 2 more: it has no client of 2026",
    ]
    assert survey.warnings() == ["right: an entry was left unread"]


@pytest.mark.parametrize(
    ("acts", "check", "waited", "told"),
    [
        (True, True, 9999.0, True),
        (True, False, 0.0, False),
        (False, False, AGAIN, True),
        (False, False, AGAIN + 1, False),
        (False, True, AGAIN + 1, True),
    ],
)
def test_a_turn_tells_what_was_found_unless_it_acts_or_that_was_long_ago(
    acts: bool, check: bool, waited: float, told: bool
) -> None:
    line = {"result": _OFF, "acts": acts, "read_at": 1000.0}
    assert handed_over(line, check=check, now=1000.0 + waited) == (_OFF if told else None)
