# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.doors.action import ControllerAction, show
from ..plugin_utils.inventory.schools import said
from ..plugin_utils.remaining.listing import what_remains
from ..plugin_utils.store.store import StoreError

_ELSEWHERE = (
    "{count} stations ({first}…) come from another inventory folder, whose store is another file: they are not in this "
    "list. Set pronote_state to one file for both."
)


class ActionModule(ControllerAction):
    """Print which stations of the play are not right yet. Documentation: plugins/modules/deploy_report.py."""

    # Runs once for the whole play, without any station.
    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "store": {"type": "path", "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "language": {"type": "str", "default": "fr", "choices": ["fr", "en"]},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if not args["store"]:
            return {"skipped": True, "skip_reason": "no store (pronote_state is empty)"}
        elsewhere = _elsewhere(self.variables)
        names = [name for name in self.variables["ansible_play_hosts_all"] if name not in elsewhere]
        warnings = [_ELSEWHERE.format(count=len(elsewhere), first=next(iter(elsewhere)))] if elsewhere else []
        places = {
            name: {"school": said(known, "pronote_uai"), "room": said(known, "pronote_room")}
            for name in names
            for known in [self.variables["hostvars"][name]]
        }
        try:
            rows, table = what_remains(
                Path(args["store"]), places, product=PRODUCTS[args["product"]], language=args["language"]
            )
        except StoreError as exc:
            return {"warnings": [f"{exc} What remains to be done is not known."]}
        show([table])
        return {"remaining": rows, "right": len(names) - len(rows), "warnings": warnings}


def _elsewhere(variables: dict[str, Any]) -> dict[str, None]:
    """The play's stations whose inventory lies in another folder and so has a store of its own, in their order."""
    here = variables.get("inventory_dir")
    stations = ((name, variables["hostvars"][name]) for name in variables["ansible_play_hosts_all"])
    return {name: None for name, own in stations if "pronote_state" not in own and own.get("inventory_dir") != here}
