"""Starts of a simulated station: what fires at one, what is none, and how tasks end by themselves."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.lab.simulated.station import SimulatedStation
from tests.lab.simulated.tasks import TaskXmlError, parse_task
from tests.lab.station import Power
from tests.unit.lab.simulated.bench import inside, make_station, run, script, until

_TASK = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Triggers>{triggers}</Triggers>
<Principals><Principal id="A"><UserId>S-1-5-18</UserId></Principal></Principals>
<Settings>{settings}</Settings>
<Actions Context="A"><Exec><Command>%SystemRoot%\\System32\\cmd.exe</Command>
<Arguments>/c "echo x&gt;&gt;C:\\ran"</Arguments></Exec></Actions>
</Task>"""
DAY = 86400.0


def _registered(station: SimulatedStation, trigger: str, settings: str = "") -> None:
    station.tasks.register("t", parse_task(_TASK.format(triggers=trigger, settings=settings)))


def _in_days(station: SimulatedStation, days: float) -> str:
    return f"{station.clock.now() + dt.timedelta(days=days):%Y-%m-%dT%H:%M:%S}"


def _ran(station: SimulatedStation) -> int:
    """How often the task has run."""
    return station.files.require("C:\\ran").size // 3 if station.files.is_file("C:\\ran") else 0


async def _started_anew(station: SimulatedStation) -> None:
    """A cut, a start, and time for whatever fires at it."""
    await station.set_power(Power.OFF)
    await station.set_power(Power.ON)
    await station.clock.sleep(120)
    await station.idle()


def test_a_boot_trigger_fires_at_each_start_after_its_delay() -> None:
    async def go() -> None:
        station = make_station()
        _registered(station, "<BootTrigger><Delay>PT60S</Delay></BootTrigger>")
        await station.clock.sleep(120)
        assert _ran(station) == 0, "registering is no start"
        started = station.clock.now()
        await _started_anew(station)
        assert _ran(station) == 1
        task = station.tasks.find("t")
        assert task is not None
        assert task.last_run is not None
        assert (task.last_run - started).total_seconds() >= 60
        await _started_anew(station)
        assert _ran(station) == 2

    inside(go)


def test_switched_off_before_the_delay_has_passed() -> None:
    async def go() -> None:
        station = make_station()
        _registered(station, "<BootTrigger><Delay>PT1H</Delay></BootTrigger>")
        await _started_anew(station)
        await station.set_power(Power.OFF)
        await station.clock.sleep(7200)
        assert _ran(station) == 0

    inside(go)


@pytest.mark.parametrize(("days", "ran"), [(13, 1), (15, 0)])
def test_a_boot_trigger_ends(days: float, ran: int) -> None:
    async def go() -> None:
        station = make_station()
        _registered(station, f"<BootTrigger><EndBoundary>{_in_days(station, 14)}</EndBoundary></BootTrigger>")
        station.clock.jump(days * DAY)
        await _started_anew(station)
        assert _ran(station) == ran

    inside(go)


@pytest.mark.parametrize(("days", "ran"), [(13, 0), (15, 1)])
def test_a_boot_trigger_begins(days: float, ran: int) -> None:
    async def go() -> None:
        station = make_station()
        _registered(station, f"<BootTrigger><StartBoundary>{_in_days(station, 14)}</StartBoundary></BootTrigger>")
        station.clock.jump(days * DAY)
        await _started_anew(station)
        assert _ran(station) == ran

    inside(go)


@pytest.mark.parametrize(("days", "there"), [(14.5, True), (15.5, False)])
def test_an_expired_task_is_deleted_when_its_time_has_come(days: float, there: bool) -> None:
    async def go() -> None:
        station = make_station()
        end = f"<EndBoundary>{_in_days(station, 14)}</EndBoundary>"
        settings = "<DeleteExpiredTaskAfter>P1D</DeleteExpiredTaskAfter>"
        _registered(station, f"<BootTrigger>{end}</BootTrigger>", settings)
        station.clock.jump(days * DAY)
        await _started_anew(station)
        assert (station.tasks.find("t") is not None) is there
        assert _ran(station) == 0

    inside(go)


def test_a_task_that_never_ends_cannot_expire() -> None:
    with pytest.raises(TaskXmlError, match="EndBoundary"):
        parse_task(
            _TASK.format(triggers="<BootTrigger />", settings="<DeleteExpiredTaskAfter>P1D</DeleteExpiredTaskAfter>")
        )


def test_a_fast_startup_is_no_start() -> None:
    async def go() -> None:
        station = make_station(fast_startup=True, session_open="eleve")
        _registered(station, "<BootTrigger />")
        booted = station.switch.booted_at
        await station.people("shut_down")
        assert station.power is Power.OFF
        await station.set_power(Power.ON)
        await station.clock.sleep(120)
        assert (_ran(station), station.switch.booted_at) == (0, booted)
        assert not station.processes.named("explorer.exe")
        await station.people("restart")
        await until(lambda: _ran(station) == 1)
        assert station.switch.booted_at > booted

    inside(go)


def test_without_fast_startup_a_shutdown_is_one() -> None:
    async def go() -> None:
        station = make_station()
        _registered(station, "<BootTrigger />")
        await station.people("shut_down")
        await station.set_power(Power.ON)
        await until(lambda: _ran(station) == 1)
        assert station.power is Power.ON

    inside(go)


def test_a_start_without_network() -> None:
    async def go() -> None:
        station = make_station()
        await station.people("unplug")
        assert (await run(station, "curl -sS http://127.0.0.1:1/")).code == 7
        assert "Could not connect" in (await run(station, "curl -sS http://127.0.0.1:1/")).err

    inside(go)


def test_the_age_of_a_file_by_robocopy() -> None:
    async def go() -> None:
        station = make_station()
        codes = []
        for _day in range(2):
            asked = await script(station, "if not exist f echo x>f\nrobocopy . none f /L /MINAGE:14 >nul")
            codes.append(asked.code)
            station.clock.jump(14.1 * DAY)
        missing = await run(station, "robocopy C:\\nothing C:\\none f /L /MINAGE:14")
        assert (*codes, missing.code) == (0, 1, 16)
        assert not station.files.is_directory("C:\\lab\\none")

    inside(go)
