"""What is handed to AWX: its data against the modules' own argument specs, its rules, and the execution environment."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.data import Wanted, data_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.plan import Node
from dateutil.rrule import rrulestr

from tests.awx import collection, options_of
from tests.awx.rules import Refused, check
from tests.locks import read_lock

_ROOT = Path(__file__).resolve().parents[2]
_NODES = [Node(name="0310001A", limit="lycee", pilots="l1"), Node(name="0310002B", limit="college", pilots="c1:c2")]
_WANTED = Wanted(
    organization="DSI",
    project_url="https://git.example.org/pronote.git",
    source="inventories/my_schools",
    image="registry.example.org/rentree-pronote:0.1.0",
    instances=("node1",),
    approval=True,
    vault=True,
)
_DATA = data_of(_WANTED, _NODES)
_MODULES = {
    "awx_organizations": "organization",
    "awx_credential_types": "credential_type",
    "awx_credentials": "credential",
    "awx_execution_environments": "execution_environment",
    "awx_instance_groups": "instance_group",
    "awx_projects": "project",
    "awx_inventories": "inventory",
    "awx_inventory_sources": "inventory_source",
    "awx_job_templates": "job_template",
    "awx_workflows": "workflow_job_template",
    "awx_approvals": "workflow_job_template_node",
    "awx_schedules": "schedule",
}


@pytest.mark.parametrize("kind", _MODULES)
def test_every_option_is_one_of_the_module(kind: str) -> None:
    validator = ArgumentSpecValidator(options_of(_MODULES[kind]))
    assert _DATA[kind]
    for item in _DATA[kind]:
        assert validator.validate(item).error_messages == []
    names = [item.get("name") or item["identifier"] for item in _DATA[kind]]
    assert len(set(names)) == len(names)
    assert validator.validate({**_DATA[kind][0], "nmae": 1}).error_messages


def test_what_a_node_says_is_what_the_module_documents() -> None:
    """Its spec says that nodes are dicts, and no more."""
    text = (collection() / "ansible_collections/awx/awx/plugins/modules/workflow_job_template.py").read_text("utf-8")
    documented = yaml.safe_load(text.split("'''")[1])["options"]["workflow_nodes"]["suboptions"]
    nodes = [node for each in _DATA["awx_workflows"] for node in each["workflow_nodes"]]
    for node in nodes:
        assert set(node) <= set(documented)
        assert set(node["unified_job_template"]) <= set(documented["unified_job_template"]["suboptions"])
        assert set(node.get("related", {})) <= set(documented["related"]["suboptions"])


def test_apply_makes_each_list_with_its_module() -> None:
    (play,) = yaml.safe_load((_ROOT / "awx/apply.yml").read_text(encoding="utf-8"))
    made: dict[str, str] = {}
    for task in play["tasks"]:
        for module in (key.removeprefix("awx.awx.") for key in task if key.startswith("awx.awx.")):
            made.setdefault(str(task["loop"]).strip("{} "), module)
    made = {name: module for name, module in made.items() if name in _MODULES}
    # In an order in which what is named is there already.
    assert list(made) == list(_MODULES) == list(_DATA)
    assert made == _MODULES


def _names(kind: str) -> set[str]:
    return {item["name"] for item in _DATA[kind]}


def test_what_is_named_is_made() -> None:
    for template in _DATA["awx_job_templates"]:
        assert template["project"] in _names("awx_projects")
        assert template["inventory"] in _names("awx_inventories")
        assert template["execution_environment"] in _names("awx_execution_environments")
        assert set(template["credentials"]) <= _names("awx_credentials")
        assert set(template["instance_groups"]) <= _names("awx_instance_groups")
        assert (_ROOT / template["playbook"]).is_file()
    for schedule in _DATA["awx_schedules"]:
        assert schedule["unified_job_template"] in _names("awx_workflows")
    for workflow in _DATA["awx_workflows"]:
        for node in workflow["workflow_nodes"]:
            assert node["unified_job_template"]["name"] in _names("awx_job_templates")


def test_extra_variables_are_those_of_roles() -> None:
    known = {"pronote_state"}
    for specs in (_ROOT / "roles").glob("*/meta/argument_specs.yml"):
        known |= set(yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])
    for template in _DATA["awx_job_templates"]:
        assert set(template["extra_vars"]) <= known, template["name"]


def _template(name: str) -> dict[str, Any]:
    (found,) = (each for each in _DATA["awx_job_templates"] if each["name"] == name)
    return found


def test_no_job_sees_a_part_of_a_school() -> None:
    """Each slice chose pilots of its own: one stopped a school while another installed in it (AWX 24.6)."""
    assert {each["job_slice_count"] for each in _DATA["awx_job_templates"]} == {1}
    for workflow in _DATA["awx_workflows"]:
        limits = {node["identifier"]: node.get("limit") for node in workflow["workflow_nodes"]}
        assert {name: limits[name] for name in ("0310001A", "0310002B")} == {"0310001A": "lycee", "0310002B": "college"}
        # A limit of the workflow would count instead.
        assert not workflow.get("ask_limit_on_launch")
        for node in workflow["workflow_nodes"]:
            template = _template(node["unified_job_template"]["name"])
            assert template["ask_limit_on_launch"] or "limit" not in node
            # Beside each other.
            assert template["allow_simultaneous"] or node["identifier"] == "conclusion"


def test_nothing_that_changes_stations_starts_by_itself() -> None:
    started = {each["unified_job_template"] for each in _DATA["awx_schedules"] if each["enabled"]}
    assert started == {"PRONOTE audit of all schools"}


def test_the_audits_of_schools_say_nothing_that_the_conclusion_says() -> None:
    """An audit of a slice wrote over the report, and told its verdict."""
    audit, conclusion = (_template(f"PRONOTE {name}")["extra_vars"] for name in ("audit", "conclusion"))
    assert audit["pronote_audit_conclude_later"] is True
    assert not any(audit[name] for name in ("pronote_reports_dir", "pronote_audit_fail_on"))
    assert all(conclusion.values())
    # It alerts whom the inventory names, and so do the audits' variables as long as nobody empties them here.
    assert not {"pronote_audit_conclude_later", "pronote_audit_mail"} & set(conclusion)


def test_the_conclusion_comes_after_every_audit() -> None:
    """Whatever the end of each: a school that could not be audited is what the conclusion tells of."""
    (audits,) = (each for each in _DATA["awx_workflows"] if each["name"] == "PRONOTE audit of all schools")
    nodes = {node["identifier"]: node for node in audits["workflow_nodes"]}
    assert nodes.pop("conclusion")["all_parents_must_converge"] is True
    assert set(nodes) == {"0310001A", "0310002B"}
    for node in nodes.values():
        assert node["related"] == {"always_nodes": [{"identifier": "conclusion"}]}


def test_the_inventorys_synchronisation_has_the_store_and_no_vault() -> None:
    (source,) = _DATA["awx_inventory_sources"]
    types = {each["name"]: each["credential_type"] for each in _DATA["awx_credentials"]}
    assert types[source["credential"]] == "PRONOTE store"
    (made,) = _DATA["awx_credential_types"]
    check("credential_types", made, lambda _endpoint, _number: None)
    broken = {**made, "injectors": {"env": {"ANSIBLE_VAULT_PASSWORD_FILE": "{{ password }}"}}}
    with pytest.raises(Refused, match="not allowed"):
        check("credential_types", broken, lambda _endpoint, _number: None)


def test_every_place_of_prepare_lasts() -> None:
    extra = _template("PRONOTE prepare")["extra_vars"]
    assert extra.pop("pronote_response_dir") == "/runner/project/inventories/my_schools/responses"
    assert {name for name in extra if not extra[name].startswith("/srv/pronote-awx/")} == set()
    assert {"pronote_lock_file", "pronote_cache_dir", "pronote_depot_path"} <= set(extra)


def test_without_what_is_not_wanted() -> None:
    data = data_of(Wanted(organization="x", project_url="y", source="z", image="i"), _NODES)
    assert data["awx_approvals"] == []
    assert [each["name"] for each in data["awx_credentials"]] == ["PRONOTE stations", "PRONOTE store"]
    assert data["awx_instance_groups"] == [{"name": "PRONOTE", "policy_instance_percentage": 100}]
    (_audit, deployment) = data["awx_workflows"]
    assert [each["identifier"] for each in deployment["workflow_nodes"]] == ["0310001A", "0310002B"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PRONOTE audit, every night", ["2026-11-27T05:30+01:00", "2026-11-28T05:30+01:00", "2026-11-29T05:30+01:00"]),
        (
            "PRONOTE deployment, evenings of working days",
            ["2026-11-27T19:00+01:00", "2026-11-30T19:00+01:00", "2026-12-01T19:00+01:00"],
        ),
    ],
)
def test_rules_are_read_as_they_are_meant(name: str, expected: list[str]) -> None:
    """From a Thursday night on. AWX reads them with dateutil too (awx/main/models/schedules.py)."""
    (text,) = [schedule["rrule"] for schedule in _DATA["awx_schedules"] if schedule["name"] == name]
    # AWX wants start and rule on one line, separated by a blank; dateutil, on two.
    start, rule = text.split(" ")
    rules = rrulestr(f"{start}\n{rule}")
    moments, moment = [], dt.datetime.fromisoformat("2026-11-26T23:00+01:00")
    for _ in expected:
        following = rules.after(moment)
        assert following is not None
        moment = following
        moments.append(moment.isoformat(timespec="minutes"))
    assert moments == expected
    # AWX refuses a rule without INTERVAL.
    assert "INTERVAL=" in rule


def test_ansible_builder_accepts_the_execution_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-builder"),
            *("create", "-f", "awx/execution-environment.yml", "-c", str(tmp_path / "context")),
        ],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (container,) = [p for p in (tmp_path / "context").iterdir() if p.is_file()]
    recipe = container.read_text(encoding="utf-8")
    assert "FROM $EE_BASE_IMAGE" in recipe
    # Kerberos last, from its own lock, whose build takes nothing from anywhere else.
    layers = recipe[recipe.rindex("FROM ") :]
    assert "--no-build-isolation -r /tmp/requirements-kerberos.txt" in layers
    copied = tmp_path / "context/_build/kerberos/requirements-kerberos.txt"
    locked = copied.read_text(encoding="utf-8")
    assert locked == (_ROOT / copied.name).read_text(encoding="utf-8")
    assert {"cython", "setuptools", "gssapi", "krb5", "pykerberos"} <= {each.name for each in read_lock(locked)}
    # The very list that everybody else installs.
    built = (tmp_path / "context/_build/requirements.txt").read_text(encoding="utf-8")
    assert built == (_ROOT / "requirements.txt").read_text(encoding="utf-8")
    # What the image's build makes of it: every digest is still there when pip gets it.
    scripts, given = tmp_path / "context/_build/scripts", tmp_path / "given.txt"
    (tmp_path / "collections").mkdir()
    subprocess.run(
        [
            *(sys.executable, str(scripts / "introspect.py"), "introspect", str(tmp_path / "collections")),
            *("--user-pip", str(tmp_path / "context/_build/requirements.txt"), "--write-pip", str(given)),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    wanted = [(each.requirement, each.digests) for each in read_lock(built)]
    assert [(each.requirement, each.digests) for each in read_lock(given.read_text(encoding="utf-8"))] == wanted


def test_ansible_core_is_the_one_of_the_requirements() -> None:
    wanted = yaml.safe_load((_ROOT / "awx/execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    requirements = (_ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert f"{wanted['ansible_core']['package_pip']} ; python_full_version >= '3.12' \\\n" in requirements
    assert wanted["python_interpreter"]["package_system"] == "python3.12"
