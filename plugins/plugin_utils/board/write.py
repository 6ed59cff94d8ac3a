# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the board: JSON for programs, one HTML file for people. I/O: files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...module_utils.base.files import write_atomically
from ...module_utils.base.text import json_text
from ..pages.page import Link, neighbours, part, render_page
from ..pages.titles import audit_title, board_title
from ..words.words import Words
from .operations import VERDICTS
from .view import AUDITED, view

__all__ = ["render_board_page", "write_board"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_board_page(
    board: Mapping[str, Any], *, words: Words, zone: dt.tzinfo | None = None, links: Sequence[Link] = ()
) -> str:
    """The board as one file that needs nothing else and loads nothing. ``zone`` None: the controller's time."""
    shown = view(board, words=words, zone=zone)
    # The client's audit, where operation 8 is told station by station.
    audit = next((address for title, address in links if title == audit_title("pronote_client", words)), "")
    return render_page(
        _TEMPLATES / "board.html.j2",
        css=part(_TEMPLATES / "board.css"),
        title=board_title(words),
        words=words,
        links=links,
        v=shown,
        verdicts=VERDICTS,
        audited=AUDITED,
        audit=audit,
    )


def write_board(
    board: Mapping[str, Any],
    *,
    path: str | None,
    html: str | None,
    words: Words,
    pages: Sequence[tuple[str, str | None]] = (),
) -> dict[str, str]:
    """Write what is asked for, for the group that reads reports; return the files. Raises OSError.

    ``pages``: title and file of what the page may have beside it.
    """
    written = {}
    for kind, name in (("path", path), ("html", html)):
        if not name:
            continue
        if kind == "path":
            text = json_text(board)
        else:
            text = render_board_page(board, words=words, links=neighbours(name, pages))
        file = Path(name).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text.encode(errors="replace"), mode=0o640)
        written[kind] = str(file)
    return written
