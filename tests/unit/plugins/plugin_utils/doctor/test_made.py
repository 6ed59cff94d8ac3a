"""What people and programs get of an examination, whatever stations and inventories say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.checks import CHECKS, OUTCOMES, Finding, Place
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.examine import Examined, RoomLook
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.made import Made, make, of_room, valid_verdicts
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fitness import NO_SPACE
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.collection import ROOT

_SCHEMA = json.loads((ROOT / "docs/doctor.schema.json").read_text(encoding="utf-8"))
_ROOM = Place(school="0310001A", school_name="Lycée", room="101")
_EVIL = "<script>alert(1)</script>\x1b[31m\u202egpj\n[bold]"


def _at(station: str) -> Place:
    return Place(school=_ROOM.school, school_name=_ROOM.school_name, room=_ROOM.room, station=station)


def _examined(*findings: Finding, dark: bool = False, school: Place = _ROOM) -> Examined:
    return Examined(
        findings=list(findings), rooms=[RoomLook(place=school, stations=3, asked=["a", "b"], off=["c"])], dark=dark
    )


def _command(name: str) -> str:
    return f"ansible-playbook {name}.yml"


def _made(examined: Examined, tmp_path: Path, *, language: str = "en", check: bool = False, **more: Any) -> Made:
    given: dict[str, Any] = {"fail_on": ["not_sound"], "width": 160, "color": False, "command": _command, **more}
    path, html = str(tmp_path / "doctor.json"), str(tmp_path / "doctor.html")
    return make(examined, path=path, html=html, **given, words=catalogue(language), check=check)


def _full(station: str, free: int = 5) -> Finding:
    fact = NO_SPACE.fact.given(free=free, drive="C:", needed=1024)
    return Finding(place=_at(station), check="space", outcome="fails", fact=fact, remedy=NO_SPACE.remedy)


def test_what_is_the_same_at_several_stations_is_one_row(tmp_path: Path) -> None:
    sound = Finding(place=_at("a"), check="clock", outcome="holds")
    made = _made(_examined(_full("a"), _full("b"), _full("c", free=6), sound), tmp_path)
    report = json.loads((tmp_path / "doctor.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(report)
    assert report["counts"] == {"holds": 1, "fails": 2, "unknown": 0}
    rows = report["schools"][0]["checks"]
    assert [[each["station"] for each in row["stations"]] for row in rows] == [["a", "b"], ["c"], ["a"]]
    assert rows[0]["fact_fr"] == "5 Mio libres sur C:, 1024 Mio nécessaires"
    assert "✓ Holds: the clock" in made.table
    assert "a, b" in made.table
    assert "101 (3 stations), asked: a, b; not reached: c" in made.table
    assert made.error == "Something does not hold."


def test_the_outermost_that_does_not_hold_comes_first(tmp_path: Path) -> None:
    """In the order of the checks, and those that could not be looked at after all that do not hold."""
    findings = [
        Finding(place=_at("a"), check=check, outcome=outcome, fact=check)
        for outcome in reversed(OUTCOMES)
        for check in reversed(list(CHECKS))
    ]
    report = _made(_examined(*findings), tmp_path).result["schools"][0]["checks"]
    assert [(row["outcome"], row["check"]) for row in report] == [
        (outcome, check) for outcome in ("fails", "unknown", "holds") for check in CHECKS
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_stations_say_is_shown_as_it_is(tmp_path: Path, language: str) -> None:
    evil = Place(school=_EVIL, school_name=_EVIL, room=_EVIL, station=_EVIL)
    findings = [
        Finding(place=evil, check="depot", outcome=outcome, fact=Message("{url}", url=_EVIL * 200), remedy=_EVIL)
        for outcome in OUTCOMES
    ]
    made = _made(_examined(*findings, school=evil), tmp_path, language=language)
    page = (tmp_path / "doctor.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    report = (tmp_path / "doctor.json").read_text(encoding="utf-8")
    facts = [row["fact"] for school in json.loads(report)["schools"] for row in school["checks"]]
    assert [len(fact) for fact in facts] == [600] * 3
    for text in (made.table, page, report.replace("\\u001b", "\x1b")):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert len(page) < 60_000


def test_a_check_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    made = _made(_examined(_full("a")), tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []
    assert made.result["verdict"] == "not_sound"
    assert "html" not in made.result


@pytest.mark.parametrize(
    ("fail_on", "dark", "fails"),
    [([], True, False), (["incomplete"], True, True), (["incomplete"], False, False), (["not_sound"], True, False)],
)
def test_what_is_an_error(tmp_path: Path, fail_on: list[str], dark: bool, fails: bool) -> None:
    sound = Finding(place=_at("a"), check="clock", outcome="holds")
    assert bool(_made(_examined(sound, dark=dark), tmp_path, fail_on=fail_on).error) is fails


def test_options() -> None:
    assert [of_room("1"), of_room("24"), of_room("all")] == [1, 24, 0]
    for wrong in ("0", "-1", "", "two", "1.5", "²", "9" * 30):
        with pytest.raises(ValueError, match="a number from 1, or all"):
            of_room(wrong)
    with pytest.raises(ValueError, match="'soundly': the verdicts are sound, not_sound, incomplete"):
        valid_verdicts(["soundly"])


def test_a_school_is_one_whatever_some_of_its_stations_call_it(tmp_path: Path) -> None:
    """And those of whom nobody knows the school come last."""
    nameless = Finding(place=Place(school=_ROOM.school, station="b"), check="clock", outcome="holds")
    nobody = Finding(place=Place(school="", station="x"), check="inventory", outcome="fails", fact="a fact")
    made = _made(_examined(nobody, nameless, _full("a")), tmp_path)
    schools = made.result["schools"]
    assert [(each["school"], each["school_name"]) for each in schools] == [("0310001A", "Lycée"), ("", "")]
    assert [len(each["rooms"]) for each in schools] == [1, 0]
    assert made.table.index("0310001A Lycée") < made.table.index("no school")
