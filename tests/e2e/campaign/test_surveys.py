"""Surveys: cut at each of their requests, and the controller killed in the middle of one.

The others are read all the same, the one is told with a fact and a remedy, no shell stays open that could be given
back, and the next run is whole. A playbook that surveys has a row in ``SURVEYS``.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaign.conftest import fired, keep_count, store_of
from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.e2e.test_interrupted import processes_of, start_play, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class _Told:
    """What a run says of a station; ``kind`` is empty for one that was read."""

    kind: str
    fact: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class _Survey:
    """A playbook that surveys stations on which it has nothing to do. ``told``: what a run of it says, by station."""

    playbook: str
    arguments: tuple[str, ...] = ()
    told: Callable[[PlaybookRun], dict[str, _Told]]

    def of(self, school: School, *arguments: str) -> tuple[PlaybookRun, dict[str, _Told]]:
        run = school.play(self.playbook, *self.arguments, *arguments)
        return run, self.told(run)


def _audited(run: PlaybookRun) -> dict[str, _Told]:
    records = {name: result["record"] for name, result in run.of("audit").items()}
    return {name: _Told(r.get("kind", ""), r["reason"], r["remedy"]) for name, r in records.items()}


def _deployed(run: PlaybookRun) -> dict[str, _Told]:
    return {
        name: _Told(r.get("kind", ""), r.get("fact", ""), r.get("remedy", "")) for name, r in run.of("client").items()
    }


SURVEYS = [_Survey(playbook="audit", told=_audited), _Survey(playbook="deploy", told=_deployed)]

# The nine requests of a station, in order.
_REQUESTS: dict[str, dict[str, Any]] = {
    "create": {"match": "^Create"},
    "command": {"match": "^Command"},
    "receive": {"match": "^Receive"},
    "signal": {"match": "^Signal"},
    "command-again": {"match": "^Command", "nth": 2},
    "receive-again": {"match": "^Receive", "nth": 2},
    "file": {"match": "^Get CIM_DataFile"},
    "disk": {"match": "^Get Win32_LogicalDisk"},
    "delete": {"match": "^Delete"},
}
# Each, and the kind that it is told as.
_CUTS: dict[str, tuple[dict[str, Any], str]] = {
    "cut": ({"effect": "cut"}, "unreachable"),
    "lost": ({"effect": "cut_after"}, "unreachable"),
    "held": ({"effect": "hold"}, "unreachable"),
    "off": ({"effect": "power_off"}, "unreachable"),
    "restart": ({"effect": "reboot"}, "unreachable"),
    "error": ({"effect": "http_500"}, "fault"),
    "garbled": ({"effect": "garble"}, "fault"),
    "nonsense": ({"effect": "edit", "find": ".+", "replace": "nonsense"}, "fault"),
    "other": ({"effect": "hostile", "mode": "not_http"}, "fault"),
}
# The reading was whole by then, or what is lost of it is nothing but a slot of a shell that ends soon.
_READ_ALL_THE_SAME = {
    *(f"delete-{cut}" for cut in _CUTS),
    *("signal-error", "signal-nonsense", "signal-other"),
}
# Its number never came; or the station was asked to end it, and said nothing, or no.
_SHELL_LOST = {
    *("create-lost", "create-garbled", "create-nonsense", "create-other"),
    *("delete-held", "delete-error"),
}
# At a time: a shell is given back within two seconds or not at all, and a lab that is busy is not what is tried here.
_FEW = ("-e", "pronote_survey_parallel=16")
_HONEST = [f"honest-{number}" for number in range(1, 6)]
_RIGHT = [{"release": "2026.2.7"}]


def _waiting(seconds: int, *, transport: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Who says nothing is waited for so long."""
    return lambda _info: {
        "ansible_port": 5985,
        "ansible_winrm_transport": transport,
        "ansible_winrm_operation_timeout_sec": seconds - 2,
        "ansible_winrm_read_timeout_sec": seconds,
    }


def _stations(rules: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "clients": _RIGHT, "faults": faults, "boot_seconds": 20.0, "address": f"1.{number}"}
        for number, (name, faults) in enumerate(rules.items(), start=1)
    ]


