from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.loader import action_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.arguments import TURN_SPEC
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.examine import ARGUMENT_SPEC as DOCTOR_SPEC
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import known
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.option import store_address

from tests.role_defaults import today

_ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = [p for p in (_ROOT / "roles").iterdir() if p.is_dir()]
# What other roles depend on, and nobody runs by itself.
_SHARED = {"pronote_store"}
# What a variable that a task names holds, where it is not the options of an action.
_OF_STATIONS = {"rentree.pronote.client": TURN_SPEC, "rentree.pronote.doctor": DOCTOR_SPEC}
_ROLES = sorted(p.name for p in _FOLDERS if p.name not in _SHARED)
# Off in a role until somebody asks for it; a task of one's own has asked.
_ASKED_FOR = {"pronote_client_wake"}
_VARIABLE = re.compile(r"\bpronote_\w+")


@cache
def _load(role: str, path: str) -> Any:
    return yaml.safe_load((_ROOT / "roles" / role / path).read_text(encoding="utf-8"))


@cache
def _options(role: str) -> dict[str, Any]:
    options: dict[str, Any] = _load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return options


@cache
def _defaults(role: str) -> dict[str, Any]:
    """Public defaults; private ones begin with two underscores."""
    defaults = _load(role, "defaults/main.yml").items()
    return {name: today(value) for name, value in defaults if not name.startswith("__")}


