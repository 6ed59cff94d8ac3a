"""The documentation grows only where somebody decides that it does."""

from __future__ import annotations

import re

import pytest

from tests.collection import ROOT
from tests.words_of_docs import hand_written, pages

_BOUND = 31_310
"""What people have written at most, as ``wc -w`` counts."""


def test_the_documentation_is_no_longer_than_it_was() -> None:
    counted = pages()
    assert {"README.md", "README.en.md", "CONTRIBUTING.md", "docs/README.md", "docs/design.md"} <= set(counted)
    assert not any(name.startswith(("docs/plugins", "docs/variables")) for name in counted)
    assert all(counted.values())
    # Shorten another page, or show why nobody can do without what is new.
    assert sum(counted.values()) <= _BOUND, counted


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_the_first_page_is_one_page(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120


def test_both_first_pages_have_the_same_parts() -> None:
    parts = [
        [
            (re.match(r"#+ |```|\| `pronote_\w+`|!\[|- ", line) or [""])[0]
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if re.match(r"#+ |```|\| `pronote_\w+`|!\[|- ", line)
        ]
        for name in ("README.md", "README.en.md")
    ]
    assert parts[0] == parts[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Un titre\n\nDes mots, `du code`.\n", 7),
        ("un\n<!-- codes curl : make catalogue -->\n| 2 | deux mots |\n<!-- fin des codes -->\ndeux\n", 2),
        ("un\n<!-- erreurs : make catalogue -->\n| a | b |\n<!-- fin des erreurs -->\ndeux trois\n", 3),
        ("un\n\n<!-- extrait : juin 0310002B -->\n```text\n| N° |\n```\n\ndeux\n```sh\nmake demo\n```\n", 6),
    ],
)
def test_what_is_made_from_the_code_is_not_counted(text: str, words: int) -> None:
    assert hand_written(text) == words
