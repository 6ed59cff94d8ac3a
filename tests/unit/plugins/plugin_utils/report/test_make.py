"""The making of an audit's reports, without Ansible around it."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.report import make as _module
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.make import (
    ReportResult,
    commands,
    inventory_of,
    make,
    records_of,
    stations_of,
    to_audit,
    unread_of,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import engines as _engines
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from lxml import html

from tests.browser.sample import record

_ARGUMENTS: dict[str, Any] = {
    **dict.fromkeys(["outcome", "board"]),
    "product": "pronote_client",
    "words": catalogue("fr"),
    "fail_on": [],
    "max_unreachable": 50,
    "max_unknown": 5,
    "keep_days": 180,
}


def _make(state: Path, *names: str, source: str = "/opt/schools", **arguments: Any) -> ReportResult:
    variables = {"ansible_inventory_sources": [source], "groups": {"all": list(names)}}
    return make(
        [record(name) for name in names],
        {**dict.fromkeys(["path", "csv", "html", "prometheus", "junit"]), **arguments.pop("paths", {})},
        **{**_ARGUMENTS, "store": str(state), **arguments},
        stations=arguments.get("awaited") or list(names),
        inventory=inventory_of(variables),
        commands=commands(variables),
        check=False,
    )


_PLACE = {"school": "0310001A", "school_name": "Lycée", "room": "CDI"}


@pytest.mark.parametrize(
    ("others", "verdict", "told"),
    [
        (["b"], "compliant", "1 poste de l'inventaire n'a jamais été relevé."),
        (["b", "c", "d"], "incomplete", "3 postes de l'inventaire n'ont jamais été relevés."),
    ],
)
def test_who_was_never_read_is_seen(tmp_path: Path, others: list[str], verdict: str, told: str) -> None:
    """On the page, in JSON, in metrics: a look at one right station says nothing of the others."""
    paths = {kind: str(tmp_path / kind) for kind in ("html", "path", "csv", "prometheus", "junit")}
    given: dict[str, Any] = {"paths": paths, "awaited": ["a", *others], "place": lambda _name: _PLACE}
    made = _make(tmp_path / "state", "a", **given)
    assert (made.outcome.verdict, made.verdict, made.unread) == ("compliant", verdict, len(others))
    data = json.loads((tmp_path / "path").read_text(encoding="utf-8"))
    assert data["verdict"] == verdict
    assert (data["counts"]["unread"], data["run"]["counts"]["unread"]) == (len(others), 0)
    rows = [row for row in data["stations"] if row["status"] == "unread"]
    assert [(row["station"], row["room"], row["at"], row["audited"]) for row in rows] == [
        (name, "CDI", None, False) for name in others
    ]
    page = html.fromstring((tmp_path / "html").read_bytes())
    text = " ".join("".join(map(str, page.itertext())).split())
    assert told in text
    assert f"1 poste sur {1 + len(others)} à jour" in text
    assert [shown for each in page.iter() if (shown := each.get("data-verdict"))] == [verdict]
    metrics = (tmp_path / "prometheus").read_text(encoding="utf-8")
    assert f'school="0310001A",status="unread"}} {len(others)}\n' in metrics
    assert metrics.count(f'audit_verdict{{product="pronote_client",verdict="{verdict}"}} 1') == 1
    # A scheduler shows what it ran.
    assert others[0] not in re.findall(r'name="(\w+)" time', (tmp_path / "junit").read_text(encoding="utf-8"))
    # Once they were read, nobody is left.
    after = _make(tmp_path / "state", "a", *others, **given)
    assert (after.verdict, after.unread) == ("compliant", 0)
    # And a look at one alone shows the others as last known.
    again = _make(tmp_path / "state", "a", **given)
    assert (again.verdict, again.unread) == ("compliant", 0)


def test_without_a_history_nobody_knows_who_was_never_read(tmp_path: Path) -> None:
    made = _make(tmp_path / "state", "a", store="", awaited=["a", "b"])
    assert (made.verdict, made.unread) == ("compliant", 0)


def test_only_a_play_about_the_group_awaits_it() -> None:
    variables: dict[str, Any] = {"groups": {"pronote_stations": ["a", "b"], "all": ["a", "b", "c"]}}
    assert to_audit({**variables, "ansible_play_hosts_all": ["a"]}, "pronote_client") == ["a", "b"]
    assert to_audit({**variables, "ansible_play_hosts_all": ["a", "c"]}, "pronote_client") == []
    assert to_audit({**variables, "ansible_play_hosts_all": ["a"]}, "edt_monoposte") == []


def _vanished(made: ReportResult) -> list[str]:
    assert made.changes is not None
    return [change["station"] for change in made.changes["vanished"]]


def test_a_station_vanishes_wherever_the_audits_were_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of reports are relative to where the admin is; the inventory is the same one from everywhere."""
    inventory = tmp_path / "inventories/schools"
    monkeypatch.chdir("/")
    _make(tmp_path / "state", "a", "b", source=str(inventory))
    monkeypatch.chdir(tmp_path)
    assert _vanished(_make(tmp_path / "state", "a", source=str(inventory))) == ["b"]


def test_a_station_of_another_inventory_has_not_vanished(tmp_path: Path) -> None:
    _make(tmp_path / "state", "a", "b")
    assert _vanished(_make(tmp_path / "state", "c", source="/opt/others")) == []


