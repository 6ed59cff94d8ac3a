# SPDX-License-Identifier: GPL-3.0-or-later
"""What the board is told about each school: the variables of its stations, over the task's options.

A board runs once for the whole play, so an option of its task has one value, made of the variables of the play's first
station. What differs from school to school (``group_vars/<school>/``) is read from the variables of a station of that
school; the role does not pass it as an option, which would give the first school's value to all.
I/O: the variables of hosts, through Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message
from ..inventory.schools import said, schools
from ..survey.options import Resolved

__all__ = ["SETTINGS_SPEC", "School", "settings"]

SETTINGS_SPEC: dict[str, Any] = {
    "edt_path": {"type": "str", "default": ""},
    "edt_station": {"type": "str", "default": ""},
    "edt_newer_than": {"type": "str", "default": ""},
    "edt_previous_size": {"type": "int", "default": 0},
    "edt_sha256": {"type": "str", "default": ""},
    "ent_cas_host": {"type": "str", "default": ""},
    "ent_ca_path": {"type": "path"},
    "export_path": {"type": "path"},
    "export_previous": {"type": "path"},
    "export_partner": {"type": "str", "default": ""},
}
"""Options that a school may have values of its own for: ``edt_path`` as key ``path`` of ``pronote_rentree_edt``."""


@dataclass(frozen=True, kw_only=True)
class School:
    """One school of the play.

    ``workstation``: where its archive of EDT is, when it is on one; ``connection``: to that, where only the stock
    plugin reaches it.
    """

    uai: str
    name: str
    server_url: str
    stations: tuple[str, ...]
    year: int
    edt_path: str = ""
    edt_station: str = ""
    edt_newer_than: str = ""
    edt_previous_size: int = 0
    edt_sha256: str = ""
    ent_cas_host: str = ""
    ent_ca_path: str | None = None
    export_path: str | None = None
    export_previous: str | None = None
    export_partner: str = ""
    workstation: Resolved | None = None
    connection: Any = field(default=None, compare=False)

    @property
    def since(self) -> str:
        """From when on files of this year can be: the first of June, when its preparation begins."""
        return f"{self.year}-06-01"


def settings(variables: Mapping[str, Any], options: Mapping[str, Any]) -> list[School]:
    """Every school of the play. Raises ValueError naming the variable that is not what it must be."""
    found = []
    for uai, hosts in schools(variables).items():
        own = variables["hostvars"][hosts[0]]
        values = {name: _value(own, name, options[name], uai) for name in SETTINGS_SPEC}
        found.append(
            School(
                uai=uai,
                name=said(own, "pronote_school", strict=True),
                server_url=said(own, "pronote_server_url", strict=True),
                stations=tuple(hosts),
                year=options["year"],
                **values,
            )
        )
    return found


def _value(own: Mapping[str, Any], name: str, default: Any, uai: str) -> Any:
    what, _mark, key = name.partition("_")
    given = own.get(f"pronote_rentree_{what}")
    if given is None:
        # Its earlier name (preflight/earlier.py), or none.
        value = own.get(f"pronote_rentree_{name}", default)
    elif isinstance(given, Mapping):
        value = given.get(key, default)
    else:
        raise ValueError(
            Message("pronote_rentree_{name} of {uai} has no keys, such as {key}", name=what, uai=uai, key=key)
        )
    if SETTINGS_SPEC[name]["type"] != "int":
        return None if value is None else str(value)
    try:
        return int(value)
    except (TypeError, ValueError) as exc:
        raise ValueError(
            Message(
                "pronote_rentree_{name} of {uai} is {value}, not a number",
                name=f"{what}.{key}",
                uai=uai,
                value=repr(value),
            )
        ) from exc
