# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings: read what the schools of a play want and who can be reached, plan, and say before each step who goes.

Both run once for all stations (``run_once``), on the controller. What a school wants is read from its first station's
variables, with the role's defaults below them, as a task of that station would see them.
I/O: the station, the store, files and Ansible.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.release import Release
from ..depot.lock import asks_for_update, recorded_for
from ..depot.script import old_scripts
from ..inventory.addresses import winrm_address
from ..inventory.schools import said, school_of
from ..station.listening import listening
from ..station.telling import telling
from ..store.store import Store, StoreError
from ..survey.results import read_lines
from .judge import (
    Standing,
    StationOutcome,
    outcome_of,
    stand,
)
from .kept import (
    Installed,
    Progress,
    read_installed,
    read_progress,
    with_sources_kept,
    write_progress,
)
from .plan import (
    FIRST_INSTALLATION,
    RESERVES,
    Limit,
    RingStep,
    Rules,
    SchoolPlan,
    Station,
    load_plan,
    parse_limit,
    parse_rings,
    plan_school,
    steps_of,
)

__all__ = ["PlayVariables", "make_plan", "take_step"]


_FIRST_ASKED = 8
_ALL = Limit(100, percent=True)


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


def make_plan(play: PlayVariables, *, store: str, connect_timeout: float, survey: str = "") -> dict[str, Any]:
    """The plan of every school as a task's result. ``survey``: the file of what was found (deploy/survey.py), if any.

    Of a survey only the stations that have a turn are planned, and nobody is asked whether he can be reached.
    """
    surveyed = _surveyed(survey) if survey else None
    by_school: dict[str, list[str]] = {}
    # The stations of the batch: with `serial`, those of the others have rings of their own in their turn.
    for name in play.task["ansible_play_batch"]:
        if surveyed is None or name in surveyed:
            school = surveyed[name].school if surveyed else ""
            by_school.setdefault(school.strip().upper() or school_of(play.host(name)), []).append(name)
    progress, installed, warnings = _remembered(store)
    wanted = {school: _School(play, school, names, installed, surveyed) for school, names in by_school.items()}
    if surveyed is None:
        reachable = _reachable(play, [w for w in wanted.values() if w.asks], timeout=connect_timeout)
    else:
        reachable = {name: station.ready for name, station in surveyed.items() if station.ready is not None}
    plans = []
    for each in wanted.values():
        known = progress.get((each.school, each.goal))
        stations = [
            Station(name=name, pilot=name in each.pilots, reachable=reachable.get(name), older=name in each.older)
            for name in each.names
        ]
        done = known.done if known else 0
        plans.append(each.plan(stations, **({"done": done} if surveyed is None else {"before": done})))
        if known and known.stopped:
            warnings.append(
                Message(
                    "{school}: the last run on {goal} stopped: {stopped}",
                    school=each.school,
                    goal=each.goal,
                    stopped=known.stopped,
                )
            )
    return {
        "changed": False,
        "id": secrets.token_hex(4),
        "plans": [plan.as_dict() for plan in plans],
        "releases": {name: each.served for each in wanted.values() for name in each.names if name not in each.pinned},
        "turns": _turns(plans, [n for n in play.task["ansible_play_batch"] if not surveyed or _leads(surveyed.get(n))]),
        "survey": survey,
        "at": {name: station.at for name, station in (surveyed or {}).items()},
        "old_scripts": sorted({each for school in wanted.values() for each in school.old_scripts}),
        "warnings": warnings,
    }


def _leads(station: _Surveyed | None) -> bool:
    """Whether Ansible can ask it for its turns: of one whose variables cannot be read it gets no answer."""
    return station is None or station.readable


