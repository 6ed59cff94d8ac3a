from __future__ import annotations

import pytest

from tests.e2e.conftest import StartSchool
from tests.hostile import MISCHIEF, audited, connection, stations

_HONEST, _FORKS = 30, 25


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", [(), ("-e", "pronote_survey_parallel=0")], ids=["survey", "workers"])
def test_twenty_of_fifty_stations_misbehave_and_the_thirty_are_audited(
    start_school: StartSchool, way: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    names = list(MISCHIEF)
    assert len(names) == 20
    school = start_school(stations(names, honest_ones=_HONEST), connection=connection, publish=False)
    figures = audited(school, names, honest_ones=_HONEST, forks=_FORKS, way=way)
    with capsys.disabled():
        print(f"\n{_HONEST} honest stations and {len(names)} that misbehave, {_FORKS} at a time: {figures}")
