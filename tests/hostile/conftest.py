"""The lab of ``make e2e``."""

from __future__ import annotations

from tests.e2e.conftest import network, start_school

__all__ = ["network", "start_school"]
