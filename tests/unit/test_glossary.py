"""docs/glossaire.md: one word for one thing, and the catalogue is held to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import catalogue
from tests.collection import ROOT

_PAGE = ROOT / "docs/glossaire.md"


@dataclass(frozen=True)
class Term:
    """A thing: its word in each language, and the words that it never has."""

    fr: str
    en: str
    never: tuple[str, ...]


def _terms(page: str) -> list[Term]:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]
    return [
        Term(fr, en, tuple(word.strip() for word in never.split(",") if word.strip()))
        for fr, en, _meaning, never in rows
        if fr != "français"
    ]


_TERMS = _terms(_PAGE.read_text(encoding="utf-8"))


def _said() -> Iterator[tuple[str, str]]:
    """Every text of the catalogue with its translation; plurals in pairs."""
    french = catalogue.FRENCH
    for message in catalogue.texts(catalogue.read(french)):
        ids, strings = (each if isinstance(each, list | tuple) else (each,) for each in (message.id, message.string))
        yield from zip(ids, strings, strict=True)


def _problems(en: str, fr: str) -> list[str]:
    """What the glossary says against a text and its translation."""
    found = []
    for term in _TERMS:
        if en.casefold() == term.en.casefold() and fr.casefold() not in {term.fr.casefold(), term.fr.casefold() + "s"}:
            found.append(f"{en!r} is {term.fr!r}, not {fr!r}")
        if fr.casefold() == term.fr.casefold() and en.casefold() != term.en.casefold():
            found.append(f"{fr!r} is {term.en!r}, not {en!r}")
        found += [
            f"{never!r} for {term.fr!r} ({term.en!r}): {text!r}"
            for never in term.never
            for text in (en, fr)
            # Without the right word, whose plural a wrong one may be.
            for rest in [text.replace(term.fr, "")]
            if re.search(rf"(?<![\w-]){re.escape(never)}s?(?![\w-])", rest, re.IGNORECASE)
        ]
    return found


def test_the_glossary_has_each_thing_once() -> None:
    assert len(_TERMS) > 30
    for words in ([term.fr for term in _TERMS], [term.en for term in _TERMS]):
        assert sorted(words) == sorted(set(words))
    assert {word for term in _TERMS for word in term.never}.isdisjoint(
        word for term in _TERMS for word in (term.fr, term.en)
    )


def test_the_catalogue_says_the_words_of_the_glossary() -> None:
    assert [problem for en, fr in _said() for problem in _problems(en, fr)] == []


@pytest.mark.parametrize(
    ("en", "fr", "problem"),
    [
        ("late", "obsolète", "'late' is 'en retard', not 'obsolète'"),
        ("stale", "en retard", "'en retard' is 'late', not 'stale'"),
        ("{n} computers are on", "{n} postes sont allumés", "'computer' for 'poste'"),
        ("Switch {n} stations on", "Allumer {n} ordinateurs", "'ordinateur' for 'poste'"),
    ],
)
def test_another_word_is_found(en: str, fr: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in _problems(en, fr))
