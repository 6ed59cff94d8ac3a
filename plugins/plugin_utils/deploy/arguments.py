# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the action client, and what they ask for. Checked before the station is asked anything.

I/O: the station and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release
from ..depot.lock import (
    published_digests,
    published_installers,
    published_removals,
    published_technologies,
    published_updates,
)
from ..depot.script import script_versions
from ..job.commands import (
    depot_folder,
    valid_rate,
)
from ..job.follow import JobTimes
from ..remaining.confirmation import unconfirmed
from ..station.cmdline import REVOCATION
from ..station.shutdown import restart_command
from ..store.option import store_address
from . import people, restarts
from .client import DeploymentRequest, log_name
from .goal import DOWNGRADE, UPDATE, WHEN, WHEN_CLOSED, WHEN_FROZEN, Goal
from .hours import Hours

__all__ = ["ARGUMENT_SPEC", "TURN_SPEC", "request_from"]

ARGUMENT_SPEC: dict[str, Any] = {
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "staged"]},
    "release": {"type": "str", "required": True},
    "arch": {"type": "str", "default": "auto", "choices": ["auto", "x64", "x86"]},
    "depot": {"type": "str", "required": True},
    "releases": {"type": "dict", "required": True},
    "allow_downgrade": {"type": "bool", "default": False},
    "downgrade": {"type": "str", "default": "over", "choices": list(DOWNGRADE)},
    "update": {"type": "str", "default": "over", "choices": list(UPDATE)},
    "remove_older": {"type": "bool", "default": False},
    "when": {"type": "str", "default": "now", "choices": list(WHEN)},
    "armed_days": {"type": "int", "default": 14},
    "armed_delay": {"type": "float", "default": 30},
    "when_running": {"type": "str", "default": "skip", "choices": list(people.WHEN_RUNNING)},
    "when_session": {"type": "str", "default": "ignore", "choices": list(people.WHEN_SESSION)},
    "wait_running_timeout": {"type": "float", "default": 600},
    "notify_message": {"type": "str", "default": people.MESSAGE},
    "notify_delay": {"type": "float", "default": 300},
    "notify_then": {"type": "str", "default": "skip", "choices": ["skip", "close"]},
    "when_reboot_pending": {"type": "str", "default": "ignore", "choices": list(restarts.WHEN_PENDING)},
    "reboot": {"type": "str", "default": "never", "choices": list(restarts.REBOOT)},
    "when_frozen": {"type": "str", "default": "once", "choices": list(WHEN_FROZEN)},
    "reboot_with_session": {"type": "bool", "default": False},
    "reboot_message": {"type": "str", "default": restarts.MESSAGE},
    "reboot_delay": {"type": "float", "default": 60},
    "reboot_timeout": {"type": "float", "default": 900},
    "stage_rate": {"type": "str", "default": ""},
    "depot_revocation": {"type": "str", "default": "require", "choices": list(REVOCATION)},
    "min_free_mib": {"type": "int", "default": 1024},
    "job_timeout": {"type": "float", "default": 3600},
    "start_timeout": {"type": "float", "default": 60},
    "poll_interval": {"type": "float", "default": 3},
    "reconnect_timeout": {"type": "float", "default": 300},
    "verify_timeout": {"type": "float", "default": 60},
    "log_dir": {"type": "path"},
    "windows": {"type": "list", "elements": "dict", "default": []},
    "when_closed": {"type": "str", "default": "skip", "choices": list(WHEN_CLOSED)},
    "timezone": {"type": "str", "default": ""},
    "expected_duration": {"type": "float", "default": 900},
    "store": {"type": store_address, "default": ""},
    "school": {"type": "str", "default": ""},
    "room": {"type": "str", "default": ""},
    "switch_off": {"type": "bool", "default": True},
    "gate": {"type": "str", "default": ""},
    "gate_source": {"type": "dict", "default": {}},
}

TURN_SPEC: dict[str, Any] = {**ARGUMENT_SPEC, "idle": {"type": "bool", "default": False}}
"""The same for a survey and the turns after it. ``idle``: the station is asked nothing, whatever the rest says."""


def request_from(args: Mapping[str, Any], name: str) -> DeploymentRequest:
    """Check what can be checked before the station is asked anything. Raises ValueError."""
    depot_folder(args["depot"], "0", "x64")
    _in_range("armed_days", args["armed_days"], 1, 365)
    _in_range("armed_delay", args["armed_delay"], 0, 3600)
    hours = Hours.read(args["windows"], timezone=args["timezone"], seconds=args["expected_duration"])
    release, releases = Release.parse(args["release"]), args["releases"]
    return DeploymentRequest(
        goal=Goal(
            product=PRODUCTS[args["product"]],
            state=args["state"],
            release=release,
            arch=args["arch"],
            digests=published_digests(releases, release),
            scripts=script_versions(releases),
            technologies=published_technologies(releases, release),
            allow_downgrade=args["allow_downgrade"],
            downgrade=args["downgrade"],
            update=args["update"],
            updates=published_updates(releases, release),
            remove_older=args["remove_older"],
            removals=published_removals(releases),
            people=_people(args),
            restarts=_restarts(args, hours),
            min_free_bytes=args["min_free_mib"] * 2**20,
            when_frozen=args["when_frozen"],
            when=args["when"],
            when_closed=args["when_closed"],
            armed_days=args["armed_days"],
        ),
        depot=args["depot"],
        times=JobTimes(
            job=args["job_timeout"],
            poll=args["poll_interval"],
            start=args["start_timeout"],
            reconnect=args["reconnect_timeout"],
        ),
        verify_timeout=args["verify_timeout"],
        stage_rate=valid_rate(args["stage_rate"]),
        depot_revocation=args["depot_revocation"],
        armed_delay=args["armed_delay"],
        hours=hours,
        installers=published_installers(releases),
        log_file=Path(args["log_dir"]) / f"{log_name(name)}.log" if args["log_dir"] else None,
        # Of the store in a dry run too, which tells the same.
        unconfirmed=partial(unconfirmed, args["store"], name, args["product"]),
    )


def _in_range(name: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(
            Message("{name} is {value}, not from {least} to {most}", name=name, value=value, least=least, most=most)
        )


def _people(args: Mapping[str, Any]) -> people.People:
    people.message_text(args["notify_message"], args["notify_delay"])
    return people.People(
        when_running=args["when_running"],
        when_session=args["when_session"],
        wait=args["wait_running_timeout"],
        message=args["notify_message"],
        notify_delay=args["notify_delay"],
        notify_then=args["notify_then"],
    )


def _restarts(args: Mapping[str, Any], hours: Hours) -> restarts.Restarts:
    restart_command(args["reboot_message"], args["reboot_delay"])
    judged = hours.judge()
    return restarts.Restarts(
        when_pending=args["when_reboot_pending"],
        policy=args["reboot"],
        # The window that the job itself has to end in; outside of any there is no time for a restart.
        until=judged.closes_at if judged.open else None,
        with_session=args["reboot_with_session"],
        message=args["reboot_message"],
        delay=args["reboot_delay"],
        timeout=args["reboot_timeout"],
    )
