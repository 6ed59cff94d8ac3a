"""What ``make bench`` says of its figures."""

from __future__ import annotations

import pytest

from tests.benchmarks.aims import aims
from tests.benchmarks.bench import Measurement
from tests.benchmarks.measure import Cost
from tests.benchmarks.rows import ROWS, Row, chosen
from tests.benchmarks.startup import Morning, Scale, measure

_ROW = {row.name: row for row in ROWS}


def _measured(row: Row, size: int, *, cpu: float, wall: float = 1.0, peak: float = 100.0) -> Measurement:
    cost = Cost(wall=wall, cpu=cpu, peak_mib=peak, largest_mib=peak)
    return Measurement(row=row, size=size, cost=cost, traffic=None)


def test_figures_stand_beside_those_of_workers_and_their_aim() -> None:
    found = aims(
        [
            _measured(_ROW["audit"], 100, cpu=99),
            _measured(_ROW["audit"], 1000, cpu=7.0),
            _measured(_ROW["audit-workers"], 1000, cpu=62.5),
            _measured(_ROW["empty"], 1000, cpu=22),
            _measured(_ROW["audit-ntlm"], 1000, cpu=9.1),
            _measured(_ROW["audit-slow"], 1000, cpu=9.1, wall=30.1),
        ]
    )
    assert found == [
        ("audit, Basic: CPU of a station", "1000", "7.0 ms", "62.5 ms", "22.0 ms", "≤ 7 ms", "met"),
        ("audit, NTLM: CPU of a station", "1000", "9.1 ms", "", "22.0 ms", "≤ 9 ms", "missed"),
        ("audit, each answer after 300 ms: wall", "1000", "30.1 s", "", "1.0 s", "≤ 30 s", "missed"),
    ]


@pytest.mark.parametrize(("last", "word"), [(51.5, "met"), (58.0, "missed"), (38.0, "missed")])
def test_each_further_station_costs_the_same(last: float, word: str) -> None:
    sizes = {100: 1.5, 1000: 6.0, 10_000: last}
    found = aims([_measured(_ROW["audit-recorded"], size, cpu=cpu) for size, cpu in sizes.items()])
    assert found[-1][-2:] == ("within 15 %", word)


def test_memory_is_compared_with_an_empty_play() -> None:
    rows = [_measured(_ROW["empty-recorded"], 10_000, cpu=1, peak=200)]
    for peak, word in ((450, "met"), (451, "missed")):
        found = aims([*rows, _measured(_ROW["audit-recorded"], 10_000, cpu=1, peak=peak)])
        assert found[-1][0] == "audit: memory at its peak"
        assert found[-1][-1] == word


def test_rows_can_be_chosen() -> None:
    assert [row.name for row in chosen("", "")] == [row.name for row in ROWS]
    assert [(row.name, row.sizes) for row in chosen("deploy,audit", "20,3")] == [
        ("deploy", (3, 20)),
        ("audit", (3, 20)),
    ]
    with pytest.raises(ValueError, match="no such row: audits"):
        chosen("audits", "")


def test_a_morning_in_small() -> None:
    """Thirty stations at once at a depot that serves three: every one is served, and nobody past the limit."""
    scale = Scale(hurry=60, small=1000)
    school = Morning(clients=30, size=150_000_000, rate=110_000_000, spread=0, transfers=3, scale=scale)
    found = measure(school)
    assert found.served == 30
    assert found.refusals > 0
    assert found.most_at_once < 30
    assert 0 < found.first <= found.half <= found.last
