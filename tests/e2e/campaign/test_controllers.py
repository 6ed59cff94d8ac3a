"""The controller killed, and a second administrator at work, while every station is at another step."""

from __future__ import annotations

import pytest

from tests.e2e.campaign.conftest import CALM, CLOCK, QUICK, as_in_a_school, explained, fired, judge, keep_count, starts
from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import kill_controller, start_deploy, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

# One station for each of the first requests of a deployment; a run has about thirty, the looks at the job come last.
_REQUESTS = 28
# Each station in its own time: all of them wait for a survey, which is cut in test_surveys.py.
_BY_WORKERS = ("-e", "pronote_survey_parallel=0")


def _held(start_school: StartSchool) -> tuple[School, list[str]]:
    """Stations that each answer one request less than the next, then nothing."""
    names = [f"tenu-{number:02}" for number in range(1, _REQUESTS + 1)]
    held = [{"faults": [{"effect": "hold", "match": "", "nth": number}]} for number in range(1, _REQUESTS + 1)]
    return start_school(as_in_a_school(zip(names, held, strict=True)), clock=CLOCK), names


def test_the_controller_is_killed_at_every_request(start_school: StartSchool) -> None:
    school, names = _held(start_school)
    process = start_deploy(school, "killed", "-f", "50", *_BY_WORKERS)
    until(lambda: len(fired(school)) == len(names) or process.poll() is not None, seconds=200)
    held = fired(school)
    kill_controller(process)
    school.lab.heal()
    lost = judge(school, school.play("deploy", *CALM), names)
    # What the killed run had started was followed, not started again.
    lost |= {name: f"{number} starts of the installer" for name, number in starts(school).items() if number > 1}
    keep_count("killed-controller", injected=len(held), lost=lost)
    assert lost == {}
    assert len(held) > 0.8 * len(names)


def test_a_second_administrator_comes_at_every_request(start_school: StartSchool) -> None:
    school, names = _held(start_school)
    # It waits for its answers as long as the second one takes.
    patience = ("-e", "ansible_winrm_read_timeout_sec=400", "-e", "ansible_winrm_operation_timeout_sec=390")
    first = start_deploy(school, "first", "-f", "50", *_BY_WORKERS, *patience)
    until(lambda: len(fired(school)) == len(names) or first.poll() is not None, seconds=200)
    held = fired(school)
    second = school.play("deploy", *QUICK)
    assert explained(second) == []
    school.lab.heal()
    assert first.wait(timeout=200) == 0, (school.work / "first.log").read_text(encoding="utf-8")[-4000:]
    lost = judge(school, school.play("deploy", *CALM), names)
    # Each of the two may have installed: one before the other had looked.
    lost |= {name: f"{number} starts of the installer" for name, number in starts(school).items() if number > 2}
    keep_count("second-administrator", injected=len(held), lost=lost)
    assert lost == {}
    assert len(held) > 0.8 * len(names)
