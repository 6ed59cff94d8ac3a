# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the HTML report from its template, and write every report where it was asked for. I/O: files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from ...module_utils.base.text import json_text
from ..audit.status import STATUSES
from ..pages.page import Link, neighbours, part, render_page
from ..pages.titles import audit_title
from ..words.words import Words
from .commands import Commands
from .csv_file import render_csv
from .junit import render_junit
from .labels import CHANGES, VERDICTS
from .prometheus import render_prometheus
from .view import view

__all__ = ["KINDS", "ReportError", "render_html", "write_reports"]

_TEMPLATES = Path(__file__).parent / "templates"

KINDS = ("path", "csv", "html", "prometheus", "junit")
"""The reports that can be written, by the option that names their file; ``path`` is the JSON."""

# Metrics are for node_exporter, which is another user; they name schools, not stations.
_MODES = {"prometheus": 0o644}

Trends = Mapping[str, Sequence[tuple[str, Mapping[str, int]]]]


class ReportError(Exception):
    """A report could not be written: which, the fact, and the remedy."""


@cache
def _css() -> str:
    """The style sheet, with the sign of each status in front of its station."""
    marks = "".join(f'.plan .{name}::before{{content:"{status.mark}"}}\n' for name, status in STATUSES.items())
    return f"{part(_TEMPLATES / 'audit.css')}\n{marks}"


def render_html(
    report: Mapping[str, Any],
    *,
    trends: Trends,
    commands: Commands,
    words: Words,
    zone: dt.tzinfo | None = None,
    links: Sequence[Link] = (),
) -> str:
    """The report as one file that needs nothing else. ``zone`` None: the controller's time."""
    shown = view(report, trends=trends, commands=commands, words=words, zone=zone)
    return render_page(
        _TEMPLATES / "audit.html.j2",
        css=_css(),
        js=part(_TEMPLATES / "audit.js"),
        title=audit_title(report["product"], words),
        words=words,
        links=links,
        v=shown,
        statuses=STATUSES,
        verdicts=VERDICTS,
        changes=CHANGES,
    )


def write_reports(
    paths: Mapping[str, str | None],
    report: Mapping[str, Any],
    *,
    trends: Trends,
    commands: Commands,
    words: Words,
    pages: Sequence[tuple[str, str | None]] = (),
) -> dict[str, str]:
    """Write what ``paths`` asks for, each atomically; return the files written.

    ``pages``: title and file of what the HTML report may have beside it. Raises ReportError for what cannot be written,
    once the others are.
    """
    made = {
        "path": lambda: json_text(report),
        "csv": lambda: render_csv(report["stations"], words=words),
        "html": lambda: render_html(
            report,
            trends=trends,
            commands=commands,
            words=words,
            links=neighbours(str(paths["html"]), pages),
        ),
        "prometheus": lambda: render_prometheus(report),
        "junit": lambda: render_junit(report["stations"], at=report["at"]),
    }
    written: dict[str, str] = {}
    failures = []
    for kind in KINDS:
        if not (name := paths.get(kind)):
            continue
        path = Path(name).expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # What is no text at all (a lone half of a surrogate pair) becomes a question mark: a report always ends.
            write_atomically(path, made[kind]().encode(errors="replace"), mode=_MODES.get(kind, 0o640))
        except OSError as exc:
            failures.append(f"{path}: {exc.strerror or exc}")
        else:
            written[kind] = str(path)
    if failures:
        raise ReportError(
            Message(
                "not written: {files}. Give a place that this user can write; other reports were written.",
                files="; ".join(failures),
            )
        )
    return written
