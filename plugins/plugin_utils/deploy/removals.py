# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan takes away: a client that is unwanted, earlier years, a newer release before an older one. Pure."""

from __future__ import annotations

from dataclasses import replace

from ...module_utils.base.message import Message, message_of
from ..station.state import Arch
from ..station.uninstall import why_not_removable
from .cases import reinstalled
from .goal import JobStep, Plan
from .old_years import OlderYears, older_years
from .planner import OTHER, Planner

__all__ = ["absent", "older", "removal_first"]


def absent(planner: Planner) -> Plan:
    state, goal = planner.state, planner.goal
    year = goal.release.year
    begun = {arch for arch in OTHER if planner.there("remove", arch)}
    if not begun and goal.missing(state) is None:
        return planner.decide("none", Message("no client of {year}", year=year), [])
    there = {i.arch or planner.arch for i in state.of_year(year) if i.uninstall_string}
    if not begun and not there:
        return planner.refuse(
            Message(
                "the client of {year} at {path} has no uninstall entry", year=year, path=state.of_year(year)[0].path
            ),
            Message("Install the same release again over it, then remove it."),
        )
    # Each architecture's client has a product code, and so a removal, of its own.
    arches = sorted(there | begun)
    steps = []
    for arch in arches:
        step = planner.step("remove", arch, this_arch_only=len(arches) > 1)
        if step is None:
            return planner.unpublished(arch)
        if not step.follow and (no := _refused(planner, year, arch, goal.technologies.get(arch, ""))) is not None:
            return no
        steps.append(step)
    return planner.decide("remove", Message("client of {year} installed", year=year), steps)


def older(planner: Planner) -> OlderYears | Plan:
    """Earlier years: those to remove, and removals that an earlier run began, whatever the station shows by now.

    A plan says why one that is to go cannot.
    """
    goal = planner.goal
    if not goal.remove_older:
        return OlderYears()
    found = older_years(planner.state, goal.release.year, goal.removals, planner.arch)
    if found.unpublished:
        one = found.unpublished[0]
        return planner.refuse(
            Message(
                "the client of {year} ({one}) is to be removed, and its removal is not published",
                year=one.year,
                one=one.describe(),
            ),
            Message(
                "Publish a release of {year} with its uninstall_response and product_code "
                "(playbooks/publish.yml), or set pronote_client_remove_older to false.",
                year=one.year,
            ),
        )
    for published, (fact, remedy) in found.refused.items():
        if not planner.removal(published).follow:
            return planner.refuse(fact, remedy)
    years = [year for year in sorted(goal.removals) if year < goal.release.year]
    known = [one for year in years for one in goal.removals[year].values()]
    found.remove.extend(one for one in known if planner.removal(one).follow and one not in found.remove)
    return found


def removal_first(planner: Planner) -> list[JobStep] | Plan:
    """Steps before the setup where something of the year has to go first, or why not.

    The files are on the station before the client is taken away: a station is never left without one because the depot
    cannot be reached.
    """
    goal, state = planner.goal, planner.state
    newer = planner.too_new()
    if newer is not None and goal.downgrade == "remove_first":
        arches = {i.arch or planner.arch for i in state.of_year(newer.year) if i.uninstall_string}
        return _staged_and_removed(planner, str(newer), arches, "pronote_client_when_newer")
    old = reinstalled(planner)
    return _staged_and_removed(planner, old.describe(), {planner.arch}, "pronote_client_update") if old else []


def _staged_and_removed(planner: Planner, what: str, arches: set[Arch], option: str) -> list[JobStep] | Plan:
    goal = planner.goal
    year = goal.release.year
    removals = [goal.removals.get(year, {}).get(arch) for arch in sorted(arches)]
    known = [published for published in removals if published is not None]
    if not known or len(known) < len(removals):
        return planner.refuse(
            Message("{what} is to be removed first, and its removal is not published", what=what),
            Message(
                "Publish a release of {year} with its uninstall_response and product_code, or set {option} to over.",
                year=year,
                option=option,
            ),
        )
    for published in known:
        if (no := _refused(planner, year, published.arch, published.technology)) is not None:
            return no
    steps = [planner.removal(published) for published in known]
    stage = None if planner.at_rest else planner.step("stage")
    return [replace(stage, adopt=() if stage.follow else tuple(planner.stagings())), *steps] if stage else steps


def _refused(planner: Planner, year: int, arch: Arch, technology: str) -> Plan | None:
    """Why the year's client of an architecture cannot be removed by its entry's command."""
    for one in planner.state.of_year(year):
        if one.uninstall_string and (one.arch or planner.arch) == arch:
            error = why_not_removable(one.uninstall_string, technology)
            if error is not None:
                return planner.refuse(
                    Message("the client of {year} is to be removed: {error}", year=year, error=message_of(error)),
                    error.remedy,
                )
    return None
