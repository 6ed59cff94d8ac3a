"""bin/pronote awx, and awx/apply.yml with the real awx.awx on a stand-in of AWX's API (tests/awx)."""

from __future__ import annotations

import os
import subprocess
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
    "pronote_awx_options": {"approval": True},
    "pronote_language": "en",
}


class _Unsafe(str):
    """What AWX's jobs work out, and Ansible is not to here."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    """YAML with Ansible's tag for it."""


class _Dumper(yaml.SafeDumper):
    """The same, written."""


_Loader.add_constructor("!unsafe", lambda _loader, node: _Unsafe(node.value))
_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


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
        # All there is to say of schools and pilots is in tests/unit: this is that it is said.
        ({"more.yml": "pronote_stations: {hosts: {lost: }}\n"}, "lost are of no school"),
    ],
)
def test_an_inventory_that_awx_cannot_use(tmp_path: Path, breaks: dict[str, str], said: str) -> None:
    folder = _inventory(tmp_path, _SCHOOLS)
    for name, text in breaks.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    told = _write(tmp_path)
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
        [
            str(_BIN / "ansible-playbook"),
            str(ROOT / "awx/apply.yml"),
            "-i",
            "localhost,",
            "-e@awx-data.yml",
            "-e@few.yml",
            *more,
        ],
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


_DEPLOYMENTS = "PRONOTE deployment of all schools"
_SCHOOL = _SCHOOLS["lycee"]


def _few(work: Path) -> dict[str, Any]:
    """What was written of one school, one of each kind: each object is a module, a process of seconds.

    That all the others say what modules can be told is seen without any (tests/unit/test_awx.py).
    """
    _inventory(work, {"lycee": _SCHOOL})
    told = _write(work)
    assert told.returncode == 0, told.stdout + told.stderr
    file = work / "awx-data.yml"
    data: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    store = ["PRONOTE store"]
    (template,) = (each for each in data["awx_job_templates"] if each["name"] == "PRONOTE deploy")
    few = {
        "awx_credentials": [each for each in data["awx_credentials"] if each["name"] in store],
        "awx_job_templates": [{**template, "credentials": store}],
        "awx_workflows": [each for each in data["awx_workflows"] if each["name"] == _DEPLOYMENTS],
        "awx_schedules": [each for each in data["awx_schedules"] if each["unified_job_template"] == _DEPLOYMENTS],
    }
    data |= few
    assert all(len(each) == 1 for name, each in data.items() if name.startswith("awx_")), data
    # Beside the file, which is taken as it was written: what it hands on for AWX's jobs to work out stays so.
    (work / "few.yml").write_text(yaml.dump(few, Dumper=_Dumper), encoding="utf-8")
    return data


def _none_but(work: Path, data: dict[str, Any], **kinds: list[dict[str, Any]]) -> str:
    """The argument that hands over these kinds alone."""
    empty: dict[str, list[dict[str, Any]]] = {
        name: [] for name in data if name.startswith("awx_") and name != "awx_credential_types"
    }
    (work / "more.yml").write_text(yaml.dump({**empty, **kinds}, Dumper=_Dumper), encoding="utf-8")
    return "-e@more.yml"


def test_what_is_made_and_made_again(tmp_path: Path) -> None:
    data = _few(tmp_path)
    with controller() as (made, address):
        fresh = _apply(tmp_path, address, "--check")
        assert made.writes == []
        assert "job_templates: PRONOTE deploy" in fresh

        assert "failed=0" in _apply(tmp_path, address)
        pilots = f"{_SCHOOL} pilots"
        # After the pilots' end, whatever it was.
        assert _links(made, _DEPLOYMENTS, "always_nodes")[pilots] == {"approval"}
        assert _links(made, _DEPLOYMENTS, "success_nodes")["approval"] == {_SCHOOL}
        assert made.one("workflow_job_template_nodes", identifier="approval")["all_parents_must_converge"]
        # What a job works out, apply.yml did not.
        store = made.one("credential_types", name="PRONOTE store")
        assert store["injectors"]["env"] == {"PGPASSWORD": "{{ password }}", "PRONOTE_STATE": "{{ address }}"}
        assert all(not each["inputs"] for each in made.all("credentials"))

        # Somebody types a password: it is not written over.
        made.one("credentials", name="PRONOTE store")["inputs"] = {"address": "postgresql://h/d", "password": "p"}
        made.writes.clear()
        assert "changed=0 " in " ".join(_apply(tmp_path, address).split())
        assert made.writes == []

        # Nodes that nobody wants any more go: of a school that closed, and here of the approval.
        (workflow,) = data["awx_workflows"]
        nodes = [node for node in workflow["workflow_nodes"] if node["identifier"] == _SCHOOL]
        assert len(nodes) == 1
        _apply(tmp_path, address, _none_but(tmp_path, data, awx_workflows=[{**workflow, "workflow_nodes": nodes}]))
        assert set(_links(made, _DEPLOYMENTS, "always_nodes")) == {_SCHOOL}

        # What nobody makes is an error in check mode too.
        lost = {"name": "x", "organization": "Nobody", "credential_type": "Machine"}
        made.writes.clear()
        more = _none_but(tmp_path, data, awx_credentials=[lost])
        assert "returned 0 items" in _apply(tmp_path, address, more, "--check", code=2)
        assert made.writes == []
