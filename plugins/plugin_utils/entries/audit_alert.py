# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``audit_alert`` (plugins/modules/audit_alert.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS
from ..alerts.tell import AlertRequest, tell
from ..doors.action import ControllerAction
from ..doors.language import LANGUAGE_SPEC
from ..report.make import records_of
from ..store.option import store_address

_TELL = ["newly_late", "fixed", "by_hand", "vanished", "verdict"]


class ActionModule(ControllerAction):
    """Tell people what an audit found, once. Documentation: plugins/modules/audit_alert.py."""

    # Runs once for the whole play, without any station.
    BYPASS_HOST_LOOP = True
    FAILURE = Message("the alert is not usable as configured: {error}")
    EARLIER_LANGUAGE = "pronote_audit_language"
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "records": {"type": "str", "default": "pronote_audit_record"},
        "summary": {"type": "dict", "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "store": {"type": store_address, "required": True, "aliases": ["state"]},
        "language": LANGUAGE_SPEC,
        "tell": {
            "type": "list",
            "elements": "str",
            "default": _TELL,
        },
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

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        records, summary = list(records_of(self.variables, args["records"])), args["summary"]
        if "verdict" not in summary:
            return {"skipped": True, "skip_reason": Message("no audit was made, so there is nothing to tell")}
        limited = bool(self.variables.get("ansible_limit") or summary.get("in_part"))
        request = AlertRequest.of(args, self.words)
        telling = tell(records, summary, request, limited=limited, check=self._task.check_mode)
        # A mail server that is down, or a store, is a failure of the alert, not of the audit.
        result = {**telling.as_dict(), "warnings": telling.warnings}
        if self._task.diff and telling.sent and telling.message is not None:
            shown = f"{telling.message.subject}\n\n{telling.message.text}"
            result["diff"] = {"before": "", "after": shown, "after_header": f"told by {', '.join(telling.sent)}"}
        return result
