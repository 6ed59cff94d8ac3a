from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.loader import action_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import LANGUAGE_SPEC

_ROOT = Path(__file__).resolve().parents[2]
_NAMESPACE = "rentree.pronote"


def _names(kind: str) -> list[str]:
    return sorted(p.stem for p in (_ROOT / "plugins" / kind).glob("*.py") if not p.stem.startswith("_"))


_ACTIONS, _MODULES = _names("action"), _names("modules")
_REAL = {"cas_info", "hosted_release_info", "kosmos_export_info"}
_PLUGINS = {kind: _names(kind) for kind in ("lookup", "callback", "inventory")} | {"module": _MODULES}
_EACH = [(kind, name) for kind, names in _PLUGINS.items() for name in names]


@cache
def _shown(kind: str) -> dict[str, Any]:
    """What ansible-doc shows of every plugin of a kind, by plain name."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    environment |= {"ANSIBLE_CONFIG": str(_ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    names = [f"{_NAMESPACE}.{name}" for name in _PLUGINS[kind]]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-doc"), "-t", kind, "-j", *names],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # A plugin that cannot be read is a warning only.
    assert "WARNING" not in done.stderr
    assert "ERROR" not in done.stderr
    return {name.removeprefix(f"{_NAMESPACE}."): shown for name, shown in json.loads(done.stdout).items()}


def _spec(module: str) -> Mapping[str, Any]:
    if module in _REAL:
        real: Mapping[str, Any] = import_module(
            f"ansible_collections.{_NAMESPACE}.plugins.modules.{module}"
        ).ARGUMENT_SPEC
        # What its action takes beside them.
        return {**real, "language": LANGUAGE_SPEC}
    plugin = action_loader.get(f"{_NAMESPACE}.{module}", class_only=True)
    spec: Mapping[str, Any] = plugin.ARGUMENT_SPEC
    return spec


def _normal(option: Mapping[str, Any]) -> dict[str, Any]:
    """What an option promises, the same for an argument spec and for documentation."""
    return {
        # A function of ours takes a text (plugin_utils/store/option.py).
        "type": "str" if callable(option.get("type")) else option.get("type", "str"),
        "default": option.get("default"),
        "required": bool(option.get("required")),
        "choices": sorted(option.get("choices") or []),
        "elements": option.get("elements"),
        "aliases": list(option.get("aliases") or []),
    }


@pytest.mark.parametrize("kind", _PLUGINS)
def test_ansible_doc_shows_every_plugin(kind: str) -> None:
    assert set(_shown(kind)) == set(_PLUGINS[kind])
    for name, shown in _shown(kind).items():
        assert shown["doc"]["short_description"], name
        assert shown["doc"]["version_added"], name
        # A callback is neither written in a task nor returns anything; an inventory returns nothing.
        assert kind == "callback" or shown["examples"], name
        assert kind in {"callback", "inventory"} or shown["return"], name


def test_every_action_has_its_documentation() -> None:
    assert set(_ACTIONS) == set(_MODULES)
    # The others' files are documentation alone.
    assert {name for name in _MODULES if "def main" in (_ROOT / f"plugins/modules/{name}.py").read_text()} == _REAL


@pytest.mark.parametrize("module", _MODULES)
def test_options_are_those_of_the_argument_spec(module: str) -> None:
    documented = {name: _normal(option) for name, option in (_shown("module")[module]["doc"]["options"] or {}).items()}
    assert documented == {name: _normal(option) for name, option in _spec(module).items()}


@pytest.mark.parametrize("module", _MODULES)
def test_attributes_are_stated(module: str) -> None:
    attributes = _shown("module")[module]["doc"]["attributes"]
    assert set(attributes) >= {"check_mode", "diff_mode", "idempotent"}
    for name, attribute in attributes.items():
        assert attribute["support"] in {"full", "partial", "none", "N/A"}, name
        assert attribute["description"], name


def _values(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in values.items():
        yield f"{path}{name}", value
        yield from _values(value.get("contains") or {}, f"{path}{name}.")


@pytest.mark.parametrize(("kind", "name"), _EACH)
def test_every_option_and_return_value_is_described(kind: str, name: str) -> None:
    shown = _shown(kind)[name]
    for path, option in _values(shown["doc"].get("options") or {}):
        assert option["description"], path
        assert option.get("type"), path
    for path, value in _values(shown["return"] or {}):
        assert value["description"], path
        assert value["type"], path
        assert "sample" in value, path
        if kind == "module":
            assert "." in path or value["returned"], path


@pytest.mark.parametrize("module", _MODULES)
def test_examples_use_documented_options(module: str) -> None:
    tasks = yaml.safe_load(_shown("module")[module]["examples"])
    used = {action: task[action] for task in tasks for action in task if action.startswith(f"{_NAMESPACE}.")}
    assert f"{_NAMESPACE}.{module}" in used
    for action, arguments in used.items():
        spec = _spec(action.removeprefix(f"{_NAMESPACE}."))
        given = arguments or {}
        assert set(given) <= set(spec), action
        assert {name for name, option in spec.items() if option.get("required")} <= set(given), action
    for task in tasks:
        assert task["name"][0].isupper()


def test_nothing_needs_wmic_which_is_gone_from_windows() -> None:
    """The start-up script asks it where it is there: it has nobody else to ask, and goes without where it is not."""
    asked = re.compile(r"\bwmic(\.exe)?\b", re.IGNORECASE)
    files = [path for top in ("docs", "plugins", "roles", "playbooks") for path in (_ROOT / top).rglob("*.*")]
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in files if path.suffix in {".md", ".py", ".j2", ".yml"}
    }
    assert len(texts) > 100
    asks = "pronote-startup.cmd.j2"
    assert 'if not exist "%SYS%\\wbem\\wmic.exe" exit /b 1' in texts[asks]
    # Pages say that it does.
    told = {"fidelity.md", "startup.md"}
    assert [name for name, text in texts.items() if asked.search(text) and name not in {asks, *told}] == []
