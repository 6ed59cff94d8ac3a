"""A plugin is imported when Ansible asks for its class; a package that is missing is said before anything else."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

_PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
_HERE = "ansible_collections.rentree.pronote.plugins"
_NAMES = {
    "action": "ActionModule",
    "callback": "CallbackModule",
    "inventory": "InventoryModule",
    "lookup": "LookupModule",
}


_WITHOUT = """
import sys
from ansible.plugins.loader import action_loader, init_plugin_loader

for name in sys.argv[2:]:
    sys.modules[name] = None
init_plugin_loader([sys.argv[1]])
try:
    action_loader.get("rentree.pronote.client_turn", class_only=True)
except Exception as exc:
    print(type(exc).__name__, exc)
"""


def _told(*missing: str, language: str = "") -> str:
    """What a new interpreter says in which these modules cannot be imported, asked for an action."""
    collections = str(_PLUGINS.parent / ".ansible/collections")
    environment = {**os.environ, "RENTREE_LANGUAGE": language}
    command = [sys.executable, "-c", _WITHOUT, collections, *missing]
    run = subprocess.run(command, env=environment, cwd=_PLUGINS.parent, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.mark.parametrize(
    ("language", "told"),
    [
        # No inventory is read where a plugin is imported.
        ("en", "AnsibleError the controller lacks requests, pywinrm, xmltodict. Install"),
        ("", "AnsibleError il manque au contrôleur requests, pywinrm, xmltodict. Installer"),
    ],
)
def test_packages_that_are_missing_are_the_controllers(language: str, told: str) -> None:
    said = _told("requests", "winrm", "xmltodict", language=language)
    assert said.startswith(told)
    assert "pip install -r requirements.txt" in said


def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours() -> None:
    assert _told(f"{_HERE}.plugin_utils.rings.turn").startswith("ModuleNotFoundError")


def test_what_is_no_plugin_is_no_attribute() -> None:
    with pytest.raises(AttributeError):
        _ = import_module(f"{_HERE}.action.client_turn").ARGUMENT_SPEC


@pytest.mark.parametrize("kind", sorted(_NAMES))
def test_each_plugin_has_its_own_class(kind: str) -> None:
    files = sorted(path.stem for path in (_PLUGINS / kind).glob("*.py"))
    for name in files:
        found = getattr(import_module(f"{_HERE}.{kind}.{name}"), _NAMES[kind])
        assert found.__module__ in {f"{_HERE}.plugin_utils.entries.{name}", f"{_HERE}.{kind}.{name}"}
