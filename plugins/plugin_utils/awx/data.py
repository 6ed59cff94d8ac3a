# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is to have, as arguments of the modules of awx.awx: one list a module, as awx/apply.yml makes them. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...module_utils.base.message import Message
from .plan import Node

__all__ = ["NAME", "RELEASE", "Raw", "Wanted", "data_of"]

NAME: Final = "PRONOTE"
RELEASE: Final = "pronote_awx_release"
"""The survey's answer: a release, or ``server``."""

_STORE: Final = f"{NAME} store"
_MACHINE: Final = f"{NAME} stations"
_VAULT: Final = f"{NAME} vault"
_SERVER: Final = "server"
_HOSTS: Final = "pronote_stations"
_STEP: Final = 4 * 3600  # seconds that a job may take
_ANSWER: Final = 3 * 24 * 3600  # seconds that an approval waits: over a week-end
_SURVEY: Final = {
    "name": "",
    "description": "",
    "spec": [
        {
            "question_name": Message("Release"),
            "question_description": Message(
                "A release such as 2026.2.7; server: the one that each school's server runs."
            ),
            "required": True,
            "type": "text",
            "variable": RELEASE,
            "default": _SERVER,
            "min": 0,
            "max": 64,
        },
        {
            "question_name": Message("Limit to"),
            "question_description": Message(
                "A group or a pattern of stations, such as salle_101. Each school's job takes its own."
            ),
            "required": True,
            "type": "text",
            "variable": "pronote_hosts",
            "default": _HOSTS,
            "min": 0,
            "max": 1024,
        },
    ],
}
# AWX refuses a schedule without an answer to each question that needs one, whatever its default.
_ANSWERS: Final = {RELEASE: _SERVER, "pronote_hosts": _HOSTS}


class Raw(str):
    """Text that AWX or a job works out: apply.yml must not."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``source``: the inventory's folder within the project; ``volume``: a folder of the nodes that outlives jobs;
    ``instances``: the nodes of the group, empty for all of them; ``vault``: playbooks/group_vars holds secrets."""

    organization: str
    project_url: str
    source: str
    image: str
    branch: str = "main"
    volume: str = "/srv/pronote-awx"
    group: str = NAME
    instances: tuple[str, ...] = ()
    approval: bool = False
    timezone: str = "Europe/Paris"
    forks: int = 25
    vault: bool = False


def data_of(wanted: Wanted, nodes: Sequence[Node]) -> dict[str, list[dict[str, Any]]]:
    """The lists, in the order in which they are made: what is named is there already."""
    organization = {"organization": wanted.organization}
    return {
        "awx_organizations": [{"name": wanted.organization}],
        "awx_credential_types": [_store_type()],
        # Without inputs: whoever knows a password types it in AWX, and what is typed there is never written over.
        "awx_credentials": [
            {"name": _MACHINE, **organization, "credential_type": "Machine"},
            {"name": _STORE, **organization, "credential_type": _STORE},
            *([{"name": _VAULT, **organization, "credential_type": "Vault"}] if wanted.vault else []),
        ],
        "awx_execution_environments": [{"name": NAME, **organization, "image": wanted.image, "pull": "missing"}],
        "awx_instance_groups": [_instance_group(wanted)],
        "awx_projects": [
            {
                "name": NAME,
                **organization,
                "scm_type": "git",
                "scm_url": wanted.project_url,
                "scm_branch": wanted.branch,
                "scm_update_on_launch": True,
                # The jobs of one workflow do not each fetch it again.
                "scm_update_cache_timeout": 600,
            }
        ],
        "awx_inventories": [{"name": NAME, **organization}],
        "awx_inventory_sources": [
            {
                "name": NAME,
                **organization,
                "inventory": NAME,
                "source": "scm",
                "source_project": NAME,
                "source_path": wanted.source,
                "execution_environment": NAME,
                # pronote_pending is made while the inventory is read, from the store (PRONOTE_STATE).
                "credential": _STORE,
                # A station that left the repository leaves AWX: else it would be silent for ever, and never vanish.
                "overwrite": True,
                "overwrite_vars": True,
                "update_on_launch": True,
                "update_cache_timeout": 600,
            }
        ],
        "awx_job_templates": _job_templates(wanted),
        "awx_workflows": [_audit(wanted, nodes), _deployment(wanted, nodes)],
        "awx_approvals": [_approval(wanted, nodes)] if wanted.approval else [],
        "awx_schedules": _schedules(wanted),
    }


