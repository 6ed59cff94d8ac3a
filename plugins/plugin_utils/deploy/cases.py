# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers a setup is started with, and which case of them to record when they do not fit. Pure.

InstallShield's scripts begin otherwise where an earlier release of the product is installed ("update") than where none
is (docs/fidelity.md, S8), so a response file has a case.
"""

from __future__ import annotations

from dataclasses import replace

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRONOTE_CLIENT
from ..responses.response import Mode
from ..station.job_name import Verb
from ..station.state import Installation
from .goal import JobStep
from .planner import Planner

__all__ = ["record_again", "reinstalled", "setup_step"]

_SETUPS: tuple[Verb, ...] = ("install", "update")


def setup_step(planner: Planner) -> JobStep | None:
    """The step that brings the release to the station; None when it is not published for its architecture.

    What was begun is gone on with, whatever the station shows by now.
    """
    older = _older(planner)
    for verb in _SETUPS:
        step = planner.step(verb)
        if step is not None and step.follow:
            return replace(step, over=_words(older))
    step = planner.step("update" if older and planner.arch in planner.goal.updates else "install")
    return step and replace(step, over="" if reinstalled(planner) else _words(older))


def reinstalled(planner: Planner) -> Installation | None:
    """The client that is removed before the release is installed, as ``pronote_client_update: reinstall`` has it.

    One without an uninstall entry is none to the setup either; a half-removed one still is.
    """
    goal = planner.goal
    older = _older(planner)
    if goal.update != "reinstall" or (older and planner.arch in goal.updates):
        return None
    here = [i for i in _here(planner) if i.release is None or i.release.client < goal.release.client]
    return next((i for i in here if i.uninstall_string), None)


def record_again(step: JobStep) -> str:
    """Which case to record, with the command, when a setup's answers did not fit."""
    job = step.job
    mode: Mode = "uninstall" if job.verb == "remove" else "update" if step.over or job.verb == "update" else "install"
    command = (
        Message("by hand, docs/responses.md")
        if job.product != PRONOTE_CLIENT.key
        else f"ansible-playbook playbooks/record_response.yml -e pronote_release={job.release} "
        f"-e pronote_arch={job.arch} -e pronote_record_modes={mode} -e pronote_record_force=true"
    )
    if mode == "update" and job.verb != "update":
        return Message(
            "This release's setup asks something else where {over} is installed. On a station that "
            "has it, record the case update ({command}), publish the release again, then run again. "
            "Or have the client removed first: pronote_client_update: reinstall.",
            over=step.over,
            command=command,
        )
    return Message(
        "Record the case {mode} again, with this release's setup on a reference station "
        "({command}), publish the release again, then run again.",
        mode=mode,
        command=command,
    )


def _here(planner: Planner) -> list[Installation]:
    """Clients of the year and the architecture: those that the setup finds."""
    return [i for i in planner.state.of_year(planner.goal.release.year) if i.arch in {planner.arch, None}]


def _older(planner: Planner) -> Installation | None:
    """The newest sound client that the setup goes over as an update."""
    wanted = planner.goal.release.client
    found = {i.release.client: i for i in _here(planner) if i.uninstall_string and i.release}
    older = [client for client in found if client < wanted]
    return found[max(older)] if older else None


def _words(installation: Installation | None) -> str:
    return installation.describe() if installation else ""
