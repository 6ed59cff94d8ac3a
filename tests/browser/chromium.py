"""Debian's Chromium, driven by Playwright: required by the gate, skipped where it is not installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["CHROMIUM", "chromium", "require_chromium"]

CHROMIUM = Path("/usr/bin/chromium")

# No sandbox: it refuses to run as root, as gates do, and the pages are our own files. The rest keeps Chromium from
# looking for its maker's servers, of which none is to be reached.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_chromium() -> None:
    """Go on where Chromium is; else skip, or fail when it is required."""
    if CHROMIUM.exists():
        return
    missing = f"{CHROMIUM} is not installed (as root on Debian 12: sh tests/browser/setup.sh)"
    if os.environ.get("RENTREE_REQUIRE_BROWSER"):
        pytest.fail(f"the browser tests are required here: {missing}")
    pytest.skip(f"no browser tests here since 2026-11-25: {missing}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (half a second, for these tests only)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()
