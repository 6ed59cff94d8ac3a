"""Earlier names of what is about releases, responses, the depot and init: with one alone, a task says another thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import known

_ROOT = Path(__file__).resolve().parents[2]
_INVENTORY = {
    "inventory_dir": "/inv",
    "ansible_inventory_sources": ["/inv"],
    "ansible_check_mode": False,
    "ansible_managed": "by Ansible",
    "pronote_uai": "0310036W",
    "pronote_depot_url": "http://depot.example.org/pronote",
    "pronote_depot_path": "/srv/pronote",
}
# Of stations and schools, actions read what hosts have by themselves.
_NAMES: Final = [
    name for name in EARLIER if re.match("pronote_(prepare|publish|record|prune|depot|init)_", name) is not None
]
_PLAIN: Final[Mapping[str, list[Any]]] = {
    "str": ["earlier"],
    "path": ["/earlier"],
    "raw": ["/earlier"],
    "int": [4711],
    "float": [47.5],
    "bool": [True, False],
    "dict": [{"earlier": 1}],
}


def _values(option: Mapping[str, Any]) -> list[Any]:
    """Values that are not all the default."""
    found: list[Any] = list(option.get("choices") or ["earlier"])
    if option["type"] == "list":
        return [[], *([each] for each in found)] if option.get("elements") != "dict" else [[{"earlier": 1}]]
    return found if option.get("choices") else _PLAIN[option["type"]]


@cache
def _role(role: str) -> dict[str, Any]:
    """Its variables, those of the inventory too, with which all that is said of it can be worked out."""
    loader = DataLoader()
    found: dict[str, Any] = {}
    for name in ("defaults/main.yml", "vars/main.yml"):
        file = _ROOT / "roles" / role / name
        if file.exists():
            found |= loader.load_from_file(str(file), trusted_as_template=True) or {}
    return found


@cache
def _texts(role: str) -> list[Any]:
    """Each thing that a task says by itself, and each template."""
    loader, folder = DataLoader(), _ROOT / "roles" / role
    found: list[Any] = []
    for file in sorted(folder.glob("tasks/*.yml")):
        found += _leaves(loader.load_from_file(str(file), trusted_as_template=True), _role(role))
    found += [trust_as_template(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("templates/*"))]
    return found


def _leaves(value: Any, named: Mapping[str, Any]) -> Iterator[Any]:
    """``named``: what an action takes by the name of a variable."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            conditions = [each] if isinstance(each, str) else each
            if name in {"when", "that"} and isinstance(conditions, list):
                # Bare expressions.
                yield from (trust_as_template("{{ " + str(condition) + " }}") for condition in conditions)
            else:
                yield from _leaves(each, named)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, named)
    elif isinstance(value, str) and value in named:
        yield from _leaves(named[value], {})
    elif isinstance(value, str) and "{{" in value:
        yield value


def _said(role: str, **given: Any) -> list[str]:
    templar = Templar(loader=DataLoader(), variables={**_INVENTORY, **_role(role), **given})
    found = []
    for text in _texts(role):
        try:
            found.append(repr(templar.template(text)))
        except Exception as exc:  # noqa: BLE001  (what facts and registered results say is not there)
            found.append(re.sub("0x[0-9a-f]+", "", repr(exc)))
    return found


@cache
def _readers(name: str) -> list[str]:
    """The roles that name it, but for comments."""
    read = re.compile(rf"(?m)^[^#\n]*\b{name}\b")
    files = [file for part in "dtv" for file in (_ROOT / "roles").glob(f"*/{part}*/*.*")]
    return sorted({file.parts[-3] for file in files if read.search(file.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("name", _NAMES)
def test_it_is_read_where_it_stands_alone(name: str) -> None:
    roles = _readers(name)
    assert roles
    for role in roles:
        before = _said(role)
        assert any(_said(role, **{name: value}) != before for value in _values(known()[name])), role
