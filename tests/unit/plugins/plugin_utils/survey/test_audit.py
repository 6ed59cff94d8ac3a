from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import ServedRelease
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.station import judge
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import InventoryError, UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import audit as _audit
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import errands
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Access
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.audit import audit_all
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.states import station_state

_SERVED = ServedRelease(release=Release.parse("2026.2.7"))


def _arguments(**own: Any) -> dict[str, Any]:
    place = {"uai": "0310001A", "school": "Lycée", "room": "CDI", "product": "pronote_client", "store": ""}
    asked = {"server_url": "", "release": "", "cache_dir": "cache", "ask_again": False, "timeout": 1.0}
    return {**place, **asked, **own}


def _resolved(name: str, **own: Any) -> Resolved:
    return Resolved(name=name, arguments=_arguments(**own), access=Access(host=name, approaches=()))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Every station is read at once, "off" is not there; the names, in their order."""
    # The one that has a process of its own asks its server, and keeps the answer.
    monkeypatch.chdir(tmp_path)
    names: list[str] = []

    def each(stations: Sequence[Station[Any]], told: Callable[[Any, Any], None], *, parallel: int) -> None:
        for station in stations:
            names.append(station.name)
            station.reading()
            off = UnreachableError("it is off", remedy="Switch it on.")
            told(station, off if station.name == "off" else station_state([]))

    monkeypatch.setattr(errands, "read_each", each)
    monkeypatch.setattr(_audit, "served_release", lambda *_args, **_kwargs: _SERVED)
    return names


def _told(*stations: Resolved) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}

    def told(name: str, result: dict[str, Any]) -> None:
        assert name not in found
        found[name] = result

    audit_all(stations, told, parallel=0, forks=2, connection=lambda name: name, words=catalogue("en"))
    return found


def test_each_station_is_told_once_whatever_it_is(read: list[str]) -> None:
    found = _told(
        Resolved(name="unread", arguments={}, error="uai: nothing"),
        Resolved(name="unfit", arguments=_arguments(), problem=InventoryError("no such option", remedy="Correct it.")),
        _resolved("on"),
        _resolved("off"),
        Resolved(name="apart", arguments=_arguments(), elsewhere="CredSSP"),
    )
    assert found["unread"] == {"failed": True, "msg": "uai: nothing"}
    kinds = {name: result["record"].get("kind", "") for name, result in found.items() if "record" in result}
    # The one apart has no connection here; what matters is that it was tried over its own.
    assert kinds == {"unfit": "configuration", "on": "", "off": "unreachable", "apart": "configuration"}
    assert [found[name]["record"]["status"] for name in ("on", "off")] == ["absent", "unreachable"]
    assert read == ["on", "off"]


def test_a_bug_met_with_one_station_is_told_of_it_alone(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(*args: Any, **place: Any) -> Any:
        if place["station"] == "odd":
            raise KeyError("nobody thought of it")
        return judge(*args, **place)

    monkeypatch.setattr(_audit, "judge", judged)
    found = _told(_resolved("odd"), _resolved("on"))
    assert found["odd"] == {"failed": True, "msg": "KeyError: 'nobody thought of it'"}
    assert found["on"]["record"]["status"] == "absent"
    assert read == ["odd", "on"]


def test_servers_are_asked_once_each_and_side_by_side(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2, timeout=20)
    asked: list[str] = []

    def served(uai: str, *_args: Any, **_kwargs: Any) -> ServedRelease:
        asked.append(uai)
        together.wait()
        return _SERVED

    monkeypatch.setattr(_audit, "served_release", served)
    schools = ["0310001A", "0310002B"]
    _told(*(_resolved(f"{uai}-{number}", uai=uai) for uai in schools for number in range(3)))
    assert sorted(asked) == schools
    assert len(read) == 6


def test_what_breaks_over_one_schools_server_stops_no_other_school(
    read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def served(uai: str, *_args: Any, **_kwargs: Any) -> ServedRelease:
        if uai == "0310002B":
            raise KeyError("nobody thought of it")
        return _SERVED

    monkeypatch.setattr(_audit, "served_release", served)
    found = _told(_resolved("there", uai="0310002B"), _resolved("here"))
    assert found["there"] == {"failed": True, "msg": "KeyError: 'nobody thought of it'"}
    assert found["here"]["record"]["status"] == "absent"
    assert read == ["here"]
