"""The names that the preflight takes for ours are those that something reads, neither fewer nor more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER, OTHERWISE, with_earlier
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import (
    GONE,
    known,
    needed,
    options_of,
)

_ROOT = Path(__file__).resolve().parents[5]
_ROLES = [path.name for path in (_ROOT / "roles").iterdir()]
_NAME = re.compile(r"(?<![\w/.])pronote_[a-z0-9_]+\b")
# Roles, groups, what a web server is configured with, and what tasks return: no variables that anybody sets.
_ELSE = {
    *_ROLES,
    *("pronote_depots", "pronote_edt_stations", "pronote_stations", "pronote_reference"),
    *("pronote_late", "pronote_pending", "pronote_failed", "pronote_never_seen"),
    *("pronote_depot_all", "pronote_depot_client", "pronote_unreadable"),
    *("pronote_audit_record", "pronote_client_result", "pronote_releases_lock"),
}


def _texts(*patterns: str) -> str:
    files = (path for pattern in patterns for path in _ROOT.glob(pattern) if "preflight" not in str(path))
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))


def _read() -> set[str]:
    text = _texts("roles/*/[dtv]*/*", "playbooks/*.yml", "plugins/**/*.py")
    registered = set(re.findall(r"\bregister: (pronote_\w+)", text))
    # An ending underscore: a text that a name begins with.
    return {name for name in _NAME.findall(text) if not name.endswith("_")} - _ELSE - registered


def test_every_name_that_is_read_is_known() -> None:
    assert _read() - known().keys() - GONE.keys() == set()


def test_every_name_that_is_known_is_read() -> None:
    assert known().keys() - _read() == {"pronote_known_names"}


def test_what_is_known_and_what_is_gone_are_two() -> None:
    assert known().keys() & GONE.keys() == set()


def test_an_earlier_name_is_no_name_of_today() -> None:
    told = {name for options in map(options_of, _ROLES) for name in options}
    assert EARLIER.keys() & (told | GONE.keys()) == set()
    assert OTHERWISE.keys() <= EARLIER.keys()
    assert all(known()[name]["type"] for name in EARLIER)


def test_the_keys_of_a_variable_are_said_by_one_role() -> None:
    specs = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in (_ROOT / "roles").glob("*/meta/arg*.yml")]
    options = [
        each.items() for spec in specs for entry in spec["argument_specs"].values() for each in [entry["options"]]
    ]
    keyed = [name for each in options for name, option in each if option.get("options")]
    assert sorted(keyed) == sorted(set(keyed))
    assert all(known()[name]["options"] for name in keyed)


def test_a_name_that_two_roles_have_is_of_one_type() -> None:
    types: dict[str, set[str]] = {}
    for file in (_ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            for name, option in entry["options"].items():
                # Of a variable with keys that several roles read, one says what they are.
                kind = {key: option.get(key) for key in ("type", "elements", "choices")}
                types.setdefault(name, set()).add(repr(kind))
    assert {name: each for name, each in types.items() if len(each) > 1} == {}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("", []),
        ("pronote_audit", [["pronote_uai"]]),
        ("pronote_client", [["pronote_uai"], ["pronote_releases"], ["pronote_depot_url", "pronote_client_depot"]]),
    ],
)
def test_what_a_role_needs(role: str, names: list[list[str]]) -> None:
    assert [list(each) for each in needed(role)] == names


def test_a_name_is_followed_by_those_that_it_had() -> None:
    assert with_earlier(["pronote_lock_file", "pronote_uai"])[:2] == ["pronote_lock_file", "pronote_uai"]
    assert "pronote_startup_lock_file" in with_earlier(["pronote_lock_file", "pronote_uai"])[2:]
    assert {"pronote_client_job_timeout", "pronote_client_lease"} <= set(with_earlier({"pronote_timeouts": {}}))
    assert with_earlier(["pronote_uai"]) == ["pronote_uai"]


def test_playbooks_name_their_roles() -> None:
    for file in (_ROOT / "playbooks").glob("*.yml"):
        plays = yaml.safe_load(file.read_text(encoding="utf-8"))
        tasks = [task for play in plays for task in play.get("pre_tasks", ())]
        assert tasks[0]["name"] == "Look at the inventory", file
        for play in plays:
            for task in play.get("pre_tasks", ()):
                role = (task["rentree.pronote.preflight"] or {}).get("role")
                assert role is None or f"rentree.pronote.{role}" in str(play), file
