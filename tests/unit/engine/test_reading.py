"""What is read of a station, also of one on which something does not answer."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation, probe

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

CLIENT: dict[str, Any] = {"clients": [{"release": "2026.2.7"}]}
BUSY: dict[str, Any] = {
    "clients": [{"release": "2026.1.9"}],
    "session_open": "eleve",
    "running_client": "2026.1.9",
}


def _info(pc: Bench) -> dict[str, Any]:
    return pc.run("client_info", {})


def test_a_station_is_read_in_nine_requests(make_station: MakeStation) -> None:
    pc = make_station(**CLIENT)
    connection = pc.connection()
    state = probe(WinrmStation(connection), PRONOTE_CLIENT)
    connection.close()
    assert [str(each.release) for each in state.installations] == ["2026.2.7"]
    shell = ["Create", "Command", "Receive", "Signal", "Command", "Receive"]
    assert [event["operation"] for event in pc.events("request")] == [*shell, "Get", "Get", "Delete"]


def test_who_is_at_work_is_asked_of_wmi_when_tasklist_says_nothing(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.fault("access_denied", r"^Start \S*tasklist", times=0)
    assert "Client PRONOTE.exe" in pc.client()["reason"]


def test_nothing_is_begun_where_nobody_knows_who_is_at_work(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.fault("access_denied", r"^Start \S*tasklist", times=0)
    pc.fault("access_denied", r"^Enumerate .*Win32_Process", times=0)
    result = pc.client(when_running="close")
    assert result["fact"].startswith("neither tasklist nor WMI says which programs run on the station")
    assert pc.clients() == ["2026.1.9 x64 ok"]


@pytest.mark.parametrize("effect", ["cut", "quota_operations"])
def test_a_station_that_is_lost_meanwhile_is_no_station_without_programs(
    make_station: MakeStation, effect: str
) -> None:
    pc = make_station(**BUSY)
    pc.fault("access_denied", r"^Start \S*tasklist", times=0)
    pc.fault(effect, r"^Enumerate .*Win32_Process", times=0)
    assert pc.client()["kind"] == ("unreachable" if effect == "cut" else "quota")


def test_a_registry_that_reg_may_not_read_is_no_empty_one(make_station: MakeStation) -> None:
    """A policy may forbid reg.exe: the client would seem to have lost its uninstall entry, and be installed anew."""
    pc = make_station(**CLIENT, faults=[{"effect": "access_denied", "match": r"^Start \S*reg", "times": 0}])
    result = pc.client()
    assert result["fact"].startswith("the station's answer makes no sense: nothing of the registry could be read")
    assert "reg query" in result["remedy"]
    assert pc.starts() == 0


_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"


def _entries(names: list[str]) -> list[dict[str, Any]]:
    return [
        {"key": rf"{_UNINSTALL}\{name}", "name": value, "data": data}
        for name in names
        for value, data in (
            ("DisplayName", f"Client PRONOTE 2024 - {len(name)}"),
            ("UninstallString", r"C:\x\setup.exe"),
            ("Publisher", "INDEX EDUCATION"),
        )
    ]


def test_more_entries_than_one_line_holds_are_read_on_several(make_station: MakeStation) -> None:
    names = [f"{{{'A' * 60}-{number:03}}}" for number in range(60)]
    pc = make_station(**CLIENT, registry=_entries(names))
    before = len(pc.commands())
    found = _info(pc)
    assert "2026.2.7" in [each["release"] for each in found["clients"]]
    assert 3 <= len(pc.commands()) - before <= 6


def test_3000_look_alike_entries_cost_no_more_than_a_few_requests(make_station: MakeStation) -> None:
    pc = make_station(**CLIENT, registry=_entries([f"{{{number:04}}}" for number in range(3000)]))
    before = len(pc.events("request"))
    result = _info(pc)
    assert result["fact"] == (
        "the station has 3003 uninstall entries that name PRONOTE, EDT or their publisher, and 200 at most are read"
    )
    assert "list of programs" in result["remedy"]
    assert len(pc.events("request")) - before < 15


def test_an_entry_whose_name_cannot_be_passed_on_is_left_and_told(make_station: MakeStation) -> None:
    pc = make_station(**CLIENT, registry=_entries(["100%"]))
    found = _info(pc)
    assert any("uninstall entry left unread" in warning for warning in found["warnings"])
    assert [each["release"] for each in found["clients"]] == ["2026.2.7"]


def test_only_entries_that_cannot_be_passed_on(make_station: MakeStation) -> None:
    pc = make_station(registry=_entries(["100%"]))
    found = _info(pc)
    assert found["clients"] == []
    assert any("uninstall entry left unread" in warning for warning in found["warnings"])


def test_a_program_that_is_on_the_disk_is_never_missing(make_station: MakeStation) -> None:
    """WMI says that there is no such file; the disk's listing has it."""
    pc = make_station(**CLIENT)

    def hide() -> None:
        (path,) = [path for path, _ in pc.station.files.walk("C:\\") if path.endswith("Client PRONOTE.exe")]
        folder = path.rpartition("\\")[0]
        pc.command(f'ren "{folder}" "away"')
        pc.before(r"FreeSpace|Win32_LogicalDisk", lambda: pc.command(f'ren "{folder}\\..\\away" "Client"'))

    pc.before(r"CIM_DataFile", hide)
    found = _info(pc)
    assert any("is on the disk, but WMI finds no such file" in warning for warning in found["warnings"])


def test_a_restart_that_windows_waits_for_is_a_warning(make_station: MakeStation) -> None:
    pc = make_station(**CLIENT, pending_reboot=["windows_update"])
    warning = pc.client(check=True)["warnings"][0]
    assert warning.startswith("a restart of Windows is pending (")


def test_too_little_room(make_station: MakeStation) -> None:
    pc = make_station(free_space=10 << 20)
    result = pc.client()
    assert result["fact"].startswith("10 MiB free on C:, 1024 MiB needed")


def test_a_value_that_is_no_text_is_read_past(make_station: MakeStation) -> None:
    odd = {"key": rf"{_UNINSTALL}\odd", "name": "DisplayName", "data": 7}
    pc = make_station(**CLIENT, registry=[odd])
    assert [each["release"] for each in _info(pc)["clients"]] == ["2026.2.7"]
