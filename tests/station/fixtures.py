"""Fixtures: import them into a conftest to have a station in this process for every test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import Bench, bench
from tests.station.depot import Depot, published

__all__ = ["MakeStation", "depot", "make_station"]

MakeStation = Callable[..., Bench]


@pytest.fixture(scope="session")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """The releases that most tests are about: this year's, an earlier one of it, and last year's."""
    releases = [
        ReleaseSpec(release="2026.2.7"),
        ReleaseSpec(release="2026.1.9"),
        ReleaseSpec(release="2026.2.7", arch="x86"),
        ReleaseSpec(release="2025.2.8"),
    ]
    return published(tmp_path_factory.mktemp("depot"), *releases)


@pytest.fixture
def make_station(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, depot: Depot) -> Iterator[MakeStation]:
    """Make the station of a test, as a scenario describes one."""
    with ExitStack() as stack:

        def make(**station: Any) -> Bench:
            return stack.enter_context(bench(monkeypatch, tmp_path, station.pop("depot", depot), **station))

        yield make
