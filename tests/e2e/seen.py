"""For the actions of tests/e2e/playbooks: what is compared of a station, its variables and its connection."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible import constants
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Access

__all__ = ["accessed", "reached", "watched"]

_WATCHED = ("ansible_", "of_", "group_names", "inventory_", "role_name", "play_hosts", "registered", "secret")
# What the connection adds for the action that runs beside it (ConnectionBase.update_vars): compared in the arguments.
_ADDED = {name for names in constants.MAGIC_VARIABLE_MAPPING.values() for name in names}


def watched(variables: dict[str, Any], templar: Any) -> dict[str, Any]:
    """Those variables, templated; of one that cannot be: the error's name."""
    found = {}
    for name in sorted(variables):
        if name.startswith(_WATCHED) and name not in _ADDED:
            try:
                found[name] = templar.template(variables[name])
            except Exception as exc:  # noqa: BLE001  (it is compared)
                found[name] = f"error: {type(exc).__name__}"
    return found


def reached(connection: Any) -> dict[str, Any] | None:
    """What the stock plugin makes of its options; None for another plugin. Any: those are its own attributes."""
    if connection.transport != "winrm":
        return None
    connection._build_winrm_kwargs()
    return {
        "host": connection._winrm_host,
        "port": connection._winrm_port,
        "scheme": connection._winrm_scheme,
        "path": connection._winrm_path,
        "user": connection._winrm_user,
        "password": connection._winrm_pass,
        "transports": connection._winrm_transport,
        "seconds": connection._winrm_connection_timeout,
        "arguments": connection._winrm_kwargs,
        "managed": connection._kerb_managed,
        "kinit": [connection._kinit_cmd, connection.get_option("kinit_args"), connection.get_option("kinit_env_vars")],
        "connecting": float(connection._play_context.timeout),
    }


def accessed(access: Access) -> list[Any]:
    """What the survey makes of it, by transport."""
    return [dataclasses.asdict(each) if dataclasses.is_dataclass(each) else str(each) for each in access.approaches]
