"""What went over the wire, from the lab's journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Traffic", "traffic"]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Messages between controller and stations, per station: the worst one's requests, means of the rest.

    ``legs`` are the requests of a handshake that carry no message (NTLM). ``again`` are the Receives after the first
    one of a command: a station answers a Receive with what the command has written so far, so their number tells how
    busy the machine is, not what was asked for. Neither is in ``requests``. Bytes are HTTP bodies, all counted.
    """

    stations: int
    requests_max: int
    requests: float
    legs: float
    again: float
    bytes_in: float  # to the station
    bytes_out: float


def traffic(events: Iterable[dict[str, Any]]) -> Traffic:
    """Count the journal's ``request`` events. Raises ValueError when there are none."""
    requests: dict[str, int] = {}
    last: dict[str, str] = {}
    legs = again = bytes_in = bytes_out = 0
    for event in events:
        data = event["data"]
        station, operation = event["station"], data["operation"]
        requests.setdefault(station, 0)
        if data.get("leg"):
            legs += 1
        elif operation == "Receive" == last.get(station):
            again += 1
        else:
            requests[station] += 1
        last[station] = operation
        bytes_in += data["bytes_in"]
        bytes_out += data["bytes_out"]
    if not requests:
        raise ValueError("no station was asked anything")
    count = len(requests)
    return Traffic(
        stations=count,
        requests_max=max(requests.values()),
        requests=sum(requests.values()) / count,
        legs=legs / count,
        again=again / count,
        bytes_in=bytes_in / count,
        bytes_out=bytes_out / count,
    )
