"""The doctor's page as people meet it: readable in both lights, on a telephone and for who does not see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.checks import OUTCOMES, Finding, Place
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.examine import Examined, RoomLook
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.made import make
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fitness import NO_SPACE
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.checks import keep_picture, violations
from tests.browser.conftest import Open, Report


@pytest.fixture
def doctor(tmp_path: Path) -> Report:
    """Two schools, with all that a check can come to."""
    findings, rooms = [], []
    for school in ("0310001A", "0310002B"):
        place = Place(school=school, school_name=f"Lycée {school}", room="Salle 101", station=f"{school}-s101-01")
        fact = NO_SPACE.fact.given(free=5, drive="C:", needed=1024)
        findings += [
            Finding(place=place, check=check, outcome=outcome, fact=fact, remedy=NO_SPACE.remedy)
            for check in ("space", "depot")
            for outcome in OUTCOMES
        ]
        findings.append(Finding(place=place, check="clock", outcome="holds"))
        rooms.append(RoomLook(place=place, stations=24, asked=[place.station], off=[]))
    made = make(
        Examined(findings=findings, rooms=rooms, dark=False),
        path=None,
        html=str(tmp_path / "doctor.html"),
        fail_on=[],
        words=catalogue("fr"),
        check=False,
        command=str,
        width=120,
        color=False,
    )
    return Report(data=made.result, html=tmp_path / "doctor.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read(doctor: Report, open_report: Open, scheme: str) -> None:
    opened = open_report(doctor, color_scheme=scheme, bypass_csp=True)
    assert violations(opened.page) == []
    keep_picture(opened.page, f"doctor-{scheme}", whole=True)


def test_nothing_is_wider_than_a_telephone(doctor: Report, open_report: Open) -> None:
    page = open_report(doctor, width=360, height=740).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep_picture(page, "doctor-telephone", whole=True)


def test_what_does_not_hold_comes_before_what_could_not_be_looked_at(doctor: Report, open_report: Open) -> None:
    page = open_report(doctor).page
    kinds = page.eval_on_selector_all("section:first-of-type table", "all => all.map(e => e.dataset.kind)")
    assert kinds == ["fails", "unknown", "notes"]
