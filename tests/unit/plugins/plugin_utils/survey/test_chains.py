from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.chains import with_chains

from tests.collection import ROOT
from tests.unit.templars import trusted

VARIABLES: dict[str, Any] = {
    "text": "CDI",
    "empty": "",
    "number": 3,
    "share": 0.5,
    "yes": True,
    "nothing": None,
    "list": ["{{ text }}", 1],
    "none_of_it": [],
    "dict": {"key": "value", "named": "{{ text }}", "items": "its own", "nothing": None, "deep": {"key": 1}},
    "named": "{{ text }}",
    "renamed": "{{ missing | default(named) }}",
    "of_missing": "{{ missing }}",
    "omitted": "{{ missing | default(omit) }}",
    "chosen": "{{ text if yes else number }}",
    "dict_named": "{{ dict }}",
    "loop": "{{ loop }}",
    "range": 7,
    "default": "a name like another",
    "none_named": "{{ nothing }}",
}
TEMPLATES = [
    "plain",
    3,
    None,
    ["{{ text }}"],
    {"key": "{{ text }}"},
    *(f"{{{{ {name} }}}}" for name in VARIABLES),
    *(f"{{{{ missing | default({name}) }}}}" for name in VARIABLES),
    *(f"{{{{ {name} | default('else') }}}}" for name in VARIABLES),
    *(f"{{{{ dict.{key} }}}}" for key in ("key", "named", "items", "nothing", "deep", "missing", "get")),
    *(f"{{{{ dict.{key} | default(text) | default(omit) }}}}" for key in ("key", "named", "items", "missing", "get")),
    "{{ missing }}",
    "{{ missing.key }}",
    "{{ missing.key | default(text) }}",
    "{{ dict_named.key | default(text) }}",
    "{{ text.key | default('else') }}",
    "{{ nothing.key | default('else') }}",
    "{{ missing | default(missing_too) }}",
    "{{ missing | default(missing_too) | default(omit) }}",
    "{{ missing | default(omit) | default(text) }}",
    "{{ missing | default(3) }}",
    "{{ missing | default(007) }}",
    "{{ missing | default('') }}",
    "{{ missing | default(' default(text) ') }}",
    "{{ missing | default('é | default(text)') }}",
    '{{ missing | default("l\'heure | default(text) dans {minutes} min") }}',
    "{{ missing | default('{minutes}}') }}",
    "{{ missing | default('{%') }}",
    "{{ missing | default(\"a' b\") | default('\"') }}",
    "{{ missing | default(true) }}",
    "{{ missing | default(False) }}",
    "{{ missing | default(none) }}",
    "{{ none | default(text) }}",
    "{{ true.real | default(text) }}",
    "{{ 'a' }}",
    "{{ lookup | default(text) }}",
    "{{ omit }}",
    "{{ omit.key | default(text) }}",
    "{{ text | default('{{ number }}') }}",
    "{{ missing | default('{{ number }}') }}",
    "{{text}}",
    "{{ text }} ",
    " {{ text }}\n",
    "{{ text }}{{ number }}",
    "{{ text | upper }}",
    "{{ text | default(number) | upper }}",
    "{{ dict.deep.key }}",
    "{{ number + 1 }}",
    "{{ not yes }}",
    "#jinja2: variable_start_string:'[%'\n{{ text }}",
    "{{ broken",
]


def _templar(variables: dict[str, Any]) -> Templar:
    return Templar(loader=DataLoader(), variables=trusted(variables))


def _outcome(worked_out: Any) -> Any:
    try:
        value = worked_out()
    except AnsibleError as exc:
        # What follows of a template that names itself depends on the depth of the stack.
        return type(exc), str(exc).partition(": maximum recursion depth")[0]
    return [(name, type(each).__name__.removeprefix("_AnsibleTagged").lower(), each) for name, each in value.items()]


@pytest.mark.parametrize("template", TEMPLATES, ids=repr)
def test_a_value_is_the_one_that_ansible_finds(template: Any) -> None:
    values = {"it": trusted(template)}
    templar = _templar(VARIABLES)
    assert _outcome(lambda: with_chains(values, templar)) == _outcome(lambda: templar.template(values))


def test_a_text_that_nobody_trusts_is_no_template() -> None:
    templar = Templar(loader=DataLoader(), variables={"text": "CDI", "said": "{{ text }}"})
    values = {"own": "{{ text }}", "of_a_variable": trust_as_template("{{ said }}")}
    assert with_chains(values, templar) == {"own": "{{ text }}", "of_a_variable": "{{ text }}"}


def test_the_arguments_of_a_turn_are_those_that_ansible_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str) -> Mapping[str, Any]:
        text = (ROOT / "roles/pronote_client" / name).read_text(encoding="utf-8")
        loaded: Mapping[str, Any] = trusted(yaml.safe_load(text))
        return loaded

    arguments = read("vars/main.yml")["__pronote_client_arguments"]
    variables = {
        **read("defaults/main.yml"),
        "ansible_run_tags": ["all"],
        "pronote_client_release": "2026.2.7",
        "pronote_client_log_dir": "/logs",
        "pronote_client_start_timeout": 7,
        "pronote_depot_url": "http://depot/",
        "pronote_releases": {"2026.2.7": {"x64": {}}},
        "pronote_timeouts": {"poll": 0.3, "job": "{{ 10 * 6 }}"},
        "pronote_uai": "0310001A",
        "__pronote_client_gate": {"held": {}, "held_source": {}},
        "__pronote_store_path": "/store",
    }
    templar = Templar(loader=DataLoader(), variables=variables)
    by_ansible = templar.template(arguments)
    compiled: list[str] = []
    compile_template = templar._engine._compile_template

    def counted(template: str, options: Any) -> Any:
        compiled.append(template)
        return compile_template(template, options)

    monkeypatch.setattr(templar._engine, "_compile_template", counted)
    assert with_chains(arguments, templar) == by_ansible
    # What this is for: all of them would be 56.
    assert len(compiled) < 30