def _store_type() -> dict[str, Any]:
    """The only names that it sets in the environment are not Ansible's: AWX refuses those."""
    return {
        "name": _STORE,
        "kind": "cloud",
        "inputs": {
            "fields": [
                {"id": "address", "type": "string", "label": "postgresql://user@host/database?sslmode=verify-full"},
                {"id": "password", "type": "string", "label": Message("Password"), "secret": True},
            ],
            "required": ["address"],
        },
        "injectors": {
            "env": {"PGPASSWORD": Raw("{{ password }}"), "PRONOTE_STATE": Raw("{{ address }}")},
            "extra_vars": {"pronote_state": Raw("{{ address }}")},
        },
    }


def _instance_group(wanted: Wanted) -> dict[str, Any]:
    if wanted.instances:
        return {"name": wanted.group, "instances": list(wanted.instances)}
    return {"name": wanted.group, "policy_instance_percentage": 100}


def _job_templates(wanted: Wanted) -> list[dict[str, Any]]:
    def template(name: str, playbook: str, description: str, extra: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "name": f"{NAME} {name}",
            "description": description,
            "organization": wanted.organization,
            "job_type": "run",
            "inventory": NAME,
            "project": NAME,
            "playbook": f"playbooks/{playbook}.yml",
            "execution_environment": NAME,
            "credentials": [_MACHINE, _STORE, *([_VAULT] if wanted.vault else [])],
            "instance_groups": [wanted.group],
            "forks": wanted.forks,
            "timeout": _STEP,
            # Never cut: the pilots of a school prove its release for the school, not for a slice of it.
            "job_slice_count": 1,
            "ask_limit_on_launch": True,
            # Nodes of a workflow run beside each other; two jobs on one school wait for each other by themselves.
            "allow_simultaneous": True,
            "extra_vars": {"pronote_cache_dir": _in(wanted, "cache"), **extra},
            **more,
        }

    alone = {"allow_simultaneous": False}
    brought = {
        "pronote_client_log_dir": _in(wanted, "logs"),
        "pronote_client_release": Raw(
            f"{{{{ lookup('rentree.pronote.hosted_release', pronote_uai, url=pronote_server_url | default('')) "
            f"if {RELEASE} | default('{_SERVER}') == '{_SERVER}' else {RELEASE} }}}}"
        ),
    }
    asked = {"diff_mode": True, "survey_enabled": True, "survey_spec": _SURVEY}
    prepared = {
        "pronote_depot_path": _in(wanted, "depot"),
        "pronote_lock_file": _in(wanted, "pronote_releases.lock.yml"),
        # From the repository, where they are recorded once: /runner/inventory has none.
        "pronote_response_dir": f"/runner/project/{wanted.source}/responses",
    }
    # Of one school: what is told of all of them is told by the conclusion, whoever the inventory says is to be alerted.
    quiet = {
        "pronote_audit_conclude_later": True,
        "pronote_reports_dir": "",
        "pronote_audit_fail_on": [],
    }
    told = {
        "pronote_reports_dir": _in(wanted, "reports"),
        "pronote_audit_fail_on": ["not_compliant", "incomplete"],
    }
    said = {
        "audit": Message("Who is at the release of the school's server. Changes no station."),
        "conclusion": Message("Report, verdict and alerts of all schools, from the store. Asks no station."),
        "dry run": Message("What a deployment would change. Changes no station."),
        "deploy": Message("Brings each station to the release of its school's server. Leaves stations in use alone."),
        "prepare": Message("Brings the releases that the schools' servers run into the depot. Asks no station."),
    }
    careful = {**brought, "pronote_client_when_running": "skip"}
    # Releases or installers named by hand, as playbooks/prepare.yml shows.
    by_hand = {"diff_mode": True, "ask_variables_on_launch": True}
    return [
        template("audit", "audit", said["audit"], quiet),
        template("conclusion", "conclude", said["conclusion"], told, **alone, ask_limit_on_launch=False),
        template("dry run", "deploy", said["dry run"], brought, **asked, **{"job_type": "check"}),
        template("deploy", "deploy", said["deploy"], careful, **asked),
        template("prepare", "prepare", said["prepare"], prepared, **alone, **by_hand),
    ]


