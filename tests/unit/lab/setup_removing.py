"""What a setup does when it removes: a clone that works on, a log that is told late, the strings of its entry."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.lab.simulated import InstallerFault, build_iss
from tests.lab.simulated.installer.package import MAINTENANCE_REMOVAL
from tests.unit.lab.setup_table import REMOVE, each, finding, without
from tests.unit.lab.setups import CODE, JOB, RELEASE, TEMP, SetupBench, Watched

# -- removal -----------------------------------------------------------------------------------------------------------


async def _installed(bench: SetupBench, **behaviour: Any) -> None:
    await bench.stage(**behaviour)
    assert (await bench.install()).code == 0


def _clone(seen: Watched) -> list[str]:
    return [line for line in seen.lines if line.startswith(f'"{TEMP}\\{CODE}\\setup.exe" -removeonly /s ')]


@finding
async def a_removals_first_process_ends_early_with_0_and_a_clone_goes_on(bench: SetupBench) -> None:
    await _installed(bench)
    seen = await bench.remove(REMOVE)
    assert (seen.code, seen.last.result, seen.last.size) == (0, 0, 0)
    (clone,) = _clone(seen)
    assert seen.after_end == {clone}
    assert rf'/f1"{JOB}\uninstall.iss" /f2"{JOB}\setup.log" -media_path:"' in clone
    assert clone.endswith(f'-tempdisk1folder:"{TEMP}\\{CODE}"')
    # Its folder stays.
    assert bench.size(rf"{TEMP}\{CODE}\setup.exe")


@finding
async def a_removal_says_0_and_names_the_application_before_the_files_are_gone(bench: SetupBench) -> None:
    await _installed(bench)
    bench.put(rf"{JOB}\setup.log", b"")
    seen = await bench.remove(REMOVE)
    assert any(state.application and state.size for state in seen.states)


@finding
async def the_clone_lingers_when_all_is_done(bench: SetupBench) -> None:
    await _installed(bench, linger=bench.seconds * 2)
    seen = await bench.remove(REMOVE)
    gone = next(time for time, state in zip(seen.times, seen.states, strict=True) if not state.size)
    assert seen.times[-1] - gone > bench.seconds * 1.5 / bench.scale


@finding
async def a_removal_leaves_a_key_with_only_DisplayVersion(bench: SetupBench) -> None:
    await _installed(bench)
    await bench.remove(REMOVE)
    assert await bench.values() == {"DisplayVersion"}


_REMOVALS: dict[str, tuple[str, int | None, bool, bool]] = {
    # What it is answered: the ResultCode, whether the log names the application, whether the program is gone.
    "no": (REMOVE.replace("Result=6", "Result=7"), 0, False, False),
    "the last section is missing": (without(REMOVE, "SdFinish-0"), -3, True, True),
    "the first section is missing": (without(REMOVE, "MessageBox-0"), -3, False, False),
    "another year": (build_iss(release="2025.2.9", mode="uninstall"), -3, False, False),
    "no response file": ("\r\n", -8, False, False),
}


async def _removal(bench: SetupBench, row: tuple[str, int, bool, bool]) -> None:
    iss, result, named, gone = row
    await _installed(bench)
    bench.put(rf"{JOB}\setup.log", b"")
    seen = await bench.remove(iss)
    # Always 0.
    assert (seen.code, seen.last.result, seen.last.application, not seen.last.size) == (0, result, named, gone)


each("a_removal_ends_with_0", _REMOVALS, _removal)


@finding
async def a_removal_that_ends_with_minus_3_after_everything_is_removed(bench: SetupBench) -> None:
    await _installed(bench)
    bench.fault(InstallerFault(kind="late", when="remove"))
    seen = await bench.remove(REMOVE)
    assert (seen.code, seen.results, seen.last.size) == (0, [0, -3], 0)
    assert any(state.result == 0 and not state.size for state in seen.states)


@finding
async def the_engines_own_maintenance_removes_with_303_and_nothing_else(bench: SetupBench) -> None:
    await _installed(bench, uninstall_dialogs=MAINTENANCE_REMOVAL)
    iss = build_iss(release=RELEASE, mode="uninstall", dialogs=MAINTENANCE_REMOVAL)
    for other in ("301", "302"):
        seen = await bench.remove(iss.replace("Result=303", f"Result={other}"))
        assert (seen.code, seen.last.result, bool(seen.last.size)) == (0, 0, True)
    assert (await bench.remove(iss)).last.size == 0


@finding
async def a_clone_that_never_ends(bench: SetupBench) -> None:
    await _installed(bench)
    bench.fault(InstallerFault(kind="never_ends"))
    bench.put(rf"{JOB}\uninstall.iss", REMOVE.encode())
    line = await bench.uninstall_string()
    line = rf'start "" /wait {line} /s /f1"{JOB}\uninstall.iss" /f2"{JOB}\setup.log"'
    seen = await bench.watch(line, stop=lambda seen: bool(seen.after_end) and not seen.last.size)
    assert _clone(seen)
    await asyncio.sleep(0.05)
    assert any("setup.exe" in each for each in await bench.working())
    await bench.command("taskkill /f /im setup.exe")


@finding
async def a_held_file_is_left_to_the_next_start_late(bench: SetupBench) -> None:
    await _installed(bench)
    bench.fault(InstallerFault(kind="held"))
    seen = await bench.remove(REMOVE)
    assert seen.code == 0
    query = r'reg query "HKLM\SYSTEM\CurrentControlSet\Control\Session Manager" /v PendingFileRenameOperations'
    assert r"moteur.dll" in (await bench.command(query))[1]


@finding
async def its_own_temporary_files_may_be_left_to_the_next_start(bench: SetupBench) -> None:
    await bench.stage(leaves_temporary=True)
    await bench.install()
    query = r'reg query "HKLM\SYSTEM\CurrentControlSet\Control\Session Manager" /v PendingFileRenameOperations'
    shown = (await bench.command(query))[1]
    # Wine's reg.exe shows the accent before it in the OEM code page.
    assert re.search(r"\\\?\?\\C:.*\\tmp\\\{[^}]*\}\\ISBEW64\.exe", shown)


_STRINGS = {
    "two spaces": '"{setup}" -runfromtemp -l0x0009  -removeonly',
    "one space": '"{setup}" -runfromtemp -l0x0009 -removeonly',
    "anything": '"{setup}" -runfromtemp -l0x0009anything -removeonly',
    "UNINSTALL": '"{setup}" -runfromtemp -l0x0009 UNINSTALL -removeonly',
    "uninst": '"{setup}" -runfromtemp -l0x0409 -uninst -removeonly',
}


async def _string(bench: SetupBench, form: str) -> None:
    await _installed(bench, uninstall_string=form)
    assert await bench.uninstall_string() == form.replace("{setup}", _engine())
    assert (await bench.remove(REMOVE)).last.size == 0


def _engine() -> str:
    return rf"C:\Program Files (x86)\InstallShield Installation Information\{CODE}\setup.exe"


each("an_uninstall_string", _STRINGS, _string)
