"""Twenty stations that misbehave in every way known, among some that do not."""

from __future__ import annotations

import pytest

from tests.e2e.campaign.conftest import keep_count
from tests.e2e.conftest import StartSchool
from tests.hostile import MISCHIEF, audited, connection, stations

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

_HONEST = 10


def test_stations_that_misbehave_are_told_and_the_others_are_audited(start_school: StartSchool) -> None:
    names = list(MISCHIEF)
    assert len(names) == 20
    school = start_school(stations(names, honest_ones=_HONEST), connection=connection, publish=False)
    audited(school, names, honest_ones=_HONEST, forks=25)
    keep_count("hostile-stations", injected=len(names), lost={})
