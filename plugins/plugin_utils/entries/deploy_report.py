# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``deploy_report`` (plugins/modules/deploy_report.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.products import PRODUCTS
from ..doors.action import ControllerAction, show
from ..doors.language import LANGUAGE_SPEC
from ..ending.of_play import deployment_of, ending_of, places_of
from ..pages.screen import SCREEN
from ..remaining.listing import what_remains
from ..store.errors import StoreError
from ..store.option import store_address

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
        "store": {"type": store_address, "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "language": LANGUAGE_SPEC,
        "survey": {"type": "str", "default": ""},
        "rings": {"type": "str", "default": ""},
        "results": {"type": "str", "default": "pronote_client_result"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        run = deployment_of(self.variables, args["survey"])
        ended: dict[str, Any] = {"warnings": []}
        if run is not None:
            names = {name: args[name] for name in ("survey", "rings", "results")}
            ended = ending_of(self.variables, run, **names, words=self.words)
        if run is not None and run.mode != "deploy":
            return ended
        if not args["store"]:
            return {**({"skipped": True} if run is None else ended), "skip_reason": _NO_STORE}
        places, elsewhere = places_of(self.variables)
        warnings = [_ELSEWHERE.given(n=len(elsewhere), first=elsewhere[0])] if elsewhere else []
        try:
            rows, table = what_remains(args["store"], places, product=PRODUCTS[args["product"]], words=self.words)
        except StoreError as exc:
            unknown = Message("{error} What remains to be done is not known.", error=message_of(exc))
            return {**ended, "warnings": [*ended["warnings"], unknown]}
        if run is None or not SCREEN.ends:
            # Otherwise the block that ends the run says it, and each reason once.
            show([table])
        return {
            **ended,
            "remaining": rows,
            "right": len(places) - len(rows),
            "warnings": [*ended["warnings"], *warnings],
        }


_NO_STORE = Message("no store (pronote_state is empty)")