@pytest.mark.parametrize("survey", SURVEYS, ids=lambda survey: survey.playbook)
def test_a_survey_is_cut_at_each_request_of_a_station(start_school: StartSchool, survey: _Survey) -> None:
    kinds = {f"{request}-{cut}": kind for request in _REQUESTS for cut, (_, kind) in _CUTS.items()}
    # Who takes the connection and then says nothing to the first request is there, whatever is wrong with him.
    kinds |= {name: "fault" for name, kind in kinds.items() if name.startswith("create-") and kind == "unreachable"}
    rules = {
        f"{request}-{cut}": [{**where, **effect}]
        for request, where in _REQUESTS.items()
        for cut, (effect, _) in _CUTS.items()
    }
    school = start_school(_stations(rules | {name: [] for name in _HONEST}), connection=_waiting(8, transport="ntlm"))
    run, told = survey.of(school, *_FEW)
    shells = school.lab.shells()
    broken = fired(school)
    school.lab.heal()

    assert set(broken) == set(kinds)
    assert set(told) == {*kinds, *_HONEST}
    right = {*_HONEST, *_READ_ALL_THE_SAME}
    assert {name: said.kind for name, said in told.items()} == {
        name: "" if name in right else kinds[name] for name in told
    }
    assert [name for name, said in told.items() if said.kind and not (said.fact and said.remedy)] == []
    assert {name for name, count in shells.items() if count} == _SHELL_LOST
    assert ACCOUNT["password"] not in run.output

    run, told = survey.of(school)
    lost = {name: said.fact for name, said in told.items() if said.kind} | store_of(school)
    keep_count(f"survey-{survey.playbook}", injected=len(broken), lost=lost)
    assert run.code == 0
    assert lost == {}
    assert school.lab.shells() == shells, "the run without faults has left a shell"


# So many stations for each request of a reading, held there; those after them wait for their turn.
_EACH = 4
_HELD = [request for request in _REQUESTS if request != "delete"]


@pytest.fixture(scope="module")
def many(start_school: StartSchool) -> School:
    """Stations that are read, in front; then those that will be held, and those whose turn never comes."""
    held = [f"held-{request}-{number}" for number in range(_EACH) for request in _HELD]
    waiting = [f"waiting-{number}" for number in range(10)]
    return start_school(
        _stations({name: [] for name in [*_HONEST, *held, *waiting]}),
        connection=_waiting(100, transport="basic"),
    )


@pytest.mark.parametrize("survey", SURVEYS, ids=lambda survey: survey.playbook)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_controller_of_a_survey_is_killed(many: School, survey: _Survey, number: signal.Signals) -> None:
    before = len(many.lab.journal())
    for name in (names := list(many.lab.shells())):
        if name.startswith("held-"):
            many.lab.faults(name, [{**_REQUESTS[name.removeprefix("held-")[:-2]], "effect": "hold"}])
    parallel = _EACH * len(_HELD)

    def held() -> set[str]:
        return {event["station"] for event in many.lab.journal(kind="fault", since=before)}

    log = f"{survey.playbook}-{number.name}"
    arguments = (*survey.arguments, "-e", f"pronote_survey_parallel={parallel}")
    process = start_play(many, survey.playbook, log, *arguments)
    until(lambda: len(held()) == parallel or process.poll() is not None)
    running = processes_of(process)
    process.send_signal(number)
    assert process.wait(timeout=30) != 0
    # A worker whose controller is gone gives back what it has, and goes.
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running - {process.pid}))
    shells = many.lab.shells()
    asked = {event["station"] for event in many.lab.journal(kind="request", since=before)}
    many.lab.heal()

    assert len(held()) == parallel
    assert {name for name in asked if name.startswith("waiting-")} == set()
    assert {name for name, count in shells.items() if count} == set()

    run, told = survey.of(many)
    lost = {name: said.fact for name, said in told.items() if said.kind} | store_of(many)
    keep_count(f"survey-{survey.playbook}-{number.name}", injected=parallel, lost=lost)
    assert run.code == 0
    assert set(told) == set(names)
    assert lost == {}
    assert many.lab.shells() == shells
