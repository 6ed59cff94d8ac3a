"""What Wine's processes look like as Win32_Process."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.lab.wine.wmi import process_instances


@pytest.mark.parametrize(
    ("created", "date"),
    [
        (134_000_000_000_000_000, dt.datetime(2025, 8, 18, 14, 13, 20, tzinfo=dt.UTC)),
        (0, None),
        # No time at all.
        (0xFFFF_FFFF_FFFF_FFFF, None),
    ],
)
def test_when_a_process_began(created: int, date: dt.datetime | None) -> None:
    (process,) = process_instances([[8, 4, 0, 1, 4096, created, "cmd.exe", "", None]], "PC-01")
    assert process.properties["CreationDate"] == date
