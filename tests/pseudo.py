"""A language that nobody speaks: each text of the catalogue in marks, so that one that is not from there is seen.

``⟦a station of ⟧{school}``: what is put into a text stands outside of its marks, as what is shown by itself does. So
what is left there is data, told by what they look like, or words that no catalogue knows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import sourced
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import Words
from babel.messages.mofile import write_mo
from lxml import html

from tests import catalogue

__all__ = ["for_people", "lines", "names", "outside", "page_text", "said", "unmarked", "words", "write"]

_LETTER = re.compile(r"[^\W\d_]")
_FIELD = re.compile(r"(\{\w+\})")

# What Ansible itself says, line by line: headings, who a result is of, the recap, where an error is.
_ANSIBLE = (
    re.compile(r"(PLAY|TASK|RUNNING HANDLER|NO MORE HOSTS|PLAY RECAP).*"),
    re.compile(r"(ok|included|fatal|\.\.\.ignoring)\b.*"),
    re.compile(r"(changed|skipping|failed|unreachable)\b(?!: \[[^]]+\]: ).*"),
    re.compile(r"\S+ +: ok=\d+ .*"),
    re.compile(r"Origin: .*|\s*\d+ .*|[ ^.]+|\s*\^ column \d+|<<< caused by >>>"),
    re.compile(r"(--- before|\+\+\+ after).*|@@ .*"),
)
_PREFIX = re.compile(
    r"\[(ERROR|WARNING|DEPRECATION WARNING)\]: (Task failed: )?(Action failed: )?(Module failed: )?"
    # The console's, of a station.
    r"|^(changed|skipping|failed|unreachable): \[[^]]+\]: "
)
# A field of a result that Ansible shows: only these are for people, the others are codes and data.
_SHOWN_FIELD = re.compile(r"    (\w+):( .*|$)")
_FOR_PEOPLE = {"msg", "fact", "remedy"}
# The same before Ansible shows it.
_TOLD = {*_FOR_PEOPLE, "reason", "warnings", "skip_reason", "skipped_reason", "diff", "notices"}
# Data by their looks: in quotes, a day, a path, an address, a variable, a file, a program, a release, an option, a
# digest, where something is known from, a list of numbers, a Windows.
_DATA = re.compile(
    r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|([a-z]{3}\.?\s)?\d+\s[^\W\d]+\.?\s20\d\d|\S*[/\\_@]\S*|\S+\.(ya?ml|html|json|csv|iss)"
    r"|ansible(-\w+)?|\w+([.-]\w+)*(\.\w+)+|(?<!\w)--?[a-z-]+|x(64|86)|\d+ ?(min|s|MiB|h)\b|[0-9a-f]{32,}|poste:\d+"
    r"|\[Errno \d+\] [\w ]+|\w+=\S+|\b[A-Z]:(?!\w)|pid \d+|attestation \d+|\d+ (et|ou) \d+|(?=\S*\d)[\w.-]+-[\w.-]+"
    r"|\b(install|update|uninstall)\b|Windows \d+ \w+ \d\dH\d"
)
# What a station's command said is quoted behind its code.
_QUOTED = re.compile(r"(⟦exit code ⟧\d+⟦: ⟧)[^⟦]*")

_PRODUCTS = {name for each in PRODUCTS.values() for name in (*each.processes, each.title)}


def write(folder: Path) -> None:
    """Write the language below ``folder``, under the name of each that there is."""
    for file in catalogue.catalogues():
        target = folder / file.parent.parent.name / "LC_MESSAGES/rentree.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_compiled(file))


@cache
def words() -> Words:
    """The language, under the name of French."""
    return Words("fr", GNUTranslations(io.BytesIO(_compiled(catalogue.FRENCH))))


def _compiled(file: Path) -> bytes:
    language = catalogue.read(file)
    for message in catalogue.texts(language):
        ids: tuple[Any, ...] = message.id if isinstance(message.id, tuple) else (message.id,)
        said = tuple(_marked(ids[min(form, len(ids) - 1)]) for form in range(language.num_plurals))
        message.string = said if len(ids) > 1 else said[0]
    compiled = io.BytesIO()
    write_mo(compiled, language)
    return compiled.getvalue()


def _marked(text: str) -> str:
    """The text in marks, line by line, each of which is read by itself; its values are in none."""
    parts = (part if _FIELD.fullmatch(part) else _in_marks(part) for part in _FIELD.split(text))
    return "".join(parts)


def _in_marks(part: str) -> str:
    return "\n".join(f"⟦{line}⟧" if line.strip() else line for line in part.split("\n"))


def outside(line: str, data: Iterable[str] = ()) -> str:
    """What of a line is in no marks, without what is data; empty when it has no letter."""
    depth, kept = 0, []
    for char in _QUOTED.sub(r"\1", line):
        if char == "⟧":
            depth = max(0, depth - 1)
            kept.append(" ")
        elif char == "⟦":
            depth += 1
        elif depth == 0:
            kept.append(char)
    left = "".join(kept)
    # Several words as they are; one, after what has it within: a group may be called as a part of a path.
    phrases, names = {*_PRODUCTS}, set[str]()
    for each in data:
        (phrases if " " in each else names).add(each)
    for each in sorted(phrases, key=len, reverse=True):
        left = left.replace(each, " ")
    left = _DATA.sub(" ", left)
    for each in sorted(names, key=len, reverse=True):
        left = left.replace(each, " ")
    return " ".join(left.split()) if _LETTER.search(left) else ""


def lines(output: str) -> Iterator[str]:
    """What people read of an output: lines that are not Ansible's, and each text of a result, however it is folded."""
    field = ""
    told: list[str] = []
    for line in [*output.splitlines(), "PLAY"]:
        begun = _SHOWN_FIELD.fullmatch(line)
        if field and (begun or not line.startswith("    ")):
            if field in _FOR_PEOPLE:
                yield " ".join(told)
            field, told = "", []
        if begun:
            field, told = begun[1], [begun[2]]
        elif field:
            told.append(line.strip())
        elif not any(each.fullmatch(line) for each in _ANSIBLE):
            yield line


