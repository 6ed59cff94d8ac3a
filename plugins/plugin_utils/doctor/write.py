# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the examination: JSON for programs, one HTML file for people. I/O: files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...module_utils.base.files import write_atomically
from ...module_utils.base.text import json_text
from ...module_utils.base.times import local_minute
from ..pages.page import part, render_page
from ..words.words import Words
from .view import ANSWERS, SchoolView, doctor_title

__all__ = ["render_doctor_page", "write_doctor"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_doctor_page(
    document: Mapping[str, Any], schools: Sequence[SchoolView], *, words: Words, zone: dt.tzinfo | None = None
) -> str:
    """The page, one file that needs nothing else and loads nothing. ``zone`` None: the controller's time."""
    return render_page(
        _TEMPLATES / "doctor.html.j2",
        css=part(_TEMPLATES / "doctor.css"),
        title=doctor_title(words),
        words=words,
        v={
            "at": local_minute(document["at"], zone=zone),
            "verdict": document["verdict"],
            "tone": {"sound": "good", "not_sound": "bad"}.get(document["verdict"], "doubt"),
            "answer": words.of(ANSWERS[document["verdict"]]),
            "counts": document["counts"],
            "schools": schools,
        },
    )


def write_doctor(
    document: Mapping[str, Any], schools: Sequence[SchoolView], *, path: str | None, html: str | None, words: Words
) -> dict[str, str]:
    """Write what is asked for; return the files. Raises OSError."""
    written = {}
    for kind, name in (("path", path), ("html", html)):
        if not name:
            continue
        text = json_text(document) if kind == "path" else render_doctor_page(document, schools, words=words)
        file = Path(name).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text.encode(errors="replace"), mode=0o640)
        written[kind] = str(file)
    return written