def _turns(plans: Sequence[SchoolPlan], batch: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """For each station the steps in which it has a turn; the first one is in all of them.

    Ansible takes the steps in the order in which the first answer names them (roles/pronote_client/tasks/rings.yml).
    That is of the first of ``batch`` with a turn, as the others leave the role. ``batch``: those that can answer.
    """
    members = {name for plan in plans for ring in plan.rings for name in ring}
    leader = next((name for name in batch if name in members), next(iter(batch), ""))
    turns: dict[str, list[dict[str, Any]]] = {leader: []}
    for index, step in enumerate(steps_of(plans)):
        item = {"index": index, "name": f"ring {step.ring}" + (f", reserve {step.reserve}" if step.reserve else "")}
        for name in [leader, *(n for names in step.members.values() for n in names)]:
            if item not in turns.setdefault(name, []):
                turns[name].append(item)
    return turns


@dataclass(frozen=True, kw_only=True)
class _Surveyed:
    """A station that a survey has left for its turn. ``at``: where its line is.

    ``ready``: it would be changed now, so that it can show something; None when it was not read.
    """

    school: str
    readable: bool
    ready: bool | None
    older: bool
    at: int


def _surveyed(path: str) -> dict[str, _Surveyed]:
    return {
        line["station"]: _Surveyed(
            school=line["school"],
            readable=line["readable"],
            ready=bool(line["result"].get("changed")) if line["result"] else None,
            older=line["older"],
            at=at,
        )
        for at, line in read_lines(path)
        if line["turn"]
    }


class _School:
    """What one school wants."""

    def __init__(
        self,
        play: PlayVariables,
        school: str,
        names: list[str],
        installed: Installed,
        surveyed: Mapping[str, _Surveyed] | None,
    ) -> None:
        self.school, self.names = school, names
        self.problem = self.release = self.goal = ""
        self.old_scripts: list[str] = []
        self.older: set[str] = set()
        self.rules = Rules(rings=(_ALL,), max_fail=_ALL, max_unreachable=_ALL)
        self.pilots = {
            name for name in names if play.plain(name, "pronote_pilot").lower() in {"true", "yes", "on", "1"}
        }
        # Held back one by one in the inventory: what the school's server says is not for them.
        self.pinned = {name for name in names if play.plain(name, "pronote_client_release")}
        variables = play.of(names[0])
        try:
            self.release = str(play.value(variables, "pronote_client_release", ""))
            staging = "stage" in (variables.get("ansible_run_tags") or [])
            state = "staged" if staging else str(play.value(variables, "pronote_client_state", "present"))
            product = str(play.value(variables, "pronote_client_product", "pronote_client"))
            # A removal is proven by removals, a staging proves no installation, and each product goes by itself.
            goal = self.release if state == "present" else f"{self.release} {state}"
            self.goal = goal if product == "pronote_client" else f"{product} {goal}"
            if surveyed is not None:
                self.older = {name for name in names if surveyed[name].older}
            elif state == "present":
                self.older = {name for name in names if _is_older(installed.get((product, name), ()), self.release)}
        except ValueError as exc:
            # Its stations say so themselves, each with its own server's answer.
            telling.vv(f"rings of {school}: {exc}")
        try:
            releases = play.value(variables, "__pronote_client_releases", {})
            self.old_scripts = old_scripts(releases)
            self.rules = Rules(
                rings=parse_rings(play.value(variables, "pronote_client_rings")),
                max_fail=parse_limit(play.value(variables, "pronote_client_ring_max_fail")),
                max_unreachable=parse_limit(play.value(variables, "pronote_client_ring_max_unreachable")),
                unproven=str(play.value(variables, "pronote_client_unproven", "") or "")
                or self._recorded_for(play, variables, releases),
            )
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
        return "" if self.names[0] in self.pinned else self.release

    @property
    def asks(self) -> bool:
        """Whether it matters who can be reached."""
        sizes = self.rules.effective
        return not self.problem and not self.pilots and sizes[0].of(len(self.names)) < len(self.names)

    def plan(self, stations: Sequence[Station], **earlier: int) -> SchoolPlan:
        """Its rings; with variables that cannot be read, one ring that does not begin."""
        if self.problem:
            everybody = (tuple(self.names),)
            return SchoolPlan(school=self.school, rules=self.rules, rings=everybody, problem=self.problem)
        return plan_school(self.school, stations, self.rules, release=self.goal, **earlier)


def _reachable(play: PlayVariables, schools: list[_School], *, timeout: float) -> dict[str, bool]:
    """Who answers on the port of WinRM; each school is asked in order until there are enough."""
    found: dict[str, bool] = {}
    rest = [(list(s.names), max(1, s.rules.effective[0].of(len(s.names))) + RESERVES) for s in schools]
    chunk = _FIRST_ASKED
    while rest:
        asked = [name for names, _ in rest for name in names[:chunk]]
        addresses = {}
        for name in asked:
            # One whose address cannot be told is not reached: its own task says why.
            with contextlib.suppress(ValueError, AnsibleError):
                addresses[name] = winrm_address(name, play.host(name))
        answering = listening(addresses, timeout=timeout)
        found |= {name: name in answering for name in asked}
        rest = [
            (names[chunk:], missing)
            for names, wanted in rest
            if (missing := wanted - sum(found[name] for name in names[:chunk])) > 0 and names[chunk:]
        ]
        chunk *= 2
    return found


def _is_older(there: Collection[str], release: str) -> bool:
    """Whether one of the releases that are there is an earlier one of the same year."""
    wanted = Release.read(release)
    found = [known for text in there if (known := Release.read(text)) is not None]
    return wanted is not None and any(each.year == wanted.year and each.client < wanted.client for each in found)


def _remembered(store: str) -> tuple[Mapping[tuple[str, str], Progress], Installed, list[str]]:
    if not store or not Path(store).expanduser().exists():
        return {}, {}, []
    try:
        with Store(Path(store)) as kept:
            return read_progress(kept), read_installed(kept), []
    except StoreError as exc:
        return {}, {}, [Message("{error} Rings begin with the pilots.", error=message_of(exc))]


def take_step(
    variables: Mapping[str, Any], planned: Mapping[str, Any], *, index: int, results: str, store: str, check: bool
) -> dict[str, Any]:
    """Judge the rings so far and say who goes now, as a task's result. In check mode nobody is held.

    ``index``: which step, negative for the end. ``results``: the variable with the stations' results. ``store`` empty:
    none.
    """
    plans = [load_plan(data) for data in planned["plans"]]
    steps = steps_of(plans)
    index = len(steps) if index < 0 else index
    outcomes = {} if check else _outcomes(variables, steps[:index], results, plan_id=planned["id"])
    outcomes = with_sources_kept(store, outcomes)
    standings = {plan.school: stand(plan, steps, index, outcomes) for plan in plans}
    if check:
        step = steps[index] if index < len(steps) else None
        members = step.members if step and not step.reserve else {}
        standings = {p.school: Standing(go=members.get(p.school, ()), passed=p.passed) for p in plans}
    held = {
        name: p.problem
        or Message("held back, rings of {school} stopped: {reason}", school=p.school, reason=standings[p.school].reason)
        for p in plans
        for name in standings[p.school].held
    }
    return {
        "changed": False,
        "ring": steps[min(index, len(steps) - 1)].ring if steps else 0,
        "rings": max((step.ring for step in steps), default=0),
        "go": [name for standing in standings.values() for name in standing.go],
        "held": {name: str(why) for name, why in held.items()},
        "held_source": {name: why.as_dict() for name, why in held.items() if isinstance(why, Message)},
        "wrong": [name for p in plans if p.problem for name in standings[p.school].held],
        "stopped": {school: s.reason for school, s in standings.items() if s.reason},
        "warnings": _remember(store, plans, standings) if store and not check and index else [],
    }


def _outcomes(
    variables: Mapping[str, Any], steps: Sequence[RingStep], results: str, *, plan_id: str
) -> dict[str, StationOutcome]:
    alive = set(variables["ansible_play_batch"])
    found: dict[str, StationOutcome] = {}
    for name in dict.fromkeys(name for step in steps for names in step.members.values() for name in names):
        result = variables["hostvars"].raw_get(name).get(results)
        gone = name not in alive
        # A result without the mark is of an earlier play, or of a task that failed before its action began.
        if result and result.get("ring_plan") != plan_id and not gone:
            result = None
        outcome = outcome_of(result, gone=gone)
        if outcome is not None:
            found[name] = outcome
    return found


def _remember(store: str, plans: Sequence[SchoolPlan], standings: Mapping[str, Standing]) -> list[str]:
    rows = [
        Progress(
            school=plan.school,
            release=plan.release,
            done=plan.before + standing.counts.get("done", 0),
            ring=standing.passed,
            stopped=standing.reason,
        )
        for plan in plans
        if (standing := standings[plan.school]).counts and plan.release
    ]
    try:
        with Store(Path(store)) as kept:
            write_progress(kept, rows)
    except StoreError as exc:
        return [Message("{error} The next run begins with the pilots again.", error=message_of(exc))]
    return []
