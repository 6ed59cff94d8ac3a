"""A deployment from its first look at a station to its end."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import STAGE_CODES, STILL_SHUT

from tests.lab.simulated.security import ADMINISTRATORS, FULL, READ_DATA, USERS, Ace, Acl
from tests.station.fixtures import MakeStation


def test_a_first_installation(make_station: MakeStation) -> None:
    pc = make_station()
    result = pc.client()
    assert result.get("failed") is None, result
    assert (result["changed"], result["action"]) == (True, "install")
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert pc.folders() == pc.tasks() == []
    again = pc.client()
    assert (again["changed"], again["action"]) == (False, "none")


@pytest.mark.parametrize(("depth", "link", "code"), [(3, False, None), (3, True, 68), (6, False, STILL_SHUT)])
def test_folders_shut_to_administrators_are_opened_one_after_the_other(
    make_station: MakeStation, depth: int, link: bool, code: int | None
) -> None:
    pc = make_station()
    path = r"C:\Program Files\Rentree PRONOTE\jobs"
    pc.station.files.make_directories(path, token=pc.station.system)
    deny = Acl((Ace(ADMINISTRATORS, READ_DATA, deny=True), Ace(USERS, FULL, objects=True, containers=True)))
    for _level in range(depth):
        path += r"\x"
        pc.station.files.make_directory(path, token=pc.station.system)
        pc.station.files.change(path).acl = deny
    if link:
        pc.station.files.change(path).attributes = "L"
    result = pc.client()
    if code is None:
        assert pc.clients() == ["2026.2.7 x64 ok"]
    else:
        assert result["fact"].startswith(STAGE_CODES[code])
        assert "Nobody but an administrator" in result["remedy"]
        assert pc.clients() == []
