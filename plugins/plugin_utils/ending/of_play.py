# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a deployment from the variables of its play, for the action that runs once for all stations.

I/O: files, the store and Ansible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..inventory.schools import said
from ..inventory.typed import command_here
from ..survey.results import read_lines
from ..words.words import Words
from .gather import DeploymentRun, block_and_outcome, gather

__all__ = ["deployment_of", "ending_of", "places_of"]


def deployment_of(variables: Mapping[str, Any], survey: str) -> DeploymentRun | None:
    """What the play's deployment is; None where it has none. ``survey``: the variable that client_survey is
    registered in. Raises ValueError."""
    registered = (variables.get(survey) if survey else None) or {}
    return DeploymentRun.of(registered["run"]) if "run" in registered else None


def ending_of(
    variables: Mapping[str, Any], run: DeploymentRun, *, survey: str, rings: str, results: str, words: Words
) -> dict[str, Any]:
    """The part of a task's result that says how the run ended. The arguments name variables, as the tasks of the role
    are registered: what was surveyed, the plan of the rings, each station's turn. Raises OSError, ValueError."""
    ours = list(_of_stations(variables, survey=survey, rings=rings, results=results, check=run.check))
    surveyed = {path for _name, path, _result in ours}
    places = {} if "" not in surveyed else places_of(variables)[0]
    ends = gather(
        [name for name, _path, _result in ours],
        run,
        surveys=sorted(surveyed),
        results={name: result for name, _path, result in ours if result},
        places=places,
        words=words,
    )
    command = partial(command_here, variables=variables)
    block, problem = block_and_outcome(ends, run, words=words, command=command)
    return {
        "ending": {**block.as_dict(), "language": words.language},
        "warnings": [problem] if problem else [],
    }


def _of_stations(
    variables: Mapping[str, Any], *, survey: str, rings: str, results: str, check: bool
) -> Iterator[tuple[str, str, Mapping[str, Any] | None]]:
    """Each station of the play, the file of its survey, and what its turn returned.

    With ``serial`` each batch has its own survey, and this task comes once for each. The variables of a station are
    worked out at each look (2 ms): those without a turn are not looked at.
    """
    alive = set(variables["ansible_play_batch"])
    idle: dict[str, str] = {}
    read: set[str] = set()

    def learn(known: Mapping[str, Any]) -> str:
        path = str((known.get(survey) or {}).get("survey") or "")
        if path and path not in read:
            read.add(path)
            idle.update({line["station"]: path for _at, line in read_lines(path) if not line["turn"]})
        return path

    learn(variables)
    for name in (str(each) for each in variables["ansible_play_hosts_all"]):
        if name in idle:
            yield name, idle[name], None
            continue
        own = variables["hostvars"].raw_get(name)
        path, result = learn(own), own.get(results) or {}
        # A result without the mark is a dry run's, or of a task that failed before its action began; with another mark
        # it is of an earlier play.
        plan = result.get("ring_plan")
        mine = plan == (own.get(rings) or {}).get("id") or (plan is None and (check or name not in alive))
        yield name, path, result if mine else None


def places_of(variables: Mapping[str, Any]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """School and room of each station of the play, and the names of those whose inventory lies in another folder.

    These have a store of their own. Each is looked up once: hostvars works a station's variables out each time.
    """
    here = variables.get("inventory_dir")
    places, elsewhere = {}, []
    for name in variables["ansible_play_hosts_all"]:
        own = variables["hostvars"][name]
        if "pronote_state" not in own and own.get("inventory_dir") != here:
            elsewhere.append(name)
        else:
            places[name] = {"school": said(own, "pronote_uai"), "room": said(own, "pronote_room")}
    return places, elsewhere
