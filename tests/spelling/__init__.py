"""Spelling: words of the catalogue and the documentation that neither the dictionary of their language nor our own list
has.

hunspell and its dictionaries are Debian's (``tests/spelling/setup.sh``); ``ours.txt`` has the names and the terms that
they lack, one a line. Code is not looked at: what stands in a code span or block, and any word with a digit, a dot, a
slash or an underscore in it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from tests.catalogue import catalogues, read, texts
from tests.collection import ROOT
from tests.error_reference import MARKS
from tests.plugin_reference import markdown
from tests.variables_reference import CATALOGUE as VARIABLES

__all__ = ["DICTIONARIES", "OURS", "documents", "missing", "misspelt", "ours", "prose", "words"]

DICTIONARIES = {"en": "en_GB", "fr": "fr"}
"""hunspell's name of each language's dictionary; another language is not checked. English is British, in code as in the
documentation."""

OURS = Path(__file__).with_name("ours.txt")
# Pages for administrators are French; the others, for developers, are English.
_FRENCH = {
    "README.md",
    "docs/README.md",
    *(
        f"docs/{name}.md"
        for name in (
            "depot",
            "doctor",
            "guide-admin.fr",
            "init",
            "prepare",
            "plusieurs-noeuds",
            "prochain-demarrage",
            "rehearsal",
            "reports",
            "responses",
        )
    ),
    *(f"docs/{name}.md" for name in ("schedule", "securite", "stations", "troubleshooting", "upgrade")),
    "docs/startup.md",
    "docs/winrm.md",
}
# A fence ends with one of its own kind; a span of code with as many quotes as began it.
_CODE = re.compile(r"^ *(```|~~~).*?^ *\1[ \t]*$|<!--.*?-->|(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\([^)\s]*\)|https?://\S+|<[a-zA-Z/][^>]*>")
_FIELD = re.compile(r"\{[^{}]*\}|%\(\w+\)s")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What a word may wear: an elision before it, the English genitive behind it.
_WORN = {"en": re.compile(r"'s?$"), "fr": re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'", re.IGNORECASE)}
_NO_WORD = re.compile(r"[\d_/\\@=<>$%~*+]|[^\W\d_][.:]\w|^[-.]\w|-{2}")


def words(text: str, language: str) -> Iterator[str]:
    """The words of a text, without what is no language: numbers, paths, options, addresses, names of variables."""
    for chunk in re.split(r"[\s()\[\]{}|«»“”\"…–—,;!?]+", text):
        if not _NO_WORD.search(chunk.strip("*~.:'’")):
            yield from (_WORN[language].sub("", word.replace("’", "'")) for word in _WORD.findall(chunk))


def prose(markdown: str) -> str:
    """What a page says, without its code, its comments, the addresses of links, and the catalogue's part."""
    return _LINK.sub("] ", _CODE.sub(" ", MARKS.sub(" ", markdown)))


def documents() -> Iterator[tuple[str, str, str]]:
    """Everything that is checked: where it stands, its language, its text."""
    for file in catalogues():
        where = str(file.relative_to(ROOT))
        for message in texts(read(file)):
            for language, said in (("en", message.id), (file.parent.parent.name, message.string)):
                if language not in DICTIONARIES:
                    continue
                for text in said if isinstance(said, list | tuple) else (said,):
                    yield where, language, _FIELD.sub(" ", str(text))
    with VARIABLES.open("rb") as opened:
        for message in texts(read_po(opened, locale="fr")):
            for language, said in (("en", message.id), ("fr", message.string)):
                yield str(VARIABLES.relative_to(ROOT)), language, prose(markdown(str(said)))
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/plugins").glob("*.md")]
    # The changelog is made of fragments; the glossary has both languages, and wrong words on purpose; the variables say
    # what their catalogue says.
    left = {ROOT / name for name in ("CHANGELOG.md", "docs/glossaire.md", "docs/variables.md")}
    for page in sorted(set(pages) - left):
        name = str(page.relative_to(ROOT))
        language = "fr" if name in _FRENCH else "en"
        yield name, language, prose(page.read_text(encoding="utf-8"))


def ours() -> set[str]:
    """Our own words, as they are written."""
    return {line for line in OURS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}


def missing(language: str, said: Iterable[str]) -> set[str]:
    """The words that the dictionary does not know. Raises OSError when there is no hunspell, or not that dictionary."""
    program = shutil.which("hunspell")
    if program is None:
        raise FileNotFoundError("hunspell is not installed: as root on Debian, sh tests/spelling/setup.sh")
    done = subprocess.run(
        [program, "-d", DICTIONARIES[language], "-i", "utf-8", "-l"],
        input="\n".join(sorted(set(said))),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise FileNotFoundError(f"{done.stderr.strip()}: as root on Debian, sh tests/spelling/setup.sh")
    return set(done.stdout.split("\n")) - {""}


def misspelt(checked: Iterable[tuple[str, str, str]]) -> list[str]:
    """A line for each word that is in no list: where it stands, and the word."""
    known = ours()
    places: dict[str, dict[str, set[str]]] = {}
    for where, language, text in checked:
        for word in words(text, language):
            if word not in known:
                places.setdefault(language, {}).setdefault(word, set()).add(where)
    found = []
    for language, said in places.items():
        unknown = missing(language, said) - known
        parts = re.compile(r"['-]")
        for word, standing in said.items():
            if word in unknown or unknown.intersection(parts.split(word)):
                found += [f"{where}: {word}" for where in standing]
    return sorted(found)
