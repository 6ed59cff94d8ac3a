# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of many stations: what comes to the same for several is worked out once.

Most arguments of a task are the same for all stations of a room. A template's value follows from the values of the
variables that it names, and those that these name: where all of them are plain, and nothing is called that could tell
another thing each time, an equal template with equal values has the value that it had. Everything else goes to Ansible,
each time. I/O: Ansible.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import jinja2
from ansible.errors import AnsibleValueOmittedError
from ansible.template import Templar, is_trusted_as_template
from jinja2 import nodes

__all__ = ["Templates", "is_template"]

_COMPILED: Final = 1024  # templates that are kept compiled, of whatever stations have different ones
_DEEPEST: Final = 20  # variables that name variables
_PLAIN: Final = (bool, int, float, type(None))
_OF_CONTAINERS: Final = ("dict", "Dict", "list", "List", "tuple", "Tuple")
# Those of Ansible's own that are worked out when they are looked into are none of them.
_CONTAINERS: Final = frozenset({f"{kind}{name}" for kind in ("", "_AnsibleTagged") for name in _OF_CONTAINERS})
_MARKS: Final = re.compile(r"\{[{%#]|#jinja2:")
# What a template may be made of, to have one value for the same variables. Filters and tests of Jinja's own.
_STEADY: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple),
    *(
        nodes.CondExpr,
        nodes.BinExpr,
        nodes.UnaryExpr,
        nodes.Compare,
        nodes.Operand,
        nodes.Concat,
        nodes.Filter,
        nodes.Test,
    ),
    *(nodes.Dict, nodes.Pair, nodes.Getitem, nodes.Getattr, nodes.Keyword),
)
_FILTERS: Final = {"default", "d", "bool", "int", "float", "string", "lower", "upper", "trim", "length", "replace"}
_TESTS: Final = {"defined", "undefined", "none", "string", "number", "sameas", "eq", "in"}
# Lookups whose value follows, in one run, from their terms and options, and from these variables (plugins/lookup).
_LOOKUPS: Final = {
    "rentree.pronote.hosted_release": ("pronote_cache_dir", "pronote_server_ask_again"),
    "rentree.pronote.place": ("inventory_dir", "__pronote_places_moved"),
}
_OMITTED: Final = object()
_UNSTEADY: Final = object()


class Templates:
    """Templates values with the variables of one station after another."""

    def __init__(self, templar: Templar) -> None:
        self.templar = templar.copy_with_new_env(available_variables={})
        # Ansible compiles a text each time, which is four fifths of what it costs.
        engine = self.templar._engine
        engine._compile_template = functools.lru_cache(_COMPILED)(engine._compile_template)  # type: ignore[method-assign]
        self._named = functools.lru_cache(_COMPILED)(self._names)
        self._known: dict[Hashable, Any] = {}
        # By what Python calls them, with the names of variables within: they are the same objects for many stations,
        # and are kept, so that no other is called so.
        self._containers: dict[int, tuple[Any, tuple[str, ...] | None]] = {}

    def use(self, variables: dict[str, Any]) -> None:
        """Template with these variables from now on."""
        self.templar.available_variables = variables

    def template(self, value: Any) -> Any:
        """The value, as Ansible templates it. Raises AnsibleError, AnsibleValueOmittedError for ``omit``."""
        key = self._key(value, 0)
        if key is _UNSTEADY:
            return self.templar.template(value)
        if key not in self._known:
            try:
                self._known[key] = self.templar.template(value)
            except AnsibleValueOmittedError:
                self._known[key] = _OMITTED
        found = self._known[key]
        if found is _OMITTED:
            raise AnsibleValueOmittedError
        return found

    def each(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of a mapping; what is omitted is left out."""
        found = {}
        for name, value in values.items():
            try:
                found[name] = self.template(value)
            except AnsibleValueOmittedError:
                continue
        return found

    def _key(self, value: Any, depth: int) -> Hashable:
        """What has one value, or _UNSTEADY."""
        if isinstance(value, _PLAIN):
            return type(value), value
        own: Hashable = value
        if type(value).__name__ in _CONTAINERS:
            own, names = id(value), self._within(value)
        elif not isinstance(value, str):
            return _UNSTEADY
        elif not is_template(value):
            return str, value
        else:
            names = self._named(str(value))
        if names is None or depth > _DEEPEST:
            return _UNSTEADY
        variables = self.templar.available_variables
        parts = tuple(self._key(variables[name], depth + 1) if name in variables else name for name in names)
        return _UNSTEADY if _UNSTEADY in parts else (own, parts)

    def _within(self, container: Any) -> tuple[str, ...] | None:
        """The variables that the templates in a list or a dict name; None if it holds anything that is not steady."""
        known = self._containers.get(id(container))
        if known is None:
            found = self._names_in(container, 0)
            known = container, None if found is None else tuple(sorted(found))
            self._containers[id(container)] = known
        return known[1]

    def _names_in(self, value: Any, depth: int) -> set[str] | None:
        if isinstance(value, _PLAIN):
            return set()
        if isinstance(value, str):
            found = self._named(str(value)) if is_template(value) else ()
            return None if found is None else set(found)
        if type(value).__name__ not in _CONTAINERS or depth > _DEEPEST:
            return None
        names: set[str] = set()
        for each in [*value, *value.values()] if isinstance(value, dict) else value:
            within = self._names_in(each, depth + 1)
            if within is None:
                return None
            names |= within
        return names

    def _names(self, text: str) -> tuple[str, ...] | None:
        """The variables that a template names; None for one that may come to something else each time."""
        if text.startswith("#jinja2:"):
            return None
        try:
            tree = self.templar._engine.environment.parse(text)
        except jinja2.TemplateError:
            return None
        names: set[str] = set()
        for found in _found(tree):
            if found is None:
                return None
            names.update(found)
        return tuple(sorted(names))


def is_template(text: str) -> bool:
    """Whether Ansible would work anything out of a text."""
    return _MARKS.search(text) is not None and is_trusted_as_template(text)


def _found(node: nodes.Node) -> Iterator[tuple[str, ...] | None]:
    """The names in a part of a template; None for what is not steady."""
    if isinstance(node, nodes.Call):
        yield _looked_up(node)
        return
    unknown = (isinstance(node, nodes.Filter) and node.name not in _FILTERS) or (
        isinstance(node, nodes.Test) and node.name not in _TESTS
    )
    if unknown or not isinstance(node, _STEADY):
        yield None
        return
    if isinstance(node, nodes.Name):
        yield (node.name,)
    for child in node.iter_child_nodes():
        yield from _found(child)


def _looked_up(call: nodes.Call) -> tuple[str, ...] | None:
    of = call.args[0] if call.args else None
    called = isinstance(call.node, nodes.Name) and call.node.name == "lookup" and not (call.dyn_args or call.dyn_kwargs)
    names = _LOOKUPS.get(str(of.value)) if called and isinstance(of, nodes.Const) else None
    if names is None:
        return None
    found = [each for argument in (*call.args[1:], *call.kwargs) for each in _found(argument)]
    return None if None in found else (*names, *(name for each in found if each for name in each))
