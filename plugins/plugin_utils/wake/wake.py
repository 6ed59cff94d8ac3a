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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.clock import utc_now
from ...module_utils.base.identifiers import parse_mac
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line, some_of
from ...module_utils.product.products import Product
from ..inventory.addresses import winrm_address
from ..inventory.schools import school_of
from ..remaining.memory import Memory
from ..remaining.woken import mark_woken
from ..station.errors import StationError
from ..station.job_name import job_names
from ..station.listening import listening
from ..station.shutdown import switch_off_command
from ..station.winrm import WinrmStation, probe
from ..survey.options import Resolved
from .packet import (
    magic_packet,
    parse_broadcast,
    relay_command,
    relay_words,
    ssh_command,
)

__all__ = ["SETTINGS", "Sleeper", "WakeTimes", "give_back", "mark", "send", "silent", "sleepers_of", "wait"]

SETTINGS = (
    "pronote_mac",
    "pronote_uai",
    "pronote_wake_broadcast",
    "pronote_wake_port",
    "pronote_wake_relay",
)
"""What a station's own variables say of waking it."""

# Shown on the station while shutdown.exe counts down; who sits down at that moment can stop it (shutdown /a).
_FAREWELL = "Mise à jour de PRONOTE terminée : ce poste, allumé à distance, va s'éteindre."

_OURS = dt.timedelta(hours=12)
"""How long a station that was woken counts as woken for this evening: later on somebody has had it in between."""

_SHOWN = 10  # stations of one warning


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    """A station as far as waking it goes. ``timeout``: seconds from the last packet on; ``store``: empty for none."""

    name: str
    host: str
    port: int
    mac: str
    broadcast: str
    wake_port: int
    relay: str  # inventory name; empty: the controller itself sends
    school: str = ""
    timeout: float = 300.0
    store: str = ""


@dataclass(frozen=True, kw_only=True)
class WakeTimes:
    """Seconds."""

    connect: float = 3.0  # for one TCP connection
    poll: float = 5.0  # between two rounds
    pause: float = 0.2  # between two packets of a school: a room that starts at the same instant trips its breaker


def sleepers_of(
    stations: Iterable[Resolved], about: Callable[[str], Mapping[str, Any]]
) -> tuple[list[Sleeper], list[str]]:
    """What there is to wake, and warnings that name each station whose variables say nothing usable.

    ``about``: what a station's variables say (SETTINGS), and where it is reached. Nothing is asked about a station that
    is not to be woken.
    """
    sleepers: list[Sleeper] = []
    wrong: dict[str, list[str]] = {}
    for station in stations:
        why = station.error
        if not why and station.arguments["enabled"]:
            try:
                sleepers.append(_sleeper(station.name, about(station.name), station.arguments))
            except (ValueError, AnsibleError, StationError) as exc:
                # A variable that cannot be read is that station's, and not the end of everybody's evening.
                why = one_line(exc)
        if why:
            wrong.setdefault(why, []).append(station.name)
    return sleepers, [
        Message("{names} cannot be woken: {why}", names=some_of(names, _SHOWN), why=why) for why, names in wrong.items()
    ]


def _sleeper(name: str, variables: Mapping[str, Any], arguments: Mapping[str, Any]) -> Sleeper:
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
        school=school_of(variables),
        timeout=arguments["timeout"],
        store=arguments["store"],
    )


def mark(sleepers: Iterable[Sleeper], *, woken: bool) -> list[str]:
    """Remember, or forget, that these stations were woken: one transaction for each store. Returns warnings."""
    by_store: dict[str, list[str]] = {}
    for sleeper in sleepers:
        by_store.setdefault(sleeper.store, []).append(sleeper.name)
    return [said for store, names in by_store.items() for said in mark_woken(store, names, woken=woken)]


def silent(sleepers: Sequence[Sleeper], times: WakeTimes) -> list[Sleeper]:
    """Those whose WinRM port takes no connection."""
    answered = listening({s.name: (s.host, s.port) for s in sleepers}, timeout=times.connect)
    return [sleeper for sleeper in sleepers if sleeper.name not in answered]


def wait(sleepers: Sequence[Sleeper], times: WakeTimes) -> list[Sleeper]:
    """Wait until all of them answer, or their time is over; who still does not. Everybody's time begins now."""
    left, given_up = list(sleepers), list[Sleeper]()
    began = time.monotonic()
    while left:
        started = time.monotonic()
        left = silent(left, times)
        waited = time.monotonic() - began
        given_up += [sleeper for sleeper in left if sleeper.timeout <= waited]
        left = [sleeper for sleeper in left if sleeper.timeout > waited]
        if left:
            until = min(started + times.poll, began + min(sleeper.timeout for sleeper in left))
            time.sleep(max(0.0, until - time.monotonic()))
    return given_up


