"""Farms end with whoever started them, and never hurt the template."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from tests.lab.wine.build import ensure_template
from tests.lab.wine.farm import WineFarm
from tests.lab.wine.options import WineOptions
from tests.lab.wine.prefix import Prefix

from .bench import ADMIN, run, within

_LAB = """
import asyncio
from tests.lab.wine.farm import WineFarm
from tests.lab.wine.options import WineOptions

async def main():
    farm = WineFarm()
    station = await farm.add(WineOptions(name="lost"))
    print(station.prefix.folder, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_a_killed_lab_leaves_no_station_behind() -> None:
    root = Path(__file__).parents[4]
    with subprocess.Popen([sys.executable, "-c", _LAB], cwd=root, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        folder = Path(lab.stdout.readline().strip())
        prefix = Prefix(folder, ensure_template(), language="fr")
        assert prefix.pids()
        lab.kill()
    deadline = time.monotonic() + 30
    while prefix.pids():
        assert time.monotonic() < deadline, "the killed lab's processes are still there"
        time.sleep(0.1)

    async def scenario(farm: WineFarm) -> None:
        assert not folder.parent.exists()

    within(scenario)


def test_a_station_writing_over_a_system_file_damages_no_other() -> None:
    template = ensure_template()

    async def scenario(farm: WineFarm) -> None:
        one, other = await asyncio.gather(
            *(farm.add(WineOptions(name=name, accounts=(ADMIN,))) for name in ("one", "other"))
        )
        for name in ("win.ini", "system.ini"):
            assert (await run(one, f"echo x>C:\\windows\\{name}")).code == 0
        assert (await run(one, "del C:\\windows\\notepad.exe")).code == 0
        assert (other.prefix.drive / "windows/notepad.exe").exists()
        assert (other.prefix.drive / "windows/win.ini").read_bytes() != b"x\r\n"

    within(scenario)
    assert template.damaged() == []
