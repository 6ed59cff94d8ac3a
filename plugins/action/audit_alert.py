# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.alerts.tell import AlertRequest, AuditResult, tell
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.report.make import records_of
from ..plugin_utils.store.store import StoreError

ARGUMENT_SPEC: dict[str, Any] = {
    "records": {"type": "str", "default": "pronote_audit_record"},
    "summary": {"type": "dict", "required": True},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "state": {"type": "path", "required": True},
    "language": {"type": "str", "default": "fr", "choices": ["fr", "en"]},
    "tell": {"type": "list", "elements": "str", "default": ["newly_late", "fixed", "by_hand", "vanished", "verdict"]},
    "threshold": {"type": "float", "default": 100.0},
    "report": {"type": "path"},
    "report_url": {"type": "str"},
    "mail_server": {"type": "str"},
    "mail_port": {"type": "int", "default": 0},
    "mail_encryption": {"type": "str", "default": "starttls", "choices": ["starttls", "tls", "none"]},
    "mail_username": {"type": "str"},
    "mail_password": {"type": "str", "no_log": True},
    "mail_ca_path": {"type": "path"},
    "mail_from": {"type": "str"},
    "mail_to": {"type": "list", "elements": "str", "default": []},
    # Its path is the password of most chats.
    "webhook_url": {"type": "str", "no_log": True},
    "webhook_secret": {"type": "str", "no_log": True},
    "webhook_ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30.0},
}


class ActionModule(ActionBase):
    """Tell people what an audit found, once. Documentation: plugins/modules/audit_alert.py."""

    TRANSFERS_FILES = False
    # Runs once for the whole play, without any station.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        audited = AuditResult(
            records=list(records_of(variables, args["records"])),
            summary=args["summary"],
            limited=bool(variables.get("ansible_limit")),
        )
        if "verdict" not in audited.summary:
            return {"changed": False, "skipped": True, "skip_reason": "no audit was made, so there is nothing to tell"}
        try:
            telling = tell(audited, AlertRequest.of(args), check=self._task.check_mode)
        except ValueError as exc:
            raise AnsibleActionFail(f"the alert is not usable as configured: {exc}") from exc
        except StoreError as exc:
            raise AnsibleActionFail(f"nothing was told: {exc}") from exc
        result = telling.as_dict()
        # A mail server that is down is a failure of the alert, not of the audit.
        result["warnings"] = telling.warnings
        if self._task.diff and telling.sent and telling.message is not None:
            shown = f"{telling.message.subject}\n\n{telling.message.text}"
            result["diff"] = {"before": "", "after": shown, "after_header": f"told by {', '.join(telling.sent)}"}
        return result
