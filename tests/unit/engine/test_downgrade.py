"""An older release of the year, put over a newer one where the setup takes it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation


@pytest.mark.parametrize(("downgrade", "steps"), [("over", 1), ("remove_first", 3)])
def test_it_goes_back_and_forth(make_station: MakeStation, downgrade: str, steps: int) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}])
    back: dict[str, Any] = {"allow_downgrade": True, "downgrade": downgrade}
    planned = pc.client("2026.1.9", check=True, **back)
    assert planned["after"] == ["Client PRONOTE 2026: 2026.1.9 x64"]
    done = pc.client("2026.1.9", **back)
    assert done["after"] == planned["after"]
    assert len(done["job"]["steps"]) == steps
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.1.9 x64 ok"], [], [])
    assert pc.client()["changed"]


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """Setups that do not go over a newer client."""
    options = {"refuses_older": True}
    releases = [ReleaseSpec(release=release, options=options) for release in ("2026.2.7", "2026.1.9")]
    return published(tmp_path_factory.mktemp("refusing"), *releases)


def test_a_setup_that_refuses_to_go_back_needs_the_newer_one_removed_first(
    make_station: MakeStation, refusing: Depot
) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], depot=refusing)
    back: dict[str, Any] = {"allow_downgrade": True}
    assert "the setup answered" in pc.client("2026.1.9", **back)["fact"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert pc.client("2026.1.9", downgrade="remove_first", **back)["changed"]
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.1.9 x64 ok"], [], [])
