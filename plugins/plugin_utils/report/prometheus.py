# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as metrics for node_exporter's textfile collector. Pure.

Counts by school and status only: a label per station would be ten thousand series, and names of stations have no
business in a monitoring system. Text format: prometheus.io/docs/instrumenting/exposition_formats; names end in their
unit, and a time is ``_timestamp_seconds`` (prometheus.io/docs/practices/naming).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ...module_utils.base.text import printable
from ..audit.outcome import VERDICTS

__all__ = ["render_prometheus"]

_PREFIX = "rentree_pronote"


def render_prometheus(report: Mapping[str, Any]) -> str:
    """The metrics of a report (the data of report/document.py)."""
    schools = report["schools"]
    # On every line: the collector refuses two files that have the same metric with the same labels.
    product = {"product": report["product"]}
    lines: list[str] = []

    def metric(name: str, about: str, values: Iterable[tuple[dict[str, object], float]]) -> None:
        lines.append(f"# HELP {_PREFIX}_{name} {about}")
        lines.append(f"# TYPE {_PREFIX}_{name} gauge")
        lines.extend(f"{_PREFIX}_{name}{_labels({**product, **labels})} {value:.0f}" for labels, value in values)

    metric("audit_timestamp_seconds", "When the last audit was made.", [({}, _seconds(report["at"]))])
    metric(
        "audit_verdict",
        "1 for the verdict on all stations as of the last audit.",
        [({"verdict": verdict}, report["verdict"] == verdict) for verdict in VERDICTS],
    )
    metric(
        "audit_oldest_reading_timestamp_seconds", "The oldest audit of a station.", [({}, _seconds(report["oldest"]))]
    )
    metric("audit_complete", "1 when enough stations could be read to conclude.", [({}, report["complete"])])
    metric("audit_run_stations", "Stations that the last audit looked at.", [({}, report["run"]["stations"])])
    metric(
        "stations",
        "Stations by school and status.",
        [
            ({"school": school["school"], "status": status}, number)
            for school in schools
            for status, number in school["counts"].items()
        ],
    )
    metric(
        "last_deployment_stations",
        "Stations by school and how their last deployment ended.",
        [
            ({"school": school["school"], "outcome": outcome}, number)
            for school in schools
            for outcome, number in school["last"].items()
        ],
    )
    metric(
        "server_release_info",
        "The release that stations are compared with; its labels are its value.",
        [
            ({"school": s["school"], "name": s["name"], "release": s["release"], "pinned": str(s["pinned"]).lower()}, 1)
            for s in schools
            if s["release"]
        ],
    )
    metric(
        "server_readable",
        "1 when the school's hosted server could be read, or its release is pinned.",
        [({"school": s["school"]}, bool(s["release"]) and not s["stale"]) for s in schools],
    )
    metric(
        "server_release_first_seen_timestamp_seconds",
        "When the server was first seen at its release.",
        [({"school": s["school"]}, _seconds(s["release_since"])) for s in schools if s["release_since"]],
    )
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, object]) -> str:
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(value: object) -> str:
    # Backslash first. Other line ends are not special to the format, but are to those who read the file by lines.
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return printable(text, other=" ")


def _seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()
