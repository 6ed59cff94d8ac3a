"""What ``make demo`` tells: a few lines of what a run's own last block says (plugin_utils/ending). Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.block import Count, EndBlock, Group, block_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import Words

__all__ = ["WIDTH", "block_in", "figures", "remains"]

WIDTH = 100
_NAMED = 3
_GROUPS = 8
"""Reasons that are told; the page and the log have them all."""
_LINES = 2
"""Of a reason, and of a remedy."""


def block_in(results: Iterable[Mapping[str, Any]]) -> EndBlock | None:
    """The block of the first play that had stations; None where the run ended before it."""
    blocks = (block_of(each["result"]["ending"]) for each in results if "ending" in each["result"])
    return next(blocks, None)


def figures(block: EndBlock, *, schools: bool, width: int = WIDTH) -> Iterator[str]:
    """How many stations, of what kinds; with ``schools``, the same for each of them."""
    yield from _wrapped(block.title, width, indent="  ")
    yield from _wrapped(_counted(block.counts), width, indent="    ")
    for school, counts in block.schools if schools else ():
        yield from _wrapped(school, width, indent="  ")
        yield from _wrapped(_counted(counts), width, indent="    ")


def remains(block: EndBlock, words: Words, *, width: int = WIDTH) -> Iterator[str]:
    """Which stations are not at their release, why, and what to do about it."""
    if not block.groups:
        yield f"  {words('Nothing remains to be done.')}"
    for group in block.groups[:_GROUPS]:
        shown = words("{names}: {text}", names=_names(group, words), text=group.reason)
        yield from _wrapped(f"{group.mark} {shown}", width, indent="  ", lines=_LINES)
        if group.remedy:
            yield from _wrapped(f"→ {group.remedy}", width, indent="      ", lines=_LINES)
    if (rest := len(block.groups) - _GROUPS) > 0:
        yield f"  {words.plural('and {n} more', 'and {n} more', rest)}"


def _names(group: Group, words: Words) -> str:
    rest = len(group.stations) - _NAMED
    tail = [words.plural("and {n} more", "and {n} more", rest)] if rest > 0 else []
    return " ".join([", ".join(group.stations[:_NAMED]), *tail])


def _counted(counts: Sequence[Count]) -> str:
    # No line is broken within one of them.
    return ", ".join(each.text.replace(" ", "\u00a0") for each in counts)


def _wrapped(text: str, width: int, *, indent: str, lines: int | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        max_lines=lines,
        placeholder=" …",
        break_on_hyphens=False,
    )
