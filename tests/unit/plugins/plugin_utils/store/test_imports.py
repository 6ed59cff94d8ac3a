"""Who pays for SQLAlchemy (0.15 s of CPU in each worker): tasks that open a store, and no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[5]
_PLUGINS = "ansible_collections.rentree.pronote.plugins"
# What reads or writes the store, here or in what it is made of.
_OPEN_A_STORE = {
    "audit",
    "audit_alert",
    "audit_conclude",
    "audit_report",
    "audit_survey",
    "client",
    "client_survey",
    "client_turn",
    "deploy_report",
    "rentree_attest",
    "rentree_board",
    "ring_step",
    "rings",
    "startup_script",
    "store",
    "wake",
}
_IMPORT = """
import importlib, sys
from ansible.plugins.loader import init_plugin_loader

init_plugin_loader([sys.argv[1]])
for name in sys.argv[2:]:
    plugin = importlib.import_module(name)
    getattr(plugin, "ActionModule" if ".action." in name else "LookupModule")
    if "sqlalchemy" in sys.modules:
        sys.exit(f"{name} imports SQLAlchemy")
print("sqlalchemy" in sys.modules)
"""


def _imported(*names: str) -> subprocess.CompletedProcess[str]:
    """All of them in a new interpreter, one after the other, until one imports SQLAlchemy."""
    collections = str(_ROOT / ".ansible/collections")
    return subprocess.run(
        [sys.executable, "-c", _IMPORT, collections, *names], cwd=_ROOT, capture_output=True, text=True, check=False
    )


def test_a_task_without_a_store_starts_without_sqlalchemy() -> None:
    actions = {path.stem for path in (_ROOT / "plugins/action").glob("*.py")} - {"__init__"}
    lookups = {path.stem for path in (_ROOT / "plugins/lookup").glob("*.py")} - {"__init__"}
    assert actions >= _OPEN_A_STORE
    others = sorted(actions - _OPEN_A_STORE)
    assert {"client_settings", "doctor", "preflight", "prepare"} <= set(others)
    run = _imported(
        *(f"{_PLUGINS}.action.{name}" for name in others), *(f"{_PLUGINS}.lookup.{name}" for name in sorted(lookups))
    )
    assert (run.returncode, run.stdout) == (0, "False\n"), run.stderr


def test_one_with_a_store_imports_it() -> None:
    run = _imported(f"{_PLUGINS}.action.store")
    assert (run.returncode, run.stderr) == (1, f"{_PLUGINS}.action.store imports SQLAlchemy\n")
