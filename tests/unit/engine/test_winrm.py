"""The way to a station: commands through WinRS, reads over WMI, and every failure in words."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation


def _station(pc: Bench) -> WinrmStation:
    return WinrmStation(pc.connection())


def _error(
    pc: Bench, *, command: str = "ver", timeout: float = 120, station: WinrmStation | None = None
) -> StationError:
    with pytest.raises(StationError) as caught:
        (station or _station(pc)).run(command, timeout=timeout, doing="trying it")
    # The fact, and the remedy after it.
    assert str(caught.value).startswith(caught.value.fact)
    assert len(str(caught.value)) > len(caught.value.fact) + 20
    return caught.value


def test_a_command_and_what_it_leaves(make_station: MakeStation) -> None:
    pc = make_station()
    result = _station(pc).run("echo out& echo err>&2& exit 3", doing="trying it")
    assert (result.code, result.stdout.split(), result.stderr.split()) == (3, [b"out"], [b"err"])
    assert result.describe() == "exit code 3: err"


@pytest.mark.parametrize(("code", "shown"), [("-1073741510", 0xC000013A), ("-1", 0xFFFFFFFF)])
def test_an_exit_code_is_the_unsigned_one_of_windows(make_station: MakeStation, code: str, shown: int) -> None:
    assert _station(make_station()).run(f"exit {code}", doing="trying it").code == shown


def test_a_long_command_is_waited_for(make_station: MakeStation) -> None:
    pc = make_station()
    began = time.monotonic()
    assert _station(pc).run("ping -n 91 127.0.0.1 >nul& exit 5", doing="trying it").code == 5
    assert 89 < time.monotonic() - began < 100


def test_a_command_that_takes_too_long_is_ended(make_station: MakeStation) -> None:
    pc = make_station()
    began = time.monotonic()
    error = _error(pc, command="ping -n 3600 127.0.0.1 >nul", timeout=60)
    assert (error.kind, error.fact) == ("timeout", "trying it took more than 60 s on the station and was stopped")
    assert 60 <= time.monotonic() - began < 90
    assert not [process for process in pc.station.processes if "ping" in process.command_line]


def test_every_page_of_a_long_answer_is_read(make_station: MakeStation) -> None:
    """200 rows come at once."""
    pc = make_station()
    for _number in range(450):
        pc.station.processes.add_host("agent.exe", path=r"C:\Windows\System32\agent.exe", session=0)
    rows = _station(pc).query("select ProcessId from Win32_Process where Name = 'agent.exe'")
    assert len({row["ProcessId"] for row in rows}) == 450


def test_what_is_not_there_is_none(make_station: MakeStation) -> None:
    station = _station(make_station())
    assert station.get("CIM_DataFile", Name=r"C:\nowhere.exe") is None
    assert station.query("select ProcessId from Win32_Process where Name = 'nobody.exe'") == []


def test_a_fault_is_not_taken_for_what_is_not_there(make_station: MakeStation) -> None:
    pc = make_station(faults=[{"effect": "access_denied", "match": "^Get CIM_DataFile"}])
    with pytest.raises(StationError, match="access denied while reading CIM_DataFile over WMI"):
        _station(pc).get("CIM_DataFile", Name=r"C:\nowhere.exe")


def test_a_used_up_shell_is_replaced(make_station: MakeStation) -> None:
    pc = make_station(quotas={"max_operations_per_shell": 3})
    station = _station(pc)
    assert [station.run(f"exit {number}", doing="trying it").code for number in range(8)] == list(range(8))
    assert sum(event["operation"] == "Create" for event in pc.events("request")) == 3


def _operations(pc: Bench) -> list[str]:
    return [event["operation"] for event in pc.events("request")]


def test_a_command_that_is_over_is_acknowledged_before_the_next_one(make_station: MakeStation) -> None:
    """A shell of one slot runs as many commands as it is given, and its end needs no word about the last one."""
    pc = make_station(quotas={"max_processes_per_shell": 1})
    station = _station(pc)
    assert [station.run(f"exit {number}", doing="trying it").code for number in range(3)] == [0, 1, 2]
    station.close()
    command = ["Command", "Receive"]
    assert _operations(pc) == ["Create", *command, "Signal", *command, "Signal", *command, "Delete"]


def test_a_command_that_does_not_end_leaves_no_slot_taken(make_station: MakeStation) -> None:
    pc = make_station(quotas={"max_processes_per_shell": 1})
    station = _station(pc)
    assert station.run("exit 0", doing="trying it").code == 0
    _error(pc, command="ping -n 3600 127.0.0.1 >nul", timeout=1, station=station)
    assert station.run("exit 3", doing="trying it").code == 3
    signals = [number for number, name in enumerate(_operations(pc)) if name == "Signal"]
    # Before the second command, and at its end.
    assert [_operations(pc)[number + 1] for number in signals] == ["Command", "Command"]
    assert _operations(pc).count("Create") == 1


def test_an_acknowledgement_that_fails_stops_nothing(make_station: MakeStation) -> None:
    pc = make_station(faults=[{"effect": "busy", "match": "^Signal", "times": 0}])
    station = _station(pc)
    assert [station.run(f"exit {number}", doing="trying it").code for number in range(3)] == [0, 1, 2]


def test_a_station_that_went_between_two_commands_is_waited_for_once(make_station: MakeStation) -> None:
    pc = make_station(faults=[{"effect": "delay", "match": "^(Signal|Command )", "nth": 2, "times": 0, "seconds": 300}])
    station = _station(pc)
    station.run("exit 0", doing="trying it")
    began = time.monotonic()
    error = _error(pc, station=station)
    assert (error.kind, error.fact) == ("unreachable", "the station stopped answering while trying it")
    assert time.monotonic() - began < 40


def test_a_new_shell_knows_nothing_of_the_old_ones_commands(make_station: MakeStation) -> None:
    pc = make_station()
    station = _station(pc)
    station.run("exit 0", doing="trying it")
    station.close()
    station.run("exit 0", doing="trying it")
    assert "Signal" not in _operations(pc)


def test_a_quota_that_a_new_shell_does_not_help_is_told(make_station: MakeStation) -> None:
    pc = make_station(faults=[{"effect": "quota_operations", "match": "^Command ", "times": 0}])
    error = _error(pc)
    assert (error.kind, error.fact) == ("quota", "the station's quota of WinRM operations is used up while trying it")


def test_another_fault_at_the_start_of_a_command_opens_no_new_shell(make_station: MakeStation) -> None:
    pc = make_station(faults=[{"effect": "access_denied", "match": "^Command "}])
    error = _error(pc)
    assert (error.kind, error.fact) == ("refused", "access denied while trying it (code 5)")
    assert sum(event["operation"] == "Create" for event in pc.events("request")) == 1


def test_a_request_that_is_too_large(make_station: MakeStation) -> None:
    pc = make_station(quotas={"max_envelope_kb": 8})
    error = _error(pc, command=f"rem {'x' * 20_000}")
    assert (error.kind, error.fact) == ("fault", "the station finds the request too large while trying it")
    assert "MaxEnvelopeSizekb" in str(error)


def test_an_answer_that_is_too_large(make_station: MakeStation) -> None:
    error = _error(make_station(faults=[{"effect": "oversize", "match": "^Command "}]))
    assert error.fact == "the station's answer is larger than its envelope allows while trying it"


_CUTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "cut": ({"effect": "cut", "match": "^Command "}, "unreachable", "the connection was cut while trying it"),
    "answer lost": (
        {"effect": "cut_after", "match": "^Receive"},
        "unreachable",
        "the connection was cut while trying it",
    ),
    "silence": (
        {"effect": "delay", "match": "^Command ", "seconds": 300},
        "unreachable",
        "the station stopped answering while trying it",
    ),
    "no fault in it": (
        {"effect": "http_500", "match": "^Command "},
        "fault",
        "the station answered HTTP 500 while trying it: ",
    ),
    "power": ({"effect": "power_off", "match": "^Command "}, "unreachable", "the connection was cut while trying it"),
}


@pytest.mark.parametrize("name", _CUTS)
def test_a_way_that_breaks(make_station: MakeStation, name: str) -> None:
    fault, kind, fact = _CUTS[name]
    error = _error(make_station(faults=[fault]))
    assert error.kind == kind
    assert error.fact.startswith(fact)


def test_a_station_without_power(make_station: MakeStation) -> None:
    pc = make_station()
    pc.power(False)
    error = _error(pc)
    assert (error.kind, error.fact) == (
        "unreachable",
        "the station refuses the connection (WinRM is off, or a firewall rejects it)",
    )


def test_an_account_that_is_refused_in_the_middle(make_station: MakeStation) -> None:
    """Its password was changed while the run was under way."""
    pc = make_station()
    station = _station(pc)
    assert station.run("exit 0", doing="trying it").code == 0
    object.__setattr__(pc.station.options, "accounts", ())
    error = _error(pc, station=station)
    assert (error.kind, error.fact) == ("refused", "the station refuses the user name or the password")


def test_a_connection_that_is_closed_is_opened_again(make_station: MakeStation) -> None:
    pc = make_station()
    station = _station(pc)
    station.connect()
    station.connect()
    assert station.run("exit 1", doing="trying it").code == 1
    station.close()
    station.close()
    assert station.run("exit 2", doing="trying it").code == 2
    assert sum(event["operation"] == "Create" for event in pc.events("request")) == 2


def test_a_station_that_is_gone_can_be_closed(make_station: MakeStation) -> None:
    pc = make_station()
    station = _station(pc)
    station.run("exit 0", doing="trying it")
    pc.power(False)
    station.close()
    pc.power(True)
    assert station.run("exit 4", doing="trying it").code == 4


def test_another_connection_plugin_is_an_error_that_names_it() -> None:
    with pytest.raises(StationError, match="this station uses the connection plugin 'local'"):
        WinrmStation(connection_loader.get("ansible.builtin.local", PlayContext()))


def test_an_answer_that_is_none_of_the_protocols(make_station: MakeStation, monkeypatch: pytest.MonkeyPatch) -> None:
    station = _station(make_station())
    station.connect()
    monkeypatch.setattr(station._connection.protocol, "send_message", lambda _message: b"<html>proxy</html>")
    with pytest.raises(StationError, match="Restart the WinRM service") as caught:
        station.query("select ProcessId from Win32_Process")
    assert caught.value.kind == "fault"
