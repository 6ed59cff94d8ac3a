# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``startup_script`` (plugins/modules/startup_script.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ...module_utils.base.message import Message, joined
from ...module_utils.product.products import PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ..depot.publish import read_lock
from ..doors.action import ControllerAction
from ..inventory.typed import command_here
from ..prepare.wanted import wanted_by_schools
from ..rings.kept import read_known
from ..startup.schools import scripts_of
from ..startup.write import write_startup
from ..store.option import store_address
from ..store.store import Store, store_exists

_UNPROVEN = Message(
    "no station is known to run {release} by a deployment of ours. Deploy to a pilot first ({command}), or say "
    "{option}: what this script brings, it brings to every station that starts"
)
_HELD = Message("{school} keeps the start-up script that it has: {why}")


class ActionModule(ControllerAction):
    """Write the start-up script of each school of the play. Documentation: plugins/modules/startup_script.py."""

    # Runs once for all schools of the play, without any station.
    BYPASS_HOST_LOOP = True
    FAILURE = Message("no start-up script was written: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "dest": {"type": "path", "required": True},
        "lock_file": {"type": "path", "required": True},
        "store": {"type": store_address, "default": ""},
        "unproven": {"type": "str", "default": "hold", "choices": ["hold", "write"]},
        "spread": {"type": "int", "default": 600},
        "rate": {"type": "str", "default": ""},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if not args["dest"]:
            raise ValueError(Message("pronote_startup_dir is not set: name the folder of the start-up scripts"))
        hostvars, hosts = self.variables["hostvars"], self.variables["ansible_play_hosts_all"]
        wanted, problems = wanted_by_schools(hostvars, hosts)
        shown = proven(args["store"]) if args["unproven"] == "hold" else None
        command = command_here("deploy", self.variables)

        def hold(release: Release) -> str:
            if shown is None or str(release.client) in shown:
                return ""
            option = "pronote_startup_unproven: write"
            told: str = _UNPROVEN.given(release=release, command=command, option=option)
            return told

        found = scripts_of(
            hostvars,
            hosts,
            wanted=wanted,
            lock=read_lock(Path(args["lock_file"])) or {},
            spread=args["spread"],
            rate=args["rate"],
            hold=hold,
        )
        done = write_startup(found.scripts, Path(args["dest"]), check=bool(self._task.check_mode))
        problems = [*problems, *found.problems]
        result = {
            **done,
            "scripts": {school: str(script.release) for school, script in found.scripts.items()},
            "held": sorted(found.held),
            "warnings": [_HELD.given(school=school, why=why) for school, why in found.held.items()],
        }
        return {**result, "failed": True, "msg": joined(problems, " | ")} if problems else result


def proven(store: str) -> set[str]:
    """Releases that a job of ours has brought to a station that runs them. Raises StoreError."""
    if not store_exists(store):
        return set()
    with Store(store) as kept:
        known = read_known(kept)
    mine = [each for (product, _station), each in known.items() if product == PRONOTE_CLIENT.key]
    return {release for each in mine for release in each.there if each.proves(release)}
