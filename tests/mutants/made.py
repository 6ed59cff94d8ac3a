"""Make mutants of a module with mutmut's operators: every decision, every number, every value that is kept.

Left out: the operators on texts and on the arguments of calls. A text for people has no wrong capital letter, and a
call with an argument less is a TypeError, which says nothing of a test.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import (
    Mutation,
    MutationVisitor,
    combine_mutations_to_source,
    deep_replace,
)
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from tests.mutants.tree import COLLECTION

__all__ = ["Mutant", "mutated_module"]

_LEFT_OUT = {"operator_string", "operator_arg_removal", "operator_dict_arguments"}
_OPERATORS: list[tuple[Any, Callable[..., Any]]] = [
    (kind, operator) for kind, operator in mutation_operators if operator.__name__ not in _LEFT_OUT
]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One fault. ``key`` switches it on; ``where`` and ``change`` are what people know it by."""

    key: str
    where: str
    change: str

    @property
    def function(self) -> str:
        """The key of its function, whichever of its mutants is meant."""
        return self.key.partition("__mutmut")[0]

    def as_toml(self) -> str:
        """As ``survivors.toml`` has it, with the reason to be written."""
        return f"\n[[survivor]]\nwhere = \"{self.where}\"\nchange = '''\n{self.change}'''\nreason = \"\""


def mutated_module(top: Path, path: Path) -> tuple[str, list[Mutant]]:
    """The source with every mutant in it, switched off, and the mutants in their order."""
    code = path.read_text("utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = MutationVisitor(_OPERATORS, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    made = [each for each in visitor.mutations if isinstance(each.contained_by_top_level_function, cst.FunctionDef)]
    made = [each for each in made if not _only_shown(wrapper.module, each)]
    result = combine_mutations_to_source(wrapper.module, made)
    file = path.relative_to(top / "plugins")
    module = f"{COLLECTION}.plugins.{'.'.join(file.with_suffix('').parts)}"
    changes: dict[str, list[str]] = {}
    for each in made:
        function = each.contained_by_top_level_function
        assert function is not None
        changes.setdefault(f"{id(function)}", []).append(_change(wrapper.module, each))
    told = _in_order_of_names(made, changes)
    mutants = [
        Mutant(key=f"{module}.{name}", where=f"{file}:{function}", change=change)
        for name, (function, change) in zip(result.mutant_names, told, strict=True)
    ]
    return result.code, mutants


def _in_order_of_names(made: Sequence[Mutation], changes: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Function by function, as the names are given."""
    seen: dict[str, str] = {}
    for each in made:
        assert each.contained_by_top_level_function is not None
        seen.setdefault(f"{id(each.contained_by_top_level_function)}", each.contained_by_top_level_function.name.value)
    return [(name, change) for function, name in seen.items() for change in changes[function]]


def _change(module: cst.Module, mutation: Mutation) -> str:
    """The lines of the function that differ: what was there, and what is there now."""
    function = mutation.contained_by_top_level_function
    assert function is not None
    changed = deep_replace(function, mutation.original_node, mutation.mutated_node)
    assert isinstance(changed, cst.FunctionDef)
    before, after = (module.code_for_node(each).splitlines() for each in (function, changed))
    lines = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines)


def _only_shown(module: cst.Module, mutation: Mutation) -> bool:
    """What changes only a line of -vv."""
    change = _change(module, mutation)
    return all(line[2:].startswith("telling.") for line in change.splitlines())