def unmarked(output: str, data: Iterable[str] = ()) -> list[str]:
    """The words of an output that no catalogue knows, each with its line."""
    known = {*data}
    return [f"{left!r} in {line!r}" for line in lines(output) if (left := outside(_PREFIX.sub("", line), known))]


def for_people(data: Any, words: Words) -> Iterator[str]:
    """What people read of a result, or of a part of one, before it is said in anybody's words: a line for each text."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if name in _TOLD:
                # What was said before, for a file or a record, has beside it what it is said from.
                told = sourced(value, data.get(f"{name}_source")) if isinstance(value, str) else value
                yield from (line for text in _texts(told) for line in words.of(text).split("\n"))
            elif name != "job" and not str(name).endswith("_source"):
                yield from for_people(value, words)
    elif isinstance(data, list | tuple):
        for each in data:
            yield from for_people(each, words)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def names(inventory: Path) -> set[str]:
    """What an inventory calls things: its stations, its schools, its rooms."""
    files = [each for each in inventory.rglob("*.yml") if each.is_file()]
    return {"PRONOTE", *(text for each in files for text in _all_texts(yaml.safe_load(each.read_text("utf-8"))))}


def _all_texts(data: Any) -> Iterator[str]:
    """Keys, which are names of stations and groups, and values."""
    if isinstance(data, dict):
        yield from map(str, data)
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _all_texts(each)
    elif isinstance(data, str):
        yield data


def page_text(page: bytes) -> str:
    """What people read of a page, a line for each text."""
    tree: Any = html.fromstring(page)
    for gone in tree.xpath("//script | //style"):
        gone.drop_tree()
    named = [each for name in ("title", "alt", "aria-label", "placeholder") for each in tree.xpath(f"//@{name}")]
    return "\n".join([each.strip() for each in tree.itertext()] + named)


def said(language: str) -> set[str]:
    """What the texts of a language say between their values, where that is long enough to be no other's."""
    found: set[str] = set()
    for message in catalogue.texts(catalogue.read(catalogue.FRENCH)):
        told: Any = message.string if language == "fr" else message.id
        for text in told if isinstance(told, tuple) else (told,):
            parts = (" ".join(part.split()) for part in re.split(r"\{\w*\}", text))
            found.update(part for part in parts if len(part) > 20 and " " in part)
    return found
