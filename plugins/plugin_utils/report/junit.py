# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as JUnit XML, for schedulers that show tests: a suite per school, a case per station. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ...module_utils.base.text import printable
from ..audit.record import ShownRecord, by_school
from ..audit.status import STATUSES

__all__ = ["render_junit"]


def render_junit(stations: Sequence[ShownRecord], *, at: str) -> str:
    """A wrong station is a failure, one of unknown release or that refuses an error, one that is off is skipped.

    Only the stations of this run: a scheduler shows what it ran.
    """
    rows = [row for row in stations if row["audited"]]
    root = ET.Element("testsuites", {"name": "rentree.pronote audit", **_counts(rows)})
    for school, cases in by_school(rows).items():
        name = " ".join(part for part in (school, cases[0]["school_name"]) if part)
        about = {"name": printable(name), "timestamp": at.rstrip("Z")}
        suite = ET.SubElement(root, "testsuite", {**about, **_counts(cases)})
        for row in cases:
            classname = f"{row['school']}.{row['room'] or '-'}"
            case = ET.SubElement(
                suite, "testcase", classname=printable(classname), name=printable(row["station"]), time="0"
            )
            if kind := STATUSES[row["status"]].junit:
                said = ET.SubElement(case, kind, message=printable(f"{row['status']}: {row['reason']}"))
                if kind != "skipped":
                    said.set("type", row["status"])
                    said.text = printable(row["remedy"])
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(rows: Sequence[ShownRecord]) -> dict[str, str]:
    kinds = [STATUSES[row["status"]].junit for row in rows]
    return {
        "tests": str(len(rows)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": "0",
    }
