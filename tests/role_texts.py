"""What roles and playbooks say to people: the texts of their lookups of ``rentree.pronote.words``, and what is said
without one. YAML and Jinja are parsed: a text is folded, quoted and put into expressions in many ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from jinja2 import Environment, TemplateSyntaxError, nodes

from tests.collection import ROOT

__all__ = ["LOOKUP", "Said", "files", "problems", "said", "unsaid"]

LOOKUP = "rentree.pronote.words"
_LOOKUPS = {"lookup", "query", "q"}
# Ansible's own, which are no value of a text.
_OF_LOOKUPS = {"wantlist", "errors"}
# Keys of a task whose texts are expressions, without braces.
_EXPRESSIONS = {"when", "that", "failed_when", "changed_when", "until", "break_when"}
# What of an action is for people. Where it is missing, or in a loop, Ansible says something in English.
_FOR_PEOPLE = {
    "ansible.builtin.assert": ("fail_msg", "success_msg"),
    "ansible.builtin.fail": ("msg",),
    "ansible.builtin.debug": ("msg",),
    "ansible.builtin.pause": ("prompt",),
}
_NEEDED = {"ansible.builtin.assert": "fail_msg", "ansible.builtin.fail": "msg"}
# Lines of what roles write that people read: of units, in systemctl, and of scripts, in a log.
_SHOWN = re.compile(r"(?m)^\s*(?:Description=|echo )(.*)")
_JINJA = Environment(autoescape=False)


@dataclass(frozen=True)
class Said:
    """A text of a lookup: None where it is no literal. ``values``: what is put into it, by name."""

    file: str
    line: int
    text: str | None
    values: frozenset[str] = field(default_factory=frozenset)


class _Loader(yaml.SafeLoader):
    """YAML with Ansible's tags (``!vault``, ``!unsafe``), as plain values, and the line of each mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {**super().construct_mapping(node, deep=deep), _LINE: node.start_mark.line + 1}


_LINE = "\0line"


def _plain(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _plain)


def files(top: Path = ROOT) -> list[Path]:
    """Every file of the roles and playbooks that may say something."""
    roles = (path for kind in ("*.yml", "*.j2") for path in (top / "roles").rglob(kind))
    return sorted([*roles, *(top / "playbooks").glob("*.yml")])


def said(path: Path) -> Iterator[Said]:
    """Every lookup of words in a file."""
    for text, line in _templates(path):
        for call in _calls(_parsed(text, path)):
            at = line + call.lineno - 1
            given = call.args[1] if len(call.args) == 2 else None
            literal = given.value if isinstance(given, nodes.Const) and isinstance(given.value, str) else None
            names = frozenset(each.key for each in call.kwargs) - _OF_LOOKUPS
            yield Said(file=str(path), line=at, text=literal, values=names)


def problems(path: Path) -> Iterator[str]:
    """What is wrong with a file's lookups: a text that cannot be found for the catalogue, or other values than it has
    places for."""
    for each in said(path):
        if each.text is None:
            yield f"{path}:{each.line}: not one literal text: what is no literal is not found, and has no translation"
        elif {name for _, name, _, _ in Formatter().parse(each.text) if name is not None} != each.values:
            yield f"{path}:{each.line}: {sorted(each.values)} are not the values of {each.text!r}"


def unsaid(path: Path) -> Iterator[str]:
    """What a file says to people in one language alone: letters outside of every lookup of words."""
    if path.suffix == ".j2":
        text = path.read_text(encoding="utf-8")
        for line in _outside(_JINJA.parse(text)).splitlines() if _SHOWN.search(text) else ():
            if (shown := _SHOWN.match(line)) and any(char.isalpha() for char in shown[1]):
                yield f"{path}: {line.strip()}"
        return
    for task in _mappings(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)):
        for action, names in _FOR_PEOPLE.items():
            if action not in task:
                continue
            given = task[action] if isinstance(task[action], dict) else {}
            where = f"{path}:{task[_LINE]}: {action}"
            if action in _NEEDED and not given.get(_NEEDED[action]):
                yield f"{where} without {_NEEDED[action]}"
            if action in _NEEDED and any(name == "loop" or str(name).startswith("with_") for name in task):
                yield f"{where} in a loop"
            for name in names:
                if letters := _letters(str(given.get(name, ""))):
                    yield f"{where}: {name}: {letters}"


def _letters(template: str) -> str:
    """What of a template has letters and comes from no lookup of words; values are data."""
    text = _outside(_JINJA.parse(template))
    return " ".join(text.split()) if any(char.isalpha() for char in text) else ""


def _outside(tree: nodes.Node) -> str:
    """What a template says whatever its values are, without what lookups of words say."""
    inside = {id(each) for call in _calls(tree) for each in call.find_all(nodes.Node)}
    # The key of a mapping, as in item['name'], is a name.
    names = {id(each.arg) for each in tree.find_all(nodes.Getitem)}

    def of(node: nodes.Node) -> str:
        if isinstance(node, nodes.TemplateData):
            return node.data
        if isinstance(node, nodes.Const):
            return node.value if isinstance(node.value, str) and id(node) not in inside | names else ""
        return "".join(of(each) for each in node.iter_child_nodes())

    return of(tree)


def _calls(tree: nodes.Node) -> Iterator[nodes.Call]:
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in _LOOKUPS and call.args and isinstance(call.args[0], nodes.Const) and call.args[0].value == LOOKUP:
            yield call


def _templates(path: Path) -> Iterator[tuple[str, int]]:
    """Every text of a file that Jinja reads, and the line that it is near."""
    text = path.read_text(encoding="utf-8")
    if LOOKUP not in text:
        return
    if path.suffix == ".j2":
        yield text, 1
    else:
        yield from _texts(yaml.load(text, Loader=_Loader), 1)


def _texts(data: Any, line: int, *, expression: bool = False) -> Iterator[tuple[str, int]]:
    if isinstance(data, dict):
        line = data[_LINE]
        for name, each in data.items():
            yield from _texts(each, line, expression=name in _EXPRESSIONS)
    elif isinstance(data, list):
        for each in data:
            yield from _texts(each, line, expression=expression)
    elif isinstance(data, str):
        yield (f"{{{{ {data} }}}}" if expression and "{{" not in data else data), line


def _parsed(text: str, path: Path) -> nodes.Template:
    try:
        return _JINJA.parse(text)
    except TemplateSyntaxError as exc:
        raise ValueError(f"{path}: {exc}: {text!r}") from exc


def _mappings(data: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping: a task may stand in a block, and that in another."""
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _mappings(each)
