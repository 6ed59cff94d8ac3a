"""A handful of stations that misbehave, among some that do not (`make audit-hostile` has twenty, of fifty)."""

from __future__ import annotations

from tests.e2e.conftest import StartSchool
from tests.hostile import audited, connection, stations

_NAMES = ["redirect-third", "drip-encrypted", "endless-body", "gzip-bomb", "plain-fault"]


def test_stations_that_misbehave_are_told_and_the_others_are_audited(start_school: StartSchool) -> None:
    school = start_school(stations(_NAMES, honest_ones=3), connection=connection, publish=False)
    figures = audited(school, _NAMES, honest_ones=3, forks=5)
    assert figures.all <= figures.allowed
