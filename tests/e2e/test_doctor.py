"""The doctor at a school where each room has something else: who is asked, what is said, and nothing is changed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jsonschema
import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, UAI, School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook

_OTHER = "0310002B"
_SCHEMA = json.loads((ROOT / "docs/doctor.schema.json").read_text(encoding="utf-8"))
_PROXY = {"key": "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "name": "http_proxy"}
_CLIENT = {"clients": [{"release": "2026.2.7"}]}
_ROOMS: dict[str, list[dict[str, Any]]] = {
    "sound": [{"name": "sound-1", "power": "off"}, {"name": "sound-2"}, {"name": "sound-3"}],
    "dark": [{"name": "dark-1", "power": "off"}, {"name": "dark-2", "power": "off"}],
    "full": [{"name": "full-1", "free_space": 100_000_000}],
    "rights": [{"name": "rights-1", "deny_wmi": True, "freezer": "uwf"}],
    "shells": [{"name": "shells-1", "deny_shells": True}],
    "guarded": [{"name": "guarded-1", "s_mode": True, "freezer": "deep_freeze", "network_profile": "public"}],
    "late": [{"name": "late-1", "clock_ahead": -42.0}],
    "proxied": [{"name": "proxied-1", "registry": [{**_PROXY, "data": "http://proxy.lycee:3128"}]}],
    "printed": [{"name": "printed-1", "stranger": "printer_login"}, {"name": "printed-2"}],
    "nameless": [{"name": "nameless-1"}, {"name": "nameless-2"}],
    "held": [{"name": "held-1"}, {"name": "held-2"}],
    "undefined": [{"name": "undefined-1"}],
    "apart": [{"name": "apart-1"}],
}
# What the inventory has of its own for some of them.
_OWN: dict[str, dict[str, Any]] = {
    "nameless-1": {"ansible_host": "nameless-1.invalid"},
    "held-1": {"pronote_depo_url": "http://depot"},
    # Only the stock plugin speaks it, in a process of its own, and lacks what it needs here.
    "apart-1": {"ansible_winrm_transport": "credssp"},
    "undefined-1": {"ansible_password": "{{ nobody_said }}"},
}


def _rooms(rooms: dict[str, list[dict[str, Any]]], school: str, third: int) -> list[dict[str, Any]]:
    return [
        {
            "group": f"salle_{name}",
            "name": name,
            "school": school,
            "stations": [
                {"address": f"{third + number}.{each}", **station} for each, station in enumerate(stations, start=1)
            ],
        }
        for number, (name, stations) in enumerate(rooms.items())
    ]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """Two schools; the server of the second is closed."""
    schools = [
        {"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7"},
        {"uai": _OTHER, "group": "college", "name": "Collège", "release": "2026.2.7", "mode": "suspended_en"},
    ]
    rooms = _rooms(_ROOMS, UAI, 10) + _rooms({"other": [{"name": "other-1"}]}, _OTHER, 60)
    started = start_school([], schools=schools, rooms=rooms, clock=1)
    for name, variables in _OWN.items():
        own = started.inventory / f"host_vars/{name}.yml"
        own.parent.mkdir(exist_ok=True)
        own.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return started


def _findings(run: PlaybookRun, outcome: str, school: str = UAI) -> dict[str, list[tuple[list[str], str]]]:
    """Of one outcome: whom it is about and the fact, by check."""
    found: dict[str, list[tuple[list[str], str]]] = {}
    (result,) = run.of("doctor").values()
    for each in result["schools"]:
        for row in each["checks"]:
            if each["school"] == school and row["outcome"] == outcome:
                names = [station["station"] for station in row["stations"]] or row["rooms"]
                found.setdefault(row["check"], []).append((names, row["fact"]))
    return found


def _asked(run: PlaybookRun) -> dict[str, list[str]]:
    (result,) = run.of("doctor").values()
    return {room["room"]: room["asked"] for school in result["schools"] for room in school["rooms"]}


def _logins(school: School, since: int) -> Counter[tuple[str, bool]]:
    events = school.lab.journal(kind="login", since=since)
    return Counter((event["station"], event["data"]["accepted"]) for event in events)


@pytest.mark.smoke
def test_each_room_says_what_does_not_hold(school: School) -> None:
    """With one station of each, nothing changed at any, in a table, on a page and for programs."""
    before = school.lab.snapshots()
    run = school.play("doctor", "-f", "50", "--diff").assert_code(2)
    assert school.lab.snapshots() == before
    assert set(school.lab.shells().values()) == {0}
    asked = _asked(run)
    assert asked["sound"] == ["sound-2"], "the first one is off, and one is enough"
    assert asked["dark"] == []
    assert asked["printed"] == ["printed-1", "printed-2"]
    assert asked["nameless"] == ["nameless-2"]
    assert asked["held"] == ["held-2"]
    fails = _findings(run, "fails")
    assert fails["space"] == [(["full-1"], "95 MiB free on C:, 1024 MiB needed")]
    assert [names for names, _ in fails["wmi"]] == [["rights-1"]]
    assert [names for names, _ in fails["shell"]] == [["shells-1"]]
    assert fails["frozen"] == [(["guarded-1"], "the station is frozen (Deep Freeze)")]
    assert fails["mode"] == [(["guarded-1"], "Windows is in S mode, which runs programs of the Store only")]
    assert fails["clock"] == [(["late-1"], "the clock is 42 minutes behind the controller's")]
    assert fails["account"][0][0] == ["printed-1"]
    assert "does not offer the way to authenticate" in fails["account"][0][1]
    assert fails["name"] == [(["nameless-1"], "the station's name has no address")]
    assert fails["port"][0][0] == ["dark"]
    assert fails["port"][0][1].startswith("none of the room's stations could be looked at: dark-1, dark-2: ")
    assert [names for names, _ in fails["inventory"]] == [["held-1"]]
    assert "nothing reads the variable pronote_depo_url" in fails["inventory"][0][1]
    assert [names for names, _ in fails["controller"]] == [["apart-1"]]
    assert "undefined" in _findings(run, "fails", "")["inventory"][0][1]
    assert fails.keys() == {
        "inventory",
        "controller",
        "space",
        "wmi",
        "shell",
        "frozen",
        "mode",
        "clock",
        "account",
        "name",
        "port",
    }
    unknown = _findings(run, "unknown")
    ((stations, fact),) = unknown.pop("rehearsal")
    assert {"sound-2", "full-1", "rights-1"} <= set(stations), "one line for all of a kind"
    assert fact == "no rehearsal was made on this kind of Windows (19045-Professional-x64)"
    assert {check: names for check, [(names, _)] in unknown.items()} == {
        check: ["rights-1"] for check in ("clock", "network", "space", "frozen")
    }
    holds = _findings(run, "holds")
    assert "sound-2" in holds["digest"][0][0]
    assert ["proxied-1"] in [names for names, fact in holds["proxy"] if "http_proxy=http://proxy.lycee:3128" in fact]
    assert ["guarded-1"] in [names for names, fact in holds["network"] if "public" in fact]
    assert _findings(run, "fails", _OTHER).keys() == {"server"}
    assert _findings(run, "unknown", _OTHER).keys() == {"release", "rehearsal"}
    # The depot is tried all the same, with what is published.
    assert "digest" in _findings(run, "holds", _OTHER)
    report = json.loads((school.written / "reports/doctor.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(report)
    assert (report["verdict"], report["exit_code"]) == ("not_sound", 1)
    page = (school.written / "reports/doctor.html").read_text(encoding="utf-8")
    assert 'data-verdict="not_sound"' in page
    assert "42 minutes behind" in page
    assert "✗ Does not hold" in run.output
    assert "Doctor: 13 stations were asked" in run.output
    assert "Traceback" not in run.output


def test_a_limit_and_a_check_are_the_same_without_files(school: School) -> None:
    """One room, all of its stations that answer, and nothing is written."""
    page = school.written / "reports/doctor.html"
    page.unlink(missing_ok=True)
    run = school.play("doctor", "--limit", "salle_sound", "--check", "-e", "pronote_doctor_stations=all").assert_code(0)
    assert _asked(run) == {"sound": ["sound-2", "sound-3"]}
    (result,) = run.of("doctor").values()
    assert result["verdict"] == "sound"
    assert not page.exists()
    assert "Everything that was looked at holds." in run.output


def test_a_wrong_password_is_sent_once(school: School) -> None:
    """To one station of all; the others are told as not tried, and keep their attempts."""
    since = len(school.lab.journal())
    run = school.play("doctor", "--limit", "lycee", "-e", "ansible_password=Lab-only-2!").assert_code(2)
    assert "Lab-only" not in run.output
    (failed,) = _logins(school, since).items()
    assert failed[0][1] is False
    assert failed[1] == 1
    ((first,), fact) = _findings(run, "fails")["account"][0]
    assert fact == f"{ACCOUNT['name']}: the station refuses the user name or the password"
    (untried, told) = _findings(run, "unknown")["account"][0]
    assert told == f"the station {first} refused the account {ACCOUNT['name']}: it was not tried here"
    assert len(untried) >= 8
    assert first not in untried


@pytest.mark.parametrize(
    ("fault", "check", "said"),
    [
        ("corrupt", "digest", "is not what the lock file says: its SHA-256 is "),
        ("missing", "depot", "(curl: (22) The requested URL returned error: 404"),
        ("unavailable", "depot", "503"),
    ],
)
def test_a_depot_that_serves_something_else(school: School, fault: str, check: str, said: str) -> None:
    """Found from the station, which is left as it was."""
    school.lab.depot({"install.cmd": fault})
    before = school.lab.snapshots()
    try:
        run = school.play("doctor", "--limit", "sound-2").assert_code(2)
    finally:
        school.lab.depot({})
    assert school.lab.snapshots() == before
    fails = _findings(run, "fails")
    assert fails.keys() == {check}
    assert said in fails[check][0][1]


def test_a_depot_that_nobody_reaches(school: School) -> None:
    """The address is right for a controller, and not from the station: a proxy's variables do not help either."""
    run = school.play("doctor", "--limit", "proxied-1", "-e", "pronote_depot_url=http://127.0.0.1:1/depot").assert_code(
        2
    )
    fails = _findings(run, "fails")
    assert fails.keys() == {"depot"}
    assert "the depot refuses the connection" in fails["depot"][0][1]
    (result,) = run.of("doctor").values()
    (row,) = [row for row in result["schools"][0]["checks"] if row["check"] == "depot"]
    assert "http_proxy" in row["remedy"]


