# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight finds: where, the fact, the remedy and whom it holds; told in lines, judged for a play. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ...module_utils.base.message import Message, advised, sourced, with_sources

__all__ = ["Finding", "about", "finding_of", "held_by", "lines", "merged", "stops"]

_SHOWN: Final = 30  # lines of one run: a fault of a table has as many as the table has rows


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``place``: a file with its line, as people type it; empty where nobody knows. ``hosts``: whom it is about.
    ``holds``: whether they are held, or it is only told. ``more``: how many further places have the same."""

    place: str = ""
    fact: str
    remedy: str
    hosts: frozenset[str] = frozenset()
    holds: bool = True
    more: int = 0

    @property
    def said(self) -> str:
        """The fact with its place."""
        if not self.place:
            return self.fact
        place: str = self.place
        if self.more:
            place = Message.plural("{place} and {n} more place", "{place} and {n} more places", self.more, place=place)
        return Message("{place}: {fact}", place=place, fact=self.fact)

    def as_dict(self) -> dict[str, Any]:
        """What ``finding_of`` reads."""
        told: dict[str, Any] = with_sources({"fact": self.fact, "remedy": self.remedy})
        return {**told, "place": self.place, "hosts": sorted(self.hosts), "holds": self.holds, "more": self.more}


def finding_of(data: Mapping[str, Any]) -> Finding:
    """One that was kept. Raises KeyError."""
    fact, remedy = (sourced(data[name], data.get(f"{name}_source")) for name in ("fact", "remedy"))
    return Finding(
        place=data["place"],
        fact=fact,
        remedy=remedy,
        hosts=frozenset(data["hosts"]),
        holds=data["holds"],
        more=data["more"],
    )


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """What is the same in several places, once: the first of them, and how many more there are."""
    alike: dict[tuple[str, str, bool], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.fact, each.remedy, each.holds), []).append(each)
    return [_one_of(same) for same in alike.values()]


def _one_of(same: Sequence[Finding]) -> Finding:
    places = {each.place for each in same}
    more = max(len(places) - 1, *(each.more for each in same))
    hosts = frozenset().union(*(each.hosts for each in same))
    return replace(same[0], hosts=hosts, more=more if same[0].place else 0)


def about(findings: Iterable[Finding], play: Collection[str]) -> list[Finding]:
    """Those that concern the hosts of a play, what holds them first."""
    wanted = frozenset(play)
    return sorted((each for each in findings if each.hosts & wanted), key=lambda each: not each.holds)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """One line each, and how many are not shown."""
    for each in findings[:_SHOWN]:
        yield advised(each.said, each.remedy)
    if len(findings) > _SHOWN:
        yield Message.plural("… and {n} more like these", "… and {n} more like these", len(findings) - _SHOWN)


def held_by(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The first of the findings that hold a host, by its name."""
    held: dict[str, Finding] = {}
    for each in findings:
        if each.holds:
            for name in each.hosts:
                held.setdefault(name, each)
    return held


def stops(findings: Iterable[Finding], play: Collection[str]) -> bool:
    """Whether nobody of a play is left: then it ends at once, and not once for each."""
    return bool(play) and frozenset(play) <= held_by(findings).keys()
