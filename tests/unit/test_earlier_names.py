"""An inventory with the names that variables had comes to what one with those of today does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER, OTHERWISE
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import known
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.templates import Templates

from tests.collection import ROOT

_REPORTS = ("audit", "rentree", "attest", "doctor", "rehearse", "schedule", "awx")
_ROLES = ("pronote_client", "pronote_client_settings", "pronote_startup", *(f"pronote_{each}" for each in _REPORTS))
# What would ask a server or a folder otherwise.
_GIVEN = {
    "inventory_dir": "/inventory",
    "pronote_client_log_dir": "",
    "pronote_client_release": "2026.2.7",
    "pronote_releases": {"2026.2.7": {"x64": {"digest": "client"}}},
    "pronote_product_releases": {"edt_monoposte": {"2026.2.7": {"x64": {"digest": "edt"}}}},
    "ansible_run_tags": [],
}
_SIMPLE = sorted(
    name
    for name in EARLIER.keys() - OTHERWISE
    if name.startswith((*(f"{role}_" for role in _ROLES), "pronote_deploy_"))
    # A folder for files (test_state_default.py), and what says with another name what it does.
    and EARLIER[name] not in {"pronote_reports_dir", "pronote_attest_revoke"}
)
_VALUES = {"str": "text", "path": "/text", "float": 7.5, "int": 7, "bool": True, "list": ["text"]}


@cache
def _loaded(role: str) -> dict[str, dict[str, Any]]:
    """Public and private variables of a role, and the arguments of its tasks, as they are written."""
    loader, folder = DataLoader(), ROOT / "roles" / role
    found: dict[str, dict[str, Any]] = {"variables": {}, "tasks": {}}
    for name in ("defaults/main.yml", "vars/main.yml"):
        if (folder / name).exists():
            found["variables"] |= loader.load_from_file(str(folder / name), trusted_as_template=True)
    for file in sorted((folder / "tasks").glob("*.yml")):
        tasks = loader.load_from_file(str(file), trusted_as_template=True)
        for task in [each for one in tasks for each in (one.get("block") or [one]) + one.get("always", [])]:
            for action, given in task.items():
                if action.startswith("rentree.pronote."):
                    found["tasks"] |= {f"{task['name']}: {option}": value for option, value in given.items()}
                    found["tasks"] |= {f"{task['name']}: {n}": v for n, v in task.get("vars", {}).items()}
    return found


@cache
def _text(role: str) -> str:
    return repr(_loaded(role))


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(f"{name}.{key}", each)
    else:
        yield name, value


@cache
def _templates() -> Templates:
    """One for all: it compiles each text once."""
    return Templates(Templar(loader=DataLoader()))


@cache
def _base(role: str) -> dict[str, Any]:
    return _worked(role, {})


def _worked(role: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What everything of a role comes to; what cannot be worked out here is left out, as is what is omitted."""
    loaded = _loaded(role)
    variables = {**loaded["variables"], **_GIVEN, **given}
    templates = _templates()
    templates.use(variables)
    found = {}
    for name, raw in {**loaded["variables"], **loaded["tasks"], **given}.items():
        for path, value in _flat(name, variables.get(name, raw)):
            try:
                found[path] = templates.template(value)
            except (AnsibleError, AnsibleValueOmittedError):
                continue
    return found


def _compare(earlier: Mapping[str, Any], today: Mapping[str, Any]) -> set[str]:
    """Where an earlier name counts; there it comes to what today's does."""
    counts = set()
    for role in (each for each in _ROLES if any(name in _text(each) for name in earlier)):
        base, old, new = _base(role), _worked(role, earlier), _worked(role, today)
        for path in old.keys() - earlier:
            # A name of today without some of its keys says nothing of them.
            if old[path] != base.get(path):
                assert path not in new or old[path] == new[path], path
                counts.add(path)
    return counts


