# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the HTML report from its template, and write every report where it was asked for."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from ansible_collections.rentree.pronote.plugins.module_utils.atomic import write_atomically
from ansible_collections.rentree.pronote.plugins.module_utils.report_commands import Commands
from ansible_collections.rentree.pronote.plugins.module_utils.report_csv import render_csv
from ansible_collections.rentree.pronote.plugins.module_utils.report_json import render_json
from ansible_collections.rentree.pronote.plugins.module_utils.report_junit import render_junit
from ansible_collections.rentree.pronote.plugins.module_utils.report_prometheus import render_prometheus
from ansible_collections.rentree.pronote.plugins.module_utils.report_view import view
from ansible_collections.rentree.pronote.plugins.module_utils.report_words import MARKS
from markupsafe import Markup

__all__ = ["KINDS", "ReportError", "render_html", "write_reports"]

KINDS = ("path", "csv", "html", "prometheus", "junit")
"""The reports that can be written, by the option that names their file; ``path`` is the JSON."""

_TEMPLATES = Path(__file__).parent / "templates"
# Metrics are for node_exporter, which is another user; they name schools, not stations.
_MODES = {"prometheus": 0o644}

_SPACES = "\u00a0\u202f"  # those of French typography

Trends = Mapping[str, Sequence[tuple[str, Mapping[str, int]]]]


class ReportError(Exception):
    """A report could not be written: which, the fact, and the remedy."""


@cache
def _part(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


@cache
def _css() -> str:
    """The style sheet, with the sign of each status in front of its station."""
    marks = "".join(f'.plan .{status}::before{{content:"{mark}"}}\n' for status, mark in MARKS.items())
    return f"{_part('report.css')}\n{marks}"


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"


def _shown(value: object) -> object:
    """Text without characters that are not to be seen: escaping does not stop one that turns the line's direction."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(c if c.isprintable() or c in _SPACES else " " if c.isspace() else "\ufffd" for c in value)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Always, whatever a file is named: everything here comes from stations, servers and inventories.
        autoescape=True,
        finalize=_shown,
    )
    return environment.get_template("report.html.j2")


def render_html(
    report: Mapping[str, Any],
    *,
    trends: Trends,
    commands: Commands,
    language: str = "fr",
    zone: dt.tzinfo | None = None,
) -> str:
    """The report as one file that needs nothing else. ``zone`` None: the controller's time."""
    shown = view(report, trends=trends, commands=commands, language=language, zone=zone)
    css, js = _css(), _part("report.js")
    # Nothing is loaded and nothing runs but the two blocks with these digests: had a name ever got through the
    # escaping, it could still do nothing. (base-uri and form-action do not fall back to default-src.)
    csp = (
        f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        v=shown,
        w=shown.w,
        marks=MARKS,
        csp=csp,
        css=Markup(css),  # noqa: S704  (our own file)
        js=Markup(js),  # noqa: S704  (our own file)
    )


def write_reports(
    paths: Mapping[str, str | None],
    report: Mapping[str, Any],
    *,
    trends: Trends,
    commands: Commands,
    language: str,
) -> dict[str, str]:
    """Write what ``paths`` asks for, each atomically; return the files written. Raises ReportError for the first that
    cannot be, once the others are written."""
    made = {
        "path": lambda: render_json(report),
        "csv": lambda: render_csv(report["stations"], language=language),
        "html": lambda: render_html(report, trends=trends, commands=commands, language=language),
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
            f"not written: {'; '.join(failures)}. Give a place that this user can write; other reports were written."
        )
    return written
