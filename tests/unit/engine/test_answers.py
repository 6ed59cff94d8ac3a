"""What real stations answer, and what else may stand at a station's address (docs/fidelity.md, W)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation
from tests.unit.engine.jobs import LOOK, SLOW, assert_settled


def _station(pc: Bench) -> WinrmStation:
    return WinrmStation(pc.connection())


def _error(pc: Bench) -> StationError:
    with pytest.raises(StationError) as caught:
        _station(pc).run("exit 0", doing="trying it")
    return caught.value


def _creates(pc: Bench) -> int:
    return sum(event["operation"] == "Create" for event in pc.events("request"))


@pytest.mark.parametrize("effect", ["quota_shells", "quota_shells_wmi"])
def test_a_quota_of_shells_has_two_shapes_and_one_meaning(make_station: MakeStation, effect: str) -> None:
    error = _error(make_station(faults=[{"effect": effect, "match": "^Create", "times": 0}]))
    assert (error.kind, error.fact) == (
        "quota",
        "the station has no free WinRM shell left for this account while opening a shell",
    )
    french = "le poste n'a plus de session WinRM libre pour ce compte (ouverture d'une session WinRM)"
    assert catalogue("fr").of(error.fact) == french
    assert error.remedy.startswith("Wait for other runs to end")
    assert error.passing


def test_a_shell_whose_slots_are_taken_is_replaced_once(make_station: MakeStation) -> None:
    pc = make_station(quotas={"max_processes_per_shell": 0})
    error = _error(pc)
    assert (error.kind, error.passing) == ("quota", True)
    assert "The maximum number of concurrent commands per shell has been exceeded" in error.fact
    assert _creates(pc) == 2


def test_the_quota_of_shells_itself(make_station: MakeStation) -> None:
    pc = make_station(quotas={"max_shells_per_user": 1})
    first = _station(pc)
    first.connect()
    assert _error(pc).kind == "quota"
    first.close()
    assert _station(pc).run("exit 3", doing="trying it").code == 3


@pytest.mark.parametrize("effect", ["quota_operations", "quota_shells_wmi", "busy"])
def test_a_job_is_followed_over_a_quota_that_passes(make_station: MakeStation, effect: str) -> None:
    pc = make_station(**SLOW, faults=[{"effect": effect, "match": LOOK, "nth": 2, "times": 3}])
    result = pc.client()
    assert result.get("fact") is None
    assert [event["effect"] for event in pc.events("fault") if event["what"].startswith("Enumerate")] == [effect] * 3
    assert_settled(pc)


def test_a_loaded_station_says_so_when_a_shell_is_opened(make_station: MakeStation) -> None:
    error = _error(make_station(faults=[{"effect": "busy", "match": "^Create", "times": 0}]))
    assert (error.kind, error.fact) == (
        "quota",
        "the station is too busy: it did not come to it in time while opening a shell",
    )
    assert "Switch the station on" not in error.remedy


def test_a_loaded_station_says_so_when_a_command_is_started(make_station: MakeStation) -> None:
    error = _error(make_station(faults=[{"effect": "busy", "match": "^Command ", "times": 0}]))
    assert (error.kind, error.fact) == (
        "quota",
        "the station is too busy: it did not come to it in time while trying it",
    )


@pytest.mark.parametrize("effect", ["shell_lost", "profile_unloaded", "shell_used_up"])
def test_every_lost_shell_is_replaced(make_station: MakeStation, effect: str) -> None:
    pc = make_station(faults=[{"effect": effect, "match": "^Command ", "times": 1}])
    assert _station(pc).run("exit 7", doing="trying it").code == 7
    assert _creates(pc) == 2


@pytest.mark.parametrize("effect", ["shell_lost", "profile_unloaded"])
def test_a_shell_that_is_lost_again_is_told(make_station: MakeStation, effect: str) -> None:
    pc = make_station(faults=[{"effect": effect, "match": "^Command ", "times": 0}])
    error = _error(pc)
    assert (error.kind, error.fact) == ("fault", "the shell or the command is gone on the station while trying it")
    assert _creates(pc) == 2


_ANSWERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "empty": ({"effect": "answer", "match": "^Command "}, "fault", "something that is not XML: nothing at all"),
    "html": (
        {"effect": "answer", "match": "^Command ", "body": "<html><body>Proxy</body></html>"},
        "fault",
        "XML that is no envelope of WS-Management: '<html><body>Proxy</body></html>'",
    ),
    "cut": (
        {"effect": "edit", "match": "^Command ", "find": "CommandId>.*", "replace": ""},
        "fault",
        "something that is not XML: '<s:Envelope",
    ),
    "no command id": (
        {"effect": "edit", "match": "^Command ", "find": "<rsp:CommandId>.*</rsp:CommandId>", "replace": ""},
        "fault",
        "a command started without its number",
    ),
    "no exit code": (
        {"effect": "edit", "match": "^Receive", "find": "<rsp:ExitCode>.*</rsp:ExitCode>", "replace": "", "times": 0},
        "fault",
        "the end of a command without its exit code",
    ),
    "no shell id": (
        {"effect": "edit", "match": "^Create", "find": "<w:Selector .*</w:Selector>", "replace": ""},
        "fault",
        "a new shell without its number",
    ),
}


@pytest.mark.parametrize("name", _ANSWERS)
def test_an_answer_of_200_that_is_none(make_station: MakeStation, name: str) -> None:
    fault, kind, said = _ANSWERS[name]
    error = _error(make_station(faults=[fault]))
    assert error.kind == kind
    assert said in error.fact
    assert error.fact.startswith("the station answered ")
    assert " while " in error.fact


def test_the_exit_code_is_that_of_done_among_several_states(make_station: MakeStation) -> None:
    running = (
        r'<rsp:CommandState CommandId="x" State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/'
        r'Running"><rsp:ExitCode>259</rsp:ExitCode></rsp:CommandState>\g<0>'
    )
    rule = {"effect": "edit", "match": "^Receive", "find": "<rsp:CommandState ", "replace": running, "times": 0}
    assert _station(make_station(faults=[rule])).run("exit 3", doing="trying it").code == 3


_STRANGERS = {
    "printer": ("fault", "the station's address answered HTTP 404 while opening a shell: server 'HP HTTP Server; HP"),
    "printer_login": ("refused", "the station refuses the user name or the password"),
    "web_server": (
        "fault",
        "the station answered XML that is no envelope of WS-Management: 'IIS Windows' while opening",
    ),
    "proxy": (
        "fault",
        "the station answered HTTP 503 while opening a shell: server 'squid/5.7', \"ERREUR : l'URL demandée n'a pas "
        'pu être chargée"',
    ),
    "no_service": (
        "fault",
        "the station answered HTTP 503 while opening a shell: server 'Microsoft-HTTPAPI/2.0', an empty answer",
    ),
    "empty": ("fault", "the station answered something that is not XML: nothing at all while opening a shell"),
}


@pytest.mark.parametrize("name", _STRANGERS)
def test_what_answers_in_the_place_of_winrm_is_not_unreachable(make_station: MakeStation, name: str) -> None:
    kind, fact = _STRANGERS[name]
    error = _error(make_station(stranger=name))
    assert error.kind == kind
    assert error.fact.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").startswith(fact)
    assert "Switch the station on" not in error.remedy
    assert kind == "refused" or error.as_result()["failed"]


def test_a_fault_without_a_code_is_not_unreachable(make_station: MakeStation) -> None:
    rules = [
        {"effect": "edit", "match": "^Create", "find": "<s:Body>.*</s:Body>", "replace": _bare_fault()},
    ]
    error = _error(make_station(faults=rules))
    assert error.kind == "fault"
    assert error.fact == "the station answered a fault while opening a shell: Nothing to say. [InternalError]"


def _bare_fault() -> str:
    return (
        "<s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode>"
        "</s:Code><s:Reason><s:Text>Nothing to say. </s:Text></s:Reason></s:Fault></s:Body>"
    )


def test_a_fault_in_a_200_is_not_an_instance(make_station: MakeStation) -> None:
    rule = {"effect": "edit", "match": "^Get", "find": "<s:Body>.*</s:Body>", "replace": _bare_fault()}
    with pytest.raises(StationError, match="Nothing to say"):
        _station(make_station(faults=[rule])).get("Win32_LogicalDisk", DeviceID="C:")


@pytest.mark.parametrize(
    ("effect", "fact"),
    [
        ("oversize", "the station's answer is larger than its envelope allows while trying it"),
        ("server_limit", "the station's answer is larger than its envelope allows while trying it"),
        ("request_limit", "the station finds the request too large while trying it"),
    ],
)
def test_envelopes_too_large_have_three_codes(make_station: MakeStation, effect: str, fact: str) -> None:
    error = _error(make_station(faults=[{"effect": effect, "match": "^Command "}]))
    assert (error.kind, error.fact) == ("fault", fact)
    assert "MaxEnvelopeSizekb" in error.remedy


def test_a_query_on_an_unknown_class(make_station: MakeStation) -> None:
    with pytest.raises(
        StationError, match=r"does not know what was asked while reading Nope over WMI \(code 2150858778\)"
    ):
        _station(make_station()).query("select Name from Nope")


def test_an_absent_instance_is_none_and_its_code_is_windows(make_station: MakeStation) -> None:
    assert _station(make_station()).get("Win32_Process", Handle="29") is None


def test_an_audit_of_a_printer_says_what_answered(make_station: MakeStation) -> None:
    pc = make_station(stranger="printer")
    found = pc.run("client_info", {})
    assert (found["failed"], found["kind"]) == (True, "fault")
    assert "unreachable" not in found