def send(
    sleepers: Sequence[Sleeper], relays: Mapping[str, Mapping[str, Any]], times: WakeTimes
) -> tuple[list[Sleeper], list[str]]:
    """Send everybody's magic packet, schools and relays side by side.

    Returns those it was sent for, and what went wrong.
    """
    by_school: dict[str, list[Sleeper]] = {}
    by_relay: dict[str, list[Sleeper]] = {}
    for sleeper in sleepers:
        if sleeper.relay:
            by_relay.setdefault(sleeper.relay, []).append(sleeper)
        else:
            by_school.setdefault(sleeper.school, []).append(sleeper)

    async def everybody() -> list[tuple[list[Sleeper], list[str]]]:
        return await asyncio.gather(
            *(_send_packets(each, times) for each in by_school.values()),
            *(_ask_relay(name, by_relay[name], relays.get(name), times) for name in sorted(by_relay)),
        )

    each = asyncio.run(everybody())
    return [s for done, _other in each for s in done], [problem for _other, problems in each for problem in problems]


async def _send_packets(sleepers: Sequence[Sleeper], times: WakeTimes) -> tuple[list[Sleeper], list[str]]:
    done: list[Sleeper] = []
    problems: list[str] = []
    for sleeper in sleepers:
        try:
            _send_packet(sleeper)
        except OSError as exc:
            problems.append(
                Message(
                    "no magic packet could be sent to {broadcast} for {name}: {strerror}",
                    broadcast=sleeper.broadcast,
                    name=sleeper.name,
                    strerror=exc.strerror,
                )
            )
        else:
            done.append(sleeper)
            await asyncio.sleep(times.pause)
    return done, problems


def _send_packet(sleeper: Sleeper) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        udp.sendto(magic_packet(sleeper.mac), (sleeper.broadcast, sleeper.wake_port))


async def _ask_relay(
    name: str, sleepers: Sequence[Sleeper], variables: Mapping[str, Any] | None, times: WakeTimes
) -> tuple[list[Sleeper], list[str]]:
    if problem := await _relayed(name, sleepers, variables, times.pause):
        return [], [
            Message(
                "the relay {name} woke nobody ({names}): {problem}",
                name=name,
                names=some_of([s.name for s in sleepers], _SHOWN),
                problem=problem,
            )
        ]
    return list(sleepers), []


async def _relayed(name: str, sleepers: Sequence[Sleeper], variables: Mapping[str, Any] | None, pause: float) -> str:
    """Empty, or what went wrong."""
    if variables is None:
        return Message("it is not in the inventory")
    words = relay_words(((s.broadcast, s.wake_port, s.mac) for s in sleepers), pause=pause)
    # Of the relay itself, and what it spends between packets.
    seconds = 30 + pause * len(sleepers)
    try:
        connection = variables.get("ansible_connection", "ssh")
        if connection == "local":
            command = relay_command(words)
        elif connection == "ssh":
            command = ssh_command(name, variables, words)
        else:
            return Message(
                "its connection is {connection}; a relay is a Linux host reached with ssh", connection=repr(connection)
            )
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except (OSError, ValueError, AnsibleError) as exc:
        return message_of(exc)
    try:
        output, _other = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
        return Message("it did not answer within {seconds} s", seconds=f"{seconds:.0f}")
    said = " ".join(output.decode("utf-8", "replace").split())[-200:]
    return "" if process.returncode == 0 else Message("exit code {code}: {said}", code=process.returncode, said=said)


def give_back(station: WinrmStation, product: Product, memory: Memory, *, still_at_work: bool) -> dict[str, Any]:
    """Switch a station off that this controller woke, unless it is at work or somebody has opened a session.

    Returns what to add to the task's result.
    """
    woken = memory.woken()
    if woken is None:
        return {}
    reason: str = Message("its job goes on; the next run switches it off")
    if utc_now() - dt.datetime.fromisoformat(woken) > _OURS:
        memory.set_woken(None)
        reason = Message("it was woken at {woken}: somebody may have had it since", woken=woken)
    elif not still_at_work:
        try:
            reason = _switch_off(station, product, memory)
        except StationError as exc:
            reason = message_of(exc)
    return {"switched_off": False, "left_on": reason} if reason else {"switched_off": True}


def _switch_off(station: WinrmStation, product: Product, memory: Memory) -> str:
    """Empty, or why the station stays on. Raises StationError."""
    # Read now: minutes may have gone by since the plan.
    state = probe(station, product)
    if state.session_open:
        memory.set_woken(None)
        return Message("somebody has opened a session")
    # Staged files lie at rest until the evening: nothing of them goes on.
    at_rest = [str(name) for name in job_names(state.jobs) if name.verb == "staged"]
    if jobs := [name for name in state.jobs if name not in at_rest]:
        return Message("another job is on it: {names}", names=", ".join(jobs))
    result = station.run(switch_off_command(_FAREWELL, 60), doing=Message("switching the station off"))
    if result.code:
        return Message("shutdown said {result}", result=result.describe())
    memory.set_woken(None)
    return ""