def _is_computed(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def test_there_are_roles() -> None:
    assert {"pronote_audit", "pronote_client", "pronote_publish"} <= set(_ROLES)


@pytest.mark.parametrize("role", sorted(_SHARED))
def test_a_role_that_others_depend_on_costs_no_station_a_task(role: str) -> None:
    # Ansible checks the arguments of a dependency whatever rolespec_validate says of the role that has it: a worker
    # process for each station, in every play (docs/benchmarks.md).
    assert not (_ROOT / "roles" / role / "meta/argument_specs.yml").exists()
    assert _defaults(role) == {}
    # Once for the play, whatever the number of its stations.
    for task in _load(role, "tasks/main.yml"):
        (action,) = (name for name in task if name.startswith("rentree.pronote."))
        assert action_loader.get(action, class_only=True).BYPASS_HOST_LOOP


@pytest.mark.parametrize("role", _ROLES)
def test_names_are_prefixed_and_documented(role: str) -> None:
    assert {name for name in _defaults(role) if not name.startswith(f"{role}_")} == set()
    assert set(_defaults(role)) <= set(_options(role))
    # A name without default that other roles have too is the inventory's, whatever it begins with.
    shared = {name for other in _ROLES if other != role for name in _options(other)}
    own = {name for name in _options(role) if name.startswith(f"{role}_")} - (shared - set(_defaults(role)))
    required = {name for name in own if _options(role)[name].get("required")}
    # A variable of the role's own either must be given or has a default.
    assert own == set(_defaults(role)) | required
    assert not required & set(_defaults(role))


@pytest.mark.parametrize("role", _ROLES)
def test_defaults_are_written_twice_alike(role: str) -> None:
    for name, value in _defaults(role).items():
        option = _options(role)[name]
        if isinstance(value, dict) and option.get("options"):
            assert {key: each.get("default") for key, each in option["options"].items()} == value, name
        elif _is_computed(value):
            assert "default" not in option, name
        else:
            assert option.get("default") == value, name
            assert type(option["default"]) is type(value), name
            chosen = value if isinstance(value, list) else [value]
            assert set(chosen) <= set(option.get("choices", chosen)), name
    # What has no default in defaults/ has none in the specs either: it would never be applied.
    for name in set(_options(role)) - set(_defaults(role)):
        assert "default" not in _options(role)[name], name


@pytest.mark.parametrize("role", _ROLES)
def test_every_option_is_described(role: str) -> None:
    main = _load(role, "meta/argument_specs.yml")["argument_specs"]["main"]
    assert main["short_description"]
    for name, option in _options(role).items():
        assert option["description"], name
        assert option["type"], name
        assert (option["type"] == "list") is ("elements" in option), name


@pytest.mark.parametrize("role", _ROLES)
def test_every_variable_in_use_is_an_option(role: str) -> None:
    texts = [p.read_text(encoding="utf-8") for p in (_ROOT / "roles" / role).glob("[dt]*/*.yml")]
    code = "\n".join(line for text in texts for line in text.splitlines() if not line.lstrip().startswith("#"))
    registered = set(re.findall(r"(?m)^ *register: (\w+)", code))
    own = set(_options(role)) | registered
    # A default may look at what another role is told (the audit takes a pinned release over), nothing else may.
    others = {name for other in _ROLES for name in _options(other)}
    in_defaults = set(_VARIABLE.findall(str(list(_defaults(role).values()))))
    used = {name for name in _VARIABLE.findall(code) if name not in _ROLES and name not in EARLIER}
    assert used - own - (in_defaults & others) - {f"_{n}" for n in own} - _SHARED == set()


@cache
def _tasks(role: str) -> list[dict[str, Any]]:
    """Every task of a role, in whichever file; those of blocks too."""
    files = sorted((_ROOT / "roles" / role / "tasks").glob("*.yml"))
    found = [task for file in files for task in yaml.safe_load(file.read_text(encoding="utf-8"))]
    for task in found:
        found += [inner for part in ("block", "rescue", "always") for inner in task.get(part, [])]
    return found


def _module_arguments(role: str) -> list[tuple[str, str, str]]:
    """(module, option, variable) for every argument that is one variable of the role's options."""
    found = []
    for task in _tasks(role):
        for action, given in task.items():
            if action.startswith("rentree.pronote."):
                for option, value in {**given, **_named(role, task, given)}.items():
                    match = re.fullmatch(
                        r"\{\{ (pronote_\w+(?:\.\w+)?)( \| default\(.*\)| if '\w+' in \w+ else omit)? \}\}", str(value)
                    )
                    # What another task of the role registered is no option.
                    if match and match[1].partition(".")[0] not in {t.get("register") for t in _tasks(role)}:
                        of = action if option in given else re.sub("_(survey|turn)$", "", action)
                        found.append((of, option, match[1]))
    return found


def _named(role: str, task: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The arguments in a variable that a task names: its own, or the role's."""
    file = _ROOT / "roles" / role / "vars/main.yml"
    variables = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    named: dict[str, Any] = {**variables, **task.get("vars", {})}.get(given.get("arguments", ""), {})
    return named


def test_arguments_that_a_variable_names_are_those_of_the_action() -> None:
    seen = set()
    for role in _ROLES:
        for task in _tasks(role):
            for action, given in task.items():
                # Of another action they are an installer's.
                if not (action.startswith("rentree.pronote.") and str(given.get("arguments")).startswith("__pronote_")):
                    continue
                of = re.sub("_(survey|turn)$", "", action)
                spec = _OF_STATIONS.get(of) or action_loader.get(of, class_only=True).ARGUMENT_SPEC
                arguments = set(_named(role, task, given))
                assert {n for n, o in spec.items() if o.get("required")} <= arguments <= set(spec), (role, action)
                seen.add(of.rpartition(".")[2])
    assert seen == {"audit", "client", "client_settings", "doctor", "wake"}


_KEY_OR = re.compile(r"\{\{ (\w+)\.(\w+) if '(\w+)' in (\w+) else (.*) \}\}")


@pytest.mark.parametrize("role", _ROLES)
def test_a_key_that_is_not_given_is_what_its_variable_has_by_default(role: str) -> None:
    file = _ROOT / "roles" / role / "vars/main.yml"
    private = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    given = [
        value for task in _tasks(role) for each in task.values() if isinstance(each, dict) for value in each.values()
    ]
    for value in [*given, *private.values()]:
        if found := _KEY_OR.fullmatch(str(value)):
            variable, key, asked, of, otherwise = found.groups()
            assert (asked, of) == (key, variable)
            default = _options(role)[variable]["options"][key]["default"]
            assert otherwise == "omit" or yaml.safe_load(otherwise) == default, (variable, key)


# The schedule is files and units: ansible.builtin's modules only.
@pytest.mark.parametrize("role", [role for role in _ROLES if role != "pronote_schedule"])
def test_options_agree_with_the_module_they_are_for(role: str) -> None:
    arguments = _module_arguments(role)
    # A role of ansible.builtin's modules alone has none, nor has one that does another's tasks.
    assert arguments or role in {"pronote_depot", "pronote_conclude"}
    for action, option, variable in arguments:
        plugin = action_loader.get(action, class_only=True)
        spec = {**plugin.ARGUMENT_SPEC, **_OF_STATIONS.get(action, {})}
        assert option in spec, f"{action} has no {option}"
        name, _dot, key = variable.partition(".")
        told = known()[name]["options"][key] if key else (known() if name in EARLIER else _options(role))[name]
        assert sorted(told.get("choices", [])) == sorted(spec[option].get("choices", [])), variable
        # A path may be text in a role, where empty means none; a store's is a text of the module.
        wanted = "path" if spec[option]["type"] is store_address else spec[option]["type"]
        if {told["type"], wanted} != {"str", "path"}:
            assert told["type"] == wanted, variable
        if "default" in spec[option] and "default" in told and variable not in _ASKED_FOR:
            assert told["default"] == spec[option]["default"], variable


@pytest.mark.parametrize("role", _ROLES)
def test_a_required_option_of_the_module_is_given(role: str) -> None:
    for task in _tasks(role):
        for action, arguments in task.items():
            if action.startswith("rentree.pronote."):
                plugin = action_loader.get(action, class_only=True)
                spec = plugin.ARGUMENT_SPEC
                assert {n for n, o in spec.items() if o.get("required")} <= set(arguments) <= set(spec)


def _roles_of(play: dict[str, Any]) -> list[str]:
    """The roles of a play, listed or imported: a task that does anything else has no business in a playbook."""
    listed = [role["role"] for role in play.get("roles", [])]
    return listed + [task["ansible.builtin.import_role"]["name"] for task in play.get("tasks", [])]


def test_playbooks_are_lists_of_roles() -> None:
    playbooks = sorted((_ROOT / "playbooks").glob("*.yml"))
    assert playbooks
    for playbook in playbooks:
        for play in yaml.safe_load(playbook.read_text(encoding="utf-8")):
            assert set(play) & {"post_tasks", "handlers"} == set(), playbook.name
            # The look at the inventory, which is of no role: it comes before any of them.
            before = [set(task) - {"name", "run_once", "delegate_to", "tags"} for task in play.get("pre_tasks", ())]
            assert before in ([], [{"rentree.pronote.preflight"}]), playbook.name
            roles = _roles_of(play)
            assert roles, playbook.name
            assert {role.removeprefix("rentree.pronote.") for role in roles} <= set(_ROLES), playbook.name


def test_an_audit_by_workers_has_the_arguments_of_the_survey() -> None:
    (survey,) = _load("pronote_audit", "tasks/survey.yml")
    (workers,) = _load("pronote_audit", "tasks/workers.yml")
    named = survey["rentree.pronote.audit_survey"]["arguments"]
    assert survey["vars"][named] == workers["rentree.pronote.audit"]
    assert survey["register"] == workers["register"]
    assert (
        survey["vars"][named].keys() <= action_loader.get("rentree.pronote.audit", class_only=True).ARGUMENT_SPEC.keys()
    )


def test_what_is_done_once_for_a_play_has_no_station() -> None:
    """The first station may be one whose connection's variables cannot be read."""
    for task in (
        task for file in ("survey", "main", "conclude") for task in _load("pronote_audit", f"tasks/{file}.yml")
    ):
        for each in [*task.get("block", [task]), *task.get("always", [])]:
            assert "ansible.builtin.import_tasks" in each or each["delegate_to"] == "localhost", each["name"]
    for task in _tasks("pronote_client"):
        assert task.get("delegate_to") == "localhost" or not task.get("run_once"), task["name"]
