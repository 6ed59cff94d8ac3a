# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the HTML report from its template, and write every report where it was asked for. I/O: files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from ...module_utils.base.text import json_text
from ..audit.status import STATUSES
from ..pages.page import Link, address_of, neighbours, part, render_page
from ..pages.titles import audit_title
from ..words.words import Words
from .arguments import KINDS
from .commands import Commands
from .csv_file import render_csv
from .junit import render_junit
from .labels import CHANGES, VERDICTS
from .prometheus import render_prometheus
from .school_pages import LARGEST, is_school_page, school_page
from .view import ReportView, school_view, view

__all__ = ["ReportError", "render_html", "render_pages", "write_reports"]

_TEMPLATES = Path(__file__).parent / "templates"

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
    return _page(shown, title=audit_title(report["product"], words), words=words, links=links)


def render_pages(
    report: Mapping[str, Any],
    *,
    index: str,
    trends: Trends,
    commands: Commands,
    words: Words,
    links: Sequence[Link] = (),
) -> Iterator[tuple[str, str]]:
    """The report as files of one folder (name, text): one, or a page per school and then ``index``, which leads there.

    One by one: a thousand schools need not be in memory at once.
    """
    schools = [str(school["school"]) for school in report["schools"]]
    if len(report["stations"]) <= LARGEST or len(schools) < 2:
        yield index, render_html(report, trends=trends, commands=commands, words=words, links=links)
        return
    pages = {school: school_page(index, school) for school in schools}
    addresses = {school: address_of(page) for school, page in pages.items()}
    whole = view(report, trends=trends, commands=commands, words=words, pages=addresses)
    title = audit_title(report["product"], words)
    to_index = (words("All schools"), address_of(index))
    for school in whole.schools:
        yield (
            pages[school.uai],
            _page(
                school_view(whole, school, words),
                title=words("{first}: {then}", first=title, then=school.name),
                words=words,
                links=(to_index, *links),
            ),
        )
    yield index, _page(whole, title=title, words=words, links=links)


def _page(shown: ReportView, *, title: str, words: Words, links: Sequence[Link]) -> str:
    return render_page(
        _TEMPLATES / "audit.html.j2",
        css=_css(),
        js=part(_TEMPLATES / "audit.js"),
        title=title,
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

    Of an audit whose schools have pages of their own, ``html`` is the index. ``pages``: title and file of what the HTML
    report may have beside it. Raises ReportError for what cannot be written, once the others are.
    """
    made = {
        "path": lambda: json_text(report),
        "csv": lambda: render_csv(report["stations"], words=words),
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
            if kind == "html":
                links = neighbours(name, pages)
                _write_pages(
                    path,
                    render_pages(report, index=path.name, trends=trends, commands=commands, words=words, links=links),
                )
            else:
                _write(path, made[kind](), kind)
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


def _write(path: Path, text: str, kind: str) -> None:
    # What is no text at all (a lone half of a surrogate pair) becomes a question mark: a report always ends.
    write_atomically(path, text.encode(errors="replace"), mode=_MODES.get(kind, 0o640))


def _write_pages(index: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Write the pages, the index last, which leads to no page that is not there; then take away those of schools that
    are gone, or of an audit that had more stations: nobody is to read them as today's."""
    written = set()
    for name, text in pages:
        _write(index.with_name(name), text, "html")
        written.add(name)
    for old in index.parent.iterdir():
        if is_school_page(index.name, old.name) and old.name not in written:
            old.unlink(missing_ok=True)
