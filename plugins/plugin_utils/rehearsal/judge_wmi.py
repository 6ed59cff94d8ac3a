# SPDX-License-Identifier: GPL-3.0-or-later
"""What WMI's answers say of each assumption about it, and of tools beside it. Pure."""

from __future__ import annotations

import csv
import io
import re

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from .ask import Evidence
from .judged import Judged, contradicted, held, not_settled, unasked

__all__ = [
    "absent_file",
    "accented_path",
    "columns_of_tasklist",
    "networks",
    "plain_path",
    "quiet_tasklist",
    "session",
    "version_of_file",
    "wql_like",
]

_VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){3}")
_FEWEST = 3
"""Processes that both lists must have: between the two some end, and others begin."""


def plain_path(evidence: Evidence) -> Judged:
    """W5."""
    if "known" not in evidence.answers:
        return unasked(evidence, "known")
    if evidence.answers["known"]:
        return held(Message("a file is found by its path as it is"))
    return contradicted(Message("a file that every Windows has is not found by its path"))


def accented_path(evidence: Evidence) -> Judged:
    """W6."""
    if "accent" not in evidence.answers:
        if "accent" in evidence.problems:
            return unasked(evidence, "accent")
        return not_settled(Message("there is no program of the publisher with an accent in its path"))
    if evidence.answers["accent"]:
        return held(Message("a file is found by a path with an accent"))
    return contradicted(Message("a file with an accent in its path is not found"))


def absent_file(evidence: Evidence) -> Judged:
    """W7."""
    if "absent" in evidence.answers:
        if evidence.answers["absent"] is None:
            return held(Message("a file that is not there is told as such"))
        return contradicted(Message("a file that is not there is found"))
    if evidence.problems.get("absent") == "fault":
        return contradicted(Message("a file that is not there is a fault of another kind"))
    return unasked(evidence, "absent")


def version_of_file(evidence: Evidence) -> Judged:
    """W8."""
    row = evidence.answers.get("known")
    if not row:
        return unasked(evidence, "known")
    if _VERSION.fullmatch(str(row.get("Version") or "")):
        return held(Message("the version is four numbers"))
    return contradicted(Message("the version is not four numbers"))


def wql_like(evidence: Evidence) -> Judged:
    """W11."""
    rows = evidence.answers.get("like")
    if rows is None:
        return unasked(evidence, "like")
    if rows:
        return held(Message("LIKE finds processes whatever the letters' case"))
    return contradicted(Message("LIKE finds no process of those that every Windows has"))


def _listed(evidence: Evidence) -> dict[int, tuple[str, int | None]]:
    """tasklist's image and session by process number, from the columns that they are taken to be."""
    text = evidence.text("processes") or ""
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if len(row) >= 5]
    except csv.Error:
        return {}
    return {number: (row[0].lower(), natural(row[3])) for row in rows if (number := natural(row[1])) is not None}


def columns_of_tasklist(evidence: Evidence) -> Judged:
    """E7: held against WMI, which names its columns."""
    rows = evidence.answers.get("processes")
    if rows is None:
        return unasked(evidence, "processes")
    if not (evidence.text("processes") or ""):
        return not_settled(Message("tasklist prints nothing"))
    known = {natural(row.get("ProcessId")): natural(row.get("SessionId")) for row in rows}
    found = {number: told for number, told in _listed(evidence).items() if number in known}
    same = sum(session == known[number] for number, (_other, session) in found.items())
    if len(found) >= _FEWEST and same * 2 > len(found):
        return held(Message("processes in the session that WMI tells: {same} of {n}", same=same, n=len(found)))
    return contradicted(Message("tasklist's columns do not agree with WMI: {same} of {n}", same=same, n=len(found)))


def quiet_tasklist(evidence: Evidence) -> Judged:
    """E8."""
    if evidence.problems.get("processes") != "refused":
        return not_settled(Message("only an account without the right to WMI can tell"))
    if _listed(evidence):
        return not_settled(Message("tasklist lists processes without that right: it was not refused"))
    if evidence.text("processes"):
        return contradicted(Message("tasklist prints something else than processes"))
    return held(Message("tasklist prints nothing without the right to WMI"))


def session(evidence: Evidence) -> Judged:
    """W14. Who it is stays where it is."""
    console, rows = evidence.answers.get("console"), evidence.answers.get("processes")
    if console is None or rows is None:
        return unasked(evidence, "console" if console is None else "processes")
    somebody = any(row.get("UserName") for row in console)
    shell = any(
        str(row.get("Name") or "").lower() == "explorer.exe" and (natural(row.get("SessionId")) or 0) > 0
        for row in rows
    )
    if somebody:
        if shell:
            return held(Message("somebody is at the console, and explorer.exe runs"))
        return contradicted(Message("somebody is at the console, and no explorer.exe runs"))
    if shell:
        return not_settled(Message("explorer.exe runs, and nobody is at the console"))
    return held(Message("nobody is at the console, and no explorer.exe runs"))


def networks(evidence: Evidence) -> Judged:
    """W40."""
    rows = evidence.answers.get("networks")
    if rows is None:
        return unasked(evidence, "networks")
    known = [number for row in rows if (number := natural(row.get("NetworkCategory"))) is not None and number <= 2]
    if known and len(known) == len(rows):
        return held(Message("each network that it is connected to has its category"))
    return contradicted(Message("a connected station tells no network with a category from 0 to 2"))
