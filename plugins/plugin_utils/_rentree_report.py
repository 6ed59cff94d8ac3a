# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the board: JSON for programs, one HTML file for people."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from ansible_collections.rentree.pronote.plugins.module_utils.atomic import write_atomically
from ansible_collections.rentree.pronote.plugins.module_utils.evidence import moment, printable
from ansible_collections.rentree.pronote.plugins.module_utils.rentree import state_label
from ansible_collections.rentree.pronote.plugins.module_utils.rentree_table import shown_date
from ansible_collections.rentree.pronote.plugins.module_utils.rentree_words import LABELS
from markupsafe import Markup

__all__ = ["render_page", "write_board"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(board: Mapping[str, Any], *, language: str = "fr") -> str:
    """The board as one file that needs nothing else and loads nothing."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Always, whatever the file is named: names come from servers, files and people.
        autoescape=True,
        # Escaping does not stop a character that turns the line's direction.
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    css = (_TEMPLATES / "rentree.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return environment.get_template("rentree.html.j2").render(
        board=board,
        at=moment(board["at"]).strftime("%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M"),
        w=LABELS[language],
        state=lambda each: state_label(each, language),
        day=shown_date,
        css=Markup(css),  # noqa: S704  (our own file)
        # Had a name ever got through the escaping, it could still load nothing and run nothing.
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )


def write_board(board: Mapping[str, Any], *, path: str | None, html: str | None, language: str) -> dict[str, str]:
    """Write what is asked for, for the group that reads reports; return the files. Raises OSError."""
    written = {}
    for kind, name in (("path", path), ("html", html)):
        if not name:
            continue
        file = Path(name).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "path":
            text = json.dumps(board, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        else:
            text = render_page(board, language=language)
        write_atomically(file, text.encode(errors="replace"), mode=0o640)
        written[kind] = str(file)
    return written
