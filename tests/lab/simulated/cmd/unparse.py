"""A syntax tree as text again: what ECHO ON shows."""

from __future__ import annotations

from .nodes import Block, Chain, Command, For, If, Node

__all__ = ["unparse"]


def unparse(node: Node | None) -> str:
    """One line of text; the layout is cmd's, its exact blanks are not promised."""
    if node is None:
        return ""
    if isinstance(node, Command):
        text = node.name + node.tail
    elif isinstance(node, Block):
        text = "(" + "\r\n".join(map(unparse, node.body)) + " )"
    elif isinstance(node, Chain):
        text = f"{unparse(node.left)} {node.operator} {unparse(node.right)}"
    elif isinstance(node, If):
        condition = node.condition
        test = (
            f"{condition.left} {condition.kind.upper()} {condition.right}"
            if condition.right
            else f"{condition.kind} {condition.left}"
        )
        flags = ("/I " if condition.ignore_case else "") + ("NOT " if condition.negated else "")
        text = f"if {flags}{test} {unparse(node.then)}"
        text += f" else {unparse(node.otherwise)}" if node.otherwise else ""
    else:
        assert isinstance(node, For)
        kind = f"/{node.kind.upper()} " if node.kind else ""
        options = f"{node.options} " if node.options else ""
        text = f"for {kind}{options}%{node.variable} in ({node.items}) do {unparse(node.body)}"
    for each in node.redirections:
        text += f" {each.handle}{'>' if each.kind == '&' else each.kind}{'&' if each.kind == '&' else ''}{each.target}"
    return text
