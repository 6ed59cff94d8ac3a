# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shutil
import sys
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.audit.record import count
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.report.make import (
    ReportRequest,
    commands,
    inventory_of,
    make,
    records_of,
    stations_of,
)
from ..plugin_utils.report.table import render_table

ARGUMENT_SPEC: dict[str, Any] = {
    "records": {"type": "str", "default": "pronote_audit_record"},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "path": {"type": "path"},
    "csv": {"type": "path"},
    "html": {"type": "path"},
    "board": {"type": "path"},
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
        width = max(80, shutil.get_terminal_size((120, 40)).columns)
        try:
            made = make(
                records,
                ReportRequest.of(args),
                stations=stations_of(variables, args["product"]),
                inventory=inventory_of(variables),
                commands=commands(variables),
                check=self._task.check_mode,
            )
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        table = render_table(records, language=args["language"], width=width, color=sys.stdout.isatty())
        title = PRODUCTS[args["product"]].title
        Display().display(f"{title}\n{table}" if args["product"] != "pronote_client" else table)
        outcome = made.outcome.as_dict()
        result = {"changed": False, "counts": count(records), "changes": made.changes, **outcome, **made.written}
        if made.error or made.outcome.failed:
            result |= {"failed": True, "msg": made.error or made.outcome.message}
        return result
