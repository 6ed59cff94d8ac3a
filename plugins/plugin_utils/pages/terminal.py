# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tables for a terminal share: text that is no markup, and how it is laid out. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text

from ...module_utils.base.text import printable

__all__ = ["laid_out", "plain", "rendered"]


def plain(value: object, style: str = "") -> Text:
    """Text as it is: names come from stations and inventories, so no markup and no terminal control in it."""
    return Text(printable(value), style)


def rendered(parts: Iterable[RenderableType], *, width: int, color: bool) -> str:
    """Lines, tables and texts one below the other, ``width`` columns wide, without a final line end."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, highlight=False)
    for part in parts:
        console.print(part)
    return out.getvalue().rstrip("\n")


def laid_out(lines: Iterable[Text], *, color: bool) -> str:
    """Lines as they are, whatever their length, without a final line end."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=color, no_color=not color, highlight=False)
    for line in lines:
        console.print(line, soft_wrap=True)
    return out.getvalue().rstrip("\n")
