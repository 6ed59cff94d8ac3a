# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of ours: what the roles' argument specs say, and the few that no role has. I/O: files."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from .earlier import EARLIER, OTHERWISE, with_earlier
from .judge import OWN_NAMES

__all__ = ["GONE", "is_secret", "known", "needed", "options_of"]

_ROLES: Final = Path(__file__).parents[3] / "roles"

_BESIDE: Final[Mapping[str, Mapping[str, Any]]] = {
    OWN_NAMES: {"type": "list", "elements": "str"},
    # What playbooks take for the hosts of a play.
    "pronote_hosts": {"type": "raw"},
    "pronote_record_station": {"type": "raw"},
    # What the survey of AWX's templates answers (awx/data.py).
    "pronote_awx_release": {"type": "str"},
    # Of the store in PostgreSQL (doors/action.py).
    "pronote_state_password": {"type": "str", "no_log": True},
    # What a station says of waking it (wake/wake.py).
    "pronote_mac": {"type": "str"},
    "pronote_wake_broadcast": {"type": "str"},
    "pronote_wake_port": {"type": "int"},
    "pronote_wake_relay": {"type": "str"},
    # Before there was pronote_language; whoever reads them says so (doors/language.py).
    "pronote_audit_language": {"type": "str"},
    "pronote_client_report_language": {"type": "str"},
    "pronote_rentree_language": {"type": "str"},
}
"""What is read, and is an argument of no role."""

GONE: Final[Mapping[str, str]] = {
    "pronote_audit_alert_timeout": "0.2.0",
    "pronote_client_reboot_allowed_until": "0.2.0",
    "pronote_prepare_crls": "0.2.0",
}
"""What is read no more, and since which release of ours."""

_NEEDED: Final[Mapping[str, Sequence[str]]] = {
    "pronote_client": ["pronote_depot_url"],
    "pronote_publish": ["pronote_release"],
}
"""What a role needs beside what its specs say."""


@functools.cache
def _specs() -> dict[str, dict[str, Any]]:
    """The options of each role."""
    # In C it takes a tenth of the time; every wheel of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = {}
    for file in sorted(_ROLES.glob("*/meta/argument_specs.yml")):
        specs = yaml.load(file.read_bytes(), Loader=loader)["argument_specs"]  # noqa: S506  (a safe one)
        options: dict[str, Any] = {}
        for entry in specs.values():
            options |= entry.get("options") or {}
        found[file.parents[1].name] = options
    return found


def known() -> dict[str, Mapping[str, Any]]:
    """Each name with its type, as an argument spec says it. Raises OSError, ValueError for a collection in pieces."""
    found: dict[str, Mapping[str, Any]] = dict(_BESIDE)
    for options in _specs().values():
        # One role says what the keys of a variable are that several read.
        found |= {name: option for name, option in options.items() if not found.get(name, {}).get("options")}
    for name, now in EARLIER.items():
        top, _dot, key = now.partition(".")
        found[name] = OTHERWISE.get(name) or (found[top]["options"][key] if key else found[top])
    return found


def is_secret(option: Mapping[str, Any]) -> bool:
    """Whether a variable is a secret, or has a key that is one."""
    return bool(option.get("no_log")) or any(map(is_secret, (option.get("options") or {}).values()))


def options_of(role: str) -> list[str]:
    """The names that a role reads; none for no role."""
    return list(_specs().get(role, {}))


def needed(role: str) -> list[Sequence[str]]:
    """What a role cannot do without, each name with those that it had before for this role, which do as well; nothing
    for no role."""
    options = _specs().get(role, {})
    required = [name for name, option in options.items() if option.get("required")]
    wanted = (*required, *_NEEDED.get(role, ()))
    return [[each for each in with_earlier([name]) if each == name or each.startswith(f"{role}_")] for name in wanted]
