"""playbooks/prepare.yml for EDT monoposte: from an address or a file given by hand to a deployment."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun

_EDT = {"product": "edt_monoposte"}
_CLIENT = {"release": "2026.2.7"}
_STATIONS: list[dict[str, Any]] = [
    {"name": "salle", "clients": [_CLIENT]},
    {"name": "chef", "edt": True, "clients": [_CLIENT, {"release": "2026.1.3", **_EDT}]},
]
_RELEASES = [{"release": "2026.2.7", "arch": "x64"}, {"release": "2026.2.7", "arch": "x64", **_EDT}]
_NAME = "Install_EDTmonoposte_FR_2026.2.7_win64.exe"


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """The client is published; EDT is nobody's business yet."""
    school = start_school(_STATIONS, releases=_RELEASES, publish=False)
    info, site = school.lab.info, school.lab.site()
    (school.inventory / "responses").mkdir()
    for installer in info["installers"]:
        for name, suffix in (("response.iss", ""), ("uninstall.iss", "-uninstall")):
            recorded = f"{installer['product']}-2026.2.7-x64{suffix}.iss"
            shutil.copy(installer["files"][name], school.inventory / "responses" / recorded)
    variables = json.loads(school.variables.read_text(encoding="utf-8"))
    variables |= {
        "pronote_depot_path": info["depot_folder"],
        "pronote_prepare_trust": {"authorities": [site["authority"]]},
    }
    school.variables.write_text(json.dumps(variables), encoding="utf-8")
    school.play("prepare", "-e", f"pronote_prepare_page={site['page']}").assert_code(0)
    return school


def _prepare(school: School, *arguments: str, **variables: Any) -> PlaybookRun:
    values = {"pronote_product": "edt_monoposte", **variables}
    return school.play("prepare", "-e", json.dumps(values), *arguments)


def _outcome(run: PlaybookRun) -> dict[str, Any]:
    (result,) = run.of("prepare").values()
    (outcome,) = result["releases"]
    return dict(outcome)


def _files(school: School) -> dict[str, bytes]:
    roots = (Path(school.lab.info["depot_folder"]), school.inventory)
    return {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


def test_from_an_address_to_a_deployment(school: School) -> None:
    before = _files(school)
    missing = _prepare(school).assert_code(2)
    assert "no download page of EDT monoposte is known" in _outcome(missing)["message"]
    url = f"{school.lab.site()['base']}/telechargement/edt/v2026.0/exe/{_NAME}"
    check = _prepare(school, "--check", "--diff", pronote_prepare_installer=[url]).assert_code(0)
    assert _outcome(check)["status"] == "would_publish"
    # The releases are those of the stations where timetables are made.
    assert set(check.of("prepare")) == {"chef"}
    assert "pronote_product_releases.edt_monoposte:" in check.output
    assert _files(school) == before
    applied = _prepare(school, "--diff", "--limit", "chef", pronote_prepare_installer=[url]).assert_code(0)
    assert (_outcome(applied)["status"], _outcome(applied)["signer"]) == ("published", "INDEX EDUCATION")
    assert _outcome(applied)["place"] == "edt_monoposte/2026.2.7/x64"
    lock = school.inventory / "group_vars/all/pronote_releases.lock.yml"
    locked = yaml.safe_load(lock.read_text(encoding="utf-8"))
    assert locked["pronote_product_releases"]["edt_monoposte"]["2026.2.7"]["x64"]["installer"]["url"] == url
    published = _files(school)
    assert {name: published[name] for name in before if name != str(lock)} == {
        name: content for name, content in before.items() if name != str(lock)
    }
    for arguments in (("--check",), ()):
        assert _outcome(_prepare(school, *arguments).assert_code(0))["status"] == "unchanged"
    assert _files(school) == published

    run = school.play("deploy").assert_code(0)
    assert {host for host, result in run.of("client").items() if result["changed"]} == {"chef"}
    audit = school.play("audit", "--limit", "pronote_edt_stations").assert_code(0)
    assert school.releases(audit) == {"chef": "2026.2.7 x64"}
    school.play("deploy", "--check").assert_code(0)


def test_a_file_of_the_client_is_no_installer_of_edt(school: School, tmp_path: Path) -> None:
    before = _files(school)
    (client,) = (i for i in school.lab.info["installers"] if i["product"] == "pronote_client")
    file = tmp_path / "Install_PRNclient_FR_2026.2.7_win64.exe"
    shutil.copy(client["files"]["setup.exe"], file)
    run = _prepare(school, pronote_prepare_installer=[str(file)]).assert_code(2)
    assert "is not the name of an installer of EDT monoposte" in " ".join(run.output.split())
    renamed = file.rename(tmp_path / _NAME)
    assert "ALARM" in _outcome(_prepare(school, pronote_prepare_installer=[str(renamed)]).assert_code(2))["message"]
    assert _files(school) == before
