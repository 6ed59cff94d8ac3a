# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings: read what the schools of a play want and who can be reached, plan, and say before each step who goes.

Both run once for all stations (``run_once``), on the controller. What a school wants is read from the variables of its
first station that has no fault of its own, with the role's defaults below them, as a task of that station would see
them.
I/O: the station, the store, files and Ansible.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, advised, message_of, with_sources
from ..inventory.addresses import winrm_address
from ..inventory.schools import school_of
from ..station.listening import listening
from ..store.errors import StoreError
from ..store.store import Store, store_exists
from ..survey.results import read_lines
from .having import have_schools, lease_seconds
from .judge import (
    Standing,
    StationOutcome,
    outcome_of,
    stand,
)
from .kept import (
    Known,
    Progress,
    read_known,
    read_progress,
    with_sources_kept,
    write_progress,
)
from .meanwhile import ROUNDS, Meanwhile, anybody_deferred
from .plan import (
    RESERVES,
    RingStep,
    SchoolPlan,
    load_plan,
    steps_of,
)
from .wants import PlayVariables, SchoolWants, Surveyed

__all__ = ["go_back", "make_plan", "planned_in", "take_step"]


_FIRST_ASKED = 8


def make_plan(
    play: PlayVariables,
    *,
    store: str,
    connect_timeout: float,
    survey: str = "",
    lease: float = 300.0,
    lease_wait: float = 0.0,
    waits: Callable[[Sequence[Message]], None] = lambda _why: None,
    check: bool = False,
) -> dict[str, Any]:
    """The plan of every school as a task's result. ``survey``: the file of what was found (deploy/survey.py), if any.
    ``lease``, ``lease_wait``, ``waits``: as of ``have_schools``.

    Of a survey only the stations that have a turn are planned, and nobody is asked whether he can be reached.
    """
    surveyed = _surveyed(survey) if survey else None
    by_school: dict[str, list[str]] = {}
    # The stations of the batch: with `serial`, those of the others have rings of their own in their turn.
    for name in play.task["ansible_play_batch"]:
        if surveyed is None or name in surveyed:
            school = surveyed[name].school if surveyed else ""
            by_school.setdefault(school.strip().upper() or school_of(play.host(name)), []).append(name)
    progress, known_of, warnings = _remembered(store)
    wanted = {school: SchoolWants(play, school, names, known_of, surveyed) for school, names in by_school.items()}
    right = [school for school, each in wanted.items() if not each.problem]
    elsewhere, unknown = have_schools(
        store, right, play.task, seconds=lease_seconds(lease), wait=lease_wait, waits=waits, check=check
    )
    warnings += [*unknown, *elsewhere.values()] if check else unknown
    if surveyed is None:
        reachable = _reachable(play, [w for w in wanted.values() if w.asks], timeout=connect_timeout)
    else:
        reachable = {name: station.ready for name, station in surveyed.items() if station.ready is not None}
    batch = [str(name) for name in play.task["ansible_play_batch"]]
    idle = [] if surveyed is None else [name for name in batch if name not in surveyed]
    plans = []
    for each in wanted.values():
        known = progress.get((each.school, each.goal))
        done = known.done if known else 0
        if surveyed is None:
            plans.append(each.plan(reachable, done=max(done, len(each.proofs))))
        else:
            plans.append(each.plan(reachable, before=max(done, len(each.proofs - set(each.names)))))
        if known and known.stopped:
            warnings.append(
                Message(
                    "{school}: the last run on {goal} stopped: {stopped}",
                    school=each.school,
                    goal=each.goal,
                    stopped=known.stopped,
                )
            )
    if not check:
        plans = [plan.left_to(elsewhere[plan.school]) if plan.school in elsewhere else plan for plan in plans]
    steps = steps_of(plans)
    lead = [name for name in batch if not surveyed or _leads(surveyed.get(name))]
    return {
        "changed": False,
        "id": secrets.token_hex(4),
        "plans": [plan.as_dict() for plan in plans],
        # In a dry run nobody waits for anybody, and no reserve stands in.
        "pilots": [name for plan in plans if plan.pilot_ring for name in plan.rings[0]],
        "releases": {name: each.served for each in wanted.values() for name in each.names if name not in each.pinned},
        "lease": lease,
        "round": 0,
        "deferred": [],
        "turns": _turns([step.members for step in steps], steps, lead) | _last_to_stay(idle),
        "survey": survey,
        "at": {name: station.at for name, station in (surveyed or {}).items()},
        "old_scripts": sorted({each for school in wanted.values() for each in school.old_scripts}),
        "warnings": warnings,
    }


