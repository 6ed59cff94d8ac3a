# SPDX-License-Identifier: GPL-3.0-or-later
"""How the stations of one deployment ended, from the file of its survey and what their turns returned; and its outcome,
written for programs.

An action does it where the play goes on to its end, a callback where every station has failed and Ansible ends the play
before. I/O: files and the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

from ...module_utils.base.clock import now
from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from ...module_utils.base.text import json_text, printable_line
from ...module_utils.base.times import iso_of, local_day
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.server.description import ServedRelease
from ..places.product import of_product
from ..remaining.kept import standings
from ..store.errors import StoreError
from ..survey.results import read_lines
from ..words.catalogue import catalogue
from ..words.words import Words
from .block import Command, EndBlock, Mode, ServerRead, of_deployment
from .document import document
from .stations import StationEnd, ended

__all__ = ["DeploymentRun", "block_and_outcome", "gather", "servers_of"]

_GONE = Message("it left the play before its turn")


@dataclass(frozen=True, kw_only=True)
class DeploymentRun:
    """What a deployment is: as rentree.pronote.client_survey returns it as ``run``. ``started``: UTC; ``outcome`` and
    ``store``: files, empty for none; ``servers``: that were read for it, or whose answers were kept."""

    mode: Mode = "deploy"
    product: str = PRONOTE_CLIENT.key
    started: str = ""
    outcome: str = ""
    store: str = ""
    servers: list[ServerRead] = field(default_factory=list)

    @property
    def check(self) -> bool:
        """Whether nothing is done."""
        return self.mode == "dry_run"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> DeploymentRun:
        """What ``as_dict`` gave. Raises ValueError, TypeError."""
        if data.get("mode") not in get_args(Mode) or data.get("product") not in PRODUCTS:
            raise ValueError(f"no deployment: {data!r}")
        servers = [ServerRead(**each) for each in data.get("servers", ())]
        return cls(**{**data, "mode": cast("Mode", data["mode"]), "servers": servers})

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a task's result."""
        return asdict(self)


def servers_of(served: Iterable[ServedRelease]) -> list[ServerRead]:
    """What the end says of servers; nothing of those that nobody knows a release of."""
    return [
        ServerRead(release=str(each.client), read_at=iso_of(each.read_at), cached=each.cached)
        for each in served
        if each.client is not None
    ]


def gather(
    names: Iterable[str],
    run: DeploymentRun,
    *,
    surveys: Iterable[str],
    results: Mapping[str, Mapping[str, Any]],
    places: Mapping[str, Mapping[str, str]],
    words: Words,
) -> list[StationEnd]:
    """One for each of ``names``, the stations of the play.

    ``surveys``: their files; ``results``: of turns, by station; ``places``: ``school`` and ``room`` of those that no
    survey has; ``words``: those in which results were told. Raises OSError, ValueError for a file that is no survey's.
    """
    lines = {line["station"]: line for path in surveys if path for _at, line in read_lines(path)}
    kept = _kept(run)
    ends = []
    for name in names:
        line = lines.get(name)
        foreseen = line["result"] if line else {}
        result = foreseen if run.check and foreseen else results.get(name)
        if result is None and line and _stands(line, run):
            result = foreseen
        place = {key: str((line or {}).get(key) or places.get(name, {}).get(key) or "") for key in ("school", "room")}
        end = ended(name, result, check=run.check, school=place["school"], room=place["room"])
        if end.outcome == "untried" and line is None:
            end = replace(end, reason=_GONE)
        known = [ended(name, foreseen, check=run.check)] if foreseen else []
        ends.append(_in_any_language(end, [*known, *kept.get(name, [])], words))
    return ends


def _stands(line: Mapping[str, Any], run: DeploymentRun) -> bool:
    """Whether what the survey found is how a station without a result of a turn has ended."""
    found = line["result"]
    # A turn that never came would have told the same of a station that nothing can be done to.
    return bool(found) and (run.check or not line["turn"] or bool(found.get("failed") or found.get("unreachable")))


def _kept(run: DeploymentRun) -> dict[str, list[StationEnd]]:
    """What the store says of how each station ended; nothing where it cannot be read, which others tell."""
    if not run.store or run.check:
        return {}
    try:
        stations = standings(run.store, product=run.product)
    except StoreError:
        return {}
    return {
        name: [StationEnd(station=name, reason=standing.reason, remedy=standing.remedy)]
        for name, row in stations.items()
        if (standing := row["standing"]) is not None
    }


def _in_any_language(end: StationEnd, known: Sequence[StationEnd], words: Words) -> StationEnd:
    """The same with texts that can be said in another language: what a failure told is in the reader's alone."""

    def found(name: str) -> str:
        told: str = getattr(end, name)
        if isinstance(told, Message):
            return told
        same = (text for each in known if _says(text := getattr(each, name), told, words))
        return next(same, told)

    return replace(end, reason=found("reason"), remedy=found("remedy"))


def _says(text: str, told: str, words: Words) -> bool:
    return isinstance(text, Message) and printable_line(words.of(text)) == printable_line(told)


def block_and_outcome(
    ends: Sequence[StationEnd], run: DeploymentRun, *, words: Words, command: Command
) -> tuple[EndBlock, str]:
    """The block of a deployment, and why its outcome, if one was asked for, could not be written; empty when it was.

    ``command``: of a playbook that comes next.
    """
    at = now()
    written, problem = "", ""
    if run.outcome:
        path = of_product(run.outcome, run.product)
        told = document(ends, mode=run.mode, product=run.product, started=run.started, ended=at, french=catalogue("fr"))
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(Path(path), json_text(told).encode(errors="replace"), mode=0o600)
            written = path
        except OSError as exc:
            problem = Message(
                "the outcome {path} was not written: {error}. Let pronote_outcome name a place that this user "
                "can write.",
                path=path,
                error=exc.strerror or str(exc),
            )
    block = of_deployment(
        ends,
        mode=run.mode,
        product=run.product,
        words=words,
        today=local_day(at),
        outcome=written,
        command=command,
        servers=run.servers,
    )
    return block, problem
