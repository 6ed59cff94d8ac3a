"""What schools want, who can be reached, and what is remembered: Ansible's variables in, a task's result out."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import SCRIPT_VERSION
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import Progress, read_progress, write_progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.play import (
    make_plan,
    take_step,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.wants import PlayVariables
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.unit.sql import run

DEFAULTS: dict[str, Any] = {
    "pronote_client_rings": [1, "100%"],
    "pronote_client_ring_max": {"failed": "10%", "unreachable": "100%"},
    "pronote_client_release": trust_as_template("{{ '2026.' ~ minor }}"),
    "pronote_client_unproven": "",
}


class HostVars(dict[str, dict[str, Any]]):
    """As Ansible's: raw_get gives a station's variables untemplated."""

    def raw_get(self, name: str) -> dict[str, Any]:
        return self[name]


def _templated(variables: dict[str, Any], name: str) -> Any:
    return Templar(loader=DataLoader(), variables=variables).template(variables[name])


def _task(stations: dict[str, dict[str, Any]], **shared: Any) -> dict[str, Any]:
    """The variables of a task on the first station."""
    hostvars = HostVars({name: {"inventory_hostname": name, "minor": "2.7", **own} for name, own in stations.items()})
    first = next(iter(stations))
    everybody = {"ansible_play_hosts": list(stations), "ansible_play_batch": list(stations)}
    return {**DEFAULTS, **everybody, **shared, **hostvars[first], "hostvars": hostvars}


def _plan(task: dict[str, Any], *, store: str = "", defaults: dict[str, Any] = DEFAULTS) -> dict[str, Any]:
    return make_plan(PlayVariables(task, defaults, _templated), store=store, connect_timeout=2)


@pytest.fixture
def port() -> Iterator[int]:
    """A port that answers on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _at(port: int, uai: str = "A", **more: Any) -> dict[str, Any]:
    return {"pronote_uai": uai, "ansible_host": "127.0.0.1", "ansible_port": port, **more}


def _off() -> dict[str, Any]:
    """Nobody listens there: port 1 needs root, and answers with a refusal at once."""
    return _at(1)


def test_pilots_are_those_that_answer(port: int) -> None:
    stations = {f"off{n}": _off() for n in range(20)} | {f"on{n}": _at(port) for n in range(3)}
    (plan,) = _plan(_task(stations))["plans"]
    assert plan["rings"][0] == ["on0"]
    assert plan["reserves"] == ["on1", "on2"]
    assert plan["release"] == "2026.2.7"


def test_each_batch_of_a_play_has_rings_of_its_own(port: int) -> None:
    """With `serial`: the pilots of the batch before have no result in this one's plan, so nobody waits for them."""
    planned = _plan(_task({f"s{n}": _at(port) for n in range(4)}, ansible_play_batch=["s2", "s3"]))
    assert planned["plans"][0]["rings"] == [["s2"], ["s3"]]
    assert set(planned["turns"]) == {"s2", "s3"}


def _line(name: str, uai: str = "A", **more: Any) -> str:
    """Of a survey's file (deploy/survey.py)."""
    told = {"turn": True, "acts": True, "readable": True, "school": uai, "older": False, "read_at": 0.0}
    return json.dumps({"station": name, "result": {"changed": True}, **told, **more}) + "\n"


def test_only_stations_with_a_turn_are_planned_by_what_was_found(tmp_path: Path) -> None:
    lines = {
        "right": _line("right", turn=False),
        "unread": _line("unread", "", readable=False, result={"failed": True}),
        "off": _line("off", result={"unreachable": True, "msg": "off"}),
        "in-use": _line("in-use", result={"changed": False, "action": "skip"}),
        "on": _line("on"),
        "older": _line("older", " b ", older=True),
        "other": _line("other", "B"),
    }
    survey = tmp_path / "survey.jsonl"
    survey.write_text("".join(lines.values()), encoding="utf-8")
    # Nobody listens anywhere: who answered is known.
    stations = {name: _off() for name in lines} | {"unread": _at(1, "A")}
    task = _task(stations)
    planned = make_plan(PlayVariables(task, DEFAULTS, _templated), store="", connect_timeout=0, survey=str(survey))
    assert {plan["school"]: plan["rings"] for plan in planned["plans"]} == {
        # The school of one whose variables cannot be read is what its inventory says.
        "A": [["on"], ["off", "in-use", "unread"]],
        "B": [["older"], ["other"]],
    }
    assert planned["at"] == {
        name: len("".join(list(lines.values())[:index])) for index, name in enumerate(lines) if name != "right"
    }
    # The first that Ansible can ask is in every step, and in their order.
    steps = [item["index"] for item in planned["turns"]["off"]]
    assert steps == sorted({item["index"] for turns in planned["turns"].values() for item in turns})
    # Whoever has nothing to do has no step; the last of them stays, to tell how it ended.
    assert planned["turns"]["right"] == []
    assert set(planned["turns"]) == {*lines}


