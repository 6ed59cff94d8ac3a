"""The errors of the collection, for docs/troubleshooting.md: each fact with its remedy, read out of the code, in the
words of the catalogue. ``python -m tests.catalogue`` writes them between the marks of that page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from babel.messages.catalog import Catalog

from tests.collection import ROOT, use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.words.pages import anchor  # noqa: E402

__all__ = [
    "MARKS",
    "PAGE",
    "ROOMS",
    "Told",
    "anchor",
    "anchors",
    "errors",
    "page",
    "section",
    "shown",
    "told",
    "worded",
]

PAGE = ROOT / "docs/troubleshooting.md"
ROOMS = {
    "station": "Le poste, la connexion, le compte",
    "survey": "La lecture des postes",
    "deploy": "Le déploiement",
    "job": "La tâche sur le poste",
    "rings": "Les anneaux et les heures",
    "settings": "L'adresse du serveur sur les postes",
    "wake": "Le réveil",
    "prepare": "La préparation",
    "responses": "Les fichiers de réponses",
    "depot": "Le dépôt et le fichier verrou",
    "server": "Le serveur hébergé",
    "remaining": "La mémoire et ce qui reste à faire",
    "audit": "L'audit",
    "report": "Les rapports",
    "alerts": "Les alertes",
    "doctor": "Le docteur",
    "rehearsal": "La répétition",
    "": "Le reste",
}
"""The headings of the page, by the room of the code that raises the error; the last one has every other room."""

_PLUGINS = ROOT / "plugins"
MARKS = re.compile(r"(<!-- erreurs : make catalogue -->\n).*?(<!-- fin des erreurs -->)", re.DOTALL)
"""The part of the page that is written from the code."""
_FIELD = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Told:
    """An error of the code: its room, and its texts as the catalogue has them, with placeholders."""

    room: str
    fact: str
    remedy: str


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """The texts that a module names at its top."""
    named: dict[str, str] = {}
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if said := worded(value, named):
                named[name] = said
    return named


def _makers(trees: Iterable[ast.Module]) -> Mapping[str, list[str]]:
    """Functions and methods that are given a fact and a remedy: the names of what they are given in order."""
    made = {}
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [each.arg for each in node.args.args if each.arg not in {"self", "cls"}]
        if {"fact", "remedy"} <= set(names):
            made[node.name] = names
    return made


def worded(node: ast.expr | None, named: Mapping[str, str]) -> str:
    """The text of an expression, a placeholder for each value in it; empty where it is none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return named.get(name, "")
        case ast.FormattedValue(value=value):
            return worded(value, named) or "{}"
        case ast.JoinedStr(values=parts):
            return "".join(worded(part, named) for part in parts)
        case ast.BinOp(left=left, right=right):
            return worded(left, named) + worded(right, named)
        case ast.IfExp(body=body):
            return worded(body, named)
        case ast.Call(func=ast.Name(id="Message"), args=[text, *_]):
            return worded(text, named)
        case ast.Call(func=ast.Attribute(attr="plural"), args=[_, many, *_]):
            return worded(many, named)
    return ""


def errors(tree: ast.Module, makers: Mapping[str, list[str]]) -> Iterator[tuple[ast.expr | None, ast.expr | None]]:
    """Fact and remedy of what has both, and what is raised with a message that says both."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
                given = {each.arg: each.value for each in keywords} | dict(
                    zip(makers.get(name, ["fact"]), args, strict=False)
                )
                if "remedy" in given:
                    yield given.get("fact"), given["remedy"]
            case ast.Raise(exc=ast.Call(args=[ast.Call(func=ast.Name(id="Message")) as fact, *_], keywords=[])):
                yield fact, None


@cache
def told() -> tuple[Told, ...]:
    """Every error that is made with a fact and a remedy, in the order of the rooms."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(_PLUGINS.rglob("*.py"))}
    makers = _makers(trees.values())
    everywhere = {name: text for tree in trees.values() for name, text in _constants(tree).items()}
    found: dict[Told, None] = {}
    for file, tree in trees.items():
        named = {**everywhere, **_constants(tree)}
        room = file.parent.name if file.parent.name in ROOMS else ""
        for fact, remedy in errors(tree, makers):
            said = Told(room, worded(fact, named), worded(remedy, named))
            # A text that is only handed on is somebody else's.
            if len(_FIELD.sub("", said.fact).strip()) > 3:
                found[said] = None
    order = list(ROOMS)
    return tuple(sorted(found, key=lambda each: (order.index(each.room), each.fact.casefold(), each.remedy)))


def shown(text: str) -> str:
    """A text as a cell of a table, an ellipsis for each placeholder."""
    return re.sub(r"\s+", " ", _FIELD.sub("…", text)).strip().replace("|", r"\|").replace("<", "&lt;")


def section(catalogue: Catalog) -> str:
    """The tables of the errors, in the language of a catalogue, with the English facts beside."""

    def said(text: str) -> str:
        message = catalogue.get(text)
        known = message.string if message else ""
        return shown(str(known[-1] if isinstance(known, list | tuple) else known or "") or text)

    lines: list[str] = []
    seen: set[str] = set()
    room = None
    for each in told():
        if each.room != room:
            room = each.room
            lines += ["", f"### {ROOMS[room]}", "", "| message | que faire |", "|---|---|"]
        name = anchor(each.fact)
        mark = "" if name in seen else f'<a id="{name}"></a>'
        seen.add(name)
        fact, english = said(each.fact), shown(each.fact)
        both = fact if fact == english else f"{fact}<br>*{english}*"
        lines.append(f"| {mark}{both} | {said(each.remedy)} |")
    return "\n".join([*lines, "", ""])


def anchors() -> str:
    """The names of the errors on the page, a line for each."""
    return "".join(f"{name}\n" for name in sorted({anchor(each.fact) for each in told()}))


def page(text: str, catalogue: Catalog) -> str:
    """The page with the errors as they are now. Raises ValueError for a page without the marks."""
    if not MARKS.search(text):
        raise ValueError(f"{PAGE}: without the marks of the errors")
    return MARKS.sub(lambda match: match[1] + section(catalogue) + match[2], text)
