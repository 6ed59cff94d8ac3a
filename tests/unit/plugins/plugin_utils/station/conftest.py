"""Tests that ask for ``driver`` are run with each way to ask a station."""

from tests.unit.drivers import driver

__all__ = ["driver"]
