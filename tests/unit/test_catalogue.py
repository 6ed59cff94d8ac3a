"""The catalogues of words: of these sources, whole, and compiled as they are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests import catalogue


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return catalogue.extracted()


def test_each_catalogue_is_of_these_sources(sources: Catalog) -> None:
    assert catalogue.FRENCH in catalogue.catalogues()
    assert len(list(catalogue.texts(sources))) > 200
    for file in catalogue.catalogues():
        assert catalogue.problems(file, sources) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("Établissements", "", "no translation of"),
        ("depuis le {date}", "depuis {jour}", "other placeholders than"),
        ("Établissements", "Ecoles", "is not compiled from"),
        ('{n} postes"', 'postes"', "other placeholders than"),
        ("Où\u00a0: {where}", "Où : {where}", "a no-break space is missing"),
    ],
)
def test_what_is_wrong_is_found(sources: Catalog, tmp_path: Path, before: str, after: str, problem: str) -> None:
    file = catalogue.FRENCH
    folder = tmp_path / "fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    made = folder / file.name
    made.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    made.with_suffix(".mo").write_bytes(file.with_suffix(".mo").read_bytes())
    found = catalogue.problems(made, sources)
    assert any(problem in each for each in found)


@pytest.mark.parametrize(
    ("english", "french", "found"),
    [
        ("Total: {n}", "Total\u00a0: {n}", []),
        ("Total: {n}", "Total : {n}", [" :"]),
        ("Total: {n}", "Total: {n}", ["l:"]),
        ("{school}: done", "{school}: fait", ["}:"]),
        ("Why?", "Pourquoi ?", [" ?"]),
        ("Why?", "Pourquoi?", ["i?"]),
        ("from “{x}”; go on", "depuis «\u00a0{x}\u00a0»\u00a0; continuer", []),
        ("from “{x}”; go on", "depuis « {x} » ; continuer", ["« ", " »", " ;"]),
        ("set technology: msi", "mettre technology: msi", []),
        ("at 18:00, http://x/", "à 18:00, http://x/", []),
    ],
)
def test_the_spaces_of_french(english: str, french: str, found: list[str]) -> None:
    assert catalogue.breaks(english, french) == found


def test_a_fuzzy_text_and_one_that_is_gone_are_found(sources: Catalog, tmp_path: Path) -> None:
    file = catalogue.FRENCH
    with file.open("rb") as opened:
        known = read_po(opened, locale="fr")
    known.add("Nothing says this", "Rien ne le dit")
    known["Copy"].flags.add("fuzzy")
    folder = tmp_path / "fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    text = io.BytesIO()
    write_po(text, known)
    (folder / file.name).write_bytes(text.getvalue())
    found = catalogue.problems(folder / file.name, sources)
    assert any("is not of these sources" in each for each in found)
    assert any("fuzzy: 'Copy'" in each for each in found)
    made, _compiled = catalogue.made(folder / file.name, sources)
    assert b"Nothing says this" not in made


def test_an_f_string_is_refused(tmp_path: Path) -> None:
    code = tmp_path / "x.py"
    code.write_text('words(f"{x} stations")\n', encoding="utf-8")
    with code.open("rb") as opened, pytest.raises(ValueError, match="cannot be translated"):
        list(catalogue.calls(opened, catalogue.KEYWORDS, (), {}))


def test_what_is_taken_from_code(tmp_path: Path) -> None:
    code = tmp_path / "x.py"
    code.write_text(
        "def f(words, other):\n"
        '    return f\'{words("a {b}", b=Message("c"))}\' + other("no") + words.plural("d", "e", 3) + words(x)\n',
        encoding="utf-8",
    )
    with code.open("rb") as opened:
        found = sorted(text if isinstance(text, str) else str(text) for _, _, text, _ in _calls(opened))
    assert found == ["('d', 'e', 3)", "a {b}", "c"]


def _calls(opened: object) -> list[tuple[int, str, object, list[str]]]:
    return list(catalogue.calls(opened, catalogue.KEYWORDS, (), {}))
