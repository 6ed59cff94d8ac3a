"""Tasks in the session of whoever is logged on, and setups that record what he answers."""

from __future__ import annotations

import base64

import pytest

from tests.lab.simulated.installer.package import build_installer, build_iss
from tests.lab.simulated.station import SimulatedStation

from .bench import ADMIN, inside, make_station, run, until

_TASK = """<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Triggers />
<Principals><Principal id="Person">{principal}</Principal></Principals><Settings />
<Actions Context="Person"><Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>"""
_HIGHEST = "<RunLevel>HighestAvailable</RunLevel>"
_ADMINISTRATORS = f"<GroupId>S-1-5-32-544</GroupId>{_HIGHEST}"
_INTERACTIVE = "<GroupId>S-1-5-4</GroupId>"


async def _task(
    station: SimulatedStation,
    principal: str,
    command: str = "C:\\Windows\\System32\\cmd.exe",
    arguments: str = "/c whoami",
) -> int:
    """Register a task and run it; what schtasks /Create said."""
    text = _TASK.format(principal=principal, command=command, arguments=arguments.replace("&", "&amp;"))
    station.files.write("C:\\task.xml", text.encode(), token=station.system)
    created = await run(station, "schtasks /Create /TN lab /XML C:\\task.xml /F")
    if created.code == 0:
        assert (await run(station, "schtasks /Run /TN lab")).code == 0
    return created.code


def _shells(station: SimulatedStation) -> list[tuple[str, int]]:
    """(user, session) of the programs that tasks have started."""
    events = station.journal.select(kind="process")
    return [
        (str(e.data["user"]).rpartition("\\")[2], int(e.data["session"]))
        for e in events
        if e.data["event"] == "started" and "/c whoami" in str(e.data["command_line"])
    ]


@pytest.mark.parametrize(
    ("session", "principal", "started"),
    [
        (ADMIN.name, _ADMINISTRATORS, [(ADMIN.name, 1)]),
        ("eleve", _ADMINISTRATORS, []),
        (None, _ADMINISTRATORS, []),
        # Documented: with the group Administrators a task runs with HighestAvailable only.
        (ADMIN.name, "<GroupId>S-1-5-32-544</GroupId>", []),
        ("eleve", f"{_INTERACTIVE}<RunLevel>LeastPrivilege</RunLevel>", [("eleve", 1)]),
        ("eleve", "<UserId>eleve</UserId><LogonType>InteractiveToken</LogonType>", [("eleve", 1)]),
        (ADMIN.name, "<UserId>eleve</UserId><LogonType>InteractiveToken</LogonType>", []),
        (ADMIN.name, f"<UserId>S-1-5-18</UserId>{_HIGHEST}", [("SYSTEM", 0)]),
    ],
)
def test_who_a_task_starts_as(session: str | None, principal: str, started: list[tuple[str, int]]) -> None:
    async def scenario() -> None:
        station = make_station(session_open=session)
        assert await _task(station, principal) == 0
        await station.idle()
        assert _shells(station) == started
        events = [e.data for e in station.journal.select(kind="task") if e.data["event"] == "not_started"]
        assert [e["reason"] for e in events] == ([] if started else ["nobody"])

    inside(scenario)


@pytest.mark.parametrize(
    "principal",
    [
        "<UserId>eleve</UserId><GroupId>S-1-5-4</GroupId>",
        "<GroupId>Administrateurs; x</GroupId>",
        "<LogonType>Group</LogonType>",
    ],
)
def test_a_principal_that_is_refused(principal: str) -> None:
    async def scenario() -> None:
        assert await _task(make_station(session_open="eleve"), principal) == 1

    inside(scenario)


@pytest.mark.parametrize(("highest", "elevated"), [(_HIGHEST, True), ("<RunLevel>LeastPrivilege</RunLevel>", False)])
def test_an_administrators_rights_need_the_highest_level(highest: str, elevated: bool) -> None:
    async def scenario() -> None:
        station = make_station(session_open=ADMIN.name)
        (explorer,) = station.processes.named("explorer.exe")
        assert not explorer.token.elevated
        principal = f"<UserId>{ADMIN.name}</UserId><LogonType>InteractiveToken</LogonType>{highest}"
        await _task(station, principal, arguments="/c mkdir C:\\Windows\\Lab")
        await station.idle()
        assert station.files.is_directory("C:\\Windows\\Lab") is elevated

    inside(scenario)


_RECORD = '/r /f1"C:\\job\\response.iss"'


async def _record(person: str, *, session: str | None = ADMIN.name) -> SimulatedStation:
    station = make_station(session_open=session, person=person)
    station.files.make_directory("C:\\job", token=station.system)
    station.files.write("C:\\job\\setup.exe", build_installer(release="2026.2.7"), token=station.system)
    await _task(station, _ADMINISTRATORS, "C:\\job\\setup.exe", _RECORD)
    return station


def _answers(station: SimulatedStation) -> bytes:
    return station.files.read("C:\\job\\response.iss", token=station.system).read()


@pytest.mark.parametrize(("person", "launch"), [("answers", False), ("launches", True)])
def test_what_a_person_answers_is_recorded_and_done(person: str, launch: bool) -> None:
    async def scenario() -> None:
        station = await _record(person)
        await until(lambda: not station.tasks.all()[0].running)
        assert _answers(station) == build_iss(release="2026.2.7", launch=launch).encode("cp1252")
        clients = station.processes.named("Client PRONOTE.exe")
        assert [each.session for each in clients] == ([1] if launch else [])
        # What silent setups leave: no log here.
        assert not station.files.is_file("C:\\job\\setup.log")

    inside(scenario)


def test_a_setup_that_is_closed_leaves_half_a_recording_and_no_client() -> None:
    async def scenario() -> None:
        station = await _record("cancels")
        await until(lambda: not station.tasks.all()[0].running)
        assert _answers(station) == build_iss(release="2026.2.7", answered=0, files=False).encode("cp1252")
        assert not station.files.is_directory("C:\\Program Files\\Index Education")

    inside(scenario)


def test_a_setup_waits_for_somebody_who_is_away() -> None:
    async def scenario() -> None:
        station = await _record("away")
        await station.clock.sleep(3600)
        assert station.tasks.all()[0].running
        assert _answers(station) == build_iss(release="2026.2.7", answered=0, files=False).encode("cp1252")
        assert (await run(station, "schtasks /End /TN lab")).code == 0
        assert station.processes.named("setup.exe") == []

    inside(scenario)


@pytest.mark.parametrize("size", [1, 48, 49, 5000])
def test_certutil_encodes_what_python_decodes(size: int) -> None:
    async def scenario() -> None:

        station = make_station()
        data = bytes(index % 256 for index in range(size))
        station.files.write("C:\\a.bin", data, token=station.system)
        assert (await run(station, "certutil -f -encode C:\\a.bin C:\\a.b64")).code == 0
        lines = (await run(station, "type C:\\a.b64")).out.split("\r\n")
        assert (lines[0], lines[-2:]) == ("-----BEGIN CERTIFICATE-----", ["-----END CERTIFICATE-----", ""])
        assert max(len(line) for line in lines[1:-2]) <= 64
        assert base64.b64decode("".join(lines[1:-2])) == data
        assert (await run(station, "certutil -f -encode C:\\absent C:\\a.b64")).code != 0

    inside(scenario)
