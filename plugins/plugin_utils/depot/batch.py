# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch files from their templates, as cmd.exe reads them. I/O: the template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

__all__ = ["batch_file"]


def batch_file(template: Path, context: Mapping[str, Any]) -> bytes:
    """Rendered: ASCII, CRLF (cmd.exe looks labels up by offset and loses them with LF alone).

    The context is what may stand in a batch file: nothing is escaped.
    """
    text = _compiled(template).render(context)
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


@cache
def _compiled(template: Path) -> jinja2.Template:
    """Kept: compiling takes ten times as long as rendering, and every package has one script."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  (a batch file: whoever makes the context refuses what it could not hold)
    )
    return environment.get_template(template.name)
