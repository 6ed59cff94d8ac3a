"""What schools want, who can be reached, and what is remembered: Ansible's variables in, a task's result out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.template import trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import SCRIPT_VERSION
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import Progress, read_progress, write_progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.play import (
    make_plan,
    take_step,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.wants import PlayVariables
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.unit import plays


def test_pilots_are_those_that_answer(port: int) -> None:
    stations = {f"off{n}": plays.off() for n in range(20)} | {f"on{n}": plays.at(port) for n in range(3)}
    (plan,) = plays.plan(plays.task(stations))["plans"]
    assert plan["rings"][0] == ["on0"]
    assert plan["reserves"] == ["on1", "on2"]
    assert plan["release"] == "2026.2.7"


def test_each_batch_of_a_play_has_rings_of_its_own(port: int) -> None:
    """With `serial`: the pilots of the batch before have no result in this one's plan, so nobody waits for them."""
    planned = plays.plan(plays.task({f"s{n}": plays.at(port) for n in range(4)}, ansible_play_batch=["s2", "s3"]))
    assert planned["plans"][0]["rings"] == [["s2"], ["s3"]]
    assert set(planned["turns"]) == {"s2", "s3"}


def test_only_stations_with_a_turn_are_planned_by_what_was_found(tmp_path: Path) -> None:
    lines = {
        "right": plays.line("right", turn=False),
        "unread": plays.line("unread", "", readable=False, result={"failed": True}),
        "off": plays.line("off", result={"unreachable": True, "msg": "off"}),
        "in-use": plays.line("in-use", result={"changed": False, "action": "skip"}),
        "on": plays.line("on"),
        "older": plays.line("older", " b ", older=True),
        "other": plays.line("other", "B"),
    }
    survey = tmp_path / "survey.jsonl"
    survey.write_text("".join(lines.values()), encoding="utf-8")
    # Nobody listens anywhere: who answered is known.
    stations = {name: plays.off() for name in lines} | {"unread": plays.at(1, "A")}
    task = plays.task(stations)
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store="", connect_timeout=0, survey=str(survey)
    )
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
    survey.write_text("".join(plays.line(name, turn=name == "b") for name in "abcd"), encoding="utf-8")
    task = plays.task({name: plays.off() for name in "abcd"})
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store="", connect_timeout=0, survey=str(survey)
    )
    assert {name: len(steps) for name, steps in planned["turns"].items()} == {"b": 1, "d": 0}


def test_with_nothing_to_do_there_is_nobody_in_a_ring(tmp_path: Path) -> None:
    survey = tmp_path / "survey.jsonl"
    survey.write_text(plays.line("a", turn=False) + plays.line("b", turn=False), encoding="utf-8")
    task = plays.task({"a": plays.off(), "b": plays.off()})
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store="", connect_timeout=0, survey=str(survey)
    )
    assert (planned["plans"], planned["turns"], planned["at"]) == ([], {"a": [], "b": []}, {})


def test_what_was_brought_yesterday_counts_though_it_is_in_no_ring_today(tmp_path: Path) -> None:
    store = str(tmp_path / "state.sqlite3")
    with Store(Path(store)) as kept:
        write_progress(kept, [Progress(school="A", release="2026.2.7", done=4, ring=2)])
    survey = tmp_path / "survey.jsonl"
    survey.write_text(plays.line("a") + plays.line("b"), encoding="utf-8")
    task = plays.task({"a": plays.off(), "b": plays.off()})
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store=store, connect_timeout=0, survey=str(survey)
    )
    (plan,) = planned["plans"]
    assert (plan["rings"], plan["passed"]) == ([[], ["a", "b"]], 1)
    result = {"action": "install", "changed": True, "ring_plan": planned["id"]}
    task["hostvars"]["a"]["result"] = result
    take_step(task, planned, index=-1, results="result", store=store, check=False)
    with Store(Path(store)) as kept:
        assert read_progress(kept)["A", "2026.2.7"].done == 5


def test_the_release_of_the_server_is_kept_for_the_run(port: int) -> None:
    stations = {
        "a": plays.at(port),
        "held": plays.at(port, pronote_client_release="2026.1.3"),
        "b": plays.at(port, "B"),
    }
    assert plays.plan(plays.task(stations))["releases"] == {"a": "2026.2.7", "b": "2026.2.7"}
    pinned = {"held": stations["held"], "a": stations["a"]}
    assert plays.plan(plays.task(pinned))["releases"] == {"a": ""}


def test_names_and_ports_that_are_none_are_off(port: int) -> None:
    bad = [
        {"ansible_host": "x" * 300},
        {"ansible_host": "nom.invalid"},
        {"ansible_port": "99999999"},
        {"ansible_host": "é\0"},
    ]
    stations = {f"bad{n}": plays.at(port, **more) for n, more in enumerate(bad)} | {"on": plays.at(port)}
    (plan,) = plays.plan(plays.task(stations))["plans"]
    assert plan["rings"][0] == ["on"]


