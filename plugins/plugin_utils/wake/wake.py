# SPDX-License-Identifier: GPL-3.0-or-later
"""Wake the stations of a play that do not answer, all at once, and switch off again what was woken.

One process on the controller for the whole play: with a worker per station, a row of dead stations would each hold a
fork for the whole bound. Here everybody's wait is the same one. I/O: the station, the network and Ansible.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.identifiers import parse_mac
from ...module_utils.product.products import Product
from ..inventory.addresses import winrm_address
from ..remaining.memory import Memory
from ..station.errors import StationError
from ..station.job_name import job_names
from ..station.listening import listening
from ..station.shutdown import switch_off_command
from ..station.winrm import WinrmStation, probe
from .packet import (
    magic_packet,
    parse_broadcast,
    relay_command,
    relay_words,
    ssh_command,
)

__all__ = ["Sleeper", "WakeTimes", "give_back", "send", "silent", "sleepers_of", "wait"]


# Shown on the station while shutdown.exe counts down; who sits down at that moment can stop it (shutdown /a).
_FAREWELL = "Mise à jour de PRONOTE terminée : ce poste, allumé à distance, va s'éteindre."

_OURS = dt.timedelta(hours=12)
"""How long a station that was woken counts as woken for this evening: later on somebody has had it in between."""


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    """A station as far as waking it goes."""

    name: str
    host: str
    port: int
    mac: str
    broadcast: str
    wake_port: int
    relay: str  # inventory name; empty: the controller itself sends


@dataclass(frozen=True, kw_only=True)
class WakeTimes:
    """Seconds."""

    wait: float = 300.0  # for all stations together, from the last packet
    connect: float = 3.0  # for one TCP connection
    poll: float = 5.0  # between two rounds
    pause: float = 0.2  # between two packets: a room that starts at the same instant trips its breaker


def sleepers_of(hosts: Sequence[str], hostvars: Any) -> tuple[list[Sleeper], list[str]]:
    """What there is to wake, and a warning for each station whose variables say nothing usable."""
    sleepers, warnings = [], []
    for name in hosts:
        try:
            sleepers.append(_sleeper(name, hostvars[name]))
        except (ValueError, AnsibleError) as exc:
            # A variable that cannot be read is that station's, and not the end of everybody's evening.
            warnings.append(f"{name} cannot be woken: {exc}")
    return sleepers, warnings


def _sleeper(name: str, variables: Any) -> Sleeper:
    """Raises ValueError for what cannot be right."""
    mac = str(variables.get("pronote_mac") or "")
    host, port = winrm_address(name, variables)
    return Sleeper(
        name=name,
        host=host,
        port=port,
        mac=parse_mac(mac) if mac else "",
        broadcast=parse_broadcast(variables.get("pronote_wake_broadcast") or "255.255.255.255"),
        wake_port=int(variables.get("pronote_wake_port") or 9),
        relay=str(variables.get("pronote_wake_relay") or ""),
    )


def silent(sleepers: Sequence[Sleeper], times: WakeTimes) -> list[Sleeper]:
    """Those whose WinRM port takes no connection."""
    answered = listening({s.name: (s.host, s.port) for s in sleepers}, timeout=times.connect)
    return [sleeper for sleeper in sleepers if sleeper.name not in answered]


def wait(sleepers: Sequence[Sleeper], times: WakeTimes) -> list[Sleeper]:
    """Wait until all of them answer, or the time is over; who still does not."""
    left = list(sleepers)
    deadline = time.monotonic() + times.wait
    while left:
        started = time.monotonic()
        left = silent(left, times)
        if not left or time.monotonic() >= deadline:
            break
        time.sleep(max(0.0, min(started + times.poll, deadline) - time.monotonic()))
    return left


def send(
    sleepers: Sequence[Sleeper], relays: Mapping[str, Mapping[str, Any]], times: WakeTimes
) -> tuple[list[Sleeper], list[str]]:
    """Send everybody's magic packet. Returns those it was sent for, and what went wrong."""
    done: list[Sleeper] = []
    problems: list[str] = []
    by_relay: dict[str, list[Sleeper]] = {}
    for sleeper in sleepers:
        if sleeper.relay:
            by_relay.setdefault(sleeper.relay, []).append(sleeper)
            continue
        try:
            _send_packet(sleeper)
        except OSError as exc:
            problems.append(f"no magic packet could be sent to {sleeper.broadcast} for {sleeper.name}: {exc.strerror}")
        else:
            done.append(sleeper)
            time.sleep(times.pause)
    answers = asyncio.run(_ask_relays(by_relay, relays))
    for name, problem in answers.items():
        if problem:
            problems.append(f"the relay {name} woke nobody ({', '.join(s.name for s in by_relay[name])}): {problem}")
        else:
            done += by_relay[name]
    return done, problems


def _send_packet(sleeper: Sleeper) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        udp.sendto(magic_packet(sleeper.mac), (sleeper.broadcast, sleeper.wake_port))


async def _ask_relays(
    by_relay: Mapping[str, Sequence[Sleeper]], relays: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    answers = await asyncio.gather(*(_ask_relay(name, by_relay[name], relays.get(name)) for name in by_relay))
    return dict(sorted(zip(by_relay, answers, strict=True)))


async def _ask_relay(name: str, sleepers: Sequence[Sleeper], variables: Mapping[str, Any] | None) -> str:
    """Empty, or what went wrong."""
    if variables is None:
        return "it is not in the inventory"
    words = relay_words((s.broadcast, s.wake_port, s.mac) for s in sleepers)
    try:
        connection = variables.get("ansible_connection", "ssh")
        if connection == "local":
            command = relay_command(words)
        elif connection == "ssh":
            command = ssh_command(name, variables, words)
        else:
            return f"its connection is {connection!r}; a relay is a Linux host reached with ssh"
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except (OSError, ValueError, AnsibleError) as exc:
        return str(exc)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "it did not answer within 30 s"
    said = " ".join(output.decode("utf-8", "replace").split())[-200:]
    return "" if process.returncode == 0 else f"exit code {process.returncode}: {said}"


def give_back(station: WinrmStation, product: Product, memory: Memory, *, still_at_work: bool) -> dict[str, Any]:
    """Switch a station off that this controller woke, unless it is at work or somebody has opened a session.

    Returns what to add to the task's result.
    """
    woken = memory.woken()
    if woken is None:
        return {}
    reason = "its job goes on; the next run switches it off"
    if dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(woken) > _OURS:
        memory.set_woken(None)
        reason = f"it was woken at {woken}: somebody may have had it since"
    elif not still_at_work:
        try:
            reason = _switch_off(station, product, memory)
        except StationError as exc:
            reason = str(exc)
    return {"switched_off": False, "left_on": reason} if reason else {"switched_off": True}


def _switch_off(station: WinrmStation, product: Product, memory: Memory) -> str:
    """Empty, or why the station stays on. Raises StationError."""
    # Read now: minutes may have gone by since the plan.
    state = probe(station, product)
    if state.session_open:
        memory.set_woken(None)
        return "somebody has opened a session"
    # Staged files lie at rest until the evening: nothing of them goes on.
    at_rest = [str(name) for name in job_names(state.jobs) if name.verb == "staged"]
    if jobs := [name for name in state.jobs if name not in at_rest]:
        return f"another job is on it: {', '.join(jobs)}"
    result = station.run(switch_off_command(_FAREWELL, 60), doing="switching the station off")
    if result.code:
        return f"shutdown said {result.describe()}"
    memory.set_woken(None)
    return ""
