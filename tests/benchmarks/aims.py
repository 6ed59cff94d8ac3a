"""What the rows are to come to, beside what they came to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.bench import Measurement

__all__ = ["HEAD", "aims", "growth"]

HEAD = ("what", "stations", "by survey", "by workers", "empty play", "aim", "")

_Figure = Callable[[Measurement], float]
_Known = Mapping[tuple[str, int], Measurement]


def _ms(one: Measurement) -> float:
    return one.ms_per_station


def _wall(one: Measurement) -> float:
    return one.cost.wall


def _cpu(one: Measurement) -> float:
    return one.cost.cpu


@dataclass(frozen=True, kw_only=True)
class _Aim:
    row: str
    size: int
    what: str
    figure: _Figure
    unit: str
    most: float
    empty: str = "empty"


_AIMS = (
    _Aim(row="audit", size=1000, what="audit, Basic: CPU of a station", figure=_ms, unit="ms", most=7),
    _Aim(row="audit-ntlm", size=1000, what="audit, NTLM: CPU of a station", figure=_ms, unit="ms", most=9),
    _Aim(row="audit-kerberos", size=300, what="audit, Kerberos: CPU of a station", figure=_ms, unit="ms", most=9),
    _Aim(
        row="deploy", size=1000, what="deployment with nothing to do: CPU of a station", figure=_ms, unit="ms", most=9
    ),
    _Aim(row="dry-run", size=1000, what="dry run, all with a change: CPU of a station", figure=_ms, unit="ms", most=40),
    _Aim(
        row="audit-recorded",
        size=10_000,
        what="audit: CPU of all",
        figure=_cpu,
        unit="s",
        most=80,
        empty="empty-recorded",
    ),
    _Aim(row="audit-dropping", size=300, what="audit, 270 drop packets: wall", figure=_wall, unit="s", most=15),
    _Aim(row="audit-slow", size=1000, what="audit, each answer after 300 ms: wall", figure=_wall, unit="s", most=30),
)
_MEMORY = 250.0  # MiB above an empty play
_GROWTH = 0.15


def aims(measured: Sequence[Measurement]) -> list[tuple[str, ...]]:
    """A line for each aim whose row was measured at its size."""
    known = {(one.row.name, one.size): one for one in measured}
    lines = []
    for aim in _AIMS:
        one = known.get((aim.row, aim.size))
        if one is None:
            continue
        beside = [known.get((f"{aim.row}-workers", aim.size)), known.get((aim.empty, aim.size))]
        lines.append(
            (
                aim.what,
                str(aim.size),
                f"{aim.figure(one):.1f} {aim.unit}",
                *("" if other is None else f"{aim.figure(other):.1f} {aim.unit}" for other in beside),
                f"≤ {aim.most:g} {aim.unit}",
                "met" if aim.figure(one) <= aim.most else "missed",
            )
        )
    return [*lines, *_memory(known), *_further(known)]


def _memory(known: _Known) -> list[tuple[str, ...]]:
    audit, empty = known.get(("audit-recorded", 10_000)), known.get(("empty-recorded", 10_000))
    if audit is None or empty is None:
        return []
    peaks = [f"{one.cost.peak_mib:.0f} MiB" for one in (audit, empty)]
    met = audit.cost.peak_mib <= empty.cost.peak_mib + _MEMORY
    aim = f"≤ empty play + {_MEMORY:g} MiB"
    return [("audit: memory at its peak", "10000", peaks[0], "", peaks[1], aim, "met" if met else "missed")]


def growth(known: _Known, name: str, sizes: tuple[int, int]) -> float | None:
    """Milliseconds of CPU of each further station between two sizes; None when one of them was not measured."""
    small, large = (known.get((name, size)) for size in sizes)
    if small is None or large is None:
        return None
    return 1000 * (large.cost.cpu - small.cost.cpu) / (large.size - small.size)


def _further(known: _Known) -> list[tuple[str, ...]]:
    steps = [(100, 1000), (1000, 10_000)]
    each = [growth(known, "audit-recorded", step) for step in steps]
    if each[0] is None or each[1] is None:
        return []
    met = abs(each[1] - each[0]) <= _GROWTH * min(each[0], each[1])
    told = f"{each[0]:.2f}, {each[1]:.2f} ms"
    sizes = ", ".join(f"{small}→{large}" for small, large in steps)
    return [("audit: CPU of each further station", sizes, told, "", "", "within 15 %", "met" if met else "missed")]
