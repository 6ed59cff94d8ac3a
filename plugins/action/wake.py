# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ..plugin_utils.doors.action import ControllerAction, show
from ..plugin_utils.remaining.memory import mark_woken
from ..plugin_utils.wake import wake as _wake


class ActionModule(ControllerAction):
    """Wake the stations of the play that do not answer. Documentation: plugins/modules/wake.py."""

    # Once for the whole play, so that every station's wait is the same one.
    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "timeout": {"type": "float", "default": 300},
        "connect_timeout": {"type": "float", "default": 3},
        "poll_interval": {"type": "float", "default": 5},
        "pause": {"type": "float", "default": 0.2},
        "store": {"type": "path", "default": ""},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # Those of the batch: with `serial` the others have their own turn.
        hostvars, hosts = self.variables["hostvars"], sorted(self.variables["ansible_play_batch"])
        times = _wake.WakeTimes(
            wait=args["timeout"], connect=args["connect_timeout"], poll=args["poll_interval"], pause=args["pause"]
        )
        sleepers, warnings = _wake.sleepers_of(hosts, hostvars)
        silent = _wake.silent(sleepers, times)
        without = [s.name for s in silent if not s.mac]
        silent = [s for s in silent if s.mac]
        result: dict[str, Any] = {
            "changed": bool(silent),
            "woken": [s.name for s in silent],
            "without_mac": without,
            "still_silent": [],
        }
        if silent and not self._task.check_mode:
            result |= _carry_out(silent, hostvars, times, args["store"], warnings)
        show(_lines(result, check=self._task.check_mode))
        return {**result, "warnings": warnings}


def _carry_out(
    silent: list[_wake.Sleeper], hostvars: Any, times: _wake.WakeTimes, store: str, warnings: list[str]
) -> dict[str, Any]:
    # Before the packets: a run that is killed while it waits leaves the next one knowing whom it woke.
    warnings += mark_woken(store, [s.name for s in silent], woken=True)
    relays = {s.relay: hostvars[s.relay] for s in silent if s.relay and s.relay in hostvars}
    sent, problems = _wake.send(silent, relays, times)
    still = {s.name for s in _wake.wait(sent, times)} | {s.name for s in silent} - {s.name for s in sent}
    warnings += [*problems, *mark_woken(store, sorted(still), woken=False)]
    woken = [s.name for s in silent if s.name not in still]
    return {"changed": bool(sent), "woken": woken, "still_silent": sorted(still)}


def _lines(result: dict[str, Any], *, check: bool) -> list[str]:
    said = {
        "would be woken" if check else "woken": result["woken"],
        "did not wake": result["still_silent"],
        "silent, and no pronote_mac to wake them with": result["without_mac"],
    }
    return [f"{what}: {', '.join(names)}" for what, names in said.items() if names]
