"""Wine's tests are skipped where Wine is not installed, unless RENTREE_REQUIRE_WINE says that it must be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab.wine.toolchain import missing_tools


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder; skip, or fail at setup, when tools are missing."""
    missing = missing_tools()
    here = str(Path(__file__).parent) + os.sep
    # Text: of thousands of tests, paths took as long to compare as the rest of the collection's hooks.
    for item in (item for item in items if str(item.path).startswith(here)):
        item.add_marker(pytest.mark.wine)
        if missing and not os.environ.get("RENTREE_REQUIRE_WINE"):
            item.add_marker(pytest.mark.skip(reason=f"no Wine stations here: {', '.join(missing)} missing (make wine)"))
