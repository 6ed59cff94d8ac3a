"""What real InstallScript engines do ([E] in docs/fidelity.md, S), one table for the stand-ins of both back ends."""

from __future__ import annotations

import asyncio
import traceback

import pytest

from tests.lab.journal import Journal
from tests.lab.wine.farm import WineFarm
from tests.lab.wine.options import WineOptions
from tests.unit.lab import setup_installing, setup_recording, setup_removing  # noqa: F401
from tests.unit.lab.setup_table import SCENARIOS, assert_row
from tests.unit.lab.setups import ADMIN, SimulatedBench, WineBench
from tests.wine import require_wine


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_simulated_setup(name: str) -> None:
    async def main() -> None:
        await assert_row(name, SimulatedBench())

    asyncio.run(main())


# Rows share a station, which takes seconds to boot; the parts may run side by side.
_PARTS = 6


@pytest.mark.wine
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(_PARTS))
def test_the_setup_on_wine(part: int) -> None:
    require_wine()
    failures: dict[str, str] = {}

    async def main() -> None:
        async with WineFarm(Journal()) as farm:
            bench = WineBench(await farm.add(WineOptions(name="pc-1", accounts=(ADMIN,))))
            for name in list(SCENARIOS)[part::_PARTS]:
                await bench.clean()
                try:
                    await assert_row(name, bench)
                except Exception:  # noqa: BLE001  (the other rows are looked at all the same)
                    failures[name] = traceback.format_exc(limit=-1)

    asyncio.run(main())
    assert failures == {}, "\n".join(failures.values())
