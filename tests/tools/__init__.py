"""Programs that tests need: skipped where they are absent, unless RENTREE_REQUIRE_TOOLS says that they must be."""

from __future__ import annotations

import os
import shutil

import pytest

__all__ = ["require_tool"]


def require_tool(name: str) -> str:
    """The path of a program; else skip, or fail when tools are required."""
    path = shutil.which(name)
    if path is not None:
        return path
    if os.environ.get("RENTREE_REQUIRE_TOOLS"):
        pytest.fail(f"{name} is required here (make tools)")
    return pytest.skip(f"{name} is not installed (make tools); since 25 November 2026")
