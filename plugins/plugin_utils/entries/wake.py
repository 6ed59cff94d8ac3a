# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``wake`` (plugins/modules/wake.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..doors.action import ControllerAction, show
from ..store.option import store_address
from ..survey.options import PlayStations
from ..wake import wake as _wake


class ActionModule(ControllerAction):
    """Wake the stations of the play that do not answer. Documentation: plugins/modules/wake.py."""

    # Once for the whole play, so that every station's wait is the same one.
    BYPASS_HOST_LOOP = True
    _OF_A_STATION: ClassVar[dict[str, Any]] = {
        "enabled": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": 300},
        "store": {"type": store_address, "default": ""},
    }
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "default": ""},
        "connect_timeout": {"type": "float", "default": 3},
        "poll_interval": {"type": "float", "default": 5},
        "pause": {"type": "float", "default": 0.2},
        **_OF_A_STATION,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # Those of the batch: with `serial` the others have their own turn.
        play = PlayStations(self, self.variables, words=self.words)
        # What a station's own arguments leave out, the task's say.
        spec = {name: {**option, "default": args[name]} for name, option in self._OF_A_STATION.items()}
        stations = play.each(args["arguments"], spec, reached=False)
        sleepers, warnings = _wake.sleepers_of(stations, lambda name: play.about(name, _wake.SETTINGS))
        times = _wake.WakeTimes(connect=args["connect_timeout"], poll=args["poll_interval"], pause=args["pause"])
        silent = _wake.silent(sleepers, times)
        without = sorted(s.name for s in silent if not s.mac)
        silent = sorted((s for s in silent if s.mac), key=lambda sleeper: sleeper.name)
        result: dict[str, Any] = {
            "changed": bool(silent),
            "woken": [s.name for s in silent],
            "without_mac": without,
            "still_silent": [],
        }
        if silent and not self._task.check_mode:
            result |= _carry_out(silent, self.variables["hostvars"], times, warnings)
        show(map(self.words.of, _lines(result, check=self._task.check_mode)))
        skipped = {} if sleepers or warnings else {"skipped": True, "skip_reason": Message("No station is to be woken")}
        return {**result, **skipped, "warnings": warnings}


def _carry_out(
    silent: list[_wake.Sleeper], hostvars: Any, times: _wake.WakeTimes, warnings: list[str]
) -> dict[str, Any]:
    # Before the packets: a run that is killed while it waits leaves the next one knowing whom it woke.
    warnings += _wake.mark(silent, woken=True)
    relays = {s.relay: hostvars[s.relay] for s in silent if s.relay and s.relay in hostvars}
    sent, problems = _wake.send(silent, relays, times)
    answered = {s.name for s in sent} - {s.name for s in _wake.wait(sent, times)}
    still = [s for s in silent if s.name not in answered]
    warnings += [*problems, *_wake.mark(still, woken=False)]
    woken = [s.name for s in silent if s.name in answered]
    return {"changed": bool(sent), "woken": woken, "still_silent": [s.name for s in still]}


def _lines(result: dict[str, Any], *, check: bool) -> list[str]:
    said = {
        Message("would be woken: {names}", names="") if check else Message("woken: {names}", names=""): "woken",
        Message("did not wake: {names}", names=""): "still_silent",
        Message("silent, and no pronote_mac to wake them with: {names}", names=""): "without_mac",
    }
    return [text.given(names=", ".join(result[key])) for text, key in said.items() if result[key]]
