"""What ``make spelling`` takes for a word, and what it says of one that nobody knows."""

from __future__ import annotations

import pytest

from tests.spelling import OURS, documents, misspelt, ours, prose, words
from tests.tools import require_tool


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "the station's release (2026.2.7), as in group_vars/all", ["the", "station", "release", "as", "in"]),
        ("en", "hosts' names and/or **bold** ones: --check -vv C:\\x x.yml", ["hosts", "names", "bold", "ones"]),
        (
            "fr",
            "l’audit n'a qu'un poste : « à jour », aujourd'hui",
            ["audit", "a", "un", "poste", "à", "jour", "aujourd'hui"],
        ),
    ],
)
def test_words_are_those_of_the_language(language: str, text: str, found: list[str]) -> None:
    assert list(words(text, language)) == found


def test_code_is_not_language() -> None:
    page = (
        "Avant `codde` [lien](docs/nul.md) <!-- rieen -->\n```sh\nlsss\n```\nAprès ``a ` b`` https://exemple.org/faux\n"
    )
    assert list(words(prose(page), "fr")) == ["Avant", "lien", "Après"]


def test_everything_that_people_read_is_looked_at() -> None:
    checked = list(documents())
    assert {language for _, language, _ in checked} == {"en", "fr"}
    assert {"CONTRIBUTING.md", "docs/guide-admin.fr.md", "docs/plugins/client_module.md"} <= {
        where for where, _, _ in checked
    }
    assert len(checked) > 500


def test_our_words_are_in_order() -> None:
    lines = OURS.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == sorted(
        ours(), key=lambda word: (word.casefold(), word)
    )


def test_a_word_that_nobody_knows_is_told_with_its_place() -> None:
    require_tool("hunspell")
    checked = [
        ("a.md", "fr", "Le dépoiement du client PRONOTE est terminé, l'audit aussi."),
        ("b.md", "en", "A colour, an older-yearr release, and dépoiement."),
    ]
    assert misspelt(checked) == ["a.md: dépoiement", "b.md: dépoiement", "b.md: older-yearr"]
