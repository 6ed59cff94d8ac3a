# SPDX-License-Identifier: GPL-3.0-or-later
"""The archives of EDT that lie on workstations: one of each school that names one, all read together.

I/O: the stations, the network and the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.sure import sure
from ...module_utils.base.times import moment
from ..archive.judge import WantedArchive
from ..archive.read import archive_on_station
from ..station.errors import StationError
from ..station.questions import Reading
from ..station.winrm import WinrmStation
from ..survey.reader import Station, read_each
from .own_checks import only_finding
from .schools import School

__all__ = ["asked_of", "on_workstations"]

_MIN_ARCHIVE = 1024
_APART = 16  # at once, of those that only the stock plugin reaches

_Report = dict[str, Any]


def asked_of(school: School) -> dict[str, Any]:
    """What is asked of a school's archive, wherever it is. Raises ValueError for a date or digest that is none."""
    wanted = WantedArchive(
        newer_than=moment(school.edt_newer_than or school.since),
        previous_size=school.edt_previous_size,
        smallest_ratio=0.5,
        largest_ratio=3.0,
        min_size=_MIN_ARCHIVE,
        sha256=school.edt_sha256,
    )
    return {"wanted": wanted, "year": school.year, "installed": None}


def on_workstations(schools: Sequence[School]) -> dict[str, _Report]:
    """The report of operation 2 by UAI, of each school whose archive is on a workstation."""
    reports: dict[str, _Report] = {}

    def fail(school: School, why: object) -> None:
        reports[school.uai] = only_finding(2, "check_failed", fact=why).as_dict()

    def told(school: School, read: _Report | StationError) -> None:
        if isinstance(read, StationError):
            fail(school, read.fact)
        else:
            reports[school.uai] = read

    readings: dict[str, tuple[School, Reading[_Report]]] = {}
    for school in schools:
        if school.workstation is None:
            continue
        try:
            readings[school.uai] = school, _reading(school)
        except ValueError as exc:
            fail(school, message_of(exc))
        except StationError as exc:
            # No way to it is even configured.
            told(school, exc)
    with ThreadPoolExecutor(_APART) as pool:
        apart = [(each[0], pool.submit(_apart, *each)) for each in readings.values() if each[0].connection is not None]
        read_each(
            [
                Station(name=uai, group=uai, access=school.workstation.access, reading=partial(_begun, reading))
                for uai, (school, reading) in readings.items()
                if school.workstation is not None and school.workstation.access is not None
            ],
            lambda station, read: told(readings[station.name][0], read),
        )
        for school, future in apart:
            told(school, future.result())
    return reports


def _reading(school: School) -> Reading[_Report]:
    """Raises ValueError for a variable of this school, StationError for a connection that cannot be made."""
    host = sure(school.workstation)
    if host.error:
        raise ValueError(Message("{error}: check pronote_rentree_edt.station", error=host.error))
    if host.problem is not None:
        raise host.problem
    return archive_on_station(school.edt_path, name=host.name, **asked_of(school))


def _begun(reading: Reading[_Report]) -> Reading[_Report]:
    return reading


def _apart(school: School, reading: Reading[_Report]) -> _Report | StationError:
    try:
        return WinrmStation(school.connection).read(reading)
    except StationError as exc:
        return exc