def test_each_school_has_its_own_variables(port: int) -> None:
    """The first school's own values must not become the second's, the play's variables are everybody's."""
    one = {"pronote_client_rings": [2, "100%"], "minor": "1.3", "pronote_client_ring_max": {"failed": 7}}
    stations = {f"a{n}": plays.at(port, "a", **one) for n in range(3)} | {
        f"b{n}": plays.at(port, "B") for n in range(3)
    }
    plans = plays.plan(plays.task(stations))["plans"]
    assert [p["school"] for p in plans] == ["A", "B"]
    assert [len(p["rings"][0]) for p in plans] == [2, 1]
    assert [p["release"] for p in plans] == ["2026.1.3", "2026.2.7"]
    assert [p["rules"]["max_fail"] for p in plans] == ["7", "10%"]
    # What a variable with keys does not say is as it is without it.
    assert [p["rules"]["max_unreachable"] for p in plans] == ["100%", "100%"]
    everybody = {f"{name}1": plays.at(port, name) for name in ("A", "B")}
    plans = plays.plan(plays.task(everybody, pronote_client_ring_max={"unreachable": "33%"}))["plans"]
    assert [p["rules"]["max_fail"] for p in plans] == ["10%", "10%"]
    assert [p["rules"]["max_unreachable"] for p in plans] == ["33%", "33%"]
    # Nor what it says with null, as YAML reads a key whose value is commented out, or the whole of them.
    for nothing in (None, {"failed": None, "unreachable": "33%"}):
        (plan,) = plays.plan(plays.task({"a": plays.at(port, "A", pronote_client_ring_max=nothing)}))["plans"]
        assert (plan["problem"], plan["rules"]["max_fail"]) == ("", "10%")


def test_what_cannot_be_read_stops_its_school_only(port: int) -> None:
    stations = {
        "a": plays.at(port, "A", pronote_client_rings=["many"]),
        "b": plays.at(port, "B", pronote_client_rings=trust_as_template("{{ nowhere }}")),
        "c": plays.at(port, "C", pronote_client_release=trust_as_template("{{ nowhere }}")),
        "d": plays.at(port, "D", pronote_client_ring_max="failed=3"),
    }
    task = plays.task(stations)
    planned = plays.plan(task)
    problems = {p["school"]: p["problem"] for p in planned["plans"]}
    assert "the rings of A: 'many' is neither" in problems["A"]
    assert "pronote_client_rings cannot be read" in problems["B"]
    assert "pronote_client_ring_max is 'failed=3', and has the keys" in problems["D"]
    # Its stations say so themselves.
    assert problems["C"] == ""
    options: dict[str, Any] = {"index": 0, "results": "result", "store": "", "check": False}
    step = take_step(task, planned, **options)
    assert (step["go"], sorted(step["held"]), sorted(step["wrong"])) == (["c"], ["a", "b", "d"], ["a", "b", "d"])


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
    stations = {f"a{n}": plays.at(port) for n in range(4)}
    task = plays.task(stations, pronote_client_rings=["100%"])
    # The role's default takes them from pronote_releases, or from the key of another product.
    (plan,) = plays.plan(task, defaults={"__pronote_client_releases": {"2026.2.7": entry}})["plans"]
    assert plan["rules"]["unproven"] == unproven
    assert len(plan["rings"][0]) == (1 if unproven else 4)


def test_the_first_station_has_a_turn_in_every_step_and_the_others_in_theirs(port: int) -> None:
    stations = {f"a{n}": plays.at(port, pronote_pilot=n == 2) for n in range(3)}
    turns = plays.plan(plays.task(stations))["turns"]
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
    stations = {f"a{n}": plays.at(port) for n in range(4)}
    task = plays.task(stations)
    make_plan(PlayVariables(task, plays.DEFAULTS, plays.templated), store=state, connect_timeout=2, check=True)
    assert not Path(state).exists()
    planned = plays.plan(task, store=state)
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
    again = plays.plan(plays.task(stations), store=state)
    assert again["plans"][0]["passed"] == 1
    assert "A: the last run on 2026.2.7 stopped: 1 of 3" in again["warnings"][0]


def test_without_a_store_or_with_a_broken_one_rings_begin_with_the_pilots(port: int, tmp_path: Path) -> None:
    broken = tmp_path / "state"
    broken.write_bytes(b"this is no database, whatever SQLite thinks of it" * 100)
    stations = {f"a{n}": plays.at(port) for n in range(4)}
    planned = plays.plan(plays.task(stations), store=str(broken))
    assert planned["plans"][0]["passed"] == 0
    assert "Rings begin with the pilots" in planned["warnings"][0]
    task = plays.task(stations)
    _results(task, planned, a0={"action": "none"})
    step = take_step(task, planned, index=4, results="result", store=str(broken), check=False)
    assert step["go"] == ["a1", "a2", "a3"]
    assert "The next run begins with the pilots again" in step["warnings"][0]


def test_results_of_an_earlier_play_count_for_nothing(port: int) -> None:
    stations = {f"a{n}": plays.at(port) for n in range(2)}
    task = plays.task(stations)
    planned = plays.plan(task)
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
    stations = {f"{uai}{number}": plays.at(port, uai) for uai in "AB" for number in range(3)}
    assert plays.plan(plays.task(stations, __pronote_client_releases=published))["old_scripts"] == [
        "2025.2.9 x64",
        "2026.2.7 x64",
    ]
    assert plays.plan(plays.task(stations))["old_scripts"] == []


def test_a_school_is_not_read_from_a_station_with_a_fault(tmp_path: Path) -> None:
    """What it wants is read from another one, and it is the last to go."""
    lines = [
        plays.line("a", result={"failed": True, "kind": "configuration"}),
        plays.line("b", readable=False, result={"failed": True}),
        plays.line("c"),
        plays.line("d"),
    ]
    survey = tmp_path / "survey.jsonl"
    survey.write_text("".join(lines), encoding="utf-8")
    broken = trust_as_template("{{ nobody_said }}")
    wrong = {"pronote_client_rings": broken, "pronote_client_release": broken}
    task = plays.task(
        {"a": {**plays.off(), **wrong}, "b": {**plays.off(), **wrong}, "c": plays.off(), "d": plays.off()}
    )
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store="", connect_timeout=0, survey=str(survey)
    )
    (plan,) = planned["plans"]
    assert (plan["problem"], plan["rings"], plan["reserves"]) == ("", [["c"], ["d", "a", "b"]], ["d"])
