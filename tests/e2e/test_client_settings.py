"""playbooks/client_settings.yml on simulated stations: check, apply, check, apply; what users may and may not do."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_STATIONS: list[dict[str, Any]] = [
    {"name": "neuf", "clients": [{"release": "2026.2.7"}]},
    {"name": "deux", "language": "en", "clients": [{"release": "2025.2.9"}, {"release": "2026.1.3"}]},
    {"name": "x86", "arch": "x86", "clients": [{"release": "2026.2.7", "arch": "x86"}]},
    {"name": "ancien", "clients": [{"release": "2025.2.9"}]},
    {"name": "vide"},
    {"name": "entree", "clients": [{"release": "2026.2.7", "exe": False}]},
]
_WITH_CLIENT = {"neuf", "deux", "x86"}
_SETTINGS = f"C:\\Program Files\\Parametres PRONOTE\\{UAI}.pcprn"
_OTHER = "0310002B"
# What the lab's server of the school says.
_LINE = f"Serveur=Lycée d'essai:{UAI.lower()}.index-education.net:49300"


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    rooms = [
        {
            "group": f"salle_{number}01",
            "name": f"Salle {number}01",
            "school": uai,
            "stations": [{"address": f"{number}.{n}", **station} for n, station in enumerate(stations, start=1)],
        }
        for number, uai, stations in (
            (1, UAI, _STATIONS),
            (2, _OTHER, [{"name": "ailleurs", "clients": [{"release": "2026.2.7"}]}]),
        )
    ]
    schools = [
        {"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7"},
        {"uai": _OTHER, "group": "college", "name": "Collège d'à côté", "release": "2026.2.7"},
    ]
    return start_school([], schools=schools, rooms=rooms)


def _asked(school: School, uai: str = UAI) -> int:
    """How often a school's server was asked for the settings since the lab began."""
    events = [e["data"] for e in school.lab.journal(kind="web") if e["data"]["server"] == "hosted"]
    return sum(e["uai"] == uai and "ParamClient" in e["path"] for e in events)


def _run(school: School, *arguments: str, limit: str = "lycee", **variables: Any) -> PlaybookRun:
    return school.play("client_settings", "--limit", limit, "-e", json.dumps(variables), *arguments)


def _play(school: School, *arguments: str, limit: str = "lycee", **variables: Any) -> PlaybookRun:
    return _run(school, *arguments, limit=limit, **variables).assert_code(0)


def _changed(run: PlaybookRun) -> set[str]:
    return {host for host, result in run.of("client_settings").items() if result["changed"]}


def test_matrix(school: School) -> None:
    before = school.lab.snapshots()
    check = _play(school, "--check", "--diff", "-f", "50")
    assert _changed(check) == _WITH_CLIENT
    assert school.lab.snapshots() == before
    assert f"+{_SETTINGS}: {_LINE}" in check.output
    assert "PRONOTE 2026.lnk" in check.output
    results = check.of("client_settings")
    for name in {str(station["name"]) for station in _STATIONS} - _WITH_CLIENT:
        assert results[name]["action"] == "skip"
        assert "has no client of 2026" in results[name]["reason"]

    assert _changed(_play(school, "--diff")) == _WITH_CLIENT
    settled = school.lab.snapshots()
    for arguments in (("--check",), ()):
        assert _changed(_play(school, *arguments)) == set()
    assert school.lab.snapshots() == settled
    for name in _WITH_CLIENT:
        state = school.lab.snapshot(name).decode("utf-8")
        assert "Parametres PRONOTE" in state
        # Nothing of the way there is left.
        assert ".b64" not in state
        assert ".part" not in state

    # All of these runs and stations asked the server once.
    assert _asked(school) == 1

    # Another server: the settings change, and the shortcut to them does not.
    moved = _play(school, "--diff", limit="neuf", pronote_client_settings_address="pronote.example.org")
    assert _changed(moved) == {"neuf"}
    assert f"-{_SETTINGS}: something else" in moved.output
    assert f"+{_SETTINGS}: Serveur=Lycée d'essai:pronote.example.org:49300" in moved.output
    assert _changed(_play(school, limit="neuf")) == {"neuf"}

    gone = {"pronote_client_settings_state": "absent"}
    assert _changed(_play(school, "--check", **gone)) == _WITH_CLIENT
    assert _changed(_play(school, **gone)) == _WITH_CLIENT
    assert _changed(_play(school, **gone)) == set()
    assert school.lab.snapshots() == before


_HOSTILE: dict[str, tuple[dict[str, str], str]] = {
    "neuf": ({"label": "Lycée: le nôtre"}, "cannot be a server's label"),
    "deux": ({"label": "a\nServeur=pirate:x.example.org:1"}, "cannot be a server's label"),
    "x86": ({"address": 'x" & calc & "'}, "is not the name or address of a server"),
    "ancien": ({"address": "pronote.example.org:70000"}, "is not a TCP port"),
    "vide": ({"address": "pronote.example.org:0x1"}, "is not a TCP port"),
}


