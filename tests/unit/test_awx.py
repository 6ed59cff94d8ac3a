"""What is handed to AWX: its data against the options of awx.awx, its rules, and the execution environment."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from dateutil.rrule import rrulestr

from tests.locks import read_lock

_ROOT = Path(__file__).resolve().parents[2]
_DATA: dict[str, list[dict[str, Any]]] = yaml.safe_load((_ROOT / "awx/controller.yml").read_text(encoding="utf-8"))

_TEXT = {"type": "string", "minLength": 1}
_SWITCH = {"type": "boolean"}
_NUMBER = {"type": "integer", "minimum": 0}
# Options of the modules project, execution_environment, inventory, inventory_source, job_template and schedule of
# awx.awx: those in use, with their types and choices, compared on 25 November 2026 with each module's own documentation
# and argument spec (ansible/awx, awx_collection/plugins/modules). An option that no module has is an error here too.
_OPTIONS: dict[str, dict[str, Any]] = {
    "awx_projects": {
        **dict.fromkeys(["name", "organization", "scm_url", "scm_branch"], _TEXT),
        "scm_type": {"enum": ["manual", "git", "svn", "insights", "archive"]},
        "scm_update_on_launch": _SWITCH,
        "scm_update_cache_timeout": _NUMBER,
    },
    "awx_execution_environments": {
        **dict.fromkeys(["name", "organization", "image"], _TEXT),
        "pull": {"enum": ["always", "missing", "never"]},
    },
    "awx_inventories": dict.fromkeys(["name", "organization"], _TEXT),
    "awx_inventory_sources": {
        **dict.fromkeys(["name", "organization", "inventory", "source_project", "source_path"], _TEXT),
        "execution_environment": _TEXT,
        "source": {"const": "scm"},
        **dict.fromkeys(["overwrite", "overwrite_vars", "update_on_launch"], _SWITCH),
        "update_cache_timeout": _NUMBER,
    },
    "awx_job_templates": {
        **dict.fromkeys(["name", "description", "organization", "inventory", "project", "playbook"], _TEXT),
        "execution_environment": _TEXT,
        "job_type": {"enum": ["run", "check"]},
        "credentials": {"type": "array", "items": _TEXT},
        **dict.fromkeys(["forks", "timeout", "job_slice_count"], _NUMBER),
        **dict.fromkeys(["diff_mode", "ask_limit_on_launch", "ask_variables_on_launch", "allow_simultaneous"], _SWITCH),
        "extra_vars": {"type": "object"},
    },
    "awx_schedules": {
        **dict.fromkeys(["name", "organization", "unified_job_template", "rrule"], _TEXT),
        "enabled": _SWITCH,
    },
}


# What each module demands (required=True in its argument spec), beside the name and what makes sense of it.
_REQUIRED = {
    "awx_projects": {"name", "organization", "scm_type", "scm_url"},
    "awx_execution_environments": {"name", "image"},
    "awx_inventories": {"name", "organization"},
    "awx_inventory_sources": {"name", "inventory", "source"},
    "awx_job_templates": {"name", "inventory", "project", "playbook"},
    "awx_schedules": {"name", "unified_job_template", "rrule"},
}


@pytest.mark.parametrize("kind", _OPTIONS)
def test_every_option_is_one_of_the_module(kind: str) -> None:
    schema = {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": _OPTIONS[kind],
            "additionalProperties": False,
            # The organization too: names alone are not unique in AWX.
            "required": sorted(_REQUIRED[kind] | {"organization"}),
        },
    }
    jsonschema.Draft202012Validator(schema).validate(_DATA[kind])
    names = [item["name"] for item in _DATA[kind]]
    assert len(set(names)) == len(names)


def test_apply_makes_each_list_with_its_module() -> None:
    (play,) = yaml.safe_load((_ROOT / "awx/apply.yml").read_text(encoding="utf-8"))
    made = {
        task["loop"].strip("{} "): next(key for key in task if key.startswith("awx.awx.")) for task in play["tasks"]
    }
    # In an order in which what is named is there already.
    assert list(made) == list(_OPTIONS) == list(_DATA)
    sources = made.pop("awx_inventory_sources")
    assert sources == "awx.awx.inventory_source"
    inventories = made.pop("awx_inventories")
    assert inventories == "awx.awx.inventory"
    assert {name: f"awx.awx.{name.removeprefix('awx_').removesuffix('s')}" for name in made} == made


def _names(kind: str) -> set[str]:
    return {item["name"] for item in _DATA[kind]}


def test_what_is_named_is_made() -> None:
    for template in _DATA["awx_job_templates"]:
        assert template["project"] in _names("awx_projects")
        assert template["inventory"] in _names("awx_inventories")
        assert template["execution_environment"] in _names("awx_execution_environments")
        assert (_ROOT / template["playbook"]).is_file()
    for schedule in _DATA["awx_schedules"]:
        assert schedule["unified_job_template"] in _names("awx_job_templates")
    for source in _DATA["awx_inventory_sources"]:
        assert source["source_project"] in _names("awx_projects")
        assert source["inventory"] in _names("awx_inventories")


def test_extra_variables_are_those_of_roles() -> None:
    known = {"pronote_state"}
    for specs in (_ROOT / "roles").glob("*/meta/argument_specs.yml"):
        known |= set(yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])
    for template in _DATA["awx_job_templates"]:
        assert set(template.get("extra_vars", {})) <= known, template["name"]


def test_an_audit_is_never_sliced_and_a_deployment_is() -> None:
    slices = {t["playbook"]: t["job_slice_count"] for t in _DATA["awx_job_templates"]}
    assert slices["playbooks/audit.yml"] == 1
    assert slices["playbooks/deploy.yml"] > 1
    assert "playbooks/prepare.yml" in slices
    # Nothing that changes stations starts by itself before somebody wants it to.
    started = {s["unified_job_template"] for s in _DATA["awx_schedules"] if s["enabled"]}
    playbooks = {t["name"]: t["playbook"] for t in _DATA["awx_job_templates"]}
    assert {playbooks[name] for name in started} == {"playbooks/audit.yml"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PRONOTE audit, every night", ["2026-11-27T05:30+01:00", "2026-11-28T05:30+01:00", "2026-11-29T05:30+01:00"]),
        (
            "PRONOTE deploy, evenings of working days",
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
