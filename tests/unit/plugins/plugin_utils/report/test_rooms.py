"""Two rooms of one name in one school are two rooms, where the inventory's groups say so."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import ShownRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.rooms import apart, group_of


def _rows(**rooms: str) -> list[ShownRecord]:
    return [cast("ShownRecord", {"station": name, "room": room}) for name, room in rooms.items()]


def _apart(rows: list[ShownRecord], **groups: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in apart(rows, {name: frozenset(hosts.split()) for name, hosts in groups.items()}):
        found.setdefault(row["room"], []).append(row["station"])
    return found


_TWO = _rows(a="Salle 101", b="Salle 101", c="Salle 101", d="Salle 101", z="CDI")


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        ({}, {"Salle 101": ["a", "b", "c", "d"], "CDI": ["z"]}),
        (
            {"x_101": "a c", "y_101": "b d"},
            {"Salle 101 (x_101)": ["a", "c"], "Salle 101 (y_101)": ["b", "d"], "CDI": ["z"]},
        ),
        # The building's group does not count, and neither does one within a room.
        (
            {"x": "a c z", "x_101": "a c", "y_101": "b d", "near_the_door": "b"},
            {"Salle 101 (x_101)": ["a", "c"], "Salle 101 (y_101)": ["b", "d"], "CDI": ["z"]},
        ),
        # One room with a group of its own is one, whatever groups are in it.
        ({"s101": "a b c d", "teachers": "a b", "pupils": "c d"}, {"Salle 101": ["a", "b", "c", "d"], "CDI": ["z"]}),
        # Groups that leave somebody out tell nothing apart.
        ({"x_101": "a c", "y_101": "b"}, {"Salle 101": ["a", "b", "c", "d"], "CDI": ["z"]}),
    ],
)
def test_rooms_of_one_name_are_told_apart_by_their_groups(groups: dict[str, str], wanted: dict[str, list[str]]) -> None:
    assert _apart(_TWO, **groups) == wanted


def test_stations_without_a_room_stay_so() -> None:
    assert _apart(_rows(a="", b=""), x="a", y="b") == {"": ["a", "b"]}


def test_a_row_is_not_changed_for_others() -> None:
    rows: list[Any] = _rows(a="Salle 1", b="Salle 1")
    apart(rows, {"x": frozenset("a"), "y": frozenset("b")})
    assert [row["room"] for row in rows] == ["Salle 1", "Salle 1"]


def test_the_group_of_some_stations_is_exactly_theirs() -> None:
    groups = {"b": frozenset("xy"), "a": frozenset("xy"), "c": frozenset("x")}
    assert [group_of(stations, groups) for stations in ("xy", "x", "y")] == ["a", "c", ""]
