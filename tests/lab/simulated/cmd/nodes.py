"""The syntax tree of a command line, after percent expansion and before FOR variables are expanded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Block", "Chain", "Command", "Condition", "For", "If", "Node", "Redirection"]


@dataclass
class Redirection:
    """``handle`` ``kind`` ``target``; kind ``&`` duplicates the handle whose number is the target."""

    handle: int
    kind: Literal["<", ">", ">>", "&"]
    target: str


@dataclass
class Node:
    """Anything that runs."""

    redirections: list[Redirection] = field(default_factory=list, kw_only=True)
    quiet: bool = field(default=False, kw_only=True)


@dataclass
class Command(Node):
    """A simple command: its name as written and everything after it, separators included."""

    name: str
    tail: str = ""


@dataclass
class Block(Node):
    """Commands between parentheses."""

    body: list[Node]


@dataclass
class Chain(Node):
    """Two commands with ``&``, ``&&``, ``||`` or ``|`` between them."""

    operator: Literal["&", "&&", "||", "|"]
    left: Node
    right: Node | None


@dataclass
class Condition:
    """What IF tests: ``kind`` is errorlevel, exist, defined, cmdextversion, or a comparison operator."""

    kind: str
    left: str
    right: str = ""
    ignore_case: bool = False
    negated: bool = False


@dataclass
class If(Node):
    condition: Condition
    then: Node
    otherwise: Node | None = None


@dataclass
class For(Node):
    """``kind``: "" (items), d, r, l, f; ``options`` of /f, root folder of /r."""

    kind: str
    options: str
    variable: str
    items: str
    body: Node
