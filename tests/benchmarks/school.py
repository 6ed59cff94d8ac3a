"""A school of any size: every station compliant, so that what is measured is the reading of a station."""

from __future__ import annotations

from typing import Any

__all__ = ["BASIC", "NTLM", "RELEASE", "school"]

RELEASE = "2026.2.7"
_ROOM = 20  # stations
# As the stock connection plugin names Basic over HTTP.
BASIC: dict[str, Any] = {"ansible_port": 5985, "ansible_winrm_transport": "basic"}
NTLM: dict[str, Any] = {"ansible_port": 5985, "ansible_winrm_transport": "ntlm"}


def _address(number: int) -> str:
    # .0.x is the lab's own; 200 stations in each block of addresses.
    return f"{1 + number // 200}.{1 + number % 200}"


def school(size: int) -> dict[str, Any]:
    """A scenario of one school with ``size`` stations in rooms of 20, each with the server's release."""
    uai = "0319999Z"
    stations = [
        {"name": f"poste-{n + 1:04}", "address": _address(n), "clients": [{"release": RELEASE}]} for n in range(size)
    ]
    rooms = [
        {"group": f"salle_{i // _ROOM + 1:03}", "name": f"Salle {i // _ROOM + 1:03}", "school": uai}
        | {"stations": stations[i : i + _ROOM]}
        for i in range(0, size, _ROOM)
    ]
    return {
        "clock": 20,
        "accounts": [{"name": "deploiement", "password": "Lab-only-1!"}],
        "releases": [{"release": RELEASE, "arch": "x64"}],
        "schools": [{"uai": uai, "group": "lycee_mesure", "name": "Lycée de la Mesure", "release": RELEASE}],
        "rooms": rooms,
    }
