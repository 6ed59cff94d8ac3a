# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.inventory.schools import said
from ..plugin_utils.remaining.listing import what_remains
from ..plugin_utils.store.store import StoreError

ARGUMENT_SPEC: dict[str, Any] = {
    "store": {"type": "path", "required": True},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "language": {"type": "str", "default": "fr", "choices": ["fr", "en"]},
}

_ELSEWHERE = (
    "{count} stations ({first}…) come from another inventory folder, whose store is another file: they are not in this "
    "list. Set pronote_state to one file for both."
)


class ActionModule(ActionBase):
    """Print which stations of the play are not right yet. Documentation: plugins/modules/deploy_report.py."""

    TRANSFERS_FILES = False
    # Runs once for the whole play, without any station.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        if not args["store"]:
            return {"changed": False, "skipped": True, "skip_reason": "no store (pronote_state is empty)"}
        names, elsewhere = _of_this_store(variables)
        warnings = [_ELSEWHERE.format(count=len(elsewhere), first=elsewhere[0])] if elsewhere else []
        places = {
            name: {"school": said(known, "pronote_uai"), "room": said(known, "pronote_room")}
            for name in names
            for known in [variables["hostvars"][name]]
        }
        try:
            rows, table = what_remains(
                Path(args["store"]), places, product=PRODUCTS[args["product"]], language=args["language"]
            )
        except StoreError as exc:
            return {"changed": False, "warnings": [f"{exc} What remains to be done is not known."]}
        Display().display(table)
        return {"changed": False, "remaining": rows, "right": len(names) - len(rows), "warnings": warnings}


def _of_this_store(variables: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The play's stations, and those whose inventory lies in another folder and so has a store of its own."""
    here: list[str] = []
    elsewhere: list[str] = []
    for name in variables["ansible_play_hosts_all"]:
        known = variables["hostvars"][name]
        own = "pronote_state" in known or known.get("inventory_dir") == variables.get("inventory_dir")
        (here if own else elsewhere).append(name)
    return here, elsewhere