def test_one_of_those_with_nothing_to_do_stays(tmp_path: Path) -> None:
    survey = tmp_path / "survey.jsonl"
    survey.write_text("".join(_line(name, turn=name == "b") for name in "abcd"), encoding="utf-8")
    task = _task({name: _off() for name in "abcd"})
    planned = make_plan(PlayVariables(task, DEFAULTS, _templated), store="", connect_timeout=0, survey=str(survey))
    assert {name: len(steps) for name, steps in planned["turns"].items()} == {"b": 1, "d": 0}


def test_with_nothing_to_do_there_is_nobody_in_a_ring(tmp_path: Path) -> None:
    survey = tmp_path / "survey.jsonl"
    survey.write_text(_line("a", turn=False) + _line("b", turn=False), encoding="utf-8")
    task = _task({"a": _off(), "b": _off()})
    planned = make_plan(PlayVariables(task, DEFAULTS, _templated), store="", connect_timeout=0, survey=str(survey))
    assert (planned["plans"], planned["turns"], planned["at"]) == ([], {"a": [], "b": []}, {})


def test_what_was_brought_yesterday_counts_though_it_is_in_no_ring_today(tmp_path: Path) -> None:
    store = str(tmp_path / "state.sqlite3")
    with Store(Path(store)) as kept:
        write_progress(kept, [Progress(school="A", release="2026.2.7", done=4, ring=2)])
    survey = tmp_path / "survey.jsonl"
    survey.write_text(_line("a") + _line("b"), encoding="utf-8")
    task = _task({"a": _off(), "b": _off()})
    planned = make_plan(PlayVariables(task, DEFAULTS, _templated), store=store, connect_timeout=0, survey=str(survey))
    (plan,) = planned["plans"]
    assert (plan["rings"], plan["passed"]) == ([[], ["a", "b"]], 1)
    result = {"action": "install", "changed": True, "ring_plan": planned["id"]}
    task["hostvars"]["a"]["result"] = result
    take_step(task, planned, index=-1, results="result", store=store, check=False)
    with Store(Path(store)) as kept:
        assert read_progress(kept)["A", "2026.2.7"].done == 5


def test_the_release_of_the_server_is_kept_for_the_run(port: int) -> None:
    stations = {"a": _at(port), "held": _at(port, pronote_client_release="2026.1.3"), "b": _at(port, "B")}
    assert _plan(_task(stations))["releases"] == {"a": "2026.2.7", "b": "2026.2.7"}
    pinned = {"held": stations["held"], "a": stations["a"]}
    assert _plan(_task(pinned))["releases"] == {"a": ""}


def test_names_and_ports_that_are_none_are_off(port: int) -> None:
    bad = [
        {"ansible_host": "x" * 300},
        {"ansible_host": "nom.invalid"},
        {"ansible_port": "99999999"},
        {"ansible_host": "é\0"},
    ]
    stations = {f"bad{n}": _at(port, **more) for n, more in enumerate(bad)} | {"on": _at(port)}
    (plan,) = _plan(_task(stations))["plans"]
    assert plan["rings"][0] == ["on"]


def test_each_school_has_its_own_variables(port: int) -> None:
    """The first school's own values must not become the second's, the play's variables are everybody's."""
    one = {"pronote_client_rings": [2, "100%"], "minor": "1.3", "pronote_client_ring_max": {"failed": 7}}
    stations = {f"a{n}": _at(port, "a", **one) for n in range(3)} | {f"b{n}": _at(port, "B") for n in range(3)}
    plans = _plan(_task(stations))["plans"]
    assert [p["school"] for p in plans] == ["A", "B"]
    assert [len(p["rings"][0]) for p in plans] == [2, 1]
    assert [p["release"] for p in plans] == ["2026.1.3", "2026.2.7"]
    assert [p["rules"]["max_fail"] for p in plans] == ["7", "10%"]
    # What a variable with keys does not say is as it is without it.
    assert [p["rules"]["max_unreachable"] for p in plans] == ["100%", "100%"]
    everybody = {f"{name}1": _at(port, name) for name in ("A", "B")}
    plans = _plan(_task(everybody, pronote_client_ring_max={"unreachable": "33%"}))["plans"]
    assert [p["rules"]["max_fail"] for p in plans] == ["10%", "10%"]
    assert [p["rules"]["max_unreachable"] for p in plans] == ["33%", "33%"]


