"""What the doctor asks of a station and makes of its answers: in few requests, with nothing left there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.checks import Place
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.judge import of_facts
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.look import Facts, Fetch, looking
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.rehearsed import rehearsals
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

_PLACE = Place(school="0310001A", room="Salle 101", station="pc-01")
_PROXY = {
    "key": "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment",
    "name": "HTTPS_PROXY",
    "data": "http://lycee:s3cret@proxy.lycee:3128",
}


def _fetch(pc: Bench, **changes: str) -> Fetch:
    digest = pc.lock()["2026.2.7"]["x64"]["digest"]
    url = f"{pc.depot_url}/2026.2.7/x64/install.cmd"
    return Fetch(**{"url": url, "digest": digest, "name": "rentree-0123.tmp", **changes})


def _look(pc: Bench, fetch: Fetch | None, *, ahead: float = 0) -> Facts:
    def clock() -> dt.datetime:
        return pc.station.clock.now() - dt.timedelta(seconds=ahead)

    station = WinrmStation(pc.connection())
    try:
        return station.read(looking(PRONOTE_CLIENT, lambda _overview: fetch, clock=clock))
    finally:
        station.close()


def _judged(facts: Facts, fetch: Fetch | None) -> Mapping[str, tuple[str, str]]:
    found = of_facts(_PLACE, facts, fetch=fetch, why_not="no depot", needed=2**30)
    assert len({each.check for each in found}) == len(found)
    return {each.check: (each.outcome, each.fact) for each in found if each.outcome != "holds" or each.fact}


def test_a_sound_station_is_read_in_ten_requests_and_left_as_it_was(make_station: MakeStation) -> None:
    pc = make_station()
    before, fetch = pc.snapshot(), _fetch(pc)
    facts = _look(pc, fetch)
    assert pc.snapshot() == before
    assert _judged(facts, fetch) == {}
    shell = ["Create", "Command", "Receive", "Signal", "Command", "Receive"]
    asked = [event["operation"] for event in pc.events("request")]
    assert asked == [*shell, "Get", "Get", "Enumerate", "Delete"]
    assert [event["path"] for event in pc.events("web")] == ["2026.2.7/x64/install.cmd"]
    assert not any("powershell" in line.lower() for line in pc.commands())


def test_without_a_depot_nothing_is_fetched(make_station: MakeStation) -> None:
    pc = make_station()
    facts = _look(pc, None)
    assert _judged(facts, None) == {"depot": ("unknown", "no depot"), "proxy": ("unknown", "no depot")}
    assert len(pc.events("request")) == 7


@pytest.mark.parametrize(
    ("station", "check", "outcome", "fact"),
    [
        ({"free_space": 2**20}, "space", "fails", "1 MiB free on C:, 1024 MiB needed"),
        ({"s_mode": True}, "mode", "fails", "Windows is in S mode"),
        ({"edition": "se"}, "mode", "fails", "this is Windows 11 SE"),
        ({"freezer": "uwf"}, "frozen", "fails", "the station is frozen (UWF)"),
        ({"freezer": "reboot_restore"}, "frozen", "fails", "the station is frozen (Reboot Restore Rx)"),
        ({"network_profile": "public"}, "network", "holds", "reached, although one of its networks counts as public"),
        ({"registry": [_PROXY]}, "proxy", "holds", "https_proxy=http://…@proxy.lycee:3128 is set"),
        (
            {"registry": [{"key": r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script",
                           "name": "EnforcementMode", "data": 1}]},
            "policies", "fails", "policies are in force that may refuse scripts and programs: AppLocker",
        ),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(
    make_station: MakeStation, station: dict[str, Any], check: str, outcome: str, fact: str
) -> None:
    pc = make_station(**station)
    fetch = _fetch(pc)
    judged = _judged(_look(pc, fetch), fetch)
    assert judged.keys() == {check}
    assert judged[check][0] == outcome
    assert judged[check][1].startswith(fact)


def test_a_filter_without_the_right_to_wmi_is_not_called_off(make_station: MakeStation) -> None:
    pc = make_station(deny_wmi=True, freezer="uwf")
    judged = _judged(_look(pc, None), None)
    assert judged["wmi"][0] == "fails"
    assert {check for check, (outcome, _) in judged.items() if outcome == "unknown"} >= {"frozen", "space", "clock"}
    # Nothing more is asked of WMI once it was denied.
    assert [event["operation"] for event in pc.events("request")].count("Get") == 1


def test_a_network_that_wmi_does_not_tell_of_keeps_nothing_else_dark(make_station: MakeStation) -> None:
    pc = make_station()
    pc.fault("access_denied", r"^Enumerate .*MSFT_NetConnectionProfile", times=0)
    assert _judged(_look(pc, None), None).keys() == {"network", "depot", "proxy"}


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (299.0, ""),
        (3600.0, "the clock is 60 minutes ahead of the controller's"),
        (-400.0, "the clock is 7 minutes behind the controller's"),
    ],
)
def test_a_clock(make_station: MakeStation, ahead: float, said: str) -> None:
    pc = make_station()
    judged = _judged(_look(pc, None, ahead=ahead), None)
    assert judged.get("clock", ("", ""))[1] == said


def test_a_revocation_that_nobody_can_check(make_station: MakeStation) -> None:
    """As in a deployment; and with the same switch it goes through."""
    pc = make_station(https=True)
    fetch = _fetch(pc)
    outcome, fact = _judged(_look(pc, fetch), fetch)["depot"]
    assert outcome == "fails"
    assert "Windows cannot check whether the depot's certificate was revoked" in fact
    fetch = _fetch(pc, revocation="best_effort")
    assert _judged(_look(pc, fetch), fetch) == {}


def test_what_an_antivirus_holds_is_not_another_file(make_station: MakeStation) -> None:
    pc = make_station(scanner_holds=[["*rentree-*", 99]])
    before, fetch = pc.snapshot(), _fetch(pc)
    judged = _judged(_look(pc, fetch), fetch)
    assert judged == {"digest": ("unknown", f"what the station fetched from {fetch.url} could not be read there")}
    assert pc.snapshot() == before


def test_a_curl_that_does_not_run_is_not_an_antivirus(make_station: MakeStation) -> None:
    """Windows before 1803 has none, and a policy may forbid it."""
    pc = make_station()
    pc.fault("access_denied", r"^Start \S*curl", times=0)
    fetch = _fetch(pc)
    judged = _judged(_look(pc, fetch), fetch)
    assert judged.keys() == {"depot"}
    assert judged["depot"][0] == "fails"
    assert judged["depot"][1].startswith("the station's curl did not run (")


def test_a_station_that_is_cut_off_meanwhile_has_an_error(make_station: MakeStation) -> None:
    pc = make_station()
    pc.fault("cut", r"^Get .*Win32_OperatingSystem", times=0)
    with pytest.raises(StationError) as told:
        _look(pc, None)
    assert told.value.kind == "unreachable"


@pytest.mark.parametrize(
    ("rehearsed", "outcome"),
    [
        ({}, "unknown"),
        ({"22631-Professional-x64": "held"}, "unknown"),
        ({"19045-Professional-x64": "incomplete"}, "unknown"),
        ({"19045-Professional-x64": "contradicted"}, "fails"),
        ({"19045-Professional-x64": "held"}, "holds"),
    ],
)
def test_a_rehearsal_is_asked_for_on_each_kind_of_windows(
    make_station: MakeStation, rehearsed: dict[str, str], outcome: str
) -> None:
    facts = _look(make_station(), None)
    found = of_facts(_PLACE, facts, fetch=None, why_not="no depot", needed=0, rehearsed=rehearsed)
    assert [each.outcome for each in found if each.check == "rehearsal"] == [outcome]


def test_rehearsals_that_are_kept(tmp_path: Path) -> None:
    for kind, text in (("a", '{"verdict": "held"}'), ("b", "[]"), ("c", "{"), ("d", "[" * 100_000)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "rehearsal.json").write_text(text, encoding="utf-8")
    (tmp_path / "e").mkdir()
    assert rehearsals(str(tmp_path)) == {"a": "held"}
    assert rehearsals(str(tmp_path / "none")) == {}
    assert rehearsals("") is None