def _in(wanted: Wanted, name: str) -> str:
    return posixpath.join(wanted.volume, name)


def _node(wanted: Wanted, identifier: str, template: str, *, limit: str = "", **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {
        "identifier": identifier,
        "unified_job_template": {
            "name": f"{NAME} {template}",
            "type": "job_template",
            "organization": {"name": wanted.organization},
        },
    }
    return {**node, **({"limit": limit} if limit else {}), **more}


def _then(kind: str, *identifiers: str) -> dict[str, Any]:
    return {"related": {kind: [{"identifier": each} for each in identifiers]}}


def _audit(wanted: Wanted, nodes: Sequence[Node]) -> dict[str, Any]:
    """A job a school, whatever its end, and then the conclusion of all."""
    end = "conclusion"
    return {
        "name": f"{NAME} audit of all schools",
        "description": Message("A job for each school, then the report of all of them."),
        "organization": wanted.organization,
        "allow_simultaneous": False,
        "workflow_nodes": [
            _node(wanted, end, "conclusion", all_parents_must_converge=True),
            *(_node(wanted, each.name, "audit", limit=each.limit, **_then("always_nodes", end)) for each in nodes),
        ],
    }


def _deployment(wanted: Wanted, nodes: Sequence[Node]) -> dict[str, Any]:
    """A job a school; with an approval the named pilots of each before it, and the rest once somebody agrees."""
    first = [
        _node(wanted, _pilots(each), "deploy", limit=each.pilots, **_then("always_nodes", _APPROVAL))
        for each in nodes
        if wanted.approval
    ]
    return {
        "name": f"{NAME} deployment of all schools",
        "description": Message("A job for each school: its pilots, then the others."),
        "organization": wanted.organization,
        "allow_simultaneous": False,
        # A limit of the workflow would count instead of each node's.
        "ask_limit_on_launch": False,
        "survey_enabled": True,
        "survey_spec": _SURVEY,
        "workflow_nodes": [*(_node(wanted, each.name, "deploy", limit=each.limit) for each in nodes), *first],
    }


_APPROVAL: Final = "approval"


def _pilots(node: Node) -> str:
    return f"{node.name} pilots"


def _approval(wanted: Wanted, nodes: Sequence[Node]) -> dict[str, Any]:
    return {
        "workflow_job_template": f"{NAME} deployment of all schools",
        "organization": wanted.organization,
        "identifier": _APPROVAL,
        "all_parents_must_converge": True,
        "approval_node": {
            "name": f"{NAME} after the pilots",
            "description": Message("Look at the pilots first: approve, and every school goes on."),
            "timeout": _ANSWER,
        },
        "success_nodes": [each.name for each in nodes],
    }


def _schedules(wanted: Wanted) -> list[dict[str, Any]]:
    # With school holidays left in: an audit of stations that are off costs seconds and is shown as such.
    start = f"DTSTART;TZID={wanted.timezone}:20260901T"
    return [
        {
            "name": f"{NAME} audit, every night",
            "organization": wanted.organization,
            "unified_job_template": f"{NAME} audit of all schools",
            "rrule": f"{start}053000 RRULE:FREQ=DAILY;INTERVAL=1",
            "enabled": True,
        },
        # Off until somebody has seen what the dry run says.
        {
            "name": f"{NAME} deployment, evenings of working days",
            "organization": wanted.organization,
            "unified_job_template": f"{NAME} deployment of all schools",
            "rrule": f"{start}190000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR",
            "extra_data": _ANSWERS,
            "enabled": False,
        },
    ]
