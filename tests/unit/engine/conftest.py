"""A station in this process for every test that asks for one."""

from __future__ import annotations

from tests.station.fixtures import depot, make_station

__all__ = ["depot", "make_station"]
