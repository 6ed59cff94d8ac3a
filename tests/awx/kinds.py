"""What AWX's API v2 knows of each kind of object: fields, what they refer to, and links to others.

Taken from the serializers of AWX 24.6 (awx/api/serializers.py) as far as ``awx/apply.yml`` uses them. AWX itself passes
over a field that it does not know; the stand-in refuses it, since somebody meant something by it.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["KINDS", "Kind"]

_TEXT, _SWITCH, _NUMBER, _DATA = str, bool, int, dict


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``fields``: type by name; ``refers``: the endpoint that a field's number is of; ``links``: endpoints of lists;
    ``unique``: what two objects may not share; ``read_only``: accepted and passed over."""

    type: str
    fields: Mapping[str, builtins.type] = field(default_factory=dict)
    refers: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ("name",)
    unique: tuple[str, ...] = ("name", "organization")
    read_only: tuple[str, ...] = ()

    @property
    def known(self) -> set[str]:
        """What a request may say, and a filter may ask for."""
        return {*self.fields, *self.refers, *self.read_only}


_NAMED = {"name": _TEXT, "description": _TEXT}
_PROMPTS = {
    "limit": _TEXT,
    "job_type": _TEXT,
    "forks": _NUMBER,
    "diff_mode": _SWITCH,
    "job_slice_count": _NUMBER,
    "timeout": _NUMBER,
    "extra_data": _DATA,
}
_ASKS = ("limit", "variables", "inventory", "job_type", "forks", "diff_mode", "timeout", "job_slice_count", "tags")
_ASKED = {f"ask_{each}_on_launch": _SWITCH for each in _ASKS}

KINDS = {
    "organizations": Kind(type="organization", fields=_NAMED, unique=("name",)),
    "credential_types": Kind(
        type="credential_type",
        fields={**_NAMED, "kind": _TEXT, "inputs": _DATA, "injectors": _DATA},
        required=("name", "kind"),
        unique=("name",),
        read_only=("managed",),
    ),
    "credentials": Kind(
        type="credential",
        fields={**_NAMED, "inputs": _DATA},
        refers={"organization": "organizations", "credential_type": "credential_types"},
        required=("name", "credential_type"),
        unique=("name", "organization", "credential_type"),
    ),
    "execution_environments": Kind(
        type="execution_environment",
        fields={**_NAMED, "image": _TEXT, "pull": _TEXT},
        refers={"organization": "organizations", "credential": "credentials"},
        required=("name", "image"),
        unique=("name",),
    ),
    "instances": Kind(type="instance", fields={"hostname": _TEXT}, required=("hostname",), unique=("hostname",)),
    "instance_groups": Kind(
        type="instance_group",
        fields={"name": _TEXT, "policy_instance_percentage": _NUMBER, "max_forks": _NUMBER},
        links={"instances": "instances"},
        unique=("name",),
    ),
    "projects": Kind(
        type="project",
        fields={
            **_NAMED,
            **dict.fromkeys(["scm_type", "scm_url", "scm_branch"], _TEXT),
            "scm_update_on_launch": _SWITCH,
            "scm_update_cache_timeout": _NUMBER,
        },
        refers={"organization": "organizations", "credential": "credentials"},
    ),
    "inventories": Kind(
        type="inventory",
        fields={**_NAMED, "kind": _TEXT, "host_filter": _TEXT, "variables": _TEXT},
        refers={"organization": "organizations"},
        links={"instance_groups": "instance_groups"},
        required=("name", "organization"),
    ),
    "inventory_sources": Kind(
        type="inventory_source",
        fields={
            **_NAMED,
            **dict.fromkeys(["source", "source_path"], _TEXT),
            **dict.fromkeys(["overwrite", "overwrite_vars", "update_on_launch"], _SWITCH),
            "update_cache_timeout": _NUMBER,
        },
        refers={
            "inventory": "inventories",
            "source_project": "projects",
            "credential": "credentials",
            "execution_environment": "execution_environments",
        },
        required=("name", "inventory", "source"),
        unique=("name", "inventory"),
    ),
    "job_templates": Kind(
        type="job_template",
        fields={
            **_NAMED,
            **dict.fromkeys(["job_type", "playbook", "limit", "extra_vars"], _TEXT),
            **dict.fromkeys(["forks", "timeout", "job_slice_count"], _NUMBER),
            **dict.fromkeys(["diff_mode", "allow_simultaneous", "survey_enabled"], _SWITCH),
            **_ASKED,
        },
        refers={
            "organization": "organizations",
            "inventory": "inventories",
            "project": "projects",
            "execution_environment": "execution_environments",
        },
        links={"credentials": "credentials", "instance_groups": "instance_groups"},
        required=("name", "inventory", "project", "playbook"),
        # The organization of a job template is its project's.
        read_only=("organization",),
    ),
    "workflow_job_templates": Kind(
        type="workflow_job_template",
        fields={
            **_NAMED,
            **dict.fromkeys(["limit", "extra_vars"], _TEXT),
            **dict.fromkeys(["allow_simultaneous", "survey_enabled"], _SWITCH),
            **_ASKED,
        },
        refers={"organization": "organizations", "inventory": "inventories"},
    ),
    "workflow_approval_templates": Kind(
        type="workflow_approval_template", fields={**_NAMED, "timeout": _NUMBER}, unique=()
    ),
    "workflow_job_template_nodes": Kind(
        type="workflow_job_template_node",
        fields={**_PROMPTS, "identifier": _TEXT, "all_parents_must_converge": _SWITCH},
        refers={
            "workflow_job_template": "workflow_job_templates",
            "unified_job_template": "unified_job_templates",
            "inventory": "inventories",
        },
        links={
            **dict.fromkeys(["success_nodes", "failure_nodes", "always_nodes"], "workflow_job_template_nodes"),
            "credentials": "credentials",
        },
        required=("workflow_job_template", "identifier"),
        unique=("identifier", "workflow_job_template"),
        read_only=("type",),
    ),
    "schedules": Kind(
        type="schedule",
        fields={**_NAMED, **_PROMPTS, "rrule": _TEXT, "enabled": _SWITCH},
        refers={"unified_job_template": "unified_job_templates", "inventory": "inventories"},
        required=("name", "unified_job_template", "rrule"),
        unique=("name", "unified_job_template"),
    ),
}
