"""A recording that is looked at while it is written, as an engine writes it: dialog by dialog, then the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated import build_iss
from tests.station.bench import ACCOUNT, Bench
from tests.station.depot import published
from tests.station.fixtures import MakeStation

from .test_record import _NAME, _actions, _assert_nothing_left, _files, record

# Dialogs for 75 s, files for 450, the last dialog for 75.
_SECONDS = 600.0
_MOMENTS = {"between two dialogs": 40.0, "among the files": 200.0, "before the last dialog": 560.0}
_WHOLE = build_iss(release="2026.2.7").encode("cp1252")


def _station(make_station: MakeStation, tmp_path: Path, **options: Any) -> Bench:
    release = ReleaseSpec(release="2026.2.7", options={"seconds": _SECONDS, **options})
    return make_station(session_open=ACCOUNT.name, depot=published(tmp_path / "published", release))


def _when_shown(pc: Bench, seconds: float, do: Callable[[], None]) -> None:
    """That many seconds after the setup was shown."""

    async def work() -> None:
        do()

    pc.before(r"/Run /TN", lambda: pc.time.later(seconds, work))


def _hide(pc: Bench, seconds: float) -> None:
    """For so long no process of the setup is to be seen, as where one hands over to the next."""
    hidden = [each for each in pc.station.processes if "setup.exe" in each.command_line]
    shown = [(each, each.command_line, each.path) for each in hidden]
    assert shown
    for each in hidden:
        each.command_line = each.path = r"C:\other.exe"

    async def show() -> None:
        for each, line, path in shown:
            each.command_line, each.path = line, path

    pc.time.later(seconds, show)


def _kept(pc: Bench) -> bytes:
    return (pc.work / f"responses/{_NAME}.iss").read_bytes()


@pytest.mark.parametrize("moment", _MOMENTS)
def test_a_recording_seen_in_the_middle_is_not_taken_for_whole(
    make_station: MakeStation, tmp_path: Path, moment: str
) -> None:
    pc = _station(make_station, tmp_path)
    _when_shown(pc, _MOMENTS[moment], lambda: _hide(pc, 20))
    done = record(pc, poll_interval=10, modes=["install"])
    assert (_actions(done), done["recordings"][0]["findings"]) == (["record"], [])
    assert _kept(pc) == _WHOLE
    _assert_nothing_left(pc)


_FACTS = {
    "between two dialogs": "the setup has not written [Application]: it ended before its files were copied",
    "among the files": "the setup has not written [Application]: it ended before its files were copied",
    "before the last dialog": "no dialog was answered after the files: the last one was still open",
}


@pytest.mark.parametrize("moment", _MOMENTS)
def test_a_setup_that_was_ended_before_its_last_dialog_has_recorded_nothing(
    make_station: MakeStation, tmp_path: Path, moment: str
) -> None:
    pc = _station(make_station, tmp_path)
    pc.before(r"/Run /TN", lambda: pc.people_later(_MOMENTS[moment], "log_off"))
    broken = record(pc, poll_interval=10, modes=["install"])
    assert _FACTS[moment] in broken["fact"]
    assert broken["remedy"]
    assert _files(pc) == [f"{_NAME}.rejected"]
    _assert_nothing_left(pc)


@pytest.mark.parametrize("moment", _MOMENTS)
def test_what_a_power_cut_broke_off_is_no_recording_for_the_next_run(
    make_station: MakeStation, tmp_path: Path, moment: str
) -> None:
    pc = _station(make_station, tmp_path)
    pc.before(r"/Run /TN", lambda: pc.power_later(_MOMENTS[moment], on=False))
    assert record(pc, poll_interval=10, modes=["install"], reconnect_timeout=60)["unreachable"]
    pc.power(on=True)
    pc.people("log_on", ACCOUNT.name)
    assert _actions(record(pc, poll_interval=10, modes=["install"], check=True)) == ["fetch"]
    assert _FACTS[moment] in record(pc, poll_interval=10, modes=["install"])["fact"]
    assert _files(pc) == [f"{_NAME}.rejected"]
    _assert_nothing_left(pc)


def test_a_setup_without_a_last_dialog_is_recorded_where_that_is_accepted(
    make_station: MakeStation, tmp_path: Path
) -> None:
    pc = _station(make_station, tmp_path, dialogs=["SdWelcome-0", "SdStartCopy-0"])
    refused = record(pc, poll_interval=10, modes=["install"])
    assert "pronote_response_accept" in refused["remedy"]
    assert "no_end" in refused["remedy"]
    pc.client(state="absent", releases=pc.lock())
    done = record(pc, poll_interval=10, modes=["install"], accept=["no_end"])
    assert _actions(done) == ["record"]
    assert _FACTS["before the last dialog"] in done["recordings"][0]["findings"][0]


def test_a_removal_without_a_last_dialog_is_recorded_and_told(make_station: MakeStation, tmp_path: Path) -> None:
    pc = _station(make_station, tmp_path, uninstall_dialogs=["MessageBox-0"])
    done = record(pc, poll_interval=10)
    assert _actions(done) == ["record", "record"]
    assert _FACTS["before the last dialog"] in done["recordings"][1]["findings"][0]
    _assert_nothing_left(pc)
