# SPDX-License-Identifier: GPL-3.0-or-later
"""The examination as JSON, for programs, and as what the table and the page show. Pure.

Its schema is docs/doctor.schema.json; a change of meaning is a new version.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...module_utils.base.message import with_sources
from ..words.words import Words
from .checks import CHECKS, OUTCOMES, VERDICTS, Finding, Place, verdict

__all__ = ["SCHEMA", "document", "gathered"]

SCHEMA: Final = 1


def document(
    findings: Sequence[Finding], rooms: Sequence[Mapping[str, Any]], *, at: str, dark: bool, french: Words
) -> dict[str, Any]:
    """The whole as plain data, its texts in English and, as ``…_fr``, in French. ``rooms``: what was asked of each,
    with its ``school``; ``dark``: whether one has nobody who was looked at."""
    found = gathered(findings)
    concluded = verdict(findings, dark=dark)
    counts = Counter(each["outcome"] for school in found for each in school["checks"])
    of_school: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for room in rooms:
        of_school[room["school"]].append({key: room[key] for key in room if key != "school"})
    schools = [
        {
            **school,
            "checks": [_both(each, french) for each in school["checks"]],
            "rooms": of_school[school["school"]],
        }
        for school in found
    ]
    return {
        "schema": SCHEMA,
        "at": at,
        "verdict": concluded,
        "exit_code": VERDICTS[concluded],
        "counts": {outcome: counts[outcome] for outcome in OUTCOMES},
        "schools": schools,
    }


def _both(row: Mapping[str, Any], french: Words) -> dict[str, Any]:
    texts = {name: row[name] for name in ("fact", "remedy")}
    plain = {name: value for name, value in row.items() if name not in texts}
    told = with_sources(texts)
    return {
        **plain,
        **{name: told[name] for name in texts},
        **{f"{name}_fr": french.of(text) for name, text in texts.items()},
    }


def gathered(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """By school, and in the order of the checks, what each came to; what is the same at several stations, once.

    A check that fails at one station and holds at others is there once for each; its texts are Messages still.
    """
    schools: defaultdict[str, list[Finding]] = defaultdict(list)
    for each in findings:
        schools[each.place.school].append(each)
    return [
        {
            "school": school,
            "school_name": next((each.place.school_name for each in own if each.place.school_name), ""),
            "checks": _rows(own),
        }
        # Last, those of whom nobody knows the school.
        for school, own in sorted(schools.items(), key=lambda each: (not each[0], each[0]))
    ]


def _rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    order, checks = list(OUTCOMES), list(CHECKS)
    alike: defaultdict[tuple[str, str, str, str], dict[Place, None]] = defaultdict(dict)
    for each in findings:
        alike[each.check, each.outcome, each.fact, each.remedy][each.place] = None
    rows = [
        {
            "check": check,
            "outcome": outcome,
            "fact": fact,
            "remedy": remedy,
            "stations": [{"station": p.station, "room": p.room} for p in places if p.station],
            "rooms": sorted({p.room for p in places if p.room and not p.station}),
        }
        for (check, outcome, fact, remedy), places in alike.items()
    ]
    # Of what does not hold, the outermost first: with it cured the others may be gone.
    return sorted(rows, key=lambda row: (order.index(row["outcome"]), checks.index(row["check"])))
