"""Stations that are there twice."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.doubles import Station, doubles


def _station(name: str, host: str = "", port: int = 5986, mac: str = "") -> Station:
    return Station(name=name, host=host or name, port=port, mac=mac, place=f"hosts.yml of {name}")


def _found(*stations: Station) -> list[tuple[str, set[str], bool]]:
    return [(each.fact, set(each.hosts), each.holds) for each in doubles(stations)]


@pytest.mark.parametrize(
    "stations",
    [
        (),
        (_station("pc-1"), _station("pc-2")),
        (_station("pc-1", "10.0.0.1"), _station("pc-2", "10.0.0.1", 5985)),
        # One name in several domains, and a short one: nobody can tell whose it is.
        (_station("pc-1.a.lan"), _station("pc-1.b.lan")),
        (_station("pc-1"), _station("pc-1.a.lan"), _station("pc-1.b.lan")),
        (_station("pc-1", "10.0.0.1"), _station("pc-1.a.lan")),
        (_station("a", mac="no address"), _station("b", mac="no address")),
        (Station(name="a"), Station(name="b")),
    ],
)
def test_stations_that_are_two(stations: tuple[Station, ...]) -> None:
    assert _found(*stations) == []


def test_stations_that_are_one() -> None:
    assert _found(_station("pc-1", "10.0.0.1"), _station("PC-1", "10.0.0.2")) == [
        ("pc-1, PC-1 are one name but for capitals or accents", {"pc-1", "PC-1"}, True)
    ]
    assert _found(_station("a", "PC.lan."), _station("b", "pc.lan"), _station("c", "pc2.lan")) == [
        ("a, b have one address, pc.lan", {"a", "b"}, True)
    ]
    ((fact, hosts, holds),) = _found(_station("pc-1"), _station("x", "pc-1.lycee.lan"))
    assert fact.startswith("pc-1, x are reached as pc-1 and as pc-1.lycee.lan")
    assert (hosts, holds) == ({"pc-1", "x"}, True)


def test_one_network_card_is_told_and_holds_nobody() -> None:
    assert _found(_station("a", mac="00-11-22-AA-BB-CC"), _station("b", mac="001122aabbcc")) == [
        ("a, b have one MAC address, 00:11:22:aa:bb:cc", {"a", "b"}, False)
    ]


def test_the_place_is_that_of_the_later_one() -> None:
    (found,) = doubles([_station("a", "x"), _station("b", "x")])
    assert found.place == "hosts.yml of b"
