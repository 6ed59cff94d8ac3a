"""The lab's own control API, for tests and the demo: state, journal, faults, power. No client of WinRM needs it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.lab.faults import FaultPlan
from tests.lab.station import Power

if TYPE_CHECKING:
    from tests.lab.lab import Lab

__all__ = ["control_app"]

_LAB: web.AppKey[Any] = web.AppKey("lab")


def _lab(request: web.Request) -> Lab:
    lab: Lab = request.app[_LAB]
    return lab


async def _info(request: web.Request) -> web.Response:
    return web.json_response(_lab(request).info())


async def _snapshots(request: web.Request) -> web.Response:
    """SHA-256 of every station's snapshot, by name."""
    stations = _lab(request).stations
    return web.json_response(
        {name: hashlib.sha256(await station.snapshot()).hexdigest() for name, station in sorted(stations.items())}
    )


async def _shells(request: web.Request) -> web.Response:
    """How many shells are open, by station."""
    return web.json_response(_lab(request).shells())


async def _snapshot(request: web.Request) -> web.Response:
    station = _lab(request).stations[request.match_info["name"]]
    return web.Response(body=await station.snapshot(), content_type="application/octet-stream")


async def _journal(request: web.Request) -> web.Response:
    query = request.query
    for station in _lab(request).stations.values():
        station.sync_journal()
    events = _lab(request).journal.select(
        kind=query.get("kind"), station=query.get("station"), since=int(query.get("since", "0"))
    )
    return web.json_response([event.__dict__ for event in events], dumps=lambda data: json.dumps(data, default=str))


async def _power(request: web.Request) -> web.Response:
    data = await request.json()
    await _lab(request).stations[request.match_info["name"]].set_power(Power(data["power"]))
    return web.json_response({})


async def _people(request: web.Request) -> web.Response:
    """Somebody at the station does something: what, and its argument."""
    data = await request.json()
    await _lab(request).stations[request.match_info["name"]].people(data["what"], data.get("argument", ""))
    return web.json_response({})


async def _damage(request: web.Request) -> web.Response:
    """Spoil the files of a simulated station that fit a pattern."""
    # Any: a Wine station has none, and answers with an error.
    station: Any = _lab(request).stations[request.match_info["name"]]
    return web.json_response(station.damage((await request.json())["pattern"]))


async def _space(request: web.Request) -> web.Response:
    """Somebody makes room on a simulated station's disk, or fills it."""
    station: Any = _lab(request).stations[request.match_info["name"]]
    station.files.free_space = (await request.json())["free"]
    return web.json_response({})


async def _faults(request: web.Request) -> web.Response:
    rules: list[dict[str, Any]] = await request.json()
    _lab(request).change_faults(request.match_info["name"], FaultPlan.from_data(rules).faults)
    return web.json_response({})


async def _heal(request: web.Request) -> web.Response:
    """No fault any more anywhere, and the power back on."""
    lab = _lab(request)
    for name, station in lab.stations.items():
        lab.change_faults(name, [])
        if station.power is Power.OFF:
            await station.set_power(Power.ON)
    return web.json_response({})


async def _school(request: web.Request) -> web.Response:
    """Change what a hosted server answers: release, mode, page, settings."""
    _lab(request).change_school(request.match_info["uai"], await request.json())
    return web.json_response({})


async def _cas(request: web.Request) -> web.Response:
    """Change what the ENT's CAS server does: mode, certificate."""
    _lab(request).change_cas(**await request.json())
    return web.json_response({})


async def _clock(request: web.Request) -> web.Response:
    """Move the clock of servers and stations: seconds that it is ahead of the machine's."""
    _lab(request).move_clock((await request.json())["ahead"])
    return web.json_response({})


async def _depot_faults(request: web.Request) -> web.Response:
    """What goes wrong at the depot, by file name."""
    _lab(request).depot_faults.by_name = await request.json()
    return web.json_response({})


async def _site(request: web.Request) -> web.Response:
    """Open the publisher's download site; say what happens to which file (``tests.lab.web.download``)."""
    lab = _lab(request)
    facts = await lab.open_site()
    lab.site.modes = await request.json()
    return web.json_response(facts)


def control_app(lab: Lab) -> web.Application:
    """The application; served on the lab's own loopback network."""
    app = web.Application()
    app[_LAB] = lab
    app.add_routes(
        [
            web.get("/info", _info),
            web.get("/snapshots", _snapshots),
            web.get("/shells", _shells),
            web.get("/stations/{name}/snapshot", _snapshot),
            web.get("/journal", _journal),
            web.post("/stations/{name}/power", _power),
            web.post("/stations/{name}/faults", _faults),
            web.post("/stations/{name}/people", _people),
            web.post("/stations/{name}/damage", _damage),
            web.post("/stations/{name}/space", _space),
            web.post("/heal", _heal),
            web.post("/schools/{uai}", _school),
            web.post("/depot", _depot_faults),
            web.post("/cas", _cas),
            web.post("/clock", _clock),
            web.post("/site", _site),
        ]
    )
    return app