@pytest.mark.parametrize("days", [0, -1])
def test_an_audit_is_kept_for_a_day_at_least(tmp_path: Path, days: int) -> None:
    with pytest.raises(ValueError, match=f"keep_days is {days}, and must be at least 1"):
        _make(tmp_path / "state", "a", keep_days=days)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("product", "played", "expected"),
    [
        ("pronote_client", ["a"], ["a", "b"]),
        ("edt_monoposte", ["b"], ["b"]),
        # A play of the admin's own, on other groups.
        ("pronote_client", ["a", "retired"], ["a", "b", "retired", "depot"]),
        ("edt_monoposte", ["a"], ["a", "b", "retired", "depot"]),
    ],
)
def test_a_station_that_left_the_group_of_a_product_is_not_waited_for(
    product: str, played: list[str], expected: list[str]
) -> None:
    """Somebody else makes the timetable this year: his workstation would be late for ever in EDT's report."""
    groups = {"all": ["a", "b", "retired", "depot"], "pronote_stations": ["a", "b"], "pronote_edt_stations": ["b"]}
    assert stations_of({"groups": groups, "ansible_play_hosts_all": played}, product) == expected
    del groups["pronote_stations"], groups["pronote_edt_stations"]
    assert stations_of({"groups": groups, "ansible_play_hosts_all": played}, product) == groups["all"]


@pytest.mark.parametrize("how", ["foreign", "locked", "folder", "read-only"])
def test_a_store_that_fails_is_a_warning_and_the_reports_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The exit code is that of the stations: a sound audit ended with an error."""
    state = tmp_path / "state/pronote.sqlite3"
    monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.05)
    _make(state, "a")
    held = sqlite3.connect(state, isolation_level=None)
    if how == "locked":
        held.execute("begin immediate")
    else:
        held.close()
        state.unlink()
    if how == "foreign":
        state.write_text("liste des postes\n" * 200, encoding="utf-8")
    elif how == "folder":
        state.mkdir()
    elif how == "read-only":
        state = Path("/proc/pronote/pronote.sqlite3")
    page, data, told = tmp_path / "audit.html", tmp_path / "audit.json", tmp_path / "outcome.json"
    made = _make(state, "a", "b", paths={"html": str(page), "path": str(data)}, outcome=str(told))
    held.close()
    assert (made.error, made.changes, made.outcome.failed) == ("", None, False)
    (warning,) = made.warnings
    assert warning.startswith(f"the store {state}: ")
    assert warning.endswith("This audit is not in the history, nor is the history in its reports.")
    assert json.loads(data.read_text(encoding="utf-8"))["history_problem"] == warning
    assert "L&#39;historique n&#39;a pas pu être utilisé" in page.read_text(encoding="utf-8")
    assert "donnez un fichier à pronote_state" not in page.read_text(encoding="utf-8")
    assert json.loads(told.read_text(encoding="utf-8"))["error"] == ""


@pytest.mark.parametrize(
    ("language", "gap", "error"),
    [("fr", "aucun poste n'a été audité", "non écrits"), ("en", "no station was audited", "not written")],
)
def test_what_the_command_prints_is_in_the_readers_language(
    tmp_path: Path, language: str, gap: str, error: str
) -> None:
    outcome = tmp_path / "outcome.json"
    _make(tmp_path / "state", paths={"csv": "/proc/x/y.csv"}, outcome=str(outcome), words=catalogue(language))
    told = json.loads(outcome.read_text(encoding="utf-8"))
    assert (told["language"], told["verdict"], told["gaps"]) == (language, "incomplete", [gap])
    assert error in told["error"]


def _registered(batch: list[str], **registered: dict[str, Any]) -> dict[str, Any]:
    hostvars = {name: {"pronote_uai": "0310001A", "seen": value} for name, value in registered.items()}
    return {"ansible_play_hosts_all": list(registered), "ansible_play_batch": batch, "hostvars": hostvars}


def test_records_are_those_of_each_station_or_of_the_survey_of_its_batch(tmp_path: Path) -> None:
    told: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "first": [("b", {"record": record("b")}), ("a", {"record": record("a")})],
        "second": [("d", {"failed": True, "msg": "uai: nothing"})],
    }
    for name, lines in told.items():
        text = "".join(json.dumps({"station": station, "result": result}) + "\n" for station, result in lines)
        (tmp_path / name).write_text(text, encoding="utf-8")
    first, second = ({"survey": str(tmp_path / name)} for name in told)
    variables = _registered(
        ["d", "e"], a=first, b=first, c={"skipped": True}, d=second, e=second, f={"record": record("f")}
    )
    found = list(records_of(variables, "seen"))
    # In the play's order; who is not in the file of its batch was not read.
    assert [each["station"] for each in found] == ["a", "b", "d", "f"]
    assert found[2]["reason"] == "the audit's task failed: uai: nothing"


def test_a_file_is_read_once_for_all_whom_a_survey_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def results(path: str) -> list[tuple[str, dict[str, Any]]]:
        read.append(path)
        return [("c", {"record": {}})]

    monkeypatch.setattr(_module, "read_results", results)
    survey = {"survey": "/one"}
    assert len(list(records_of(_registered(["c"], a=survey, b=survey, c=survey), "seen"))) == 1
    assert read == ["/one"]


def test_what_a_survey_could_not_read_is_said_of_a_few_by_name() -> None:
    unread = {f"s{number}": "uai: nothing" for number in range(7)}
    said = unread_of(_registered(["s1"], s1={"unread": unread}), "seen")
    assert said.startswith("Stations that could not be audited: s0 (uai: nothing), s1 (uai: nothing)")
    assert "s4 (uai: nothing) and 2 more. A variable" in said
    assert "s5" not in said
    assert unread_of(_registered(["s1"], s1={"unread": {}}), "seen") == ""
    # A worker each: its own task has failed.
    assert unread_of(_registered(["s1"], s1={"failed": True}), "seen") == ""
    assert unread_of(_registered(["s1"], s1={}), "seen") == ""
