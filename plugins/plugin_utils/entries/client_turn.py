# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_turn`` (plugins/modules/client_turn.py). I/O: Ansible."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from ..deploy.arguments import TURN_SPEC
from ..deploy.run import deploy, remember_held
from ..doors.turn import TurnAction
from ..rings.meanwhile import Meanwhile
from ..rings.turn import Turn, in_ring, keep_back, nothing_to_bring, other_release, turn_of


class ActionModule(TurnAction):
    """A station's turn in a deployment. Documentation: plugins/modules/client_turn.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **TurnAction.ARGUMENT_SPEC,
        "step": {"type": "str", "default": ""},
        "results": {"type": "str", "default": "pronote_client_result"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        found, step = self.registered(args["found"]), self.registered(args["step"])
        if found.get("survey") and self.name not in found["at"]:
            # It has nothing to do, and is there so that somebody is left when all others have failed.
            return {"skipped": True}
        turn = turn_of(self.name, found, step, earlier=self.variables.get(args["results"])) if step else None
        if (kept := keep_back(turn)) is not None:
            # Of a school that another run has, that one remembers how its stations stand.
            mine = "held_by" in kept and "elsewhere" not in kept
            return self._held(kept, args, found) if mine else kept
        meanwhile, result = Meanwhile(self.name, step), dict[str, Any]()
        try:
            result = self._go(args, found, turn, meanwhile, pilots=(step or found).get("pilots", ()))
        finally:
            meanwhile.ended(deferred=result.get("deferred", False))
        return result

    def _go(
        self,
        args: dict[str, Any],
        found: Mapping[str, Any],
        turn: Turn | None,
        meanwhile: Meanwhile,
        *,
        pilots: Collection[str],
    ) -> dict[str, Any]:
        pilot = self.name in pilots
        if (told := self.told(found)) is not None and not (pilot and told.get("action") in {"arm", "armed"}):
            return in_ring(told, turn)
        given = self.given(args, TURN_SPEC)
        if pilot:
            # Its school waits for what it shows of the release: a station that is left to its next start shows nothing.
            given["when"] = "now"
        if given["idle"]:
            return {**nothing_to_bring(), "skipped": True}
        if (kept := other_release(turn, given["release"])) is not None:
            return kept
        check = self._task.check_mode
        result = deploy(self._connection, self.name, given, check=check, others_wait=meanwhile.others_wait)
        return in_ring(result, turn)

    def _held(self, kept: dict[str, Any], args: dict[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        line = self.surveyed(found)
        read = line["result"] if line else {}
        if read.get("failed") or read.get("unreachable"):
            # What keeps the station itself from anything is said before what held its school.
            return {**read, "ring_plan": kept["ring_plan"]}
        return remember_held(self.name, self.given(args, TURN_SPEC), kept, seen=bool(read))
