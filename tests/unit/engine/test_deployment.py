"""A deployment from its first look at a station to its end."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import SHUT, STAGE_CODES

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


@pytest.mark.parametrize(
    ("shut", "link", "code"), [(False, False, None), (False, True, 68), (True, False, SHUT), (True, True, SHUT)]
)
@pytest.mark.parametrize("below", ["", r"\x"])
def test_what_is_below_the_folder_of_the_jobs_already(
    make_station: MakeStation, shut: bool, link: bool, code: int | None, below: str
) -> None:
    pc = make_station()
    files, path = pc.station.files, rf"C:\Program Files\Rentree PRONOTE\jobs{below}\x"
    files.make_directories(rf"{path}\y", token=pc.station.system)
    if shut:
        files.change(path).acl = Acl((Ace(ADMINISTRATORS, READ_DATA, deny=True), Ace(USERS, FULL)), protected=True)
    if link:
        files.change(rf"{path}\y").attributes = "L"
    result = pc.client()
    if code is None:
        assert pc.clients() == ["2026.2.7 x64 ok"]
    else:
        assert result["fact"].startswith(STAGE_CODES[code])
        assert "Nobody but an administrator" in result["remedy"]
        assert (pc.clients(), pc.starts()) == ([], 0)
        assert files.require(path).owner == pc.station.system.sid


def test_a_first_job_is_staged_by_one_line(make_station: MakeStation) -> None:
    pc = make_station()
    assert pc.client()["changed"]
    assert [line for line in pc.commands() if "dir /s /b /ad" in line] == []
