# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says of its schools, and whether AWX can read it. I/O: Ansible and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from ...module_utils.product.products import PRODUCTS
from ..inventory.schools import said, school_of
from ..inventory.sources import sources
from .plan import ACCESS, School, faults, school_groups

__all__ = ["has_vault", "refuse", "schools", "source_within", "stations"]

_NAMED: Final = 5
_ENCRYPTED: Final = b"$ANSIBLE_VAULT;"


def stations(variables: Mapping[str, Any]) -> list[str]:
    """The stations of every product, in the order of the inventory. Raises ValueError without any."""
    groups = variables["groups"]
    found = list(dict.fromkeys(name for each in PRODUCTS.values() for name in groups.get(each.group) or ()))
    if not found:
        raise ValueError(
            Message("no station is in the group pronote_stations: give the inventory (-i inventories/my_schools)")
        )
    return found


def schools(variables: Mapping[str, Any]) -> list[School]:
    """The schools of all stations, by UAI. Raises ValueError for a station of none, AnsibleError."""
    hostvars, groups = variables["hostvars"], variables["groups"]
    by_uai: dict[str, list[str]] = {}
    for name in stations(variables):
        by_uai.setdefault(school_of(hostvars[name], strict=True), []).append(name)
    if lost := by_uai.pop("", []):
        raise ValueError(
            Message(
                "{stations} are of no school, and no job would look at them: set pronote_uai in the file of the school",
                stations=some_of(lost, _NAMED),
            )
        )
    limits = school_groups(by_uai, {name: members for name, members in groups.items() if members})
    return [
        School(
            uai=uai,
            group=limits[uai],
            pilots=tuple(name for name in by_uai[uai] if boolean(said(hostvars[name], "pronote_pilot"), strict=False)),
        )
        for uai in sorted(by_uai)
    ]


def refuse(variables: Mapping[str, Any]) -> list[Message]:
    """What keeps AWX from reading this inventory, or from using its own credentials."""
    if sealed := [str(path) for path in _sealed()]:
        # Ansible opens them with the variables of their stations, and would speak of a password.
        return list(faults(sealed, {}))
    access: dict[str, list[str]] = {}
    for name in stations(variables):
        own = variables["hostvars"].raw_get(name)
        for each in ACCESS:
            if each in own:
                access.setdefault(each, []).append(name)
    return list(faults([], access))


def _sealed() -> Iterator[Path]:
    """Files that are encrypted as a whole, wherever in the inventory's folder: its synchronisation reads them all."""
    for source in sources():
        path = Path(str(source))
        for file in sorted(path.rglob("*")) if path.is_dir() else _beside(path):
            if file.is_file() and _is_encrypted(file):
                yield file


def _is_encrypted(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_ENCRYPTED)) == _ENCRYPTED


def has_vault(playbooks: Path) -> bool:
    """Whether secrets lie beside the playbooks, where jobs open them and the inventory's synchronisation does not."""
    return any(file.is_file() and _is_encrypted(file) for file in (playbooks / "group_vars").rglob("*"))


def _beside(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        for name in ("group_vars", "host_vars"):
            yield from sorted((path.parent / name).rglob("*"))


def source_within(top: Path) -> str:
    """The inventory's folder as it is below another; empty where it is not, or where there are several."""
    found = [Path(str(each)).resolve() for each in sources()]
    top = top.resolve()
    if len(found) != 1 or not found[0].is_relative_to(top) or found[0] == top:
        return ""
    return found[0].relative_to(top).as_posix()
