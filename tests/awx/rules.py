"""What AWX 24.6 refuses beyond types and references: prompts, surveys, rules of schedules, names in the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from dateutil.rrule import rrulestr

__all__ = ["Refused", "check"]

Thing = dict[str, Any]
# What a template has to ask for, so that a node or a schedule may say it.
_ASKED_BY = {
    "limit": "ask_limit_on_launch",
    "inventory": "ask_inventory_on_launch",
    "job_type": "ask_job_type_on_launch",
    "forks": "ask_forks_on_launch",
    "diff_mode": "ask_diff_mode_on_launch",
    "job_slice_count": "ask_job_slice_count_on_launch",
    "timeout": "ask_timeout_on_launch",
}
_FORBIDDEN = re.compile(r"ANSIBLE_|PATH$|HOME$|VIRTUAL_ENV$|AWX_|PYTHON")


class Refused(Exception):  # noqa: N818  (what the API answers)
    """An answer of status 400."""

    def __init__(self, told: Thing) -> None:
        super().__init__(told)
        self.told = told


def check(endpoint: str, data: Thing, at: Callable[[str, Any], Thing | None]) -> None:
    """Raises Refused. ``at``: the object of an endpoint and a number."""
    {
        "credential_types": _credential_type,
        "credentials": _credential,
        "inventory_sources": _source,
        "job_templates": _template,
        "workflow_job_template_nodes": _node,
        "schedules": _schedule,
    }.get(endpoint, _nothing)(data, at)


def _nothing(_data: Thing, _at: Callable[[str, Any], Thing | None]) -> None:
    """Of a kind without rules."""


def _credential_type(data: Thing, _at: Callable[[str, Any], Thing | None]) -> None:
    """CredentialInjectorField: what is injected is a template of the inputs, and no variable of Ansible's."""
    fields = {each["id"] for each in (data.get("inputs") or {}).get("fields", ())}
    injectors = data.get("injectors") or {}
    for name in injectors.get("env", ()):
        if _FORBIDDEN.match(name):
            raise Refused({"injectors": [f"Environment variable {name} is not allowed to be used in credentials."]})
    for value in [text for part in injectors.values() for text in part.values()]:
        if unknown := set(re.findall(r"{{\s*(\w+)", value)) - fields:
            raise Refused({"injectors": [f"{sorted(unknown)[0]} uses an undefined field"]})
        if "{{" not in value:
            # A password that apply.yml worked out as a template would be here.
            raise Refused({"injectors": [f"{value!r} says nothing of the inputs"]})


def _credential(data: Thing, at: Callable[[str, Any], Thing | None]) -> None:
    made = at("credential_types", data.get("credential_type"))
    known = {each["id"] for each in ((made or {}).get("inputs") or {}).get("fields", ())} | {"username", "password"}
    if unknown := set(data.get("inputs") or {}) - known:
        raise Refused({"inputs": [f"{sorted(unknown)[0]} is not a field"]})


def _source(data: Thing, at: Callable[[str, Any], Thing | None]) -> None:
    """InventorySourceSerializer: of a source in a project, no vault opens."""
    if data.get("source") == "scm" and not data.get("source_project"):
        raise Refused({"source_project": ["Project required for scm type sources."]})
    if held := at("credentials", data.get("credential")):
        kind = (at("credential_types", held["credential_type"]) or {})["kind"]
        if kind in {"ssh", "vault", "scm", "insights"}:
            raise Refused({"credential": [f"Credentials of type {kind} are disallowed for scm inventory sources."]})


def _template(data: Thing, _at: Callable[[str, Any], Thing | None]) -> None:
    if data.get("extra_vars"):
        json.loads(data["extra_vars"])
    if data.get("job_type", "run") not in {"run", "check"}:
        raise Refused({"job_type": ["is not a valid choice."]})


def _prompted(data: Thing, template: Thing, *, answers: bool) -> None:
    """LaunchConfigurationBaseSerializer. ``answers``: what the survey requires has to be there."""
    for name, asks in _ASKED_BY.items():
        if data.get(name) and not template.get(asks):
            raise Refused({name: ["Field is not configured to prompt on launch."]})
    given = data.get("extra_data") or {}
    questions = template["survey"].get("spec", []) if template.get("survey_enabled") else []
    known = {each["variable"] for each in questions}
    if set(given) - known and not template.get("ask_variables_on_launch"):
        raise Refused({"extra_data": ["Variables are not allowed on launch."]})
    if answers and (left := {each["variable"] for each in questions if each["required"]} - set(given)):
        raise Refused({"variables_needed_to_start": [f"'{name}' value missing" for name in sorted(left)]})


def _node(data: Thing, at: Callable[[str, Any], Thing | None]) -> None:
    if template := at("unified_job_templates", data.get("unified_job_template")):
        _prompted(data, template, answers=False)


def _schedule(data: Thing, at: Callable[[str, Any], Thing | None]) -> None:
    rule = str(data.get("rrule"))
    if not re.match(r"DTSTART;TZID=\S+:\d{8}T\d{6} RRULE:\S+$", rule) or "INTERVAL=" not in rule:
        raise Refused({"rrule": ["DTSTART and INTERVAL required in rrule."]})
    try:
        rrulestr(rule.replace(" ", "\n"))
    except ValueError as exc:
        raise Refused({"rrule": [f"rrule parsing failed validation: {exc}"]}) from exc
    if template := at("unified_job_templates", data.get("unified_job_template")):
        _prompted(data, template, answers=True)
