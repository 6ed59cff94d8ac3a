# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit sees of its inventory, and of which schools it may therefore say that a station has vanished. Pure.

A station has vanished when the inventory names it no more. A run can say so of a school that it looked at wholly; one
that is limited to a room, or whose inventory is a part of the whole, cannot. An inventory that AWX has cut into slices
looks as any other. But a slice leaves out stations of every school, and far more than are ever taken away between two
audits: at least one of three (every n-th station, by name, for n slices).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Sight", "sight_of"]

_CUT: Final = 3  # with one of so many missing, a school was cut


@dataclass(frozen=True, kw_only=True)
class Sight:
    """``stations``: of the inventory, those included that a cut one is known to have. ``schools``: those of which a
    station may be said to have vanished; None: all. ``cut``: school → how many of its known stations are not in it.
    """

    stations: frozenset[str]
    schools: frozenset[str] | None = None
    cut: Mapping[str, int] = field(default_factory=dict)

    def judges(self, school: str) -> bool:
        """Whether a station of this school that the inventory does not name has vanished."""
        return self.schools is None or school in self.schools


def sight_of(
    known: Mapping[str, str],
    audited: Mapping[str, str],
    *,
    stations: Collection[str],
    in_parts: bool,
    may_be_cut: bool,
    whole: bool = False,
) -> Sight:
    """What a run sees.

    ``known``: school of each station that earlier audits of this inventory have seen; ``audited``: of those of this
    run. ``stations``: those that its inventory names. ``in_parts``, ``may_be_cut``: as of an Identity. ``whole``: the
    inventory is said to be whole (playbooks/conclude.yml).
    """
    here = frozenset({*stations, *audited})
    if whole:
        return Sight(stations=here)
    missing = Counter(school for station, school in known.items() if station not in here)
    present = {*(known[station] for station in here & known.keys()), *audited.values()}
    if may_be_cut:
        of_school = Counter(known.values())
        cut = {s: n for s, n in sorted(missing.items()) if s in present and _CUT * n >= of_school[s]}
        if cut:
            return Sight(stations=here | known.keys(), schools=frozenset(), cut=cut)
    left_out = [station for station in here if station not in audited]
    if left_out:
        in_part = {known[station] for station in left_out if station in known}
        return Sight(stations=here, schools=frozenset(audited.values()) - in_part)
    return Sight(stations=here, schools=frozenset(present) if in_parts or may_be_cut else None)
