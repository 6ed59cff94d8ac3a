"""The harmless package of a rehearsal: it goes the way of a release, what it shows is judged, and nothing stays."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.exclusive import depot_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.prune_rules import split_place

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

_OF_THE_JOB = {"W2", "J2", "J5", "J14", "J15", "J16", "J17", "J19"}
_OLD = {"clients": [{"release": "2026.1.9"}]}


def _published(pc: Bench) -> str:
    result = pc.run("rehearsal_package", {"depot": str(pc.depot.folder)})
    return str(result["digest"])


def _rehearse(pc: Bench, *, check: bool = False, **changes: Any) -> dict[str, Any]:
    given = {"depot": pc.depot_url, "fail_on": [], "package": _published(pc), **changes}
    return pc.run("rehearsal", given, check=check)


def _of(result: dict[str, Any], outcome: str) -> set[str]:
    return {each["id"] for each in result["assumptions"] if each["outcome"] == outcome}


def test_it_goes_the_whole_way_and_leaves_the_station_as_it_was(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station(**_OLD)
    before, digest = pc.snapshot(), _published(pc)
    result = _rehearse(pc, folder=str(tmp_path))
    assert (result["verdict"], _of(result, "contradicted")) == ("held", set())
    assert _of(result, "held") >= _OF_THE_JOB
    assert (pc.folders(), pc.tasks(), pc.snapshot()) == ([], [], before)
    assert pc.starts() == 0
    (registered,) = [line for line in pc.commands() if "install.cmd" in line and " register " in line]
    assert f"rehearsal-2099.0.0-x64-{digest[:12]}-install" in registered
    assert not any("powershell" in line.lower() for line in pc.commands())


def test_it_is_published_once(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station()
    shown = pc.run("rehearsal_package", {"depot": str(tmp_path)}, check=True)
    assert shown["changed"]
    assert list(tmp_path.iterdir()) == []
    assert "rehearsal.cmd" in shown["diff"][0]["after"]
    first, second = (pc.run("rehearsal_package", {"depot": str(tmp_path)}) for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["files"] == second["files"] == shown["files"]
    assert sum(each.stat().st_size for each in Path(first["folder"]).iterdir()) < 20_000
    assert split_place(first["place"]) is None, "nobody prunes it"
    assert depot_of(Path(first["folder"])) == tmp_path, "who mirrors it holds the whole depot"


def test_with_check_the_station_is_only_asked(make_station: MakeStation) -> None:
    pc = make_station()
    result = _rehearse(pc, check=True)
    assert result["verdict"] == "held"
    assert _of(result, "not_settled") >= _OF_THE_JOB
    assert {each["seen"] for each in result["assumptions"] if each["id"] in _OF_THE_JOB} == {
        "with --check no job is run on the station"
    }
    assert not any("register" in line for line in pc.commands())


@pytest.mark.parametrize(
    ("station", "contradicted"),
    [
        ({"contradicts": ["own_lines_only"]}, {"J5"}),
        ({"contradicts": ["start_at_once"]}, {"J14"}),
        ({"contradicts": ["short_ping"]}, {"J15"}),
        ({"faults": [{"effect": "access_denied", "match": r"^Start .*run install", "times": 0}]}, {"J19"}),
    ],
)
def test_an_assumption_that_is_wrong_is_found_and_no_other(
    make_station: MakeStation, station: dict[str, Any], contradicted: set[str]
) -> None:
    pc = make_station(**station)
    result = _rehearse(pc, start_timeout=30)
    assert (result["verdict"], _of(result, "contradicted")) == ("contradicted", contradicted)
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_a_policy_that_forbids_the_script_has_its_remedy(
    make_station: MakeStation, capsys: pytest.CaptureFixture[str]
) -> None:
    pc = make_station(faults=[{"effect": "access_denied", "match": r"^Start .*run install", "times": 0}])
    _rehearse(pc, start_timeout=30)
    told = " ".join(capsys.readouterr().out.split())
    assert "AppLocker" in told
    assert "Report it" not in told


def test_beside_a_deployment_it_is_left_out(make_station: MakeStation) -> None:
    """The deployment is not touched, and the station is asked what changes nothing."""
    pc = make_station(**_OLD)
    pc.before(r"ExecutablePath", pc.time.kill)
    pc.killed()
    (job,) = pc.folders()
    result = _rehearse(pc)
    assert (result["verdict"], _of(result, "contradicted")) == ("incomplete", set())
    assert result["fact"] == f"another job is under way on the station: {job}"
    assert _of(result, "not_settled") >= _OF_THE_JOB
    assert pc.folders() == [job]
    assert pc.client()["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_a_station_that_freezes_in_the_middle_is_told_and_cleared_by_the_next_one(
    make_station: MakeStation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pc = make_station()
    digest = _published(pc)
    pc.before(r"ExecutablePath", lambda: pc.power(on=False))
    result = _rehearse(pc, package=digest, reconnect_timeout=60, folder=str(tmp_path / "r"))
    assert result["unreachable"]
    assert not (tmp_path / "r").exists()
    pc.power(on=True)
    assert len(pc.folders()) == 1
    capsys.readouterr()
    result = _rehearse(pc, package=digest)
    assert result["verdict"] == "held"
    assert "An earlier rehearsal had left its job on the station" in " ".join(capsys.readouterr().out.split())
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_what_it_left_is_cleared_by_the_next_deployment_too(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    pc.before(r"ExecutablePath", lambda: pc.power(on=False))
    assert _rehearse(pc, reconnect_timeout=60)["unreachable"]
    pc.power(on=True)
    (left,) = pc.folders()
    shown = pc.client(check=True)
    result = pc.client()
    assert (shown["changed"], result["changed"]) == (True, True)
    assert result["job"]["tidied"] == [left]
    assert (pc.folders(), pc.tasks(), pc.starts()) == ([], [], 0)
    assert not pc.client()["changed"]


def test_a_depot_without_the_package_is_told_with_its_remedy(make_station: MakeStation) -> None:
    pc = make_station()
    digest = _published(pc)
    shutil.rmtree(pc.depot.folder / "rehearsal")
    result = pc.run("rehearsal", {"depot": pc.depot_url, "package": digest})
    assert result["failed"]
    assert (result["verdict"], result["fact"][:40]) == ("incomplete", "cannot fetch install.cmd from the depot ")
    assert "depot answers" in result["remedy"]
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_a_package_that_somebody_changed_is_not_run(make_station: MakeStation) -> None:
    pc = make_station()
    digest = _published(pc)
    (file,) = (pc.depot.folder / "rehearsal").rglob("rehearsal.cmd")
    file.write_bytes(file.read_bytes() + b"calc.exe\r\n")
    result = pc.run("rehearsal", {"depot": pc.depot_url, "package": digest, "fail_on": []})
    assert (result["verdict"], _of(result, "contradicted")) == ("incomplete", set())
    assert _of(result, "not_settled") >= _OF_THE_JOB
    assert result["fact"].startswith("rehearsal.cmd from the depot does not have the digest that was published")
    assert (pc.folders(), pc.tasks()) == ([], [])
