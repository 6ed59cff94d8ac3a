"""Wine's tests are skipped where Wine is not installed, unless RENTREE_REQUIRE_WINE says that it must be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab.wine.toolchain import missing_tools


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder; skip, or fail at setup, when tools are missing."""
    missing = missing_tools()
    for item in items:
        if Path(__file__).parent not in Path(item.path).parents:
            continue
        item.add_marker(pytest.mark.wine)
        if missing and not os.environ.get("RENTREE_REQUIRE_WINE"):
            item.add_marker(pytest.mark.skip(reason=f"no Wine stations here: {', '.join(missing)} missing (make wine)"))
