"""Every fault at every step of a deployment: the run after it, without faults, puts every station right."""

from __future__ import annotations

import pytest

from tests.e2e.campaign.conftest import CALM, CLOCK, QUICK, explained, fired, judge, keep_count, stations
from tests.e2e.campaign.steps import Injection
from tests.e2e.conftest import ACCOUNT, StartSchool

pytestmark = pytest.mark.faults

# As many stations at once as a school has.
_BATCHES = 6


@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", range(_BATCHES))
def test_every_fault_at_every_step(start_school: StartSchool, every_injection: list[Injection], batch: int) -> None:
    mine = every_injection[batch::_BATCHES]
    names = [injection.name for injection in mine]
    school = start_school(stations([(i.name, [i.rule]) for i in mine]), clock=CLOCK)
    with_faults = school.play("deploy", *QUICK)
    assert set(with_faults.of("client")) == set(names), "a station is not in the run"
    assert explained(with_faults) == []
    broken = fired(school)
    school.lab.heal()
    without = school.play("deploy", *CALM)
    lost = judge(school, without, names)
    keep_count(f"every-step-{batch}", injected=len(broken), lost=lost)
    assert lost == {}
    assert ACCOUNT["password"] not in with_faults.output + without.output
    # Most faults must have met their step, or the campaign tests nothing.
    assert len(broken) > 0.9 * len(mine)
