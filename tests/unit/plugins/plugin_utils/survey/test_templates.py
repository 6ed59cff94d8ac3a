from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.templates import Templates

from tests.unit.templars import trusted

STATIONS: list[dict[str, Any]] = [
    {"name": "a", "room": "{{ group }}", "group": "CDI", "number": 1, "deep": "{{ room }} {{ number }}"},
    {"name": "b", "room": "{{ group }}", "group": "CDI", "number": 1, "deep": "{{ room }} {{ number }}"},
    {"name": "c", "room": "{{ group }}", "group": "salle 1", "number": True, "deep": "{{ room }} {{ number }}"},
    {"name": "d", "room": "no template", "group": ["a", "list"], "number": None, "deep": "{{ name }}"},
    {"name": "e", "room": "{{ number }}", "number": 1.0, "deep": "{{ deep }}"},
]
VALUES = [
    "plain",
    3,
    None,
    ["{{ name }}", 1],
    {"a": "{{ room }}"},
    "{{ room }}",
    "{{ room }} {{ number }}",
    "{{ group | default('none') }}",
    "{{ number }}",
    "{{ number == 1 }}",
    "{{ number is sameas true }}",
    "{{ deep }}",
    "{{ group if number else name }}",
    "{{ [number, name] }}",
    "{{ name | upper ~ number }}",
    "{{ group[0] }}",
    "{{ kept.of[name] | default('') }}",
    "{{ (kept.of | default({}))[name] }}",
    "{{ kept }}",
    "{{ kept.list }}",
    "{{ {'a': name, 'b': kept.plain} }}",
    "{{ 'x' in kept.plain }}",
    "{{ kept.nothing.at.all }}",
    "{{ lookup('ansible.builtin.vars', name) }}",
    "{{ vars_named[name] }}",
    "{{ nothing | default(omit) }}",
    "{{ number | default(omit) }}",
    "{{ nothing }}",
    "{{ broken",
    "{% for c in name %}{{ c }}{{ number }}{% endfor %}",
    "{{ lookup('ansible.builtin.vars', 'group') }}",
    "{{ name | regex_replace('^', number | string) }}",
    "#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n[% name %]",
    "{# of nobody #}{{ number }}",
]


def _outcome(template: Any, value: Any) -> Any:
    try:
        found = template(value)
    except AnsibleValueOmittedError:
        return "omitted"
    except AnsibleError as exc:
        # Of a loop, how deep it was seen depends on who called.
        return type(exc), str(exc).partition(": maximum recursion")[0]
    return type(found).__name__.removeprefix("_AnsibleTagged"), found


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_what_is_kept_is_what_each_station_has(value: Any) -> None:
    templates, value = Templates(Templar()), trusted(value)
    # One object for all stations, as what extra vars and groups hold is.
    kept = trusted(
        {"of": {"a": "{{ room }}", "c": ["{{ number }}"]}, "list": ["{{ group }}", "{{ name }}"], "plain": "x"}
    )
    for station in [*STATIONS, *STATIONS]:
        variables = {**trusted(station), "vars_named": {"a": "of a"}, "kept": kept}
        templates.use(variables)
        expected = _outcome(Templar(variables=variables).template, value)
        assert _outcome(templates.template, value) == expected, station["name"]


def test_what_nobody_trusts_is_no_template() -> None:
    templates = Templates(Templar())
    templates.use({"name": "{{ 1 + 1 }}", "other": trusted("{{ name }}")})
    assert templates.each({"a": "{{ name }}", "b": trusted("{{ other }}")}) == {"a": "{{ name }}", "b": "{{ 1 + 1 }}"}
    # The same text, trusted.
    templates.use({"name": trusted("{{ 1 + 1 }}"), "other": trusted("{{ name }}")})
    assert templates.each({"a": trusted("{{ name }}"), "b": trusted("{{ other }}")}) == {"a": 2, "b": 2}


def test_the_same_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = Templates(Templar())
    asked: list[Any] = []
    template = templates.templar.template

    def asking(value: Any) -> Any:
        asked.append(value)
        return template(value)

    monkeypatch.setattr(templates.templar, "template", asking)
    given = {"room": trusted("{{ room }}"), "none": trusted("{{ nothing | default(omit) }}")}
    for station in STATIONS[:3]:
        templates.use(trusted(station))
        assert templates.each(given) == {"room": station["group"]}
    # Two rooms, and one that is omitted whatever the room.
    assert len(asked) == 3


def test_what_is_the_same_object_for_all_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    templates, asked = Templates(Templar()), []
    template = templates.templar.template

    def asking(value: Any) -> Any:
        asked.append(value)
        return template(value)

    monkeypatch.setattr(templates.templar, "template", asking)
    shared = trusted({"2026.2.7": {"x64": {"of": "{{ school }}"}}})
    for number in range(9):
        templates.use({"releases": shared, "school": "AB"[number % 2], "name": str(number)})
        given = {"releases": trusted("{{ releases }}"), "one": trusted("{{ releases['2026.2.7'].x64 }}")}
        of = {"of": "AB"[number % 2]}
        assert templates.each(given) == {"releases": {"2026.2.7": {"x64": of}}, "one": of}
    # Twice, as there are two schools.
    assert len(asked) == 4


def test_a_schools_server_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    templates, asked = Templates(Templar()), []

    def asking(value: Any) -> str:
        asked.append(templates.templar.available_variables["uai"])
        return "2026.2.7"

    monkeypatch.setattr(templates.templar, "template", asking)
    text = trusted("{{ lookup('rentree.pronote.hosted_release', uai, url=url | default('')) }}")
    for number in range(6):
        templates.use({"uai": "AB"[number % 2], **({"url": "http://b"} if number > 3 else {}), "name": number})
        templates.template(text)
    assert asked == ["A", "B", "A", "B"]
