# SPDX-License-Identifier: GPL-3.0-or-later
"""What the schools of a play want of rings, read from their variables, and what is remembered of their stations.

I/O: Ansible.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.release import Release
from ..depot.lock import asks_for_update, recorded_for
from ..depot.script import old_scripts
from ..inventory.schools import said
from ..job.installshield import RECORD_AGAIN
from ..preflight.kept import held
from ..station.telling import telling
from .kept import Known
from .plan import FIRST_INSTALLATION, Limit, Rules, SchoolPlan, Station, parse_limit, parse_rings, plan_school

__all__ = ["MAX_FAILED", "MAX_UNREACHABLE", "PlayVariables", "SchoolWants", "Surveyed"]

_ALL = Limit(100, percent=True)
MAX_FAILED: Final = "10%"
MAX_UNREACHABLE: Final = "100%"
"""What ``pronote_client_ring_max`` says where it says nothing."""


@dataclass(frozen=True)
class PlayVariables:
    """The variables of every station of the play, from the one task that runs for all of them."""

    task: Mapping[str, Any]
    role_defaults: Mapping[str, Any]
    template: Callable[[dict[str, Any], str], Any]
    _known: dict[str, Any] = field(default_factory=dict)

    def of(self, station: str) -> dict[str, Any]:
        """What a task of this role would see on a station, not yet templated.

        ``hostvars`` has neither the play's variables nor the role's defaults; this task's variables have both, and
        those of its own station among them, which are taken out first.
        """
        own = self.task["hostvars"].raw_get(self.task["inventory_hostname"])
        shared = {name: value for name, value in self.task.items() if name not in own}
        return {**self.role_defaults, **shared, **self.task["hostvars"].raw_get(station)}

    def value(self, variables: dict[str, Any], name: str, default: Any = None) -> Any:
        """One variable, templated. Raises ValueError saying which one cannot be read."""
        if name not in variables:
            return default
        try:
            return self.template(variables, name)
        except AnsibleError as exc:
            raise ValueError(
                Message("{name} cannot be read: {error}", name=name, error=str(exc.message or exc))
            ) from exc

    def host(self, station: str) -> Any:
        """The variables that the inventory has for a station."""
        # Each look-up in hostvars works them out anew: 2 ms and more.
        if station not in self._known:
            self._known[station] = self.task["hostvars"][station]
        return self._known[station]

    def plain(self, station: str, name: str) -> str:
        """One variable of the inventory as text; empty when there is none, or none that can be read."""
        return said(self.host(station), name)


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """A station that a survey has left for its turn. ``at``: where its line is.

    ``ready``: it would be changed now, so that it can show something; None when it was not read. ``faulty``: a fault of
    the inventory is its own.
    """

    school: str
    readable: bool
    ready: bool | None
    older: bool
    at: int
    faulty: bool


class SchoolWants:
    """What one school wants, and who of it is known for what."""

    def __init__(
        self,
        play: PlayVariables,
        school: str,
        names: list[str],
        known: Mapping[tuple[str, str], Known],
        surveyed: Mapping[str, Surveyed] | None,
    ) -> None:
        self.school, self.names = school, names
        self.problem = self.release = self.goal = ""
        self.old_scripts: list[str] = []
        self.older: set[str] = set()
        self.right: set[str] = set()
        self.failed: set[str] = set()
        # Stations of the school that a job of ours has brought to the release, in this run's limit or not.
        self.proofs: set[str] = set()
        self.rules = Rules(rings=(_ALL,), max_fail=_ALL, max_unreachable=_ALL)
        self.pilots = {
            name for name in names if play.plain(name, "pronote_pilot").lower() in {"true", "yes", "on", "1"}
        }
        # Held back one by one in the inventory: what the school's server says is not for them.
        self.pinned = {name for name in names if play.plain(name, "pronote_client_release")}
        self.faulty = {n for n in names if (held(n) is not None if surveyed is None else surveyed[n].faulty)}
        mine: dict[str, Known] = {}
        # One whose own variables are wrong says nothing of its school.
        self._first = next((name for name in names if name not in self.faulty), names[0])
        variables = play.of(self._first)
        try:
            self.release = str(play.value(variables, "pronote_client_release", ""))
            staging = "stage" in (variables.get("ansible_run_tags") or [])
            state = "staged" if staging else str(play.value(variables, "pronote_client_state", "present"))
            product = str(play.value(variables, "__pronote_client_product", "pronote_client"))
            # A removal is proven by removals, a staging proves no installation, and each product goes by itself.
            goal = self.release if state == "present" else f"{self.release} {state}"
            self.goal = goal if product == "pronote_client" else f"{product} {goal}"
            mine = {name: each for (of, name), each in known.items() if of == product}
            if surveyed is not None:
                self.older = {name for name in names if surveyed[name].older}
            elif state == "present":
                self.older = {name for name in names if name in mine and _is_older(mine[name].there, self.release)}
                self.right = {name for name in names if name in mine and self.release in mine[name].there}
            if state == "present":
                self.proofs = {n for n, each in mine.items() if each.school == school and each.proves(self.release)}
                self.failed = {name for name in names if name in mine and mine[name].failed == self.release}
        except ValueError as exc:
            # Its stations say so themselves, each with its own server's answer.
            telling.vv(f"rings of {school}: {exc}")
        try:
            releases = play.value(variables, "__pronote_client_releases", {})
            self.old_scripts = old_scripts(releases)
            most = _keys(play.value(variables, "pronote_client_ring_max"))
            self.rules = Rules(
                rings=parse_rings(play.value(variables, "pronote_client_rings")),
                max_fail=parse_limit(most.get("failed", MAX_FAILED)),
                max_unreachable=parse_limit(most.get("unreachable", MAX_UNREACHABLE)),
                unproven=str(play.value(variables, "pronote_client_unproven", "") or "")
                or self._recorded_for(play, variables, releases),
            )
            if self.rules.unproven:
                # Another one would be spoilt by the same answers every evening.
                self.failed -= {name for name in self.failed if mine[name].code in RECORD_AGAIN}
            if self.rules.unproven == FIRST_INSTALLATION:
                self.proofs.clear()
        except ValueError as exc:
            self.problem = Message(
                "the rings of {school}: {error}",
                school=school or Message("the stations without pronote_uai"),
                error=message_of(exc),
            )

    def _recorded_for(self, play: PlayVariables, variables: dict[str, Any], releases: Any) -> str:
        """What the release's answers were recorded for, when it is not what they are to be used for."""
        if (other := recorded_for(releases, self.release)) or not self.older:
            return other
        tried = play.value(variables, "pronote_client_update", "over") == "over"
        return FIRST_INSTALLATION if tried and asks_for_update(releases, self.release) else ""

    @property
    def served(self) -> str:
        """The release that its server ran when the rings were made; empty when its first station has another."""
        return "" if self._first in self.pinned else self.release

    @property
    def asks(self) -> bool:
        """Whether it matters who can be reached."""
        sizes = self.rules.effective
        return not self.problem and not self.pilots and sizes[0].of(len(self.names)) < len(self.names)

    def plan(self, reachable: Mapping[str, bool], **earlier: int) -> SchoolPlan:
        """Its rings; with variables that cannot be read, one ring that does not begin."""
        stations = [
            Station(
                name=name,
                pilot=name in self.pilots,
                reachable=reachable.get(name),
                older=name in self.older,
                failed=name in self.failed,
                right=name in self.right,
                faulty=name in self.faulty,
            )
            for name in self.names
        ]
        if self.problem:
            everybody = (tuple(self.names),)
            return SchoolPlan(school=self.school, rules=self.rules, rings=everybody, problem=self.problem)
        return plan_school(self.school, stations, self.rules, release=self.goal, **earlier)


def _keys(value: Any) -> Mapping[str, Any]:
    """A variable with keys, any of which it may leave out, or say nothing of (null). Raises ValueError."""
    if value is None or isinstance(value, Mapping):
        return {key: each for key, each in (value or {}).items() if each is not None}
    raise ValueError(
        Message(
            "pronote_client_ring_max is {value}, and has the keys {keys}", value=repr(value), keys="failed, unreachable"
        )
    )


def _is_older(there: Collection[str], release: str) -> bool:
    """Whether one of the releases that are there is an earlier one of the same year."""
    wanted = Release.read(release)
    found = [known for text in there if (known := Release.read(text)) is not None]
    return wanted is not None and any(each.year == wanted.year and each.client < wanted.client for each in found)