def test_a_fault_of_ours_is_no_station_off(school: School) -> None:
    """Nor is it told of each: what the controller lacks is one row, and nobody is asked."""
    since = len(school.lab.journal(kind="request"))
    variables = {"ansible_winrm_transport": "kerberos", "ansible_user": "a@B.C", "ansible_winrm_kinit_cmd": "/no/kinit"}
    sound = "lycee:!salle_held:!salle_undefined"
    run = school.play("doctor", "--limit", sound, "-e", json.dumps(variables)).assert_code(2)
    assert _findings(run, "fails").keys() == {"controller"}
    assert len(_findings(run, "fails")["controller"]) == 1
    assert len(school.lab.journal(kind="request")) == since


def test_in_french(school: School) -> None:
    """As an inventory without a word about the language has it."""
    run = school.play("doctor", "--limit", "full-1", "-e", "pronote_language=fr").assert_code(2)
    assert "Ne tient pas" in run.output
    assert "Libérer de la place sur le poste" in run.output


def test_under_ansibles_own_output_the_table_says_where_the_page_is(school: School) -> None:
    """A callback of ours says it last; without one the table does."""
    variables = ("-e", f"@{school.variables}", "--limit", "sound-2")
    own: dict[str, Any] = {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"}
    run = run_playbook("doctor", *variables, inventory=school.inventory, work=school.work, **own).assert_code(0)
    page = f"Page: {school.written / 'reports/doctor.html'}"
    assert run.output.splitlines().count(page) == 1
    assert "Holds: the inventory, the controller, name resolution" in run.output
    assert school.play("doctor", "--limit", "sound-2").output.splitlines().count(page) == 1
