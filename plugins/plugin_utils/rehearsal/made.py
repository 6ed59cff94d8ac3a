# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal made into what people and programs get: the table, ``rehearsal.json``, the task's result. I/O: files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Column, Table

from ...module_utils.base.clock import now
from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from ...module_utils.base.text import json_text, printable_data
from ..job.outcome import NEVER_RAN
from ..pages.terminal import plain, rendered
from ..station.kind import REHEARSAL
from ..words.catalogue import catalogue
from ..words.words import Words
from .ask import Evidence
from .assumptions import VERDICTS, Found, judge
from .document import document
from .judged import OUTCOMES
from .package import Carried

__all__ = ["Made", "make", "render_table", "valid_verdicts"]

_ANSWERS: Final = {
    "held": Message("Nothing that this station was asked is contradicted."),
    "contradicted": Message("This station contradicts what the collection takes for granted."),
    "incomplete": Message("Nothing is contradicted, and something that was asked got no answer."),
}
_REPORT: Final = Message(
    "Do not deploy to this kind of Windows yet. Report it, with rehearsal.json: it names nobody and no station."
)
_STYLES: Final = {
    "contradicted": ("✗", Message("Contradicted"), "red"),
    "not_settled": ("?", Message("Not settled"), "yellow"),
    "held": ("✓", Message("Held"), "green"),
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """``shown``: for a terminal; ``result``: of the task; ``error``: why it fails, empty when it does not."""

    shown: list[str]
    result: dict[str, Any]
    error: str


def valid_verdicts(given: Sequence[str]) -> list[str]:
    """Verdicts that are to be an error. Raises ValueError for what is none."""
    if unknown := sorted(set(given) - set(VERDICTS)):
        raise ValueError(
            Message(
                "fail_on names {unknown}: the verdicts are {known}",
                unknown=", ".join(map(repr, unknown)),
                known=", ".join(VERDICTS),
            )
        )
    return list(given)


def make(
    evidence: Evidence,
    *,
    folder: str,
    fail_on: Sequence[str],
    words: Words,
    check: bool,
    audit: str,
    width: int,
    color: bool,
) -> Made:
    """In check mode nothing is written. ``audit``: the command for one. Raises OSError for a file that cannot be."""
    found = judge(evidence)
    made: dict[str, Any] = printable_data(document(found, evidence, at=now(), french=catalogue("fr")))
    verdict = made["verdict"]
    answer = _ANSWERS[verdict]
    shown = [render_table(found, words=words, width=width, color=color), words.of(answer)]
    if isinstance(evidence.carried, Carried) and evidence.carried.cleared:
        shown.append(words("An earlier rehearsal had left its job on the station: it was cleared away."))
    written = {}
    if folder and not check:
        file = Path(folder).expanduser() / made["kind"] / REHEARSAL
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json_text(made).encode(), mode=0o640)
        written["path"] = str(file)
        shown.append(words("For a report (JSON, without names): {path}", path=str(file)))
    wrong = {each.assumption.key for each in found if each.outcome == "contradicted"}
    if "J19" in wrong:
        shown.append(words.of(NEVER_RAN.given(seen="")))
    if wrong - {"J19"}:
        shown.append(words.of(_REPORT))
    if verdict == "held":
        done = words("Next, to see who is up to date: {command}", command=audit)
        shown.append(words("Next, to do it: the same command without --check.") if check else done)
    keys = ("verdict", "exit_code", "kind", "windows", "counts", "assumptions")
    return Made(
        shown=shown, result={**{key: made[key] for key in keys}, **written}, error=answer if verdict in fail_on else ""
    )


def render_table(found: Sequence[Found], *, words: Words, width: int, color: bool) -> str:
    """Every assumption, what matters most first; ``width`` in columns."""
    table = Table(
        Column(words("Row"), no_wrap=True),
        Column(words("Outcome"), no_wrap=True),
        Column(words("Assumption"), ratio=5, overflow="fold"),
        Column(words("Seen"), ratio=5, overflow="fold"),
        header_style="bold",
        pad_edge=False,
    )
    for outcome in OUTCOMES:
        sign, name, style = _STYLES[outcome]
        for each in found:
            if each.outcome == outcome:
                told = plain(f"{sign} {words.of(name)}", style)
                table.add_row(
                    plain(each.assumption.key), told, plain(words.of(each.assumption.says)), plain(words.of(each.seen))
                )
    return rendered([table], width=width, color=color)
