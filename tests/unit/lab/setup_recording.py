"""What a setup does when a person records (``/r``): its response file grows with what is answered ([E], R5)."""

from __future__ import annotations

from typing import Literal

from tests.lab.simulated import build_iss
from tests.lab.simulated.installer.package import INSTALL_DIALOGS, MAINTENANCE_REMOVAL
from tests.unit.lab.setup_table import finding
from tests.unit.lab.setups import JOB, RELEASE, SetupBench

_RECORD = rf'/r /f1"{JOB}\recorded.iss"'


def _assert_grows(
    seen: list[tuple[bytes, int]], dialogs: tuple[str, ...], mode: Literal["install", "uninstall"]
) -> None:
    """Every state that was seen is one of the expected ones, in their order, and the last is the whole."""
    before = [(number, False) for number in range(len(dialogs))]
    steps = [*before, (len(dialogs) - 1, True), (len(dialogs), True)]
    wanted = [
        build_iss(release=RELEASE, dialogs=dialogs, mode=mode, answered=answered, files=files).encode("cp1252")
        for answered, files in steps
    ]
    states = [data for data, _size in seen if data in wanted]
    assert [wanted.index(data) for data in states] == sorted(wanted.index(data) for data in states)
    assert (states[0], states[-1]) == (wanted[0], wanted[-1])
    # Seen while dialogs were answered, and with the last one open.
    assert len(states) > 3
    assert wanted[-2] in states


@finding
async def a_recording_of_an_installation_is_written_dialog_by_dialog(bench: SetupBench) -> None:
    await bench.stage(iss="", seconds=bench.seconds * 3)
    seen = await bench.record(rf'"{JOB}\setup.exe" {_RECORD}')
    _assert_grows(seen, INSTALL_DIALOGS, "install")
    # It names the application once the files are there.
    whole = seen[-1][1]
    assert whole
    assert all(size == whole for data, size in seen if b"[Application]" in data)
    assert seen[0][1] == 0


@finding
async def a_recording_of_a_removal_is_written_dialog_by_dialog_by_its_clone(bench: SetupBench) -> None:
    await bench.stage(uninstall_dialogs=MAINTENANCE_REMOVAL, seconds=bench.seconds * 3)
    await bench.install()
    seen = await bench.record(f"{await bench.uninstall_string()} {_RECORD}")
    _assert_grows(seen, MAINTENANCE_REMOVAL, "uninstall")
    assert seen[-1][1] == 0