def test_hostile_settings_reach_no_station(school: School) -> None:
    before = len(school.lab.journal(kind="command"))
    folder = school.inventory / "host_vars"
    folder.mkdir()
    for name, (values, _) in _HOSTILE.items():
        variables = {f"pronote_client_settings_{key}": value for key, value in values.items()}
        (folder / f"{name}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    try:
        run = _run(school, limit=",".join(_HOSTILE)).assert_code(2)
    finally:
        shutil.rmtree(folder)
    results = run.of("client_settings")
    assert results.keys() == _HOSTILE.keys()
    for name, (_, message) in _HOSTILE.items():
        assert message in results[name]["msg"], name
        assert message in run.output
    assert len(school.lab.journal(kind="command")) == before


def _elsewhere(school: School, name: str) -> dict[str, Any]:
    """A cache of its own, and the release pinned: the server is asked for its settings alone."""
    return {
        "pronote_cache_dir": str(school.work / name),
        "pronote_client_release": "2026.2.7",
    }


@pytest.mark.parametrize("mode", ["suspended_fr", "another_server"])
def test_a_server_that_refuses_stops_its_own_school_only(school: School, mode: str) -> None:
    before, commands, asked = school.lab.snapshots(), len(school.lab.journal(kind="command")), _asked(school)
    school.lab.school(UAI, settings=mode)
    try:
        run = _run(school, "--check", "-f", "50", limit="all", **_elsewhere(school, mode)).assert_code(2)
        results = run.of("client_settings")
        assert results["ailleurs"]["changed"]
        refused = {name: results[name] for name in (str(s["name"]) for s in _STATIONS)}
        for result in refused.values():
            assert (result["outcome"], result["kind"]) == ("failed", "server")
            assert result["server"].endswith(f"/{UAI}/pronote/")
            assert result["fact"]
            assert "pronote_client_settings_address" in result["remedy"]
        assert _asked(school) == asked + 1
        # No station of the school was asked anything.
        journal = school.lab.journal(kind="command")[commands:]
        assert {event["station"] for event in journal} <= {"ailleurs"}
        # What is given by hand is enough.
        by_hand = {"pronote_client_settings_label": "À nous", "pronote_client_settings_address": "10.1.2.3"}
        run = _play(school, "--check", "--diff", limit="neuf", **by_hand, **_elsewhere(school, mode))
        assert f"+{_SETTINGS}: Serveur=À nous:10.1.2.3:49300" in run.output
        assert _asked(school) == asked + 1
        # To take the settings away, nobody is asked.
        _play(school, "--check", pronote_client_settings_state="absent", **_elsewhere(school, mode))
        assert _asked(school) == asked + 1
    finally:
        school.lab.school(UAI, settings="ok")
    assert school.lab.snapshots() == before


def test_who_has_nothing_to_do_costs_no_process(start_school: StartSchool) -> None:
    """Of thirty stations two are off, and one has settings that it is not to have: these three have a task each."""
    names = [f"s{number:02}" for number in range(30)]
    off, one = {names[7], names[29]}, names[3]
    stations = [
        {"name": name, "power": "off" if name in off else "on", "clients": [{"release": "2026.2.7"}]} for name in names
    ]
    school = start_school(stations)
    assert _changed(_play(school, limit=one)) == {one}

    since = len(school.lab.journal())
    absent = {"pronote_client_settings_state": "absent"}
    run = _run(school, "--check", "--diff", **absent).assert_code(4)
    assert _changed(run) == {one}
    assert f"-{_SETTINGS}" in run.output
    own = {r["host"]: r["outcome"] for r in run.results if r["task"].endswith("Let users find the school's server")}
    assert own == {one: "ok", **dict.fromkeys(off, "unreachable")}
    assert "27 of 30: the settings are as they are to be" in run.output
    # The first has that of the task for all.
    recap = re.findall(r"^(s\d\d) +: ok=", run.output, re.MULTILINE)
    assert recap == sorted({names[0], one, *off})
    # NTLM's two legs, the shell and its end, three command lines, the exe, the disk: what a worker asks.
    requests = (e for e in school.lab.journal(kind="request", since=since) if e["data"]["operation"] != "Receive")
    assert Counter(e["station"] for e in requests) == Counter(dict.fromkeys(set(names) - off, 11))

    # By workers all are told the same, and each has a task.
    told = ("outcome", "changed", "action", "reason", "msg", "kind")
    by_survey = {name: [result.get(key) for key in told] for name, result in run.of("client_settings").items()}
    run = _run(school, "--check", limit=":".join(names[:8]), pronote_survey_parallel=0, **absent).assert_code(4)
    by_worker = {name: [result.get(key) for key in told] for name, result in run.of("client_settings").items()}
    assert by_worker == {name: by_survey[name] for name in names[:8]}

    # Nobody has a turn: the play ends there.
    run = _play(school, limit=f"lycee:!{one}:!{':!'.join(off)}", **absent)
    assert {result["task"].rpartition(": ")[2] for result in run.results} == {
        "Look at the inventory",
        "Find the stations that lack the settings",
    }
    assert "27 of 27: the settings are as they are to be" in run.output


@pytest.mark.wine
@pytest.mark.usefixtures("wine")
def test_on_a_real_file_system(start_school: StartSchool) -> None:
    school = start_school([{"name": "poste", "clients": [{"release": "2026.2.7"}]}], backend="wine")
    before = school.lab.snapshots()
    assert _changed(_play(school, "--check")) == {"poste"}
    assert school.lab.snapshots() == before
    assert _changed(_play(school)) == {"poste"}
    assert b"PRONOTE 2026.lnk" in school.lab.snapshot("poste")
    assert _changed(_play(school)) == set()
    assert _changed(_play(school, pronote_client_settings_state="absent")) == {"poste"}
    assert school.lab.snapshots() == before
