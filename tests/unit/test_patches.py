"""What the product changes in modules that are not its own: one pattern of one library, while it is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_PLUGINS = Path(__file__).parents[2] / "plugins"


def _foreign(tree: ast.Module) -> set[str]:
    """The names that a module has from others than its own package."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            found |= {each.asname or each.name for each in node.names}
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _patches(tree: ast.Module) -> Iterator[str]:
    """Each attribute of a foreign module, or of what comes from one, that is set; whatever the way."""
    foreign = _foreign(tree)
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else targets
        yield from (ast.unparse(each) for each in targets if not isinstance(each, ast.Name) and _root(each) in foreign)
        call = node if isinstance(node, ast.Call) and node.args and _root(node.args[0]) in foreign else None
        if call is not None and ast.unparse(call.func).endswith(("setattr", "patch", "patch.object")):
            yield ".".join(ast.unparse(each) for each in call.args[:2])


def test_installed_packages_are_patched_in_one_place_alone() -> None:
    """prepare/signify.py, until oscrypto goes."""
    found = {
        path.relative_to(_PLUGINS).as_posix(): sorted(set(_patches(ast.parse(path.read_text(encoding="utf-8")))))
        for path in sorted(_PLUGINS.rglob("*.py"))
    }
    assert {name: what for name, what in found.items() if what} == {"plugin_utils/prepare/signify.py": ["re.'search'"]}


def test_every_way_to_patch_is_seen() -> None:
    ways = (
        "import requests\nrequests.Session.send = None",
        "from winrm import transport as t\nt.Transport.x = 1",
        "import a.b\na.b.c += 1",
        "import re\nsetattr(re, 'search', None)",
        "from winrm.transport import Transport\nsetattr(Transport, 'send', None)",
        "import sys\nsys.modules['winrm'] = None",
    )
    assert [len(list(_patches(ast.parse(way)))) for way in ways] == [1] * len(ways)
    assert not list(_patches(ast.parse("from ..x import y\nz = y\nself.a = 1")))
