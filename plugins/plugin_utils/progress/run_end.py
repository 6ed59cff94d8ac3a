# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run ends with, gathered by a callback: what the actions have made of it, and what they could not.

A play all of whose stations have failed or could not be reached is over for Ansible, and the playbook with it
(``PlaybookExecutor.run``): the task that makes a deployment's block has no station to run for. An evening on which the
depot is down would so end without a word about it, and its schools would be its own for minutes more.
I/O: the store, files and Ansible.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible import context

from ...module_utils.base.text import printable_line
from ..ending.block import Command, EndBlock, block_of
from ..ending.draw import draw
from ..ending.gather import DeploymentRun, block_and_outcome, gather
from ..inventory.typed import playbook_command
from ..pages.screen import SCREEN, read_by_a_program
from ..rings.having import give_back_schools
from ..store.address import is_server
from ..store.password import give_password
from ..words.catalogue import catalogue
from ..words.words import Words

__all__ = ["RunEnd", "how_to_run"]

_SURVEY = "rentree.pronote.client_survey"
_RINGS = "rentree.pronote.rings"
_TURN = "rentree.pronote.client_turn"
_REPORTS = {f"rentree.pronote.{action}" for action in ("deploy_report", "audit_report", "audit_conclude", "doctor")}


def how_to_run(name: str, *, playbook: str, inventories: Sequence[str]) -> str:
    """The command for a playbook that comes next: the one beside the one that ran, on the same inventories."""
    return playbook_command(name, str(Path(playbook).parent) if playbook else "", inventories)


@dataclass
class _Play:
    """One play. ``stations``: their rooms; ``password``: of the store's server. Asked for when they are needed."""

    stations: Callable[[], Mapping[str, str]]
    words: Callable[[], Words]
    password: Callable[[], str]
    block: EndBlock | None = None
    run: DeploymentRun | None = None
    surveys: list[str] = field(default_factory=list)
    results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    schools: dict[str, str] = field(default_factory=dict)


class RunEnd:
    """The ends of the plays of a run, by Ansible's names of the plays, in their order."""

    def __init__(self) -> None:
        self._plays: dict[str, _Play] = {}
        self._words = catalogue("fr")

    def begin(
        self,
        play: str,
        *,
        stations: Callable[[], Mapping[str, str]],
        words: Callable[[], Words],
        password: Callable[[], str],
    ) -> None:
        """A play begins; the batches of ``serial`` are one."""
        self._plays.setdefault(play, _Play(stations, words, password))

    def returned(self, play: str, action: str, station: str, result: Mapping[str, Any], *, wrong: bool) -> None:
        """A task has ended on a station. ``wrong``: failed, or the station is unreachable."""
        known = self._plays.get(play)
        if known is None:
            return
        if action in _REPORTS and "ending" in result:
            # Of a report that failed, too: an audit that finds somebody late may be an error.
            known.block = block_of(result["ending"])
            self._words = catalogue(str(result["ending"].get("language", "fr")))
        elif action == _SURVEY and "run" in result:
            known.run = DeploymentRun.of(result["run"])
            known.surveys.append(str(result.get("survey", "")))
        elif action == _RINGS and not wrong:
            known.schools |= {
                name: plan["school"] for plan in result.get("plans", ()) for ring in plan["rings"] for name in ring
            }
        elif (wrong or _ended(action, result)) and not _failed(known.results.get(station)):
            # The first failure counts, whatever comes later: the station has left the play. What a callback is given of
            # one has no ``failed`` (ansible.executor.task_result).
            known.results[station] = {**result, "failed": True} if wrong and not result.get("unreachable") else result

    def told(self) -> list[str]:
        """The plays that have a block."""
        return [name for name, play in self._plays.items() if play.block is not None or play.run is not None]

    def close(self, display: Any, *, playbook: str) -> None:
        """The run is over: say how on Ansible's ``display``, and give its schools back whatever that meets. Raises
        what ``say`` and ``give_back`` may."""
        inventories = context.CLIARGS.get("inventory") or ()
        command = functools.partial(how_to_run, playbook=playbook, inventories=inventories)
        try:
            self.say(display.display, display.warning, command=command)
        finally:
            self.give_back()

    def say(self, display: Callable[..., None], warn: Callable[[str], None], *, command: Command) -> None:
        """Print the block, if there is one and nobody has printed it. Raises what gathering it may."""
        if SCREEN.said or not self.told():
            return
        blocks, problems = [], []
        for play in self._plays.values():
            if play.block is None and play.run is not None:
                play.block, problem = _made(play, play.run, command=command)
                self._words = play.words()
                problems += [self._words.of(problem)] if problem else []
            if play.block is not None:
                blocks.append(play.block)
        for problem in problems:
            warn(printable_line(problem))
        text = draw(blocks, **SCREEN.table(), words=self._words)
        # Before it is printed: a line twice is worse than half of one.
        SCREEN.said = True
        display(text, stderr=read_by_a_program())

    def give_back(self) -> None:
        """Give the schools of the run back that the plays' own last tasks have not. Raises what asking for a password
        may."""
        for play in self._plays.values():
            if play.run is not None and play.run.store and not play.run.check:
                _give_password(play, play.run)
                give_back_schools(play.run.store)


def _ended(action: str, result: Mapping[str, Any]) -> bool:
    """Whether a station had its turn. One that does not go in a step tells again what it showed in an earlier one."""
    return action == _TURN and "action" in result and not result.get("skipped")


def _failed(result: Mapping[str, Any] | None) -> bool:
    return bool(result and (result.get("failed") or result.get("unreachable")))


def _give_password(play: _Play, run: DeploymentRun) -> None:
    """No task of this process has said it: each had a worker of its own."""
    if is_server(run.store):
        give_password(play.password())


def _made(play: _Play, run: DeploymentRun, *, command: Command) -> tuple[EndBlock, str]:
    words, stations = play.words(), play.stations()
    places = {name: {"room": room, "school": play.schools.get(name, "")} for name, room in stations.items()}
    _give_password(play, run)
    ends = gather(stations, run, surveys=play.surveys, results=play.results, places=places, words=words)
    return block_and_outcome(ends, run, words=words, command=command)
