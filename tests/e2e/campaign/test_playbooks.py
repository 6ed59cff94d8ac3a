"""What a playbook adds to a fault: workers, the survey's own way to a station, sockets, and what the user is told.

Every fault at every step is tried in process (``test_every_step.py``, ``test_setups.py``). Here each request has one of
the kinds, each kind of step on the station all of its own, and each setup that goes wrong one of the three stations.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

from tests.e2e.campaign.conftest import CALM, CLOCK, as_in_a_school, explained, fired, judge, keep_count, quick
from tests.e2e.campaign.setups import BEFORE, RELEASES, Trouble, troubles
from tests.e2e.campaign.steps import REQUEST, STATION
from tests.e2e.conftest import ACCOUNT, StartSchool

pytestmark = pytest.mark.faults

# A survey asks so often, and the turn after it as often until it looks at its job; test_surveys.py has the other kinds.
_SURVEY, _LAST = 8, 30
_ONLY_HERE = ("access_denied", "quota_operations")
_OWN = {
    "Start": r"^Start .*\\setup\.exe\" ",
    "Write": r"^Write .*-install\\setup\.exe$",
    "Fetch": r"^Fetch setup\.exe$",
}
_PATIENCE = 30


def _requests() -> Iterator[Trouble]:
    met = [(number, effect) for number in range(1, _SURVEY + 1) for effect in _ONLY_HERE]
    met += zip(range(_SURVEY + 1, _LAST + 1), cycle(REQUEST))
    for number, effect in met:
        rule = {"effect": effect, "match": "", "nth": number}
        yield Trouble(f"request-{number:02}-{effect}".replace("_", "-"), [], None, [rule])


def _own_steps() -> Iterator[Trouble]:
    for kind, effects in STATION.items():
        for effect in (*effects, *(["quarantine"] if kind == "Write" else [])):
            rule: dict[str, Any] = {"effect": effect, "match": _OWN[kind], "seconds": 400 * 24 * 3600.0}
            yield Trouble(f"{kind}-{effect}".lower().replace("_", "-"), [], None, [rule])


def _setups() -> Iterator[Trouble]:
    """Each of them once, on one kind of station after the other."""
    of_each = zip(*(list(troubles(before)) for before in BEFORE), strict=False)
    for number, same in enumerate(of_each):
        yield same[number % len(same)]


@pytest.mark.timeout(900)
def test_faults_in_playbooks(start_school: StartSchool) -> None:
    mine = [*_requests(), *_own_steps(), *_setups()]
    names = [trouble.name for trouble in mine]
    school = start_school(as_in_a_school((one.name, one.station) for one in mine), clock=CLOCK, releases=RELEASES)
    older = ("-e", "pronote_client_remove_older=true")
    # What hangs is not followed for an hour.
    with_faults = school.play("deploy", *quick(job=_PATIENCE, poll=1.0), *older)
    assert set(with_faults.of("client")) == set(names), "a station is not in the run"
    assert explained(with_faults) == []
    broken = fired(school)
    school.lab.heal()
    for trouble in mine:
        if trouble.hangs:
            for power in ("off", "on"):
                school.lab.power(trouble.name, power)
    without = school.play("deploy", *CALM, *older)
    lost = judge(school, without, names)
    keep_count("playbooks", injected=len(broken), lost=lost)
    assert lost == {}
    assert ACCOUNT["password"] not in with_faults.output + without.output
    # How often a job is looked at hangs on how busy the machine is: the last request may not have come.
    assert set(names) - set(broken) <= {name for name in names if name.startswith(f"request-{_LAST}")}
