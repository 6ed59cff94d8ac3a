"""Every fault at every step of a deployment: the run after it, without faults, puts the station right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaign.conftest import keep_count
from tests.e2e.campaign.in_process import recorded_steps, trial
from tests.e2e.campaign.steps import injections
from tests.station.depot import Depot

pytestmark = pytest.mark.faults

# For as many test workers to share.
_BATCHES = 8
# A look between any two changes that the setup makes; a station is back from a restart long before it is given up.
_TIMES: dict[str, Any] = {"poll_interval": 2.5, "reconnect_timeout": 60}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", range(_BATCHES))
def test_every_fault_at_every_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, depot: Depot, batch: int) -> None:
    with trial(monkeypatch, tmp_path / "steps", depot) as one:
        steps = recorded_steps(one, **_TIMES)
    lost, injected = {}, 0
    mine = injections(steps)[batch::_BATCHES]
    for injection in mine:
        with trial(monkeypatch, tmp_path / injection.name, depot) as one:
            one.pc.fault(**injection.rule)
            if why := one.survives(**_TIMES):
                lost[injection.name] = why
            if one.fired() == [injection.rule["effect"]]:
                injected += 1
            else:
                lost.setdefault(injection.name, f"the fault's step did not come: {one.fired()}")
    keep_count(f"every-step-{batch}", injected=injected, lost=lost)
    assert lost == {}
    # Time is virtual: what one went through, all do.
    assert injected == len(mine) > 40
