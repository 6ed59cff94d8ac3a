# SPDX-License-Identifier: GPL-3.0-or-later
"""Schools and rooms of a table: which part of a tree is the school, and what of the whole should be told. Pure.

GLPI exports trees whole ("Entité racine > Lycée Exemple > Bâtiment A"). Their last parts are no identities: two schools
have a "Salle 101", and a part of a school is none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from .export_text import Decoded, clean, heading_key

__all__ = ["Sites", "notes_of", "summary_of"]

_STEP: Final = ">"
_MOST: Final = 5


def _parts(tree: str) -> list[str]:
    return [clean(part) for part in tree.split(_STEP) if clean(part)]


class Sites:
    """The schools that the inventory names. ``trees``: what cells hold is a way from a root."""

    def __init__(self, schools: Mapping[str, str], *, trees: bool) -> None:
        self._trees = trees
        self._keys = {key: [heading_key(part) for part in (_parts(key) if trees else [key])] for key in schools}
        self._uais = dict(schools)
        last = Counter(parts[-1] for parts in self._keys.values() if parts)
        # Two keys that end alike are two schools: each has its whole key for a name.
        self._names = {
            key: clean(key) if not trees or last[parts[-1]] > 1 else _parts(key)[-1]
            for key, parts in self._keys.items()
            if parts
        }
        self.met: set[str] = set()

    @property
    def unmet(self) -> list[str]:
        """Keys that no row has."""
        return [key for key in self._keys if key not in self.met]

    def of(self, cell: str) -> tuple[str, str]:
        """The school that a cell says, and its UAI; that of the longest and innermost key within its way."""
        parts = _parts(cell) if self._trees else [clean(cell)]
        own = [heading_key(part) for part in parts]
        fitting = [
            (at + len(key), len(key), name)
            for name, key in self._keys.items()
            if key
            for at in range(len(own) - len(key) + 1)
            if own[at : at + len(key)] == key
        ]
        if not fitting:
            return (parts[-1] if parts else ""), ""
        name = max(fitting)[2]
        self.met.add(name)
        return self._names[name], self._uais[name]

    def room(self, cell: str) -> str:
        """The room that a cell says."""
        parts = _parts(cell) if self._trees else [clean(cell)]
        return parts[-1] if parts else ""


class Told(Protocol):
    """What is looked at of a row."""

    @property
    def line(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def uai(self) -> str: ...


def notes_of(rows: Sequence[Told], sites: Sites, *, named: bool) -> list[Message]:
    """What people should be told of all rows together. ``named``: the inventory names the UAI of schools."""
    told = [
        *_shared(rows, "address", Message("an address of several stations, {value} ({lines}): one of them is stale")),
        *_shared(
            rows,
            "mac",
            Message("a MAC address of several stations, {value} ({lines}): who wakes one wakes whichever has it"),
        ),
    ]
    if sites.unmet:
        shown = ", ".join(map(repr, sites.unmet[:_MOST]))
        told.append(Message("schools: no line has {keys}; look how the file spells it", keys=shown))
    without: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if not row.uai:
            without[row.school].append(row.line)
    if named:
        told += [
            Message("schools has no UAI for {school} ({lines})", school=repr(school), lines=_lines(lines))
            for school, lines in sorted(without.items())
        ]
    return told


def summary_of(rows: Sequence[Told], read: Decoded) -> Message:
    """What was taken of a file."""
    return Message(
        "{stations}, {schools}, read as {encoding} ({evidence})",
        stations=Message.plural("{n} station", "{n} stations", len(rows)),
        schools=Message.plural("{n} school", "{n} schools", len({row.school for row in rows})),
        encoding=read.encoding,
        evidence=read.evidence,
    )


def _shared(rows: Iterable[Told], field: str, text: Message) -> list[Message]:
    by_value: defaultdict[str, list[Told]] = defaultdict(list)
    for row in rows:
        if value := str(getattr(row, field)):
            by_value[value.lower()].append(row)
    return [text.given(value=value, lines=_named(found)) for value, found in sorted(by_value.items()) if len(found) > 1]


def _named(rows: Sequence[Told]) -> Message:
    shown = some_of([f"{row.name} {row.line}" for row in sorted(rows, key=lambda each: each.line)], _MOST)
    return Message("lines {lines}", lines=shown)


def _lines(lines: Sequence[int]) -> Message:
    return Message("lines {lines}", lines=some_of([str(line) for line in sorted(lines)], _MOST))
