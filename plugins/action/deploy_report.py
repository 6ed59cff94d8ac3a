# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..module_utils.base.message import Message, message_of
from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.doors.action import ControllerAction, show
from ..plugin_utils.doors.language import LANGUAGE_SPEC
from ..plugin_utils.inventory.schools import said
from ..plugin_utils.remaining.listing import what_remains
from ..plugin_utils.store.store import StoreError

_ELSEWHERE = Message.plural(
    "{n} station ({first}) comes from another inventory folder, whose store is another file: it is not in this list. "
    "Set pronote_state to one file for both.",
    "{n} stations ({first}…) come from another inventory folder, whose store is another file: they are not in this "
    "list. Set pronote_state to one file for both.",
)


class ActionModule(ControllerAction):
    """Print which stations of the play are not right yet. Documentation: plugins/modules/deploy_report.py."""

    # Runs once for the whole play, without any station.
    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    EARLIER_LANGUAGE = "pronote_client_report_language"
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "store": {"type": "path", "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if not args["store"]:
            return {"skipped": True, "skip_reason": Message("no store (pronote_state is empty)")}
        words = self.words
        places, elsewhere = _places(self.variables)
        warnings = [_ELSEWHERE.given(n=len(elsewhere), first=elsewhere[0])] if elsewhere else []
        try:
            rows, table = what_remains(Path(args["store"]), places, product=PRODUCTS[args["product"]], words=words)
        except StoreError as exc:
            return {"warnings": [Message("{error} What remains to be done is not known.", error=message_of(exc))]}
        show([table])
        return {"remaining": rows, "right": len(places) - len(rows), "warnings": warnings}


def _places(variables: dict[str, Any]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """School and room of each station of the play, and the names of those whose inventory lies in another folder.

    These have a store of their own. Each is looked up once: hostvars works a station's variables out each time.
    """
    here = variables.get("inventory_dir")
    places, elsewhere = {}, []
    for name in variables["ansible_play_hosts_all"]:
        own = variables["hostvars"][name]
        if "pronote_state" not in own and own.get("inventory_dir") != here:
            elsewhere.append(name)
        else:
            places[name] = {"school": said(own, "pronote_uai"), "room": said(own, "pronote_room")}
    return places, elsewhere
