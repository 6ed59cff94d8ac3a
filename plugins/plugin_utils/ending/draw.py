# SPDX-License-Identifier: GPL-3.0-or-later
"""The last block of a run drawn in the columns that there are. Names of stations are never broken. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.text import Text

from ...module_utils.base.text import printable_line
from ..pages.terminal import laid_out
from ..words.words import Words
from .block import Count, EndBlock, Group

__all__ = ["NAMED", "draw"]

NAMED = 12
"""Stations that a group names; the others are counted, and stand in the JSON and in the list of what remains."""

_NARROWEST = 40


def draw(blocks: Sequence[EndBlock], *, width: int, color: bool, words: Words) -> str:
    """Lines of at most ``width`` columns, but for a name or a path that is longer; empty without blocks."""
    columns = max(_NARROWEST, width)
    lines: list[Text] = []
    for block in blocks:
        lines += [*([Text()] if lines else []), Text("─" * columns, "dim"), *_block(block, columns, words)]
    return laid_out(lines, color=color)


def _block(block: EndBlock, width: int, words: Words) -> Iterable[Text]:
    yield from _wrapped(block.title, width, style="bold")
    if block.counts:
        yield from _counted(block.counts, width, indent="  ")
    for school, counts in block.schools:
        yield from _wrapped(school, width, indent="  ", style="bold")
        yield from _counted(counts, width, indent="    ")
    for group in block.groups:
        yield from _group(group, width, words)
    for line in block.after:
        # Whole, whatever the width: it is copied and pasted.
        yield Text(printable_line(line))


def _group(group: Group, width: int, words: Words) -> Iterable[Text]:
    if group.kind:
        yield Text(f"{group.mark} {group.kind}", f"bold {group.style}")
    yield from _names(group.stations, width, words)
    yield from _wrapped(group.reason, width, indent="      ")
    if group.remedy:
        yield from _wrapped(f"→ {group.remedy}", width, indent="      ", more="        ", style="dim")


def _names(stations: Sequence[str], width: int, words: Words) -> Iterable[Text]:
    shown = [f"{name}," for name in stations[:NAMED]]
    shown[-1] = shown[-1].removesuffix(",")
    rest = len(stations) - NAMED
    # A space that breaks no line inside it: "and 5 more" stays together, as a name does.
    tail = [words.plural("and {n} more", "and {n} more", rest).replace(" ", "\u00a0")] if rest > 0 else []
    yield from _filled([*shown, *tail], width, indent="    ", style="cyan")


def _counted(counts: Sequence[Count], width: int, *, indent: str) -> Iterable[Text]:
    """Counts in lines, none of them broken, each in its colour."""
    line = Text(indent)
    for number, each in enumerate(counts):
        text = f"{each.text}," if number < len(counts) - 1 else each.text
        if line.plain.strip() and line.cell_len + 1 + len(text) > width:
            yield line
            line = Text(indent)
        line.append(" " if line.plain.strip() else "").append(text, each.style)
    yield line


def _filled(pieces: Sequence[str], width: int, *, indent: str, style: str) -> Iterable[Text]:
    line = indent
    for piece in pieces:
        if line.strip() and len(line) + 1 + len(piece) > width:
            yield Text(line, style)
            line = indent
        line += f" {piece}" if line.strip() else piece
    yield Text(line, style)


def _wrapped(text: str, width: int, *, indent: str = "", more: str = "", style: str = "") -> Iterable[Text]:
    for line in textwrap.wrap(
        printable_line(text),
        width,
        initial_indent=indent,
        subsequent_indent=more or indent,
        # A name, a path or an address stays whole, even where the line becomes too long.
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield Text(line, style)
