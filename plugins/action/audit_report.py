# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.module_utils.atomic import write_atomically
from ansible_collections.rentree.pronote.plugins.module_utils.audit import count, failing
from ansible_collections.rentree.pronote.plugins.module_utils.audit_table import render_table
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments

ARGUMENT_SPEC: dict[str, Any] = {
    "records": {"type": "str", "default": "pronote_audit_record"},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "path": {"type": "path"},
    "language": {"type": "str", "default": "fr", "choices": ["fr", "en"]},
    "fail_on": {"type": "list", "elements": "str", "default": []},
}


class ActionModule(ActionBase):
    """Print and write the audit of every station of the play. Documentation: plugins/modules/audit_report.py."""

    TRANSFERS_FILES = False
    # Runs once for the whole play, without any station: it works when none of them answers.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        records = [
            record
            for host in variables["ansible_play_hosts_all"]
            if (record := _record(variables["hostvars"][host], args["records"])) is not None
        ]
        try:
            failed = failing(records, args["fail_on"])
        except ValueError as exc:
            raise AnsibleActionFail(f"fail_on: {exc}") from exc
        width = max(80, shutil.get_terminal_size((120, 40)).columns)
        table = render_table(records, language=args["language"], width=width, color=sys.stdout.isatty())
        title = PRODUCTS[args["product"]].title
        Display().display(f"{title}\n{table}" if args["product"] != "pronote_client" else table)
        result: dict[str, Any] = {"changed": False, "counts": count(records), "failing": failed}
        if args["path"] and not self._task.check_mode:
            _write(Path(args["path"]), {"schema": 1, "at": _now(), "counts": count(records), "stations": records})
            result["path"] = args["path"]
        if failed:
            result |= {
                "failed": True,
                "msg": f"{len(failed)} of {len(records)} stations are {' or '.join(args['fail_on'])}: "
                + ", ".join(failed[:10])
                + (" …" if len(failed) > 10 else ""),
            }
        return result


def _record(host: Any, name: str) -> dict[str, Any] | None:
    registered = host.get(name)
    return dict(registered["record"]) if registered and "record" in registered else None


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _write(path: Path, report: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(path, f"{text}\n".encode(), mode=0o640)
