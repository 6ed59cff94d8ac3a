"""Read a scenario: schools, rooms, stations, releases. Data only; ``lab.py`` brings it to life."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = [
    "ReleaseSpec",
    "RoomSpec",
    "Scenario",
    "SchoolSpec",
    "StationSpec",
    "load_scenario",
    "scenario_from_data",
]


@dataclass(frozen=True, kw_only=True)
class SchoolSpec:
    """A school with its hosted server. ``mode`` is one of ``tests.lab.web.hosted``'s."""

    uai: str
    group: str
    name: str
    release: str
    mode: str = "ok"
    cas: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseSpec:
    """An installer that the lab builds. ``options`` are the stand-in installer's own.

    ``preview``: the download site has it on its page of pre-releases.
    """

    release: str
    arch: str = "x64"
    preview: bool = False
    product: str = "pronote_client"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StationSpec:
    """A station: where it is, and ``options`` that its back end understands."""

    name: str
    address: str  # the last two bytes, after the lab's network
    power: str = "on"
    mac: str = ""  # lower case with colons
    wakes: bool = True  # whether its card wakes it (off in the firmware otherwise)
    auth: tuple[str, ...] = ("basic", "ntlm", "certificate")
    allow_unencrypted: bool = True
    cbt: str = "relaxed"  # CbtHardeningLevel over HTTPS; or "strict"
    stranger: str = ""  # what answers at its address instead of WinRM (tests/lab/wsman/strangers.py)
    quotas: dict[str, int] = field(default_factory=dict)
    accounts: tuple[dict[str, str], ...] = ()
    faults: tuple[dict[str, Any], ...] = ()
    edt: bool = False  # timetables are made here: in the group pronote_edt_stations too
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RoomSpec:
    """A room of a school."""

    group: str
    name: str
    school: str
    stations: tuple[StationSpec, ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything a lab is built from. ``clock``: station seconds in one real second; ``depot``: its server's limits."""

    schools: tuple[SchoolSpec, ...]
    rooms: tuple[RoomSpec, ...]
    releases: tuple[ReleaseSpec, ...]
    accounts: tuple[dict[str, str], ...]
    clock: float = 1.0
    depot: dict[str, int] = field(default_factory=dict)
    # The folder with the stations' keytabs, "<name>.keytab", of those whose ``auth`` has "kerberos".
    keytabs: Path | None = None

    @property
    def stations(self) -> list[tuple[RoomSpec, StationSpec]]:
        return [(room, station) for room in self.rooms for station in room.stations]


_STATION_KEYS = {
    *("name", "address", "power", "mac", "wakes", "auth", "allow_unencrypted", "quotas", "accounts", "faults", "edt"),
    *("cbt", "stranger"),
}


def _station(data: dict[str, Any]) -> StationSpec:
    own: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key in _STATION_KEYS
    }
    own["address"] = str(own["address"])
    return StationSpec(**own, options={key: value for key, value in data.items() if key not in _STATION_KEYS})


def scenario_from_data(data: dict[str, Any]) -> Scenario:
    """Build a scenario from plain data. Unknown keys raise TypeError, two stations of one address ValueError."""
    rooms = tuple(
        RoomSpec(
            group=room["group"],
            name=room["name"],
            school=str(room["school"]),
            stations=tuple(_station(station) for station in room["stations"]),
        )
        for room in data["rooms"]
    )
    addresses = Counter(station.address for room in rooms for station in room.stations)
    if twice := sorted(address for address, times in addresses.items() if times > 1):
        raise ValueError(f"several stations have the address {', '.join(twice)}")
    return Scenario(
        schools=tuple(SchoolSpec(**{**school, "uai": str(school["uai"])}) for school in data["schools"]),
        rooms=rooms,
        releases=tuple(ReleaseSpec(**release) for release in data["releases"]),
        accounts=tuple(data["accounts"]),
        clock=float(data.get("clock", 1.0)),
        depot=dict(data.get("depot", {})),
        keytabs=Path(data["keytabs"]) if "keytabs" in data else None,
    )


class _Loader(yaml.SafeLoader):
    """Takes no number that is not what it looks like: 1.10 is 1.1 to YAML, another station's address."""

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        number = super().construct_yaml_float(node)
        if str(number) != node.value:
            problem = f"{node.value} is the number {number} to YAML: write it in quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return number


_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_yaml_float)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises OSError, yaml.YAMLError, TypeError, KeyError, ValueError."""
    return scenario_from_data(yaml.load(path.read_text(encoding="utf-8"), _Loader))
