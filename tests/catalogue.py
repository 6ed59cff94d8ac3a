"""The catalogues of words: ``python -m tests.catalogue`` takes the texts out of code, templates and roles, adds them
to each ``.po`` and compiles it, and writes the errors and their numbers into docs/troubleshooting.md in French; with
``--check`` it writes nothing, and tells what is not as it would be.

New texts are added without a translation, and those that are gone are left out: a translation is never guessed.
A language that has no catalogue yet gets one. French is whole; of another, what is not translated is said in English.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from babel.messages import Message
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests import code_reference, error_reference, role_texts
from tests.collection import ROOT, use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.words.pages import ANCHORS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import LANGUAGES  # noqa: E402

__all__ = ["FRENCH", "KEYWORDS", "Problem", "catalogues", "extracted", "fields", "header", "problems", "texts"]

PLUGINS = ROOT / "plugins"
LOCALE = PLUGINS / "plugin_utils/words/locale"
FRENCH = LOCALE / "fr/LC_MESSAGES/rentree.po"
COMMANDS = (ROOT / "bin/pronote", ROOT / "bin/pronote-audit", ROOT / "tests/demo.py", ROOT / "tests/story.py")
"""What people start beside the plugins: Python, with or without its ending. The demo is the first that they see."""

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    # plugin_utils/words: Words and Message.
    "words": None,
    "Message": None,
    "plural": (1, 2),
    "context": ((1, "c"), 2),
    # Templates.
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
# A catalogue that says when it was made is another one at each making.
_WHEN = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
_FIELD = re.compile(r"\{([^{}]*)\}")
# A plain space, or none, where French has one that no line breaks at; "reinstall:" is code where English has it too.
_BREAKS = re.compile(r"(?<=\S)[ \u202f][;:?!»]|«[^\u00a0]|«\u00a0[ \u00a0]|[^\u00a0]»|[^\s\u00a0][;:?!](?=\s|$)")
_CODE = re.compile(r"(?<!\w)[a-z_.]+:(?=\s)")

Problem = str
"""What is wrong with a catalogue, and in which text."""


def calls(file: Any, keywords: Mapping[str, Any], tags: object, options: object) -> Iterator[Any]:
    """Babel's own method for Python reads tokens: it takes a parameter of the name ``words`` and the next bracket for a
    call, and nothing of what stands in an f-string. Raises ValueError for a text that is no literal."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in keywords:
            continue
        if isinstance(node.args[0], ast.JoinedStr):
            raise ValueError(f"{file.name}:{node.lineno}: an f-string cannot be translated; name its values")  # noqa: TRY004  (a bad text)
        found = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        if isinstance(found[0], str):
            yield node.lineno, name, tuple(found) if len(found) > 1 else found[0], []


_METHODS: list[tuple[str, Any]] = [("**.py", calls), ("**/templates/*.html.j2", "jinja2")]
_OPTIONS = {"**/templates/*.html.j2": {"silent": "false"}}


def extracted() -> Catalog:
    """Every text of the code, the templates and the roles, with the files that say it."""
    found = Catalog(fuzzy=False)
    for file, _line, text, _comments, context in extract_from_dir(PLUGINS, _METHODS, _OPTIONS, keywords=KEYWORDS):
        # Without the line: a text that only moves changes no catalogue.
        found.add(text, None, [(f"plugins/{file}", 0)], context=context)
    for command in COMMANDS:
        for _line, text, _comments, context in extract_from_file(calls, command, keywords=KEYWORDS):
            found.add(text, None, [(str(command.relative_to(ROOT)), 0)], context=context)
    for path in role_texts.files():
        for each in role_texts.said(path):
            if each.text is not None:
                found.add(each.text, None, [(str(path.relative_to(ROOT)), 0)])
    return found


def catalogues() -> list[Path]:
    """The catalogue of each language but that of the sources, which may not be there yet."""
    return [LOCALE / language / "LC_MESSAGES/rentree.po" for language in LANGUAGES if language != "en"]


