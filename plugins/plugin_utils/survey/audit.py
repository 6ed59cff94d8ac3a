# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of many stations: the same reading and the same verdict as of one (audit/station.py), in one process.

I/O: stations, servers, processes and the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.product.products import PRODUCTS
from ...module_utils.server.description import ServedRelease
from ...module_utils.server.release import HostedOptions, served_release
from ..audit.station import audit, judge
from ..audit.status import SILENT, STATUSES
from ..inventory.asking import asking
from ..remaining.audited import Audited
from ..remaining.confirmation import unconfirmed
from ..remaining.memory import remember_together
from ..station.errors import StationError
from ..station.events import Events
from ..station.probe import probing
from ..station.questions import Reading
from ..station.state import StationState
from ..words.words import Words
from .errands import Result, run_errands
from .options import Resolved
from .results import read_results
from .servers import asked_once

__all__ = ["audit_all", "audit_one", "remember"]


def audit_one(connection: Any, name: str, args: Mapping[str, Any]) -> Result:
    """The result of rentree.pronote.audit for a station, over its own connection. ``args``: the action's."""
    own = {key: args[key] for key in ("uai", "server_url", "release", "school", "room", "timeout")}
    record = audit(
        connection,
        station=name,
        product=PRODUCTS[args["product"]],
        options=_asking(args),
        unconfirmed=partial(unconfirmed, args["store"], name, args["product"]),
        **own,
    )
    return {"record": record}


def audit_all(
    stations: Sequence[Resolved],
    told: Callable[[str, Result], None],
    *,
    parallel: int,
    forks: int,
    connection: Callable[[str], Any],
    words: Words,
) -> None:
    """Tell the name and the result of each station, as they come; the arguments are those of ``run_errands``."""

    def tell(name: str, result: Result) -> None:
        told(name, result)
        record = result.get("record") or {}
        end = "failed" if not record else "unreachable" if record["status"] in SILENT else "right"
        Events(name).ended(end, str(record.get("reason") or result.get("msg", "")))

    served = asked_once((station.arguments for station in stations if station.arguments), _asked, _release)

    def errand(station: Resolved) -> _Audit:
        expected = served[_asked(station.arguments)]
        if isinstance(expected, Exception):
            raise expected
        return _Audit(station, expected)

    run_errands(stations, errand, tell, parallel=parallel, forks=forks, connection=connection, words=words)


def remember(stations: Iterable[Resolved], results: str) -> list[str]:
    """Put what was found into the store that each station names. Returns warnings."""
    of = {station.name: station.arguments for station in stations if station.arguments}
    warnings = []
    for store in dict.fromkeys(args["store"] for args in of.values() if args["store"]):
        audited = (
            Audited(
                record=result["record"],
                product=of[name]["product"],
                found=STATUSES[result["record"]["status"]].found,
                silent=result["record"]["status"] in SILENT,
            )
            for name, result in read_results(results)
            if "record" in result and of[name]["store"] == store
        )
        warnings += remember_together(store, audited)
    return warnings


class _Audit:
    """One station of many: begun when its turn comes, judged when it was read, or not."""

    def __init__(self, station: Resolved, expected: ServedRelease) -> None:
        self._name, self._args, self._expected = station.name, station.arguments, expected
        self._product = PRODUCTS[station.arguments["product"]]
        self._read_at = now()
        self.group, self.seconds = station.arguments["uai"], station.arguments["timeout"]

    def begin(self) -> Reading[StationState]:
        """What is asked of it."""
        self._read_at = now()
        Events(self._name, product=self._product.key).stage("reading")
        return probing(self._product)

    def result(self, read: StationState | StationError) -> Result:
        """The result of rentree.pronote.audit."""
        args = self._args
        record = judge(
            read,
            self._expected,
            station=self._name,
            school=args["uai"],
            school_name=args["school"],
            room=args["room"],
            read_at=self._read_at,
            unconfirmed=partial(unconfirmed, args["store"], self._name, args["product"]),
        )
        return {"record": record}


_Asked = tuple[str, str, str, str, bool]


def _asked(args: Mapping[str, Any]) -> _Asked:
    return args["uai"], args["server_url"], args["release"], args["cache_dir"], args["ask_again"]


def _release(args: Mapping[str, Any]) -> ServedRelease:
    return served_release(args["uai"], args["server_url"], options=_asking(args), pinned=args["release"])


def _asking(args: Mapping[str, Any]) -> HostedOptions:
    return asking(cache_dir=args["cache_dir"], ask_again=args["ask_again"])