@pytest.mark.parametrize("name", _SIMPLE)
def test_an_earlier_name_counts_as_the_one_of_today(name: str) -> None:
    top, _dot, key = EARLIER[name].partition(".")
    option = known()[name]
    usual = {"skip", "require", "pronote_client", "auto", option.get("default")} if "choices" in option else set()
    choices = [each for each in option.get("choices", ()) if each not in usual]
    value = choices[0] if choices else _VALUES[option["type"]]
    if value == option.get("default"):
        value = not value
    assert _compare({name: value}, {top: {key: value} if key else value}) != set()


@pytest.mark.parametrize(
    ("earlier", "today"),
    [
        ({"pronote_client_allow_downgrade": False, "pronote_client_downgrade": "remove_first"}, None),
        # It has said how, and nobody whether: no station goes back.
        ({"pronote_client_downgrade": "remove_first"}, None),
        ({"pronote_client_allow_downgrade": "yes"}, "over"),
        ({"pronote_client_allow_downgrade": True, "pronote_client_downgrade": "remove_first"}, "remove_first"),
    ],
)
def test_whether_a_newer_release_is_put_back(earlier: dict[str, Any], today: str | None) -> None:
    counts = _compare(earlier, {"pronote_client_when_newer": today or "fail"})
    assert counts == (set() if today is None else counts | {"pronote_client_when_newer"})
    arguments = _worked("pronote_client", earlier)
    assert arguments["__pronote_client_arguments.allow_downgrade"] is (today is not None)
    assert arguments["__pronote_client_arguments.downgrade"] == (today or "over")


@pytest.mark.parametrize(
    ("added", "removed", "today"),
    [
        (True, False, "add"),
        (False, False, "none"),
        (True, True, "replace"),
        (False, True, "remove_older"),
        (None, None, "add"),
        ("no", None, "none"),
        (None, "yes", "replace"),
    ],
)
def test_what_is_done_with_shortcuts(added: object, removed: object, today: str) -> None:
    given = {
        "pronote_client_settings_shortcut": added,
        "pronote_client_settings_remove_older_shortcuts": removed,
    }
    earlier = {name: value for name, value in given.items() if value is not None}
    for variables in (earlier, {"pronote_client_settings_shortcuts": today}):
        found = _worked("pronote_client_settings", variables)
        assert found["pronote_client_settings_shortcuts"] == today
        assert found["__pronote_client_settings_arguments.shortcut"] is (today in {"add", "replace"})
        assert found["__pronote_client_settings_arguments.remove_older_shortcuts"] is (
            today in {"replace", "remove_older"}
        )


def test_a_name_of_today_says_of_a_key_what_an_earlier_one_does_not() -> None:
    """Of the keys of one role's own the whole counts."""
    found = _worked(
        "pronote_client",
        {
            "pronote_timeouts": {"job": 1},
            "pronote_client_job_timeout": 2,
            "pronote_client_poll_interval": 3,
            "pronote_client_notify": {"delay": 4},
            "pronote_client_notify_delay": 5,
            "pronote_client_notify_then": "close",
        },
    )
    told = {name: found.get(f"__pronote_client_arguments.{name}") for name in ("job_timeout", "poll_interval")}
    assert told == {"job_timeout": 1, "poll_interval": 3}
    assert found["__pronote_client_arguments.notify_delay"] == 4
    assert "__pronote_client_arguments.notify_then" not in found


@pytest.mark.parametrize(
    "name", sorted(name for name, option in known().items() if option["type"] == "dict" and option.get("options"))
)
def test_a_variable_whose_keys_are_all_commented_out_says_nothing(name: str) -> None:
    """YAML reads it as null."""
    roles = [path.name for path in (ROOT / "roles").iterdir() if name in _text(path.name)]
    assert roles
    for role in roles:
        nothing, empty = _worked(role, {name: None}), _worked(role, {name: {}})
        assert {**nothing, name: None} == {**empty, name: None}
