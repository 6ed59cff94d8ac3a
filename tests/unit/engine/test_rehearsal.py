"""A rehearsal at a station: what holds, and that a station that contradicts an assumption is found to contradict it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible.errors import AnsibleActionFail

from tests.e2e.playbook import ROOT
from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

_SCHEMA = json.loads((ROOT / "docs/rehearsal.schema.json").read_text(encoding="utf-8"))
# What a simulated 64-bit station without the publisher's programs, with a depot in the clear and without the package,
# cannot tell.
_OPEN = {"E6", "E8", "W6", "N2", "W2", "J2", "J5", "J14", "J15", "J16", "J17", "J19"}


def _rehearse(pc: Bench, **changes: Any) -> dict[str, Any]:
    return pc.run("rehearsal", {"depot": pc.depot_url, "fail_on": [], **changes})


def _of(result: dict[str, Any], outcome: str) -> set[str]:
    return {each["id"] for each in result["assumptions"] if each["outcome"] == outcome}


def test_a_sound_station_contradicts_nothing_and_is_left_as_it_was(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station()
    before = pc.snapshot()
    result = _rehearse(pc, folder=str(tmp_path / "r"))
    assert pc.snapshot() == before
    assert (result["verdict"], _of(result, "contradicted"), _of(result, "not_settled")) == ("held", set(), _OPEN)
    assert result["kind"] == "19045-Professional-x64"
    written = tmp_path / "r/19045-Professional-x64/rehearsal.json"
    assert result["path"] == str(written)
    jsonschema.Draft202012Validator(_SCHEMA).validate(json.loads(written.read_text(encoding="utf-8")))
    assert not any("powershell" in line.lower() for line in pc.commands())


def test_nothing_is_written_in_check_mode(make_station: MakeStation, tmp_path: Path) -> None:
    result = make_station().run("rehearsal", {"folder": str(tmp_path / "r")}, check=True)
    assert result["verdict"] == "held"
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("station", "contradicted"),
    [
        ({"contradicts": ["reg_ansi"]}, {"E1"}),
        ({"contradicts": ["reg_tabs"]}, {"E4"}),
        ({"contradicts": ["tasklist_columns"]}, {"E7"}),
        ({"contradicts": ["whole_quotes"]}, {"W23"}),
        ({"https": True}, {"N2"}),
    ],
)
def test_an_assumption_that_is_wrong_is_found_and_no_other(
    make_station: MakeStation, station: dict[str, Any], contradicted: set[str]
) -> None:
    pc = make_station(**station)
    result = _rehearse(pc)
    assert result["verdict"] == "contradicted"
    assert _of(result, "contradicted") == contradicted


def test_something_that_answers_for_the_depot_is_found(make_station: MakeStation) -> None:
    pc = make_station()
    pc.depot_faults.of_client = lambda _client, _name: "login"
    result = _rehearse(pc)
    assert _of(result, "contradicted") == {"N1"}


def test_a_depot_whose_certificate_is_looked_at_no_further_as_the_inventory_says(make_station: MakeStation) -> None:
    result = _rehearse(make_station(https=True), depot_revocation="best_effort")
    assert _of(result, "contradicted") == set()
    assert _of(result, "not_settled") == _OPEN - {"N2"}


def test_who_is_logged_on_counts_and_is_not_told(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station(session_open="eleve", domain="LYCEE-DURAND", clients=[{"release": "2026.2.7"}])
    result = _rehearse(pc, folder=str(tmp_path))
    assert _of(result, "contradicted") == set()
    assert {"W14", "W6"} <= _of(result, "held")
    text = Path(result["path"]).read_text(encoding="utf-8").lower()
    for name in ("eleve", "lycee-durand", "pc-01", "deploiement", pc.depot_url, "c:\\\\", "users"):
        assert name not in text


def test_without_the_right_to_wmi_the_rest_is_settled(make_station: MakeStation) -> None:
    result = _rehearse(make_station(deny_wmi=True))
    assert result["verdict"] == "incomplete"
    assert {"E1", "E2", "E4", "J10", "J12"} <= _of(result, "held")
    assert {"W5", "W7", "W11", "W14", "W40"} <= _of(result, "not_settled")


def test_without_a_depot_nobody_is_asked_for_it(make_station: MakeStation) -> None:
    pc = make_station()
    result = _rehearse(pc, depot="")
    assert _of(result, "not_settled") == _OPEN | {"J11", "J20", "N1"}
    assert pc.events("web") == []


def test_a_contradiction_fails_unless_it_was_asked_not_to(make_station: MakeStation) -> None:
    result = make_station(contradicts=["reg_ansi"]).run("rehearsal", {})
    assert result["failed"]
    assert "contradicts" in result["msg"]


def test_a_rehearsal_is_of_one_station(make_station: MakeStation) -> None:
    pc = make_station()
    with pytest.raises(AnsibleActionFail, match="this play has 2"):
        pc.run("rehearsal", {}, ansible_play_hosts_all=["pc-01", "pc-02"])
    assert pc.events("request") == []


def test_a_station_that_is_cut_off_meanwhile_has_an_error_and_no_file(
    make_station: MakeStation, tmp_path: Path
) -> None:
    pc = make_station()
    pc.fault("cut", r"^Get .*CIM_DataFile", times=0)
    result = pc.run("rehearsal", {"folder": str(tmp_path / "r")})
    assert result["unreachable"]
    assert not (tmp_path / "r").exists()


def test_a_curl_that_is_too_old_for_what_the_inventory_wants_is_found(make_station: MakeStation) -> None:
    result = _rehearse(make_station(curl="7.55.1"), depot_revocation="best_effort")
    assert _of(result, "contradicted") == {"J10"}
