# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.module_utils.atomic import write_atomically
from ansible_collections.rentree.pronote.plugins.module_utils.audit import count
from ansible_collections.rentree.pronote.plugins.module_utils.audit_table import render_table
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._audit_report import (
    Request,
    commands,
    make,
    records_of,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils._report import KINDS

ARGUMENT_SPEC: dict[str, Any] = {
    "records": {"type": "str", "default": "pronote_audit_record"},
    "path": {"type": "path"},
    "csv": {"type": "path"},
    "html": {"type": "path"},
    "prometheus": {"type": "path"},
    "junit": {"type": "path"},
    "outcome": {"type": "path"},
    "state": {"type": "path"},
    "keep_days": {"type": "int", "default": 180},
    "language": {"type": "str", "default": "fr", "choices": ["fr", "en"]},
    "fail_on": {"type": "list", "elements": "str", "default": []},
    "max_unreachable": {"type": "float", "default": 50},
    "max_unknown": {"type": "float", "default": 5},
}


class ActionModule(ActionBase):
    """Print, keep and write the audit of every station of the play. Documentation: plugins/modules/audit_report.py."""

    TRANSFERS_FILES = False
    # Runs once for the whole play, without any station: it works when none of them answers.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        records = list(records_of(variables, args["records"]))
        request = Request(
            paths={kind: args[kind] for kind in KINDS},
            state=args["state"] or "",
            **{name: args[name] for name in ("language", "fail_on", "max_unreachable", "max_unknown", "keep_days")},
        )
        width = max(80, shutil.get_terminal_size((120, 40)).columns)
        try:
            made = make(
                records,
                request,
                stations=[str(host) for host in variables["groups"]["all"]],
                commands=commands(variables),
                check=self._task.check_mode,
            )
        except ValueError as exc:
            raise AnsibleActionFail(f"fail_on: {exc}") from exc
        Display().display(render_table(records, language=args["language"], width=width, color=sys.stdout.isatty()))
        outcome = made.outcome.as_dict()
        if args["outcome"]:
            write_atomically(
                Path(args["outcome"]),
                json.dumps({**outcome, "failed": made.outcome.failed, "error": made.error}).encode(),
                mode=0o600,
            )
        result = {"changed": False, "counts": count(records), "changes": made.changes, **outcome, **made.written}
        if made.error or made.outcome.failed:
            result |= {"failed": True, "msg": made.error or made.outcome.message}
        return result