def test_what_cannot_be_read_stops_its_school_only(port: int) -> None:
    stations = {
        "a": _at(port, "A", pronote_client_rings=["many"]),
        "b": _at(port, "B", pronote_client_rings=trust_as_template("{{ nowhere }}")),
        "c": _at(port, "C", pronote_client_release=trust_as_template("{{ nowhere }}")),
    }
    task = _task(stations)
    planned = _plan(task)
    problems = {p["school"]: p["problem"] for p in planned["plans"]}
    assert "the rings of A: 'many' is neither" in problems["A"]
    assert "pronote_client_rings cannot be read" in problems["B"]
    # Its stations say so themselves.
    assert problems["C"] == ""
    options: dict[str, Any] = {"index": 0, "results": "result", "store": "", "check": False}
    step = take_step(task, planned, **options)
    assert (step["go"], sorted(step["held"]), sorted(step["wrong"])) == (["c"], ["a", "b"], ["a", "b"])


@pytest.mark.parametrize(
    ("entry", "unproven"),
    [
        ({"x64": {"digest": "d", "response_release": "2026.1.3"}}, "2026.1.3"),
        ({"x64": {"digest": "d", "response_release": "2026.2.7"}}, ""),
        ({"x64": {"digest": "d"}}, ""),
        ("nonsense", ""),
    ],
)
def test_the_lock_file_says_what_is_unproven(port: int, entry: Any, unproven: str) -> None:
    stations = {f"a{n}": _at(port) for n in range(4)}
    task = _task(stations, pronote_client_rings=["100%"])
    # The role's default takes them from pronote_releases, or from the key of another product.
    (plan,) = _plan(task, defaults={"__pronote_client_releases": {"2026.2.7": entry}})["plans"]
    assert plan["rules"]["unproven"] == unproven
    assert len(plan["rings"][0]) == (1 if unproven else 4)


def test_the_first_station_has_a_turn_in_every_step_and_the_others_in_theirs(port: int) -> None:
    stations = {f"a{n}": _at(port, pronote_pilot=n == 2) for n in range(3)}
    turns = _plan(_task(stations))["turns"]
    assert {name: [turn["index"] for turn in mine] for name, mine in turns.items()} == {
        "a0": [0, 1],
        "a1": [1],
        "a2": [0],
    }


def _results(task: dict[str, Any], planned: dict[str, Any], **results: dict[str, Any]) -> None:
    for name, result in results.items():
        task["hostvars"][name]["result"] = {"ring_plan": planned["id"], **result}