def read(file: Path) -> Catalog:
    """A catalogue as it is on disk; one that is not there is empty."""
    if not file.is_file():
        return Catalog(locale=file.parent.parent.name)
    with file.open("rb") as opened:
        return read_po(opened, locale=file.parent.parent.name)


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Its messages, without the header."""
    return (message for message in catalogue if message.id)


def fields(text: str) -> list[str]:
    """The placeholders of a text."""
    return sorted(set(_FIELD.findall(text)))


def breaks(english: str, french: str) -> list[str]:
    """Where a French text has not the space that belongs before ``: ; ? ! »`` and behind ``«``."""
    for code in _CODE.findall(english):
        french = french.replace(code, "")
    return [each[0] for each in _BREAKS.finditer(french)]


def header(catalogue: Catalog) -> None:
    """What every catalogue of ours says of itself, the same at each making."""
    catalogue.project, catalogue.version, catalogue.creation_date = "rentree.pronote", "0", _WHEN
    catalogue.revision_date, catalogue.last_translator = _WHEN, "rentree.pronote contributors"
    catalogue.fuzzy, catalogue.msgid_bugs_address = False, ""
    catalogue.header_comment = "# SPDX-License-Identifier: GPL-3.0-or-later"


def made(file: Path, sources: Catalog) -> tuple[bytes, bytes]:
    """The catalogue that goes with the sources, as text and compiled."""
    catalogue = read(file)
    catalogue.update(sources, no_fuzzy_matching=True, update_creation_date=False)
    header(catalogue)
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    write_mo(compiled, read_po(io.BytesIO(text.getvalue()), locale=catalogue.locale))
    return text.getvalue(), compiled.getvalue()


def problems(file: Path, sources: Catalog) -> list[Problem]:
    """What is wrong with a catalogue: not made from these sources, a text without its French, or with another's
    placeholders."""
    is_french = file.parent.parent.name == FRENCH.parent.parent.name
    text, compiled = made(file, sources)
    found = []
    if not file.is_file() or text != file.read_bytes():
        found.append(f"{file}: is not of these sources; make catalogue")
    if not file.with_suffix(".mo").is_file() or compiled != file.with_suffix(".mo").read_bytes():
        found.append(f"{file.with_suffix('.mo')}: is not compiled from its .po; make catalogue")
    for message in texts(read_po(io.BytesIO(text), locale=read(file).locale)):
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        if not all(said):
            if not is_french:
                continue
            found.append(f"{file}: no translation of {ids[0]!r}")
        elif message.fuzzy:
            found.append(f"{file}: fuzzy: {ids[0]!r}")
        elif len({tuple(fields(each)) for each in (*ids, *said)}) > 1:
            found.append(f"{file}: other placeholders than {ids[0]!r}")
        elif is_french and any(breaks(str(ids[-1]), str(each)) for each in said):
            found.append(f"{file}: a no-break space is missing in {said[-1]!r}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the catalogues, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(arguments).check
    sources, found = extracted(), [each for path in role_texts.files() for each in role_texts.problems(path)]
    for file in catalogues():
        if not check:
            text, compiled = made(file, sources)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
            file.with_suffix(".mo").write_bytes(compiled)
        found += problems(file, sources)
    for name in code_reference.PAGES:
        page = ROOT / name
        shown = page.read_text(encoding="utf-8")
        told = code_reference.page(shown, name)
        if page == error_reference.PAGE:
            told = error_reference.page(told, read(FRENCH))
        if not check:
            page.write_text(told, encoding="utf-8")
        elif told != shown:
            found.append(f"{page}: has not the errors of these sources; make catalogue")
    if not check:
        ANCHORS.write_text(error_reference.anchors(), encoding="ascii")
    elif ANCHORS.read_text(encoding="ascii") != error_reference.anchors():
        found.append(f"{ANCHORS}: has not the errors of these sources; make catalogue")
    print("\n".join(found) or f"{len(list(texts(sources)))} texts, each in {len(catalogues())} catalogue(s)")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
