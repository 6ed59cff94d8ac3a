"""What a task's option makes of a store: a path of Ansible's, or an address, letter by letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import action_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.arguments import ARGUMENT_SPEC
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.option import store_address

_ROOT = Path(__file__).resolve().parents[5]
# A folder of recordings.
_OTHERS = {"response_record"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/admin")
    monkeypatch.setenv("user", "nobody")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("~/state.sqlite3", "/home/admin/state.sqlite3"),
        ("$HOME/state.sqlite3", "/home/admin/state.sqlite3"),
        ("state/pronote.sqlite3", "state/pronote.sqlite3"),
        (Path("/srv/a"), "/srv/a"),
        ("", ""),
        # The schema of who connects (postgresql.org, ddl-schemas), and a user with such a name.
        ("postgresql://u@db/p?options=-csearch_path%3D$user", "postgresql://u@db/p?options=-csearch_path%3D$user"),
        ("postgresql://~$HOME@db/p", "postgresql://~$HOME@db/p"),
    ],
)
def test_a_path_is_expanded_and_an_address_stays_as_it_is(given: str, taken: str) -> None:
    checked = ArgumentSpecValidator({"store": {"type": store_address}}).validate({"store": given})
    assert (checked.error_messages, checked.validated_parameters) == ([], {"store": taken})


def test_each_store_of_an_action_is_one() -> None:
    seen = {"client"}
    assert ARGUMENT_SPEC["store"]["type"] is store_address
    for path in (_ROOT / "plugins/action").glob("*.py"):
        plugin = action_loader.get(f"rentree.pronote.{path.stem}", class_only=True)
        # What a survey or a module beside it takes is theirs.
        spec: dict[str, Any] = getattr(plugin, "ARGUMENT_SPEC", {})
        named = {"address", "source"} if path.stem == "store" else {"store"}
        if path.stem in _OTHERS or not named <= spec.keys():
            continue
        assert {spec[name]["type"] for name in named} == {store_address}, path.stem
        seen.add(path.stem)
    assert {"audit_report", "audit_conclude", "places", "rings", "store", "wake"} <= seen