def test_a_run_is_remembered_and_the_next_one_resumes(port: int, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    stations = {f"a{n}": _at(port) for n in range(4)}
    task = _task(stations)
    make_plan(PlayVariables(task, DEFAULTS, _templated), store=state, connect_timeout=2, check=True)
    assert not Path(state).exists()
    planned = _plan(task, store=state)
    last = len(planned["turns"]["a0"])
    options: dict[str, Any] = {"index": -1, "results": "result", "store": state, "check": False}
    _results(task, planned, a0={"action": "install"}, a1={"action": "none"}, a2={"failed": True, "job": {"started": 1}})
    check = take_step(task, planned, index=last - 1, results="result", store=state, check=True)
    assert check["held"] == {}
    end = take_step(task, planned, **options)
    assert "2 of 3" not in end["stopped"].get("A", "")
    assert "1 of 3 stations of ring 2 failed, more than 10%: a2" in end["stopped"]["A"]
    with Store(Path(state)) as store:
        (row,) = read_progress(store).values()
    assert (row.school, row.release, row.done, row.ring) == ("A", "2026.2.7", 1, 1)
    again = _plan(_task(stations), store=state)
    assert again["plans"][0]["passed"] == 1
    assert "A: the last run on 2026.2.7 stopped: 1 of 3" in again["warnings"][0]


def _remember(path: Path, **stations: dict[str, Any]) -> str:
    """A store in which these stations were left so: ``jobs`` of ours, what is ``there``, ``failed`` last time."""
    with Store(path) as store, store.write() as db:
        for name, each in stations.items():
            run(db, "insert into station (name, school) values (:n, :s)", n=name, s=each.get("school", "a"))
            for release in each.get("there", ()):
                run(db, "insert into installed values (:n, 'pronote_client', 1, :r, 'x64', 'ok')", n=name, r=release)
            for verb, release, result, code in each.get("jobs", ()):
                run(
                    db,
                    "insert into attempt (station, product, verb, job, release, begun, result, code, controller)"
                    " values (:n, 'pronote_client', :v, 'j', :r, '2026-01-01T00:00:00Z', :result, :code, 'c')",
                    **{"n": name, "v": verb, "r": release, "result": result, "code": code},
                )
            if "failed" in each:
                run(
                    db,
                    "insert into standing (station, product, wanted, found, outcome, failures)"
                    " values (:n, 'pronote_client', :wanted, 'late', 'failed', :failures)",
                    **{"n": name, "wanted": each["failed"], "failures": each.get("failures", 1)},
                )
            if each.get("frozen"):
                run(db, "insert into unconfirmed values (:n, 'pronote_client', '2026.2.7', 'b', 'UWF')", n=name)
    return str(path)


_OURS = {"there": ["2026.2.7"], "jobs": [("install", "2026.2.7", "done", 0)]}


@pytest.mark.parametrize(
    ("elsewhere", "passed"),
    [
        (_OURS, 1),
        # By somebody's hand, of another school, another release, another verb, failed, gone again, or not confirmed.
        ({**_OURS, "jobs": []}, 0),
        ({**_OURS, "school": "B"}, 0),
        ({"there": ["2026.2.7"], "jobs": [("install", "2026.1.3", "done", 0)]}, 0),
        ({"there": ["2026.2.7"], "jobs": [("stage", "2026.2.7", "done", 0)]}, 0),
        ({"there": ["2026.2.7"], "jobs": [("install", "2026.2.7", "failed", -1)]}, 0),
        ({**_OURS, "there": ["2026.1.3"]}, 0),
        ({**_OURS, "frozen": True}, 0),
    ],
)
def test_a_station_that_a_job_of_ours_has_brought_is_proof_outside_the_limit_too(
    port: int, tmp_path: Path, elsewhere: dict[str, Any], passed: int
) -> None:
    store = _remember(tmp_path / "state", elsewhere=elsewhere)
    (plan,) = _plan(_task({f"a{n}": _at(port) for n in range(3)}), store=store)["plans"]
    assert plan["passed"] == passed


@pytest.mark.parametrize(
    ("last", "more", "pilot"),
    [
        ({"failed": "2026.2.7"}, {}, "a1"),
        # The evening's fault, or of an earlier release.
        ({"failed": "2026.2.7", "failures": 0}, {}, "a0"),
        ({"failed": "2026.1.3"}, {}, "a0"),
        # Answers of another release: one station is enough to show that they do not fit.
        (
            {"failed": "2026.2.7", "jobs": [("install", "2026.2.7", "failed", -12)]},
            {"pronote_client_unproven": "2026.1.3"},
            "a0",
        ),
        ({"failed": "2026.2.7", "jobs": [("install", "2026.2.7", "failed", -12)]}, {}, "a1"),
        ({"there": ["2026.2.7"]}, {}, "a1"),
    ],
)
def test_a_pilot_has_work_to_do_and_did_not_fail_for_its_own_reason(
    port: int, tmp_path: Path, last: dict[str, Any], more: dict[str, Any], pilot: str
) -> None:
    store = _remember(tmp_path / "state", a0=last)
    (plan,) = _plan(_task({f"a{n}": _at(port) for n in range(3)}, **more), store=store)["plans"]
    assert plan["rings"][0] == [pilot]


def test_without_a_store_or_with_a_broken_one_rings_begin_with_the_pilots(port: int, tmp_path: Path) -> None:
    broken = tmp_path / "state"
    broken.write_bytes(b"this is no database, whatever SQLite thinks of it" * 100)
    stations = {f"a{n}": _at(port) for n in range(4)}
    planned = _plan(_task(stations), store=str(broken))
    assert planned["plans"][0]["passed"] == 0
    assert "Rings begin with the pilots" in planned["warnings"][0]
    task = _task(stations)
    _results(task, planned, a0={"action": "none"})
    step = take_step(task, planned, index=4, results="result", store=str(broken), check=False)
    assert step["go"] == ["a1", "a2", "a3"]
    assert "The next run begins with the pilots again" in step["warnings"][0]


def test_results_of_an_earlier_play_count_for_nothing(port: int) -> None:
    stations = {f"a{n}": _at(port) for n in range(2)}
    task = _task(stations)
    planned = _plan(task)
    _results(task, {"id": "another"}, a0={"failed": True, "job": {"started": 1}}, a1={"action": "none"})
    options: dict[str, Any] = {"index": 0, "results": "result", "store": "", "check": False}
    assert take_step(task, planned, **options)["go"] == ["a0"]
    end = take_step(task, planned, index=-1, results="result", store="", check=False)
    assert end["stopped"]["A"].startswith("no pilot proved the release: none was tried. Have one of a0 on and free,")
    # A station that has left the play was failed by something, mark or not.
    task["ansible_play_batch"] = ["a1"]
    end = take_step(task, planned, index=-1, results="result", store="", check=False)
    assert "1 of 1 pilots failed: a0" in end["stopped"]["A"]


def test_what_an_earlier_version_published_is_named_once(port: int) -> None:
    """Not for each station, nor for each school: the warning is the run's."""
    published = {
        "2026.2.7": {"x64": {"digest": "a" * 64}, "x86": {"digest": "b" * 64, "script": {"version": SCRIPT_VERSION}}},
        "2025.2.9": {"x64": {"digest": "c" * 64}},
    }
    stations = {f"{uai}{number}": _at(port, uai) for uai in "AB" for number in range(3)}
    assert _plan(_task(stations, __pronote_client_releases=published))["old_scripts"] == [
        "2025.2.9 x64",
        "2026.2.7 x64",
    ]
    assert _plan(_task(stations))["old_scripts"] == []


_NO_UPDATE = {"2026.2.7": {"x64": {"technology": "installscript", "files": {"response.iss": "b" * 64}}}}
_UPDATE = {"2026.2.7": {"x64": {"technology": "installscript", "files": {"update.iss": "c" * 64}}}}


def _seen(path: Path, **stations: str) -> str:
    """A store that has seen these releases on these stations."""
    with Store(path) as store, store.write() as db:
        for name, release in stations.items():
            run(db, "insert into station (name) values (:n)", n=name)
            run(db, "insert into installed values (:n, 'pronote_client', 1, :r, 'x64', 'ok')", n=name, r=release)
    return str(path)


@pytest.mark.parametrize(
    ("seen", "releases", "more", "alone"),
    [
        ({"a2": "2026.1.9"}, _NO_UPDATE, {}, True),
        ({"a2": "2026.1.9"}, _UPDATE, {}, False),
        ({"a2": "2026.1.9"}, _NO_UPDATE, {"pronote_client_update": "reinstall"}, False),
        ({"a2": "2026.1.9"}, _NO_UPDATE, {"pronote_client_state": "absent"}, False),
        ({"a2": "2025.2.9"}, _NO_UPDATE, {}, False),
        ({"a2": "2026.2.7", "a3": "2026.3.1"}, _NO_UPDATE, {}, False),
        ({}, _NO_UPDATE, {}, False),
    ],
)
def test_answers_of_a_first_installation_go_over_an_earlier_release_on_one_pilot_first(  # noqa: PLR0917 (a table)
    port: int, tmp_path: Path, seen: dict[str, str], releases: Any, more: Any, alone: bool
) -> None:
    task = _task({f"a{n}": _at(port) for n in range(4)}, pronote_client_rings=["100%"], **more)
    defaults = {"__pronote_client_releases": releases}
    (plan,) = _plan(task, defaults=defaults, store=_seen(tmp_path / "state", **seen))["plans"]
    # The one that has an earlier release shows what the others do not.
    assert plan["rings"][0] == (["a2"] if alone else ["a0", "a1", "a2", "a3"])
    assert plan["rules"]["unproven"] == ("a first installation" if alone else "")


def test_a_school_is_not_read_from_a_station_with_a_fault(tmp_path: Path) -> None:
    """What it wants is read from another one, and it is the last to go."""
    lines = [
        _line("a", result={"failed": True, "kind": "configuration"}),
        _line("b", readable=False, result={"failed": True}),
        _line("c"),
        _line("d"),
    ]
    survey = tmp_path / "survey.jsonl"
    survey.write_text("".join(lines), encoding="utf-8")
    broken = trust_as_template("{{ nobody_said }}")
    wrong = {"pronote_client_rings": broken, "pronote_client_release": broken}
    task = _task({"a": {**_off(), **wrong}, "b": {**_off(), **wrong}, "c": _off(), "d": _off()})
    planned = make_plan(PlayVariables(task, DEFAULTS, _templated), store="", connect_timeout=0, survey=str(survey))
    (plan,) = planned["plans"]
    assert (plan["problem"], plan["rings"], plan["reserves"]) == ("", [["c"], ["d", "a", "b"]], ["d"])
