"""Schools of any size: every station the same, so that what is measured is the reading of a station."""

from __future__ import annotations

from typing import Any

__all__ = ["ACCOUNT", "EARLIER", "RELEASE", "school"]

RELEASE, EARLIER = "2026.2.7", "2026.1.3"
ACCOUNT = {"name": "deploiement", "password": "Lab-only-1!"}
_ROOM = 20  # stations


def _address(number: int) -> str:
    # .0.x is the lab's own; 200 stations in each block of addresses.
    return f"{1 + number // 200}.{1 + number % 200}"


def school(size: int, *, release: str = RELEASE, schools: int = 1, **station: Any) -> dict[str, Any]:
    """A scenario of ``size`` stations in rooms of 20, each with this release, dealt out to so many schools.

    ``station``: what each has besides.
    """
    rooms = []
    for first in range(0, size, _ROOM):
        number = first // _ROOM + 1
        stations = [
            {"name": f"poste-{n + 1:04}", "address": _address(n), "clients": [{"release": release}], **station}
            for n in range(first, min(first + _ROOM, size))
        ]
        uai = _uai(first * schools // size)
        rooms.append({"group": f"salle_{number:03}", "name": f"Salle {number:03}", "school": uai, "stations": stations})
    return {
        "clock": 20,
        "accounts": [ACCOUNT],
        "releases": [{"release": RELEASE, "arch": "x64"}],
        "schools": [
            {"uai": _uai(n), "group": f"lycee_{n + 1:02}", "name": f"Lycée de la Mesure {n + 1}", "release": RELEASE}
            for n in range(schools)
        ],
        "rooms": rooms,
    }


def _uai(number: int) -> str:
    return f"031{number:04}Z"