def planned_in(variables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The plan that was registered in a variable of the task. Raises ValueError where there is none."""
    planned: Mapping[str, Any] | None = variables.get(name)
    if not planned or "plans" not in planned:
        raise ValueError(Message("there is no plan in {name}: register rentree.pronote.rings in it first", name=name))
    return planned


def _last_to_stay(idle: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """One of those with nothing to do, in no step: while all others fail, somebody is left to tell how it ended.

    The last one: the first answer names the steps.
    """
    return {name: [] for name in idle[-1:]}


def _leads(station: Surveyed | None) -> bool:
    """Whether Ansible can ask it for its turns: of one whose variables cannot be read it gets no answer."""
    return station is None or station.readable


def _turns(
    members: Sequence[Mapping[str, Sequence[str]]], steps: Sequence[RingStep], batch: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """For each station the steps in which it has a turn; the first one is in all of them.

    Ansible takes the steps in the order in which the first answer names them (roles/pronote_client/tasks/rings.yml).
    That is of the first of ``batch`` with a turn, as the others leave the role. ``batch``: those that can answer.
    ``members``: of each step, by school; a step without any is left out.
    """
    everybody = {name for schools in members for names in schools.values() for name in names}
    leader = next((name for name in batch if name in everybody), next(iter(batch), ""))
    turns: dict[str, list[dict[str, Any]]] = {leader: []}
    for index, (step, schools) in enumerate(zip(steps, members, strict=True)):
        item = {"index": index, "name": f"ring {step.ring}" + (f", reserve {step.reserve}" if step.reserve else "")}
        named = [name for names in schools.values() for name in names]
        for name in [leader, *named] if named else []:
            if item not in turns.setdefault(name, []):
                turns[name].append(item)
    return turns


def _of_schools(members: Mapping[str, tuple[str, ...]], schools: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {school: names for school, names in members.items() if school in schools}


def go_back(variables: Mapping[str, Any], planned: Mapping[str, Any], *, results: str) -> dict[str, Any]:
    """The plan once more, with turns for the schools that a step went on without; for none where nobody was left.

    Their steps are gone through again for whoever has not come to an end. ``results``: the variable with the stations'
    results. Raises OSError, ValueError.
    """
    again = {**planned, "round": planned["round"] + 1, "deferred": [], "turns": {}, "warnings": []}
    if not anybody_deferred(planned["survey"], planned["round"]):
        # The variables of each station are worked out at each look: nobody is looked at for nothing.
        return again
    plans = [load_plan(data) for data in planned["plans"]]
    steps = steps_of(plans)
    outcomes = _outcomes(variables, steps, results, plan_id=planned["id"])
    left = {name for name, outcome in outcomes.items() if outcome.kind == "deferred"}
    schools = [plan.school for plan in plans if any(name in left for ring in plan.rings for name in ring)]
    if not schools:
        return again
    members = [
        {
            school: [name for name in names if name not in outcomes or name in left]
            for school, names in _of_schools(step.members, schools).items()
        }
        for step in steps
    ]
    batch = [str(name) for name in variables["ansible_play_batch"]]
    turns = _turns(members, steps, batch)
    return {**again, "deferred": schools, "turns": turns | _last_to_stay([n for n in batch if n not in turns])}


def _surveyed(path: str) -> dict[str, Surveyed]:
    return {
        line["station"]: Surveyed(
            school=line["school"],
            readable=line["readable"],
            ready=bool(line["result"].get("changed")) if line["result"] else None,
            older=line["older"],
            at=at,
            faulty=not line["readable"] or (line["result"] or {}).get("kind") == "configuration",
        )
        for at, line in read_lines(path)
        if line["turn"]
    }


def _reachable(play: PlayVariables, schools: list[SchoolWants], *, timeout: float) -> dict[str, bool]:
    """Who answers on the port of WinRM; each school is asked in order until there are enough."""
    found: dict[str, bool] = {}
    rest = [(list(s.names), max(1, s.rules.effective[0].of(len(s.names))) + RESERVES) for s in schools]
    chunk = _FIRST_ASKED
    while rest:
        asked = [name for names, _other in rest for name in names[:chunk]]
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


def _remembered(
    store: str,
) -> tuple[Mapping[tuple[str, str], Progress], Mapping[tuple[str, str], Known], list[str]]:
    if not store_exists(store):
        return {}, {}, []
    try:
        with Store(store) as kept:
            return read_progress(kept), read_known(kept), []
    except StoreError as exc:
        return {}, {}, [Message("{error} Rings begin with the pilots.", error=message_of(exc))]


def _pilots(plans: Sequence[SchoolPlan], standings: Mapping[str, Standing], now: Sequence[RingStep]) -> list[str]:
    """Those who go now, and whose school waits for what they show."""
    if not any(step.ring == 1 for step in now):
        return []
    return [name for plan in plans if plan.pilot_ring for name in standings[plan.school].go]


def take_step(
    variables: Mapping[str, Any],
    planned: Mapping[str, Any],
    *,
    index: int,
    results: str,
    store: str,
    patience: float = 60.0,
    check: bool,
) -> dict[str, Any]:
    """Judge the rings so far and say who goes now, as a task's result. In check mode nobody is held.

    ``index``: which step, negative for the end. ``results``: the variable with the stations' results. ``store`` empty:
    none. ``patience``: for how long a school waits for another, in seconds.
    """
    plans = [load_plan(data) for data in planned["plans"]]
    steps = steps_of(plans)
    index = len(steps) if index < 0 else index
    behind = steps[:index]
    if planned["deferred"] and index < len(steps):
        # Of the others nobody has a turn, and of these whoever had one in the round before is not asked again.
        plans = [plan for plan in plans if plan.school in planned["deferred"]]
        behind = [replace(step, members=_of_schools(step.members, planned["deferred"])) for step in steps]
    lost: list[str] = []
    if index < len(steps) and not check:
        plans, lost = _still_had(variables, plans, store, seconds=planned.get("lease", 0))
    outcomes = {} if check else _outcomes(variables, behind, results, plan_id=planned["id"])
    outcomes = with_sources_kept(store, outcomes)
    standings = {plan.school: stand(plan, steps, index, outcomes) for plan in plans}
    if check:
        step = steps[index] if index < len(steps) else None
        members = step.members if step and not step.reserve else {}
        standings = {p.school: Standing(go=members.get(p.school, ()), passed=p.passed) for p in plans}
    held = {
        name: p.problem
        or p.elsewhere
        or Message("held back, rings of {school} stopped: {reason}", school=p.school, reason=standings[p.school].reason)
        for p in plans
        for name in standings[p.school].held
    }
    return {
        "changed": False,
        "ring": steps[min(index, len(steps) - 1)].ring if steps else 0,
        "rings": max((step.ring for step in steps), default=0),
        "go": [name for standing in standings.values() for name in standing.go],
        "pilots": _pilots(plans, standings, steps[index : index + 1]),
        "held": {name: str(why) for name, why in held.items()},
        "held_source": {name: why.as_dict() for name, why in held.items() if isinstance(why, Message)},
        "go_on": {
            name: with_sources({"by": list(standings[p.school].stop.by), "remedy": standings[p.school].stop.remedy})
            for p in plans
            for name in standings[p.school].held
        },
        "meanwhile": {}
        if check or not planned["survey"] or planned["round"] == ROUNDS - 1
        else _meanwhile(planned, standings, steps, index, patience=patience),
        # Theirs is for the run that has their school to remember.
        "elsewhere": [name for p in plans if p.elsewhere for name in standings[p.school].held],
        "wrong": [name for p in plans if p.problem for name in standings[p.school].held],
        "stopped": {
            school: advised(s.reason, s.stop.remedy) if s.stop.remedy else s.reason
            for school, s in standings.items()
            if s.reason
        },
        "warnings": (_remember(store, plans, standings) if store and not check and index else []) or lost,
    }


def _still_had(
    variables: Mapping[str, Any], plans: Sequence[SchoolPlan], store: str, *, seconds: float
) -> tuple[list[SchoolPlan], list[str]]:
    """The plans, those left to others that have lost their school: nothing was written for longer than its lease."""
    mine = [plan.school for plan in plans if not (plan.problem or plan.elsewhere)]
    if not seconds:
        return list(plans), []
    lost, warnings = have_schools(store, mine, variables, seconds=seconds)
    return [replace(plan, elsewhere=lost.get(plan.school, plan.elsewhere)) for plan in plans], warnings


def _meanwhile(
    planned: Mapping[str, Any],
    standings: Mapping[str, Standing],
    steps: Sequence[RingStep],
    index: int,
    *,
    patience: float,
) -> dict[str, Any]:
    """What the turns of a step are told of the other schools; nothing where none waits for its next step."""
    going = {name: school for school, standing in standings.items() for name in standing.go}
    later = {school for step in steps[index + 1 :] if not step.reserve for school in step.members}
    waiting = {
        school: list(standing.go)
        for school, standing in standings.items()
        if school in later and not (standing.reason or standing.deferred)
    }
    if not any(school != other for school in set(going.values()) for other in waiting):
        return {}
    return Meanwhile.told(planned["survey"], planned["round"], index, others=waiting, schools=going, patience=patience)


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
            done=plan.before + standing.brought,
            ring=standing.passed,
            stopped=standing.reason,
        )
        for plan in plans
        if (standing := standings[plan.school]).counts and plan.release and not plan.elsewhere
    ]
    try:
        with Store(store) as kept:
            write_progress(kept, rows)
    except StoreError as exc:
        return [Message("{error} The next run begins with the pilots again.", error=message_of(exc))]
    return []
