"""Every way in which a setup was seen, or can be thought, to go wrong: the run after it puts every station right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaign.conftest import keep_count
from tests.e2e.campaign.in_process import trial
from tests.e2e.campaign.setups import BEFORE, RELEASES, troubles
from tests.lab.scenario import ReleaseSpec
from tests.station.depot import Depot, published

pytestmark = pytest.mark.faults

# What hangs is not followed for an hour; a station is back from a restart long before it is given up.
_ARGUMENTS: dict[str, Any] = {"remove_older": True, "job_timeout": 1800, "reconnect_timeout": 60}


@pytest.fixture(scope="module")
def updating(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """The releases of these setups, published."""
    return published(tmp_path_factory.mktemp("depot"), *(ReleaseSpec(**release) for release in RELEASES))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("before", BEFORE)
def test_every_way_in_which_a_setup_goes_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, updating: Depot, before: str
) -> None:
    lost, injected = {}, 0
    mine = list(troubles(before))
    for trouble in mine:
        with trial(monkeypatch, tmp_path / trouble.name, updating, **trouble.station) as one:
            why = one.survives(switched_off=trouble.hangs, **_ARGUMENTS)
            if why:
                lost[trouble.name] = why
            injected += bool(one.fired())
    keep_count(f"setups-{before}", injected=injected, lost=lost)
    assert lost == {}
    assert injected == len(mine)
