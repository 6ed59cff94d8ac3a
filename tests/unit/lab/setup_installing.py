"""What a setup does when it installs: its log, its response file, its exit code, its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.lab.simulated import InstallerFault, build_iss
from tests.lab.simulated.installer.package import INSTALL_DIALOGS, MAINTENANCE_DIALOGS
from tests.unit.lab.setup_table import INSTALL, REFUSED, each, finding, without
from tests.unit.lab.setups import CODE, EXE, JOB, RELEASE, TEMP, SetupBench

# -- installation ------------------------------------------------------------------------------------------------------


@finding
async def the_log_says_0_before_the_first_file_and_names_the_application_after_the_last(bench: SetupBench) -> None:
    await bench.stage()
    seen = await bench.install()
    assert (seen.code, seen.results) == (0, [0])
    begun = next(state for state in seen.states if state.result == 0)
    assert (begun.application, begun.size) == (False, 0)
    whole = seen.last.size
    assert whole
    assert all(state.size == whole for state in seen.states if state.application)
    assert any(state.result == 0 and 0 < state.size < whole for state in seen.states)
    assert seen.last.application


@finding
async def a_replay_names_the_application_before_the_files(bench: SetupBench) -> None:
    await bench.stage()
    first = await bench.install()
    again = await bench.install()
    assert (again.code, again.results[-1]) == (0, 0)
    assert any(state.application and 0 < state.size < first.last.size for state in again.states)


@finding
async def an_installation_is_one_process_to_the_end_with_a_helper_below_temp(bench: SetupBench) -> None:
    await bench.stage()
    seen = await bench.install()
    assert seen.after_end == {""}
    (helper,) = [line for line in seen.lines if "ISBEW64.exe" in line]
    assert helper.startswith(f'"{TEMP}\\{{')
    (setup,) = seen.lines - {helper}
    assert setup.startswith(rf'"{JOB}\setup.exe" /s /f1"{JOB}')


@finding
async def the_last_dialogs_section_is_missing_and_all_is_rolled_back(bench: SetupBench) -> None:
    await bench.stage(iss=without(INSTALL, "SdFinish-0"))
    seen = await bench.install()
    assert (seen.code, seen.results) == (REFUSED, [0, -3])
    assert any(state.size for state in seen.states)
    assert (seen.last.size, bench.is_folder(EXE.rpartition("\\")[0]), await bench.values()) == (0, False, set())


@finding
async def an_early_dialogs_section_is_missing_and_nothing_is_copied(bench: SetupBench) -> None:
    await bench.stage(iss=without(INSTALL, "SdLicense2-0"))
    seen = await bench.install()
    assert (seen.code, seen.results[-1], max(state.size for state in seen.states)) == (REFUSED, -3, 0)


_RESPONSES: dict[str, tuple[str | bytes, int]] = {
    "no file": ("", -5),
    "empty": (b" ", -8),
    "no header": (INSTALL.partition("\r\n[File")[2], -8),
    "UTF-16 without mark": (INSTALL.encode("utf-16-le"), -8),
    "UTF-8 with mark": (b"\xef\xbb\xbf" + INSTALL.encode(), -8),
    "UTF-16 with mark": (b"\xff\xfe" + INSTALL.encode("utf-16-le"), 0),
    "line feeds": (INSTALL.replace("\r\n", "\n"), 0),
    "a section without Result": (INSTALL.replace("Result=1", "Other=1", 1), -3),
    "a Result that is no number": (INSTALL.replace("Result=1", "Result=abc", 1), -1),
    "another year": (build_iss(release="2025.2.9"), -3),
    "another release of the year": (build_iss(release="2026.1.3"), 0),
    "dialogs swapped": (INSTALL.replace("Dlg0", "DlgX").replace("Dlg1", "Dlg0").replace("DlgX", "Dlg1"), 0),
    "no DlgOrder": (without(INSTALL, "DlgOrder"), 0),
    "a wrong Count": (INSTALL.replace("Count=6", "Count=17"), 0),
    "a dialog too many": (INSTALL + f"[{CODE}-SdRegisterUser-0]\r\nResult=1\r\n", 0),
}


async def _response(bench: SetupBench, row: tuple[str | bytes, int]) -> None:
    iss, result = row
    await bench.stage(iss=iss)
    seen = await bench.install()
    assert (seen.code, seen.results[-1]) == (REFUSED if result else 0, result)
    assert bool(seen.last.size) is (result == 0)


each("a_response_file", _RESPONSES, _response)


@finding
async def an_unforeseen_dialog_ends_it(bench: SetupBench) -> None:
    await bench.stage(dialogs=(*INSTALL_DIALOGS[:-1], "MessageBox-0", "SdFinish-0"))
    seen = await bench.install()
    assert (seen.code, seen.results[-1], seen.last.size) == (REFUSED, -3, 0)


@finding
async def an_argument_that_is_quoted_whole_is_not_understood(bench: SetupBench) -> None:
    await bench.stage()
    seen = await bench.install(rf'"/f1{JOB}\response.iss" "/f2{JOB}\other.log"')
    # It takes the setup.iss beside it, which is not there, and logs beside itself.
    assert (seen.code, seen.results, bench.read(rf"{JOB}\other.log")) == (REFUSED, [-5], None)
    bench.put(rf"{JOB}\setup.iss", INSTALL.encode())
    assert (await bench.install(rf'"/f1{JOB}\nowhere.iss"')).code == 0


@finding
async def a_log_into_a_folder_that_does_not_exist_and_nothing_is_installed(bench: SetupBench) -> None:
    await bench.stage()
    seen = await bench.install(rf'/f1"{JOB}\response.iss" /f2"{JOB}\nowhere\setup.log"')
    assert (seen.code != 0, seen.results, seen.last.size) == (True, [], 0)
    assert not bench.is_folder(rf"{JOB}\nowhere")


@finding
async def the_script_aborts_with_its_own_code_while_the_log_says_0(bench: SetupBench) -> None:
    bench.fault(InstallerFault(kind="aborts"))
    await bench.stage()
    seen = await bench.install()
    assert (seen.code, seen.results, seen.last.application, seen.last.size) == (118, [0], False, 0)


@finding
async def a_setup_that_is_killed_leaves_a_log_of_0_half_a_program_and_an_orphan(bench: SetupBench) -> None:
    bench.fault(InstallerFault(kind="killed", orphan=True, times=1))
    await bench.stage()
    seen = await bench.install()
    assert (seen.code, seen.results, seen.last.application) == (1, [0], False)
    assert seen.last.size
    assert [line for line in await bench.working() if "ISBEW64.exe" in line]
    again = await bench.install()
    assert (again.code, again.last.application) == (0, True)


@finding
async def a_missing_cabinet_asks_for_the_disk_for_ever(bench: SetupBench) -> None:
    bench.fault(InstallerFault(kind="insert_disk"))
    await bench.stage()
    line = rf'"{JOB}\setup.exe" /s /f1"{JOB}\response.iss" /f2"{JOB}\setup.log"'
    seen = await bench.watch(line, stop=lambda seen: len(seen.states) > 40 and seen.last.application)
    assert (seen.results, seen.last.size) == ([0], 0)
    assert any("setup.exe" in each for each in await bench.working())
    await bench.command("taskkill /f /im setup.exe")


@finding
async def what_goes_wrong_at_the_end_is_rolled_back(bench: SetupBench) -> None:
    await bench.stage(release="2026.1.3")
    older = (await bench.install()).last.size
    bench.fault(InstallerFault(kind="late", result_code=-1))
    await bench.stage()
    seen = await bench.install()
    assert (seen.code, seen.results[-1], seen.last.size) == (REFUSED, -1, older)
    # What was installed before still is.
    assert "UninstallString" in await bench.values()


@finding
async def the_entry_is_in_the_32_bit_view_under_the_product_code(bench: SetupBench) -> None:
    await bench.stage()
    await bench.install()
    assert {"DisplayName", "UninstallString"} <= await bench.values()
    assert await bench.values(view=64) == set()


_CASES: dict[str, tuple[str, dict[str, Any], int]] = {
    "an update asks other things": ("2026.1.3", {"update_dialogs": MAINTENANCE_DIALOGS}, -3),
    "an update that asks the same": ("2026.1.3", {"maintenance_dialogs": MAINTENANCE_DIALOGS}, 0),
    "maintenance": (RELEASE, {"maintenance_dialogs": MAINTENANCE_DIALOGS}, -3),
    "maintenance over a newer one": ("2026.3.1", {"maintenance_dialogs": MAINTENANCE_DIALOGS}, -3),
    "maintenance that asks the same": (RELEASE, {"update_dialogs": MAINTENANCE_DIALOGS}, 0),
}


async def _case(bench: SetupBench, row: tuple[str, dict[str, Any], int]) -> None:
    there, behaviour, result = row
    await bench.stage(release=there)
    await bench.install()
    await bench.stage(**behaviour)
    seen = await bench.install()
    assert (seen.code, seen.results[-1]) == (REFUSED if result else 0, result)


each("what_is_installed_decides_the_dialogs", _CASES, _case)


@finding
async def a_recording_of_an_update_answers_its_dialogs(bench: SetupBench) -> None:
    await bench.stage(release="2026.1.3")
    await bench.install()
    dialogs = ("SdWelcomeMaint-0", "SdFinish-0")
    await bench.stage(update_dialogs=dialogs, iss=build_iss(release=RELEASE, mode="update", dialogs=dialogs))
    assert (await bench.install()).code == 0


_LOGS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "empty": ("log_empty", lambda log: log == b""),
    "cut": ("log_cut", lambda log: log.endswith(b"[ResponseResult]\r\n")),
    "unfinished": ("log_unfinished", lambda log: log.endswith(b"ResultCode=0")),
    "UTF-16": ("log_utf16", lambda log: log.startswith(b"\xff\xfe[\0")),
}


async def _log(bench: SetupBench, row: tuple[Any, Callable[[bytes], bool]]) -> None:
    kind, right = row
    bench.fault(InstallerFault(kind=kind))
    await bench.stage()
    seen = await bench.install()
    log = bench.read(rf"{JOB}\setup.log")
    assert (seen.code, bool(seen.last.size)) == (0, True)
    assert log is not None
    assert right(log), log


each("a_log", _LOGS, _log)


@finding
async def the_log_is_empty_or_partial_while_it_is_rewritten(bench: SetupBench) -> None:
    await bench.stage(rewrite_seconds=bench.seconds / 2)
    seen = await bench.install()
    begun = next(index for index, state in enumerate(seen.states) if state.result == 0)
    assert [state for state in seen.states[begun:] if state.result is None]
    assert seen.last.application
