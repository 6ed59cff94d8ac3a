"""What a run does with its plan: what is followed, what is begun after it, and what is left for a later run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import client as _client
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import deployment as _deployment
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import make_way as _people
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.deployment import Deployment, DeploymentRequest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.goal import Goal, JobStep
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.hours import Hours, parse_windows
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import People
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.follow import JobTimes
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.events import Events
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Process
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.unit.plans import client
from tests.unit.states import station_state

_DIGEST = "a" * 64
_REMOVALS = {2025: {"x64": Removal(release=Release.parse("2025.2.9"), arch="x64", digest="d" * 64)}}
_RUNNING = [Process(image="Client PRONOTE.exe", pid=7, session=1)]


def _job(release: str, verb: Any, digest: str = _DIGEST) -> str:
    return str(JobName.of(PRONOTE_CLIENT, verb, Release.parse(release), "x64", digest))


_INSTALL, _REMOVE = _job("2026.2.7", "install"), _job("2025.2.9", "remove", "d" * 64)


@dataclass
class _World:
    """A station whose jobs all end well unless they are told to fail, and a clock that moves with each of them."""

    releases: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    running: list[Process] = field(default_factory=list)
    fails: set[str] = field(default_factory=set)
    now: dt.datetime = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC)
    minutes: int = 0
    done: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    events: Events = field(default_factory=Events)

    def state(self) -> StationState:
        return station_state(
            [client(release) for release in self.releases],
            running=self.running,
            jobs=list(self.jobs),
        )

    def run_step(self, deployment: Deployment, step: JobStep) -> bool:
        self.now += dt.timedelta(minutes=self.minutes)
        job = str(step.job)
        if not step.follow:
            self.begun.append(job)
        if job in self.fails:
            # As an empty folder does, it stays.
            return False
        self.done.append(job)
        deployment.report.steps.append(job)
        self.jobs = [name for name in self.jobs if name != job]
        year = f"{step.job.release.year}."
        self.releases = [release for release in self.releases if not release.startswith(year)]
        self.releases += [str(step.job.release)] if step.job.verb == "install" else []
        return True

    def query(self, wql: str) -> list[Any]:
        return [{}] if any(name in wql for name in self.busy) else []

    def hours(self, windows: Any) -> Hours:
        return Hours(windows=parse_windows(windows), zone=dt.UTC, seconds=900, now=lambda: self.now)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    made = _World()
    monkeypatch.setattr(_deployment, "probe", lambda *_: made.state())
    monkeypatch.setattr(Deployment, "run_step", lambda self, step, **_more: made.run_step(self, step))
    monkeypatch.setattr(Deployment, "tidy", lambda self, name: self.report.tidied.append(str(name)))
    monkeypatch.setattr(_people, "in_use", lambda *_: bool(made.running))
    return made


def _run(
    world: _World, *, windows: Any = (), check: bool = False, log_file: Path | None = None, **desired: Any
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "product": PRONOTE_CLIENT,
        "state": "present",
        "release": Release.parse("2026.2.7"),
        "arch": "auto",
        "digests": {"x64": _DIGEST},
        **desired,
    }
    request = DeploymentRequest(
        goal=Goal(**values),
        depot="http://depot",
        times=JobTimes(poll=0),
        hours=world.hours(list(windows)),
        log_file=log_file,
    )
    return _client.ensure(cast(WinrmStation, world), request, check=check)


_OLDER: dict[str, Any] = {"remove_older": True, "removals": _REMOVALS}
_OPEN = [{"from": "19:00", "to": "22:00"}]
_CLOSED = [{"from": "08:00", "to": "09:00"}]


def test_tidying_is_no_installation_that_waits_for_its_hours(world: _World) -> None:
    world.releases, world.jobs = ["2026.2.7"], [_job("2026.1.3", "install")]
    checked = _run(world, windows=_CLOSED, check=True)
    done = _run(world, windows=_CLOSED)
    assert (checked["action"], checked["changed"]) == (done["action"], done["changed"]) == ("none", True)
    assert done["job"]["tidied"] == world.jobs


def test_what_comes_after_a_job_under_way_waits_for_its_hours(world: _World) -> None:
    world.releases, world.jobs = ["2025.2.9"], [_INSTALL]
    checked = _run(world, windows=_CLOSED, check=True, **_OLDER)
    done = _run(world, windows=_CLOSED, **_OLDER)
    assert checked["after"] == done["after"]
    assert (done["action"], world.done, world.begun) == ("finish", [_INSTALL], [])
    assert "outside its hours" in done["warnings"][0]


def test_a_job_that_took_the_rest_of_the_window_leaves_the_removals(world: _World) -> None:
    world.releases, world.minutes = ["2025.2.9"], 110
    done = _run(world, windows=_OPEN, **_OLDER)
    assert (done["action"], done["changed"], world.done) == ("skip", True, [_INSTALL])
    assert done["after"] == ["Client PRONOTE 2025: 2025.2.9 x64", "Client PRONOTE 2026: 2026.2.7 x64"]


def test_the_same_after_a_job_that_was_followed(world: _World) -> None:
    world.releases, world.jobs, world.minutes = ["2025.2.9"], [_INSTALL], 110
    done = _run(world, windows=_OPEN, **_OLDER)
    assert (done["action"], done["changed"], world.done) == ("skip", True, [_INSTALL])


def test_a_removal_is_never_left_without_what_comes_after_it(world: _World) -> None:
    world.releases, world.minutes = ["2026.3.1"], 50
    removals = {2026: {"x64": Removal(release=Release.parse("2026.3.1"), arch="x64", digest="d" * 64)}}
    _run(world, windows=_OPEN, allow_downgrade=True, downgrade="remove_first", removals=removals)
    assert world.releases == ["2026.2.7"]


def test_a_job_that_did_not_end_well_is_begun_again_as_a_new_one(world: _World) -> None:
    world.jobs, world.fails = [_INSTALL], {_INSTALL}
    world.running = _RUNNING
    done = _run(world, people=People(when_running="skip"))
    assert (done["action"], world.begun) == ("skip", [])
    assert done["reason"].startswith("the job of an earlier run did not end well; ")
    assert "is running: left for a later run" in done["reason"]


def test_two_folders_that_were_cut_off_are_each_looked_at_once(world: _World) -> None:
    world.releases, world.jobs, world.fails = ["2025.2.9"], [_INSTALL, _REMOVE], {_INSTALL, _REMOVE}
    _run(world, **_OLDER)
    assert world.begun == [_INSTALL, _REMOVE]


def test_nothing_is_begun_beside_another_product_s_job(world: _World) -> None:
    other = _INSTALL.replace("pronote-client", "edt-monoposte")
    world.jobs, world.busy = [other], {other}
    with pytest.raises(StationFactError, match="another job is under way on the station: edt-monoposte"):
        _run(world)
    world.busy = set()
    assert _run(world)["action"] == "install"
    assert world.jobs == [other]


def test_a_log_that_cannot_be_kept_is_a_warning(world: _World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A controller whose project is read-only, or its disk full, in the middle of a room."""
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")

    def run_step(self: Deployment, _step: JobStep, **_more: Any) -> bool:
        self.keep_log(JobFiles(state="ended", exit="step=done\n"))
        return True

    monkeypatch.setattr(Deployment, "run_step", run_step)
    done = _run(world, log_file=tmp_path / "logs" / "poste.log")
    assert done["action"] == "install"
    assert "the job's log could not be kept on the controller" in done["warnings"][-1]
    assert "poste.log: File exists" in done["warnings"][-1]
    assert "step=done" in done["job"]["log"]


def test_logs_are_kept_in_a_folder_of_the_administrators_own(
    world: _World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_step(self: Deployment, _step: JobStep, **_more: Any) -> bool:
        self.keep_log(JobFiles(state="ended", exit="step=done\n"))
        self.keep_log(JobFiles(state="ended", exit="step=again\n"))
        return True

    monkeypatch.setattr(Deployment, "run_step", run_step)
    file = tmp_path / "project" / "logs" / "poste.log"
    assert "warnings" not in _run(world, log_file=file) or not _run(world, log_file=file)["job"]["log_problem"]
    assert file.parent.stat().st_mode & 0o777 == 0o700
    text = file.read_text("utf-8")
    assert text.index("step=done") < text.index("step=again")
