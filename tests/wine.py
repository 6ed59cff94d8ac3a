"""Wine's tests: skipped where Wine is not installed, unless RENTREE_REQUIRE_WINE says that it must be."""

from __future__ import annotations

import os

import pytest

from tests.lab.wine.toolchain import missing_tools

__all__ = ["require_wine"]


def require_wine() -> None:
    """Go on where Wine stations can run; else skip, or fail when they are required."""
    missing = missing_tools()
    if missing and os.environ.get("RENTREE_REQUIRE_WINE"):
        pytest.fail(f"Wine stations are required here: {', '.join(missing)} missing (make wine)")
    if missing:
        pytest.skip(f"no Wine stations here: {', '.join(missing)} missing (make wine)")
