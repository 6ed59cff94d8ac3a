"""The board of thirty schools, each with a workstation where its timetables are made: all read together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool

_PATH = "C:\\EDT\\rentrée.zip"
_ARCHIVE = {"path": _PATH, "text": "PK\x03\x04", "size": 90_000, "modified": "2026-08-25T14:30:15+02:00"}
_SCHOOLS = {f"0310{number:03}A": f"ecole_{number:02}" for number in range(1, 31)}
_OFF = {"0310007A", "0310030A"}
_NOWHERE = "0310002A"


@pytest.fixture(scope="module")
def lab(start_school: StartSchool) -> School:
    def station(uai: str) -> dict[str, Any]:
        power = "off" if uai in _OFF else "on"
        return {"name": f"edt-{uai}", "address": f"1.{int(uai[4:7])}", "power": power, "files": [_ARCHIVE]}

    school = start_school(
        [],
        schools=[{"uai": uai, "group": group, "name": group, "release": "2026.2.7"} for uai, group in _SCHOOLS.items()],
        rooms=[
            {"group": f"salle_{uai}", "name": "Direction", "school": uai, "stations": [station(uai)]}
            for uai in _SCHOOLS
        ],
        publish=False,
    )
    hosts = school.inventory / "hosts.yml"
    data = yaml.safe_load(hosts.read_text(encoding="utf-8"))
    # It is given on the command line.
    del data["pronote_stations"]["vars"]["ansible_user"]
    for uai, group in _SCHOOLS.items():
        name = "ailleurs" if uai == _NOWHERE else f"edt-{uai}"
        found = data["pronote_stations"]["children"][group]
        found["vars"]["pronote_rentree_edt"] = {"path": _PATH, "station": name}
    hosts.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return school


def test_workstations_are_read_together_and_each_for_itself(lab: School) -> None:
    run = lab.play("rentree", "-u", ACCOUNT["name"], "--check", "-e", "pronote_rentree_year=2026").assert_code(0)
    (board,) = run.of("rentree_board").values()
    archive = {each["school"]: each["operations"][1] for each in board["schools"]}
    codes = {uai: ", ".join(finding["code"] for finding in each["findings"]) for uai, each in archive.items()}
    read = set(_SCHOOLS) - _OFF - {_NOWHERE}
    # The workstation has no EDT: so much was read of it, too.
    assert {uai: codes[uai] for uai in read} == dict.fromkeys(read, "archive_content_unread, edt_absent")
    assert {uai: codes[uai] for uai in _OFF} == dict.fromkeys(_OFF, "station_unreadable")
    # A name that nobody has is its own school's.
    assert codes[_NOWHERE] == "check_failed"
    assert "'ailleurs' is not a host of the inventory" in archive[_NOWHERE]["findings"][0]["text"]
    # As often as a worker would ask: NTLM's two legs, the shell and its end, the file, two command lines, the disk.
    asked = Counter(
        event["station"] for event in lab.lab.journal(kind="request") if event["data"]["operation"] != "Receive"
    )
    assert asked == Counter(dict.fromkeys((f"edt-{uai}" for uai in read), 9))
