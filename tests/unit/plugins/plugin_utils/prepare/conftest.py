"""A publisher for all tests of preparing, and a bench for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.journal import Journal
from tests.lab.web.download import DownloadSite, download_app
from tests.unit.prepare_bench import Bench, Firm
from tests.unit.web_thread import serving


@pytest.fixture(scope="session")
def firm() -> Firm:
    return Firm()


@pytest.fixture
def bench(tmp_path: Path, firm: Firm) -> Iterator[Bench]:
    site, journal = DownloadSite(), Journal()
    with serving(download_app(site, journal), address="127.0.0.1") as base:
        yield Bench(tmp_path, firm, base, site, journal)
