# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments whose template is a variable, or what stands in for it: their values without Jinja.

Most arguments of a station's turn are ``{{ x }}`` or ``{{ y.z | default(old) | default(omit) }}``.

Ansible compiles each of them in each worker, which ends with its turn: a quarter of the CPU of a turn. What such a
chain comes to is plain to see where every variable in it is. Everything else is left to Ansible, and so is what has no
value: its errors are its own. I/O: Ansible.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from ansible.template import Templar

from .templates import is_template

__all__ = ["with_chains"]

# A text may have a {word} in it, for somebody else to fill.
_INSIDE: Final = r"\\{}%#]|\{\w*\})*"
_TERM: Final = rf"""(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?|'(?:[^'{_INSIDE}'|"(?:[^"{_INSIDE}"|0|[1-9]\d{{0,8}})"""
_CHAIN: Final = re.compile(rf"\{{\{{ {_TERM}(?: \| default\({_TERM}\))* \}}\}}", re.ASCII)
_TERMS: Final = re.compile(rf"(?<= |\(){_TERM}(?= |\))", re.ASCII)
_DEEPEST: Final = 20  # variables that name variables
_PLAIN: Final = (bool, int, float, type(None))
_TEXTS: Final = frozenset({"str", "_AnsibleTaggedStr"})
_DICTS: Final = frozenset({"dict", "_AnsibleTaggedDict"})
_CONSTANTS: Final[Mapping[str, Any]] = {"true": True, "True": True, "false": False, "False": False}
# Other words of Jinja's own, none of which is a variable.
_WORDS: Final = frozenset({*_CONSTANTS, "none", "None", "and", "or", "not", "if", "else", "in", "is"})
_OMIT: Final = object()
_NOTHING: Final = object()


class _OtherwiseError(Exception):
    """It is for Ansible to say."""


def with_chains(values: Mapping[str, Any], templar: Templar) -> dict[str, Any]:
    """The values as ``templar`` templates them, what is omitted left out. Raises AnsibleError."""
    chains = _Chains(templar.available_variables, templar._engine.environment.globals)
    found: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for name, value in values.items():
        try:
            worked_out = chains.value(value, 0)
        except _OtherwiseError:
            left[name] = value
            continue
        if worked_out is not _OMIT:
            found[name] = worked_out
    return {**found, **(templar.template(left) if left else {})}


class _Chains:
    def __init__(self, variables: Mapping[str, Any], known: Collection[str]) -> None:
        """``known``: what else Jinja has a value for."""
        self._variables, self._known = variables, known

    def value(self, value: Any, depth: int) -> Any:
        """A text, a number or nothing; _OMIT. Raises _OtherwiseError."""
        if isinstance(value, _PLAIN):
            return value
        if type(value).__name__ not in _TEXTS or depth > _DEEPEST:
            raise _OtherwiseError
        if not is_template(value):
            return value
        if _CHAIN.fullmatch(value) is None:
            raise _OtherwiseError
        for term in _TERMS.findall(value):
            if (found := self._term(term, depth)) is not _NOTHING:
                return found
        raise _OtherwiseError

    def _term(self, term: str, depth: int) -> Any:
        if term[0] in "'\"":
            return term[1:-1]
        if term in _CONSTANTS or "0" <= term[0] <= "9":
            return _CONSTANTS[term] if term in _CONSTANTS else int(term)
        name, _dot, key = term.partition(".")
        if name in _WORDS or (name not in self._variables and name in self._known and term != "omit"):
            raise _OtherwiseError
        if name not in self._variables:
            return _OMIT if term == "omit" else _NOTHING
        of = self._variables[name]
        if not key:
            return self.value(of, depth + 1)
        # Another kind of dict may be worked out when it is looked into; and .items is no key.
        if type(of).__name__ not in _DICTS or hasattr(dict, key):
            raise _OtherwiseError
        return self.value(of[key], depth + 1) if key in of else _NOTHING
