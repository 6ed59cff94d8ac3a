# SPDX-License-Identifier: GPL-3.0-or-later
"""The examination as JSON, for programs, and as what the table and the page show. Pure.

Its schema is docs/doctor.schema.json; a change of meaning is a new version.
"""

from __future__ import annotations

from collections import Counter
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
    schools = [
        {
            **school,
            "checks": [_both(each, french) for each in school["checks"]],
            "rooms": [
                {key: room[key] for key in room if key != "school"}
                for room in rooms
                if room["school"] == school["school"]
            ],
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
    schools = dict.fromkeys((each.place.school, each.place.school_name) for each in findings)
    return [
        {
            "school": school,
            "school_name": name,
            "checks": _rows([f for f in findings if (f.place.school, f.place.school_name) == (school, name)]),
        }
        # Last, those of whom nobody knows the school.
        for school, name in sorted(schools, key=lambda each: (not each[0], each))
    ]


def _rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    order, checks = list(OUTCOMES), list(CHECKS)
    alike: dict[tuple[str, str, str, str], list[Place]] = {}
    for each in findings:
        places = alike.setdefault((each.check, each.outcome, each.fact, each.remedy), [])
        if each.place not in places:
            places.append(each.place)
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
