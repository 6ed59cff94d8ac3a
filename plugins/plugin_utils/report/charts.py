# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of the report's charts, for the inline SVG of its template. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..audit.status import STATUSES, shares

__all__ = ["Bar", "Trend", "bar", "percent", "trend"]

WIDTH = 1000
HEIGHT = 100
_DAYS = 45  # shown at most
_FEW = 8  # days that fill the chart; with fewer, bars would be planks

Bar = list[tuple[str, float, float]]
"""A bar of shares: (status, x, width), in thousandths of the whole."""


def percent(part: int, total: int) -> int:
    """A share in whole percents, which is 0 or 100 only when it is exactly that."""
    if not total:
        return 0
    share = round(100 * part / total)
    return min(99, max(1, share)) if 0 < part < total else share


def bar(counts: Mapping[str, int]) -> Bar:
    """Shares of the statuses, in the order of reports; one station in ten thousand is still to be seen."""
    total = sum(counts.values())
    present = [(status, counts[status]) for status in STATUSES if counts.get(status)]
    if not total:
        return []
    widths = [max(6.0, WIDTH * number / total) for _other, number in present]
    scale = WIDTH / sum(widths)
    found, x = [], 0.0
    for (status, _other), width in zip(present, widths, strict=True):
        found.append((status, round(x, 2), round(width * scale, 2)))
        x += width * scale
    return found


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Shares by day: one SVG path per group, and the same figures as text. Heights are percents, 100 at the top."""

    ok: str
    todo: str
    blind: str
    first: int
    last: int
    from_date: str
    to_date: str
    full: bool  # whether the days fill the width
    rows: list[tuple[str, int, int, int]]  # date, stations up to date, to do, without an answer


def trend(points: Sequence[tuple[str, Mapping[str, int]]], *, date: Callable[[str], str]) -> Trend | None:
    """The last days of a history; None when there is nothing to compare yet."""
    shown = [(at, counts) for at, counts in points[-_DAYS:] if sum(counts.values())]
    if len(shown) < 2:
        return None
    slot = WIDTH / max(_FEW, len(shown))
    paths: dict[str, list[str]] = {"ok": [], "todo": [], "blind": []}
    rows = []
    for number, (at, counts) in enumerate(shown):
        found = dict(zip(paths, shares(counts), strict=True))
        rows.append((date(at), *shares(counts)))
        # The newest day is at the right, where it stays while the history grows.
        x = WIDTH - slot * (len(shown) - number) + slot * 0.1
        top = float(HEIGHT)
        for name, value in found.items():
            height = HEIGHT * value / sum(found.values())
            if value:
                paths[name].append(f"M{x:.1f} {top:.1f}h{slot * 0.8:.1f}v-{height:.1f}h-{slot * 0.8:.1f}z")
            top -= height
    return Trend(
        **{name: "".join(path) for name, path in paths.items()},
        first=percent(rows[0][1], sum(rows[0][1:])),
        last=percent(rows[-1][1], sum(rows[-1][1:])),
        from_date=rows[0][0],
        to_date=rows[-1][0],
        full=len(rows) >= _FEW,
        rows=rows[::-1],
    )
