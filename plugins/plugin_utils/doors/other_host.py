# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a host that is not the task's, whatever the limit: the workstation with a school's archive.

A play of its own on that host would need it in the limit, and a task with ``when`` costs a process for each station of
the school only to be skipped. I/O: Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

__all__ = ["connection_to"]


def connection_to(host: str, play_context: PlayContext, variables: Mapping[str, Any], templar: Templar) -> Any:
    """The connection that Ansible itself would make to a host of the inventory; not opened yet.

    Raises ValueError for a host that the inventory does not have.
    """
    if host not in variables["hostvars"]:
        raise ValueError(f"{host!r} is not a host of the inventory: check pronote_rentree_edt_station")
    own = variables["hostvars"][host]
    kind = str(own.get("ansible_connection", play_context.connection))
    connection = connection_loader.get(kind, play_context, "/dev/null")
    if connection is None:
        raise ValueError(f"ansible_connection of {host} is {kind!r}, which Ansible does not know")
    # As TaskExecutor._set_connection_options does (ansible-core 2.19), which is for the task's own host only.
    task_keys: dict[str, Any] = {"timeout": play_context.timeout}
    if play_context.password:
        task_keys["password"] = play_context.password
    named = {"inventory_hostname": host, **{name: own[name] for name in own if name.startswith("ansible_")}}
    options = connection._resolve_option_variables(named, templar)
    connection.set_options(task_keys=task_keys, var_options=options)
    return connection
