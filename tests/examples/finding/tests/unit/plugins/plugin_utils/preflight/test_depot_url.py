"""A depot that every station would look for on itself: told with its place and remedy, and held."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import advised
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.mistaken import Found


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://localhost:8080/pronote", True),
        ("http://[::1]/pronote", True),
        ("http://depot.example.org/pronote", False),
        ("", False),
    ],
)
def test_a_depot_that_a_station_would_look_for_on_itself(found: Found, url: str, wrong: bool) -> None:
    told = found({"group_vars/all.yml": f"---\npronote_depot_url: '{url}'\n"})
    place = "inv/group_vars/all.yml:2: pronote_depot_url"
    remedy = "Give the address under which the stations reach the depot."
    said = f"{place}: {url} is the station itself, for a station. {remedy}"
    assert [advised(each.said, each.remedy) for each in told] == ([said] if wrong else [])
    assert all(each.holds and each.hosts == {"pc-1", "pc-2", "pc-3"} for each in told)


def test_it_is_told_in_french(found: Found) -> None:
    (told,) = found({"group_vars/lycee.yml": "pronote_uai: 0310001A\npronote_depot_url: http://127.0.0.1/\n"})
    assert catalogue("fr").of(advised(told.said, told.remedy)).replace("\u00a0", " ") == (
        "inv/group_vars/lycee.yml:2 : pronote_depot_url : http://127.0.0.1/ est, pour un poste, le poste lui-même. "
        "Donner l'adresse à laquelle les postes joignent le dépôt."
    )
