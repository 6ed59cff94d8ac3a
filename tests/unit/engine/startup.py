"""The start-up script on a station in this process: started as SYSTEM, as the Group Policy client starts it."""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.script import StartupScript
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.write import render_startup
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.startup import StartupResult, parse_startup

from tests.lab.simulated.streams import Console, Stdio
from tests.station.bench import Bench

__all__ = ["FOLDER", "RESULT", "TOP", "begin", "finish", "make_script", "result", "start", "told"]

FOLDER, TOP = r"C:\Scripts", r"C:\Program Files\Rentree PRONOTE"
RESULT = rf"{TOP}\startup.result"
NAME = "pronote-startup.cmd"


def make_script(pc: Bench, release: str = "2026.2.7", **fields: Any) -> bytes:
    """The script of a release, as the depot of this station has it."""
    entries = pc.lock()[release]
    given: dict[str, Any] = {
        "release": Release.parse(release),
        "depot": pc.depot_url,
        "digests": {arch: entry["digest"] for arch, entry in entries.items()},
        "updates": frozenset(arch for arch, entry in entries.items() if "update.iss" in entry["files"]),
        "spread": 60,
    }
    return render_startup(StartupScript(**{**given, **fields}))


def begin(pc: Bench, script: bytes | None = None) -> None:
    """A start of the station: the script runs as SYSTEM, and is waited for; what it has handed over goes on."""
    pc.time.wait(_run(pc, make_script(pc) if script is None else script))


def finish(pc: Bench) -> None:
    """Until nothing of ours is at work any more."""
    pc.time.wait(pc.station.idle())


def start(pc: Bench, script: bytes | None = None) -> StartupResult | None:
    """Both; what the station says of it."""
    begin(pc, script)
    finish(pc)
    return result(pc)


def result(pc: Bench) -> StartupResult | None:
    """What an audit would read."""
    return parse_startup(told(pc))


def told(pc: Bench) -> str:
    """The file itself; empty for none."""
    files = pc.station.files
    return files.read(RESULT, token=pc.station.system).read().decode() if files.is_file(RESULT) else ""


async def _run(pc: Bench, script: bytes) -> None:
    station = pc.station
    if not station.files.is_directory(FOLDER):
        station.files.make_directory(FOLDER, token=station.system)
    station.files.write(rf"{FOLDER}\{NAME}", script, token=station.system)
    process = station.launch(
        rf"{FOLDER}\{NAME}",
        "",
        token=station.system,
        session=0,
        environment=station.environment_for(station.system),
        directory=station.system_directory,
        stdio=Stdio.null(),
        console=Console(850),
    )
    await process.wait()
