"""An inventory of two schools for every test that asks for what the preflight finds of one."""

from __future__ import annotations

from tests.unit.mistaken import found

__all__ = ["found"]
