"""bin/pronote awx, and awx/apply.yml with the real awx.awx on a stand-in of AWX's API (tests/awx)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.awx import collection
from tests.awx.controller import TOKEN, Controller, controller
from tests.e2e.playbook import ROOT

_BIN = ROOT / ".venv/bin"
_SCHOOLS = {"lycee": "0310036W", "college": "0310002B"}
_ANSWERS = {
    "pronote_awx_organization": "DSI",
    "pronote_awx_project_url": "https://git.example.org/pronote.git",
    "pronote_awx_image": "registry.example.org/rentree-pronote:0.1.0",
    "pronote_awx_approval": True,
    "pronote_language": "en",
}


def _inventory(work: Path, schools: dict[str, str]) -> Path:
    """Two stations a school, the first of them its pilot, and no account."""
    folder = work / "inventories/my_schools"
    folder.mkdir(parents=True, exist_ok=True)
    groups = {
        group: {"vars": {"pronote_uai": uai}, "hosts": {f"{group}-1": {"pronote_pilot": True}, f"{group}-2": None}}
        for group, uai in schools.items()
    }
    (folder / "hosts.yml").write_text(yaml.safe_dump({"pronote_stations": {"children": groups}}), encoding="utf-8")
    (work / "answers.yml").write_text(yaml.safe_dump(_ANSWERS), encoding="utf-8")
    return folder


def _write(work: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """What bin/pronote awx says in this folder, from a file of answers."""
    return subprocess.run(
        [str(ROOT / "bin/pronote"), "awx", "answers.yml", "-i", "inventories/my_schools", *more],
        cwd=work,
        env={**os.environ, "PATH": f"{_BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def _made(work: Path, **changes: Any) -> dict[str, Any]:
    _inventory(work, _SCHOOLS)
    told = _write(work, *(f"-e{name}={value}" for name, value in changes.items()))
    assert told.returncode == 0, told.stdout + told.stderr
    text = (work / "awx-data.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text.replace("!unsafe ", ""))
    return read


def test_check_apply_and_nobody_elses_file(tmp_path: Path) -> None:
    _inventory(tmp_path, _SCHOOLS)
    file = tmp_path / "awx-data.yml"
    first = _write(tmp_path, "--check", "--diff")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "+awx_organizations:" in first.stdout
    assert not file.exists()
    assert "changed=1" in _write(tmp_path).stdout
    written = file.read_bytes()
    assert "changed=0" in _write(tmp_path).stdout
    assert file.read_bytes() == written
    file.write_text("mine: true\n", encoding="utf-8")
    refused = _write(tmp_path)
    assert refused.returncode != 0
    assert "was not written by this" in refused.stdout + refused.stderr
    assert file.read_text(encoding="utf-8") == "mine: true\n"


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        # Its synchronisation stops there: run for real, AWX 24.6.
        ({"group_vars/lycee/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n00\n"}, "is encrypted, and AWX opens no vault"),
        ({"group_vars/lycee/main.yml": "ansible_password: x\n"}, "ansible_password is set for lycee-1, lycee-2"),
        ({"more.yml": "pronote_stations: {hosts: {lost: }}\n"}, "lost are of no school"),
        (
            {"more.yml": "college: {hosts: {odd: {pronote_uai: 0310036W}}}\n"},
            "no group holds the stations of 0310002B, 0310036W and nobody else",
        ),
        ({"host_vars/college-1.yml": "pronote_pilot: false\n"}, "0310002B names none"),
    ],
)
def test_an_inventory_that_awx_cannot_use(tmp_path: Path, breaks: dict[str, str], said: str) -> None:
    folder = _inventory(tmp_path, _SCHOOLS)
    for name, text in breaks.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if "host_vars/college-1.yml" in breaks:
        hosts = folder / "hosts.yml"
        hosts.write_text(hosts.read_text(encoding="utf-8").replace("pronote_pilot: true", "pronote_x: 1", 1), "utf-8")
    told = _write(tmp_path, "-e", "{pronote_known_names: [pronote_x]}")
    assert told.returncode != 0
    assert said in " ".join((told.stdout + told.stderr).split())
    assert not (tmp_path / "awx-data.yml").exists()


def _apply(work: Path, address: str, *more: str, code: int = 0) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOT}/.ansible/collections:{collection()}",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "CONTROLLER_HOST": address,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
    }
    done = subprocess.run(
        [str(_BIN / "ansible-playbook"), str(ROOT / "awx/apply.yml"), "-i", "localhost,", "-e@awx-data.yml", *more],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def _links(made: Controller, workflow: str, kind: str) -> dict[str, set[str]]:
    """By node, the nodes that come after it."""
    number = made.one("workflow_job_templates", name=workflow)["id"]
    nodes = [each for each in made.all("workflow_job_template_nodes") if each["workflow_job_template"] == number]
    names = {each["id"]: each["identifier"] for each in nodes}
    return {each["identifier"]: {names[to] for to in each["links"][kind]} for each in nodes}


# Each object is a module, a process of its own: one AWX is made for those tests that need one.
_together = pytest.mark.xdist_group("made in AWX")
_AUDITS, _DEPLOYMENTS = "PRONOTE audit of all schools", "PRONOTE deployment of all schools"


@pytest.fixture(scope="module")
def awx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Controller, str, Path]]:
    """What was made in an AWX that had nothing, its address, and the folder that the data lie in."""
    work = tmp_path_factory.mktemp("awx")
    _made(work)
    with controller() as (made, address):
        assert "failed=0" in _apply(work, address)
        yield made, address, work


def test_check_on_an_awx_that_has_nothing(tmp_path: Path) -> None:
    _made(tmp_path)
    with controller() as (made, address):
        told = _apply(tmp_path, address, "--check")
        assert made.writes == []
    assert "job_templates: " in told
    assert "PRONOTE deploy" in told


@_together
def test_what_is_made_and_made_again(awx: tuple[Controller, str, Path]) -> None:
    made, address, work = awx
    ends = {uai: {"conclusion"} for uai in _SCHOOLS.values()}
    # After each school's end, whatever it was.
    assert _links(made, _AUDITS, "always_nodes") == {**ends, "conclusion": set()}
    assert made.one("workflow_job_template_nodes", identifier="conclusion")["all_parents_must_converge"]
    assert _links(made, _DEPLOYMENTS, "success_nodes")["approval"] == set(_SCHOOLS.values())
    before = {f"{uai} pilots": {"approval"} for uai in _SCHOOLS.values()}
    assert before.items() <= _links(made, _DEPLOYMENTS, "always_nodes").items()
    # What a job works out, apply.yml did not.
    store = made.one("credential_types", name="PRONOTE store")
    assert store["injectors"]["env"] == {"PGPASSWORD": "{{ password }}", "PRONOTE_STATE": "{{ address }}"}
    assert all(not each["inputs"] for each in made.all("credentials"))

    # Somebody types a password: it is not written over.
    made.one("credentials", name="PRONOTE store")["inputs"] = {"address": "postgresql://h/d", "password": "p"}
    made.writes.clear()
    assert "changed=0 " in " ".join(_apply(work, address).split())
    assert made.writes == []


@_together
def test_a_school_goes_and_the_approval_with_it(awx: tuple[Controller, str, Path]) -> None:
    made, address, work = awx
    _inventory(work, {"lycee": _SCHOOLS["lycee"]})
    assert _write(work, "-e", "pronote_awx_approval=false").returncode == 0
    _apply(work, address)
    assert set(_links(made, _AUDITS, "always_nodes")) == {"conclusion", _SCHOOLS["lycee"]}
    assert set(_links(made, _DEPLOYMENTS, "always_nodes")) == {_SCHOOLS["lycee"]}


def test_what_nobody_makes_is_an_error_in_check_mode_too(tmp_path: Path) -> None:
    _made(tmp_path)
    with controller() as (made, address):
        (tmp_path / "more.yml").write_text(
            yaml.safe_dump(
                {"awx_credentials": [{"name": "x", "organization": "Nobody", "credential_type": "Machine"}]}
            ),
            encoding="utf-8",
        )
        assert "returned 0 items" in _apply(tmp_path, address, "-e@more.yml", "--check", code=2)
        assert made.writes == []
